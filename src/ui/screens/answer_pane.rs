//! The answer that a form names, beside the form: to be read out while the caller waits.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::wrap;
use crate::ui::cx::Cx;
use crate::ui::look::Look;
use crate::ui::parts::{self, markdown};
use crate::ui::theme::Role;

/// An answer beside a form.
pub struct AnswerPane {
    number: String,
    question: String,
    body: String,
}

impl AnswerPane {
    /// Reads the case named by that number; `None` where it is none that is read out.
    pub fn read(number: &str, cx: &mut Cx) -> Option<Self> {
        let case = cx.read(cx.store.case(number)).flatten()?;
        let used = cx.store.kinds().get(&case.kind)?.used?;
        let body = case.text(used.read_from).unwrap_or_default();
        Some(Self { number: case.number, question: case.summary, body })
    }

    /// The number of the answer.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    fn lines(&self, columns: usize, look: &Look) -> Vec<Line<'static>> {
        let question = wrap(&harmless(&self.question), columns);
        let accent = look.theme.style(Role::Accent);
        let mut lines: Vec<Line> = question.into_iter().map(|line| Line::styled(line, accent)).collect();
        lines.extend(markdown::lines(&self.body, columns, look));
        lines
    }

    /// Rows that it wants at a width, its frame included.
    #[must_use]
    pub fn rows(&self, columns: u16, look: &Look) -> u16 {
        let lines = self.lines(usize::from(columns.saturating_sub(2)).max(1), look).len();
        u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2)
    }

    /// Draws it.
    pub fn draw(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "ui.answer.read_out", &[("number", &self.number)]);
        let inner = parts::framed(frame, area, look, &title, None, false);
        let lines = self.lines(usize::from(inner.width).max(1), look);
        frame.render_widget(Paragraph::new(lines), inner);
    }
}
