//! The index of texts: which short pieces of text stand in which cases.
//!
//! Chinese has no spaces to cut words at, so what is indexed are pieces of one and two characters, of three
//! where all are Latin letters and digits, and of four digits: telephones and numbers are made of so few
//! different pairs that pairs alone find nearly everything. Of the pinyin of a contact the index has the
//! beginnings, because that is what is typed of it. It holds no text; what is found is checked against the
//! case as it is now.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use foldhash::fast::RandomState;
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::Value;

use crate::desk::field::{self, Values};
use crate::desk::kinds::Kinds;
use crate::desk::timeline::{Entry, Event};
use crate::store::backup::{self, Stage, Watch};
use crate::store::{Result, Tx};
use crate::text::pinyin;
use crate::text::sought::{folded, stands_in};

/// Words of the index, each once; it puts them in order itself.
type Words = HashSet<String, RandomState>;

/// The word of the index that stands for a kind: longer than any piece.
fn kind_word(kind: &str) -> String {
    let name: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("kind{name}")
}

/// Begins the words of the index that are beginnings of pinyin: no piece holds it, and SQLite's `ascii` takes
/// it for a letter.
const READ: char = '·';
/// Characters of pinyin of which the index has the beginnings: two names that are alike so far are rare.
const READ_MAX: usize = 8;

/// The words of the index for the beginnings of a key of pinyin, which is ASCII.
fn beginnings(key: &str) -> impl Iterator<Item = String> {
    (1..=key.len().min(READ_MAX)).map(|length| format!("{READ}{}", &key[..length]))
}

/// The longest piece that begins with the first of these characters; `None` for a digit alone, which stands
/// everywhere.
fn longest(run: &str, bounds: &[usize], at: usize) -> Option<usize> {
    (1..=4).rev().find(|length| piece(run, bounds, at, *length).is_some())
}

/// The piece of so many characters that begins at one of them, if it is one.
fn piece<'r>(run: &'r str, bounds: &[usize], at: usize, length: usize) -> Option<&'r str> {
    let end = bounds.get(at + length)?;
    Some(&run[bounds[at]..*end]).filter(|piece| is_piece(piece, length))
}

/// Whether so many characters are a piece of the index.
fn is_piece(piece: &str, length: usize) -> bool {
    let digits = || piece.bytes().all(|b| b.is_ascii_digit());
    match length {
        1 => !digits(),
        2 => true,
        3 => piece.is_ascii(),
        _ => length == 4 && digits(),
    }
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
fn pieces(folded: &str, out: &mut Words) {
    for run in runs(folded) {
        let bounds = bounds(run);
        for at in 0..bounds.len() {
            for piece in (1..=4).filter_map(|length| piece(run, &bounds, at, length)) {
                put(piece, out);
            }
        }
    }
}

fn put(piece: &str, out: &mut Words) {
    if !out.contains(piece) {
        out.insert(piece.to_owned());
    }
}

/// The question to the index that finds the cases in which a folded word may stand, or begin the pinyin of
/// the contact: all of its pieces, the longest that there are. `None` for a word that has no piece.
fn question(word: &str) -> Option<String> {
    let mut asked = BTreeSet::new();
    for run in runs(word) {
        let bounds = bounds(run);
        // What lies within a piece that was asked for already need not be asked for itself.
        let mut covered = 0;
        for at in 0..bounds.len() - 1 {
            if let Some(length) = longest(run, &bounds, at)
                && at + length > covered
            {
                covered = at + length;
                asked.insert(&run[bounds[at]..bounds[covered]]);
            }
        }
    }
    let quoted: Vec<String> = asked.into_iter().map(|piece| format!("\"{piece}\"")).collect();
    let stands = (!quoted.is_empty()).then(|| quoted.join(" AND "))?;
    let may_be_read = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let begins = may_be_read.then(|| beginnings(word).last()).flatten();
    Some(begins.map_or(stands.clone(), |begins| format!("({stands}) OR \"{begins}\"")))
}

/// The question that finds the cases in which all of these words may stand, of these kinds if there are any.
/// `None` where no word has a piece.
pub(super) fn question_of(words: &[String], kinds: &[&str]) -> Option<String> {
    let mut parts: Vec<String> =
        words.iter().filter_map(|word| question(word)).map(|question| format!("({question})")).collect();
    if parts.is_empty() {
        return None;
    }
    if !kinds.is_empty() {
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("\"{}\"", kind_word(kind))).collect();
        parts.push(format!("({})", kinds.join(" OR ")));
    }
    Some(parts.join(" AND "))
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

/// Whether a word stands in a note of a case.
pub(super) fn stands_in_note(connection: &Connection, number: &str, word: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached(BODIES)?;
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if may_stand_in(body, word)
            && let Some(noted) = noted(body)?
            && notes(&noted.inputs, &noted.events).iter().any(|text| stands_in(text, word))
        {
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

/// The statement that reads the entries of a case.
const BODIES: &str = "SELECT body FROM entry WHERE subject = ?1 ORDER BY revision";

/// The words that an entry has in the index, those of its kind included; none where it says nothing.
fn words(kind: &str, entry: &Entry) -> Words {
    let mut found = notes(&entry.inputs, &entry.events);
    entry.changes.iter().for_each(|change| texts(&change.after, &mut found));
    found.sort_unstable();
    found.dedup();
    let mut all = Words::default();
    for text in found {
        pieces(&folded(text), &mut all);
    }
    if entry.revision == 1 {
        pieces(&folded(&entry.number), &mut all);
    }
    let contact = entry.changes.iter().find(|change| change.field == "contact");
    if let Some(name) = contact.and_then(|change| change.after.as_str()) {
        let keys = pinyin::keys(name);
        all.extend(keys.initials.iter().chain(&keys.full).flat_map(|key| beginnings(key)));
    }
    if !all.is_empty() {
        all.insert(kind_word(kind));
    }
    all
}

/// Cases of which a transaction has yet to put words into the index. They go there all at once, right before the
/// commit and in their order: SQLite writes a segment of the index whenever a row is not behind the last
/// one, and at every savepoint.
///
/// A case is one row of the index, so that words that stand in different entries of it find it together. Each
/// entry adds its words to that row and touches none of those before: the index holds, for each word, rows
/// alone, and to put one in again that is there already changes nothing.
#[derive(Debug, Default)]
pub(in crate::store) struct Pending(RefCell<BTreeMap<i64, Words>>);

impl Pending {
    /// Notes what an entry says.
    pub(in crate::store) fn note(&self, case: i64, kind: &str, entry: &Entry) {
        let words = words(kind, entry);
        if !words.is_empty() {
            self.0.borrow_mut().entry(case).or_default().extend(words);
        }
    }

    /// Takes over what another one holds.
    pub(in crate::store) fn take_over(&self, other: Self) {
        let mut own = self.0.borrow_mut();
        for (case, words) in other.0.into_inner() {
            own.entry(case).or_default().extend(words);
        }
    }

    /// How many cases wait.
    pub(in crate::store) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Forgets everything: the transaction was undone.
    pub(in crate::store) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Puts everything into the index.
    pub(in crate::store) fn write(&self, connection: &Connection) -> Result<()> {
        let cases = self.0.take();
        if cases.is_empty() {
            return Ok(());
        }
        let mut statement = connection.prepare_cached(PUT)?;
        for (case, words) in &cases {
            statement.execute(params![case, joined(words)])?;
        }
        Ok(())
    }
}

/// The statement that adds words to a case.
const PUT: &str = "INSERT INTO case_text (rowid, pieces) VALUES (?1, ?2)";

/// Words as the index takes them.
fn joined<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    words.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

impl Tx<'_> {
    /// Has the index say of cases what their entries are now, and nothing of what some of them were. The
    /// index holds no text, so it must be told the very words that it was given: who changes how they are made
    /// has to index all entries anew in a step of the schema.
    ///
    /// # Errors
    /// The file can't be written.
    pub(in crate::store) fn unsay(&self, was: &[&Entry]) -> Result<()> {
        let connection = self.connection();
        // Nothing can be taken out that is not in yet.
        self.waiting.write(connection)?;
        self.texts.write(connection)?;
        let mut entries: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in was {
            entries.entry(&entry.number).or_default().push(entry);
        }
        let mut cases = BTreeMap::new();
        for (number, entries) in entries {
            let (case, kind): (i64, String) = connection
                .prepare_cached("SELECT id, kind FROM cases WHERE number = ?1")?
                .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut kept = Words::default();
            for (_, entry) in self.placed_timeline(number)? {
                kept.extend(words(&kind, &entry));
            }
            let mut gone: Vec<Words> = entries
                .iter()
                .map(|entry| words(&kind, entry).difference(&kept).cloned().collect())
                .collect();
            gone.retain(|words| !words.is_empty());
            cases.insert(case, (kind_word(&kind), gone));
        }
        let mut take = connection
            .prepare_cached("INSERT INTO case_text (case_text, rowid, pieces) VALUES ('delete', ?1, ?2)")?;
        let mut put = connection.prepare_cached(PUT)?;
        let rounds = cases.values().map(|(_, gone)| gone.len()).max().unwrap_or(0);
        for round in 0..rounds {
            // Entries may have put their words into the index each by itself, so a word may be there once for each
            // entry that said it; what is taken out at one time is taken out once. A savepoint ends such a time.
            connection.execute_batch("SAVEPOINT unsay; RELEASE unsay")?;
            for (case, (stays, gone)) in &cases {
                let Some(words) = gone.get(round) else { continue };
                take.execute(params![case, joined(words)])?;
                // SQLite counts rows and words that come and go, and a count below nothing is damage to it. A word
                // that was there once and is taken out twice comes back as one that stays.
                let again = words.iter().filter(|word| gone[..round].iter().any(|gone| gone.contains(*word)));
                put.execute(params![case, joined(again.map(|_| stays))])?;
            }
        }
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
    // This connection goes by what it was told last, others by what is written: SQLite's own, as without a word.
    for (option, value) in [("automerge", 4), ("crisismerge", 16), ("hashsize", 1024 * 1024)] {
        set(connection, option, value)?;
        connection.execute("DELETE FROM case_text_config WHERE k = ?1", [option])?;
    }
    Ok(())
}

fn set(connection: &Connection, option: &str, value: i64) -> Result<()> {
    connection.execute("INSERT INTO case_text (case_text, rank) VALUES (?1, ?2)", params![option, value])?;
    Ok(())
}

/// Makes the index of a book whose form had another one, or none.
pub(in crate::store) fn fill(connection: &Connection, _: Kinds, watch: &Watch) -> Result<()> {
    let last: i64 = connection.query_row("SELECT coalesce(max(id), 0) FROM cases", [], |row| row.get(0))?;
    let tell = |done: i64| backup::step(watch, Stage::Index, done.unsigned_abs(), last.unsigned_abs());
    tell(0)?;
    gather(connection, GATHERED)?;
    let mut read = connection.prepare(
        "SELECT c.id, c.kind, e.body FROM cases c CROSS JOIN entry e ON e.subject = c.number ORDER BY c.id, e.revision",
    )?;
    let mut rows = read.query([])?;
    let pending = Pending::default();
    while let Some(row) = rows.next()? {
        let entry: Entry = serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
        let case: i64 = row.get(0)?;
        pending.note(case, &row.get::<_, String>(1)?, &entry);
        if pending.len() >= AT_ONCE {
            pending.write(connection)?;
            tell(case)?;
        }
    }
    pending.write(connection)?;
    settle(connection)
}

/// Bytes of words that the index gathers before it sorts them into the file, where all of it is made at once.
pub(in crate::store) const GATHERED: i64 = 64 * 1024 * 1024;

/// Rows that wait at most.
pub(in crate::store) const AT_ONCE: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut out = Words::default();
        pieces(&folded(text), &mut out);
        out.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
    }

    #[test]
    fn a_text_is_cut_into_all_its_pieces() {
        assert_eq!(all("水管漏"), ["水", "水管", "漏", "管", "管漏"]);
        assert_eq!(all("水,管"), ["水", "管"], "not across signs");
        assert_eq!(all("1384"), ["13", "138", "1384", "38", "384", "84"]);
        assert_eq!(all("苏A12"), ["12", "a", "a1", "a12", "苏", "苏a"]);
        assert_eq!(all("７"), Vec::<String>::new());
    }

    #[test]
    fn a_word_asks_for_its_longest_pieces() {
        let asked = |word: &str| question(&folded(word)).unwrap_or_default();
        assert_eq!(asked("水"), r#""水""#);
        assert_eq!(asked("水管爆"), r#""水管" AND "管爆""#);
        assert_eq!(asked("5678"), r#"("5678") OR "·5678""#);
        assert_eq!(asked("13800"), r#"("1380" AND "3800") OR "·13800""#);
        assert_eq!(asked("56"), r#"("56") OR "·56""#);
        assert_eq!(asked("zjg"), r#"("zjg") OR "·zjg""#);
        assert_eq!(
            asked("zhangjian"),
            r#"("ang" AND "gji" AND "han" AND "ian" AND "jia" AND "ngj" AND "zha") OR "·zhangjia""#
        );
        assert_eq!(asked("苏a123"), r#""123" AND "a12" AND "苏a""#);
        assert_eq!(asked("ab苏"), r#""ab" AND "b苏""#);
        assert_eq!(asked("abc苏"), r#""abc" AND "c苏""#);
        assert_eq!(asked("1124-007"), r#""007" AND "1124""#);
        assert_eq!(asked("7"), "");
        assert_eq!(asked("-"), "");
    }

    #[test]
    fn every_part_of_a_text_is_asked_for_by_pieces_that_it_has() {
        let text = folded("张建国 138-0000-5678 苏A12345 Lock O'Neil");
        let mut has = Words::default();
        pieces(&text, &mut has);
        let chars: Vec<char> = text.chars().collect();
        for from in 0..chars.len() {
            for to in from + 1..=chars.len() {
                let word: String = chars[from..to].iter().collect();
                let Some(asked) = question(&word) else { continue };
                let stands = asked.split(" OR ").next().unwrap_or_default();
                for piece in stands.split(" AND ") {
                    assert!(has.contains(piece.trim_matches(['"', '(', ')'])), "{word}: {piece}");
                }
            }
        }
    }
}
