//! A sheet as text, before it goes anywhere.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::{fit, width};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// The text of a sheet; scrolls both ways.
pub(super) struct Preview {
    title: String,
    lines: Vec<String>,
    down: usize,
    right: usize,
    drawn: Rect,
}

impl Preview {
    pub(super) fn new(title: String, pages: &[String]) -> Self {
        let mut lines: Vec<String> = Vec::new();
        for page in pages {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(page.lines().map(|line| harmless(line).into_owned()));
        }
        // The margin of the paper is of no use here.
        let margin = |line: &String| line.len() - line.trim_start_matches(' ').len();
        let margin = lines.iter().filter(|line| !line.is_empty()).map(margin).min().unwrap_or(0);
        for line in &mut lines {
            line.drain(..margin.min(line.len()));
        }
        Self { title, lines, down: 0, right: 0, drawn: Rect::ZERO }
    }
}

impl Screen for Preview {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "ui.print.preview", &[("form", &self.title)]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        self.drawn = inner;
        let rows = usize::from(inner.height);
        self.down = self.down.min(self.lines.len().saturating_sub(rows));
        for (y, line) in (0_u16..).zip(self.lines.iter().skip(self.down).take(rows)) {
            let text = fit(from_column(line, self.right), usize::from(inner.width));
            frame.render_widget(
                Line::styled(text, look.theme.style(Role::Text)),
                Rect { y: inner.y + y, height: 1, ..inner },
            );
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        let page = usize::from(self.drawn.height).max(1);
        let widest = self.lines.iter().map(|line| width(line)).max().unwrap_or(0);
        match key.code {
            KeyCode::Esc | KeyCode::Enter => cx.send(Message::Close),
            KeyCode::Down => self.down += 1,
            KeyCode::Up => self.down = self.down.saturating_sub(1),
            KeyCode::PageDown => self.down += page,
            KeyCode::PageUp => self.down = self.down.saturating_sub(page),
            KeyCode::Home => (self.down, self.right) = (0, 0),
            KeyCode::End => self.down = self.lines.len(),
            KeyCode::Right => {
                let last = widest.saturating_sub(usize::from(self.drawn.width));
                self.right = (self.right + 8).min(last);
            }
            KeyCode::Left => self.right = self.right.saturating_sub(8),
            _ => return false,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) }]
    }

    fn help_topic(&self) -> &'static str {
        "print"
    }
}

/// The rest of a line from a column on.
fn from_column(line: &str, column: usize) -> &str {
    let mut at = 0;
    for (start, c) in line.char_indices() {
        if at >= column {
            return &line[start..];
        }
        at += width(c.encode_utf8(&mut [0; 4]));
    }
    ""
}
