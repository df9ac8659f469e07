//! `qiantai pass`: release passes at the gate.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Error, Result, args, ask, plain, shape};
use crate::counter::passes::{self, Verdict};
use crate::counter::{CounterError, say};
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;
use crate::text::say::{stamp, word};

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "pass").subcommand_required(true).subcommand(
        Command::new("verify")
            .about(t(lang, "cli.pass.verify.about", &[]))
            .after_help(t(lang, "cli.pass.verify.example", &[]))
            .arg(args::positional(lang, "code").required(true)),
    )
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let Some((_, matches)) = matches.subcommand() else { return Ok(()) };
    let mut desk = cx.enter()?;
    let typed = ask::text(matches, "code");
    let verdict = match passes::verify(&mut desk.store, &desk.session, cx.now, typed) {
        Ok(verdict) => verdict,
        // For whoever reads documents, an answer like any other.
        Err(error @ CounterError::Refused(_)) if cx.json => {
            let sentence = say::say(&error, cx.lang, cx.tz.get());
            cx.say(|| json!({ "valid": false, "why_not": sentence, "number": null }), String::new)?;
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    let why_not = verdict.why_not.as_ref().map(|why| crate::text::say::say(why, cx.lang, cx.tz.get()));
    cx.say(|| document(cx, &verdict, why_not.as_deref()), || page(cx, &verdict, why_not.as_deref()))?;
    why_not.map_or(Ok(()), |sentence| Err(Error::Said(sentence)))
}

fn document(cx: &Cx, verdict: &Verdict, why_not: Option<&str>) -> Value {
    let (case, pass, tz) = (&verdict.case, &verdict.pass, cx.tz.get());
    json!({
        "valid": why_not.is_none(),
        "why_not": why_not,
        "code": verdict.code.to_string(),
        "number": case.number,
        "state": case.state,
        "unit": case.unit,
        "contact": case.contact,
        "applicant_role": pass.applicant_role,
        "lines": pass.lines,
        "carrier": pass.carrier,
        "plate": pass.plate,
        "valid_until": pass.valid_until.map(|until| shape::at(until, tz)),
        "checked_out_at": pass.checked_out_at.map(|at| shape::at(at, tz)),
    })
}

fn page(cx: &Cx, verdict: &Verdict, why_not: Option<&str>) -> String {
    let (case, pass) = (&verdict.case, &verdict.pass);
    let until = pass.valid_until.map(|until| stamp(until, cx.tz.get())).unwrap_or_default();
    let key = if why_not.is_none() { "cli.pass.verify.valid" } else { "cli.pass.verify.invalid" };
    let mut lines = vec![cx.t(key, &[("number", &case.number), ("until", &until)])];
    let role =
        pass.applicant_role.as_ref().map(|role| word(cx.lang, &case.kind, "option.applicant_role", role));
    let facts = [
        ("unit", case.unit.clone()),
        ("contact", case.contact.clone()),
        ("applicant_role", role),
        ("carrier", pass.carrier.clone()),
        ("plate", pass.plate.clone()),
    ];
    lines.extend(facts.into_iter().filter_map(|(key, value)| {
        Some(format!("  {}: {}", cx.field_name(&case.kind, key), harmless(&value?)))
    }));
    let things = pass
        .lines
        .iter()
        .map(|line| vec![line.name.clone(), line.count.to_string(), line.remark.clone().unwrap_or_default()]);
    let headings = ["name", "count", "remark"].map(|key| cx.field_name(&case.kind, key));
    format!("{}\n\n{}", lines.join("\n"), plain::table(&headings, things.collect(), &[1]))
}
