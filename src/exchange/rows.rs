//! The rows of a list of households, whatever the list is about: which count, whose they are, and what
//! is wrong with them.

use std::ops::ControlFlow;

use super::cells::{self, Place};
use super::headings::{Field, Mapping, heading};
use super::sheet::{Cell, CellKind, Sheet, SheetRow, column_letters};
use super::{Problem, Reason};
use crate::desk::field::TEXT_MAX;
use crate::desk::why::{Arg, Why};
use crate::text::plain::{harmless, harmless_lines};

/// How many rows are done between two words about the progress.
const STEP: usize = 200;

pub(super) fn rule(why: Why) -> Reason {
    Reason::Rule(why)
}

/// What was read of a list.
pub(super) struct Taken<T> {
    /// Rows read; blank ones and repeated headings are not counted.
    pub read: u32,
    /// Rows that are fit, in the order of the file.
    pub rows: Vec<T>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Reads every row that counts. `progress` hears how many of how many rows are done.
///
/// # Errors
/// The mapping lacks a column, or the work was broken off.
pub(super) fn each<'a, T>(
    sheet: &'a Sheet,
    mapping: &'a Mapping,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
    mut read: impl FnMut(&mut Rows<'a>, &SheetRow, &mut Faults<'a>) -> T,
    mut fit: impl FnMut(&T, &mut Faults<'a>),
) -> Result<Taken<T>, Why> {
    mapping.check()?;
    let start = mapping.header_row.map_or(0, |row| row + 1);
    let all = sheet.rows.get(start..).unwrap_or_default();
    let mut rows = Rows { sheet, mapping, above: None };
    let mut taken = Taken { read: 0, rows: Vec::new(), problems: Vec::new() };
    for (done, row) in all.iter().enumerate() {
        if done % STEP == 0 && progress(done, all.len()).is_break() {
            return Err(Why::new("exchange.why.cancelled"));
        }
        if !rows.counts(row) {
            continue;
        }
        taken.read += 1;
        let mut faults = Faults { sheet, mapping, row: row.number, found: Vec::new() };
        let value = read(&mut rows, row, &mut faults);
        fit(&value, &mut faults);
        if faults.found.is_empty() {
            taken.rows.push(value);
        } else {
            taken.problems.extend(faults.found);
        }
    }
    if progress(all.len(), all.len()).is_break() {
        return Err(Why::new("exchange.why.cancelled"));
    }
    Ok(taken)
}

/// The row above, for cells that were merged with it.
struct Above {
    number: u32,
    unit: Option<String>,
    building: Option<String>,
    entrance: Option<String>,
}

/// The rows by their columns.
pub(super) struct Rows<'a> {
    sheet: &'a Sheet,
    mapping: &'a Mapping,
    above: Option<Above>,
}

/// Faults of one row, by column.
pub(super) struct Faults<'a> {
    sheet: &'a Sheet,
    mapping: &'a Mapping,
    row: u32,
    found: Vec<Problem>,
}

impl Faults<'_> {
    /// How much is wrong.
    pub(super) const fn count(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing is wrong.
    pub(super) const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The value, or `None` with the fault kept.
    pub(super) fn keep<T>(&mut self, column: Option<usize>, result: Result<T, Reason>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(reason) => {
                let column = column.map_or_else(
                    || column_letters(0),
                    |column| heading(self.sheet, self.mapping.header_row, column),
                );
                self.found.push(Problem { row: self.row, column, reason });
                None
            }
        }
    }
}

impl Rows<'_> {
    /// The first column of a field.
    pub(super) fn column(&self, field: Field) -> Option<usize> {
        self.mapping.columns_of(field).next()
    }

    /// All columns of a field.
    pub(super) fn columns(&self, field: Field) -> impl Iterator<Item = usize> {
        self.mapping.columns_of(field)
    }

    /// Whether a row is one of the list: something stands in a column that counts, and not the headings again.
    fn counts(&self, row: &SheetRow) -> bool {
        let filled = |(column, _): &(usize, Field)| !row.cell(*column).is_empty();
        if !self.mapping.fields().any(|field| filled(&field)) {
            return false;
        }
        let Some(headings) = self.mapping.header_row.and_then(|at| self.sheet.rows.get(at)) else {
            return true;
        };
        // The headings again, or the names that stand below them in a workbook of ours.
        let same = |(column, field): &(usize, Field)| {
            let text = &row.cell(*column).text;
            *text == headings.cell(*column).text || text == field.id()
        };
        !self.mapping.fields().filter(filled).all(|field| same(&field))
    }

    /// Reads the cell of a field; `None` where nothing stands there or the fault was kept.
    pub(super) fn cell<T>(
        &self,
        row: &SheetRow,
        field: Field,
        faults: &mut Faults,
        read: impl FnOnce(&str, &Cell) -> Result<T, Reason>,
    ) -> Option<T> {
        let column = self.column(field)?;
        let cell = row.cell(column);
        let text = faults.keep(Some(column), cells::filled(cell))??;
        faults.keep(Some(column), read(text, cell))
    }

    /// The text of a field's cell, made harmless; one that is too long is a fault.
    pub(super) fn text(&self, row: &SheetRow, field: Field, faults: &mut Faults) -> Option<String> {
        let text = self.long_text(row, field, TEXT_MAX, faults)?;
        Some(harmless(&text).into_owned())
    }

    /// The same of at most so many characters, its line ends kept.
    pub(super) fn long_text(
        &self,
        row: &SheetRow,
        field: Field,
        max: usize,
        faults: &mut Faults,
    ) -> Option<String> {
        self.cell(row, field, faults, |text, _| {
            let text = harmless_lines(text.trim()).into_owned();
            if text.chars().count() > max {
                return Err(rule(Why::new("desk.why.too_long").with("max", Arg::Number(max as i64))));
            }
            Ok(text)
        })
    }

    /// Whose row it is. `goes_on` says that it tells nothing but more of the household above.
    pub(super) fn unit(&mut self, row: &SheetRow, goes_on: bool, faults: &mut Faults) -> Option<String> {
        let (unit, above) = self.place(row, goes_on, faults);
        self.above = Some(above);
        unit
    }

    fn place(&self, row: &SheetRow, goes_on: bool, faults: &mut Faults) -> (Option<String>, Above) {
        let above =
            self.above.as_ref().filter(|above| self.sheet.merges_unknown && above.number + 1 == row.number);
        let before = faults.found.len();
        let mut text = |field: Field| -> Option<&str> {
            let column = self.column(field)?;
            let cell = row.cell(column);
            if cell.kind == CellKind::Date {
                let why =
                    Why::new("exchange.why.unit_became_date").with("value", Arg::Text(cell.text.clone()));
                return faults.keep(Some(column), Err(rule(why)));
            }
            faults.keep(Some(column), cells::filled(cell))?
        };
        let mut place = Place {
            unit: text(Field::Unit),
            building: text(Field::Building),
            entrance: text(Field::UnitPart),
            room: text(Field::Room),
        };
        if let Some(above) = above.filter(|_| place.building.is_none()) {
            place.building = above.building.as_deref();
            place.entrance = place.entrance.or(above.entrance.as_deref());
        }
        let next = |unit: Option<String>| Above {
            number: row.number,
            unit,
            building: place.building.map(str::to_owned),
            entrance: place.entrance.map(str::to_owned),
        };
        let nothing = place.unit.is_none() && place.room.is_none();
        if let Some(unit) = above.and_then(|above| above.unit.clone()).filter(|_| nothing && goes_on) {
            return (Some(unit.clone()), next(Some(unit)));
        }
        let column =
            [Field::Unit, Field::Room, Field::Building].into_iter().find_map(|field| self.column(field));
        // A cell with a fault of its own needs no second word about it.
        let unit = if nothing && faults.found.len() > before {
            None
        } else {
            faults.keep(column, cells::unit(place))
        };
        (unit.clone(), next(unit))
    }
}
