//! Logging in, and who may.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{CounterError, Result, Session, settings};
use crate::desk::people::{CLOCK, Operator, Role};
use crate::desk::why::{Arg, Why};
use crate::store::chain::Stamp;
use crate::store::operators::Account;
use crate::store::{Store, Tx};

/// Fewest characters of a PIN.
pub const PIN_MIN: usize = 6;
/// Wrong PINs that are let pass before logging in waits.
const FREE_FAILURES: u32 = 3;
/// Longest wait after wrong PINs, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;

/// Logs an operator in.
///
/// # Errors
/// The name or PIN is wrong (which of them is not said), the operator is disabled or must wait.
pub fn login(store: &mut Store, name: &str, pin: &str, now: DateTime<Utc>) -> Result<Session> {
    let wrong = || CounterError::from(Why::new("counter.why.wrong_pin"));
    let Some(account) = store.account(name)? else {
        // The same time is spent as for a known name.
        let _ = hash(pin);
        return Err(wrong());
    };
    if let Some(until) = account.locked_until.filter(|until| *until > now) {
        return Err(Why::new("counter.why.locked").with("until", Arg::At(until)).into());
    }
    let right = verify(pin, &account.secret);
    if right && account.operator.disabled {
        return Err(Why::new("counter.why.disabled").into());
    }
    if right && account.failures == 0 {
        return Ok(Session { operator: account.operator });
    }
    store.write(|tx| -> Result<()> {
        let Some(mut account) = tx.account(name)? else { return Ok(()) };
        account.failures = if right { 0 } else { account.failures.saturating_add(1) };
        account.locked_until = wait(account.failures).map(|wait| now + wait);
        tx.put_account(&account)?;
        Ok(())
    })?;
    if right { Ok(Session { operator: account.operator }) } else { Err(wrong()) }
}

/// How long logging in waits after that many wrong PINs: doubled each time.
fn wait(failures: u32) -> Option<TimeDelta> {
    let beyond = failures.checked_sub(FREE_FAILURES + 1)?;
    let seconds = 5_i64.saturating_mul(1_i64 << beyond.min(20)).min(LONGEST_WAIT);
    Some(TimeDelta::seconds(seconds))
}

/// Adds an operator. Needs a supervisor, and nobody can make somebody of a higher role.
///
/// # Errors
/// The role refuses, the name is taken or unfit, or the PIN is too short.
pub fn add(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    name: &str,
    role: Role,
    pin: &str,
) -> Result<Operator> {
    session.require(Role::Supervisor)?;
    session.require(role)?;
    let account = account(name, role, pin)?;
    store.write(|tx| {
        if tx.account(&account.operator.name)?.is_some() {
            return Err(Why::new("counter.why.operator_exists")
                .with("name", Arg::Text(account.operator.name.clone()))
                .about("name")
                .into());
        }
        tx.put_account(&account)?;
        record(tx, session.name(), now, &account.operator, "add")
    })?;
    Ok(account.operator)
}

/// Lets an operator log in no longer, or again. The last supervisor stays.
///
/// # Errors
/// The role refuses, there is no such operator, or nobody could manage the book any more.
pub fn disable(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    name: &str,
    disabled: bool,
) -> Result<Operator> {
    session.require(Role::Supervisor)?;
    store.write(|tx| {
        let mut account = known(tx, name)?;
        session.require(account.operator.role)?;
        account.operator.disabled = disabled;
        account.failures = 0;
        account.locked_until = None;
        tx.put_account(&account)?;
        if tx.able_operators(Role::Supervisor)? == 0 {
            return Err(Why::new("counter.why.last_supervisor").into());
        }
        record(tx, session.name(), now, &account.operator, if disabled { "disable" } else { "enable" })?;
        Ok(account.operator)
    })
}

/// Gives an operator another role. Nobody gives or takes a role above the own one, and nobody changes
/// the own role: whoever is at work would go on with the old one. The last supervisor stays.
///
/// # Errors
/// The role refuses, there is no such operator, or nobody could manage the book any more.
pub fn change_role(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    name: &str,
    role: Role,
) -> Result<Operator> {
    session.require(Role::Supervisor)?;
    session.require(role)?;
    if name == session.name() {
        return Err(Why::new("counter.why.own_role").about("role").into());
    }
    store.write(|tx| {
        let mut account = known(tx, name)?;
        session.require(account.operator.role)?;
        account.operator.role = role;
        tx.put_account(&account)?;
        if tx.able_operators(Role::Supervisor)? == 0 {
            return Err(Why::new("counter.why.last_supervisor").into());
        }
        record(tx, session.name(), now, &account.operator, "change-role")?;
        Ok(account.operator)
    })
}

/// Sets a new PIN: one's own, or as a supervisor that of somebody who forgot it.
///
/// # Errors
/// The role refuses, there is no such operator, or the PIN is too short.
pub fn set_pin(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    name: &str,
    pin: &str,
) -> Result<()> {
    check_pin(pin)?;
    let secret = hash(pin)?;
    store.write(|tx| {
        let mut account = known(tx, name)?;
        if name != session.name() {
            session.require(Role::Supervisor)?;
            session.require(account.operator.role)?;
        }
        account.secret.clone_from(&secret);
        account.failures = 0;
        account.locked_until = None;
        tx.put_account(&account)?;
        record(tx, session.name(), now, &account.operator, "set-pin")
    })
}

/// The first operator of a new book.
pub(super) fn first(tx: &Tx, name: &str, role: Role, pin: &str) -> Result<Session> {
    let account = account(name, role, pin)?;
    tx.put_account(&account)?;
    Ok(Session { operator: account.operator })
}

fn known(tx: &Tx, name: &str) -> Result<Account> {
    tx.account(name)?.ok_or_else(|| {
        Why::new("counter.why.no_such_operator").with("name", Arg::Text(name.to_owned())).into()
    })
}

fn account(name: &str, role: Role, pin: &str) -> Result<Account> {
    let name = name.trim();
    check_name(name)?;
    check_pin(pin)?;
    Ok(Account {
        operator: Operator { name: name.to_owned(), role, disabled: false },
        secret: hash(pin)?,
        failures: 0,
        locked_until: None,
    })
}

/// Refuses a name that no operator can have.
pub(super) fn check_name(name: &str) -> std::result::Result<(), Why> {
    let name = name.trim();
    let fit =
        (1..=20).contains(&name.chars().count()) && !name.chars().any(char::is_control) && name != CLOCK;
    if fit { Ok(()) } else { Err(Why::new("counter.why.operator_name").about("name")) }
}

/// Refuses a PIN that is too short.
pub(super) fn check_pin(pin: &str) -> std::result::Result<(), Why> {
    if pin.chars().count() < PIN_MIN {
        return Err(Why::new("counter.why.pin_short").with("min", Arg::Number(PIN_MIN as i64)).about("pin"));
    }
    Ok(())
}

fn record(tx: &Tx, by: &str, now: DateTime<Utc>, operator: &Operator, action: &str) -> Result<()> {
    let day = settings(tx)?.calendar.day_of(now);
    let body = json!({ "name": operator.name, "role": operator.role, "disabled": operator.disabled });
    tx.journal(&format!("operator:{}", operator.name), &Stamp { at: now, day, by }, action, &body)?;
    Ok(())
}

fn hash(pin: &str) -> Result<String> {
    Argon2::default()
        .hash_password(pin.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Why::new("counter.why.pin_hash").with("error", Arg::Text(error.to_string())).into())
}

fn verify(pin: &str, secret: &str) -> bool {
    PasswordHash::new(secret)
        .is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok())
}
