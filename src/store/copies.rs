//! Which copies of the book were begun, and what came of each.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OpenFlags, Row, params};

use super::backup::{Proof, Trust, Watch, Way};
use super::sealed::{self, Seal};
use super::{Result, Store, StoreError, Tx, chain, instant, settings};
use crate::desk::backup::{Past, Reason};
use crate::desk::why::Why;

/// How long an attempt may be under way before it counts as torn off.
const TORN: TimeDelta = TimeDelta::minutes(30);

/// One attempt to make a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its number.
    pub id: i64,
    /// Why it was made.
    pub reason: Reason,
    /// By whom; the clock's name for those that the schedule asked for.
    pub by: String,
    /// When it was begun: the copy holds what was saved before.
    pub started_at: DateTime<Utc>,
    /// What came of it; `None` while it is under way, or where its process was torn off.
    pub ended: Option<Ended>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// The file and what was proved of it, or why there is none.
    pub outcome: std::result::Result<(String, Proof), Why>,
}

/// The head of the chain as it was when a copy was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The copy's file.
    pub copy: String,
    /// When it was begun, where that is known.
    pub begun: Option<DateTime<Utc>>,
    /// The place of the last entry.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

const SQL: &str = "SELECT id, reason, by, started_at, ended_at, file, bytes, entries, head, head_hash, error
                   FROM copy";

fn attempt(row: &Row) -> Result<Attempt> {
    let reason: String = row.get(1)?;
    let ended: Option<i64> = row.get(4)?;
    let error: Option<String> = row.get(10)?;
    let ended = match ended {
        None => None,
        Some(at) => Some(Ended {
            at: instant(at),
            outcome: match error {
                Some(why) => Err(serde_json::from_str(&why)?),
                None => Ok((
                    row.get(5)?,
                    Proof {
                        bytes: row.get::<_, i64>(6)?.unsigned_abs(),
                        entries: row.get(7)?,
                        head: row.get(8)?,
                        hash: row.get(9)?,
                        form: super::form::VERSION,
                    },
                )),
            },
        }),
    };
    Ok(Attempt {
        id: row.get(0)?,
        reason: Reason::from_id(&reason).unwrap_or(Reason::Asked),
        by: row.get(2)?,
        started_at: instant(row.get(3)?),
        ended,
    })
}

impl Store {
    /// The attempts to make a copy, the latest first.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn copies(&self, limit: usize) -> Result<Vec<Attempt>> {
        let mut statement = self.read().prepare_cached(&format!("{SQL} ORDER BY id DESC LIMIT ?1"))?;
        let mut rows = statement.query([limit as i64])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(attempt(row)?);
        }
        Ok(found)
    }

    /// What the schedule looks at, as it stood at `now`.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn past_copies(&self, now: DateTime<Utc>) -> Result<Past> {
        past(self.read(), now)
    }

    /// Whether copies were begun here by `now`.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn copies_are_made(&self, now: DateTime<Utc>) -> Result<bool> {
        let mut statement =
            self.read().prepare_cached("SELECT 1 FROM copy WHERE started_at <= ?1 LIMIT 1")?;
        Ok(statement.exists([now.timestamp()])?)
    }

    /// Whether anything was entered after an instant and before another one.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn entered_between(&self, after: DateTime<Utc>, before: DateTime<Utc>) -> Result<bool> {
        let mut statement = self.read().prepare_cached(ENTERED)?;
        // No time zone is further than a day from the date of UTC.
        let since = (after - TimeDelta::days(1)).date_naive().to_string();
        Ok(statement.exists(params![after.timestamp(), before.timestamp(), SUBJECT, since])?)
    }
}

/// The statement of [`Store::entered_between`]. Along the days: where nothing was entered, the whole chain
/// would be walked through otherwise.
pub(super) const ENTERED: &str = "SELECT 1 FROM entry INDEXED BY entry_day
     WHERE day >= ?4 AND at > ?1 AND at < ?2 AND subject <> ?3 ORDER BY day DESC, seq DESC LIMIT 1";

/// The statements of [`Store::past_copies`]: the last copy that was proved, the last that failed, the last
/// signature.
pub(super) const PAST: [&str; 3] = [
    "SELECT max(started_at) FROM copy WHERE started_at <= ?1 AND ended_at IS NOT NULL AND error IS NULL",
    "SELECT max(started_at) FROM copy WHERE started_at <= ?1 AND error IS NOT NULL",
    "SELECT max(signed_at) FROM day_sheet WHERE signed_at <= ?1",
];

/// The subject of entries about copies.
pub const SUBJECT: &str = "backup";

fn past(connection: &Connection, now: DateTime<Utc>) -> Result<Past> {
    let at = |sql: &str| -> Result<Option<DateTime<Utc>>> {
        let found: Option<i64> =
            connection.prepare_cached(sql)?.query_row([now.timestamp()], |row| row.get(0))?;
        Ok(found.map(instant))
    };
    let [made, failed, signed] = PAST;
    let (made, failed, signed) = (at(made)?, at(failed)?, at(signed)?);
    // Begun within the same second, the one that was proved is the later one.
    Ok(Past { made, failed: failed.filter(|failed| made.is_none_or(|made| made < *failed)), signed })
}

impl Tx<'_> {
    /// What the schedule looks at, as this transaction sees it.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn past_copies(&self, now: DateTime<Utc>) -> Result<Past> {
        past(self.connection(), now)
    }

    /// Whether another process is making a copy: the schedule asks one of them only.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn is_copied(&self, now: DateTime<Utc>) -> Result<bool> {
        // An attempt of the future is none: the clock was set back.
        let mut under_way = self
            .connection()
            .prepare_cached("SELECT 1 FROM copy WHERE ended_at IS NULL AND started_at BETWEEN ?1 AND ?2")?;
        Ok(under_way.exists([(now - TORN).timestamp(), now.timestamp()])?)
    }

    /// Begins an attempt and gives its number.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn begin_copy(&self, reason: Reason, by: &str, now: DateTime<Utc>) -> Result<i64> {
        let connection = self.connection();
        connection
            .prepare_cached("INSERT INTO copy (reason, by, started_at) VALUES (?1, ?2, ?3)")?
            .execute(params![reason.id(), by, now.timestamp()])?;
        Ok(connection.last_insert_rowid())
    }

    /// Writes down what came of an attempt.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn end_copy(&self, id: i64, ended: &Ended) -> Result<()> {
        let made = ended.outcome.as_ref().ok();
        let proof = made.map(|(_, proof)| proof);
        self.connection()
            .prepare_cached(
                "UPDATE copy SET ended_at = ?2, file = ?3, bytes = ?4, entries = ?5, head = ?6,
                                 head_hash = ?7, error = ?8
                 WHERE id = ?1",
            )?
            .execute(params![
                id,
                ended.at.timestamp(),
                made.map(|(file, _)| file),
                proof.map(|proof| proof.bytes.cast_signed()),
                proof.map(|proof| proof.entries),
                proof.map(|proof| proof.head),
                proof.map(|proof| &proof.hash),
                ended.outcome.as_ref().err().map(serde_json::to_string).transpose()?,
            ])?;
        Ok(())
    }

    /// Forgets an attempt that somebody broke off.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn forget_copy(&self, id: i64) -> Result<()> {
        self.connection().prepare_cached("DELETE FROM copy WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// Takes over from the book that this one will replace what must outlive it: the numbers that were
    /// given, which are never given twice; the copies that were made of it; what people are typing.
    ///
    /// # Errors
    /// One of the files can't be read or written.
    pub fn take_over(&self, from: &Store) -> Result<()> {
        let connection = self.connection();
        let mut serials = from.read().prepare("SELECT prefix, day, last FROM serial")?;
        let mut rows = serials.query([])?;
        let mut put = connection.prepare_cached(
            "INSERT INTO serial (prefix, day, last) VALUES (?1, ?2, ?3)
             ON CONFLICT (prefix, day) DO UPDATE SET last = max(last, ?3)",
        )?;
        while let Some(row) = rows.next()? {
            put.execute(params![row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?])?;
        }
        for table in ["copy", "draft"] {
            take_rows(from.read(), connection, table)?;
        }
        Ok(())
    }

    /// The last entry of the chain: its place and hash.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn last_entry(&self) -> Result<(i64, Vec<u8>)> {
        chain::head(self.connection())
    }
}

/// Takes all rows of a table from one file to another, in the place of those with the same number.
fn take_rows(from: &Connection, to: &Connection, table: &str) -> Result<()> {
    let mut rows = from.prepare(&format!("SELECT * FROM {table}"))?;
    let columns: Vec<String> = rows.column_names().map(str::to_owned).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    let sql =
        format!("INSERT OR REPLACE INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
    let mut put = to.prepare(&sql)?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|n| row.get::<_, rusqlite::types::Value>(n));
        let values = values.collect::<rusqlite::Result<Vec<_>>>()?;
        put.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

/// The directory within the data directory in which copies lie, unless the settings name another one.
pub const DIRECTORY: &str = "backups";

/// What copies are closed with by a public key of the settings; nothing by an empty one.
///
/// # Errors
/// It is no public key: somebody changed it from outside.
pub fn seal(public: &str) -> Result<Option<Seal>> {
    if public.is_empty() {
        return Ok(None);
    }
    Seal::public(public).map(Some).ok_or_else(|| StoreError::NoKey(public.to_owned()))
}

/// Copies a book of an older form before it is brought to the present one, and proves the copy.
///
/// The caller holds the right to write, so that nothing comes between the copy and the steps.
pub(super) fn before_form(path: &Path, form: u32, watch: &Watch) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let book = Connection::open_with_flags(path, flags)?;
    let head = chain::head(&book)?.0;
    let directory = path.parent().map_or_else(|| PathBuf::from(DIRECTORY), |data| data.join(DIRECTORY));
    let data = path.parent().unwrap_or(Path::new(""));
    let mut target = directory.join(format!("before-form-{}-{head}.db", form + 1));
    let seal = seal(&settings::copy_key(&book)?)?;
    if seal.is_some() {
        target = sealed::named(&target);
    }
    let way = Way { data, target: &target, trust: Trust::Proved, seal: seal.as_ref() };
    let copied = super::backup::copy(&book, &way, watch);
    match copied {
        // The same book was copied before, by a program that ended before it went on.
        Ok(_) | Err(StoreError::Exists(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

impl Store {
    /// The heads of the chain that were noted when copies were made: of which copy, when it was begun,
    /// place and hash.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn noted_heads(&self) -> Result<Vec<Noted>> {
        let mut statement = self.read().prepare_cached(
            "SELECT file, started_at, head, head_hash FROM copy
             WHERE head > 0 AND head_hash IS NOT NULL ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Noted {
                copy: row.get(0)?,
                begun: Some(instant(row.get(1)?)),
                seq: row.get(2)?,
                hash: row.get(3)?,
            })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}
