//! `qiantai review`: the end of day as the supervisor sees it.

use chrono::NaiveDate;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, ask, plain, print, shape};
use crate::counter::review::{self, Review};
use crate::counter::say;
use crate::desk::figures::Ratio;
use crate::desk::kind::Severity;
use crate::desk::review::{Finding, MarkKind};
use crate::desk::settings::Settings;
use crate::paper::job::{Way, What};
use crate::text::lang::{Lang, try_t};
use crate::text::say::{kind_name, stamp};
use crate::text::show::show_day;
use crate::text::shown::Reader;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "review").arg(args::option(lang, "day", "DAY")).arg(print::output(lang))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let desk = cx.enter()?;
    let day = day(cx, &desk, matches)?;
    if let Some(file) = print::wanted(matches) {
        return print::send(cx, desk, What::Day(day), &Way::Save(file));
    }
    let review = review::review(&desk.store, cx.now, day)?;
    cx.say(|| document(cx, &review), || page(cx, &desk, &review))
}

/// The day that was named, else today.
pub(super) fn day(cx: &Cx, desk: &Desk, matches: &ArgMatches) -> Result<NaiveDate> {
    let named = ask::day_of(cx, desk, matches, "day")?;
    Ok(named.unwrap_or_else(|| desk.settings.calendar.day_of(cx.now)))
}

/// A review as a document.
pub(super) fn document(cx: &Cx, review: &Review) -> Value {
    let tz = cx.tz.get();
    let signed = review.signed.as_ref();
    json!({
        "day": review.day,
        "figures": review.figures,
        "findings": review.findings.iter().map(|one| finding(cx, one)).collect::<Vec<_>>(),
        "signed": signed.map(|signed| json!({ "at": shape::at(signed.at, tz), "by": signed.by })),
        "operators": {
            "counts": review.watch.counts,
            "records": review.watch.records.iter().map(|seen| {
                let mut document = json!(seen);
                document["at"] = json!(shape::at(seen.at, tz));
                document
            }).collect::<Vec<_>>(),
        },
        "late": review.late.iter().map(|record| json!({
            "seq": record.seq,
            "subject": record.subject,
            "at": shape::at(record.at, tz),
            "by": record.by,
            "action": record.action,
        })).collect::<Vec<_>>(),
    })
}

fn finding(cx: &Cx, finding: &Finding) -> Value {
    let tz = cx.tz.get();
    json!({
        "kind": finding.kind,
        "number": finding.number(),
        "subject": finding.subject,
        "unit": finding.unit,
        "summary": finding.summary,
        "owner": finding.owner,
        "since": shape::at(finding.since, tz),
        "severity": finding.severity,
        "mark": finding.mark.as_ref().map(|mark| json!({
            "what": mark.what,
            "note": mark.note,
            "by": mark.by,
            "at": shape::at(mark.at, tz),
        })),
    })
}

/// The columns of what was entered after the signature: the last entry of each case, and how many there are.
const LATE: [&str; 5] = ["at", "by", "subject", "action", "entries"];

/// A review as a page.
pub(super) fn page(cx: &Cx, desk: &Desk, review: &Review) -> String {
    let mut parts = vec![show_day(review.day, cx.lang), counts(cx, desk, review), ratios(cx, review)];
    parts.push(if review.findings.is_empty() {
        cx.t("cli.review.no_findings", &[])
    } else {
        findings(cx, &desk.settings, &review.findings)
    });
    if !review.watch.records.is_empty() {
        let rows = review.watch.records.iter().map(|seen| {
            let what = say::seen(seen, desk.store.kinds(), cx.lang);
            vec![stamp(seen.at, cx.tz.get()), seen.operator.clone(), what]
        });
        parts.push(plain::table(&cx.headings(&["at", "by", "action"]), rows.collect(), &[]));
    }
    parts.push(match &review.signed {
        Some(signed) => {
            let at = stamp(signed.at, cx.tz.get());
            cx.t("cli.review.signed", &[("by", &signed.by), ("at", &at)])
        }
        None => cx.t("cli.review.unsigned", &[]),
    });
    if !review.late.is_empty() {
        let rows = review.late_subjects().into_iter().map(|(record, count)| {
            let action = try_t(cx.lang, &format!("case.action.{}", record.action), &[]);
            vec![
                stamp(record.at, cx.tz.get()),
                record.by.clone(),
                record.subject.clone(),
                action.unwrap_or_else(|| record.action.clone()),
                count.to_string(),
            ]
        });
        parts.push(cx.t("cli.review.late", &[]));
        parts.push(plain::table(&cx.headings(&LATE), rows.collect(), &[4]));
    }
    parts.join("\n\n")
}

fn counts(cx: &Cx, desk: &Desk, review: &Review) -> String {
    let figures = &review.figures;
    let count = |counts: &std::collections::BTreeMap<String, u32>, kind: &str| {
        counts.get(kind).copied().unwrap_or(0).to_string()
    };
    let rows = desk.store.kinds().iter().map(|kind| {
        vec![
            kind_name(cx.lang, kind.id),
            count(&figures.opened, kind.id),
            count(&figures.closed, kind.id),
            count(&figures.open, kind.id),
        ]
    });
    plain::table(
        &cx.headings(&["kind", "opened_today", "closed_today", "still_open"]),
        rows.collect(),
        &[1, 2, 3],
    )
}

fn ratios(cx: &Cx, review: &Review) -> String {
    let figures = &review.figures;
    let rows = [
        ("complaints_handled", figures.complaints_handled),
        ("callbacks_made", figures.callbacks_made),
        ("urgent_called_back", figures.urgent_called_back),
        ("satisfied", figures.satisfied),
        ("answered_in_time", figures.answered_in_time),
        ("promises_kept", figures.promises_kept),
    ];
    let rows = rows.map(|(key, ratio)| vec![cx.t(&format!("cli.figure.{key}"), &[]), share(cx, ratio)]);
    plain::table(&cx.headings(&["figure", "share"]), rows.to_vec(), &[])
}

/// A share with what it was counted from, or that there was nothing to count.
fn share(cx: &Cx, ratio: Ratio) -> String {
    match ratio.percent() {
        Some(percent) => format!("{percent}% ({}/{})", ratio.part, ratio.of),
        None => cx.t("cli.review.nothing", &[]),
    }
}

/// Findings as a table.
fn findings(cx: &Cx, settings: &Settings, findings: &[Finding]) -> String {
    let reader = Reader { lang: cx.lang, now: cx.now, settings };
    let rows = findings.iter().map(|finding| {
        let severity = match finding.severity {
            Severity::Serious => "!!",
            Severity::Warning => "!",
            Severity::Notice => "",
        };
        let mark = finding.mark.as_ref().map(|mark| {
            let what = if mark.what == MarkKind::Settled { "settled" } else { "carried" };
            let what = cx.t(&format!("cli.mark.{what}"), &[]);
            format!("{what}: {}", mark.note)
        });
        vec![
            severity.to_owned(),
            finding_name(cx, &finding.kind),
            finding.subject.clone(),
            finding.unit.clone().unwrap_or_default(),
            reader.found(finding),
            stamp(finding.since, cx.tz.get()),
            finding.owner.clone(),
            mark.unwrap_or_default(),
        ]
    });
    let headings = ["severity", "finding", "subject", "unit", "summary", "since", "owner", "mark"];
    plain::table(&cx.headings(&headings), rows.collect(), &[])
}

/// The words of a finding.
pub(super) fn finding_name(cx: &Cx, kind: &str) -> String {
    try_t(cx.lang, &format!("finding.{kind}"), &[]).unwrap_or_else(|| kind.to_owned())
}
