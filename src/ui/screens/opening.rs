//! The next shift's opening list: what the last signed day carried over.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{Cursor, List};
use crate::counter::review;
use crate::desk::review::Finding;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::{Align, fit, pad};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// What was carried over.
pub struct Opening {
    findings: Vec<Finding>,
    list: List,
}

impl Opening {
    /// Reads what the last signed day carried over; `None` if that is nothing.
    pub fn read(cx: &mut Cx) -> Option<Self> {
        let today = cx.settings.calendar.day_of(cx.now);
        let findings = cx.tell(review::opening_list(cx.store, today))?;
        if findings.is_empty() {
            return None;
        }
        let mut list = List::default();
        list.set_len(findings.len(), None);
        Some(Self { findings, list })
    }
}

impl Screen for Opening {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "ui.opening.title", &[("count", &self.findings.len().to_string())]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        for (y, index) in self.list.window(inner).enumerate() {
            let finding = &self.findings[index];
            let sort = t(look.lang, &format!("finding.{}", finding.kind), &[]);
            let note = finding.mark.as_ref().map(|mark| mark.note.as_str()).unwrap_or_default();
            let room = usize::from(inner.width).saturating_sub(14 + 18 + 3);
            let rest =
                format!("{}  {} [{note}]", finding.unit.as_deref().unwrap_or_default(), finding.summary);
            let cell = |text: &str, cols: usize| pad(&fit(&harmless(text), cols), cols, Align::Left);
            let mut line = Line::from(vec![
                Span::styled(format!(" {} ", cell(&sort, 14)), look.theme.style(Role::DueSoon)),
                Span::styled(format!("{} ", cell(&finding.subject, 17)), look.theme.style(Role::Text)),
                Span::styled(fit(&harmless(&rest), room), look.theme.style(Role::Text)),
            ]);
            if self.list.selected() == Some(index) {
                line = line.patch_style(look.theme.style(Role::Selected));
            }
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        match key.code {
            KeyCode::Esc => cx.send(Message::Close),
            KeyCode::Enter => {
                cx.send(Message::Close);
                let chosen = self.list.selected().and_then(|index| self.findings.get(index));
                if let Some(number) = chosen.and_then(Finding::number) {
                    cx.send(Message::ShowCase(number.to_owned()));
                }
            }
            // Any other key of the desk means: seen, go on.
            code => {
                if self.list.key(code) == Cursor::Ignored {
                    cx.send(Message::Close);
                    return false;
                }
            }
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.show", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.seen", &[]) },
        ]
    }

    fn help_topic(&self) -> &'static str {
        "review"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 96, self.findings.len() as u16 + 2))
    }
}
