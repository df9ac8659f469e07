//! A sheet as a roster: every row either fit to be taken or refused with its reasons.

use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::cells::{self, Place};
use super::headings::{Field, Mapping, heading};
use super::sheet::{CellKind, Sheet, SheetRow, column_letters};
use super::{Problem, Reason, Roster};
use crate::desk::household::{Occupancy, Relation};
use crate::desk::roster::{RosterResident, RosterRow};
use crate::desk::why::{Arg, Why};

/// How many rows are done between two words about the progress.
const STEP: usize = 200;

pub(super) fn rule(why: Why) -> Reason {
    Reason::Rule(why)
}

/// Reads the rows of a sheet as a roster.
///
/// - Blank rows, rows without anything in a column that counts, and repeated headings are passed over.
/// - Cells that were merged over several rows hold for all of them. Where a file does not tell what was merged
///   (`.ods`), a row directly below that names residents and nothing of a household belongs to the household above.
/// - A cell may name several residents, with as many telephone numbers or one for the first.
/// - A row that contradicts an earlier one about the same household is refused.
///
/// `progress` hears how many of how many rows are done.
///
/// # Errors
/// The mapping has no unit, or the work was broken off.
pub fn plan(
    sheet: &Sheet,
    mapping: &Mapping,
    today: NaiveDate,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Roster, Why> {
    mapping.check()?;
    let start = mapping.header_row.map_or(0, |row| row + 1);
    let rows = sheet.rows.get(start..).unwrap_or_default();
    let mut reader = Reader { sheet, mapping, today, above: None, households: HashMap::new() };
    let mut roster = Roster::default();
    for (done, row) in rows.iter().enumerate() {
        if done % STEP == 0 && progress(done, rows.len()).is_break() {
            return Err(Why::new("exchange.why.cancelled"));
        }
        if reader.counts(row) {
            roster.read += 1;
            match reader.row(row) {
                Ok(taken) => roster.rows.push(taken),
                Err(problems) => roster.problems.extend(problems),
            }
        }
    }
    if progress(rows.len(), rows.len()).is_break() {
        return Err(Why::new("exchange.why.cancelled"));
    }
    Ok(roster)
}

/// What the roster said about a household, and in which row.
#[derive(Default)]
struct Said {
    area: Option<(i64, u32)>,
    occupancy: Option<(Occupancy, u32)>,
    moved_in: Option<(NaiveDate, u32)>,
    arrears: Option<(i64, u32)>,
}

/// The row above, for cells that were merged with it.
struct Above {
    number: u32,
    unit: Option<String>,
    building: Option<String>,
    entrance: Option<String>,
}

struct Reader<'a> {
    sheet: &'a Sheet,
    mapping: &'a Mapping,
    today: NaiveDate,
    above: Option<Above>,
    households: HashMap<String, Said>,
}

/// Faults of one row, by column.
struct Faults<'a> {
    reader: &'a Reader<'a>,
    row: u32,
    found: Vec<Problem>,
}

impl Faults<'_> {
    /// The value, or `None` with the fault kept.
    fn keep<T>(&mut self, column: Option<usize>, result: Result<T, Reason>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(reason) => {
                let reader = self.reader;
                let column = column.map_or_else(
                    || column_letters(0),
                    |column| heading(reader.sheet, reader.mapping.header_row, column),
                );
                self.found.push(Problem { row: self.row, column, reason });
                None
            }
        }
    }
}

impl Reader<'_> {
    fn column(&self, field: Field) -> Option<usize> {
        self.mapping.columns_of(field).next()
    }

    /// Whether a row is one of the roster: something stands in a column that counts, and not the headings again.
    fn counts(&self, row: &SheetRow) -> bool {
        let filled = |(column, _): &(usize, Field)| !row.cell(*column).is_empty();
        if !self.mapping.fields().any(|field| filled(&field)) {
            return false;
        }
        let Some(headings) = self.mapping.header_row.and_then(|at| self.sheet.rows.get(at)) else {
            return true;
        };
        let same = |(column, _): &(usize, Field)| row.cell(*column).text == headings.cell(*column).text;
        !self.mapping.fields().filter(filled).all(|field| same(&field))
    }

    fn row(&mut self, row: &SheetRow) -> Result<RosterRow, Vec<Problem>> {
        let mut faults = Faults { reader: self, row: row.number, found: Vec::new() };
        let area = self.cell(row, Field::Area, &mut faults, |text, _| cells::area(text)).flatten();
        let occupancy = self.cell(row, Field::State, &mut faults, |text, _| cells::state(text));
        let moved_in =
            self.cell(row, Field::MovedIn, &mut faults, |text, cell| cells::day(cell, text, self.today));
        let arrears = self.cell(row, Field::Arrears, &mut faults, |text, cell| cells::amount(cell, text));
        let residents = self.residents(row, &mut faults);
        let only_residents = !residents.is_empty()
            && [Field::Area, Field::State, Field::MovedIn, Field::Arrears]
                .iter()
                .all(|field| self.column(*field).is_none_or(|column| row.cell(column).is_empty()));
        let (unit, above) = self.unit(row, only_residents, &mut faults);
        let taken = RosterRow {
            row: row.number,
            unit: unit.unwrap_or_default(),
            area,
            occupancy,
            moved_in,
            arrears,
            residents,
        };
        self.contradictions(&taken, &mut faults);
        let problems = faults.found;
        self.above = Some(above);
        if !problems.is_empty() {
            return Err(problems);
        }
        let said = self.households.entry(taken.unit.clone()).or_default();
        let at = row.number;
        said.area = said.area.or(taken.area.map(|value| (value, at)));
        said.occupancy = said.occupancy.or(taken.occupancy.map(|value| (value, at)));
        said.moved_in = said.moved_in.or(taken.moved_in.map(|value| (value, at)));
        said.arrears = said.arrears.or(taken.arrears.map(|value| (value, at)));
        Ok(taken)
    }

    /// Reads the cell of a field; `None` where nothing stands there or the fault was kept.
    fn cell<T>(
        &self,
        row: &SheetRow,
        field: Field,
        faults: &mut Faults,
        read: impl FnOnce(&str, &super::sheet::Cell) -> Result<T, Reason>,
    ) -> Option<T> {
        let column = self.column(field)?;
        let cell = row.cell(column);
        let text = faults.keep(Some(column), cells::filled(cell))??;
        faults.keep(Some(column), read(text, cell))
    }

    fn unit(&self, row: &SheetRow, only_residents: bool, faults: &mut Faults) -> (Option<String>, Above) {
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
        if let Some(unit) = above.and_then(|above| above.unit.clone()).filter(|_| nothing && only_residents) {
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

    fn residents(&self, row: &SheetRow, faults: &mut Faults) -> Vec<RosterResident> {
        let names = self.cell(row, Field::Name, faults, |text, _| cells::names(text)).unwrap_or_default();
        let relations =
            self.cell(row, Field::Relation, faults, |text, _| cells::relations(text)).unwrap_or_default();
        let mut residents: Vec<RosterResident> = names
            .iter()
            .enumerate()
            .map(|(at, name)| RosterResident {
                name: name.clone(),
                relation: relation_of(&relations, at, names.len()),
                phones: Vec::new(),
            })
            .collect();
        for column in self.mapping.columns_of(Field::Phone) {
            let Some(Some(text)) = faults.keep(Some(column), cells::filled(row.cell(column))) else {
                continue;
            };
            let Some(phones) = faults.keep(Some(column), cells::phones(text)) else { continue };
            let shared = share(&mut residents, phones);
            faults.keep(Some(column), shared);
        }
        residents
    }

    /// Refuses what an earlier row of the same household says otherwise.
    fn contradictions(&self, row: &RosterRow, faults: &mut Faults) {
        let Some(said) = self.households.get(&row.unit) else { return };
        let others = [
            (Field::Area, differs(said.area, row.area)),
            (Field::State, differs(said.occupancy, row.occupancy)),
            (Field::MovedIn, differs(said.moved_in, row.moved_in)),
            (Field::Arrears, differs(said.arrears, row.arrears)),
        ];
        for (field, other) in others {
            if let Some(other) = other {
                let why = Why::new("exchange.why.contradicts")
                    .with("unit", Arg::Text(row.unit.clone()))
                    .with("row", Arg::Number(i64::from(other)));
                faults.keep::<()>(self.column(field), Err(rule(why)));
            }
        }
    }
}

/// The row that says otherwise.
fn differs<T: PartialEq>(said: Option<(T, u32)>, now: Option<T>) -> Option<u32> {
    let ((said, row), now) = (said?, now?);
    (said != now).then_some(row)
}

/// The relation of the resident at a place: each its own, or one for all.
fn relation_of(relations: &[Relation], at: usize, residents: usize) -> Option<Relation> {
    if relations.len() == residents { relations.get(at).copied() } else { relations.first().copied() }
}

/// Gives telephone numbers to residents: to one all, to several one each, a single one to the first.
fn share(residents: &mut [RosterResident], phones: Vec<String>) -> Result<(), Reason> {
    let count = residents.len();
    match (count, phones.len()) {
        (_, 0) => {}
        (0, _) => return Err(rule(Why::new("exchange.why.phone_without_name"))),
        (1, _) | (_, 1) => residents[0].phones.extend(phones),
        (count, given) if count == given => {
            for (resident, phone) in residents.iter_mut().zip(phones) {
                resident.phones.push(phone);
            }
        }
        (count, given) => {
            return Err(rule(
                Why::new("exchange.why.phones_and_names")
                    .with("phones", Arg::Number(given as i64))
                    .with("names", Arg::Number(count as i64)),
            ));
        }
    }
    Ok(())
}
