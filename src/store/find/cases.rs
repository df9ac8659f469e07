//! Finding cases by anything written in them, and by words that say which are meant.
//!
//! A search reads the index of texts ([`super::grams`]) from the newest case back and is content with
//! what it was asked for; so it costs what it shows, however long the history. Every case that the index
//! names is checked as it is now.

use std::collections::HashSet;

use chrono::NaiveDate;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{params, params_from_iter};

use super::open::{Known, ONE};
use super::units::OfUnits;
use super::{QUERY_MAX, grams, unit_beginning};
use crate::desk::case::Case;
use crate::store::cases::{COLUMNS, Row, case_from};
use crate::store::{Result, Store};
use crate::text::pinyin;
use crate::text::sought::{Sought, folded, stands_in};

/// Cases that the index names that are passed in search of those that are among a few.
const AMONG_FEW: usize = 20_000;
/// Cases, of few that can be meant, whose own texts are looked at where that was not enough: the newest.
const LOOKED_AT: usize = 500;
/// Newest cases that are looked through for what the index can't find: a single digit.
const SCAN_MAX: i64 = 500;
/// Cases that the index named in vain before a search ends: it knows the runs of a word (`11-4-`), not that
/// they stand beside each other.
const IN_VAIN: usize = 300;
/// Digits of a serial.
const SERIAL: usize = 3;
/// Characters of a day with its serial: `1124-007`.
const DAY_SERIAL: usize = 8;

/// The statement that reads the index, from the newest case back.
pub(in crate::store) const MATCHING: &str = "SELECT rowid FROM case_text
     WHERE case_text MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC";
/// The statement that finds the cases of the units within a range.
pub(in crate::store) const OF_UNITS: &str =
    "SELECT id, unit FROM cases INDEXED BY cases_unit WHERE unit >= ?1 AND unit < ?2";
/// The statement that finds between which cases those of some days lie.
pub(in crate::store) const OF_DAYS: &str =
    "SELECT min(id), max(id) FROM cases INDEXED BY cases_day WHERE day BETWEEN ?1 AND ?2";
/// The statement that finds numbers by their serial.
pub(in crate::store) const SERIALS: &str = "SELECT id FROM cases INDEXED BY cases_serial
     WHERE substr(number, -3) = ?1 AND number LIKE ?2 ORDER BY id DESC LIMIT ?3";
/// The statement that finds numbers by day and serial.
pub(in crate::store) const DAY_SERIALS: &str = "SELECT id FROM cases INDEXED BY cases_day_serial
     WHERE substr(number, -8) IN (SELECT value FROM json_each(?1)) AND number LIKE ?2 ORDER BY id DESC LIMIT ?3";

/// How well a case was found; the order is that of the results.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Number,
    Serial,
    Unit,
    Text,
}

/// Cases found so far, each once.
#[derive(Default)]
struct Hits {
    seen: HashSet<i64>,
    rows: Vec<(Class, Row)>,
}

impl Hits {
    fn add(&mut self, class: Class, row: Row) -> bool {
        let new = self.seen.insert(row.id);
        if new {
            self.rows.push((class, row));
        }
        new
    }

    /// The best, open ones first, then the newest.
    fn best(mut self, limit: usize) -> Vec<Row> {
        self.rows
            .sort_by_key(|(class, row)| (*class, row.case.closed_at.is_some(), std::cmp::Reverse(row.id)));
        self.rows.into_iter().take(limit).map(|(_, row)| row).collect()
    }
}

/// What was asked for, and between which cases it lies.
struct Hunt<'a> {
    sought: &'a Sought,
    limit: usize,
    range: (i64, i64),
}

impl Hunt<'_> {
    /// Whether it is among those that lie between the first and the last one.
    fn reaches(&self, id: i64) -> bool {
        (self.range.0..=self.range.1).contains(&id)
    }

    /// Whether a case is one of those that are meant, whatever stands in it.
    fn takes(&self, row: &Row) -> bool {
        let case = &row.case;
        self.takes_such(&case.kind, &case.state, case.unit.as_deref(), case.closed_at.is_some())
    }

    fn takes_such(&self, kind: &str, state: &str, unit: Option<&str>, ended: bool) -> bool {
        let sought = self.sought;
        (sought.kinds.is_empty() || sought.kinds.contains(&kind))
            && (sought.states.is_empty() || sought.states.contains(&(kind, state)))
            && sought.open.is_none_or(|open| open != ended)
            && sought.takes_unit(unit)
    }
}

impl Store {
    /// Finds cases: by number or a part of it (`007`, `1124-007`), unit, telephone, contact (pinyin too), and by any
    /// text in fields and notes; only those that kinds, states, days and the beginning of a unit
    /// among the words mean (`报修 未结 3-2- 上周`). The number first, then open cases, then the newest.
    ///
    /// # Errors
    /// The file can't be read; [`StoreError::Stopped`](crate::store::StoreError::Stopped) if it was broken off.
    pub fn find_cases(&self, query: &str, today: NaiveDate, limit: usize) -> Result<Vec<Row>> {
        // At one instant; and each of many short readings would otherwise ask for the file's lock by itself.
        self.snapshot(|store| store.cases_found(query, today, limit))
    }

    fn cases_found(&self, query: &str, today: NaiveDate, limit: usize) -> Result<Vec<Row>> {
        let query: String = query.trim().chars().take(QUERY_MAX).collect();
        let limit = limit.clamp(1, 1000);
        let sought = self.names().read(&query, today);
        let as_text = Sought::words(&query);
        let mut hits = Hits::default();
        if sought.sifts() {
            self.by_words(&sought, limit, &mut hits)?;
            // A word that names a kind may as well stand in a text.
            let alone = as_text.words.len() == 1;
            if hits.rows.is_empty() || alone && hits.rows.len() < limit {
                self.by_words(&as_text, limit, &mut hits)?;
            }
            return Ok(hits.best(limit));
        }
        self.by_number(&folded(&query).to_uppercase(), limit, &mut hits)?;
        self.by_unit(&query, limit, &mut hits)?;
        // The end of a number or the beginning of a unit is no text where there is such a one.
        let is_text = query.chars().any(char::is_alphabetic) || !query.contains('-');
        if is_text || hits.rows.is_empty() {
            self.by_words(&as_text, limit, &mut hits)?;
        }
        Ok(hits.best(limit))
    }

    fn row_at(&self, id: i64) -> Result<Option<Row>> {
        let mut statement = self.read().prepare_cached(&ONE)?;
        let mut rows = statement.query([id])?;
        rows.next()?.map(case_from).transpose()
    }

    fn by_number(&self, query: &str, limit: usize, hits: &mut Hits) -> Result<()> {
        if let Some(row) = self.row(query)? {
            hits.add(Class::Number, row);
        }
        let numeric = query.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let tail = query.trim_start_matches('-');
        let serial = tail.rsplit('-').next().unwrap_or_default();
        // `007` is not the end of serial 1007; `1124-007` is the end of a day with its serial.
        if !numeric || serial.len() < SERIAL || serial == tail && tail.len() > SERIAL {
            return Ok(());
        }
        let whole = serial == tail;
        let like = if whole { format!("%-{tail}") } else { format!("%{tail}") };
        let (sql, key) = if whole { (SERIALS, tail.to_owned()) } else { (DAY_SERIALS, day_serials(tail)?) };
        let mut statement = self.read().prepare_cached(sql)?;
        let mut rows = statement.query(params![key, like, limit as i64])?;
        while let Some(row) = rows.next()? {
            if let Some(row) = self.row_at(row.get(0)?)? {
                hits.add(Class::Serial, row);
            }
        }
        Ok(())
    }

    /// The cases of a unit that is named whole; of its beginning only where that is all that was typed.
    fn by_unit(&self, query: &str, limit: usize, hits: &mut Hits) -> Result<()> {
        let open = format!(
            "SELECT {COLUMNS} FROM cases c INDEXED BY cases_unit_open WHERE c.unit = ?1 AND c.open = 1 ORDER BY c.id DESC LIMIT ?2"
        );
        let all = format!(
            "SELECT {COLUMNS} FROM cases c INDEXED BY cases_unit WHERE c.unit = ?1 ORDER BY c.id DESC LIMIT ?2"
        );
        let units = self.exact_units(query)?;
        let before = hits.rows.len();
        for unit in &units {
            for sql in [&open, &all] {
                let mut statement = self.read().prepare_cached(sql)?;
                let mut rows = statement.query(params![unit, limit as i64])?;
                while let Some(row) = rows.next()? {
                    hits.add(Class::Unit, case_from(row)?);
                }
            }
        }
        let text = folded(query);
        // `3-2` may be a room or an entrance: it is what there is.
        let beginning = unit_beginning(&text).filter(|_| hits.rows.len() == before && text.contains('-'));
        if let Some(unit) = beginning {
            let sought = Sought { unit: Some(unit.to_uppercase()), ..Sought::default() };
            self.by_words(&sought, limit, hits)?;
        }
        Ok(())
    }

    /// The cases in which all words stand, of those that are meant.
    fn by_words(&self, sought: &Sought, limit: usize, hits: &mut Hits) -> Result<()> {
        if *sought == Sought::default() {
            return Ok(());
        }
        let Some(range) = self.range_of(sought)? else { return Ok(()) };
        let hunt = Hunt { sought, limit, range };
        match grams::question_of(&sought.words, &sought.kinds) {
            Some(question) => self.by_index(&hunt, &question, hits),
            None => self.by_list(&hunt, hits),
        }
    }

    /// The first and the last case of the days that are meant; `None` if there is no case of them.
    fn range_of(&self, sought: &Sought) -> Result<Option<(i64, i64)>> {
        let Some((from, to)) = sought.days else { return Ok(Some((0, i64::MAX))) };
        let mut statement = self.read().prepare_cached(OF_DAYS)?;
        let (first, last): (Option<i64>, Option<i64>) =
            statement.query_row([from.to_string(), to.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(first.zip(last))
    }

    /// The cases of units with that beginning, in order.
    fn of_units(&self, unit: &str, sought: &Sought) -> Result<Vec<i64>> {
        let mut statement = self.read().prepare_cached(OF_UNITS)?;
        let mut rows = statement.query([unit, &format!("{unit}{}", char::MAX)])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            if sought.takes_unit(row.get_ref(1)?.as_str().ok()) {
                ids.push(row.get(0)?);
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// The open cases that are meant and in which all words stand, from the newest back; how many were found.
    fn among_open(&self, hunt: &Hunt, open: &Known, hits: &mut Hits) -> Result<usize> {
        let mut found = 0;
        if hunt.sought.open == Some(false) {
            return Ok(found);
        }
        for (id, case) in open.iter().rev() {
            if found >= hunt.limit {
                break;
            }
            if hunt.reaches(*id)
                && !hits.seen.contains(id)
                && hunt.takes(&case.row)
                && case.says(&hunt.sought.words)
                && self.is_of_days(*id, hunt)?
            {
                found += usize::from(hits.add(Class::Text, case.row.clone()));
            }
        }
        Ok(found)
    }

    /// Takes the open cases, which are known, and reads the index from the newest case back for the others,
    /// until enough was found.
    fn by_index(&self, hunt: &Hunt, question: &str, hits: &mut Hits) -> Result<()> {
        let open = self.open_cases()?;
        let mut found = self.among_open(hunt, &open, hits)?;
        if found >= hunt.limit || hunt.sought.open == Some(true) {
            return Ok(());
        }
        let only = hunt.sought.unit.as_ref().map(|unit| self.of_units(unit, hunt.sought)).transpose()?;
        let mut statement = self.read().prepare_cached(MATCHING)?;
        let mut rows = statement.query(params![question, hunt.range.0, hunt.range.1])?;
        let (mut read, mut in_vain, mut given_up) = (0, 0, false);
        while found < hunt.limit
            && !given_up
            && let Some(row) = rows.next()?
        {
            let id: i64 = row.get(0)?;
            if only.as_ref().is_none_or(|ids| ids.binary_search(&id).is_ok())
                && !open.contains_key(&id)
                && !hits.seen.contains(&id)
            {
                match self.judge(hunt, id)? {
                    Judged::Meant(row) => found += usize::from(hits.add(Class::Text, *row)),
                    Judged::InVain => in_vain += 1,
                    Judged::Other => {}
                }
            }
            read += 1;
            given_up = in_vain >= IN_VAIN || only.is_some() && read >= AMONG_FEW;
        }
        if given_up && let Some(mut few) = only {
            few.retain(|id| !open.contains_key(id));
            self.by_looking(hunt, &few, hits)?;
        }
        Ok(())
    }

    /// Looks at what stands in the newest of these few cases themselves: a word so common that the index
    /// names thousands stands in enough of them.
    fn by_looking(&self, hunt: &Hunt, few: &[i64], hits: &mut Hits) -> Result<()> {
        let words = &hunt.sought.words;
        let mut statement = self.read().prepare_cached(&looking_sql(words.len()))?;
        let mut found = 0;
        let unseen: Vec<i64> = few.iter().rev().copied().filter(|id| !hits.seen.contains(id)).collect();
        for id in unseen.into_iter().take(LOOKED_AT) {
            let texts = words.iter().map(|word| Sql::Text(word.clone()));
            let mut rows = statement.query(params_from_iter(texts.chain([Sql::Integer(id)])))?;
            if let Some(row) = rows.next()? {
                let row = case_from(row)?;
                if hunt.takes(&row) && self.is_of_days(id, hunt)? && self.says(&row.case, words)? {
                    hits.add(Class::Text, row);
                    found += 1;
                }
            }
            if found >= hunt.limit {
                break;
            }
        }
        Ok(())
    }

    /// Whether a case was opened within the days that are meant: between two cases of a day may lie one
    /// that came from elsewhere and belongs to another.
    fn is_of_days(&self, id: i64, hunt: &Hunt) -> Result<bool> {
        let Some((from, to)) = hunt.sought.days else { return Ok(true) };
        let mut statement =
            self.read().prepare_cached("SELECT 1 FROM cases WHERE id = ?1 AND day BETWEEN ?2 AND ?3")?;
        Ok(statement.exists(params![id, from.to_string(), to.to_string()])?)
    }

    /// Goes through the cases that are meant, where no word is in the index: open ones, then the newest.
    fn by_list(&self, hunt: &Hunt, hits: &mut Hits) -> Result<()> {
        let mut found = self.among_open(hunt, &*self.open_cases()?, hits)?;
        if hunt.sought.open == Some(true) || found >= hunt.limit || !self.may_have_ended(hunt.sought) {
            return Ok(());
        }
        let words = &hunt.sought.words;
        let mut take = |row: Row| -> Result<bool> {
            // Of the beginning of a unit the index knows only the letters.
            if hunt.takes(&row) && row.case.closed_at.is_some() && self.says(&row.case, words)? {
                found += usize::from(hits.add(Class::Text, row));
            }
            Ok(found < hunt.limit)
        };
        if hunt.sought.unit.is_some() {
            let mut ids = OfUnits::new(self, hunt.sought, hunt.range)?;
            while let Some(id) = ids.next()? {
                if let Some(row) = self.row_at(id)?
                    && self.is_of_days(id, hunt)?
                    && !take(row)?
                {
                    break;
                }
            }
            return Ok(());
        }
        let (sql, values) = ended_sql(hunt, self.newest()? - SCAN_MAX);
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()?
            && take(case_from(row)?)?
        {}
        Ok(())
    }

    /// Whether a case that has ended can be in one of the states that are meant.
    fn may_have_ended(&self, sought: &Sought) -> bool {
        let ends = |kind: &str, state: &str| self.kinds().get(kind).is_none_or(|kind| kind.ends(state));
        sought.states.is_empty() || sought.states.iter().any(|(kind, state)| ends(kind, state))
    }

    fn newest(&self) -> Result<i64> {
        let mut statement = self.read().prepare_cached("SELECT coalesce(max(id), 0) FROM cases")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Whether a case that the index names is one that is meant and says all words. What the index names for
    /// nothing is found out before the case is taken apart.
    fn judge(&self, hunt: &Hunt, id: i64) -> Result<Judged> {
        let mut statement = self.read().prepare_cached(&ONE)?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { return Ok(Judged::Other) };
        let text = |at: usize| row.get_ref(at).map(|text| text.as_str().unwrap_or_default());
        let unit = Some(text(UNIT)?).filter(|unit| !unit.is_empty());
        let ended = row.get_ref(CLOSED_AT)? != ValueRef::Null;
        if !hunt.takes_such(text(KIND)?, text(STATE)?, unit, ended) || !self.is_of_days(id, hunt)? {
            return Ok(Judged::Other);
        }
        let mut missing: Vec<&str> = hunt.sought.words.iter().map(String::as_str).collect();
        for at in TEXTS {
            let own = text(at)?;
            missing.retain(|word| !stands_in(own, word));
        }
        // What of these stands in the case's own fields is only known for sure when they are taken apart.
        let detail = text(DETAIL)?;
        let within: Vec<&str> =
            missing.iter().copied().filter(|word| grams::may_stand_in(detail, word)).collect();
        if missing.len() > within.len() {
            let mut elsewhere = missing.clone();
            elsewhere.retain(|word| !within.contains(word));
            if !self.says_elsewhere(text(NUMBER)?, text(CONTACT)?, elsewhere)? {
                return Ok(Judged::InVain);
            }
        }
        let row = case_from(row)?;
        if !within.is_empty() {
            let own = own_texts(&row.case);
            missing.retain(|word| within.contains(word) && !own.iter().any(|text| stands_in(text, word)));
            let contact = row.case.contact.as_deref().unwrap_or_default();
            if !self.says_elsewhere(&row.case.number, contact, missing)? {
                return Ok(Judged::InVain);
            }
        }
        Ok(Judged::Meant(Box::new(row)))
    }

    /// Whether every word stands in the case as it is now, in a note, or begins the contact's pinyin.
    fn says(&self, case: &Case, words: &[String]) -> Result<bool> {
        let texts = own_texts(case);
        let missing = words.iter().map(String::as_str);
        let missing = missing.filter(|word| !texts.iter().any(|text| stands_in(text, word))).collect();
        self.says_elsewhere(&case.number, case.contact.as_deref().unwrap_or_default(), missing)
    }

    /// Whether each of these words stands in a note of the case or begins the contact's pinyin.
    fn says_elsewhere(&self, number: &str, contact: &str, mut missing: Vec<&str>) -> Result<bool> {
        missing.retain(|word| !(word.is_ascii() && pinyin::begins(contact, word)));
        for word in missing {
            if !grams::stands_in_note(self.read(), number, word)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What becomes of a case that the index names.
enum Judged {
    /// It is meant and says all words.
    Meant(Box<Row>),
    /// It does not say them.
    InVain,
    /// It is not meant.
    Other,
}

/// Where the columns of a case stand of which its own texts are made, in [`ONE`].
const NUMBER: usize = 1;
const KIND: usize = 2;
const STATE: usize = 3;
const UNIT: usize = 4;
const CONTACT: usize = 5;
const CLOSED_AT: usize = 14;
const DETAIL: usize = 16;
/// Unit, contact, telephone, category, why it was put before a superior, number, what it is about, owner.
const TEXTS: [usize; 8] = [UNIT, CONTACT, 6, 8, 13, NUMBER, 7, 12];

/// The statement of a search for ended cases by what is meant alone, other than by their units.
#[cfg(test)]
pub(in crate::store) fn ended_statement(sought: &Sought) -> String {
    ended_sql(&Hunt { sought, limit: 30, range: (0, i64::MAX) }, 0).0
}

/// The same with its values.
fn ended_sql(hunt: &Hunt, recent: i64) -> (String, Vec<Sql>) {
    let Hunt { sought, range, .. } = hunt;
    let text = |text: &str| Sql::Text(text.to_owned());
    let mut parts = vec!["c.open = 0".to_owned()];
    let mut values = Vec::new();
    let mut kinds = sought.kinds.clone();
    if kinds.is_empty() {
        kinds.extend(sought.states.iter().map(|(kind, _)| *kind));
        kinds.dedup();
    }
    let states = sought.states.iter().map(|(_, state)| *state).collect();
    for (column, words) in [("c.kind", &kinds), ("c.state", &states)] {
        if !words.is_empty() {
            parts.push(format!("{column} IN ({})", vec!["?"; words.len()].join(", ")));
            values.extend(words.iter().map(|word| text(word)));
        }
    }
    let mut first = range.0;
    if let Some((from, to)) = sought.days {
        parts.push("c.day BETWEEN ? AND ?".to_owned());
        values.extend([text(&from.to_string()), text(&to.to_string())]);
    } else if !sought.words.is_empty() {
        // What no index finds is looked for among the newest only.
        first = first.max(recent);
    }
    parts.push("c.id BETWEEN ? AND ?".to_owned());
    values.extend([Sql::Integer(first), Sql::Integer(range.1)]);
    let index = if kinds.len() == 1 { "INDEXED BY cases_newest" } else { "NOT INDEXED" };
    let conditions = parts.join(" AND ");
    (format!("SELECT {COLUMNS} FROM cases c {index} WHERE {conditions} ORDER BY c.id DESC"), values)
}

/// The statement that reads a case if so many words stand in its own texts.
pub(in crate::store) fn looking_sql(words: usize) -> String {
    let texts = ["summary", "detail", "contact", "phone", "unit", "number"];
    let mut conditions = vec![format!("c.id = ?{}", words + 1)];
    for n in 1..=words {
        let places = texts.map(|text| format!("instr(lower(coalesce(c.{text}, '')), ?{n})"));
        conditions.push(format!("({})", places.join(" OR ")));
    }
    format!("SELECT {COLUMNS} FROM cases c WHERE {}", conditions.join(" AND "))
}

/// The days with their serials that end so, as JSON: of `4-007` those of the 4th, 14th and 24th of each month.
fn day_serials(tail: &str) -> Result<String> {
    if tail.len() >= DAY_SERIAL {
        return Ok(serde_json::to_string(&[&tail[tail.len() - DAY_SERIAL..]])?);
    }
    let days = (1..=12).flat_map(|month| (1..=31).map(move |day| format!("{month:02}{day:02}")));
    let (of_day, serial) = tail.split_once('-').unwrap_or_default();
    let fits: Vec<String> =
        days.filter(|day| day.ends_with(of_day)).map(|day| format!("{day}-{serial}")).collect();
    Ok(serde_json::to_string(&fits)?)
}

/// The case's own texts.
pub(super) fn own_texts(case: &Case) -> Vec<&str> {
    let header = [&case.unit, &case.contact, &case.phone, &case.category, &case.escalated];
    let mut found: Vec<&str> = header.into_iter().filter_map(|value| value.as_deref()).collect();
    found.extend([case.number.as_str(), case.summary.as_str(), case.owner.as_str()]);
    case.detail.values().for_each(|value| grams::texts(value, &mut found));
    found
}
