//! Signed days, and what was settled or carried over on the way there.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, params};

use super::{Result, Store, StoreError, Tx, chain, instant};
use crate::desk::review::{DaySheet, Mark, MarkKind};

impl Store {
    /// A day's sheet, if it was signed.
    pub fn day_sheet(&self, day: NaiveDate) -> Result<Option<DaySheet>> {
        let mut statement = self.read().prepare_cached("SELECT body FROM day_sheet WHERE day = ?1")?;
        let body: Option<String> = statement.query_row([day.to_string()], |row| row.get(0)).optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }

    /// The last signed day before `day`.
    pub fn last_signed_before(&self, day: NaiveDate) -> Result<Option<NaiveDate>> {
        let mut statement = self.read().prepare_cached("SELECT max(day) FROM day_sheet WHERE day < ?1")?;
        let found: Option<String> = statement.query_row([day.to_string()], |row| row.get(0))?;
        Ok(found.and_then(|day| day.parse().ok()))
    }

    /// Days from `from` until before `to` that nobody signed, oldest first.
    pub fn unsigned_days(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<NaiveDate>> {
        let days = from.iter_days().take_while(|day| *day < to);
        if let Some(tail) = &self.tail {
            return Ok(days.filter(|day| !tail.is_signed(*day)).collect());
        }
        let mut statement =
            self.read().prepare_cached("SELECT day FROM day_sheet WHERE day >= ?1 AND day < ?2")?;
        let rows = statement.query_map([from.to_string(), to.to_string()], |row| row.get::<_, String>(0))?;
        let signed: std::collections::BTreeSet<String> =
            rows.map(|row| row.map_err(StoreError::from)).collect::<Result<_>>()?;
        Ok(days.filter(|day| !signed.contains(&day.to_string())).collect())
    }

    /// The day of the first entry of the book.
    pub fn first_day(&self) -> Result<Option<NaiveDate>> {
        let mut statement = self.read().prepare_cached("SELECT day FROM entry ORDER BY seq LIMIT 1")?;
        let day: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
        Ok(day.and_then(|day| day.parse().ok()))
    }

    /// The marks of a day, by the key of their finding.
    pub fn day_marks(&self, day: NaiveDate) -> Result<Vec<(String, Mark)>> {
        let mut statement = self
            .read()
            .prepare_cached("SELECT finding, mark, note, at, by FROM day_mark WHERE day = ?1 ORDER BY at")?;
        let rows = statement.query_map([day.to_string()], |row| {
            let mark: String = row.get(1)?;
            let what = if mark == "carried" { MarkKind::Carried } else { MarkKind::Settled };
            Ok((row.get(0)?, Mark { what, note: row.get(2)?, at: instant(row.get(3)?), by: row.get(4)? }))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The last place of the chain.
    pub fn head(&self) -> Result<i64> {
        match &self.tail {
            Some(tail) => Ok(tail.last()),
            None => Ok(chain::head(self.read())?.0),
        }
    }
}

impl Tx<'_> {
    /// Whether a day is signed.
    pub fn is_signed(&self, day: NaiveDate) -> Result<bool> {
        if let Some(ahead) = &self.ahead {
            return Ok(ahead.is_signed(day));
        }
        let mut statement = self.connection().prepare_cached("SELECT 1 FROM day_sheet WHERE day = ?1")?;
        Ok(statement.exists([day.to_string()])?)
    }

    /// Marks a finding of a day as settled or carried over, or changes its mark.
    pub fn put_mark(&self, day: NaiveDate, finding: &str, mark: &Mark) -> Result<()> {
        let what = match mark.what {
            MarkKind::Settled => "settled",
            MarkKind::Carried => "carried",
        };
        self.connection()
            .prepare_cached(
                "INSERT INTO day_mark (day, finding, mark, note, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (day, finding) DO UPDATE SET mark = ?3, note = ?4, at = ?5, by = ?6",
            )?
            .execute(params![day.to_string(), finding, what, mark.note, mark.at.timestamp(), mark.by])?;
        Ok(())
    }

    /// Freezes a day. The signature covers every entry so far.
    pub fn put_day_sheet(&self, sheet: &DaySheet) -> Result<()> {
        let (_, hash) = self.chain_head()?;
        self.connection()
            .prepare_cached(
                "INSERT INTO day_sheet (day, signed_at, signed_by, head, head_hash, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                sheet.day.to_string(),
                sheet.signed_at.timestamp(),
                sheet.signed_by,
                sheet.head,
                hash,
                serde_json::to_string(sheet)?
            ])?;
        self.ahead.iter().for_each(|ahead| ahead.sign(sheet.day));
        Ok(())
    }

    /// The last place of the chain.
    pub fn head(&self) -> Result<i64> {
        Ok(self.chain_head()?.0)
    }
}
