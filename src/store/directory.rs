//! Households and residents: keeping them, listing them, counting them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params, params_from_iter};

use super::find::{household_keys, resident_keys};
use super::{Result, Store, StoreError, Tx};
use crate::desk::household::{Household, HouseholdChange, Occupancy, Papers, Relation, Resident};
use crate::text::typed;

/// A household as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdRow {
    /// The household with its residents.
    pub household: Household,
    /// How many of its cases are open.
    pub open: u64,
}

/// Which households to list.
#[derive(Debug, Clone, Default)]
pub struct HouseholdQuery {
    /// Of this building.
    pub building: Option<String>,
    /// In this state.
    pub occupancy: Option<Occupancy>,
    /// Goes on after this unit; it need not exist any more.
    pub after: Option<String>,
    /// At most this many.
    pub limit: usize,
}

/// A part of the list of households.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HouseholdPage {
    /// The households, in the order in which people count units.
    pub rows: Vec<HouseholdRow>,
    /// Whether there are more.
    pub more: bool,
}

/// How many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DirectoryCounts {
    /// Households.
    pub households: u64,
    /// Residents.
    pub residents: u64,
    /// Households by state; a state without any is missing.
    pub by_occupancy: Vec<(Occupancy, u64)>,
}

/// What a household is found by: sort, key, the household's row, which of its residents.
type Key = (&'static str, String, i64, i64);

/// What households are found by that is yet to be written.
#[derive(Debug, Default)]
pub struct Keys {
    gathered: Vec<Key>,
    beside: Option<Beside>,
}

/// A thread that works out what new households are found by, while this one writes them.
#[derive(Debug)]
struct Beside {
    to: SyncSender<Vec<(Household, i64)>>,
    found: JoinHandle<Vec<Key>>,
    gathered: Vec<(Household, i64)>,
}

/// New households that are handed on together, and how many such bundles may wait.
const TOGETHER: usize = 1_000;
const WAITING: usize = 8;
/// Keys that are written between two words about it.
const KEYS_BETWEEN: usize = 1_000;

impl Keys {
    /// The same for many households: a thread of its own takes a part of the work.
    #[must_use]
    pub fn of_many() -> Self {
        let (to, from) = sync_channel::<Vec<(Household, i64)>>(WAITING);
        let find = move || {
            let mut keys = Vec::new();
            for bundle in from {
                let begun = keys.len();
                keys.extend(bundle.iter().flat_map(|(household, id)| keys_of(household, *id)));
                // What is in order piece by piece is quickly brought into order as a whole.
                keys[begun..].sort_unstable();
            }
            keys
        };
        // Without that thread it takes longer, that is all.
        let found = std::thread::Builder::new().name("keys".to_owned()).spawn(find).ok();
        let beside = found.map(|found| Beside { to, found, gathered: Vec::new() });
        Self { gathered: Vec::new(), beside }
    }

    /// Adds all keys of a household that is new.
    fn add_new(&mut self, household: &Household, id: i64) {
        let Some(beside) = &mut self.beside else {
            self.gathered.append(&mut keys_of(household, id));
            return;
        };
        beside.gathered.push((household.clone(), id));
        if beside.gathered.len() == TOGETHER {
            beside.hand_on();
        }
    }

    /// All of them, in the order in which they lie in the file.
    fn in_order(self) -> Vec<Key> {
        let Self { mut gathered, beside } = self;
        gathered.sort_unstable();
        if let Some(mut beside) = beside {
            beside.hand_on();
            drop(beside.to);
            gathered.extend(beside.found.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            gathered.sort();
        }
        gathered
    }
}

impl Beside {
    fn hand_on(&mut self) {
        // It ends before its time in a panic alone, which comes to light where it is waited for.
        let _ = self.to.send(std::mem::take(&mut self.gathered));
    }
}

/// All keys of a household, in the order in which they lie in the file, each once.
fn keys_of(household: &Household, id: i64) -> Vec<Key> {
    let of_household = household_keys(&household.unit).into_iter().map(|(sort, key)| (sort, key, id, 0));
    let of_residents = in_order(household).into_iter().zip(1..).flat_map(|(resident, position)| {
        resident_keys(resident).into_iter().map(move |(sort, key)| (sort, key, id, position))
    });
    let mut keys: Vec<Key> = of_household.chain(of_residents).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The residents as the file has them: the owner first.
fn in_order(household: &Household) -> Vec<&Resident> {
    let mut residents: Vec<&Resident> = household.residents.iter().collect();
    residents.sort_by_key(|resident| rank(resident));
    residents
}

/// The place of a resident's relation among all relations.
fn rank(resident: &Resident) -> Option<usize> {
    Relation::ALL.iter().position(|relation| *relation == resident.relation)
}

/// A unit so written that comparing texts orders places as people count them.
///
/// Each run of digits gets its length in front, so `902` stands before `1501`.
#[must_use]
pub fn place(unit: &str) -> String {
    let mut out = String::with_capacity(unit.len() + 8);
    let mut rest = unit;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        if digits {
            let number = run.trim_start_matches('0');
            // The length of the whole run follows: 0902 and 902 are two rooms and stay two places.
            // Writing to a string cannot fail.
            let _ = write!(out, "{:02}{number} {:02}", number.len(), run.len());
        } else {
            out.push_str(run);
        }
        rest = tail;
    }
    out
}

/// Puts the owner first; residents of one relation stay in the order they have.
pub fn owner_first(residents: &mut [Resident]) {
    residents.sort_by_key(rank);
}

const COLUMNS: &str = "h.id, h.unit, h.occupancy, h.area, h.moved_in, h.arrears, h.note, h.cabinet, h.box, \
    h.keep_until";

fn household_from(row: &SqlRow) -> rusqlite::Result<(i64, Household)> {
    let occupancy: String = row.get(2)?;
    let moved_in: Option<String> = row.get(4)?;
    let household = Household {
        unit: row.get(1)?,
        occupancy: Occupancy::from_id(&occupancy).unwrap_or_default(),
        area: row.get(3)?,
        moved_in: moved_in.and_then(|day| day.parse().ok()),
        arrears: row.get(5)?,
        note: row.get(6)?,
        papers: Papers {
            cabinet: row.get(7)?,
            folder: row.get(8)?,
            keep_until: row.get::<_, Option<String>>(9)?.and_then(|day| day.parse().ok()),
        },
        residents: Vec::new(),
    };
    Ok((row.get(0)?, household))
}

fn residents(connection: &Connection, id: i64) -> Result<Vec<Resident>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, relation, phones FROM resident WHERE household = ?1 ORDER BY position",
    )?;
    let mut rows = statement.query([id])?;
    let mut residents = Vec::new();
    while let Some(row) = rows.next()? {
        residents.push(Resident {
            name: row.get(0)?,
            relation: Relation::from_id(&row.get::<_, String>(1)?).unwrap_or_default(),
            phones: serde_json::from_str(&row.get::<_, String>(2)?)?,
        });
    }
    Ok(residents)
}

fn load(connection: &Connection, unit: &str) -> Result<Option<Household>> {
    let sql = format!("SELECT {COLUMNS} FROM household h WHERE h.unit = ?1");
    let found = connection.prepare_cached(&sql)?.query_row([unit], household_from).optional()?;
    let Some((id, mut household)) = found else { return Ok(None) };
    household.residents = residents(connection, id)?;
    Ok(Some(household))
}

/// How many cases of a unit are open.
pub(super) fn open_cases(connection: &Connection, unit: &str) -> Result<u64> {
    let open: i64 = connection
        .prepare_cached("SELECT count(*) FROM cases WHERE unit = ?1 AND open = 1")?
        .query_row([unit], |row| row.get(0))?;
    Ok(open as u64)
}

/// How the directory writes a unit that may be said otherwise; the unit itself where it has none.
fn spelled(connection: &Connection, unit: &str) -> Result<String> {
    let mut statement = connection.prepare_cached("SELECT unit FROM household WHERE unit = ?1")?;
    let (label, others) = typed::unit(unit)
        .map_or_else(|_| (unit.trim().to_owned(), Vec::new()), |unit| (unit.label(), unit.other_labels()));
    for known in std::iter::once(&label).chain(&others) {
        if statement.exists([known])? {
            return Ok(known.clone());
        }
    }
    Ok(label)
}

impl Store {
    /// How the directory writes a unit: `10-1-801` may be its `10-1-0801`. The unit in its plain form where
    /// the directory has none such.
    pub fn spelled(&self, unit: &str) -> Result<String> {
        spelled(self.read(), unit)
    }

    /// The household of that unit.
    pub fn household(&self, unit: &str) -> Result<Option<Household>> {
        load(self.read(), unit)
    }

    /// Lists households in the order of their places. Goes on by key, so a list keeps its place when
    /// households before it come or go.
    pub fn households(&self, query: &HouseholdQuery) -> Result<HouseholdPage> {
        let mut condition = "1".to_owned();
        let mut values: Vec<Sql> = Vec::new();
        if let Some(building) = &query.building {
            let first = place(&format!("{building}-"));
            condition.push_str(" AND h.place >= ? AND h.place < ?");
            values.push(Sql::Text(first.clone()));
            values.push(Sql::Text(format!("{first}{}", char::MAX)));
        }
        if let Some(occupancy) = query.occupancy {
            condition.push_str(" AND h.occupancy = ?");
            values.push(Sql::Text(occupancy.id().to_owned()));
        }
        if let Some(after) = &query.after {
            condition.push_str(" AND h.place > ?");
            values.push(Sql::Text(place(after)));
        }
        let limit = query.limit.max(1);
        values.push(Sql::Integer(limit as i64 + 1));
        let sql = format!("SELECT {COLUMNS} FROM household h WHERE {condition} ORDER BY h.place LIMIT ?");
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut page = HouseholdPage::default();
        while let Some(row) = rows.next()? {
            if page.rows.len() == limit {
                page.more = true;
                break;
            }
            let (id, mut household) = household_from(row)?;
            household.residents = residents(self.read(), id)?;
            let open = open_cases(self.read(), &household.unit)?;
            page.rows.push(HouseholdRow { household, open });
        }
        Ok(page)
    }

    /// The buildings that have households, in the order in which people count them.
    pub fn buildings(&self) -> Result<Vec<String>> {
        let mut statement = self.read().prepare_cached("SELECT unit FROM household")?;
        let mut rows = statement.query([])?;
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let unit: String = row.get(0)?;
            let building = unit.split('-').next().unwrap_or_default();
            if !found.contains_key(building) {
                found.insert(building.to_owned(), place(building));
            }
        }
        let mut buildings: Vec<(String, String)> =
            found.into_iter().map(|(name, place)| (place, name)).collect();
        buildings.sort();
        Ok(buildings.into_iter().map(|(_, name)| name).collect())
    }

    /// How many households and residents there are.
    pub fn directory_counts(&self) -> Result<DirectoryCounts> {
        let mut counts = DirectoryCounts::default();
        let mut statement =
            self.read().prepare_cached("SELECT occupancy, count(*) FROM household GROUP BY occupancy")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (occupancy, count): (String, i64) = (row.get(0)?, row.get(1)?);
            counts.households += count as u64;
            counts.by_occupancy.push((Occupancy::from_id(&occupancy).unwrap_or_default(), count as u64));
        }
        let residents: i64 =
            self.read().prepare_cached("SELECT count(*) FROM resident")?.query_row([], |row| row.get(0))?;
        counts.residents = residents as u64;
        Ok(counts)
    }
}

impl Tx<'_> {
    /// The households of a building or entrance (`3`, `3-2`) that somebody lives in, in the order in
    /// which people count them.
    pub fn lived_in(&self, building: &str) -> Result<Vec<Household>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT unit FROM household WHERE occupancy IN ('moved-in', 'renovating')
                 AND substr(unit, 1, length(?1) + 1) = ?1 || '-' ORDER BY place",
        )?;
        let units = statement.query_map([building], |row| row.get::<_, String>(0))?;
        let mut households = Vec::new();
        for unit in units {
            households.extend(load(self.connection(), &unit?)?);
        }
        Ok(households)
    }

    /// How the directory writes a unit, see [`Store::spelled`].
    pub fn spelled(&self, unit: &str) -> Result<String> {
        if self.ahead.as_ref().is_some_and(|ahead| ahead.has_household(unit)) {
            return Ok(unit.to_owned());
        }
        spelled(self.connection(), unit)
    }

    /// The household of that unit, as this transaction sees it.
    pub fn household(&self, unit: &str) -> Result<Option<Arc<Household>>> {
        let read = || Ok(load(self.connection(), unit)?.map(Arc::new));
        match &self.ahead {
            Some(ahead) => ahead.household(unit, read),
            None => read(),
        }
    }

    /// Adds a household or replaces what is known of it, with everything it is found by.
    pub fn put_household(&self, household: &Household) -> Result<()> {
        let before = load(self.connection(), &household.unit)?;
        let mut keys = Keys::default();
        self.put_without_keys(household, before.as_ref(), &mut keys)?;
        self.put_keys(keys, |_, _| Ok(()))
    }

    /// The same, but for what it is found by from now on: that is gathered for [`Tx::put_keys`], which has to
    /// follow within the transaction. `before` is the household as the file has it.
    ///
    /// The keys that go are worked out from what the household was. Who changes how keys are made has to write
    /// all of them anew in a step of the schema.
    pub fn put_without_keys(
        &self,
        household: &Household,
        before: Option<&Household>,
        keys: &mut Keys,
    ) -> Result<()> {
        let connection = self.connection();
        if let Some(ahead) = &self.ahead {
            ahead.forget_household(&household.unit);
        }
        let id: i64 = connection
            .prepare_cached(
                "INSERT INTO household
                     (unit, place, area, occupancy, moved_in, arrears, note, cabinet, box, keep_until)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (unit) DO UPDATE
                 SET area = ?3, occupancy = ?4, moved_in = ?5, arrears = ?6, note = ?7, cabinet = ?8,
                     box = ?9, keep_until = ?10
                 RETURNING id",
            )?
            .query_row(
                params![
                    household.unit,
                    place(&household.unit),
                    household.area,
                    household.occupancy.id(),
                    household.moved_in.map(|day| day.to_string()),
                    household.arrears,
                    household.note,
                    household.papers.cabinet,
                    household.papers.folder,
                    household.papers.keep_until.map(|day| day.to_string()),
                ],
                |row| row.get(0),
            )
            .map_err(StoreError::from)?;
        if let Some(before) = before {
            let mut now = keys_of(household, id);
            // Charges whose sum is no longer what is owed say nothing any more.
            connection
                .prepare_cached(
                    "DELETE FROM owed WHERE household = ?1
                     AND (SELECT sum(amount) FROM owed WHERE household = ?1) != ?2",
                )?
                .execute(params![id, household.arrears])?;
            let was = keys_of(before, id);
            self.drop_keys(was.iter().filter(|key| now.binary_search(key).is_err()))?;
            now.retain(|key| was.binary_search(key).is_err());
            if before.residents != household.residents {
                connection.prepare_cached("DELETE FROM resident WHERE household = ?1")?.execute([id])?;
            }
            keys.gathered.append(&mut now);
        } else {
            keys.add_new(household, id);
        }
        if before.is_none_or(|before| before.residents != household.residents) {
            self.put_residents(id, household)?;
        }
        Ok(())
    }

    fn put_residents(&self, id: i64, household: &Household) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO resident (household, position, name, relation, phones) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (resident, position) in in_order(household).into_iter().zip(1_i64..) {
            let phones = serde_json::to_string(&resident.phones)?;
            statement.execute(params![id, position, resident.name, resident.relation.id(), phones])?;
        }
        Ok(())
    }

    fn drop_keys<'k>(&self, keys: impl Iterator<Item = &'k Key>) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "DELETE FROM find_key WHERE sort = ?1 AND key = ?2 AND household = ?3 AND position = ?4",
        )?;
        for (sort, key, household, position) in keys {
            statement.execute(params![sort, key, household, position])?;
        }
        Ok(())
    }

    /// Writes what households are found by in the order in which it lies in the file: of many households
    /// at once each page is then visited once. `told` hears how many of how many are written, and may refuse.
    ///
    /// # Errors
    /// The file can't be written, or what `told` says.
    pub fn put_keys<E: From<StoreError>>(
        &self,
        keys: Keys,
        mut told: impl FnMut(usize, usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut statement = self
            .connection()
            .prepare_cached(
                "INSERT OR IGNORE INTO find_key (sort, key, household, position) VALUES (?1, ?2, ?3, ?4)",
            )
            .map_err(StoreError::from)?;
        let keys = keys.in_order();
        for (done, (sort, key, household, position)) in keys.iter().enumerate() {
            if done.is_multiple_of(KEYS_BETWEEN) {
                told(done, keys.len())?;
            }
            statement.execute(params![sort, key, household, position]).map_err(StoreError::from)?;
        }
        Ok(())
    }

    /// Applies the change of the directory that a case brought about.
    pub fn change_household(&self, change: &HouseholdChange) -> Result<()> {
        let known = self.household(&change.unit)?.map(Arc::unwrap_or_clone);
        let mut household = known.unwrap_or_else(|| Household {
            unit: change.unit.clone(),
            area: None,
            occupancy: Occupancy::Vacant,
            moved_in: None,
            arrears: 0,
            note: String::new(),
            papers: Papers::default(),
            residents: Vec::new(),
        });
        if let Some(occupancy) = change.occupancy {
            household.occupancy = occupancy;
        }
        household.moved_in = change.moved_in.or(household.moved_in);
        household.residents.retain(|known| !change.leaving.contains(&known.name));
        for new in &change.residents {
            match household.residents.iter_mut().find(|known| known.name == new.name) {
                Some(known) => {
                    for phone in &new.phones {
                        if !known.phones.contains(phone) {
                            known.phones.push(phone.clone());
                        }
                    }
                }
                None => household.residents.push(new.clone()),
            }
        }
        self.put_household(&household)
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_sort_as_people_count() {
        let ordered = [
            "1-1-101", "1-1-102", "1-1-902", "1-1-1501", "1-2-101", "1-10-101", "2-1-101", "10-1-101",
            "A-101", "A-1203", "B-1-101",
        ];
        let mut shuffled: Vec<&str> = ordered.iter().rev().copied().collect();
        shuffled.sort_by_key(|unit| place(unit));
        assert_eq!(shuffled, ordered);
        assert_ne!(place("1-1-0302"), place("1-1-302"), "two rooms");
        assert!(place("1-1-0302") < place("1-1-303"));
    }
}
