//! Which column holds what: as the headings say, until the person says otherwise.

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::list::{Cursor, List};
use crate::exchange::headings::{self, Field, List as ListOf, Mapping};
use crate::exchange::sheet::{Sheet, column_letters};
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;
use crate::text::width::{Align, fit, pad};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::options::{Choice, Chosen, Options};
use crate::ui::theme::Role;

/// Rows of data that are shown beside each column.
const SAMPLES: usize = 4;
/// Rows from the top that can be named as the headings.
const HEADING_ROWS: usize = 20;

/// The sheet of a file with the meaning of its columns.
pub(super) struct Columns {
    sheets: Vec<Arc<Sheet>>,
    at: usize,
    pub mapping: Mapping,
    list: List,
    /// The field of the chosen column is being chosen.
    chooser: Option<Options>,
}

fn field_word(lang: Lang, field: Option<Field>) -> String {
    field.map_or_else(
        || t(lang, "import.ignore", &[]),
        |field| t(lang, &format!("exchange.field.{}", field.id()), &[]),
    )
}

impl Columns {
    /// The sheets of a file; the one whose headings say most comes first.
    pub(super) fn new(sheets: Vec<Sheet>, list: ListOf) -> Self {
        let sheets: Vec<Arc<Sheet>> = sheets.into_iter().map(Arc::new).collect();
        let known = |sheet: &Sheet| headings::guess(sheet, list).mapping.fields().count();
        let best = (0..sheets.len()).rev().max_by_key(|at| known(&sheets[*at])).unwrap_or(0);
        let mut columns =
            Self { sheets, at: best, mapping: Mapping::of(list), list: List::default(), chooser: None };
        columns.guess();
        columns
    }

    fn guess(&mut self) {
        let Some(sheet) = self.sheets.get(self.at) else { return };
        self.mapping = headings::guess(sheet, self.mapping.list).mapping;
        self.list.set_len(sheet.columns(), Some(0));
    }

    /// The sheet that is shown.
    pub(super) fn sheet(&self) -> Option<Arc<Sheet>> {
        self.sheets.get(self.at).cloned()
    }

    /// Which sheet of the file is shown.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Shows that sheet of the file, if there is one.
    pub(super) fn show_sheet(&mut self, at: usize) {
        if at < self.sheets.len() {
            self.at = at;
            self.guess();
        }
    }

    /// Whether the file has several sheets.
    pub(super) fn has_several(&self) -> bool {
        self.sheets.len() > 1
    }

    /// Whether a field is being chosen.
    pub(super) const fn is_choosing(&self) -> bool {
        self.chooser.is_some()
    }

    /// Shows the next sheet.
    pub(super) fn next_sheet(&mut self) {
        if self.has_several() {
            self.at = (self.at + 1) % self.sheets.len();
            self.guess();
        }
    }

    /// Takes another row for the headings, or none.
    pub(super) fn move_heading(&mut self) {
        let rows = self.sheets.get(self.at).map_or(0, |sheet| sheet.rows.len().min(HEADING_ROWS));
        self.mapping.header_row = match self.mapping.header_row {
            None if rows > 0 => Some(0),
            Some(row) if row + 1 < rows => Some(row + 1),
            _ => None,
        };
    }

    fn choose(&mut self, lang: Lang) {
        let Some(column) = self.list.selected() else { return };
        let mut choices = vec![Choice::new("", field_word(lang, None))];
        let fields = self.mapping.list.fields().iter();
        choices.extend(fields.map(|field| Choice::new(field.id(), field_word(lang, Some(*field)))));
        let mut options = Options::new(choices, false);
        options.set(Some(self.mapping.field(column).map_or("", Field::id)));
        // The list is open from the beginning.
        options.event(&Event::Key(KeyCode::Down.into()));
        self.chooser = Some(options);
    }

    fn give(&mut self, options: &Options) {
        if let (Some(column), Some(id)) = (self.list.selected(), options.value()) {
            self.mapping.set(column, Field::from_id(&id));
        }
    }

    fn turn(&mut self, by: isize) {
        let Some(column) = self.list.selected() else { return };
        let all: Vec<Option<Field>> =
            std::iter::once(None).chain(self.mapping.list.fields().iter().copied().map(Some)).collect();
        let now = self.mapping.field(column);
        let at = all.iter().position(|field| *field == now).unwrap_or(0);
        self.mapping.set(column, all[(at as isize + by).rem_euclid(all.len() as isize) as usize]);
    }

    /// Handles an event; `false` if it is none of a table's.
    pub(super) fn event(&mut self, event: &Event, lang: Lang) -> bool {
        if let Some(mut options) = self.chooser.take() {
            if matches!(event, Event::Key(key) if key.code == KeyCode::Esc) {
                return true;
            }
            let taken = options.event(event);
            let leaves =
                matches!(event, Event::Key(key) if matches!(key.code, KeyCode::Tab | KeyCode::Enter));
            if taken == Chosen::Picked {
                self.give(&options);
            } else if leaves {
                options.leave();
                self.give(&options);
            } else {
                self.chooser = Some(options);
            }
            return true;
        }
        match event {
            Event::Key(key) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                match key.code {
                    KeyCode::Enter => self.choose(lang),
                    KeyCode::Left => self.turn(-1),
                    KeyCode::Right => self.turn(1),
                    KeyCode::Delete | KeyCode::Backspace => {
                        if let Some(column) = self.list.selected() {
                            self.mapping.set(column, None);
                        }
                    }
                    // What is typed begins the choice.
                    KeyCode::Char(_) => {
                        self.choose(lang);
                        if let Some(options) = &mut self.chooser {
                            options.event(event);
                        }
                    }
                    code => return self.list.key(code) != Cursor::Ignored,
                }
                true
            }
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                let hit = self.list.click(mouse.column, mouse.row);
                if hit == Cursor::Stayed {
                    self.choose(lang);
                }
                hit != Cursor::Ignored
            }
            _ => false,
        }
    }

    pub(super) fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let Some(sheet) = self.sheet() else { return };
        let heading = match self.mapping.header_row.and_then(|row| sheet.rows.get(row)) {
            Some(row) => t(look.lang, "import.heading_row", &[("row", &row.number.to_string())]),
            None => t(look.lang, "import.no_heading_row", &[]),
        };
        let rows = sheet.rows.len() - self.mapping.header_row.map_or(0, |row| row + 1);
        let mut about = t(look.lang, "import.rows", &[("count", &rows.to_string())]);
        about = format!("{about}  {heading}");
        if self.has_several() {
            let (at, all) = ((self.at + 1).to_string(), self.sheets.len().to_string());
            let words = [("name", harmless(&sheet.name).into_owned()), ("at", at), ("all", all)];
            let words: Vec<(&str, &str)> =
                words.iter().map(|(name, value)| (*name, value.as_str())).collect();
            about = format!("{}  {about}", t(look.lang, "import.sheet", &words));
        }
        let about = fit(&about, usize::from(area.width));
        frame.render_widget(Line::styled(about, look.theme.style(Role::Dim)), Rect { height: 1, ..area });
        let (name, word) = if area.width >= 100 { (24, 14) } else { (18, 12) };
        let head = [("import.column", name + 5), ("import.field", word + 3), ("import.data", 20)];
        let head: String =
            head.map(|(key, columns)| pad(&t(look.lang, key, &[]), columns, Align::Left)).concat();
        let below = Rect { y: area.y + 1, height: 1, ..area };
        frame.render_widget(Line::styled(head, look.theme.style(Role::Title)), below);
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        let start = self.mapping.header_row.map_or(0, |row| row + 1);
        for (y, column) in self.list.window(body).enumerate() {
            let field = self.mapping.field(column);
            let role = if field.is_some() { Role::Done } else { Role::Dim };
            let heading = harmless(&headings::heading(&sheet, self.mapping.header_row, column)).into_owned();
            let samples: Vec<&str> = sheet
                .rows
                .get(start..)
                .unwrap_or_default()
                .iter()
                .take(SAMPLES)
                .map(|row| row.cell(column).text.as_str())
                .collect();
            let samples = samples.join(" | ");
            let samples = harmless(samples.trim_start_matches([' ', '|'])).into_owned();
            let room = usize::from(body.width).saturating_sub(name + word + 8);
            let mark = if field.is_some() { ">" } else { " " };
            let mut line = Line::from(vec![
                Span::styled(
                    pad(&format!(" {}", column_letters(column)), 4, Align::Left),
                    look.theme.style(Role::Dim),
                ),
                Span::styled(format!("{} ", pad(&heading, name, Align::Left)), look.theme.style(Role::Text)),
                Span::styled(
                    format!("{mark} {} ", pad(&field_word(look.lang, field), word, Align::Left)),
                    look.theme.style(role),
                ),
                Span::styled(fit(&samples, room), look.theme.style(Role::Dim)),
            ]);
            if self.list.selected() == Some(column) {
                line = line.patch_style(look.theme.style(Role::Selected));
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
        if let (Some(options), Some(column)) = (&mut self.chooser, self.list.selected()) {
            let popup = parts::centre(area, 44, 10);
            parts::clear_under(frame, popup);
            let heading = headings::heading(&sheet, self.mapping.header_row, column);
            let title = t(look.lang, "import.choose_field", &[("column", &heading)]);
            let inner = parts::framed(frame, popup, look, &title, None, true);
            options.fit_into(inner.width);
            options.draw(frame, inner, look, true);
        }
    }
}
