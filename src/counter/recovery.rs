//! The way back in for a supervisor who lost the PIN: a code that was written down once.
//!
//! Whoever owns the file keeps it locked away. The book has a hash of it alone, and it opens the book
//! once: using it gives a new PIN and the next code.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::operators::{self, Asked, proven};
use super::secrets::{check_pin, hash, new_code, plain_code, verify};
use super::{Result, Session, settings};
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};
use crate::store::chain::Stamp;
use crate::store::{Store, StoreError};

/// What the record of a PIN that was set by a recovery code is called.
pub const RECOVER: &str = "recover";

/// Makes a new recovery code for a supervisor; the one before opens nothing any more.
///
/// The code is given back here and can be read nowhere else.
///
/// # Errors
/// The role refuses, or there is no such supervisor.
pub fn new_recovery_code(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    name: &str,
) -> Result<String> {
    let deed = Deed::of(Role::Supervisor, "new-recovery-code", name);
    authority::may(store, session, now, &deed)?;
    let code = new_code()?;
    let kept = hash(&plain_code(&code))?;
    authority::write(store, session, now, &deed, |tx, hand| {
        let mut account = operators::known(tx, name)?;
        hand.require(account.operator.role)?;
        if account.operator.role < Role::Supervisor {
            // A supervisor sets the PIN of somebody who forgot it; nobody else needs a code.
            return Err(Why::new("counter.why.no_code_needed")
                .with("name", Arg::Text(name.to_owned()))
                .into());
        }
        account.recovery = Some(kept.clone());
        tx.put_account(&account)?;
        operators::record(tx, hand, now, &account.operator, "new-recovery-code")
    })?;
    Ok(code)
}

/// Sets a new PIN by the recovery code, and gives the next code.
///
/// # Errors
/// The code or the name is wrong, too many wrong ones were typed, or the PIN is unfit.
pub fn recover(store: &mut Store, now: DateTime<Utc>, name: &str, code: &str, pin: &str) -> Result<String> {
    check_pin(pin)?;
    let code = plain_code(code);
    let asked = Asked { at: "recovery", by: operators::NOBODY, wrong: "counter.why.wrong_code" };
    let right = |kept: &Option<String>| kept.as_deref().is_some_and(|kept| verify(&code, kept));
    let used = proven(store, name, now, &asked, |account| right(&account.recovery))?.recovery;
    let next = new_code()?;
    let (secret, recovery) = (hash(pin)?, hash(&plain_code(&next))?);
    store.write(|tx| -> Result<()> {
        let mut account = operators::known(tx, name)?;
        if account.recovery != used {
            // Another process used it in the meantime.
            return Err(Why::new("counter.why.wrong_code").into());
        }
        account.secret.clone_from(&secret);
        account.recovery = Some(recovery.clone());
        account.failures = 0;
        account.locked_until = None;
        tx.put_account(&account)?;
        let day = settings(tx)?.calendar.day_of(now);
        let body = json!({ "name": name });
        tx.journal(&authority::subject(name), &Stamp { at: now, day, by: name }, RECOVER, &body)?;
        Ok(())
    })?;
    Ok(next)
}

/// Whether no supervisor who can log in has a recovery code: a lost PIN would lock the book for good.
///
/// # Errors
/// The file can't be read.
pub fn is_missing(store: &Store) -> std::result::Result<bool, StoreError> {
    for operator in store.operators()? {
        if !operator.disabled
            && operator.role >= Role::Supervisor
            && store.account(&operator.name)?.is_some_and(|account| account.recovery.is_some())
        {
            return Ok(false);
        }
    }
    Ok(true)
}
