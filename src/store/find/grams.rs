//! The index of texts: which short pieces of text stand in which entries.
//!
//! Chinese has no spaces to cut words at, so what is indexed are pieces of one and two characters, and
//! of three where all are Latin letters and digits: telephones and numbers are made of so few different
//! pairs that pairs alone find nearly everything. The index holds no text; what is found is checked
//! against the case as it is now.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row, params};
use serde::Deserialize;
use serde_json::Value;

use crate::desk::field::{self, Values};
use crate::desk::kinds::Kinds;
use crate::desk::timeline::{Entry, Event};
use crate::store::{Result, Tx};
use crate::text::pinyin;
use crate::text::sought::{folded, stands_in};

/// Rows of the index that one case has: one for each of its entries, so that an entry is indexed once and
/// never touched again. The rows of a case lie beside each other in the order of the cases, so newest
/// cases are read first. The last row takes the entries beyond.
const ROWS: i64 = 256;

/// The row of an entry.
const fn row(case: i64, revision: u32) -> i64 {
    case * ROWS + if (revision as i64) < ROWS { revision as i64 } else { ROWS - 1 }
}

/// The case of a row.
pub(super) const fn case_of(row: i64) -> i64 {
    row / ROWS
}

/// The rows of the cases from one to another.
pub(super) const fn rows(first: i64, last: i64) -> (i64, i64) {
    (first.saturating_mul(ROWS), last.saturating_mul(ROWS).saturating_add(ROWS - 1))
}

/// The word of the index that stands for a kind: longer than any piece.
fn kind_word(kind: &str) -> String {
    let name: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("kind{name}")
}

/// The runs of letters and digits of a folded text.
fn runs(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty())
}

/// The bytes at which the characters of a run begin, and its end.
fn bounds(run: &str) -> Vec<usize> {
    run.char_indices().map(|(at, _)| at).chain([run.len()]).collect()
}

/// Puts the pieces of a folded text into a set.
fn pieces(folded: &str, out: &mut BTreeSet<String>) {
    for run in runs(folded) {
        let bounds = bounds(run);
        for (at, from) in bounds.iter().enumerate() {
            let piece = |length: usize| bounds.get(at + length).map(|end| &run[*from..*end]);
            // A digit alone stands everywhere.
            if let Some(one) = piece(1).filter(|one| !one.bytes().all(|b| b.is_ascii_digit())) {
                put(one, out);
            }
            if let Some(two) = piece(2) {
                put(two, out);
            }
            if let Some(three) = piece(3).filter(|three| three.is_ascii()) {
                put(three, out);
            }
        }
    }
}

fn put(piece: &str, out: &mut BTreeSet<String>) {
    if !out.contains(piece) {
        out.insert(piece.to_owned());
    }
}

/// The question to the index that finds the entries in which a folded word may stand: all of its pieces,
/// the longest that there are. `None` for a word that has no piece.
pub(super) fn question(word: &str) -> Option<String> {
    let mut asked = BTreeSet::new();
    for run in runs(word) {
        let bounds = bounds(run);
        let length = bounds.len() - 1;
        let piece = |at: usize, length: usize| bounds.get(at + length).map(|end| &run[bounds[at]..*end]);
        if length == 1 {
            asked.extend(piece(0, 1).filter(|one| !one.bytes().all(|b| b.is_ascii_digit())));
        }
        // Each pair lies within a longer piece or is asked for itself.
        let three = |at: Option<usize>| at.and_then(|at| piece(at, 3)).filter(|three| three.is_ascii());
        for at in 0..length.saturating_sub(1) {
            match three(Some(at)) {
                Some(three) => asked.extend([three]),
                None if three(at.checked_sub(1)).is_some() => {}
                None => asked.extend(piece(at, 2)),
            }
        }
    }
    let quoted: Vec<String> = asked.into_iter().map(|piece| format!("\"{piece}\"")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" AND "))
}

/// The same question, only of cases of these kinds.
pub(super) fn of_kinds(question: &str, kinds: &[&str]) -> String {
    if kinds.is_empty() {
        return question.to_owned();
    }
    let words: Vec<String> = kinds.iter().map(|kind| format!("\"{}\"", kind_word(kind))).collect();
    format!("{question} AND ({})", words.join(" OR "))
}

/// All texts inside a value; instants are not text that anybody looks for.
pub(super) fn texts<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if field::as_instant(value).is_none() => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, out)),
        _ => {}
    }
}

/// What was written with an entry beside the fields that it changed.
fn notes<'a>(inputs: &'a Values, events: &'a [Event]) -> Vec<&'a str> {
    let mut found = Vec::new();
    inputs.values().for_each(|value| texts(value, &mut found));
    for event in events {
        if let Event::CallbackTried { attempt, .. } = event {
            found.extend(attempt.note.as_deref());
        }
    }
    found
}

/// The part of an entry in which notes stand.
#[derive(Deserialize)]
struct Noted {
    #[serde(default)]
    inputs: Values,
    #[serde(default)]
    events: Vec<Event>,
}

/// What was noted with an entry; nothing with most, which need not be taken apart for that.
fn noted(body: &str) -> Result<Option<Noted>> {
    let some = body.contains("\"inputs\"") || body.contains("\"callback-tried\"");
    Ok(some.then(|| serde_json::from_str(body)).transpose()?)
}

/// What was noted with the entries of a case.
pub(super) fn notes_of(connection: &Connection, number: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(BODIES)?;
    let mut rows = statement.query([number])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(noted) = noted(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)? {
            found.extend(notes(&noted.inputs, &noted.events).into_iter().map(str::to_owned));
        }
    }
    Ok(found)
}

/// Whether a word stands in a note of a case. Where the rows by which the index names the case are known, no
/// other entry is read.
pub(super) fn stands_in_note(
    connection: &Connection,
    number: &str,
    named: Option<&[i64]>,
    word: &str,
) -> Result<bool> {
    let holds = |row: &Row| -> Result<bool> {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if !may_stand_in(body, word) {
            return Ok(false);
        }
        let found = noted(body)?.is_some_and(|noted| {
            notes(&noted.inputs, &noted.events).iter().any(|text| stands_in(text, word))
        });
        Ok(found)
    };
    // The last row stands for many entries.
    if let Some(named) = named.filter(|rows| rows.iter().all(|row| row % ROWS != ROWS - 1)) {
        let mut statement = connection.prepare_cached(BODY)?;
        for row in named {
            let mut rows = statement.query(params![number, row % ROWS])?;
            if let Some(row) = rows.next()?
                && holds(row)?
            {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let mut statement = connection.prepare_cached(BODIES)?;
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        if holds(row)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a folded word may stand in one of the texts within JSON: not where it stands nowhere in it. A sign
/// that JSON writes otherwise says nothing.
pub(super) fn may_stand_in(json: &str, word: &str) -> bool {
    word.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) || stands_in(json, word)
}

/// The statements that read the entries of a case, all or one.
const BODIES: &str = "SELECT body FROM entry WHERE subject = ?1 ORDER BY revision";
const BODY: &str = "SELECT body FROM entry WHERE subject = ?1 AND revision = ?2";

/// The words that an entry has in the index, those of its kind included; none where it says nothing.
fn words(kind: &str, entry: &Entry) -> BTreeSet<String> {
    let mut found = notes(&entry.inputs, &entry.events);
    entry.changes.iter().for_each(|change| texts(&change.after, &mut found));
    found.sort_unstable();
    found.dedup();
    let mut all = BTreeSet::new();
    for text in found {
        pieces(&folded(text), &mut all);
    }
    if entry.revision == 1 {
        pieces(&folded(&entry.number), &mut all);
    }
    let contact = entry.changes.iter().find(|change| change.field == "contact");
    if let Some(name) = contact.and_then(|change| change.after.as_str()) {
        let keys = pinyin::keys(name);
        keys.initials.iter().chain(&keys.full).for_each(|key| pieces(key, &mut all));
    }
    if !all.is_empty() {
        all.insert(kind_word(kind));
    }
    all
}

/// Rows that a transaction has yet to put into the index. They go there all at once, right before the
/// commit and in their order: SQLite writes a segment of the index whenever a row is not behind the last
/// one, and at every savepoint.
#[derive(Debug, Default)]
pub(in crate::store) struct Pending(RefCell<BTreeMap<i64, BTreeSet<String>>>);

impl Pending {
    /// Notes what an entry says.
    pub(in crate::store) fn note(&self, case: i64, kind: &str, entry: &Entry) {
        let words = words(kind, entry);
        if !words.is_empty() {
            self.0.borrow_mut().entry(row(case, entry.revision)).or_default().extend(words);
        }
    }

    /// Takes over what another one holds.
    pub(in crate::store) fn take_over(&self, other: Self) {
        let mut own = self.0.borrow_mut();
        for (row, words) in other.0.into_inner() {
            own.entry(row).or_default().extend(words);
        }
    }

    /// How many rows wait.
    pub(in crate::store) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Forgets everything: the transaction was undone.
    pub(in crate::store) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Puts everything into the index.
    pub(in crate::store) fn write(&self, connection: &Connection) -> Result<()> {
        let rows = self.0.take();
        if rows.is_empty() {
            return Ok(());
        }
        let mut statement =
            connection.prepare_cached("INSERT INTO case_text (rowid, pieces) VALUES (?1, ?2)")?;
        for (row, words) in rows {
            let words: Vec<String> = words.into_iter().collect();
            statement.execute(params![row, words.join(" ")])?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Has the index say of an entry what it is now, and nothing of what it was. The index holds no text, so it
    /// must be told the very words that it was given: who changes how they are made has to index all entries
    /// anew in a step of the schema.
    ///
    /// # Errors
    /// The file can't be written.
    pub(in crate::store) fn reindex(&self, was: &Entry, is: &Entry) -> Result<()> {
        let connection = self.connection();
        let (case, kind): (i64, String) = connection
            .prepare_cached("SELECT id, kind FROM cases WHERE number = ?1")?
            .query_row([&was.number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // Nothing can be taken out that is not in yet.
        self.waiting.write(connection)?;
        self.texts.write(connection)?;
        let words: Vec<String> = words(&kind, was).into_iter().collect();
        if !words.is_empty() {
            connection
                .prepare_cached("INSERT INTO case_text (case_text, rowid, pieces) VALUES ('delete', ?1, ?2)")?
                .execute(params![row(case, was.revision), words.join(" ")])?;
        }
        self.texts.note(case, &kind, is);
        Ok(())
    }
}

/// Has the index gather so many bytes of words before it writes them, and merge nothing meanwhile: for
/// years of entries at once.
pub(in crate::store) fn gather(connection: &Connection, bytes: i64) -> Result<()> {
    set(connection, "automerge", 0)?;
    set(connection, "crisismerge", 1_000_000)?;
    set(connection, "hashsize", bytes)
}

/// Merges what was gathered and has the index go on as any other.
pub(in crate::store) fn settle(connection: &Connection) -> Result<()> {
    connection.execute("INSERT INTO case_text (case_text) VALUES ('optimize')", [])?;
    connection
        .execute("DELETE FROM case_text_config WHERE k IN ('automerge', 'crisismerge', 'hashsize')", [])?;
    Ok(())
}

fn set(connection: &Connection, option: &str, value: i64) -> Result<()> {
    connection.execute("INSERT INTO case_text (case_text, rank) VALUES (?1, ?2)", params![option, value])?;
    Ok(())
}

/// Makes the index of a book whose form had another one, or none.
pub(in crate::store) fn fill(connection: &Connection, _: Kinds) -> Result<()> {
    let mut read = connection.prepare(
        "SELECT c.id, c.kind, e.body FROM cases c CROSS JOIN entry e ON e.subject = c.number ORDER BY c.id, e.revision",
    )?;
    let mut rows = read.query([])?;
    let pending = Pending::default();
    while let Some(row) = rows.next()? {
        let entry: Entry = serde_json::from_str(&row.get::<_, String>(2)?)?;
        pending.note(row.get(0)?, &row.get::<_, String>(1)?, &entry);
        if pending.len() >= AT_ONCE {
            pending.write(connection)?;
        }
    }
    pending.write(connection)
}

/// Rows that wait at most.
pub(in crate::store) const AT_ONCE: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut out = BTreeSet::new();
        pieces(&folded(text), &mut out);
        out.into_iter().collect()
    }

    #[test]
    fn a_text_is_cut_into_all_its_pieces() {
        assert_eq!(all("水管漏"), ["水", "水管", "漏", "管", "管漏"]);
        assert_eq!(all("水,管"), ["水", "管"], "not across signs");
        assert_eq!(all("1384"), ["13", "138", "38", "384", "84"]);
        assert_eq!(all("苏A12"), ["12", "a", "a1", "a12", "苏", "苏a"]);
        assert_eq!(all("７"), Vec::<String>::new());
    }

    #[test]
    fn a_word_asks_for_its_longest_pieces() {
        let asked = |word: &str| question(&folded(word)).unwrap_or_default();
        assert_eq!(asked("水"), r#""水""#);
        assert_eq!(asked("水管爆"), r#""水管" AND "管爆""#);
        assert_eq!(asked("5678"), r#""567" AND "678""#);
        assert_eq!(asked("56"), r#""56""#);
        assert_eq!(asked("苏a123"), r#""123" AND "a12" AND "苏a""#);
        assert_eq!(asked("ab苏"), r#""ab" AND "b苏""#);
        assert_eq!(asked("abc苏"), r#""abc" AND "c苏""#);
        assert_eq!(asked("1124-007"), r#""007" AND "112" AND "124""#);
        assert_eq!(asked("7"), "");
        assert_eq!(asked("-"), "");
    }

    #[test]
    fn every_part_of_a_text_is_asked_for_by_pieces_that_it_has() {
        let text = folded("张建国 138-0000-5678 苏A12345 Lock O'Neil");
        let mut has = BTreeSet::new();
        pieces(&text, &mut has);
        let chars: Vec<char> = text.chars().collect();
        for from in 0..chars.len() {
            for to in from + 1..=chars.len() {
                let word: String = chars[from..to].iter().collect();
                let Some(asked) = question(&word) else { continue };
                for piece in asked.split(" AND ") {
                    assert!(has.contains(piece.trim_matches('"')), "{word}: {piece}");
                }
            }
        }
    }

    #[test]
    fn the_rows_of_a_case_lie_beside_each_other() {
        assert_eq!((case_of(row(7, 1)), case_of(row(7, 255)), case_of(row(7, 9_999))), (7, 7, 7));
        assert!(row(7, 9_999) < row(8, 1) && row(7, 1) < row(7, 2));
        let (first, last) = rows(7, 8);
        assert!(first <= row(7, 1) && row(8, 9_999) <= last && row(9, 1) > last && row(6, 300) < first);
        assert!(rows(0, i64::MAX).1 > 0);
    }
}
