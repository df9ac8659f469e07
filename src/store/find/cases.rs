//! Finding cases by anything written in them, and by words that say which are meant.
//!
//! A search reads the index of texts ([`super::grams`]) from the newest case back and is content with
//! what it was asked for; so it costs what it shows, however long the history. Every case that the index
//! names is checked as it is now.

use std::collections::{HashSet, VecDeque};

use chrono::NaiveDate;
use rusqlite::types::Value as Sql;
use rusqlite::{CachedStatement, params, params_from_iter};

use super::{QUERY_MAX, grams, unit_beginning};
use crate::desk::case::Case;
use crate::store::cases::{COLUMNS, Row, case_from};
use crate::store::{Result, Store};
use crate::text::pinyin;
use crate::text::sought::{Sought, folded, stands_in};

/// Rows of the index that are read beyond what was asked for, in search of cases that are open.
const FURTHER: usize = 1_000;
/// Rows of the index that are read in search of cases that are among a few.
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
     WHERE case_text MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC LIMIT ?4";
/// The statement that finds what is open.
pub(in crate::store) const OPEN: &str = "SELECT id FROM cases INDEXED BY cases_open WHERE open = 1";
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

/// Rows of the index that are read at once: at first and after a leap, and at most.
const AT_FIRST: usize = 32;
const AT_MOST: usize = 1_024;

/// The cases that the index names for one word, from the newest back.
///
/// Read piece by piece, so that a common word beside a rare one is not read through: it leaps to where the
/// rare one stands.
struct Stream<'s> {
    statement: CachedStatement<'s>,
    asked: String,
    /// The rows that are still to be read lie between these.
    rows: (i64, i64),
    /// Cases that were read and not passed yet.
    cases: VecDeque<i64>,
    at_once: usize,
}

impl<'s> Stream<'s> {
    fn new(statement: CachedStatement<'s>, asked: String, rows: (i64, i64)) -> Result<Self> {
        let mut stream = Self { statement, asked, rows, cases: VecDeque::new(), at_once: AT_FIRST };
        stream.read_on()?;
        Ok(stream)
    }

    /// The case where it stands; `None` at its end.
    fn at(&self) -> Option<i64> {
        self.cases.front().copied()
    }

    /// Passes the case where it stands.
    fn pass(&mut self) -> Result<()> {
        self.cases.pop_front();
        if self.cases.is_empty() { self.read_on() } else { Ok(()) }
    }

    /// Goes on to the first case that is not newer than this one; how many steps that took.
    fn down_to(&mut self, id: i64) -> Result<usize> {
        let mut steps = 0;
        while self.at().is_some_and(|at| at > id) {
            steps += 1;
            if self.cases.back().is_some_and(|last| *last > id) {
                self.cases.clear();
                self.rows.1 = self.rows.1.min(grams::rows(id, id).1);
                self.at_once = AT_FIRST;
                self.read_on()?;
            } else {
                self.pass()?;
            }
        }
        Ok(steps)
    }

    fn read_on(&mut self) -> Result<()> {
        let (first, last) = self.rows;
        if first > last {
            return Ok(());
        }
        let mut found = self.statement.query(params![self.asked, first, last, self.at_once as i64])?;
        let mut count = 0;
        while let Some(row) = found.next()? {
            let case = grams::case_of(row.get(0)?);
            count += 1;
            if self.cases.back() != Some(&case) {
                self.cases.push_back(case);
                // Whatever else names this case says nothing new.
                self.rows.1 = grams::rows(case, case).0 - 1;
            }
        }
        if count < self.at_once {
            // Nothing is left.
            self.rows.1 = first - 1;
        }
        self.at_once = (self.at_once * 2).min(AT_MOST);
        Ok(())
    }
}

/// The next case that all words name, and how many steps were taken for it.
fn common(streams: &mut [Stream], read: &mut usize) -> Result<Option<i64>> {
    let Some(Some(mut id)) = streams.first().map(Stream::at) else { return Ok(None) };
    loop {
        let mut all = true;
        for stream in &mut *streams {
            *read += stream.down_to(id)?;
            let Some(at) = stream.at() else { return Ok(None) };
            all &= at == id;
            id = at;
        }
        if all {
            return Ok(Some(id));
        }
    }
}

/// What was asked for, and between which cases it lies.
struct Hunt<'a> {
    sought: &'a Sought,
    limit: usize,
    range: (i64, i64),
}

impl Hunt<'_> {
    /// Whether a case is one of those that are meant, whatever stands in it.
    fn takes(&self, row: &Row) -> bool {
        let (case, sought) = (&row.case, self.sought);
        let ended = case.closed_at.is_some();
        (sought.kinds.is_empty() || sought.kinds.iter().any(|kind| *kind == case.kind))
            && (sought.states.is_empty()
                || sought.states.iter().any(|(kind, state)| *kind == case.kind && *state == case.state))
            && sought.open.is_none_or(|open| open != ended)
            && sought.takes_unit(case.unit.as_deref())
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
        let sql = format!("SELECT {COLUMNS} FROM cases c WHERE c.id = ?1");
        let mut statement = self.read().prepare_cached(&sql)?;
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
        let beginning = unit_beginning(&text).filter(|_| units.is_empty() && text.contains('-'));
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
        let questions: Vec<String> = sought.words.iter().filter_map(|word| grams::question(word)).collect();
        if questions.is_empty() { self.by_list(&hunt, hits) } else { self.by_index(&hunt, &questions, hits) }
    }

    /// The first and the last case of the days that are meant; `None` if there is no case of them.
    fn range_of(&self, sought: &Sought) -> Result<Option<(i64, i64)>> {
        let Some((from, to)) = sought.days else { return Ok(Some((0, i64::MAX))) };
        let mut statement = self.read().prepare_cached(OF_DAYS)?;
        let (first, last): (Option<i64>, Option<i64>) =
            statement.query_row([from.to_string(), to.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(first.zip(last))
    }

    /// The only cases that can be meant, where an index names them: those of a unit, those that are open.
    fn only(&self, sought: &Sought) -> Result<Option<Vec<i64>>> {
        let of_unit = sought.unit.as_ref().map(|unit| self.of_units(unit, sought)).transpose()?;
        let open = (sought.open == Some(true)).then(|| self.open_ids()).transpose()?;
        Ok(match (of_unit, open) {
            (Some(mut of_unit), Some(open)) => {
                of_unit.retain(|id| open.binary_search(id).is_ok());
                Some(of_unit)
            }
            (some, other) => some.or(other),
        })
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

    /// The cases that are open, in order.
    fn open_ids(&self) -> Result<Vec<i64>> {
        let mut statement = self.read().prepare_cached(OPEN)?;
        let mut ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        ids.sort_unstable();
        Ok(ids)
    }

    /// Reads the index from the newest case back until enough was found, and then on for such as are open.
    fn by_index(&self, hunt: &Hunt, questions: &[String], hits: &mut Hits) -> Result<()> {
        let rows = grams::rows(hunt.range.0, hunt.range.1);
        let mut streams: Vec<Stream> = Vec::new();
        for question in questions {
            let asked = grams::of_kinds(question, &hunt.sought.kinds);
            streams.push(Stream::new(self.read().prepare_cached(MATCHING)?, asked, rows)?);
        }
        let only = self.only(hunt.sought)?;
        let until = if only.is_some() { AMONG_FEW } else { usize::MAX };
        let (mut found, mut found_open, mut read, mut until) = (0, 0, 0_usize, until);
        let mut open: Option<Vec<i64>> = None;
        let mut in_vain = 0;
        while read < until
            && found_open < hunt.limit
            && in_vain < IN_VAIN
            && let Some(id) = common(&mut streams, &mut read)?
        {
            let holds =
                |ids: &Option<Vec<i64>>| ids.as_ref().is_none_or(|ids| ids.binary_search(&id).is_ok());
            if holds(&open)
                && holds(&only)
                && !hits.seen.contains(&id)
                && let Some(row) = self.row_at(id)?
                && hunt.takes(&row)
                && self.is_of_days(&row, hunt)?
            {
                if self.says(&row.case, &hunt.sought.words)? {
                    found += 1;
                    found_open += usize::from(row.case.closed_at.is_none());
                    hits.add(Class::Text, row);
                } else {
                    in_vain += 1;
                }
            }
            if found >= hunt.limit && open.is_none() {
                if hunt.sought.open.is_some() {
                    break;
                }
                open = Some(self.open_ids()?);
                until = read + FURTHER;
            }
            if let Some(stream) = streams.first_mut() {
                stream.pass()?;
                read += 1;
            }
        }
        let unread = streams.iter().all(|stream| stream.at().is_some());
        drop(streams);
        if unread
            && found_open < hunt.limit
            && let Some(few) = open.or(only.filter(|_| found < hunt.limit))
        {
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
                if hunt.takes(&row) && self.is_of_days(&row, hunt)? && self.says(&row.case, words)? {
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
    fn is_of_days(&self, row: &Row, hunt: &Hunt) -> Result<bool> {
        let Some((from, to)) = hunt.sought.days else { return Ok(true) };
        let mut statement =
            self.read().prepare_cached("SELECT 1 FROM cases WHERE id = ?1 AND day BETWEEN ?2 AND ?3")?;
        Ok(statement.exists(params![row.id, from.to_string(), to.to_string()])?)
    }

    /// Goes through the cases that are meant, where no word is in the index: open ones, then the newest.
    fn by_list(&self, hunt: &Hunt, hits: &mut Hits) -> Result<()> {
        let found = hits.rows.len();
        if hunt.sought.open != Some(false) {
            self.list_sought(hunt, true, hits)?;
        }
        if hunt.sought.open != Some(true) && hits.rows.len() - found < hunt.limit {
            self.list_sought(hunt, false, hits)?;
        }
        Ok(())
    }

    fn list_sought(&self, hunt: &Hunt, open: bool, hits: &mut Hits) -> Result<()> {
        let words = &hunt.sought.words;
        let wanted = hits.rows.len() + hunt.limit;
        let (sql, values) = sought_sql(hunt, open, self.newest()? - SCAN_MAX);
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()?
            && hits.rows.len() < wanted
        {
            let row = case_from(row)?;
            // Of the beginning of a unit the index knows only the letters.
            if hunt.takes(&row) && (words.is_empty() || self.says(&row.case, words)?) {
                hits.add(Class::Text, row);
            }
        }
        Ok(())
    }

    fn newest(&self) -> Result<i64> {
        let mut statement = self.read().prepare_cached("SELECT coalesce(max(id), 0) FROM cases")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Whether every word stands in the case as it is now, in a note, or begins the contact's pinyin.
    fn says(&self, case: &Case, words: &[String]) -> Result<bool> {
        let texts = own_texts(case);
        let mut missing: Vec<&String> =
            words.iter().filter(|word| !texts.iter().any(|text| stands_in(text, word))).collect();
        if missing.iter().any(|word| word.is_ascii())
            && let Some(contact) = &case.contact
        {
            let keys = pinyin::keys(contact);
            missing.retain(|word| {
                !keys.initials.iter().chain(&keys.full).any(|key| key.starts_with(word.as_str()))
            });
        }
        if missing.is_empty() {
            return Ok(true);
        }
        let entries = self.timeline(&case.number)?;
        let written: Vec<&str> = entries.iter().flat_map(grams::notes).collect();
        Ok(missing.iter().all(|word| written.iter().any(|text| stands_in(text, word))))
    }
}

/// The statement of a search by what is meant alone, and its values.
#[cfg(test)]
pub(in crate::store) fn sought_statement(sought: &Sought, open: bool) -> String {
    sought_sql(&Hunt { sought, limit: 30, range: (0, i64::MAX) }, open, 0).0
}

fn sought_sql(hunt: &Hunt, open: bool, recent: i64) -> (String, Vec<Sql>) {
    let Hunt { sought, range, .. } = hunt;
    let text = |text: &str| Sql::Text(text.to_owned());
    let mut parts = vec![format!("c.open = {}", i32::from(open))];
    let mut values = Vec::new();
    let units = sought.unit.as_ref().map(|unit| [text(unit), text(&format!("{unit}{}", char::MAX))]);
    // A building has had tens of thousands: their ids are put in order first, and no more of them read than needed.
    let by_id = !open && units.is_some();
    if let Some(units) = units.clone().filter(|_| by_id) {
        values.extend(units);
    }
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
    if let Some(units) = units.filter(|_| !by_id) {
        parts.push("c.unit >= ? AND c.unit < ?".to_owned());
        values.extend(units);
    }
    let mut first = range.0;
    if let Some((from, to)) = sought.days {
        parts.push("c.day BETWEEN ? AND ?".to_owned());
        values.extend([text(&from.to_string()), text(&to.to_string())]);
    } else if !sought.words.is_empty() && sought.unit.is_none() {
        // What no index finds is looked for among the newest only.
        first = first.max(recent);
    }
    parts.push("c.id BETWEEN ? AND ?".to_owned());
    values.extend([Sql::Integer(first), Sql::Integer(range.1)]);
    let conditions = parts.join(" AND ");
    if by_id {
        let ids = "SELECT id AS place FROM cases INDEXED BY cases_unit WHERE unit >= ? AND unit < ? ORDER BY id DESC LIMIT -1";
        return (
            format!("SELECT {COLUMNS} FROM ({ids}) CROSS JOIN cases c ON c.id = place WHERE {conditions}"),
            values,
        );
    }
    let index = match (open, &sought.unit, kinds.len()) {
        (true, Some(_), _) => "INDEXED BY cases_unit_open",
        (true, None, _) => "INDEXED BY cases_open",
        (false, _, 1) => "INDEXED BY cases_newest",
        (false, ..) => "NOT INDEXED",
    };
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
fn own_texts(case: &Case) -> Vec<&str> {
    let header = [&case.unit, &case.contact, &case.phone, &case.category, &case.escalated];
    let mut found: Vec<&str> = header.into_iter().filter_map(|value| value.as_deref()).collect();
    found.extend([case.number.as_str(), case.summary.as_str(), case.owner.as_str()]);
    case.detail.values().for_each(|value| grams::texts(value, &mut found));
    found
}
