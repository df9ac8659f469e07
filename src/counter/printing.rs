//! Printed forms of a case: which it has, and the entry that says one was printed.
//!
//! Who prints does it in this order: [`plan`] says how often the form was printed before (so that a reprint can
//! be marked as one), the sheet is laid out and written, and only then [`record`] adds the entry and the paper
//! goes out. Nothing is recorded that could not be written.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::authority::{self, Deed};
use super::{CounterError, Result, Session, settings};
use crate::desk::case::Case;
use crate::desk::form::Form;
use crate::desk::timeline::Entry;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow::{self, Context};
use crate::store::Store;

/// A form that a case has.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// The form.
    pub form: &'static Form,
    /// How often it was printed.
    pub copies: u32,
    /// Why it can't be printed now.
    pub why_not: Option<Why>,
}

/// The forms of a case, the usual one first.
///
/// # Errors
/// Nobody is at work, or the file can't be read.
pub fn forms(store: &Store, session: &Session, case: &Case) -> Result<Vec<Offered>> {
    let role = authority::at_work(store, session)?.role;
    let Some(kind) = store.kinds().get(&case.kind) else { return Ok(Vec::new()) };
    let entries = store.timeline(&case.number)?;
    let offered = kind.forms_of(case).map(|form| Offered {
        form,
        copies: copies(&entries, form.id),
        why_not: form.allowed(case, role).err(),
    });
    Ok(offered.collect())
}

/// How often a form was printed, by the case's timeline.
#[must_use]
pub fn copies(entries: &[Entry], form: &str) -> u32 {
    let is = |entry: &&Entry| {
        entry.action == workflow::PRINTED && entry.inputs.get("form").and_then(Value::as_str) == Some(form)
    };
    u32::try_from(entries.iter().filter(is).count()).unwrap_or(u32::MAX)
}

/// The form that is meant: the one of that id, else the first that can be printed now.
///
/// # Errors
/// There is no such form, it can't be printed now, or the file can't be read.
pub fn plan(store: &Store, session: &Session, case: &Case, form: Option<&str>) -> Result<Offered> {
    let mut offered = forms(store, session, case)?;
    let found = match form {
        Some(id) => offered.iter().position(|one| one.form.id == id),
        None => offered.iter().position(|one| one.why_not.is_none()),
    };
    let Some(found) = found else {
        let known: Vec<&str> = offered.iter().map(|one| one.form.id).collect();
        return Err(Why::new("case.why.no_such_form")
            .with("form", Arg::Text(form.unwrap_or_default().to_owned()))
            .with("known", Arg::Text(known.join(", ")))
            .about("form")
            .into());
    };
    let one = offered.swap_remove(found);
    match one.why_not {
        Some(why) => Err(why.into()),
        None => Ok(one),
    }
}

/// Refuses whoever may not print a form, before it is laid out; a refusal for want of a role is on record.
///
/// # Errors
/// As for [`plan`].
pub fn may_print(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    case: &Case,
    form: Option<&str>,
) -> Result<()> {
    let planned = plan(store, session, case, form);
    if let Err(CounterError::Refused(why)) = &planned
        && authority::is_for_the_record(why)
    {
        authority::record(store, session, now, &Deed::act(&case.number, workflow::PRINTED))?;
    }
    planned.map(drop)
}

/// Records that a form was printed. `copies` is what [`plan`] said: where somebody else printed it meanwhile
/// the sheet at hand is marked wrongly, and this refuses.
///
/// # Errors
/// The form can't be printed of the case as it now stands, somebody else was faster, or the file refuses.
pub fn record(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    number: &str,
    form: &Form,
    copies: u32,
) -> Result<Case> {
    let entries = store.timeline(number)?;
    let before = self::copies(&entries, form.id);
    authority::write(store, session, now, &Deed::act(number, workflow::PRINTED), |tx, hand| {
        let settings = settings(tx)?;
        let unknown = || Why::new("counter.why.no_such_case").with("number", Arg::Text(number.to_owned()));
        let case = tx.case(number)?.ok_or_else(unknown)?;
        let kind = tx.kinds().get(&case.kind).ok_or_else(unknown)?;
        // The case has as many entries as its revision says: none came since they were read.
        if before != copies || case.revision as usize != entries.len() {
            return Err(Why::new("case.why.printed_meanwhile").into());
        }
        let cx = Context {
            by: hand.by(),
            role: hand.role(),
            now,
            settings: &settings,
            household: None,
            others: &[],
            covered: &[],
            owed: &[],
            kinds: tx.kinds(),
        };
        let planned = workflow::printed(kind, &case, form, copies, &cx)?;
        tx.append(kind, &planned.case, planned.entry, &settings.calendar)?;
        Ok(planned.case)
    })
}
