//! Choosing one of several: in a row when they fit, else from a list that typing narrows.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text::TextEdit;
use crate::text::pinyin;
use crate::text::plain::{harmless, plain};
use crate::text::width::{fit, width};
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// Rows of the list that are in sight.
const ROWS: usize = 6;

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is kept.
    pub id: String,
    /// What people read.
    pub word: String,
    /// What stands beside it: a department, a price.
    pub beside: String,
}

impl Choice {
    /// A choice without anything beside it.
    #[must_use]
    pub fn new(id: impl Into<String>, word: impl Into<String>) -> Self {
        Self { id: id.into(), word: word.into(), beside: String::new() }
    }
}

/// What an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// Not for a choice.
    Ignored,
    /// Taken, nothing chosen anew.
    Taken,
    /// Another choice, the cursor stays.
    Changed,
    /// A choice by a key that means "this one, go on".
    Picked,
}

/// Choosing one of several.
#[derive(Debug, Clone)]
pub struct Options {
    choices: Vec<Choice>,
    chosen: Option<usize>,
    /// What is typed to narrow the list.
    query: TextEdit,
    at: usize,
    open: bool,
    room: usize,
    places: Vec<(Rect, usize)>,
    /// Text that is none of the choices is taken as well.
    free: bool,
}

impl Options {
    /// A choice of these; `free` if other text is taken as well.
    #[must_use]
    pub fn new(choices: Vec<Choice>, free: bool) -> Self {
        Self {
            choices,
            chosen: None,
            query: TextEdit::new(false, 60),
            at: 0,
            open: false,
            room: 60,
            places: Vec::new(),
            free,
        }
    }

    /// The id that is chosen, or the free text.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        if let Some(chosen) = self.chosen {
            return self.choices.get(chosen).map(|choice| choice.id.clone());
        }
        let text = self.query.text();
        (!text.trim().is_empty()).then(|| text.trim().to_owned())
    }

    /// Whether something is typed that is none of the choices.
    #[must_use]
    pub fn is_none_of_them(&self) -> bool {
        !self.free && self.chosen.is_none() && self.value().is_some()
    }

    /// Chooses by id; free text is kept as typed.
    pub fn set(&mut self, id: Option<&str>) {
        self.chosen = id.and_then(|id| self.choices.iter().position(|choice| choice.id == id));
        let text = match (self.chosen, id) {
            (Some(chosen), _) if !self.in_row() => self.choices[chosen].word.clone(),
            (None, Some(id)) => id.to_owned(),
            _ => String::new(),
        };
        self.query.set(&text);
        self.open = false;
    }

    /// Replaces the choices and keeps what is chosen, if it is still there.
    pub fn offer(&mut self, choices: Vec<Choice>) {
        let value = self.value();
        self.choices = choices;
        self.set(value.as_deref());
    }

    /// Whether the choices stand in a row.
    #[must_use]
    pub fn in_row(&self) -> bool {
        // A digit, two brackets, a mark, and a blank between them.
        let columns: usize = self.choices.iter().map(|choice| width(&choice.word) + 5).sum();
        !self.free && self.choices.len() <= 9 && columns <= self.room
    }

    /// Whether it shows a cursor to type at.
    #[must_use]
    pub fn typed(&self) -> bool {
        !self.in_row()
    }

    /// Takes the width that it is drawn in.
    pub fn fit_into(&mut self, columns: u16) {
        let was = (self.in_row(), self.room);
        self.room = usize::from(columns);
        if was.0 != self.in_row() {
            // In a row there is no place for what is being typed.
            if self.is_none_of_them() {
                self.room = was.1;
                return;
            }
            let value = self.value();
            self.set(value.as_deref());
        }
    }

    /// The choices that what is typed leaves.
    fn left(&self) -> Vec<usize> {
        let query = plain(&self.query.text()).to_lowercase();
        if query.is_empty() || self.chosen.is_some() {
            return (0..self.choices.len()).collect();
        }
        // Each word beside it by its pinyin too.
        let beside = |choice: &Choice| {
            let words = choice.beside.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_ascii());
            words
                .map(pinyin::keys)
                .any(|keys| keys.initials.iter().chain(&keys.full).any(|key| key.starts_with(&query)))
        };
        let fits = |choice: &Choice| {
            let word = choice.word.to_lowercase();
            let keys = || pinyin::keys(&choice.word);
            word.contains(&query)
                || choice.id.to_lowercase().starts_with(&query)
                || choice.beside.to_lowercase().contains(&query)
                || keys().initials.iter().any(|key| key.starts_with(&query))
                || keys().full.iter().any(|key| key.starts_with(&query))
                || beside(choice)
        };
        // What begins with the letters typed comes before what holds them somewhere.
        let begins = |choice: &Choice| {
            choice.word.to_lowercase().starts_with(&query) || choice.id.to_lowercase().starts_with(&query)
        };
        let mut left: Vec<usize> =
            (0..self.choices.len()).filter(|index| fits(&self.choices[*index])).collect();
        left.sort_by_key(|index| !begins(&self.choices[*index]));
        left
    }

    /// Handles an event.
    pub fn event(&mut self, event: &Event) -> Chosen {
        if let Event::Mouse(mouse) = event
            && let crossterm::event::MouseEventKind::Down(_) = mouse.kind
        {
            let hit = self.places.iter().find(|(place, _)| place.contains((mouse.column, mouse.row).into()));
            if let Some((_, index)) = hit {
                let id = self.choices[*index].id.clone();
                self.set(Some(&id));
                return Chosen::Picked;
            }
            return Chosen::Ignored;
        }
        if self.in_row() { self.row_event(event) } else { self.list_event(event) }
    }

    fn row_event(&mut self, event: &Event) -> Chosen {
        let Event::Key(key) = event else { return Chosen::Ignored };
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
            return Chosen::Ignored;
        }
        let count = self.choices.len();
        match key.code {
            KeyCode::Left | KeyCode::Right if count > 0 => {
                let step = if key.code == KeyCode::Right { 1 } else { count - 1 };
                let first = if key.code == KeyCode::Right { 0 } else { count - 1 };
                self.chosen = Some(self.chosen.map_or(first, |at| (at + step) % count));
                Chosen::Changed
            }
            KeyCode::Char(' ') if count > 0 => {
                self.chosen = Some(self.chosen.map_or(0, |at| (at + 1) % count));
                Chosen::Changed
            }
            KeyCode::Backspace | KeyCode::Delete => {
                self.chosen = None;
                Chosen::Changed
            }
            KeyCode::Char(c) => {
                let text = plain(&c.to_string()).to_lowercase();
                let digit = text.parse::<usize>().ok().filter(|digit| (1..=count).contains(digit));
                if let Some(digit) = digit {
                    self.chosen = Some(digit - 1);
                    return Chosen::Picked;
                }
                // The next one that begins with this letter, by its word or its pinyin.
                let begins = |index: &usize| {
                    let word = &self.choices[*index].word;
                    word.to_lowercase().starts_with(&text)
                        || pinyin::keys(word).initials.iter().any(|key| key.starts_with(&text))
                };
                let from = self.chosen.map_or(0, |at| at + 1);
                let found = (from..count).chain(0..from.min(count)).find(begins);
                if found.is_some() {
                    self.chosen = found;
                    return Chosen::Changed;
                }
                Chosen::Taken
            }
            _ => Chosen::Ignored,
        }
    }

    fn list_event(&mut self, event: &Event) -> Chosen {
        // Text pasted over a choice begins a new one, as typed text does.
        if matches!(event, Event::Paste(_)) && self.chosen.is_some() {
            self.chosen = None;
            self.query.set("");
        }
        if let Event::Key(key) = event {
            let left = self.left();
            match key.code {
                KeyCode::Down | KeyCode::Up if !left.is_empty() => {
                    if !self.open {
                        self.open = true;
                        self.at = self.chosen.unwrap_or(0);
                        return Chosen::Taken;
                    }
                    let count = left.len();
                    self.at = match key.code {
                        KeyCode::Down => (self.at + 1).min(count - 1),
                        _ if self.at == 0 => {
                            self.open = false;
                            return Chosen::Taken;
                        }
                        _ => self.at - 1,
                    };
                    return Chosen::Taken;
                }
                KeyCode::Enter if self.open && !left.is_empty() => {
                    let id = self.choices[left[self.at.min(left.len() - 1)]].id.clone();
                    self.set(Some(&id));
                    return Chosen::Picked;
                }
                KeyCode::Enter if self.open => {
                    self.open = false;
                    return Chosen::Ignored;
                }
                KeyCode::Esc if self.open => {
                    self.open = false;
                    return Chosen::Taken;
                }
                // Typing over a choice begins a new one.
                KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Delete
                    if self.chosen.is_some() && !chord(key.modifiers) =>
                {
                    self.chosen = None;
                    self.query.set("");
                }
                _ => {}
            }
        }
        match self.query.event(event) {
            Some(true) => {
                self.chosen = None;
                self.open = !self.query.is_empty();
                self.at = 0;
                Chosen::Changed
            }
            Some(false) => Chosen::Taken,
            None => Chosen::Ignored,
        }
    }

    /// Leaving the field: the only choice that is left is meant.
    pub fn leave(&mut self) {
        if self.in_row() || self.chosen.is_some() || self.query.is_empty() {
            self.open = false;
            return;
        }
        let left = self.left();
        let exact = left.iter().copied().find(|index| self.choices[*index].word == self.query.text().trim());
        let meant = exact.or(match left.as_slice() {
            [only] => Some(*only),
            [first, ..] if self.open && !self.free => Some(left.get(self.at).copied().unwrap_or(*first)),
            _ => None,
        });
        if let Some(meant) = meant.filter(|_| exact.is_some() || !self.free) {
            let id = self.choices[meant].id.clone();
            self.set(Some(&id));
        }
        self.open = false;
    }

    /// Rows that it takes.
    #[must_use]
    pub fn rows(&self, focused: bool) -> u16 {
        if focused && self.open && !self.in_row() { 1 + self.left().len().min(ROWS) as u16 } else { 1 }
    }

    /// Draws it.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look, focused: bool) {
        self.places.clear();
        if self.in_row() {
            self.draw_row(frame, area, look, focused);
        } else {
            self.draw_list(frame, area, look, focused);
        }
    }

    fn draw_row(&mut self, frame: &mut Frame, area: Rect, look: &Look, focused: bool) {
        let mut x = area.x;
        for (index, choice) in self.choices.iter().enumerate() {
            let chosen = self.chosen == Some(index);
            let mark = if chosen { "*" } else { " " };
            let text = format!("{}({mark}{})", index + 1, harmless(&choice.word));
            let columns = width(&text) as u16;
            let role = match (chosen, focused) {
                (true, true) => Role::FieldFocused,
                (true, false) => Role::Title,
                _ => Role::Text,
            };
            let place = Rect { x, y: area.y, width: columns.min(area.right().saturating_sub(x)), height: 1 };
            frame.render_widget(Line::styled(text, look.theme.style(role)), place);
            self.places.push((place, index));
            if focused && (chosen || self.chosen.is_none() && index == 0) {
                // Before the word: there an input method may open its window.
                let at = x + if chosen { 2 } else { 0 };
                frame.set_cursor_position((at.min(area.right().saturating_sub(1)), area.y));
            }
            x += columns + 1;
        }
    }

    fn draw_list(&mut self, frame: &mut Frame, area: Rect, look: &Look, focused: bool) {
        let role = if focused { Role::FieldFocused } else { Role::Field };
        let line = Rect { height: 1, ..area };
        self.query.draw(frame, line, look.theme.style(role), focused);
        if focused && self.chosen.is_some() {
            // The next character takes the place of the choice.
            frame.set_cursor_position(self.query.begin());
        }
        if !focused || !self.open {
            return;
        }
        let left = self.left();
        self.at = self.at.min(left.len().saturating_sub(1));
        let offset = (self.at + 1).saturating_sub(ROWS);
        for (row, index) in left.iter().enumerate().skip(offset).take(ROWS) {
            let y = area.y + 1 + (row - offset) as u16;
            if y >= area.bottom() {
                break;
            }
            let choice = &self.choices[*index];
            let chosen = row == self.at;
            let lead = if chosen { "\u{258c}" } else { " " };
            let word = fit(&harmless(&choice.word), usize::from(area.width).saturating_sub(3));
            let mut line = Line::from(vec![
                Span::raw(format!("{lead}{word}  ")),
                Span::styled(harmless(&choice.beside).into_owned(), look.theme.style(Role::Dim)),
            ]);
            if chosen {
                line = super::chosen(line, look);
            }
            let place = Rect { y, height: 1, ..area };
            frame.render_widget(line, place);
            self.places.push((place, *index));
        }
    }
}

fn chord(modifiers: KeyModifiers) -> bool {
    modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
}
