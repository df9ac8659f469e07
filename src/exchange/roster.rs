//! A sheet as a roster: every row either fit to be taken or refused with its reasons.

use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::headings::{Field, Mapping};
use super::rows::{self, Faults, Rows, rule};
use super::sheet::{Sheet, SheetRow};
use super::{Reason, Roster, cells};
use crate::desk::field::LONG_TEXT_MAX;
use crate::desk::household::{Occupancy, Papers, Relation};
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
    note: Option<(String, u32)>,
    cabinet: Option<(String, u32)>,
    folder: Option<(String, u32)>,
    keep_until: Option<(NaiveDate, u32)>,
}

/// What is said of a household rather than of a resident.
const OF_HOUSEHOLDS: [Field; 8] = [
    Field::Area,
    Field::State,
    Field::MovedIn,
    Field::Arrears,
    Field::Note,
    Field::Cabinet,
    Field::Box,
    Field::KeepUntil,
];

fn read(rows: &mut Rows, row: &SheetRow, today: NaiveDate, faults: &mut Faults) -> RosterRow {
    let area = rows.cell(row, Field::Area, faults, |text, _| cells::area(text)).flatten();
    let occupancy = rows.cell(row, Field::State, faults, |text, _| cells::state(text));
    let moved_in = rows.cell(row, Field::MovedIn, faults, |text, cell| cells::day(cell, text, today));
    let arrears = rows.cell(row, Field::Arrears, faults, |text, cell| cells::amount(cell, text));
    let note = rows.long_text(row, Field::Note, LONG_TEXT_MAX, faults);
    let papers = Papers {
        cabinet: rows.text(row, Field::Cabinet, faults).unwrap_or_default(),
        folder: rows.text(row, Field::Box, faults).unwrap_or_default(),
        keep_until: rows.cell(row, Field::KeepUntil, faults, |text, cell| cells::day(cell, text, today)),
    };
    let residents = residents(rows, row, faults);
    let only_residents = !residents.is_empty()
        && OF_HOUSEHOLDS
            .iter()
            .all(|field| rows.column(*field).is_none_or(|column| row.cell(column).is_empty()));
    let unit = rows.unit(row, only_residents, faults).unwrap_or_default();
    RosterRow { row: row.number, unit, area, occupancy, moved_in, arrears, note, papers, residents }
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
    let word = |text: &String| (!text.is_empty()).then(|| text.clone());
    let (cabinet, folder) = (word(&row.papers.cabinet), word(&row.papers.folder));
    if let Some(said) = households.get(&row.unit) {
        let others = [
            (Field::Area, differs(said.area.as_ref(), row.area.as_ref())),
            (Field::State, differs(said.occupancy.as_ref(), row.occupancy.as_ref())),
            (Field::MovedIn, differs(said.moved_in.as_ref(), row.moved_in.as_ref())),
            (Field::Arrears, differs(said.arrears.as_ref(), row.arrears.as_ref())),
            (Field::Note, differs(said.note.as_ref(), row.note.as_ref())),
            (Field::Cabinet, differs(said.cabinet.as_ref(), cabinet.as_ref())),
            (Field::Box, differs(said.folder.as_ref(), folder.as_ref())),
            (Field::KeepUntil, differs(said.keep_until.as_ref(), row.papers.keep_until.as_ref())),
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
        say(&mut said.area, row.area, at);
        say(&mut said.occupancy, row.occupancy, at);
        say(&mut said.moved_in, row.moved_in, at);
        say(&mut said.arrears, row.arrears, at);
        say(&mut said.note, row.note.clone(), at);
        say(&mut said.cabinet, cabinet, at);
        say(&mut said.folder, folder, at);
        say(&mut said.keep_until, row.papers.keep_until, at);
    }
}

/// Keeps what a row is the first to say.
fn say<T>(said: &mut Option<(T, u32)>, now: Option<T>, row: u32) {
    if said.is_none() {
        *said = now.map(|value| (value, row));
    }
}

/// The row that says otherwise.
fn differs<T: PartialEq>(said: Option<&(T, u32)>, now: Option<&T>) -> Option<u32> {
    let ((said, row), now) = (said?, now?);
    (said != now).then_some(*row)
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
