//! What cases hold of things of which there is only so much.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::{Result, Store, StoreError, Tx, instant};
use crate::desk::claim::{Claim, Held};

/// Stands for "until nobody knows when".
const OPEN_END: i64 = i64::MAX;

/// The statement of [`Store::held`].
pub(super) const HELD: &str = "SELECT c.number, m.from_at, m.until_at, m.count FROM claim m
             JOIN cases c ON c.id = m.case_id
             WHERE m.resource = ?1 AND m.until_at > ?2 AND m.from_at < ?3 ORDER BY m.from_at, m.case_id";

fn held(
    connection: &Connection,
    resource: &str,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<Vec<Held>> {
    let mut statement = connection.prepare_cached(HELD)?;
    let until = until.map_or(OPEN_END, |until| until.timestamp());
    let rows = statement.query_map(params![resource, from.timestamp(), until], |row| {
        let until: i64 = row.get(2)?;
        Ok(Held {
            number: row.get(0)?,
            from: instant(row.get(1)?),
            until: (until != OPEN_END).then(|| instant(until)),
            count: row.get(3)?,
        })
    })?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

impl Store {
    /// What cases hold of a resource within an interval, the earliest first.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn held(
        &self,
        resource: &str,
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Result<Vec<Held>> {
        held(self.read(), resource, from, until)
    }
}

impl Tx<'_> {
    /// What cases other than that one hold of a resource within the interval of a claim.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn held_by_others(&self, claim: &Claim, number: &str) -> Result<Vec<Held>> {
        let mut others = held(self.connection(), &claim.resource, claim.from, claim.until)?;
        others.retain(|held| held.number != number);
        Ok(others)
    }

    /// Replaces what a case holds.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn put_claims(&self, number: &str, claims: &[Claim]) -> Result<()> {
        let id: i64 = self
            .connection()
            .prepare_cached("SELECT id FROM cases WHERE number = ?1")?
            .query_row([number], |row| row.get(0))?;
        self.connection().prepare_cached("DELETE FROM claim WHERE case_id = ?1")?.execute([id])?;
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO claim (case_id, n, resource, from_at, until_at, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (n, claim) in claims.iter().enumerate() {
            statement.execute(params![
                id,
                n as i64,
                claim.resource,
                claim.from.timestamp(),
                claim.until.map_or(OPEN_END, |until| until.timestamp()),
                claim.count
            ])?;
        }
        Ok(())
    }
}
