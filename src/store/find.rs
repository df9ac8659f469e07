//! Finding households by whatever somebody says or types: unit, telephone, name, pinyin.
//!
//! Everything that a search can begin with is a key in `find_key`, so every question is a range of
//! one index. What is found is ranked here: a whole unit before a whole telephone, before a whole name …

pub(super) mod cases;
mod grams;
pub(super) mod open;
pub(super) mod units;

pub(super) use self::open::OpenCases;
pub(super) use grams::{AT_ONCE, GATHERED, Pending, fill, gather, settle};

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::directory::{open_cases, place};
use super::{Result, Store};
use crate::desk::household::{Relation, Resident};
use crate::text::pinyin;
use crate::text::plain::plain;
use crate::text::sought::Names;
use crate::text::typed;

/// Characters of a query that are looked at.
const QUERY_MAX: usize = 64;
/// Characters of a name from which on no tail of it is a key.
const NAME_TAILS: usize = 60;
/// Keys looked at beyond those that are asked for: what the ranking chooses from.
const SPARE: usize = 40;

/// A household found, and the resident by whom it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdHit {
    /// The unit.
    pub unit: String,
    /// The resident found, or the first one when the household was found by its unit.
    pub resident: Option<String>,
    /// What the resident is to the flat.
    pub relation: Option<Relation>,
    /// The resident's telephone in plain form: the one found, or the one to ring first.
    pub phone: Option<String>,
    /// How many cases of the unit are open.
    pub open: u64,
    /// How good the hit is; greater is better.
    pub score: u32,
}

impl HouseholdHit {
    /// A unit of which nothing more is known yet.
    const fn of(unit: String) -> Self {
        Self { unit, resident: None, relation: None, phone: None, open: 0, score: 0 }
    }
}

/// The sorts of keys.
mod sort {
    pub const UNIT: &str = "u";
    pub const UNIT_DIGITS: &str = "d";
    pub const ROOM: &str = "r";
    pub const PHONE: &str = "p";
    pub const PHONE_TAIL: &str = "t";
    pub const NAME: &str = "n";
    pub const NAME_TAIL: &str = "m";
    pub const INITIALS: &str = "i";
    pub const FULL: &str = "f";
}

/// What a household is found by.
pub(super) fn household_keys(unit: &str) -> Vec<(&'static str, String)> {
    let unit = plain(unit).to_lowercase();
    let bare: String = unit.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut keys = vec![(sort::UNIT, unit.clone()), (sort::UNIT_DIGITS, bare)];
    if let Some((_, room)) = unit.rsplit_once('-') {
        keys.push((sort::ROOM, room.to_owned()));
    }
    keys
}

/// What a resident is found by.
pub(super) fn resident_keys(resident: &Resident) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    for phone in &resident.phones {
        let digits = typed::digits(phone);
        keys.push((sort::PHONE_TAIL, digits.chars().rev().collect()));
        keys.push((sort::PHONE, digits));
    }
    let name = folded_name(&resident.name);
    let tails = name.char_indices().skip(1).take(NAME_TAILS).map(|(at, _)| name[at..].to_owned());
    keys.extend(tails.map(|tail| (sort::NAME_TAIL, tail)));
    let read = pinyin::keys(&resident.name);
    keys.extend(read.initials.into_iter().map(|key| (sort::INITIALS, key)));
    keys.extend(read.full.into_iter().map(|key| (sort::FULL, key)));
    keys.push((sort::NAME, name));
    keys
}

/// A name as it is compared: plain, lower case, without spaces.
fn folded_name(name: &str) -> String {
    plain(name).to_lowercase().chars().filter(|c| !c.is_whitespace()).collect()
}

/// One question to the index: keys that begin with `key`; the score of a key that is just that, and
/// of a longer one (`None`: only the whole counts).
struct Probe {
    sort: &'static str,
    key: String,
    whole: u32,
    beginning: Option<u32>,
}

impl Probe {
    fn new(
        sort: &'static str,
        key: impl Into<String>,
        whole: u32,
        beginning: impl Into<Option<u32>>,
    ) -> Self {
        Self { sort, key: key.into(), whole, beginning: beginning.into() }
    }
}

/// What a query may mean, all of it.
fn probes(query: &str) -> Vec<Probe> {
    let text: String = plain(query).to_lowercase().trim().chars().take(QUERY_MAX).collect();
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if bare.is_empty() {
        return Vec::new();
    }
    let mut probes = Vec::new();
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        if let Some(unit) = unit_beginning(&text) {
            // `3-2` means 3-2-1501 rather than 3-20-1501.
            if !unit.ends_with('-') {
                probes.push(Probe::new(sort::UNIT, format!("{unit}-"), 860, 860));
            }
            probes.push(Probe::new(sort::UNIT, unit, 1000, 850));
        }
        // `3-2-801` is the 3-2-0801 of the directory, rather than what only begins alike.
        let others = typed::unit(&text).map(|unit| unit.other_labels()).unwrap_or_default();
        probes.extend(others.into_iter().map(|unit| Probe::new(sort::UNIT, unit.to_lowercase(), 990, None)));
        probes.push(Probe::new(sort::UNIT_DIGITS, bare.clone(), 1000, 740));
        probes.push(Probe::new(sort::ROOM, bare.clone(), 900, 700));
    }
    if text.chars().all(|c| c.is_ascii_digit() || " -+.()/#*".contains(c)) && digits.len() >= 3 {
        let mut numbers = vec![digits.clone()];
        if let Ok(phone) = typed::phone(&text) {
            numbers.push(typed::digits(&phone));
        }
        numbers.dedup();
        for number in numbers {
            if number.len() >= 4 {
                let tail: String = number.chars().rev().collect();
                probes.push(Probe::new(sort::PHONE_TAIL, tail, 950, 880));
            }
            probes.push(Probe::new(sort::PHONE, number, 950, 800));
        }
    }
    let name = folded_name(&text);
    if name.chars().any(char::is_alphabetic) {
        probes.push(Probe::new(sort::NAME, name.clone(), 940, 820));
        probes.push(Probe::new(sort::NAME_TAIL, name.clone(), 750, 750));
        let latin: String = name.chars().filter(|c| !"'-.".contains(*c)).collect();
        if latin.chars().all(|c| c.is_ascii_alphanumeric() || c == '\u{fc}') {
            let latin = latin.replace('\u{fc}', "v");
            probes.push(Probe::new(sort::INITIALS, latin.clone(), 840, 780));
            probes.push(Probe::new(sort::FULL, latin, 830, 770));
        }
    }
    probes
}

/// The beginning of a unit that a text may be: `3-2-1501`, `3-2`, `3-2-15`; `None` if it is no place.
pub(super) fn unit_beginning(text: &str) -> Option<String> {
    if let Ok(unit) = typed::unit(text) {
        return Some(unit.label().to_lowercase());
    }
    // An unfinished one, such as a building with its unit.
    let first = text.chars().next()?;
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let parts_only = first.is_ascii_alphanumeric() && words.len() <= 3;
    if !parts_only || words.iter().any(|part| part.len() > 8) {
        return None;
    }
    let mut unit = words.join("-");
    if text.ends_with('-') {
        unit.push('-');
    }
    Some(unit)
}

/// Asks the index; `(household, position of the resident or 0) → score`.
fn candidates(connection: &Connection, probes: &[Probe], limit: usize) -> Result<BTreeMap<(i64, i64), u32>> {
    let mut found: BTreeMap<(i64, i64), u32> = BTreeMap::new();
    let mut statement = connection.prepare_cached(CANDIDATES)?;
    for probe in probes {
        let end = format!("{}{}", probe.key, char::MAX);
        let mut rows = statement.query(params![probe.sort, probe.key, end, limit as i64])?;
        while let Some(row) = rows.next()? {
            let whole = row.get_ref(0)?.as_str().is_ok_and(|key| key == probe.key);
            let Some(score) = (if whole { Some(probe.whole) } else { probe.beginning }) else { continue };
            let best = found.entry((row.get(1)?, row.get(2)?)).or_default();
            *best = score.max(*best);
        }
    }
    Ok(found)
}

/// The statement that reads one resident of a household; they are counted from 1.
const RESIDENT: &str = "SELECT name, relation, phones FROM resident WHERE household = ?1 AND position = ?2";

const CANDIDATES: &str = "SELECT key, household, position FROM find_key
     WHERE sort = ?1 AND key >= ?2 AND key < ?3 ORDER BY key, household, position LIMIT ?4";

impl Store {
    /// The names of the kinds and states by which a search says which cases it means.
    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(self.kinds()))
    }

    /// Finds households, the best first, always in the same order.
    ///
    /// Takes a unit in any form (`3-2-1501`, `3 2 1501`, `321501`, its beginning, a room alone), a telephone
    /// (whole, beginning, its last four digits or more), a name (whole or any part), pinyin initials and
    /// pinyin (whole or beginning); full-width forms too.
    pub fn find_households(&self, query: &str, limit: usize) -> Result<Vec<HouseholdHit>> {
        self.snapshot(|store| store.households_found(query, limit))
    }

    fn households_found(&self, query: &str, limit: usize) -> Result<Vec<HouseholdHit>> {
        let probes = probes(query);
        let limit = limit.clamp(1, 1000);
        let found = candidates(self.read(), &probes, limit + SPARE)?;
        // A household found by its unit needs no line of its own where a resident was found as well.
        let by_resident: HashSet<i64> =
            found.keys().filter(|(_, position)| *position > 0).map(|(household, _)| *household).collect();
        let mut ranked: Vec<((i64, i64), u32)> = found
            .into_iter()
            .filter(|((household, position), _)| *position > 0 || !by_resident.contains(household))
            .collect();
        ranked.sort_by_key(|((household, position), score)| (Reverse(*score), *household, *position));
        ranked.truncate(limit + SPARE);
        // Which of them are shown is known by their units alone.
        let mut unit = self.read().prepare_cached("SELECT unit FROM household WHERE id = ?1")?;
        let mut placed = Vec::new();
        for ((household, position), score) in ranked {
            let unit: Option<String> = unit.query_row([household], |row| row.get(0)).optional()?;
            placed.extend(unit.map(|unit| (Reverse(score), place(&unit), position, household, unit)));
        }
        placed.sort_unstable();
        placed.truncate(limit);
        let wanted = typed::digits(query);
        let hit = |(Reverse(score), _, position, household, unit)| {
            self.hit(household, position, HouseholdHit { score, ..HouseholdHit::of(unit) }, &wanted)
        };
        placed.into_iter().map(hit).collect()
    }

    /// Reads who was found of a household, and how many of its cases are open.
    fn hit(
        &self,
        household: i64,
        position: i64,
        mut hit: HouseholdHit,
        wanted: &str,
    ) -> Result<HouseholdHit> {
        let mut statement = self.read().prepare_cached(RESIDENT)?;
        let mut rows = statement.query([household, position.max(1)])?;
        if let Some(row) = rows.next()? {
            hit.resident = row.get(0)?;
            hit.relation = Some(
                Relation::from_id(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)
                    .unwrap_or_default(),
            );
            let phones: Vec<String> =
                serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
            let asked =
                phones.iter().position(|phone| wanted.len() >= 3 && typed::digits(phone).contains(wanted));
            hit.phone = phones.into_iter().nth(asked.unwrap_or(0));
        }
        hit.open = open_cases(self.read(), &hit.unit)?;
        Ok(hit)
    }

    /// Units that a text names exactly, in whatever form it is typed.
    fn exact_units(&self, query: &str) -> Result<Vec<String>> {
        let probes: Vec<Probe> = probes(query)
            .into_iter()
            .filter(|probe| matches!(probe.sort, sort::UNIT | sort::UNIT_DIGITS))
            .map(|probe| Probe { beginning: None, ..probe })
            .collect();
        let mut units: Vec<String> = typed::unit(query).ok().map(|unit| unit.label()).into_iter().collect();
        let mut statement = self.read().prepare_cached("SELECT unit FROM household WHERE id = ?1")?;
        for (household, _) in candidates(self.read(), &probes, 8)?.into_keys() {
            let unit: String = statement.query_row([household], |row| row.get(0))?;
            if !units.contains(&unit) {
                units.push(unit);
            }
        }
        Ok(units)
    }
}

#[cfg(test)]
mod tests;
