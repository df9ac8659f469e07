//! A pass looked up by its check code: the gate is on the telephone and reads it out.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::counter::passes;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::{width, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Most characters that are taken: a code with blanks between all its signs, and more.
const TYPED_MAX: usize = 40;

/// The code that is typed.
pub struct CheckCodeScreen {
    typed: TextEdit,
    problem: Option<String>,
}

impl Default for CheckCodeScreen {
    fn default() -> Self {
        Self { typed: TextEdit::new(false, TYPED_MAX), problem: None }
    }
}

impl CheckCodeScreen {
    /// Goes to the pass. What speaks against it is said in any case, for it is shown then as well.
    fn verify(&mut self, cx: &mut Cx) {
        let verdict = match passes::verify(cx.store, cx.session, cx.now, &self.typed.text()) {
            Ok(verdict) => verdict,
            Err(error) => {
                self.problem = Some(crate::counter::say::say(&error, cx.lang, cx.settings.calendar.tz()));
                return;
            }
        };
        let case = &verdict.case;
        cx.send(Message::Close);
        cx.send(Message::ShowCase(case.number.clone()));
        if let Some(why) = &verdict.why_not {
            let words = format!("{}: {}", case.number, cx.say(why));
            cx.toast(Tone::Bad, words);
            return;
        }
        let (contact, unit) = (case.contact.as_deref(), case.unit.as_deref());
        let words = cx.t(
            "ui.check_code.valid",
            &[
                ("number", &case.number),
                ("contact", &harmless(contact.unwrap_or_default())),
                ("unit", &harmless(unit.unwrap_or_default())),
            ],
        );
        cx.toast(Tone::Good, words);
    }
}

impl Screen for CheckCodeScreen {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "ui.check_code.title", &[]), None, true);
        let label = format!("{} ", t(look.lang, "ui.check_code.code", &[]));
        let columns = width(&label) as u16;
        frame.render_widget(Line::styled(label, look.theme.style(Role::Accent)), Rect { height: 1, ..inner });
        let field =
            Rect { x: inner.x + columns, width: inner.width.saturating_sub(columns), height: 1, ..inner };
        self.typed.draw(frame, field, look.theme.style(Role::FieldFocused), true);
        let (words, role) = match &self.problem {
            Some(problem) => (problem.clone(), Role::Error),
            None => (t(look.lang, "ui.check_code.hint", &[]), Role::Dim),
        };
        let lines = wrap(&harmless(&words), usize::from(inner.width).max(1));
        for (y, line) in lines.into_iter().enumerate().take(usize::from(inner.height.saturating_sub(2))) {
            let place = Rect { y: inner.y + 2 + y as u16, height: 1, ..inner };
            frame.render_widget(Line::styled(line, look.theme.style(role)), place);
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match event {
            Event::Key(key) if key.code == KeyCode::Esc => cx.send(Message::Close),
            Event::Key(key) if key.code == KeyCode::Enter => self.verify(cx),
            other => match self.typed.event(other) {
                Some(true) => self.problem = None,
                Some(false) => {}
                None => return false,
            },
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.verify", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "release-pass"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 60, 8))
    }
}
