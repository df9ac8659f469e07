//! Typing text: one line or several, with the terminal's own cursor on the cell where the next
//! character appears.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui_textarea::{CursorMove, DataCursor, TextArea, WrapMode};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::plain::harmless_lines;
use crate::text::width::grapheme_width;

/// Columns of the brackets round a field.
const BRACKETS: usize = 2;

/// A text being typed.
#[derive(Debug, Clone)]
pub struct TextEdit {
    area: TextArea<'static>,
    several: bool,
    /// What is typed is shown as stars.
    secret: bool,
    max: usize,
    drawn: Rect,
}

impl TextEdit {
    /// An editor of one line (or of several) that takes at most `max` characters.
    #[must_use]
    pub fn new(several: bool, max: usize) -> Self {
        let mut edit = Self { area: TextArea::default(), several, secret: false, max, drawn: Rect::ZERO };
        edit.set("");
        edit
    }

    /// An editor of one line that shows stars for what is typed.
    #[must_use]
    pub fn secret(max: usize) -> Self {
        let mut edit = Self::new(false, max);
        edit.secret = true;
        edit.set("");
        edit
    }

    /// Replaces the text; the cursor goes behind it.
    pub fn set(&mut self, text: &str) {
        let clean = self.clean(text);
        let mut area = TextArea::new(clean.split('\n').map(str::to_owned).collect());
        area.set_cursor_line_style(Style::new());
        // The terminal's own cursor is shown; a painted one beside it would be a second.
        area.set_cursor_style(Style::new());
        area.set_wrap_mode(if self.several { WrapMode::Glyph } else { WrapMode::None });
        area.set_max_histories(200);
        if self.secret {
            area.set_mask_char('*');
        }
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        self.area = area;
    }

    /// Proposes a text: it stands there chosen as a whole, so that what is typed takes its place, and a key
    /// that moves the cursor keeps it to be changed.
    pub fn propose(&mut self, text: &str) {
        self.set(text);
        self.area.set_selection_style(Style::new().reversed());
        self.area.select_all();
    }

    /// Whether the text is a proposal that nobody has touched.
    #[must_use]
    pub fn is_proposed(&self) -> bool {
        self.area.is_selecting()
    }

    /// Shows a mark for each character: what is typed is a secret.
    pub fn hide(&mut self) {
        self.secret = true;
        self.area.set_mask_char('*');
    }

    /// Whether what is typed is a secret.
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        self.secret
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing is typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// What may enter: no control bytes, line ends as one sort, nothing beyond the limit.
    fn clean(&self, text: &str) -> String {
        // A page pasted by mistake is cut before it is looked at character by character.
        let cut: String = text.chars().take(self.max).collect();
        let clean = harmless_lines(&cut).into_owned();
        if self.several { clean } else { clean.replace('\n', " ").trim_matches('\n').to_owned() }
    }

    fn room(&self) -> usize {
        let used: usize = self.area.lines().iter().map(|line| line.chars().count() + 1).sum();
        (self.max + 1).saturating_sub(used)
    }

    fn insert(&mut self, text: &str) {
        let clean: String = self.clean(text).chars().take(self.room()).collect();
        if !clean.is_empty() {
            self.area.insert_str(clean);
        }
    }

    /// Handles an event; `None` if it is not for a text, else whether the text changed.
    pub fn event(&mut self, event: &Event) -> Option<bool> {
        match event {
            Event::Paste(text) => {
                self.insert(text);
                Some(true)
            }
            Event::Key(key) => self.key(key),
            _ => None,
        }
    }

    /// Whether a key jumps from word to word: it is the text's own wherever one is typed.
    #[must_use]
    pub fn jumps(key: &KeyEvent) -> bool {
        matches!(key.code, KeyCode::Left | KeyCode::Right) && key.modifiers.contains(KeyModifiers::CONTROL)
    }

    fn key(&mut self, key: &KeyEvent) -> Option<bool> {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let moves = match key.code {
            KeyCode::Left if ctrl => Some(CursorMove::WordBack),
            KeyCode::Right if ctrl => Some(CursorMove::WordForward),
            KeyCode::Left if self.area.cursor() != (0, 0) => Some(CursorMove::Back),
            KeyCode::Right if !self.at_end() || self.is_proposed() => Some(CursorMove::Forward),
            KeyCode::Home => Some(CursorMove::Head),
            KeyCode::End => Some(CursorMove::End),
            KeyCode::Up if self.several && self.area.screen_cursor().row > 0 => Some(CursorMove::Up),
            KeyCode::Down if self.several && !self.on_last_row() => Some(CursorMove::Down),
            _ => None,
        };
        if let Some(moves) = moves {
            self.area.cancel_selection();
            self.area.move_cursor(moves);
            return Some(false);
        }
        Some(match key.code {
            // AltGr arrives as Ctrl+Alt and types characters on some keyboards.
            KeyCode::Char(c) if ctrl == alt => {
                if self.room() > 0 && !c.is_control() {
                    self.area.insert_char(c);
                }
                true
            }
            KeyCode::Char('z') if ctrl => self.area.undo(),
            KeyCode::Char('y') if ctrl => self.area.redo(),
            KeyCode::Char('w') | KeyCode::Backspace if ctrl => self.area.delete_word(),
            KeyCode::Enter if self.several => {
                if self.room() > 0 {
                    self.area.insert_newline();
                }
                true
            }
            KeyCode::Backspace if self.area.is_empty() => return None,
            KeyCode::Backspace => self.area.delete_char(),
            KeyCode::Delete => self.area.delete_next_char(),
            _ => return None,
        })
    }

    fn at_end(&self) -> bool {
        let lines = self.area.lines();
        let DataCursor(row, column) = self.area.cursor();
        row + 1 == lines.len() && lines.last().is_none_or(|line| column >= line.chars().count())
    }

    fn on_last_row(&self) -> bool {
        let end = {
            let mut end = self.area.clone();
            end.move_cursor(CursorMove::Bottom);
            end.move_cursor(CursorMove::End);
            end.screen_cursor().row
        };
        self.area.screen_cursor().row >= end
    }

    /// Puts the cursor where somebody clicked.
    pub fn click(&mut self, column: u16, row: u16) {
        if self.drawn.contains((column, row).into()) {
            let (top, left) = self.area.scroll_offset();
            let at = self.area.screen_to_data(
                usize::from(row - self.drawn.y + top),
                usize::from(column - self.drawn.x + left),
            );
            let DataCursor(line, column) = at;
            self.area.cancel_selection();
            self.area.move_cursor(CursorMove::Jump(line as u16, column as u16));
        }
    }

    /// Rows that the text takes at a width, one kept for the cursor behind a full row.
    #[must_use]
    pub fn rows(&self, columns: u16) -> u16 {
        let columns = usize::from(columns).saturating_sub(1 + BRACKETS).max(1);
        let rows: usize = self.area.lines().iter().map(|line| rows_of(line, columns)).sum();
        rows.min(usize::from(u16::MAX)) as u16
    }

    /// Where its first character stood when it was last drawn.
    #[must_use]
    pub fn begin(&self) -> Position {
        self.drawn.as_position()
    }

    /// Draws the text between brackets, which show without colours too where the field is, and the
    /// terminal's cursor if it is typed into.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, style: Style, typing: bool) {
        frame.buffer_mut().set_style(area, style);
        let right = area.right().saturating_sub(1);
        for y in area.y..area.bottom() {
            frame.render_widget(Span::styled("[", style), Rect { y, width: 1, height: 1, ..area });
            frame.render_widget(Span::styled("]", style), Rect { x: right, y, width: 1, height: 1 });
        }
        let area = Rect { x: area.x + 1, width: area.width.saturating_sub(BRACKETS as u16).max(1), ..area };
        self.drawn = area;
        self.area.set_style(style);
        // The last column is kept free: behind an exactly full row the cursor would leave the field.
        let text = Rect { width: area.width.saturating_sub(1).max(1), ..area };
        frame.render_widget(&self.area, text);
        if typing {
            let cursor = self.area.screen_cursor();
            let (top, left) = self.area.scroll_offset();
            let (mut row, mut column) =
                (cursor.row.saturating_sub(usize::from(top)), cursor.col.saturating_sub(usize::from(left)));
            // Behind an exactly full row the next character begins the row below.
            if self.several && column >= usize::from(text.width) && row + 1 < usize::from(area.height) {
                (row, column) = (row + 1, 0);
            }
            let x = area.x + (column as u16).min(area.width.saturating_sub(1));
            let y = area.y + (row as u16).min(area.height.saturating_sub(1));
            frame.set_cursor_position(Position { x, y });
        }
    }
}

/// Rows of a line wrapped at a width, the one included on which the next character appears.
fn rows_of(line: &str, columns: usize) -> usize {
    let (mut rows, mut used) = (1, 0);
    for grapheme in line.graphemes(true) {
        let width = grapheme_width(grapheme);
        // A wide character that does not fit leaves its cell empty.
        if used + width > columns {
            rows += 1;
            used = 0;
        }
        used += width;
    }
    rows + usize::from(used >= columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(keys: &[KeyCode]) -> String {
        let mut edit = TextEdit::new(false, 40);
        edit.propose("/home/a.pdf");
        for key in keys {
            edit.event(&Event::Key(KeyEvent::from(*key)));
        }
        edit.text()
    }

    #[test]
    fn what_is_typed_takes_the_place_of_a_proposal_that_nobody_touched() {
        let key = KeyCode::Char;
        assert_eq!(after(&[]), "/home/a.pdf");
        assert_eq!(after(&[key('b'), key('c')]), "bc");
        assert_eq!(after(&[KeyCode::Backspace]), "");
        assert_eq!(
            after(&[KeyCode::Left, KeyCode::Left, KeyCode::Left, KeyCode::Left, key('b')]),
            "/home/ab.pdf"
        );
        assert_eq!(after(&[KeyCode::Right, key('x')]), "/home/a.pdfx");
        assert_eq!(after(&[KeyCode::End, KeyCode::Backspace]), "/home/a.pd");
        let mut edit = TextEdit::new(false, 40);
        edit.propose("/home/a.pdf");
        edit.event(&Event::Paste("/tmp/b.pdf".into()));
        assert_eq!(edit.text(), "/tmp/b.pdf");
    }
}
