//! Scores of a stack of paper forms: one digit an item, and on to the next one.

use crossterm::event::{Event, KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use serde_json::{Map, Value};

use crate::desk::field::SCORE_MAX;
use crate::text::plain::{harmless, plain};
use crate::text::width::{Align, fit, pad, width};
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// Most columns of an item's name.
const NAME: usize = 40;

/// What an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scored {
    /// Not for scores.
    Ignored,
    /// The cursor moved.
    Taken,
    /// A score changed.
    Changed,
    /// The last item was scored: the next field is meant.
    Last,
}

/// Scores being typed.
#[derive(Debug, Clone)]
pub struct Scores {
    /// Code and name of each item.
    items: Vec<(String, String)>,
    given: Vec<Option<u8>>,
    at: usize,
    places: Vec<Rect>,
}

impl Scores {
    /// No scores yet for these items: code and name of each.
    #[must_use]
    pub fn new(items: Vec<(String, String)>) -> Self {
        Self { given: vec![None; items.len()], items, at: 0, places: Vec::new() }
    }

    /// Takes the names of the items in another language; scores stay with their codes.
    pub fn rename(&mut self, items: Vec<(String, String)>) {
        let value = self.value();
        let at = self.at;
        *self = Self { places: std::mem::take(&mut self.places), ..Self::new(items) };
        self.set(&value);
        self.at = at.min(self.items.len().saturating_sub(1));
    }

    /// Takes scores: code → score.
    pub fn set(&mut self, value: &Value) {
        for ((code, _), given) in self.items.iter().zip(&mut self.given) {
            *given = value.get(code).and_then(Value::as_u64).and_then(|score| u8::try_from(score).ok());
        }
        self.at = 0;
    }

    /// The scores: code → score.
    #[must_use]
    pub fn value(&self) -> Value {
        let pairs = self.items.iter().zip(&self.given);
        let scores: Map<String, Value> =
            pairs.filter_map(|((code, _), given)| given.map(|score| (code.clone(), score.into()))).collect();
        if scores.is_empty() { Value::Null } else { Value::Object(scores) }
    }

    /// Rows that it takes.
    #[must_use]
    pub fn rows(&self) -> u16 {
        (self.items.len() as u16).max(1)
    }

    /// Handles an event.
    pub fn event(&mut self, event: &Event) -> Scored {
        let Event::Key(key) = event else { return Scored::Ignored };
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) || self.items.is_empty() {
            return Scored::Ignored;
        }
        match key.code {
            KeyCode::Down if self.at + 1 < self.items.len() => {
                self.at += 1;
                Scored::Taken
            }
            KeyCode::Up if self.at > 0 => {
                self.at -= 1;
                Scored::Taken
            }
            KeyCode::Backspace if self.given[self.at].is_none() && self.at > 0 => {
                self.at -= 1;
                self.given[self.at] = None;
                Scored::Changed
            }
            KeyCode::Backspace | KeyCode::Delete => {
                self.given[self.at] = None;
                Scored::Changed
            }
            KeyCode::Char(c) => {
                let typed = plain(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c);
                let score = typed.to_digit(10).filter(|score| (1..=SCORE_MAX as u32).contains(score));
                match (score, typed) {
                    (Some(score), _) => self.given[self.at] = u8::try_from(score).ok(),
                    (None, '-' | ' ') => self.given[self.at] = None,
                    _ => return Scored::Taken,
                }
                if self.at + 1 == self.items.len() {
                    return Scored::Last;
                }
                self.at += 1;
                Scored::Changed
            }
            _ => Scored::Ignored,
        }
    }

    /// Puts the cursor where somebody clicked.
    pub fn click(&mut self, column: u16, row: u16) {
        if let Some(at) = self.places.iter().position(|place| place.contains((column, row).into())) {
            self.at = at;
        }
    }

    /// Draws them, one item a row.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look, focused: bool) {
        self.places.clear();
        let columns = self.items.iter().map(|(_, name)| width(name)).max().unwrap_or(0).min(NAME);
        let height = usize::from(area.height).max(1);
        let offset = if focused { (self.at + 1).saturating_sub(height) } else { 0 };
        for (index, ((_, name), given)) in
            self.items.iter().zip(&self.given).enumerate().skip(offset).take(height)
        {
            let y = area.y + (index - offset) as u16;
            let here = focused && index == self.at;
            let name = pad(&fit(&harmless(name), columns), columns, Align::Left);
            let score = given.map_or_else(|| " ".to_owned(), |score| score.to_string());
            let role = if here { Role::FieldFocused } else { Role::Field };
            let place = Rect { y, height: 1, ..area };
            frame.render_widget(Line::styled(format!("{name} ["), look.theme.style(Role::Text)), place);
            let x = area.x + columns as u16 + 2;
            let cell = Rect { x, y, width: 1, height: 1 }.intersection(area);
            frame.render_widget(Line::styled(score, look.theme.style(role)), cell);
            let close = Rect { x: x + 1, y, width: 1, height: 1 }.intersection(area);
            frame.render_widget(Line::styled("]", look.theme.style(Role::Text)), close);
            self.places.push(place);
            if here {
                frame.set_cursor_position((x.min(area.right().saturating_sub(1)), y));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;
    use serde_json::json;

    use super::*;

    fn press(scores: &mut Scores, code: KeyCode) -> Scored {
        scores.event(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    #[test]
    fn a_form_is_typed_as_a_row_of_digits() {
        let items = ["security", "cleaning", "repair"].map(|code| (code.to_owned(), code.to_owned()));
        let mut scores = Scores::new(items.to_vec());
        assert_eq!(press(&mut scores, KeyCode::Char('5')), Scored::Changed);
        assert_eq!(press(&mut scores, KeyCode::Char('9')), Scored::Taken, "there is no such score");
        assert_eq!(press(&mut scores, KeyCode::Char('-')), Scored::Changed);
        assert_eq!(press(&mut scores, KeyCode::Char('４')), Scored::Last);
        assert_eq!(scores.value(), json!({"security": 5, "repair": 4}));
        scores.set(&json!({"cleaning": 3}));
        assert_eq!(scores.value(), json!({"cleaning": 3}));
        assert_eq!(press(&mut scores, KeyCode::Down), Scored::Taken);
        assert_eq!(press(&mut scores, KeyCode::Delete), Scored::Changed);
        assert_eq!(scores.value(), Value::Null);
    }
}
