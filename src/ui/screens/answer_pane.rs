//! The answer that a form names, beside the form: to be read out while the caller waits.

use crossterm::event::{Event, KeyCode};
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
    scroll: u16,
    lines: u16,
    /// Where it was last drawn.
    drawn: Rect,
}

impl AnswerPane {
    /// Reads the case named by that number; `None` where it is none that is read out.
    pub fn read(number: &str, cx: &mut Cx) -> Option<Self> {
        let case = cx.read(cx.store.case(number)).flatten()?;
        let used = cx.store.kinds().get(&case.kind)?.used?;
        let body = case.text(used.read_from).unwrap_or_default();
        Some(Self {
            number: case.number,
            question: case.summary,
            body,
            scroll: 0,
            lines: 0,
            drawn: Rect::ZERO,
        })
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

    /// Whether more of it is to be read than was in sight.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.lines > self.drawn.height
    }

    /// The last line that can be the first in sight.
    const fn last(&self) -> u16 {
        self.lines.saturating_sub(self.drawn.height)
    }

    /// The wheel over it and the keys that turn pages scroll it; the form beside it has no pages.
    pub fn event(&mut self, event: &Event) -> bool {
        let page = i32::from(self.drawn.height.saturating_sub(1).max(1));
        let by = match event {
            Event::Key(key) if key.code == KeyCode::PageDown => page,
            Event::Key(key) if key.code == KeyCode::PageUp => -page,
            Event::Mouse(mouse) if self.drawn.contains((mouse.column, mouse.row).into()) => {
                super::wheel(*mouse).unwrap_or(0)
            }
            _ => 0,
        };
        if by == 0 || !self.is_cut() {
            return false;
        }
        self.scroll = (i32::from(self.scroll) + by).clamp(0, i32::from(self.last())) as u16;
        true
    }

    /// Draws it.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "ui.answer.read_out", &[("number", &self.number)]);
        let lines = self.lines(usize::from(area.width.saturating_sub(2)).max(1), look);
        self.lines = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let seen = self.scroll.saturating_add(area.height.saturating_sub(2)).min(self.lines);
        let foot = (self.lines > area.height.saturating_sub(2)).then(|| format!("{seen}/{}", self.lines));
        self.drawn = parts::framed(frame, area, look, &title, foot.as_deref(), false);
        self.scroll = self.scroll.min(self.last());
        frame.render_widget(Paragraph::new(lines).scroll((self.scroll, 0)), self.drawn);
    }
}
