//! Taking personal fields out of what is long over, so that they are really gone and the chain still proves
//! itself.
//!
//! A run is an entry of the chain. It lists each entry that it took something from, with a SHA-256 over what
//! that entry is now, made as every entry's is: over the hash before it and all of its columns. The hash that
//! the entry had stays, the next one stands on it. So the walk along the chain finds whoever changes such an
//! entry, or puts back what was taken out, and heads that were noted before the run are still those.
//! What to take out is not this room's to know.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::backup::{Stage, Watch};
use super::chain::{COLUMNS, Record, Stamp};
use super::check::OPS;
use super::{Result, Store, StoreError, Tx, instant};
use crate::desk::case::Case;
use crate::desk::retention::{GONE, Run};
use crate::desk::timeline::Entry;

/// The subject of the journal under which runs stand.
pub const SUBJECT: &str = "retention";
/// What the records of runs are called.
pub const RUN: &str = "clear";

/// What a SHA-256 is.
type Form = [u8; 32];

/// A run as it stands in the chain.
#[derive(Debug, Serialize, Deserialize)]
struct Attested {
    #[serde(flatten)]
    run: Run,
    /// The place of each entry that lost something, and the hash of what it is now.
    forms: BTreeMap<i64, String>,
}

/// What the entries that lost something must be now, by their place: the last run that took something counts.
pub(super) fn attested(connection: &Connection) -> Result<HashMap<i64, Form>> {
    let mut statement =
        connection.prepare("SELECT seq, body FROM entry WHERE subject = ?1 AND action = ?2 ORDER BY seq")?;
    let mut rows = statement.query([SUBJECT, RUN])?;
    let mut attested = HashMap::new();
    while let Some(row) = rows.next()? {
        let (run, body): (i64, String) = (row.get(0)?, row.get(1)?);
        // One that says nothing was changed from outside; the walk comes to it.
        let Ok(said) = serde_json::from_str::<Attested>(&body) else { continue };
        let forms = said.forms.into_iter().filter(|(seq, _)| *seq < run);
        attested.extend(forms.filter_map(|(seq, form)| Some((seq, unhex(&form)?))));
    }
    Ok(attested)
}

fn unhex(text: &str) -> Option<Form> {
    let mut form = Form::default();
    hex::decode_to_slice(text, &mut form).ok()?;
    Some(form)
}

/// Cases closed before a day that still have what is personal, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lapsed {
    /// How many of each kind; a kind without any is missing.
    pub kinds: Vec<(String, u64)>,
    /// The day on which the first of them was closed.
    pub oldest: Option<NaiveDate>,
    /// The day on which the last of them was closed.
    pub newest: Option<NaiveDate>,
    /// How many more are held back: something is still due in them, or an open case is linked with them.
    pub held: u64,
}

/// Closed before a day, still whole, of one of these kinds.
const CLOSED: &str = "cases c INDEXED BY cases_lapsed
     WHERE c.closed_day IS NOT NULL AND c.cleared_day IS NULL AND c.open = 0 AND c.closed_day < ?1
       AND c.kind IN (SELECT value FROM json_each(?2))";
/// What holds such a case back.
const HELD: &str = "(c.callback_at IS NOT NULL OR c.due_at IS NOT NULL OR EXISTS (
     SELECT 1 FROM link l JOIN cases o ON o.number = l.number WHERE l.case_id = c.id AND o.open = 1))";

/// The statement of [`Store::first_lapsed`]. In the order of the index: it ends with the first one, however many
/// there are.
pub(super) fn first_sql() -> String {
    format!("SELECT c.closed_day FROM {CLOSED} AND NOT {HELD} ORDER BY c.closed_day LIMIT 1")
}

/// The last part of a run that took something out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRun {
    /// Its place in the chain.
    pub seq: i64,
    /// When its run began.
    pub at: DateTime<Utc>,
}

/// Households that moved out and owe nothing, of which nothing was entered since a day, and that still say who
/// else lived there. Of a household that a roster brought and nobody touched since, the last roster counts.
const LEFT: &str = "household h
     WHERE h.occupancy = 'moved-out' AND h.arrears = 0
       AND (h.note <> '' OR EXISTS (
           SELECT 1 FROM resident r WHERE r.household = h.id AND r.relation <> 'owner'))
       AND NOT EXISTS (
           SELECT 1 FROM cases c WHERE c.unit = h.unit AND (c.open = 1 OR c.day >= ?1 OR c.closed_day >= ?1))
       AND coalesce(
           (SELECT max(e.day) FROM entry e INDEXED BY entry_household WHERE e.subject = 'directory'
            AND coalesce(json_extract(e.body, '$.after.unit'), json_extract(e.body, '$.unit')) = h.unit),
           (SELECT max(i.day) FROM entry i WHERE i.subject = 'directory' AND i.action = 'import'),
           (SELECT min(f.day) FROM entry f)) < ?1";

/// Behind which of the entries of the directory and of signed days to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    subject: String,
    revision: u32,
}

impl Default for After {
    /// At the first one.
    fn default() -> Self {
        Self { subject: "day:".to_owned(), revision: 0 }
    }
}

/// An entry of the directory or of a signed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the chain.
    pub seq: i64,
    /// Its place among those that are looked through.
    pub after: After,
    /// The entry as JSON.
    pub body: String,
}

/// An entry that is to lose something.
#[derive(Debug)]
pub struct Loses<T> {
    /// Its place in the chain.
    pub seq: i64,
    /// What it was.
    pub was: T,
    /// What it is to be.
    pub is: T,
}

impl Store {
    /// How many cases of these kinds were closed before a day and still have what is personal.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn lapsed(&self, before: NaiveDate, kinds: &[&str]) -> Result<Lapsed> {
        let kinds = serde_json::to_string(kinds)?;
        let before = before.to_string();
        let mut lapsed = Lapsed::default();
        let sql = format!(
            "SELECT c.kind, count(*), min(c.closed_day), max(c.closed_day) FROM {CLOSED} AND NOT {HELD}
             GROUP BY c.kind ORDER BY count(*) DESC, c.kind"
        );
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params![before, kinds])?;
        while let Some(row) = rows.next()? {
            let day = |column: usize| -> Result<Option<NaiveDate>> {
                Ok(row.get::<_, String>(column)?.parse().ok())
            };
            let (first, last) = (day(2)?, day(3)?);
            lapsed.kinds.push((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()));
            lapsed.oldest = lapsed.oldest.into_iter().chain(first).min();
            lapsed.newest = lapsed.newest.into_iter().chain(last).max();
        }
        let sql = format!("SELECT count(*) FROM {CLOSED} AND {HELD}");
        let count = |row: &Row| row.get::<_, i64>(0).map(i64::cast_unsigned);
        lapsed.held = self.read().prepare_cached(&sql)?.query_row(params![before, kinds], count)?;
        Ok(lapsed)
    }

    /// The day on which the first case of these kinds was closed that was closed before a day and still has
    /// what is personal; those that are held back left out.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn first_lapsed(&self, before: NaiveDate, kinds: &[&str]) -> Result<Option<NaiveDate>> {
        let mut statement = self.read().prepare_cached(&first_sql())?;
        let kinds = serde_json::to_string(kinds)?;
        let day: Option<String> =
            statement.query_row(params![before.to_string(), kinds], |row| row.get(0)).optional()?;
        Ok(day.and_then(|day| day.parse().ok()))
    }

    /// The last part of a run that took something out.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn last_run(&self) -> Result<Option<LastRun>> {
        let mut statement = self.read().prepare_cached(
            "SELECT seq, at FROM entry WHERE subject = ?1 AND action = ?2 ORDER BY revision DESC LIMIT 1",
        )?;
        let run = |row: &Row| Ok(LastRun { seq: row.get(0)?, at: instant(row.get(1)?) });
        Ok(statement.query_row([SUBJECT, RUN], run).optional()?)
    }

    /// How many households moved out long ago and still say who else than the owner lived there.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn left_households(&self, before: NaiveDate) -> Result<u64> {
        let mut statement = self.read().prepare_cached(&format!("SELECT count(*) FROM {LEFT}"))?;
        let count = statement.query_row([before.to_string()], |row| row.get::<_, i64>(0))?;
        Ok(count.cast_unsigned())
    }

    /// Forms that nobody wrote in since an instant, in numbers.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn old_drafts(&self, before: DateTime<Utc>) -> Result<u64> {
        let mut statement = self.read().prepare_cached("SELECT count(*) FROM draft WHERE saved_at < ?1")?;
        let count = statement.query_row([before.timestamp()], |row| row.get::<_, i64>(0))?;
        Ok(count.cast_unsigned())
    }

    /// Entries of the directory and of signed days that were made before a day, a part of them.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn old_records(&self, before: NaiveDate, after: &After, limit: usize) -> Result<Vec<Kept>> {
        old_records(self.read(), before, after, limit)
    }

    /// Has nothing left in the file of what was taken out: writes it anew without its free pages, and empties
    /// the log beside it. `false` where another process still reads from the log, which then goes with the
    /// next time that the log is emptied.
    ///
    /// # Errors
    /// The file is busy or can't be written, or `watch` broke it off; the file is then what it was.
    pub fn scour(&mut self, watch: &Watch) -> Result<bool> {
        if !self.connection.is_autocommit() {
            // Within a batch there is nothing to write anew yet.
            return Ok(false);
        }
        let own = Arc::clone(watch);
        self.connection.progress_handler(OPS, Some(move || own(Stage::Scour, 0, 0).is_break()))?;
        let done = self.connection.execute_batch("VACUUM");
        self.connection.progress_handler(0, None::<fn() -> bool>)?;
        done?;
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }
}

/// The statement of [`Store::old_records`]: along the index of subjects, in which signed days and the directory
/// stand near each other and far from all cases.
pub(super) const OLD_RECORDS: &str = "SELECT seq, subject, revision, body FROM entry
     WHERE (subject, revision) > (?2, ?3) AND subject <= 'directory'
       AND (subject < 'day;' OR subject = 'directory') AND day < ?1
     ORDER BY subject, revision LIMIT ?4";

fn old_records(connection: &Connection, before: NaiveDate, after: &After, limit: usize) -> Result<Vec<Kept>> {
    let mut statement = connection.prepare_cached(OLD_RECORDS)?;
    let values = params![before.to_string(), after.subject, after.revision, limit as i64];
    let rows = statement.query_map(values, |row| {
        let after = After { subject: row.get(1)?, revision: row.get(2)? };
        Ok(Kept { seq: row.get(0)?, after, body: row.get(3)? })
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

impl Tx<'_> {
    /// Number and kind of cases of these kinds that were closed before a day and still have what is personal; those
    /// that are held back left out. The first to be closed come first.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn lapsed(&self, before: NaiveDate, kinds: &[&str], limit: usize) -> Result<Vec<(String, String)>> {
        let sql = format!(
            "SELECT c.number, c.kind FROM {CLOSED} AND NOT {HELD} ORDER BY c.closed_day, c.id LIMIT ?3"
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let kinds = serde_json::to_string(kinds)?;
        let rows = statement.query_map(params![before.to_string(), kinds, limit as i64], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Units of households that moved out long ago and still say who else than the owner lived there.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn left_households(&self, before: NaiveDate, limit: usize) -> Result<Vec<String>> {
        let sql = format!("SELECT h.unit FROM {LEFT} ORDER BY h.place LIMIT ?2");
        let mut statement = self.connection().prepare_cached(&sql)?;
        let units = statement.query_map(params![before.to_string(), limit as i64], |row| row.get(0))?;
        units.map(|unit| unit.map_err(StoreError::from)).collect()
    }

    /// A case's timeline with the place of each entry in the chain, oldest first.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn placed_timeline(&self, number: &str) -> Result<Vec<(i64, Entry)>> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT seq, body FROM entry WHERE subject = ?1 ORDER BY revision")?;
        let mut rows = statement.query([number])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push((row.get(0)?, serde_json::from_str(&row.get::<_, String>(1)?)?));
        }
        Ok(entries)
    }

    /// The same as [`Store::old_records`], as this transaction sees them.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn old_records(&self, before: NaiveDate, after: &After, limit: usize) -> Result<Vec<Kept>> {
        old_records(self.connection(), before, after, limit)
    }

    /// Puts entries in the place of what they were, and on record that it did.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn clear(
        &self,
        stamp: &Stamp,
        run: &Run,
        of_cases: &[Loses<Entry>],
        records: &[Loses<String>],
    ) -> Result<()> {
        // What is taken out is overwritten on its page, too.
        self.connection().pragma_update(None, "secure_delete", true)?;
        let mut bodies = BTreeMap::new();
        for entry in of_cases {
            bodies.insert(entry.seq, serde_json::to_string(&entry.is)?);
        }
        bodies.extend(records.iter().map(|record| (record.seq, record.is.clone())));
        let mut forms = BTreeMap::new();
        for (seq, body) in &bodies {
            forms.insert(*seq, hex::encode(self.form(*seq, body)?));
        }
        self.journal(SUBJECT, stamp, RUN, &Attested { run: run.clone(), forms })?;
        let mut allow = self.connection().prepare_cached("INSERT INTO clearing (seq) VALUES (?1)")?;
        let mut put = self.connection().prepare_cached("UPDATE entry SET body = ?2 WHERE seq = ?1")?;
        for (seq, body) in &bodies {
            allow.execute([seq])?;
            put.execute(params![seq, body])?;
        }
        for record in records {
            self.clear_sheet(record.seq)?;
        }
        self.unsay(&of_cases.iter().map(|entry| &entry.was).collect::<Vec<_>>())?;
        self.connection().prepare_cached("DELETE FROM clearing")?.execute([])?;
        Ok(())
    }

    /// What the entry at a place is with another body, as a hash over it and the one before.
    fn form(&self, seq: i64, body: &str) -> Result<Vec<u8>> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE seq = ?1");
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut of = |seq: i64| statement.query_row([seq], Record::from_row);
        let before = if seq > 1 { of(seq - 1)?.1 } else { Vec::new() };
        let record = Record { body: body.to_owned(), ..of(seq)?.0 };
        Ok(record.hash(&before))
    }

    /// A signed day is what the entry of its signature says.
    fn clear_sheet(&self, seq: i64) -> Result<()> {
        self.connection()
            .prepare_cached(
                "UPDATE day_sheet SET body = e.body FROM entry e
                 WHERE e.seq = ?1 AND e.action = 'sign-off' AND e.subject = 'day:' || day_sheet.day",
            )?
            .execute([seq])?;
        Ok(())
    }

    /// Writes a case that lost its personal fields, as its entries now make it.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn put_cleared(&self, case: &Case, day: NaiveDate) -> Result<()> {
        let id: i64 = self
            .connection()
            .prepare_cached(
                "UPDATE cases SET contact = ?2, phone = ?3, summary = ?4, escalated = ?5, detail = ?6,
                     cleared_day = ?7 WHERE number = ?1 RETURNING id",
            )?
            .query_row(
                params![
                    case.number,
                    case.contact,
                    case.phone,
                    case.summary,
                    case.escalated,
                    serde_json::to_string(&case.detail)?,
                    day.to_string()
                ],
                |row| row.get(0),
            )?;
        let mut statement = self
            .connection()
            .prepare_cached("UPDATE promise SET basis = ?3 WHERE case_id = ?1 AND n = ?2")?;
        for (n, promise) in case.promises.iter().enumerate() {
            statement.execute(params![id, n as i64, serde_json::to_string(&promise.basis)?])?;
        }
        let mut statement = self
            .connection()
            .prepare_cached("UPDATE callback SET basis = ?3, attempts = ?4 WHERE case_id = ?1 AND n = ?2")?;
        for callback in &case.callbacks {
            let (basis, attempts) =
                (serde_json::to_string(&callback.basis)?, serde_json::to_string(&callback.attempts)?);
            statement.execute(params![id, callback.id, basis, attempts])?;
        }
        self.connection().prepare_cached("DELETE FROM draft WHERE subject = ?1")?.execute([&case.number])?;
        Ok(())
    }

    /// Removes forms that nobody wrote in since an instant, and the notes beside the findings of days before
    /// one; gives the number of the forms.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn drop_old(&self, saved: DateTime<Utc>, before: NaiveDate) -> Result<u64> {
        self.connection().pragma_update(None, "secure_delete", true)?;
        let drafts = self
            .connection()
            .prepare_cached("DELETE FROM draft WHERE saved_at < ?1")?
            .execute([saved.timestamp()])?;
        self.connection()
            .prepare_cached("UPDATE day_mark SET note = ?2 WHERE day < ?1 AND note NOT IN ('', ?2)")?
            .execute(params![before.to_string(), GONE])?;
        Ok(drafts as u64)
    }
}
