//! Line items: a table whose cells are fields. Totals are computed, never typed.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use serde_json::{Map, Value};

use super::editor::{Editor, Sources, Took, is_enter};
use crate::desk::field::{Field, FieldType, LINES_MAX};
use crate::desk::settings::CHARGES;
use crate::desk::why::Why;
use crate::text::lang::t;
use crate::text::say::word;
use crate::text::show::show_money;
use crate::text::value::Typing;
use crate::text::width::{Align, fit, pad, width};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// Rows of the table that are in sight.
const ROWS: usize = 6;

/// A table of lines under construction.
pub(super) struct LineItems {
    columns: &'static [Field],
    kind: &'static str,
    rows: Vec<Vec<Editor>>,
    row: usize,
    column: usize,
    /// Widths of the columns when they were last drawn: a choice measured at another width would change
    /// its form, and what is typed with it.
    drawn: Vec<u16>,
    /// Makes the editors of a new row.
    empty: Vec<Value>,
}

impl LineItems {
    pub(super) fn new(
        columns: &'static [Field],
        kind: &'static str,
        look: &Look,
        sources: &dyn Sources,
    ) -> Self {
        let empty = columns.iter().map(Field::fixed_preset).collect();
        let mut items = Self { columns, kind, rows: Vec::new(), row: 0, column: 0, drawn: Vec::new(), empty };
        items.add(look, sources);
        items
    }

    fn editors(&self, values: &[Value], look: &Look, sources: &dyn Sources) -> Vec<Editor> {
        self.columns
            .iter()
            .zip(values)
            .map(|(column, value)| Editor::new(*column, self.kind, value, look, sources))
            .collect()
    }

    fn add(&mut self, look: &Look, sources: &dyn Sources) {
        if self.rows.len() < LINES_MAX {
            let row = self.editors(&self.empty, look, sources);
            self.rows.push(row);
        }
    }

    pub(super) fn put(&mut self, value: &Value, look: &Look) {
        let Some(rows) = value.as_array().filter(|rows| !rows.is_empty()) else { return };
        let nobody = NoSources;
        self.rows = rows
            .iter()
            .map(|row| {
                let values: Vec<Value> = self
                    .columns
                    .iter()
                    .map(|column| row.get(column.key).cloned().unwrap_or(Value::Null))
                    .collect();
                self.editors(&values, look, &nobody)
            })
            .collect();
        (self.row, self.column) = (0, 0);
    }

    pub(super) fn speak(&mut self, look: &Look, sources: &dyn Sources) {
        self.rows.iter_mut().flatten().for_each(|cell| cell.speak(look, sources));
    }

    fn is_blank(row: &[Editor]) -> bool {
        row.iter().all(|cell| !cell.is_touched())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| {
            row.iter().all(|cell| !cell.has_text() || cell.field().preset != crate::desk::field::Preset::None)
        })
    }

    /// The rows in which something stands.
    pub(super) fn value(&self, typing: &Typing) -> Result<Value, Why> {
        let mut rows = Vec::new();
        for row in &self.rows {
            let mut values = Map::new();
            let mut given = false;
            for cell in row {
                let value = cell.value(typing)?;
                given |= cell.is_touched() && !value.is_null()
                    || !value.is_null() && cell.field().fixed_preset().is_null();
                if !value.is_null() {
                    values.insert(cell.field().key.to_owned(), value);
                }
            }
            if given {
                rows.push(Value::Object(values));
            }
        }
        Ok(Value::Array(rows))
    }

    pub(super) fn raw(&self) -> Value {
        let rows = self.rows.iter().filter(|row| !Self::is_blank(row)).map(|row| {
            let cells = row.iter().map(|cell| (cell.field().key.to_owned(), cell.raw()));
            Value::Object(cells.collect())
        });
        Value::Array(rows.collect())
    }

    pub(super) fn restore(&mut self, raw: &Value, look: &Look, sources: &dyn Sources) {
        let Some(saved) = raw.as_array() else { return };
        while self.rows.len() < saved.len().min(LINES_MAX) {
            self.add(look, sources);
        }
        for (row, saved) in self.rows.iter_mut().zip(saved) {
            for cell in row {
                if let Some(text) = saved.get(cell.field().key).filter(|text| !text.is_null()) {
                    cell.restore(text, look, sources);
                }
            }
        }
    }

    pub(super) fn leave(&mut self) {
        if let Some(cell) = self.rows.get_mut(self.row).and_then(|row| row.get_mut(self.column)) {
            cell.leave();
        }
    }

    pub(super) fn event(&mut self, event: &Event, look: &Look, sources: &dyn Sources) -> Took {
        if let Event::Key(key) = event {
            match look.keymap.resolve(key, Place::Form) {
                Some(Command::AddLine) => {
                    self.leave();
                    self.add(look, sources);
                    self.row = self.rows.len() - 1;
                    self.column = 0;
                    return Took::Changed;
                }
                Some(Command::DeleteLine) => {
                    self.rows.remove(self.row);
                    if self.rows.is_empty() {
                        self.add(look, sources);
                    }
                    self.row = self.row.min(self.rows.len() - 1);
                    return Took::Changed;
                }
                _ => {}
            }
        }
        let took = match self.rows.get_mut(self.row).and_then(|row| row.get_mut(self.column)) {
            Some(cell) => cell.event(event, look, sources),
            None => Took::Ignored,
        };
        match took {
            Took::Ignored => self.walk(event, look, sources),
            Took::Next | Took::Household(_) => {
                self.take_charge(look);
                self.next_cell(look, sources);
                Took::Changed
            }
            Took::Changed => {
                self.take_charge(look);
                Took::Changed
            }
            Took::Taken => Took::Taken,
        }
    }

    fn walk(&mut self, event: &Event, look: &Look, sources: &dyn Sources) -> Took {
        let Event::Key(key) = event else { return Took::Ignored };
        match key.code {
            // An empty last line is the way out.
            KeyCode::Enter | KeyCode::Tab
                if self.column == 0
                    && self.row + 1 == self.rows.len()
                    && Self::is_blank(&self.rows[self.row]) =>
            {
                return Took::Ignored;
            }
            KeyCode::Enter | KeyCode::Tab => {
                self.leave();
                self.take_charge(look);
                if !is_enter(event)
                    && self.row + 1 == self.rows.len()
                    && self.column + 1 == self.columns.len()
                {
                    return Took::Ignored;
                }
                self.next_cell(look, sources);
            }
            KeyCode::BackTab if (self.row, self.column) != (0, 0) => {
                self.leave();
                if self.column == 0 {
                    self.row -= 1;
                    self.column = self.columns.len() - 1;
                } else {
                    self.column -= 1;
                }
            }
            // Along the line, also over a cell that stays empty: Tab would leave an empty last line.
            KeyCode::Right if self.column + 1 < self.columns.len() => {
                self.leave();
                self.take_charge(look);
                self.column += 1;
            }
            KeyCode::Left if self.column > 0 => {
                self.leave();
                self.column -= 1;
            }
            KeyCode::Down if self.row + 1 < self.rows.len() => {
                self.leave();
                self.row += 1;
            }
            KeyCode::Up if self.row > 0 => {
                self.leave();
                self.row -= 1;
            }
            _ => return Took::Ignored,
        }
        Took::Taken
    }

    fn next_cell(&mut self, look: &Look, sources: &dyn Sources) {
        self.column += 1;
        if self.column == self.columns.len() {
            self.column = 0;
            self.row += 1;
            if self.row == self.rows.len() {
                self.add(look, sources);
                self.row = self.row.min(self.rows.len() - 1);
            }
        }
    }

    /// A code of the charge table brings its name and price along.
    fn take_charge(&mut self, look: &Look) {
        let Some(row) = self.rows.get_mut(self.row) else { return };
        let Some(cell) = row.get(self.column) else { return };
        if cell.field().ty != FieldType::Catalogue(CHARGES) {
            return;
        }
        let Some(charge) = cell.option().and_then(|code| look.settings.charge(&code).cloned()) else {
            return;
        };
        let name = look.lang.of(&charge.name).to_owned();
        for cell in row.iter_mut().filter(|cell| !cell.is_touched()) {
            match cell.field().ty {
                FieldType::Money => cell.fill_value(&charge.price.into(), look),
                FieldType::Text if matches!(cell.field().key, "what" | "name" | "item") => {
                    cell.fill(&name, look);
                }
                FieldType::Text if cell.field().key == "per" => cell.fill(&charge.per, look),
                _ => {}
            }
        }
    }

    /// What the lines come to, where they have a price.
    fn total(&self, typing: &Typing) -> Option<i64> {
        let price = self.columns.iter().position(|column| column.ty == FieldType::Money)?;
        let count = self.columns.iter().position(|column| matches!(column.ty, FieldType::Count { .. }));
        let sum = self.rows.iter().filter_map(|row| {
            let price = row[price].value(typing).ok()?.as_i64()?;
            let count = count.and_then(|count| row[count].value(typing).ok()?.as_i64()).unwrap_or(1);
            price.checked_mul(count)
        });
        Some(sum.sum())
    }

    fn widths(&self, total: u16, look: &Look) -> Vec<u16> {
        let wish = |column: &Field| -> u16 {
            let least = width(&word(look.lang, self.kind, "field", column.key)) as u16 + 1;
            least.max(match column.ty {
                FieldType::Count { .. } | FieldType::Flag => 8,
                FieldType::Phone => 15,
                FieldType::Money
                | FieldType::Reading
                | FieldType::Choice(_)
                | FieldType::Instant
                | FieldType::Day => 12,
                _ => 16,
            })
        };
        let mut widths: Vec<u16> = self.columns.iter().map(wish).collect();
        let gaps = self.columns.len() as u16 + 3;
        let used: u16 = widths.iter().sum::<u16>() + gaps;
        // What is left goes to the columns of text; what is missing is taken from the widest.
        if used <= total {
            let texts: Vec<usize> = (0..widths.len()).filter(|i| widths[*i] >= 16).collect();
            for index in &texts {
                widths[*index] += (total - used) / texts.len() as u16;
            }
        } else {
            let mut over = used - total;
            while over > 0 {
                let Some(widest) = (0..widths.len()).max_by_key(|i| widths[*i]).filter(|i| widths[*i] > 5)
                else {
                    break;
                };
                widths[widest] -= 1;
                over -= 1;
            }
        }
        widths
    }

    pub(super) fn rows(&mut self, focused: bool) -> u16 {
        let columns = self.drawn.get(self.column).copied().filter(|_| focused);
        let cell = self.rows.get_mut(self.row).and_then(|row| row.get_mut(self.column));
        let extra = columns.zip(cell).map_or(0, |(columns, cell)| cell.rows(columns, true) - 1);
        let total = u16::from(self.columns.iter().any(|column| column.ty == FieldType::Money));
        1 + self.rows.len().min(ROWS) as u16 + total + extra
    }

    pub(super) fn draw(
        &mut self,
        frame: &mut Frame,
        area: Rect,
        look: &Look,
        focused: bool,
        typing: &Typing,
    ) {
        let widths = self.widths(area.width, look);
        let mut x = area.x + 3;
        for (column, columns) in self.columns.iter().zip(&widths) {
            let place = Rect { x, y: area.y, width: *columns, height: 1 };
            let label = fit(&word(look.lang, self.kind, "field", column.key), usize::from(*columns));
            frame.render_widget(Line::styled(label, look.theme.style(Role::Dim)), place.intersection(area));
            x += columns + 1;
        }
        self.drawn.clone_from(&widths);
        let offset = (self.row + 1).saturating_sub(ROWS);
        let mut y = area.y + 1;
        for (index, row) in self.rows.iter_mut().enumerate().skip(offset).take(ROWS) {
            let place = Rect { x: area.x, y, width: 3, height: 1 };
            let number = pad(&(index + 1).to_string(), 2, Align::Right);
            frame.render_widget(Line::styled(number, look.theme.style(Role::Dim)), place.intersection(area));
            let mut x = area.x + 3;
            let mut taken = 1;
            for (at, (cell, columns)) in row.iter_mut().zip(&widths).enumerate() {
                let active = focused && index == self.row && at == self.column;
                let rows = cell.rows(*columns, active);
                // An open list may spread to the right over the cells beside it.
                let columns = if active && rows > 1 { area.right().saturating_sub(x) } else { *columns };
                let place = Rect { x, y, width: columns, height: rows }.intersection(area);
                if place.width > 0
                    && place.height > 0
                    && (!focused || index != self.row || at <= self.column || taken == 1)
                {
                    cell.draw(frame, place, look, active, typing);
                }
                if active {
                    taken = taken.max(rows);
                    if rows > 1 {
                        break;
                    }
                }
                x += widths[at] + 1;
            }
            y += taken;
        }
        if let Some(total) = self.total(typing) {
            let words = t(look.lang, "ui.form.total", &[("amount", &show_money(total))]);
            let place =
                Rect { x: area.x + 3, y, width: area.width.saturating_sub(3), height: 1 }.intersection(area);
            frame.render_widget(Line::styled(words, look.theme.style(Role::Title)), place);
        }
    }
}

/// For lines that are only shown again: what they hold was found before.
struct NoSources;

impl Sources for NoSources {
    fn households(&self, _: &str) -> Vec<crate::store::find::HouseholdHit> {
        Vec::new()
    }

    fn residents(&self, _: &str) -> Vec<crate::desk::household::Resident> {
        Vec::new()
    }

    fn operators(&self) -> Vec<crate::desk::people::Operator> {
        Vec::new()
    }

    fn kinds(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn open_cases(&self, _: &str) -> Vec<crate::ui::parts::options::Choice> {
        Vec::new()
    }
}
