//! Release passes at the gate: the check code that a pass bears, and what it says about the pass.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::authority::{self, Deed, at_work};
use super::{Result, Session};
use crate::desk::case::Case;
use crate::desk::check_code::CheckCode;
use crate::desk::kinds::release_pass::ReleasePass;
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow::VOID;
use crate::store::{Store, StoreError};
use crate::text::plain::plain;

/// The subject of the journal under which wrong codes stand.
const SUBJECT: &str = "check-code";
/// Wrong codes within [`WINDOW`] after which none is looked up any more.
const WRONG_MAX: usize = 5;
/// How long a wrong code counts.
const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// What a check code says.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The code.
    pub code: CheckCode,
    /// The pass that bears it.
    pub case: Case,
    /// The same, as its kind writes it down.
    pub pass: ReleasePass,
    /// Why nothing may leave on it; `None` while the pass is valid.
    pub why_not: Option<Why>,
}

/// The check code that the paper of a case bears: passes have one from their approval on.
///
/// # Errors
/// The role refuses, or the file can't be read.
pub fn code_of(store: &Store, session: &Session, number: &str) -> Result<Option<CheckCode>> {
    at_work(store, session)?;
    Ok(store.check_code(number)?)
}

/// Looks a check code up as it was typed or heard: whose pass it is, and whether it passes now.
///
/// A code that is mistyped is told apart from a wrong one by its checking sign. Of wrong ones, which
/// might be guesses, five within ten minutes are answered; each is an entry of the journal.
///
/// # Errors
/// It is no code, no pass bears it, or too many were wrong; or the file refuses.
pub fn verify(store: &mut Store, session: &Session, now: DateTime<Utc>, typed: &str) -> Result<Verdict> {
    at_work(store, session)?;
    let code = CheckCode::parse(&plain(typed))?;
    may_ask(&store.last_tries(SUBJECT, WRONG_MAX)?, now)?;
    let case = match store.by_check_code(&code)? {
        Some(number) => store.case(&number)?,
        None => None,
    };
    let Some(case) = case else {
        let deed = Deed::of(Role::Receptionist, "verify-code", SUBJECT);
        authority::write(store, session, now, &deed, |tx, hand| {
            // Others may have asked meanwhile.
            may_ask(&tx.last_tries(SUBJECT, WRONG_MAX)?, now)?;
            // What was typed may be all but the code of a pass: it is not kept.
            tx.journal(SUBJECT, &hand.stamp(tx, now)?, "wrong", &json!({}))?;
            Ok(())
        })?;
        return Err(Why::new("counter.why.no_such_code").about("code").into());
    };
    let pass: ReleasePass = case.typed().map_err(StoreError::from)?;
    let why_not = why_not(&case, &pass, now);
    Ok(Verdict { code, case, pass, why_not })
}

/// Refuses while as many codes as are let pass were wrong within the window.
fn may_ask(wrong: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<()> {
    // A clock that was set back does not open the door.
    match wrong.get(WRONG_MAX - 1).map(|first| *first + WINDOW).filter(|until| *until > now) {
        Some(until) => Err(Why::new("counter.why.codes_closed").with("until", Arg::At(until)).into()),
        None => Ok(()),
    }
}

fn why_not(case: &Case, pass: &ReleasePass, now: DateTime<Utc>) -> Option<Why> {
    let why = |key: &str| Some(Why::new(format!("release-pass.why.{key}")));
    let until = pass.valid_until.unwrap_or_default();
    match case.state.as_str() {
        "approved" if now <= until => None,
        "approved" | "expired" => why("expired").map(|why| why.with("until", Arg::At(until))),
        "released" => {
            let at = pass.checked_out_at.or(case.closed_at).unwrap_or_default();
            why("already_passed").map(|why| why.with("at", Arg::At(at)))
        }
        "refused" => why("was_refused"),
        VOID => why("was_voided"),
        _ => why("not_approved"),
    }
}
