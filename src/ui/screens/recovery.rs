//! A recovery code, shown this once to be written down.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::wrap;
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Showing a code.
pub struct RecoveryCode {
    name: String,
    code: String,
}

impl RecoveryCode {
    /// The code of that operator.
    pub const fn new(name: String, code: String) -> Self {
        Self { name, code }
    }
}

impl Screen for RecoveryCode {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "ui.recovery.title", &[("name", &harmless(&self.name))]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let line = |y: u16| Rect { y: inner.y + y, height: 1, ..inner };
        frame.render_widget(Line::styled(self.code.clone(), look.theme.style(Role::Title)), line(1));
        let words = t(look.lang, "ui.recovery.words", &[]);
        for (row, text) in wrap(&words, usize::from(inner.width)).into_iter().take(4).enumerate() {
            frame.render_widget(Line::styled(text, look.theme.style(Role::Text)), line(3 + row as u16));
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        // It can't be seen again: a key that was meant for something else does not take it away.
        if let Event::Key(key) = event
            && key.code == KeyCode::Enter
        {
            cx.send(Message::Close);
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![Hint { key: "Enter".into(), does: t(look.lang, "ui.key.written_down", &[]) }]
    }

    fn help_topic(&self) -> &'static str {
        "setup"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 64, 10))
    }
}
