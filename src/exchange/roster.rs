//! A sheet as a roster: every row either fit to be taken or refused with its reasons.

use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::headings::{Field, Mapping};
use super::rows::{self, Faults, Rows, rule};
use super::sheet::{Sheet, SheetRow};
use super::{Reason, Roster, cells};
use crate::desk::household::{Occupancy, Relation};
use crate::desk::roster::{RosterResident, RosterRow};
use crate::desk::why::{Arg, Why};

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
    progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Roster, Why> {
    let mut households = HashMap::new();
    let taken = rows::each(
        sheet,
        mapping,
        progress,
        |rows, row, faults| read(rows, row, today, faults),
        |row, faults| hold_together(&mut households, mapping, row, faults),
    )?;
    Ok(Roster { read: taken.read, rows: taken.rows, problems: taken.problems })
}

/// What the roster said about a household, and in which row.
#[derive(Default)]
struct Said {
    area: Option<(i64, u32)>,
    occupancy: Option<(Occupancy, u32)>,
    moved_in: Option<(NaiveDate, u32)>,
    arrears: Option<(i64, u32)>,
}

fn read(rows: &mut Rows, row: &SheetRow, today: NaiveDate, faults: &mut Faults) -> RosterRow {
    let area = rows.cell(row, Field::Area, faults, |text, _| cells::area(text)).flatten();
    let occupancy = rows.cell(row, Field::State, faults, |text, _| cells::state(text));
    let moved_in = rows.cell(row, Field::MovedIn, faults, |text, cell| cells::day(cell, text, today));
    let arrears = rows.cell(row, Field::Arrears, faults, |text, cell| cells::amount(cell, text));
    let residents = residents(rows, row, faults);
    let only_residents = !residents.is_empty()
        && [Field::Area, Field::State, Field::MovedIn, Field::Arrears]
            .iter()
            .all(|field| rows.column(*field).is_none_or(|column| row.cell(column).is_empty()));
    let unit = rows.unit(row, only_residents, faults).unwrap_or_default();
    RosterRow { row: row.number, unit, area, occupancy, moved_in, arrears, residents }
}

fn residents(rows: &Rows, row: &SheetRow, faults: &mut Faults) -> Vec<RosterResident> {
    let names = rows.cell(row, Field::Name, faults, |text, _| cells::names(text)).unwrap_or_default();
    let relations =
        rows.cell(row, Field::Relation, faults, |text, _| cells::relations(text)).unwrap_or_default();
    let mut residents: Vec<RosterResident> = names
        .iter()
        .enumerate()
        .map(|(at, name)| RosterResident {
            name: name.clone(),
            relation: relation_of(&relations, at, names.len()),
            phones: Vec::new(),
        })
        .collect();
    for column in rows.columns(Field::Phone) {
        let Some(Some(text)) = faults.keep(Some(column), cells::filled(row.cell(column))) else {
            continue;
        };
        let Some(phones) = faults.keep(Some(column), cells::phones(text)) else { continue };
        let shared = share(&mut residents, phones);
        faults.keep(Some(column), shared);
    }
    residents
}

/// Refuses what an earlier row of the same household says otherwise; remembers what a fit row says.
fn hold_together(
    households: &mut HashMap<String, Said>,
    mapping: &Mapping,
    row: &RosterRow,
    faults: &mut Faults,
) {
    if let Some(said) = households.get(&row.unit) {
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
                faults.keep::<()>(mapping.columns_of(field).next(), Err(rule(why)));
            }
        }
    }
    if faults.is_empty() {
        let said = households.entry(row.unit.clone()).or_default();
        let at = row.row;
        said.area = said.area.or(row.area.map(|value| (value, at)));
        said.occupancy = said.occupancy.or(row.occupancy.map(|value| (value, at)));
        said.moved_in = said.moved_in.or(row.moved_in.map(|value| (value, at)));
        said.arrears = said.arrears.or(row.arrears.map(|value| (value, at)));
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
