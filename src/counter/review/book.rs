//! What the end of day finds that is about no single case: the counter's hours, the papers, the book itself.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

use super::LIMIT;
use crate::counter::{Result, backup, retention};
use crate::desk::attendance;
use crate::desk::calendar::ServiceCalendar;
use crate::desk::kind::{Severity, Span};
use crate::desk::review::{self, Finding};
use crate::desk::settings::Settings;
use crate::store::Store;
use crate::store::cases::{Query, Row};

/// Households that one finding about papers names.
const PAPERS_NAMED: usize = 5;

/// Everything of the kind, as it stood at `until` of that day.
pub(super) fn gather(
    store: &Store,
    settings: &Settings,
    day: NaiveDate,
    until: DateTime<Utc>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let calendar = &settings.calendar;
    unattended(store, day, until, calendar, findings)?;
    drafts(store, calendar.next_day_start(day), findings)?;
    papers(store, day, calendar, findings)?;
    missed_days(store, day, calendar, findings)?;
    yearly(store, day, calendar, findings)?;
    copies(store, settings, day, until, findings)?;
    personal_data(store, settings, day, findings)
}

/// Service hours in which nobody sat at the counter, once the office keeps its shifts here.
fn unattended(
    store: &Store,
    day: NaiveDate,
    until: DateTime<Utc>,
    calendar: &ServiceCalendar,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    for kind in store.kinds().iter() {
        let Some(attends) = kind.attends else { continue };
        let of_kind = Query { kind: Some(kind.id.to_owned()), to: Some(day), ..Query::default() };
        if store.list(&Query { limit: 1, ..of_kind.clone() })?.rows.is_empty() {
            continue;
        }
        // A shift that began the evening before may go on past midnight.
        let near = Query { from: day.pred_opt(), limit: LIMIT, ..of_kind };
        let attended: Vec<Span> =
            store.list(&near)?.rows.iter().flat_map(|row| attends(&row.case, until)).collect();
        for (from, to) in attendance::gaps(&calendar.intervals_on(day), &attended, until) {
            let clock = |at: DateTime<Utc>| at.with_timezone(&calendar.tz()).format("%H:%M").to_string();
            let subject = format!("gap:{}", from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            let hours = format!("{} - {}", clock(from), clock(to));
            findings.push(Finding::new(review::UNATTENDED, subject, hours, from, Severity::Warning));
        }
    }
    Ok(())
}

fn drafts(store: &Store, end: DateTime<Utc>, findings: &mut Vec<Finding>) -> Result<()> {
    for draft in store.drafts(None)?.into_iter().filter(|draft| draft.begun_at < end) {
        let subject = format!("draft:{}", draft.id.unwrap_or_default());
        let finding =
            Finding::new(review::PARKED_DRAFT, subject, draft.title, draft.begun_at, Severity::Notice);
        findings.push(Finding { owner: draft.operator, ..finding });
    }
    Ok(())
}

/// Papers that were to be kept until a day that is over: one finding, however many households.
fn papers(
    store: &Store,
    day: NaiveDate,
    calendar: &ServiceCalendar,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let past = store.papers_past(day)?;
    let Some((_, first)) = past.first() else { return Ok(()) };
    let mut units: Vec<&str> = past.iter().take(PAPERS_NAMED).map(|(unit, _)| unit.as_str()).collect();
    if past.len() > PAPERS_NAMED {
        units.push("...");
    }
    let summary = format!("{}: {}", past.len(), units.join(" "));
    let since = calendar.next_day_start(*first);
    findings.push(Finding::new(
        review::PAPERS_PAST,
        format!("papers:{day}"),
        summary,
        since,
        Severity::Notice,
    ));
    Ok(())
}

/// Days before this one that nobody signed, since the last signed day or the first of the book.
fn missed_days(
    store: &Store,
    day: NaiveDate,
    calendar: &ServiceCalendar,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let Some(first) = store.first_day()? else { return Ok(()) };
    // A month back is enough to act on; older gaps were findings of the days between.
    let from = first.max(day - chrono::Days::new(31));
    for missed in store.unsigned_days(from, day)? {
        let since = calendar.next_day_start(missed);
        let subject = format!("day:{missed}");
        findings.push(Finding::new(
            review::MISSED_DAY,
            subject,
            missed.to_string(),
            since,
            Severity::Warning,
        ));
    }
    Ok(())
}

/// In December: what must be done once a year and was not, once the office has begun with it here, or
/// has worked with this book for a year.
fn yearly(
    store: &Store,
    day: NaiveDate,
    calendar: &ServiceCalendar,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    if day.month() != 12 {
        return Ok(());
    }
    let a_year_ago = day.checked_sub_months(Months::new(12));
    let used_for_a_year = store.first_day()?.zip(a_year_ago).is_some_and(|(first, ago)| first <= ago);
    for kind in store.kinds().iter() {
        let Some(duty) = kind.yearly else { continue };
        let of_kind =
            Query { kind: Some(kind.id.to_owned()), to: Some(day), limit: LIMIT, ..Query::default() };
        let cases = store.list(&of_kind)?.rows;
        let of_year = |row: &&Row| row.case.get(duty.year).as_i64() == Some(i64::from(day.year()));
        let done = cases.iter().filter(of_year).any(|row| row.case.state == duty.state);
        if done || cases.is_empty() && !used_for_a_year {
            continue;
        }
        let (subject, summary) = (format!("year:{}", day.year()), day.year().to_string());
        let since = calendar.day_start(day.with_day(1).unwrap_or(day));
        findings.push(Finding::new(duty.finding, subject, summary, since, Severity::Notice));
    }
    Ok(())
}

/// A copy of the book that failed, or is missing. What failed is one of the two.
fn copies(
    store: &Store,
    settings: &Settings,
    day: NaiveDate,
    until: DateTime<Utc>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let standing = backup::standing(store, settings, until)?;
    let failed = standing.failed.map(|at| (review::BACKUP_FAILED, at));
    let Some((kind, since)) = failed.or(standing.stale.map(|since| (review::BACKUP_STALE, since))) else {
        return Ok(());
    };
    let clock = since.with_timezone(&settings.calendar.tz()).format("%m-%d %H:%M").to_string();
    findings.push(Finding::new(kind, format!("backup:{day}"), clock, since, Severity::Serious));
    Ok(())
}

/// Cases that are closed for longer than the office keeps personal fields, and still have them.
fn personal_data(
    store: &Store,
    settings: &Settings,
    day: NaiveDate,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let Some(due) = retention::due(store, settings, day)? else { return Ok(()) };
    let since = settings.calendar.day_start(due.since);
    let (subject, summary) = (format!("retention:{day}"), due.closed.to_string());
    findings.push(Finding::new(review::RETENTION_DUE, subject, summary, since, Severity::Notice));
    Ok(())
}
