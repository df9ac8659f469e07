//! The place in a list: which row is chosen and which rows are in sight.

use crossterm::event::{KeyCode, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

/// What a key did to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// Nothing: the key is somebody else's.
    Ignored,
    /// The key belongs to lists, but the place stays.
    Stayed,
    /// Another row is chosen.
    Moved,
}

/// The place in a list of rows of one line each.
#[derive(Debug, Clone, Default)]
pub struct List {
    len: usize,
    selected: usize,
    offset: usize,
    area: Rect,
}

impl List {
    /// The chosen row; `None` in an empty list.
    #[must_use]
    pub const fn selected(&self) -> Option<usize> {
        if self.len == 0 { None } else { Some(self.selected) }
    }

    /// Takes the number of rows; the place goes to `place`, or stays as near as it can. Rows that came
    /// in or went out above leave the chosen one on its line of the screen.
    pub fn set_len(&mut self, len: usize, place: Option<usize>) {
        self.len = len;
        let selected = place.unwrap_or(self.selected).min(len.saturating_sub(1));
        if self.offset > 0 {
            self.offset = (self.offset + selected).saturating_sub(self.selected);
        }
        self.selected = selected;
    }

    /// Chooses a row.
    pub fn select(&mut self, row: usize) {
        self.selected = row.min(self.len.saturating_sub(1));
    }

    /// Takes the area that is drawn into and gives the rows in sight.
    pub fn window(&mut self, area: Rect) -> std::ops::Range<usize> {
        self.area = area;
        let height = usize::from(area.height).max(1);
        self.offset = self.offset.min(self.len.saturating_sub(height)).min(self.selected);
        if self.selected >= self.offset + height {
            self.offset = self.selected + 1 - height;
        }
        self.offset..(self.offset + height).min(self.len)
    }

    /// Moves by a key.
    pub fn key(&mut self, code: KeyCode) -> Cursor {
        let last = self.len.saturating_sub(1);
        let page = usize::from(self.area.height).saturating_sub(1).max(1);
        let to = match code {
            KeyCode::Up | KeyCode::Char('k') => self.selected.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => (self.selected + 1).min(last),
            KeyCode::PageUp => self.selected.saturating_sub(page),
            KeyCode::PageDown => (self.selected + page).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => return Cursor::Ignored,
        };
        self.go(to)
    }

    /// A click chooses the row under it, the wheel goes one row up or down.
    pub fn mouse(&mut self, mouse: MouseEvent) -> Cursor {
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(mouse.column, mouse.row),
            MouseEventKind::ScrollDown => self.key(KeyCode::Down),
            MouseEventKind::ScrollUp => self.key(KeyCode::Up),
            _ => Cursor::Ignored,
        }
    }

    /// Moves to the row under a click.
    pub fn click(&mut self, column: u16, row: u16) -> Cursor {
        if !self.area.contains((column, row).into()) {
            return Cursor::Ignored;
        }
        let at = self.offset + usize::from(row - self.area.y);
        if at < self.len { self.go(at) } else { Cursor::Stayed }
    }

    fn go(&mut self, to: usize) -> Cursor {
        if to == self.selected {
            return Cursor::Stayed;
        }
        self.selected = to;
        Cursor::Moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_chosen_row_in_sight() {
        let mut list = List::default();
        list.set_len(100, None);
        assert_eq!(list.window(Rect::new(0, 0, 10, 10)), 0..10);
        list.key(KeyCode::End);
        assert_eq!(list.window(Rect::new(0, 0, 10, 10)), 90..100);
        list.key(KeyCode::PageUp);
        assert_eq!(list.selected(), Some(90));
        list.set_len(5, None);
        assert_eq!(list.selected(), Some(4));
        assert_eq!(list.window(Rect::new(0, 0, 10, 10)), 0..5);
        list.set_len(0, None);
        assert_eq!(list.selected(), None);
        assert_eq!(list.window(Rect::new(0, 0, 10, 10)), 0..0);
    }

    #[test]
    fn the_chosen_row_stays_on_its_line_when_rows_come_in_above() {
        let mut list = List::default();
        list.set_len(100, Some(60));
        assert_eq!(list.window(Rect::new(0, 0, 10, 10)), 51..61);
        list.set_len(103, Some(63));
        assert_eq!(list.window(Rect::new(0, 0, 10, 10)), 54..64);
        list.set_len(99, Some(59));
        assert_eq!(list.window(Rect::new(0, 0, 10, 10)), 50..60);
    }

    #[test]
    fn a_click_chooses_the_row_under_it() {
        let mut list = List::default();
        list.set_len(100, Some(50));
        list.window(Rect::new(2, 3, 10, 10));
        assert_eq!(list.click(0, 0), Cursor::Ignored);
        assert_eq!(list.click(5, 3), Cursor::Moved);
        assert_eq!(list.selected(), Some(41));
    }
}
