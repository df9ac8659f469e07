//! `qiantai sign-off`: settles or carries over what the day left undone, and signs it.

use std::collections::BTreeSet;

use clap::{ArgMatches, Command};

use super::{Cx, Result, args, ask, review};
use crate::counter;
use crate::desk::review::{Finding, MarkKind};
use crate::desk::why::{Arg, Why};
use crate::text::lang::Lang;
use crate::text::plain::plain;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "sign-off")
        .arg(args::option(lang, "day", "DAY").required(true))
        .arg(args::options(lang, "carry", "NUMBER=NOTE"))
        .arg(args::options(lang, "settle", "NUMBER=NOTE"))
        .arg(args::option(lang, "carry-all", "NOTE"))
}

/// What is to be done about one finding.
struct Marking {
    key: String,
    what: MarkKind,
    note: String,
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let day = review::day(cx, &desk, matches)?;
    // What will be refused at the end is refused before anything is marked.
    counter::review::may_sign(&mut desk.store, &desk.session, cx.now, day)?;
    let before = counter::review::review(&desk.store, cx.now, day)?;
    if before.signed.is_some() {
        return Err(Why::new("counter.why.day_signed").with("day", Arg::Day(day)).into());
    }
    if day > desk.settings.calendar.day_of(cx.now) {
        return Err(Why::new("counter.why.day_not_come").with("day", Arg::Day(day)).into());
    }
    let markings = markings(cx, &before.findings, matches)?;
    let marked: BTreeSet<&str> = markings.iter().map(|marking| marking.key.as_str()).collect();
    let left: Vec<&Finding> = before
        .findings
        .iter()
        .filter(|finding| finding.mark.is_none() && !marked.contains(finding.key().as_str()))
        .collect();
    if !left.is_empty() {
        let named = left.iter().map(|one| format!("{} {}", one.subject, review::finding_name(cx, &one.kind)));
        return Err(Why::new("cli.why.findings_left")
            .with("count", Arg::Number(left.len() as i64))
            .with("findings", Arg::Text(named.collect::<Vec<_>>().join(", ")))
            .into());
    }
    for Marking { key, what, note } in &markings {
        counter::review::mark(&mut desk.store, &desk.session, cx.now, day, key, *what, note)?;
    }
    counter::review::sign_off(&mut desk.store, &desk.session, cx.now, day)?;
    let after = counter::review::review(&desk.store, cx.now, day)?;
    cx.say(|| review::document(cx, &after), || review::page(cx, &desk, &after))
}

fn markings(cx: &Cx, findings: &[Finding], matches: &ArgMatches) -> Result<Vec<Marking>> {
    let mut markings = Vec::new();
    for (id, what) in [("settle", MarkKind::Settled), ("carry", MarkKind::Carried)] {
        for (subject, note) in ask::pairs(cx, matches, id)? {
            let about: Vec<&Finding> = findings.iter().filter(|one| is_about(one, &subject)).collect();
            if about.is_empty() {
                return Err(Why::new("counter.why.no_such_finding")
                    .with("finding", Arg::Text(subject))
                    .into());
            }
            if note.trim().is_empty() {
                return Err(Why::new("counter.why.note_missing").into());
            }
            markings.extend(about.into_iter().map(|one| Marking {
                key: one.key(),
                what,
                note: note.clone(),
            }));
        }
    }
    if let Some(note) = matches.get_one::<String>("carry-all") {
        let named: BTreeSet<String> = markings.iter().map(|marking: &Marking| marking.key.clone()).collect();
        let rest = findings.iter().filter(|one| one.mark.is_none() && !named.contains(&one.key()));
        let what = MarkKind::Carried;
        markings.extend(rest.map(|one| Marking { key: one.key(), what, note: note.clone() }));
    }
    Ok(markings)
}

/// Whether a finding is meant: by its case's number or other subject, or by its whole key.
fn is_about(finding: &Finding, named: &str) -> bool {
    let named = plain(named);
    let named = named.trim();
    finding.subject.eq_ignore_ascii_case(named) || finding.key().eq_ignore_ascii_case(named)
}
