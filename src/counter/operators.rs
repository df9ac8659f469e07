//! Logging in, and who may.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed, Hand, Voucher};
use super::secrets::{self, check_pin, hash, verify};
use super::{CounterError, Result, Session, settings};
use crate::desk::people::{Operator, Role};
use crate::desk::why::{Arg, Why};
use crate::store::chain::Stamp;
use crate::store::operators::Account;
use crate::store::{Store, StoreError, Tx};

pub use super::secrets::{PIN_MAX, PIN_MIN};

/// What a record of a wrong PIN, passphrase or recovery code is called.
pub const WRONG_PIN: &str = "wrong-pin";
/// Under whose name it stands that somebody typed a wrong PIN at the login: nobody is known to be there.
pub const NOBODY: &str = "@nobody";

/// Logs an operator in.
///
/// # Errors
/// The name or PIN is wrong (which of them is not said), the operator is disabled or must wait.
pub fn login(store: &mut Store, name: &str, pin: &str, now: DateTime<Utc>) -> Result<Session> {
    let asked = Asked { at: "login", by: NOBODY, wrong: "counter.why.wrong_pin" };
    let account = proven(store, name, now, &asked, |account| verify(pin, &account.secret))?;
    if secrets::is_stale(&account.secret) {
        // The right PIN is at hand only now; what is kept of it is brought up to today's cost.
        let secret = hash(pin)?;
        store.write(|tx| match tx.account(name)? {
            Some(known) if known.secret == account.secret => tx.put_account(&Account { secret, ..known }),
            _ => Ok(()),
        })?;
    }
    Ok(Session::of(account.operator))
}

/// Where a secret is asked for, and what a wrong one is answered.
pub(super) struct Asked<'a> {
    /// `login`, `word` or `recovery`.
    pub(super) at: &'static str,
    /// Under whose name a wrong one goes on record.
    pub(super) by: &'a str,
    /// The key of the sentence for a wrong one.
    pub(super) wrong: &'static str,
}

/// The account of whoever gives the right secret.
///
/// A wrong one is counted and goes on record, without what was typed. During a wait nothing is looked
/// at: so whoever goes on typing learns nothing, and neither the count nor the record grows faster than
/// the waits let it, four an hour at last. A name that nobody has is not written down, for it may be a
/// PIN typed into the wrong field.
pub(super) fn proven(
    store: &mut Store,
    name: &str,
    now: DateTime<Utc>,
    asked: &Asked,
    right: impl FnOnce(&Account) -> bool,
) -> Result<Account> {
    let wrong = || CounterError::from(Why::new(asked.wrong));
    let Some(account) = store.account(name)? else {
        // The same time is spent as for a known name.
        let _ = hash(name);
        return Err(wrong());
    };
    waits(store, &account, now)?;
    let right = right(&account);
    // Whoever guesses in many processes at once is stopped too: those that were wrong count meanwhile.
    let account = store.account(name)?.ok_or_else(wrong)?;
    if right {
        waits(store, &account, now)?;
    }
    if right && account.operator.disabled {
        let session = Session::of(account.operator);
        authority::record(store, &session, now, &Deed::of(Role::Receptionist, "log-in", name))?;
        return Err(Why::new("counter.why.disabled").into());
    }
    if right && account.failures == 0 {
        return Ok(account);
    }
    store.write(|tx| -> Result<()> {
        let Some(mut account) = tx.account(name)? else { return Ok(()) };
        account.failures = if right { 0 } else { account.failures.saturating_add(1) };
        account.locked_until = secrets::wait(account.failures).map(|wait| now + wait);
        tx.put_account(&account)?;
        if !right {
            let day = settings(tx)?.calendar.day_of(now);
            let body = json!({ "at": asked.at, "failures": account.failures });
            let stamp = Stamp { at: now, day, by: asked.by };
            tx.journal(&authority::subject(name), &stamp, WRONG_PIN, &body)?;
        }
        Ok(())
    })?;
    if right { Ok(account) } else { Err(wrong()) }
}

/// Refuses while the wait after wrong secrets goes on.
fn waits(store: &mut Store, account: &Account, now: DateTime<Utc>) -> Result<()> {
    let Some(until) = account.locked_until.filter(|until| *until > now) else { return Ok(()) };
    // No wait is longer than the longest from now: after a clock that was set back it begins anew.
    let longest = now + secrets::wait(account.failures).unwrap_or_default();
    if until > longest {
        store.write(|tx| locked(tx, &account.operator.name, longest))?;
    }
    Err(Why::new("counter.why.locked").with("until", Arg::At(until.min(longest))).into())
}

fn locked(tx: &Tx, name: &str, until: DateTime<Utc>) -> std::result::Result<(), StoreError> {
    let Some(account) = tx.account(name)? else { return Ok(()) };
    tx.put_account(&Account { locked_until: Some(until), ..account })
}

/// The same login as the file has the operator now; `None` when it lets the operator work no longer.
///
/// # Errors
/// The file can't be read.
pub fn renew(store: &Store, session: &Session) -> Result<Option<Session>> {
    let account = store.account(session.name())?;
    let operator = account.map(|account| account.operator).filter(|operator| !operator.disabled);
    Ok(operator.map(|operator| Session { operator, ..session.clone() }))
}

/// A supervisor's word for one deed, given at the screen of an operator who may not do it alone.
///
/// It holds for that deed and that operator, once, for [`authority::WORD_HOLDS`] minutes. The entry keeps
/// both names. A wrong PIN counts as one at the supervisor's login.
///
/// # Errors
/// The deed is none for which a word can be given, the one who gives it is no supervisor or is the
/// operator, or the PIN is wrong.
pub fn vouch(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    deed: &Deed,
    name: &str,
    pin: &str,
) -> Result<Voucher> {
    authority::at_work(store, session)?;
    let word = authority::word(session, name, deed, now)?;
    let known = store.account(name)?.map(|account| account.operator);
    if name == session.name() || known.is_some_and(|operator| operator.role < Role::Supervisor) {
        return Err(Why::new("counter.why.no_word").with("name", Arg::Text(name.to_owned())).into());
    }
    let asked = Asked { at: "word", by: session.name(), wrong: "counter.why.wrong_pin" };
    proven(store, name, now, &asked, |account| verify(pin, &account.secret))?;
    Ok(word)
}

/// Who can give a word at this operator's screen: supervisors and above who can log in.
///
/// # Errors
/// The file can't be read.
pub fn who_vouches(store: &Store, session: &Session) -> Result<Vec<Operator>> {
    let able = |operator: &Operator| {
        !operator.disabled && operator.role >= Role::Supervisor && operator.name != session.name()
    };
    Ok(store.operators()?.into_iter().filter(able).collect())
}

/// Adds an operator. Needs a supervisor, and nobody can make somebody of a higher role.
///
/// # Errors
/// The role refuses, the name is taken or unfit, or the PIN is unfit.
pub fn add(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    name: &str,
    role: Role,
    pin: &str,
) -> Result<Operator> {
    let deed = Deed::of(role.max(Role::Supervisor), "add-operator", name);
    authority::may(store, session, now, &deed)?;
    let account = account(name, role, pin)?;
    authority::write(store, session, now, &deed, |tx, hand| {
        if tx.account(&account.operator.name)?.is_some() {
            return Err(Why::new("counter.why.operator_exists")
                .with("name", Arg::Text(account.operator.name.clone()))
                .about("name")
                .into());
        }
        tx.put_account(&account)?;
        record(tx, hand, now, &account.operator, "add")
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
    let verb = if disabled { "disable" } else { "enable" };
    authority::write(store, session, now, &Deed::of(Role::Supervisor, verb, name), |tx, hand| {
        let mut account = known(tx, name)?;
        hand.require(account.operator.role)?;
        account.operator.disabled = disabled;
        account.failures = 0;
        account.locked_until = None;
        tx.put_account(&account)?;
        one_supervisor_stays(tx)?;
        record(tx, hand, now, &account.operator, verb)?;
        Ok(account.operator)
    })
}

/// Gives an operator another role. Nobody gives or takes a role above the own one, and nobody changes
/// the own role. The last supervisor stays.
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
    let deed = Deed::of(role.max(Role::Supervisor), "change-role", name);
    authority::write(store, session, now, &deed, |tx, hand| {
        if name == hand.by() {
            return Err(Why::new("counter.why.own_role").about("role").into());
        }
        let mut account = known(tx, name)?;
        hand.require(account.operator.role)?;
        account.operator.role = role;
        if role < Role::Supervisor {
            account.recovery = None;
        }
        tx.put_account(&account)?;
        one_supervisor_stays(tx)?;
        record(tx, hand, now, &account.operator, "change-role")?;
        Ok(account.operator)
    })
}

/// Sets a new PIN: one's own, or as a supervisor that of somebody who forgot it.
///
/// # Errors
/// The role refuses, there is no such operator, or the PIN is unfit.
pub fn set_pin(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    name: &str,
    pin: &str,
) -> Result<()> {
    let role = if name == session.name() { Role::Receptionist } else { Role::Supervisor };
    let deed = Deed::of(role, "set-pin", name);
    authority::may(store, session, now, &deed)?;
    check_pin(pin)?;
    let secret = hash(pin)?;
    authority::write(store, session, now, &deed, |tx, hand| {
        let mut account = known(tx, name)?;
        if name != hand.by() {
            hand.require(account.operator.role)?;
        }
        account.secret.clone_from(&secret);
        account.failures = 0;
        account.locked_until = None;
        tx.put_account(&account)?;
        record(tx, hand, now, &account.operator, "set-pin")
    })
}

/// The first operator of a new book.
pub(super) fn first(tx: &Tx, name: &str, role: Role, pin: &str) -> Result<Session> {
    let account = account(name, role, pin)?;
    tx.put_account(&account)?;
    Ok(Session::of(account.operator))
}

pub(super) fn known(tx: &Tx, name: &str) -> Result<Account> {
    tx.account(name)?.ok_or_else(|| {
        Why::new("counter.why.no_such_operator").with("name", Arg::Text(name.to_owned())).into()
    })
}

fn one_supervisor_stays(tx: &Tx) -> Result<()> {
    if tx.able_operators(Role::Supervisor)? == 0 {
        return Err(Why::new("counter.why.last_supervisor").into());
    }
    Ok(())
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
        recovery: None,
    })
}

/// Refuses a name that no operator can have: those with an at sign are the program's own.
pub(super) fn check_name(name: &str) -> std::result::Result<(), Why> {
    let name = name.trim();
    let fit = (1..=20).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
        && !name.starts_with('@');
    if fit { Ok(()) } else { Err(Why::new("counter.why.operator_name").about("name")) }
}

pub(super) fn record(
    tx: &Tx,
    hand: &Hand,
    now: DateTime<Utc>,
    operator: &Operator,
    action: &str,
) -> Result<()> {
    let body = json!({ "name": operator.name, "role": operator.role, "disabled": operator.disabled });
    tx.journal(&authority::subject(&operator.name), &hand.stamp(tx, now)?, action, &body)?;
    Ok(())
}
