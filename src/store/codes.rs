//! Check codes: made with a key of the book's own, looked up by what somebody says on the telephone.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use super::{Result, Store, StoreError, Tx, cases, instant};
use crate::desk::check_code::CheckCode;
use crate::desk::kinds::Kinds;

/// Bytes of the key.
const KEY: usize = 32;

/// The key of the book, made when it is wanted first.
fn key(connection: &Connection) -> Result<Vec<u8>> {
    let known =
        connection.prepare_cached("SELECT key FROM check_key")?.query_row([], |row| row.get(0)).optional()?;
    if let Some(key) = known {
        return Ok(key);
    }
    let mut key = vec![0; KEY];
    SysRng.try_fill_bytes(&mut key).map_err(|error| StoreError::Random(error.to_string()))?;
    connection.execute("INSERT INTO check_key (one, key) VALUES (1, ?1)", [&key])?;
    Ok(key)
}

/// Gives a case its code, if it has none yet. Two cases never have the same one.
pub(super) fn give(connection: &Connection, id: i64, number: &str) -> Result<()> {
    let has = connection.prepare_cached("SELECT 1 FROM check_code WHERE case_id = ?1")?.exists([id])?;
    if has {
        return Ok(());
    }
    let key = key(connection)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO check_code (code, case_id) VALUES (?1, ?2) ON CONFLICT (code) DO NOTHING",
    )?;
    for attempt in 0_u32.. {
        if insert.execute(params![made(&key, number, attempt)?.signs(), id])? == 1 {
            break;
        }
    }
    Ok(())
}

/// The code of a number. A further attempt is another code, where the first belongs to somebody else.
fn made(key: &[u8], number: &str, attempt: u32) -> Result<CheckCode> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).map_err(|error| StoreError::Random(error.to_string()))?;
    mac.update(number.as_bytes());
    mac.update(&attempt.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    Ok(CheckCode::of(bytes.iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte))))
}

/// Gives the cases of an older book the codes that they would have.
pub(super) fn complete(connection: &Connection, kinds: Kinds) -> Result<()> {
    for kind in kinds.iter() {
        let Some(coded) = kind.coded else { continue };
        let sql = format!("SELECT {} FROM cases c WHERE c.kind = ?1", cases::COLUMNS);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([kind.id])?;
        while let Some(row) = rows.next()? {
            let row = cases::case_from(row)?;
            if coded(&row.case) {
                give(connection, row.id, &row.case.number)?;
            }
        }
    }
    Ok(())
}

/// The last tries of something, the newest first.
fn last_tries(connection: &Connection, subject: &str, count: usize) -> Result<Vec<DateTime<Utc>>> {
    let mut statement = connection
        .prepare_cached("SELECT at FROM entry WHERE subject = ?1 ORDER BY revision DESC LIMIT ?2")?;
    let rows = statement.query_map(params![subject, count as i64], |row| row.get(0).map(instant))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

impl Store {
    /// The check code that the paper of a case bears, if it bears one.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn check_code(&self, number: &str) -> Result<Option<CheckCode>> {
        let code: Option<String> = self
            .read()
            .prepare_cached(
                "SELECT k.code FROM check_code k JOIN cases c ON c.id = k.case_id WHERE c.number = ?1",
            )?
            .query_row([number], |row| row.get(0))
            .optional()?;
        Ok(code.and_then(|code| CheckCode::parse(&code).ok()))
    }

    /// The number of the case whose paper bears that code.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn by_check_code(&self, code: &CheckCode) -> Result<Option<String>> {
        Ok(self
            .read()
            .prepare_cached(
                "SELECT c.number FROM check_code k JOIN cases c ON c.id = k.case_id WHERE k.code = ?1",
            )?
            .query_row([code.signs()], |row| row.get(0))
            .optional()?)
    }

    /// When entries were made about a subject last, the newest first.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn last_tries(&self, subject: &str, count: usize) -> Result<Vec<DateTime<Utc>>> {
        last_tries(self.read(), subject, count)
    }
}

impl Tx<'_> {
    /// As [`Store::last_tries`], as this transaction sees it.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn last_tries(&self, subject: &str, count: usize) -> Result<Vec<DateTime<Utc>>> {
        last_tries(self.connection(), subject, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::kinds::STANDARD;

    #[test]
    fn a_code_that_belongs_to_somebody_else_is_not_given_twice() {
        let store = Store::in_memory(STANDARD).unwrap();
        let add = |number: &str| {
            let sql = "INSERT INTO cases (number, kind, state, open, summary, opened_at, opened_by, day, owner, revision, detail)
                       VALUES (?1, 'release-pass', 'approved', 1, '', 0, '', '', '', 1, '{}')";
            store.read().execute(sql, [number]).unwrap();
            store.read().last_insert_rowid()
        };
        let (first, second) = (add("FX-1"), add("FX-2"));
        let key = key(store.read()).unwrap();
        // The first one has, as it happens, the code that the second one would get.
        let taken = made(&key, "FX-2", 0).unwrap();
        let sql = "INSERT INTO check_code (code, case_id) VALUES (?1, ?2)";
        store.read().execute(sql, params![taken.signs(), first]).unwrap();
        give(store.read(), second, "FX-2").unwrap();
        assert_eq!(store.check_code("FX-2").unwrap(), Some(made(&key, "FX-2", 1).unwrap()));
        assert_eq!(store.by_check_code(&taken).unwrap().as_deref(), Some("FX-1"));
    }

    #[test]
    fn every_book_has_a_key_of_its_own() {
        let codes = [(), ()].map(|()| {
            let store = Store::in_memory(STANDARD).unwrap();
            made(&key(store.read()).unwrap(), "FX-20261124-001", 0).unwrap()
        });
        assert_ne!(codes[0], codes[1]);
    }
}
