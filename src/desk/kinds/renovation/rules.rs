//! What the rules of a renovation look at, and what they write.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::two_sides::TwoSides;
use super::super::{checks, permit};
use super::{ID, Renovation};
use crate::desk::case::Case;
use crate::desk::field::{Values, instant};
use crate::desk::household::{HouseholdChange, Occupancy};
use crate::desk::kind::Situation;
use crate::desk::others::Other;
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};

fn refuse_if(wrong: bool, key: &str) -> Result<(), Why> {
    if wrong { Err(Why::new(key)) } else { Ok(()) }
}

/// How long before its end the permit is flagged.
const WARNING: TimeDelta = TimeDelta::days(3);
/// How long after the planned day works may begin before they are forgotten.
const TO_BEGIN: TimeDelta = TimeDelta::days(7);

/// The owner agrees to the works in writing, the company on its own authority.
impl TwoSides for Renovation {
    const SIGNED: &'static str = "owner_signed";
    const SEEN_BY: &'static str = "signature_seen_by";
    const APPROVED_BY: &'static str = "approved_by";
    const APPROVED_AT: &'static str = "approved_at";
    const WAITS: &'static str = "applied";
    const AGREED: &'static str = "approved";
}

/// A flat is renovated once at a time.
pub(super) fn only_one(s: &Situation) -> Result<(), Why> {
    match s.others.iter().find(|other| other.kind == ID && other.same_unit) {
        Some(other) => Err(Why::new("renovation.why.open_already")
            .with("number", Arg::Text(other.number.clone()))
            .about("unit")),
        None => Ok(()),
    }
}

pub(super) fn agreed(s: &Situation) -> Result<(), Why> {
    refuse_if(!s.case.has("agreement_at"), "renovation.why.no_agreement")
}

pub(super) fn deposit_paid(s: &Situation) -> Result<(), Why> {
    let detail: Renovation = s.detail();
    let paid = detail.deposit.unwrap_or_default() > 0 && detail.deposit_receipt.is_some();
    refuse_if(!paid, "renovation.why.no_deposit")
}

pub(super) fn has_permit(s: &Situation) -> Result<(), Why> {
    refuse_if(!s.case.has("permit_number"), "renovation.why.no_permit")
}

/// Works are not begun on a permit that has run out.
pub(super) fn permit_valid(s: &Situation) -> Result<(), Why> {
    match s.detail::<Renovation>() {
        Renovation { permit_ends_at: Some(end), permit_until: Some(day), .. } if end <= s.now => {
            Err(Why::new("renovation.why.permit_over").with("day", Arg::Day(day)))
        }
        _ => Ok(()),
    }
}

pub(super) fn no_open_violation(s: &Situation) -> Result<(), Why> {
    refuse_if(s.case.state == "violation", "renovation.why.violation_open")
}

pub(super) fn no_open_notice(s: &Situation) -> Result<(), Why> {
    match s.detail::<Renovation>().rectify_by {
        Some(until) => Err(Why::new("renovation.why.notice_open").with("until", Arg::At(until))),
        None => Ok(()),
    }
}

pub(super) fn not_stopped(s: &Situation) -> Result<(), Why> {
    refuse_if(s.case.has("stopped"), "renovation.why.stopped")
}

pub(super) fn is_accepted(s: &Situation) -> Result<(), Why> {
    refuse_if(!s.case.has("accepted_at"), "renovation.why.not_accepted")
}

/// The workers' passes are back, or at least no longer valid.
pub(super) fn permits_ended(s: &Situation) -> Result<(), Why> {
    let valid = |other: &&Other| {
        other.kind == permit::ID && other.linked && ["issued", "expired"].contains(&other.state.as_str())
    };
    match s.others.iter().find(valid) {
        Some(other) => Err(Why::new("renovation.why.permit_out")
            .with("number", Arg::Text(other.number.clone()))
            .with("holder", Arg::Text(other.summary.clone()))),
        None => Ok(()),
    }
}

/// The company's no is a supervisor's.
pub(super) fn may_refuse(s: &Situation) -> Result<(), Why> {
    if s.input("refused_by") == Some("company") && s.role < Role::Supervisor {
        return Err(Why::needs_role(Role::Supervisor).about("refused_by"));
    }
    Ok(())
}

/// A fine has a reason and a supervisor's word, and is no more than the deposit.
pub(super) fn fine_is_just(s: &Situation) -> Result<(), Why> {
    let detail: Renovation = s.detail();
    let fine = detail.fine.unwrap_or_default();
    if fine == 0 {
        return Ok(());
    }
    if fine > detail.deposit.unwrap_or_default() {
        let deposit = Arg::Money(detail.deposit.unwrap_or_default());
        return Err(Why::new("renovation.why.fine_too_high").with("deposit", deposit).about("fine"));
    }
    if detail.fine_reason.is_none() {
        return Err(Why::new("renovation.why.fine_without_reason").about("fine_reason"));
    }
    if s.role < Role::Supervisor {
        return Err(Why::new("renovation.why.fine_needs_supervisor").about("fine").needing(Role::Supervisor));
    }
    Ok(())
}

/// A patrol that found something says what.
pub(super) fn says_what(s: &Situation) -> Result<(), Why> {
    let wrong = s.input("result").is_some_and(|result| result != "ok") && s.input("remark").is_none();
    if wrong { Err(Why::new("renovation.why.says_nothing").about("remark")) } else { Ok(()) }
}

/// A refused household keeps no deposit here.
pub(super) fn deposit_given_back(s: &Situation) -> Result<(), Why> {
    let detail: Renovation = s.detail();
    if detail.deposit_receipt.is_some() && detail.back_receipt.is_none() {
        let deposit = Arg::Money(detail.deposit.unwrap_or_default());
        return Err(Why::new("renovation.why.deposit_held").with("deposit", deposit).about("back_receipt"));
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn applied(s: &Situation, values: &mut Values) -> Result<(), Why> {
    if s.household.is_some() {
        values.insert("arrears".into(), checks::owed(s).into());
    }
    Ok(())
}

/// The last day of the permit is over when the next begins.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn permitted(s: &Situation, values: &mut Values) -> Result<(), Why> {
    if let Some(until) = checks::day(values, "permit_until") {
        values.insert("permit_ends_at".into(), instant(s.settings.calendar.next_day_start(until)));
    }
    Ok(())
}

/// Records a look at the works; a patrol says its result itself.
fn looked(s: &Situation, values: &mut Values, result: Option<&str>) {
    let mut row = checks::row(s, &[("at", "at"), ("who", "who"), ("result", "result"), ("remark", "remark")]);
    if let Some(result) = result {
        row["result"] = result.into();
    }
    checks::append(values, "patrols", [row]);
}

/// Records a notice with what stands in the remark.
fn noticed(s: &Situation, values: &mut Values) {
    let mut row = checks::row(s, &[("what", "remark"), ("until", "rectify_by")]);
    row["at"] = instant(s.now);
    checks::append(values, "notices", [row]);
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn patrolled(s: &Situation, values: &mut Values) -> Result<(), Why> {
    looked(s, values, None);
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn notified(s: &Situation, values: &mut Values) -> Result<(), Why> {
    noticed(s, values);
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn put_right(s: &Situation, values: &mut Values) -> Result<(), Why> {
    looked(s, values, Some("put-right"));
    values.remove("rectify_by");
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn not_put_right(s: &Situation, values: &mut Values) -> Result<(), Why> {
    looked(s, values, Some("not-put-right"));
    noticed(s, values);
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn failed(s: &Situation, values: &mut Values) -> Result<(), Why> {
    looked(s, values, Some("failed"));
    noticed(s, values);
    values.remove("finished_at");
    Ok(())
}

/// A stop order takes the place of a notice: nothing is put right while nobody works.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn stopped(_: &Situation, values: &mut Values) -> Result<(), Why> {
    values.remove("rectify_by");
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn lifted(_: &Situation, values: &mut Values) -> Result<(), Why> {
    values.remove("stopped");
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub(super) fn given_back(s: &Situation, values: &mut Values) -> Result<(), Why> {
    applied(s, values)?;
    let detail: Renovation = s.detail();
    let back = detail.deposit.unwrap_or_default() - detail.fine.unwrap_or_default();
    values.insert("deposit_back".into(), back.into());
    Ok(())
}

/// A violation waits for its notice or stop order, whatever later patrols find.
pub(super) fn after_patrol(s: &Situation) -> &'static str {
    match s.case.state.as_str() {
        "stopped" => "stopped",
        "works" if s.input("result") != Some("violation") => "works",
        _ => "violation",
    }
}

fn occupancy(s: &Situation, to: Occupancy) -> Option<HouseholdChange> {
    Some(HouseholdChange { occupancy: Some(to), ..HouseholdChange::of(s.case.unit.clone()?) })
}

pub(super) fn renovating(s: &Situation) -> Option<HouseholdChange> {
    occupancy(s, Occupancy::Renovating)
}

/// The household lives there again; what became of it otherwise meanwhile is left alone.
pub(super) fn lives_again(s: &Situation) -> Option<HouseholdChange> {
    let renovated = s.household.is_some_and(|household| household.occupancy == Occupancy::Renovating);
    occupancy(s, Occupancy::MovedIn).filter(|_| renovated)
}

/// Since when works that were applied for should have begun: papers and approvals have a week.
pub(super) fn begins_late(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    Some(checks::day_over(case, "planned_from", now - TO_BEGIN)? + TO_BEGIN)
}

/// Since when the permit has been about to end, until it has.
pub(super) fn permit_ending(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let end = case.instant("permit_ends_at")?;
    let flagged = end - WARNING;
    (flagged..end).contains(&now).then_some(flagged)
}
