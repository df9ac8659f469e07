//! The next shift's opening list: what the last signed day carried over.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::findings;
use super::list::{Cursor, List};
use crate::counter::review;
use crate::desk::review::Finding;
use crate::text::lang::t;
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::look::Look;
use crate::ui::parts;

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
        let measures = findings::Measures::of(&self.findings, look);
        for (y, index) in self.list.window(inner).enumerate() {
            let mut line = findings::line(&self.findings[index], usize::from(inner.width), measures, look);
            if self.list.selected() == Some(index) {
                line.spans[0] = Span::raw("\u{258c}");
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Event::Mouse(mouse) = event {
            return self.list.mouse(*mouse) != Cursor::Ignored;
        }
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
