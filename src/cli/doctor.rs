//! `qiantai doctor`: whether the file, the chain of entries and the rules still hold.
//!
//! It shows numbers of cases only and needs nobody logged in: a damaged book may let nobody in.

use std::fmt::Write as _;

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{Cx, Error, Result, args, plain};
use crate::counter::say::say_store;
use crate::desk::case::Case;
use crate::desk::kinds::STANDARD;
use crate::store::cases::Query;
use crate::store::chain::ChainFault;
use crate::store::{Store, StoreError};
use crate::text::lang::Lang;

/// Cases read at a time.
const PART: usize = 500;
/// Most faults that are named.
const NAMED: usize = 10;

struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "doctor")
}

pub(super) fn run(cx: &Cx, _: &ArgMatches) -> Result {
    if !Store::exists(&cx.data) {
        return Err(crate::desk::why::Why::new("counter.why.not_set_up").into());
    }
    let checks = match Store::open(&cx.data, STANDARD) {
        Ok(store) => vec![
            checked(cx, "file", file(cx, &store)),
            checked(cx, "chain", chain(cx, &store)),
            checked(cx, "signatures", signatures(cx, &store)),
            checked(cx, "rules", rules(cx, &store)),
        ],
        Err(error) => vec![checked(cx, "file", Err(error))],
    };
    let ok = checks.iter().all(|check| check.ok);
    cx.say(
        || {
            let checks = checks
                .iter()
                .map(|check| json!({ "check": check.name, "ok": check.ok, "detail": check.detail }));
            json!({ "ok": ok, "checks": checks.collect::<Vec<_>>() })
        },
        || {
            let rows = checks.iter().map(|check| {
                let verdict = if check.ok { "cli.doctor.sound" } else { "cli.doctor.unsound" };
                let name = cx.t(&format!("cli.doctor.check.{}", check.name), &[]);
                vec![name, cx.t(verdict, &[]), check.detail.clone()]
            });
            plain::table(&cx.headings(&["check", "verdict", "detail"]), rows.collect(), &[])
        },
    )?;
    if ok { Ok(()) } else { Err(Error::Said(cx.t("cli.doctor.failed", &[]))) }
}

/// A check's result; a file that can't be read is a fault too.
fn checked(cx: &Cx, name: &'static str, found: std::result::Result<(bool, String), StoreError>) -> Check {
    let (ok, detail) = found.unwrap_or_else(|error| (false, say_store(&error, cx.lang)));
    Check { name, ok, detail }
}

fn file(cx: &Cx, store: &Store) -> std::result::Result<(bool, String), StoreError> {
    let faults = store.faults()?;
    let detail = if faults.is_empty() { cx.t("cli.doctor.file_ok", &[]) } else { named(&faults) };
    Ok((faults.is_empty(), detail))
}

fn chain(cx: &Cx, store: &Store) -> std::result::Result<(bool, String), StoreError> {
    let report = store.verify_chain()?;
    let Some((seq, fault)) = report.broken else {
        let entries = report.entries.to_string();
        return Ok((true, cx.t("cli.doctor.chain_ok", &[("entries", &entries)])));
    };
    let subject = store.record(seq)?.map(|record| record.subject).unwrap_or_default();
    let key = match fault {
        ChainFault::Changed => "cli.doctor.chain_changed",
        ChainFault::Missing => "cli.doctor.chain_missing",
    };
    Ok((false, cx.t(key, &[("seq", &seq.to_string()), ("subject", &subject)])))
}

fn signatures(cx: &Cx, store: &Store) -> std::result::Result<(bool, String), StoreError> {
    let unsound = store.unsound_signatures()?;
    if unsound.is_empty() {
        return Ok((true, cx.t("cli.doctor.signatures_ok", &[])));
    }
    Ok((false, cx.t("cli.doctor.signatures_unsound", &[("days", &named(&unsound))])))
}

/// Rebuilds every case from its timeline and compares it with what is stored.
fn rules(cx: &Cx, store: &Store) -> std::result::Result<(bool, String), StoreError> {
    let mut read = 0_usize;
    let mut faults = Vec::new();
    let mut query = Query { limit: PART, ..Query::default() };
    loop {
        let page = store.list(&query)?;
        for row in &page.rows {
            let number = &row.case.number;
            read += 1;
            let fault = match is_rebuilt(store, number) {
                Ok(true) => continue,
                Ok(false) => cx.t("cli.doctor.differs", &[("number", number)]),
                Err(StoreError::Record(error)) => format!("{number}: {error}"),
                Err(error) => return Err(error),
            };
            faults.push(fault);
        }
        query.after = page.rows.last().map(|row| (row.front, row.id));
        if !page.more {
            break;
        }
    }
    let detail = if faults.is_empty() {
        cx.t("cli.doctor.rules_ok", &[("cases", &read.to_string())])
    } else {
        named(&faults)
    };
    Ok((faults.is_empty(), detail))
}

fn is_rebuilt(store: &Store, number: &str) -> std::result::Result<bool, StoreError> {
    let Some(stored) = store.case(number)? else { return Ok(false) };
    let Some(kind) = store.kinds().get(&stored.kind) else { return Ok(false) };
    let entries = store.timeline(number)?;
    Ok(!entries.is_empty() && Case::rebuild(&stored.kind, &entries, |state| kind.ends(state)) == stored)
}

/// The first faults, and how many there are.
fn named(faults: &[String]) -> String {
    let mut text = faults.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    if faults.len() > NAMED {
        let _ = write!(text, "; … ({})", faults.len());
    }
    text
}
