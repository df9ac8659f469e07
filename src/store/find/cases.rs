//! Finding cases by anything written in them.
//!
//! Every entry's texts are indexed as overlapping pairs of characters, in the transaction that writes the
//! entry: Chinese has no spaces to cut words at, and a pair finds what two characters or more say. The
//! index holds no text, so each candidate is checked against the case as it is now and its notes.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::QUERY_MAX;
use crate::desk::case::Case;
use crate::desk::field;
use crate::desk::timeline::{Entry, Event};
use crate::store::cases::{COLUMNS, Row, case_from};
use crate::store::{Result, Store, Tx};
use crate::text::pinyin;
use crate::text::plain::plain;
use crate::text::typed;

/// Candidates that are looked at before the search is content with what it has.
const CANDIDATES_MAX: usize = 3000;
/// Newest cases that are looked through for a single character, which has no pair.
const SCAN_MAX: i64 = 5000;

/// Text as it is compared.
fn folded(text: &str) -> String {
    plain(text).to_lowercase()
}

/// The overlapping pairs of a folded text, each written so that the index takes it as one word.
fn pairs(folded: &str, out: &mut BTreeSet<String>) {
    for run in folded.split(|c: char| !c.is_alphanumeric()) {
        for (first, second) in run.chars().zip(run.chars().skip(1)) {
            out.insert(format!("{:x}g{:x}", u32::from(first), u32::from(second)));
        }
    }
}

/// All texts inside a value; instants are not text that anybody looks for.
fn texts<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if field::as_instant(value).is_none() => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, out)),
        _ => {}
    }
}

/// What was written with an entry beside the fields that it changed.
fn notes(entry: &Entry) -> Vec<&str> {
    let mut found = Vec::new();
    entry.inputs.values().for_each(|value| texts(value, &mut found));
    for event in &entry.events {
        if let Event::CallbackTried { attempt, .. } = event {
            found.extend(attempt.note.as_deref());
        }
    }
    found
}

/// What an entry is found by, as the index has it; empty where there is nothing.
fn words(entry: &Entry) -> String {
    let mut found = notes(entry);
    entry.changes.iter().for_each(|change| texts(&change.after, &mut found));
    let mut all = BTreeSet::new();
    for text in found {
        pairs(&folded(text), &mut all);
    }
    if entry.revision == 1 {
        pairs(&folded(&entry.number), &mut all);
    }
    let contact = entry.changes.iter().find(|change| change.field == "contact");
    if let Some(name) = contact.and_then(|change| change.after.as_str()) {
        let keys = pinyin::keys(name);
        keys.initials.iter().chain(&keys.full).for_each(|key| pairs(key, &mut all));
    }
    all.into_iter().collect::<Vec<_>>().join(" ")
}

/// Puts what an entry says into the index.
pub(in crate::store) fn index(tx: &Tx, seq: i64, entry: &Entry) -> Result<()> {
    let words = words(entry);
    if !words.is_empty() {
        tx.connection()
            .prepare_cached("INSERT INTO case_text (rowid, pairs) VALUES (?1, ?2)")?
            .execute(params![seq, words])?;
    }
    Ok(())
}

/// Takes out of the index what an entry said. The index holds no text, so it must be told the very words
/// that it was given: who changes how they are made has to index all entries anew in a step of the schema.
pub(in crate::store) fn unindex(tx: &Tx, seq: i64, entry: &Entry) -> Result<()> {
    let words = words(entry);
    if !words.is_empty() {
        tx.connection()
            .prepare_cached("INSERT INTO case_text (case_text, rowid, pairs) VALUES ('delete', ?1, ?2)")?
            .execute(params![seq, words])?;
    }
    Ok(())
}

/// Whether the words stand in the case as it is now.
struct Words(Vec<String>);

impl Words {
    fn new(query: &str) -> Self {
        let text = folded(query);
        let digits = typed::digits(&text);
        let phone = text.chars().all(|c| c.is_ascii_digit() || " -+".contains(c)) && digits.len() >= 7;
        if phone && text.contains(' ') {
            return Self(vec![digits]);
        }
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// The words that none of these texts has.
    fn missing<'a>(&'a self, texts: &[&str]) -> Vec<&'a String> {
        let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
        self.0.iter().filter(|word| !texts.iter().any(|text| text.contains(word.as_str()))).collect()
    }
}

/// The case's own texts.
fn own_texts(case: &Case) -> Vec<&str> {
    let header = [&case.unit, &case.contact, &case.phone, &case.category, &case.escalated];
    let mut found: Vec<&str> = header.into_iter().filter_map(|value| value.as_deref()).collect();
    found.extend([case.number.as_str(), case.summary.as_str(), case.owner.as_str()]);
    case.detail.values().for_each(|value| texts(value, &mut found));
    found
}

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
    fn add(&mut self, class: Class, row: Row) {
        if self.seen.insert(row.id) {
            self.rows.push((class, row));
        }
    }
}

impl Store {
    /// Finds cases: by number or its last part (`007`, `1124-007`), unit, telephone, contact (pinyin too), and by
    /// any text in fields and notes. The number first, then open cases, then the newest.
    pub fn find_cases(&self, query: &str, limit: usize) -> Result<Vec<Row>> {
        let query: String = query.trim().chars().take(QUERY_MAX).collect();
        let limit = limit.clamp(1, 1000);
        let words = Words::new(&query);
        let mut hits = Hits::default();
        self.by_number(&folded(&query).to_uppercase(), limit, &mut hits)?;
        self.by_unit(&query, limit, &mut hits)?;
        let mut all = BTreeSet::new();
        words
            .0
            .iter()
            .max_by_key(|word| word.chars().count())
            .into_iter()
            .for_each(|word| pairs(word, &mut all));
        if !all.is_empty() {
            self.by_pairs(&all, &words, limit, &mut hits)?;
        } else if !words.0.is_empty() {
            self.by_scan(&words, limit, &mut hits)?;
        }
        hits.rows
            .sort_by_key(|(class, row)| (*class, row.case.closed_at.is_some(), std::cmp::Reverse(row.id)));
        Ok(hits.rows.into_iter().take(limit).map(|(_, row)| row).collect())
    }

    fn by_number(&self, query: &str, limit: usize, hits: &mut Hits) -> Result<()> {
        if let Some(row) = self.row(query)? {
            hits.add(Class::Number, row);
        }
        if query.len() < 3 || !query.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return Ok(());
        }
        let tail = format!("-{}", query.trim_start_matches('-'));
        let column = match query.len() {
            3..=7 => "substr(number, -3)",
            _ => "substr(number, -8)",
        };
        let key: String = query[query.len() - if query.len() < 8 { 3 } else { 8 }..].to_owned();
        let sql = format!("SELECT {COLUMNS} FROM cases c WHERE {column} = ?1 ORDER BY id DESC LIMIT ?2");
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params![key, limit as i64 * 2])?;
        while let Some(row) = rows.next()? {
            let row = case_from(row)?;
            // `007` is not the end of serial 1007; `1124-007` is the end of a day with its serial.
            if row.case.number.ends_with(&tail) || (query.len() >= 8 && row.case.number.ends_with(query)) {
                hits.add(Class::Serial, row);
            }
        }
        Ok(())
    }

    fn by_unit(&self, query: &str, limit: usize, hits: &mut Hits) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM cases c WHERE c.unit = ?1 ORDER BY c.id DESC LIMIT ?2");
        for unit in self.exact_units(query)? {
            let mut statement = self.read().prepare_cached(&sql)?;
            let mut rows = statement.query(params![unit, limit as i64])?;
            while let Some(row) = rows.next()? {
                hits.add(Class::Unit, case_from(row)?);
            }
        }
        Ok(())
    }

    fn by_pairs(&self, pairs: &BTreeSet<String>, words: &Words, limit: usize, hits: &mut Hits) -> Result<()> {
        let mut question = String::new();
        for pair in pairs {
            let joint = if question.is_empty() { "" } else { " AND " };
            // Writing to a string cannot fail.
            let _ = write!(question, "{joint}\"{pair}\"");
        }
        let mut statement = self.read().prepare_cached(
            "SELECT e.subject FROM case_text t JOIN entry e ON e.seq = t.rowid
             WHERE case_text MATCH ?1 ORDER BY t.rowid DESC",
        )?;
        let mut rows = statement.query([question])?;
        let mut looked: HashSet<String> = HashSet::new();
        // More than asked for, so that an open case is not lost behind newer ones that have ended.
        let enough = hits.rows.len() + limit * 3;
        while let Some(row) = rows.next()? {
            let number: String = row.get(0)?;
            if looked.len() >= CANDIDATES_MAX || hits.rows.len() >= enough {
                break;
            }
            if looked.insert(number.clone())
                && let Some(row) = self.row(&number)?
                && self.says(&row.case, words)?
            {
                hits.add(Class::Text, row);
            }
        }
        Ok(())
    }

    fn by_scan(&self, words: &Words, limit: usize, hits: &mut Hits) -> Result<()> {
        let Some(word) = words.0.first() else { return Ok(()) };
        let newest: Option<i64> = self
            .read()
            .prepare_cached("SELECT max(id) FROM cases")?
            .query_row([], |row| row.get(0))
            .optional()?
            .flatten();
        let sql = format!(
            "SELECT {COLUMNS} FROM cases c WHERE c.id > ?2 AND (instr(lower(c.summary), ?1)
                 OR instr(lower(coalesce(c.contact, '')), ?1) OR instr(lower(c.detail), ?1)
                 OR EXISTS (SELECT 1 FROM entry e WHERE e.subject = c.number AND instr(lower(e.body), ?1)))
             ORDER BY c.id DESC"
        );
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params![word, newest.unwrap_or(0) - SCAN_MAX])?;
        let enough = hits.rows.len() + limit;
        while let Some(row) = rows.next()? {
            let row = case_from(row)?;
            if self.says(&row.case, words)? {
                hits.add(Class::Text, row);
            }
            if hits.rows.len() >= enough {
                break;
            }
        }
        Ok(())
    }

    /// Whether every word stands in the case as it is now, in a note, or begins the contact's pinyin.
    fn says(&self, case: &Case, words: &Words) -> Result<bool> {
        let mut missing = words.missing(&own_texts(case));
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
        let written: Vec<String> = entries.iter().flat_map(notes).map(folded).collect();
        Ok(missing.iter().all(|word| written.iter().any(|text| text.contains(word.as_str()))))
    }
}
