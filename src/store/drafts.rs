//! Forms begun and not yet saved: written while they are typed, so that they survive a killed process.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use super::{Result, Store, StoreError, Tx, instant};

/// A form under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its id; `None` before it was first written.
    pub id: Option<i64>,
    /// Whose it is.
    pub operator: String,
    /// The kind it is a form of.
    pub kind: String,
    /// The case, if it is an action's form; with the action's id in `body`.
    pub subject: Option<String>,
    /// How lists name it.
    pub title: String,
    /// When it was begun: the moment of the key that opened it.
    pub begun_at: DateTime<Utc>,
    /// When it was last written.
    pub saved_at: DateTime<Utc>,
    /// Put aside on purpose, not torn away by a crash.
    pub parked: bool,
    /// Everything typed, as the form keeps it.
    pub body: Value,
}

const SQL: &str = "SELECT id, operator, kind, subject, title, begun_at, saved_at, parked, body FROM draft";

fn draft(row: &Row) -> Result<Draft> {
    let body: String = row.get(8)?;
    Ok(Draft {
        id: row.get(0)?,
        operator: row.get(1)?,
        kind: row.get(2)?,
        subject: row.get(3)?,
        title: row.get(4)?,
        begun_at: instant(row.get(5)?),
        saved_at: instant(row.get(6)?),
        parked: row.get(7)?,
        body: serde_json::from_str(&body)?,
    })
}

impl Store {
    /// Drafts of an operator, or of everybody; the latest first.
    pub fn drafts(&self, operator: Option<&str>) -> Result<Vec<Draft>> {
        let sql = format!("{SQL} WHERE ?1 IS NULL OR operator = ?1 ORDER BY saved_at DESC, id DESC");
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query([operator])?;
        let mut drafts = Vec::new();
        while let Some(row) = rows.next()? {
            drafts.push(draft(row)?);
        }
        Ok(drafts)
    }

    /// The draft of that id.
    pub fn draft(&self, id: i64) -> Result<Option<Draft>> {
        let mut statement = self.read().prepare_cached(&format!("{SQL} WHERE id = ?1"))?;
        let mut rows = statement.query([id])?;
        rows.next()?.map(draft).transpose()
    }

    /// Writes a draft and returns its id.
    pub fn put_draft(&mut self, draft: &Draft) -> Result<i64> {
        self.write(|tx| {
            let body = serde_json::to_string(&draft.body)?;
            let id: Option<i64> = tx
                .connection()
                .prepare_cached(
                    "INSERT INTO draft (id, operator, kind, subject, title, begun_at, saved_at, parked, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                     ON CONFLICT (id) DO UPDATE SET operator = ?2, title = ?5, saved_at = ?7, parked = ?8, body = ?9
                     RETURNING id",
                )?
                .query_row(
                    params![
                        draft.id,
                        draft.operator,
                        draft.kind,
                        draft.subject,
                        draft.title,
                        draft.begun_at.timestamp(),
                        draft.saved_at.timestamp(),
                        draft.parked,
                        body
                    ],
                    |row| row.get(0),
                )
                .optional()?;
            id.ok_or_else(|| StoreError::Stale("draft".to_owned()))
        })
    }

    /// Removes a draft that was thrown away on purpose.
    pub fn drop_draft(&mut self, id: i64) -> Result<()> {
        self.write(|tx| tx.drop_draft(id))
    }
}

impl Tx<'_> {
    /// Removes a draft that became a case.
    pub fn drop_draft(&self, id: i64) -> Result<()> {
        self.connection().prepare_cached("DELETE FROM draft WHERE id = ?1")?.execute([id])?;
        Ok(())
    }
}
