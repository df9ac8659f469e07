//! Who is it? One box finds a household by unit, telephone, name or pinyin while it is typed.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text::TextEdit;
use crate::store::find::HouseholdHit;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::show::mask_phone;
use crate::text::width::{Align, fit, pad};
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// Hits that are in sight.
pub const HITS: usize = 6;

/// What an event did.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Not for the box.
    Ignored,
    /// Taken.
    Taken,
    /// What is typed changed: the hits are to be read again.
    Asked,
    /// This household is meant.
    Picked(HouseholdHit),
}

/// The box that finds a household. What is typed and found by nobody is taken as a public place.
#[derive(Debug, Clone)]
pub struct HouseholdBox {
    query: TextEdit,
    hits: Vec<HouseholdHit>,
    at: usize,
    open: bool,
    places: Vec<(Rect, usize)>,
}

impl HouseholdBox {
    /// An empty box.
    #[must_use]
    pub fn new() -> Self {
        Self { query: TextEdit::new(false, 60), hits: Vec::new(), at: 0, open: false, places: Vec::new() }
    }

    /// What stands in the box.
    #[must_use]
    pub fn text(&self) -> String {
        self.query.text()
    }

    /// Puts a unit into the box.
    pub fn set(&mut self, unit: &str) {
        self.query.set(unit);
        self.open = false;
        self.hits.clear();
    }

    /// Takes what was found for the text in the box.
    pub fn answer(&mut self, hits: Vec<HouseholdHit>) {
        self.hits = hits;
        self.at = 0;
        self.open = !self.query.is_empty();
    }

    /// Handles an event.
    pub fn event(&mut self, event: &Event) -> Found {
        if let Event::Mouse(mouse) = event {
            let hit = self.places.iter().find(|(place, _)| place.contains((mouse.column, mouse.row).into()));
            return match (mouse.kind, hit) {
                (crossterm::event::MouseEventKind::Down(_), Some((_, index))) => self.pick(*index),
                _ => Found::Ignored,
            };
        }
        if let Event::Key(key) = event
            && self.open
            && !self.hits.is_empty()
        {
            match key.code {
                KeyCode::Down => {
                    self.at = (self.at + 1).min(self.hits.len() - 1);
                    return Found::Taken;
                }
                KeyCode::Up if self.at > 0 => {
                    self.at -= 1;
                    return Found::Taken;
                }
                KeyCode::Enter => return self.pick(self.at),
                KeyCode::Esc => {
                    self.open = false;
                    return Found::Taken;
                }
                _ => {}
            }
        }
        match self.query.event(event) {
            Some(true) => Found::Asked,
            Some(false) => Found::Taken,
            None => Found::Ignored,
        }
    }

    fn pick(&mut self, index: usize) -> Found {
        let Some(hit) = self.hits.get(index).cloned() else { return Found::Taken };
        self.set(&hit.unit);
        Found::Picked(hit)
    }

    /// Leaving the box while hits are shown: the first one is meant if it is the very unit, telephone or name typed.
    pub fn leave(&mut self) -> Option<HouseholdHit> {
        if !self.open {
            return None;
        }
        self.open = false;
        let [only] = self.hits.as_slice() else { return None };
        let only = only.clone();
        self.set(&only.unit);
        Some(only)
    }

    /// Rows that it takes.
    #[must_use]
    pub fn rows(&self, focused: bool) -> u16 {
        if focused && self.open { 1 + self.hits.len().clamp(1, HITS) as u16 } else { 1 }
    }

    /// Draws it.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look, focused: bool) {
        self.places.clear();
        let role = if focused { Role::FieldFocused } else { Role::Field };
        self.query.draw(frame, Rect { height: 1, ..area }, look.theme.style(role), focused);
        if !focused || !self.open {
            return;
        }
        if self.hits.is_empty() {
            let place = Rect { y: area.y + 1, height: 1, ..area };
            if place.bottom() <= area.bottom() {
                let words = fit(&t(look.lang, "ui.form.nobody_found", &[]), usize::from(area.width));
                frame.render_widget(Line::styled(words, look.theme.style(Role::Dim)), place);
            }
            return;
        }
        for (row, hit) in self.hits.iter().take(HITS).enumerate() {
            let place = Rect { y: area.y + 1 + row as u16, height: 1, ..area };
            if place.bottom() > area.bottom() {
                break;
            }
            let chosen = row == self.at;
            let mut line = hit_line(hit, look, chosen);
            if chosen {
                line = super::chosen(line, look);
            }
            frame.render_widget(line, place);
            self.places.push((place, row));
        }
    }
}

impl Default for HouseholdBox {
    fn default() -> Self {
        Self::new()
    }
}

/// One household found: unit, resident, telephone, what is open.
#[must_use]
pub fn hit_line(hit: &HouseholdHit, look: &Look, chosen: bool) -> Line<'static> {
    let lead = if chosen { "\u{258c}" } else { " " };
    let cell = |text: &str, columns: usize| pad(&fit(&harmless(text), columns), columns, Align::Left);
    let relation =
        hit.relation.map(|relation| t(look.lang, &format!("household.relation.{}", relation.id()), &[]));
    let phone = hit.phone.as_deref().map(mask_phone).unwrap_or_default();
    let open = t(look.lang, "ui.form.open_cases", &[("count", &hit.open.to_string())]);
    Line::from(vec![
        Span::raw(format!("{lead}{} ", cell(&hit.unit, 11))),
        Span::styled(cell(hit.resident.as_deref().unwrap_or_default(), 12), look.theme.style(Role::Title)),
        Span::raw(format!(" {} ", cell(&relation.unwrap_or_default(), 6))),
        Span::styled(cell(&phone, 13), look.theme.style(Role::Dim)),
        Span::raw(open),
    ])
}
