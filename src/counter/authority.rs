//! The one door through which everything that a person writes passes.
//!
//! A [`Session`] remembers who logged in. Whether that person may still do something is asked of the
//! file, within the transaction that does it: who was disabled or given another role by somebody else
//! meanwhile is refused at the next verb. What is refused for want of a role goes on record under the
//! operator's name: the verb and what it was to be done to, never what was typed.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{CounterError, Result, Session, settings};
use crate::desk::people::{Operator, Role};
use crate::desk::why::{Arg, Why};
use crate::store::chain::Stamp;
use crate::store::operators::Account;
use crate::store::{Store, Tx};

/// What a record of a refusal is called.
pub const REFUSED: &str = "refused";
/// What a record of a supervisor's word is called.
pub const VOUCHED: &str = "vouched";

/// How long a supervisor's word holds, in minutes: long enough to mend a field, not to go away.
pub const WORD_HOLDS: i64 = 5;

/// What somebody is about to do, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    verb: Cow<'static, str>,
    subject: String,
    role: Role,
    by_word: bool,
}

impl Deed {
    /// A verb that this role and those above it have.
    pub(crate) fn of(role: Role, verb: &'static str, subject: impl Into<String>) -> Self {
        Self { verb: verb.into(), subject: subject.into(), role, by_word: false }
    }

    /// A verb that a supervisor's word lets a receptionist do.
    pub(crate) const fn by_word(mut self) -> Self {
        self.by_word = true;
        self
    }

    /// The same from a role on.
    pub(crate) const fn from(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Doing an action on a case. What role it needs says the kind of the case.
    #[must_use]
    pub fn act(number: &str, action: &str) -> Self {
        let verb = Cow::Owned(action.to_owned());
        Self { verb, subject: number.to_owned(), role: Role::Receptionist, by_word: true }
    }

    /// Opening a case of a kind.
    #[must_use]
    pub fn open(kind: &str) -> Self {
        Self::of(Role::Receptionist, "open", kind).by_word()
    }

    /// What is done.
    #[must_use]
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// To what: a case's number, a unit, a name.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// A supervisor's word for one deed of one operator, given at that operator's screen.
///
/// It holds for [`WORD_HOLDS`] minutes and for one deed that is done; only [`super::operators::vouch`] makes one.
#[derive(Debug)]
pub struct Voucher {
    pub(super) word: Word,
}

impl Voucher {
    /// Whose word it is.
    #[must_use]
    pub fn with(&self) -> &str {
        &self.word.with
    }
}

/// What a session carries of a supervisor's word. Copies of the session share it, so it is used once.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) with: String,
    pub(super) by: String,
    pub(super) deed: Deed,
    pub(super) until: DateTime<Utc>,
    pub(super) used: AtomicBool,
}

impl Word {
    /// Whether it is this deed's. A clock that was set back does not make it hold longer.
    fn lifts(&self, by: &str, deed: &Deed, now: DateTime<Utc>) -> bool {
        let left = self.until - now;
        self.by == by
            && self.deed == *deed
            && left > TimeDelta::zero()
            && left <= TimeDelta::minutes(WORD_HOLDS)
            && !self.used.load(Ordering::Relaxed)
    }
}

impl Session {
    /// The same operator with a supervisor's word for one deed.
    #[must_use]
    pub fn with(&self, voucher: Voucher) -> Self {
        Self { operator: self.operator.clone(), word: Some(Arc::new(voucher.word)) }
    }
}

/// Whose hand writes: the operator as the file has it within this transaction.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    by: &'a str,
    role: Role,
    with: Option<&'a str>,
}

impl<'a> Hand<'a> {
    /// The operator's name.
    pub(super) const fn by(&self) -> &'a str {
        self.by
    }

    /// The operator's role now, or that of the supervisor whose word was given.
    pub(super) const fn role(&self) -> Role {
        self.role
    }

    /// By whose word.
    pub(super) const fn with(&self) -> Option<&'a str> {
        self.with
    }

    /// Refuses what needs a higher role.
    pub(super) fn require(&self, role: Role) -> Result<()> {
        if self.role >= role { Ok(()) } else { Err(Why::needs_role(role).into()) }
    }

    /// The stamp of an entry that is written now.
    pub(super) fn stamp(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Stamp<'a>> {
        Ok(Stamp { at: now, day: settings(tx)?.calendar.day_of(now), by: self.by })
    }
}

/// Does a deed in one transaction, if the operator may do it as the file says now. A refusal for want of
/// a role is on record when this returns.
pub(super) fn write<T>(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    deed: &Deed,
    work: impl FnOnce(&Tx, &Hand) -> Result<T>,
) -> Result<T> {
    let done = store.write(|tx| {
        let hand = hand(tx, session, deed, now)?;
        hand.require(deed.role)?;
        let done = work(tx, &hand)?;
        if let Some(with) = hand.with {
            let body = json!({ "verb": deed.verb, "subject": deed.subject, "with": with });
            tx.journal(&subject(hand.by), &hand.stamp(tx, now)?, VOUCHED, &body)?;
        }
        Ok(done)
    });
    match &done {
        Ok(_) => session.word.iter().for_each(|word| {
            let lifted = word.lifts(session.name(), deed, now);
            word.used.fetch_or(lifted, Ordering::Relaxed);
        }),
        Err(CounterError::Refused(why)) if is_for_the_record(why) => record(store, session, now, deed)?,
        Err(_) => {}
    }
    done
}

/// Refuses whoever may not do a deed, before work that is not one transaction's; the refusal is on
/// record. [`write`] asks again.
pub(super) fn may(store: &mut Store, session: &Session, now: DateTime<Utc>, deed: &Deed) -> Result<()> {
    let asked = store.write(|tx| hand(tx, session, deed, now)?.require(deed.role));
    if let Err(CounterError::Refused(why)) = &asked
        && is_for_the_record(why)
    {
        record(store, session, now, deed)?;
    }
    asked
}

/// Refuses whoever is not at work: who never logged in, or was disabled since.
pub(super) fn at_work(store: &Store, session: &Session) -> Result<Operator> {
    standing(store.account(session.name())?)
}

fn standing(account: Option<Account>) -> Result<Operator> {
    let operator = account.ok_or_else(|| Why::new("counter.why.nobody"))?.operator;
    if operator.disabled { Err(Why::new("counter.why.disabled").into()) } else { Ok(operator) }
}

/// The hand that writes within this transaction.
fn hand<'a>(tx: &Tx, session: &'a Session, deed: &Deed, now: DateTime<Utc>) -> Result<Hand<'a>> {
    let operator = standing(tx.account(session.name())?)?;
    let mut hand = Hand { by: session.name(), role: operator.role, with: None };
    if let Some(word) = &session.word
        && word.lifts(session.name(), deed, now)
    {
        let supervisor = standing(tx.account(&word.with)?)?;
        if supervisor.role > hand.role {
            hand.role = supervisor.role;
            hand.with = Some(&word.with);
        }
    }
    Ok(hand)
}

pub(super) fn is_for_the_record(why: &Why) -> bool {
    why.needs.is_some() || why.key == "counter.why.disabled"
}

/// Writes a refusal down, in a transaction of its own: that of the deed was undone.
///
/// Somebody who never logged in has no name to write it under.
pub(super) fn record(store: &mut Store, session: &Session, now: DateTime<Utc>, deed: &Deed) -> Result<()> {
    store.write(|tx| {
        if tx.account(session.name())?.is_none() {
            return Ok(());
        }
        let stamp = Stamp { at: now, day: settings(tx)?.calendar.day_of(now), by: session.name() };
        let body = json!({ "verb": deed.verb, "subject": deed.subject });
        tx.journal(&subject(session.name()), &stamp, REFUSED, &body)?;
        Ok(())
    })
}

/// The subject of the journal under which an operator's own records stand.
pub(super) fn subject(name: &str) -> String {
    format!("operator:{name}")
}

/// A word that was found right, for this deed of this operator.
pub(super) fn word(session: &Session, with: &str, deed: &Deed, now: DateTime<Utc>) -> Result<Voucher> {
    if !deed.by_word {
        return Err(Why::new("counter.why.own_login").with("name", Arg::Text(with.to_owned())).into());
    }
    let word = Word {
        with: with.to_owned(),
        by: session.name().to_owned(),
        deed: deed.clone(),
        until: now + TimeDelta::minutes(WORD_HOLDS),
        used: AtomicBool::new(false),
    };
    Ok(Voucher { word })
}
