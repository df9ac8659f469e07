//! Approval by two: the other side signs, which somebody at the counter sees, and somebody else approves for
//! the company; in either order, and never one person for both.

use crate::desk::field::{Values, instant};
use crate::desk::kind::Situation;
use crate::desk::why::{Arg, Why};

/// A kind that both sides must agree to. Its refusals stand under `<kind>.why`.
pub trait TwoSides {
    /// The field that says who signed for the other side.
    const SIGNED: &'static str;
    /// The field that says which operator saw that.
    const SEEN_BY: &'static str;
    /// The field that says which operator approved for the company.
    const APPROVED_BY: &'static str;
    /// The field that says when.
    const APPROVED_AT: &'static str;
    /// The state while a side is missing.
    const WAITS: &'static str;
    /// The state when both have agreed.
    const AGREED: &'static str;
}

fn refuse_if(s: &Situation, refused: bool, why: &str) -> Result<(), Why> {
    if refused { Err(Why::new(format!("{}.why.{why}", s.case.kind))) } else { Ok(()) }
}

/// Refuses a second signature.
///
/// # Errors
/// The other side has signed: `owner_signed_already`.
pub fn not_signed_yet<K: TwoSides>(s: &Situation) -> Result<(), Why> {
    refuse_if(s, s.case.has(K::SIGNED), "owner_signed_already")
}

/// Refuses a second approval.
///
/// # Errors
/// The company has approved: `approved_already`.
pub fn not_approved_yet<K: TwoSides>(s: &Situation) -> Result<(), Why> {
    refuse_if(s, s.case.has(K::APPROVED_BY), "approved_already")
}

/// The two sides are two people: who took the signature does not approve for the company.
///
/// # Errors
/// It is the same person: `same_person`.
pub fn another_person<K: TwoSides>(s: &Situation) -> Result<(), Why> {
    let other_side = [K::SEEN_BY, K::APPROVED_BY].into_iter().filter_map(|key| s.case.text(key));
    match other_side.into_iter().find(|name| name == s.by) {
        Some(name) => {
            let why = format!("{}.why.same_person", s.case.kind);
            Err(Why::new(why).with("name", Arg::Text(name)))
        }
        None => Ok(()),
    }
}

/// Refuses while a side is missing.
///
/// # Errors
/// `owner_not_signed`, or `company_not_approved`.
pub fn both_approved<K: TwoSides>(s: &Situation) -> Result<(), Why> {
    refuse_if(s, !s.case.has(K::SIGNED), "owner_not_signed")?;
    refuse_if(s, !s.case.has(K::APPROVED_BY), "company_not_approved")
}

/// The signature was seen by whoever does this.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub fn seen<K: TwoSides>(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert(K::SEEN_BY.into(), s.by.into());
    Ok(())
}

/// Whoever does this approves for the company, now.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub fn approved<K: TwoSides>(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert(K::APPROVED_BY.into(), s.by.into());
    values.insert(K::APPROVED_AT.into(), instant(s.now));
    Ok(())
}

/// Where the signature leads; the company may have been first.
#[must_use]
pub fn after_signature<K: TwoSides>(s: &Situation) -> &'static str {
    if s.case.has(K::APPROVED_BY) { K::AGREED } else { K::WAITS }
}

/// Where the approval leads; the other side may have been first.
#[must_use]
pub fn after_approval<K: TwoSides>(s: &Situation) -> &'static str {
    if s.case.has(K::SIGNED) { K::AGREED } else { K::WAITS }
}
