//! A roster of households: what its rows do to the directory.
//!
//! A roster adds and corrects; it never takes away. What a row leaves blank stays as it is, residents and
//! telephone numbers that the roster does not name stay behind those that it names.

use chrono::NaiveDate;

use super::household::{Household, Occupancy, Papers, Relation, Resident};

/// A resident as a roster names one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterResident {
    /// Name.
    pub name: String,
    /// Owner, tenant or family, if the roster says so.
    pub relation: Option<Relation>,
    /// Telephone numbers in plain form, the one to ring first in front.
    pub phones: Vec<String>,
}

/// A row of a roster that is fit to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterRow {
    /// The row as the spreadsheet counts.
    pub row: u32,
    /// The household.
    pub unit: String,
    /// Floor area in hundredths of a square metre.
    pub area: Option<i64>,
    /// Whether anybody lives there.
    pub occupancy: Option<Occupancy>,
    /// The day the household moved in.
    pub moved_in: Option<NaiveDate>,
    /// What it owes, in fen.
    pub arrears: Option<i64>,
    /// What the desk should know beside this.
    pub note: Option<String>,
    /// Where its papers lie, as far as the row says it.
    pub papers: Papers,
    /// The residents whom the row names.
    pub residents: Vec<RosterResident>,
}

/// What a row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowOutcome {
    /// Its household was not in the directory.
    Added,
    /// It brought something new about a household that was.
    Changed,
    /// Everything in it was known.
    Unchanged,
}

/// Puts the rows of one household together with what is known of it.
///
/// The outcomes are in the order of the rows. A roster that is taken twice changes nothing the second time.
///
/// ```
/// use qiantai::desk::roster::{RosterRow, RowOutcome, merge};
/// let row = RosterRow { row: 2, unit: "3-2-1501".into(), area: Some(10750), ..RosterRow::default() };
/// let (household, outcomes) = merge("3-2-1501", None, &[&row]);
/// assert_eq!((household.area, outcomes), (Some(10750), vec![RowOutcome::Added]));
/// assert_eq!(merge("3-2-1501", Some(&household), &[&row]).1, [RowOutcome::Unchanged]);
/// ```
#[must_use]
pub fn merge(unit: &str, known: Option<&Household>, rows: &[&RosterRow]) -> (Household, Vec<RowOutcome>) {
    let named = residents(rows);
    let first = |value: fn(&RosterRow) -> Option<i64>| rows.iter().find_map(|row| value(row));
    let occupancy = rows.iter().find_map(|row| row.occupancy);
    let moved_in = rows.iter().find_map(|row| row.moved_in);
    let lived_in = !named.is_empty() || moved_in.is_some();
    let mut household = known.cloned().unwrap_or_else(|| Household {
        unit: unit.to_owned(),
        area: None,
        occupancy: if lived_in { Occupancy::MovedIn } else { Occupancy::Vacant },
        moved_in: None,
        arrears: 0,
        note: String::new(),
        papers: Papers::default(),
        residents: Vec::new(),
    });
    household.area = first(|row| row.area).or(household.area);
    household.arrears = first(|row| row.arrears).unwrap_or(household.arrears);
    household.occupancy = occupancy.unwrap_or(household.occupancy);
    household.moved_in = moved_in.or(household.moved_in);
    if let Some(note) = rows.iter().find_map(|row| row.note.clone()) {
        household.note = note;
    }
    for row in rows.iter().rev() {
        household.papers = placed(&row.papers, &household.papers);
    }
    let mut changed: Vec<&str> = Vec::new();
    for new in &named {
        let Some(resident) = household.residents.iter_mut().find(|resident| resident.name == new.name) else {
            changed.push(&new.name);
            household.residents.push(Resident {
                name: new.name.clone(),
                relation: new.relation.unwrap_or_default(),
                phones: new.phones.clone(),
            });
            continue;
        };
        let mut phones = new.phones.clone();
        phones.extend(resident.phones.iter().filter(|phone| !new.phones.contains(phone)).cloned());
        let relation = new.relation.unwrap_or(resident.relation);
        if phones != resident.phones || relation != resident.relation {
            changed.push(&new.name);
        }
        resident.phones = phones;
        resident.relation = relation;
    }
    let order = |relation: Relation| Relation::ALL.iter().position(|known| *known == relation);
    household.residents.sort_by_key(|resident| order(resident.relation));
    let outcomes = rows
        .iter()
        .map(|row| match known {
            None => RowOutcome::Added,
            Some(known) => {
                let differs = row.area.is_some_and(|area| known.area != Some(area))
                    || row.arrears.is_some_and(|arrears| known.arrears != arrears)
                    || row.occupancy.is_some_and(|occupancy| known.occupancy != occupancy)
                    || row.moved_in.is_some_and(|day| known.moved_in != Some(day))
                    || row.note.as_ref().is_some_and(|note| known.note != *note)
                    || placed(&row.papers, &known.papers) != known.papers
                    || row.residents.iter().any(|resident| changed.contains(&resident.name.as_str()));
                if differs { RowOutcome::Changed } else { RowOutcome::Unchanged }
            }
        })
        .collect();
    (household, outcomes)
}

/// Where papers lie: as a row says, else as it was known.
fn placed(said: &Papers, known: &Papers) -> Papers {
    let or = |said: &str, known: &str| if said.is_empty() { known } else { said }.to_owned();
    Papers {
        cabinet: or(&said.cabinet, &known.cabinet),
        folder: or(&said.folder, &known.folder),
        keep_until: said.keep_until.or(known.keep_until),
    }
}

/// The residents of all rows, one for each name.
fn residents(rows: &[&RosterRow]) -> Vec<RosterResident> {
    let mut all: Vec<RosterResident> = Vec::new();
    for resident in rows.iter().flat_map(|row| &row.residents) {
        match all.iter_mut().find(|known| known.name == resident.name) {
            Some(known) => {
                known.relation = known.relation.or(resident.relation);
                let new = resident.phones.iter().filter(|phone| !known.phones.contains(phone));
                let new: Vec<String> = new.cloned().collect();
                known.phones.extend(new);
            }
            None => all.push(resident.clone()),
        }
    }
    for resident in &mut all {
        let mut seen: Vec<String> = Vec::new();
        resident.phones.retain(|phone| {
            let new = !seen.contains(phone);
            if new {
                seen.push(phone.clone());
            }
            new
        });
    }
    all
}
