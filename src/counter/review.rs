//! The end of day: what the day left undone, settling, carrying over, signing.

mod book;

use chrono::{DateTime, NaiveDate, Utc};

use super::authority::{self, Deed};
use super::watch::{self, Watch};
use super::{Result, Session, settings_of};
use crate::desk::calendar::ServiceCalendar;
use crate::desk::callback::Callback;
use crate::desk::case::Case;
use crate::desk::figures::Figures;
use crate::desk::kind::{Kind, Severity};
use crate::desk::people::Role;
use crate::desk::review::{self, DaySheet, Finding, Mark, MarkKind};
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;
use crate::store::Store;
use crate::store::cases::Query;
use crate::store::chain::{Record, Stamp};

/// What is found in the cases of every kind.
const COMMON: [&str; 3] = [review::CALLBACK_OVERDUE, review::PROMISE_BROKEN, review::UNDECIDED];

/// Why a day can't be signed while a finding is neither settled nor carried over.
pub const FINDINGS_LEFT: &str = "counter.why.findings_left";

/// Most findings of one sort that are listed.
const LIMIT: usize = 1_000;

/// A day as the supervisor sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The day.
    pub day: NaiveDate,
    /// Its figures: frozen once it is signed.
    pub figures: Figures,
    /// Its findings, unmarked ones first, the worst first: frozen once it is signed.
    pub findings: Vec<Finding>,
    /// The signature.
    pub signed: Option<Signature>,
    /// Entries made for the day after it was signed.
    pub late: Vec<Record>,
    /// What is on record of the operators.
    pub watch: Watch,
}

impl Review {
    /// What was entered after the signature, each case or other subject once: its last entry and how many there
    /// are, the latest first.
    #[must_use]
    pub fn late_subjects(&self) -> Vec<(&Record, usize)> {
        let mut subjects: Vec<(&Record, usize)> = Vec::new();
        for record in self.late.iter().rev() {
            match subjects.iter_mut().find(|(known, _)| known.subject == record.subject) {
                Some((_, count)) => *count += 1,
                None => subjects.push((record, 1)),
            }
        }
        subjects
    }
}

/// Who signed a day, and when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Signature {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
}

/// The review of a day.
///
/// # Errors
/// The file can't be read.
pub fn review(store: &Store, now: DateTime<Utc>, day: NaiveDate) -> Result<Review> {
    if let Some(sheet) = store.day_sheet(day)? {
        let late = store.records_after(day, sheet.head)?;
        // The signature's own entry is no late entry.
        let own = format!("day:{day}");
        let late = late.into_iter().filter(|record| record.subject != own).collect();
        return Ok(Review {
            day,
            figures: sheet.figures,
            findings: sheet.findings,
            signed: Some(Signature { at: sheet.signed_at, by: sheet.signed_by }),
            late,
            watch: watch::of_day(store, day)?,
        });
    }
    let settings = settings_of(store)?;
    let (figures, findings) = gather(store, now, day, &settings)?;
    let watch = watch::of_day(store, day)?;
    Ok(Review { day, figures, findings, signed: None, late: Vec::new(), watch })
}

/// What the last signed day before `day` carried over: the opening list of the next shift.
///
/// # Errors
/// The file can't be read.
pub fn opening_list(store: &Store, day: NaiveDate) -> Result<Vec<Finding>> {
    let Some(last) = store.last_signed_before(day)? else { return Ok(Vec::new()) };
    let Some(sheet) = store.day_sheet(last)? else { return Ok(Vec::new()) };
    let carried =
        |finding: &Finding| finding.mark.as_ref().is_some_and(|mark| mark.what == MarkKind::Carried);
    Ok(sheet.findings.into_iter().filter(carried).collect())
}

/// Settles a finding, or carries it over, with a note.
///
/// # Errors
/// The role refuses, the day is signed, there is no such finding, or the note is missing.
pub fn mark(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    day: NaiveDate,
    finding: &str,
    what: MarkKind,
    note: &str,
) -> Result<()> {
    let deed = Deed::of(Role::Supervisor, "mark-finding", day.to_string());
    authority::may(store, session, now, &deed)?;
    let note = note.trim();
    if note.is_empty() {
        return Err(Why::new("counter.why.note_missing").about("note").into());
    }
    let settings = settings_of(store)?;
    if day > settings.calendar.day_of(now) {
        return Err(Why::new("counter.why.day_not_come").with("day", Arg::Day(day)).into());
    }
    if !is_found(store, now, day, &settings, finding)? {
        return Err(Why::new("counter.why.no_such_finding")
            .with("finding", Arg::Text(finding.to_owned()))
            .into());
    }
    let mark = Mark { what, note: note.to_owned(), by: session.name().to_owned(), at: now };
    authority::write(store, session, now, &deed, |tx, _| {
        if tx.is_signed(day)? {
            return Err(Why::new("counter.why.day_signed").with("day", Arg::Day(day)).into());
        }
        tx.put_mark(day, finding, &mark)?;
        let today = settings.calendar.day_of(now);
        let stamp = Stamp { at: now, day: today, by: session.name() };
        tx.journal(&format!("day:{day}"), &stamp, "mark", &(finding, &mark))?;
        Ok(())
    })
}

fn signing(day: NaiveDate) -> Deed {
    Deed::of(Role::Supervisor, "sign-off", day.to_string())
}

/// Refuses whoever may not sign a day off, before anything is done towards it.
///
/// # Errors
/// The role refuses.
pub fn may_sign(store: &mut Store, session: &Session, now: DateTime<Utc>, day: NaiveDate) -> Result<()> {
    authority::may(store, session, now, &signing(day))
}

/// Signs a day off: freezes its figures and findings.
///
/// # Errors
/// The role refuses, the day is signed or has not come yet, or a finding is neither settled nor carried over.
pub fn sign_off(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    day: NaiveDate,
) -> Result<DaySheet> {
    may_sign(store, session, now, day)?;
    let settings = settings_of(store)?;
    let today = settings.calendar.day_of(now);
    if day > today {
        return Err(Why::new("counter.why.day_not_come").with("day", Arg::Day(day)).into());
    }
    // One transaction from the counting to the signature: nothing can come between the two, so every
    // entry is either counted or shown as late.
    store.batch(|store| {
        let (figures, findings) = gather(store, now, day, &settings)?;
        let left = findings.iter().filter(|finding| finding.mark.is_none()).count();
        if left > 0 {
            return Err(Why::new(FINDINGS_LEFT).with("count", Arg::Number(left as i64)).into());
        }
        authority::write(store, session, now, &signing(day), |tx, _| {
            if tx.is_signed(day)? {
                return Err(Why::new("counter.why.day_signed").with("day", Arg::Day(day)).into());
            }
            let sheet = DaySheet {
                day,
                signed_at: now,
                signed_by: session.name().to_owned(),
                head: tx.head()?,
                figures,
                findings,
            };
            tx.put_day_sheet(&sheet)?;
            let stamp = Stamp { at: now, day: today, by: session.name() };
            tx.journal(&format!("day:{day}"), &stamp, "sign-off", &sheet)?;
            Ok(sheet)
        })
    })
}

fn gather(
    store: &Store,
    now: DateTime<Utc>,
    day: NaiveDate,
    settings: &Settings,
) -> Result<(Figures, Vec<Finding>)> {
    let calendar = &settings.calendar;
    let span = (calendar.day_start(day), calendar.next_day_start(day));
    // A day that is over is looked at as it stood at its end.
    let until = span.1.min(now);
    let figures = store.figures(day, span, now)?;
    let mut findings = Vec::new();
    overdue(store, until, &mut findings)?;
    for kind in store.kinds().iter() {
        for rule in kind.findings {
            store.each_in(kind.id, rule.states, day, &mut |case| {
                if let Some(since) = (rule.since)(case, until)
                    && case.opened_at < span.1
                {
                    findings.push(finding(kind, rule.id, case, since, rule.severity));
                }
            })?;
        }
    }
    named(&mut findings);
    findings.extend(of_office(store, now, day, settings)?);
    let marks = store.day_marks(day)?;
    for finding in &mut findings {
        let key = finding.key();
        finding.mark = marks.iter().find(|(marked, _)| *marked == key).map(|(_, mark)| mark.clone());
    }
    review::sort(&mut findings);
    Ok((figures, findings))
}

/// What [`gather`] finds beside the cases.
fn of_office(store: &Store, now: DateTime<Utc>, day: NaiveDate, settings: &Settings) -> Result<Vec<Finding>> {
    let until = settings.calendar.next_day_start(day).min(now);
    let mut findings = Vec::new();
    book::gather(store, settings, day, until, &mut findings)?;
    findings.extend(watch::of_day(store, day)?.findings());
    Ok(findings)
}

/// Whether a day shows a finding. What is about a case is looked for in that case alone, and what is not
/// beside the cases: a busy day has dozens of findings, and each is marked by itself.
fn is_found(
    store: &Store,
    now: DateTime<Utc>,
    day: NaiveDate,
    settings: &Settings,
    key: &str,
) -> Result<bool> {
    let number = key.split_once(' ').map(|(_, subject)| subject).filter(|subject| !subject.contains(':'));
    let findings = match number {
        Some(number) => of_case(store, now, day, &settings.calendar, number)?,
        None => of_office(store, now, day, settings)?,
    };
    Ok(findings.iter().any(|known| known.key() == key))
}

/// What [`gather`] finds of one case.
fn of_case(
    store: &Store,
    now: DateTime<Utc>,
    day: NaiveDate,
    calendar: &ServiceCalendar,
    number: &str,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let Some(case) = store.case(number)? else { return Ok(findings) };
    let kind = kind_of(store, &case);
    let end = calendar.next_day_start(day);
    let until = end.min(now);
    let overdue = |callback: &&Callback| callback.is_open() && callback.next_at() < until;
    findings.extend(
        case.callbacks
            .iter()
            .filter(overdue)
            .map(|callback| overdue_callback(kind, &case, callback.next_at())),
    );
    findings.extend(broken(kind, &case, case.due_at(), until));
    findings.extend(undecided(kind, &case, until));
    let on_the_day = case.closed_at.is_none_or(|at| calendar.day_of(at) == day);
    for rule in kind.findings.iter().filter(|_| on_the_day && case.opened_at < end) {
        if rule.states.contains(&case.state.as_str())
            && let Some(since) = (rule.since)(&case, until)
        {
            findings.push(finding(kind, rule.id, &case, since, rule.severity));
        }
    }
    named(&mut findings);
    Ok(findings)
}

/// The kind of a case; of one that this program does not know, a kind that declares nothing.
fn kind_of(store: &Store, case: &Case) -> &'static Kind {
    static UNKNOWN: Kind = Kind::BASE;
    store.kinds().get(&case.kind).unwrap_or(&UNKNOWN)
}

/// A callback whose time has passed.
fn overdue_callback(kind: &Kind, case: &Case, due: DateTime<Utc>) -> Finding {
    finding(kind, review::CALLBACK_OVERDUE, case, due, Severity::Serious)
}

/// A promise whose time has passed.
fn broken(kind: &Kind, case: &Case, due_at: Option<DateTime<Utc>>, until: DateTime<Utc>) -> Option<Finding> {
    let due = due_at.filter(|due| *due < until)?;
    let (id, severity) = kind.late;
    Some(finding(kind, id, case, due, severity))
}

/// What was put before a superior who has not decided.
fn undecided(kind: &Kind, case: &Case, until: DateTime<Utc>) -> Option<Finding> {
    let waits = case.escalated.is_some() && case.closed_at.is_none() && case.opened_at < until;
    waits.then(|| finding(kind, review::UNDECIDED, case, case.opened_at, Severity::Warning))
}

/// Where a kind has a name of its own for a promise that is broken, the common one says nothing more.
fn named(findings: &mut Vec<Finding>) {
    let own: Vec<(String, DateTime<Utc>)> = findings
        .iter()
        .filter(|finding| !COMMON.contains(&finding.kind.as_str()))
        .map(|finding| (finding.subject.clone(), finding.since))
        .collect();
    findings.retain(|finding| {
        finding.kind != review::PROMISE_BROKEN
            || !own.iter().any(|(subject, since)| *subject == finding.subject && *since == finding.since)
    });
}

fn finding(kind: &Kind, id: &str, case: &Case, since: DateTime<Utc>, severity: Severity) -> Finding {
    Finding {
        unit: case.unit.clone().or_else(|| case.contact.clone()),
        said: workflow::said_of(kind, case),
        owner: case.owner.clone(),
        ..Finding::new(id, case.number.clone(), case.summary.clone(), since, severity)
    }
}

fn overdue(store: &Store, until: DateTime<Utc>, findings: &mut Vec<Finding>) -> Result<()> {
    for callback in store.callbacks(Some(until), LIMIT)? {
        let case = &callback.row.case;
        findings.push(overdue_callback(kind_of(store, case), case, callback.next_at));
    }
    let late = Query { overdue_at: Some(until), limit: LIMIT, ..Query::default() };
    for row in store.list(&late)?.rows {
        findings.extend(broken(kind_of(store, &row.case), &row.case, row.due_at, until));
    }
    let escalated = Query { escalated: true, limit: LIMIT, ..Query::default() };
    let rows = store.list(&escalated)?.rows;
    let cases = rows.iter().map(|row| &row.case);
    findings.extend(cases.filter_map(|case| undecided(kind_of(store, case), case, until)));
    Ok(())
}

/// The days that wait for a signature, oldest first, today left out.
///
/// # Errors
/// The file can't be read.
pub fn days_to_sign(store: &Store, now: DateTime<Utc>) -> Result<Vec<NaiveDate>> {
    let settings = settings_of(store)?;
    let today = settings.calendar.day_of(now);
    let Some(first) = store.first_day()? else { return Ok(Vec::new()) };
    Ok(store.unsigned_days(first.max(today - chrono::Days::new(31)), today)?)
}
