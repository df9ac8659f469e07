//! Who may log in. Secrets are argon2id hashes; this room stores them and never compares them.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::{Result, Store, StoreError, Tx, instant};
use crate::desk::people::{Operator, Role};

/// An operator with what logging in needs.
#[derive(Debug, Clone)]
pub struct Account {
    /// The operator.
    pub operator: Operator,
    /// Hash of the PIN, PHC string.
    pub secret: String,
    /// Wrong PINs since the last right one.
    pub failures: u32,
    /// No PIN is taken before this instant.
    pub locked_until: Option<DateTime<Utc>>,
    /// Hash of the recovery code, PHC string.
    pub recovery: Option<String>,
}

const SQL: &str = "SELECT name, role, secret, disabled, failures, locked_until, recovery FROM operator";

fn account(row: &Row) -> rusqlite::Result<Account> {
    let role: String = row.get(1)?;
    Ok(Account {
        operator: Operator {
            name: row.get(0)?,
            // An unknown role may do the least.
            role: Role::from_id(&role).unwrap_or(Role::Receptionist),
            disabled: row.get(3)?,
        },
        secret: row.get(2)?,
        failures: row.get(4)?,
        locked_until: row.get::<_, Option<i64>>(5)?.map(instant),
        recovery: row.get(6)?,
    })
}

impl Store {
    /// All operators, by name; disabled ones last.
    pub fn operators(&self) -> Result<Vec<Operator>> {
        let mut statement = self.read().prepare_cached(&format!("{SQL} ORDER BY disabled, name"))?;
        let rows = statement.query_map([], account)?;
        rows.map(|row| Ok(row.map_err(StoreError::from)?.operator)).collect()
    }

    /// The account of that name.
    pub fn account(&self, name: &str) -> Result<Option<Account>> {
        let mut statement = self.read().prepare_cached(&format!("{SQL} WHERE name = ?1"))?;
        Ok(statement.query_row([name], account).optional()?)
    }
}

impl Tx<'_> {
    /// The account of that name, as this transaction sees it.
    pub fn account(&self, name: &str) -> Result<Option<Account>> {
        let read = || {
            let mut statement = self.connection().prepare_cached(&format!("{SQL} WHERE name = ?1"))?;
            Ok(statement.query_row([name], account).optional()?)
        };
        match &self.ahead {
            Some(ahead) => ahead.account(name, read),
            None => read(),
        }
    }

    /// Adds an account or replaces it.
    pub fn put_account(&self, account: &Account) -> Result<()> {
        if let Some(ahead) = &self.ahead {
            ahead.forget_account(&account.operator.name);
        }
        self.connection()
            .prepare_cached(
                "INSERT INTO operator (name, role, secret, disabled, failures, locked_until, recovery)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (name) DO UPDATE SET role = ?2, secret = ?3, disabled = ?4, failures = ?5,
                     locked_until = ?6, recovery = ?7",
            )?
            .execute(params![
                account.operator.name,
                account.operator.role.id(),
                account.secret,
                account.operator.disabled,
                account.failures,
                account.locked_until.map(|at| at.timestamp()),
                account.recovery,
            ])?;
        Ok(())
    }

    /// How many operators of at least this role can log in.
    pub fn able_operators(&self, role: Role) -> Result<usize> {
        let mut statement = self.connection().prepare_cached(&format!("{SQL} WHERE disabled = 0"))?;
        let rows = statement.query_map([], account)?;
        let mut able = 0;
        for row in rows {
            able += usize::from(row.map_err(StoreError::from)?.operator.role >= role);
        }
        Ok(able)
    }
}
