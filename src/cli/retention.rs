//! `qiantai retention`: takes personal fields out of cases that are long closed; without `--run` it only says
//! of how many.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Result, args, plain};
use crate::counter::old_copies::{self, OldCopies};
use crate::counter::retention::{self, Done, Plan};
use crate::counter::say;
use crate::desk::retention::YEARS_RANGE;
use crate::text::lang::Lang;
use crate::text::say::kind_name;

pub(super) fn command(lang: Lang) -> Command {
    let years = args::option(lang, "years", "N").value_parser(args::number(lang, YEARS_RANGE));
    args::command(lang, "retention")
        .arg(years)
        .arg(args::flag(lang, "run"))
        .arg(args::flag(lang, "remove-copies").conflicts_with_all(["run", "years"]))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    if matches.get_flag("remove-copies") {
        let removed = old_copies::remove(&mut desk.store, &desk.session, cx.now, &cx.watch())?;
        let count = removed.len().to_string();
        return cx.say(|| json!({ "removed": removed }), || cx.t("retention.removed", &[("count", &count)]));
    }
    let years = matches.get_one::<u32>("years").copied();
    if !matches.get_flag("run") {
        let plan = retention::plan(&mut desk.store, &desk.session, cx.now, years)?;
        let old = old_copies::find(&desk.store, &desk.settings)?;
        return cx.say(|| planned(&plan, &old), || words(cx, &plan, &old));
    }
    let done = retention::run(&mut desk.store, &desk.session, cx.now, years, &cx.watch())?;
    let old = old_copies::find(&desk.store, &desk.settings)?;
    cx.say(
        || {
            json!({
                "before": done.before,
                "cases": done.cases,
                "entries": done.entries,
                "households": done.households,
                "drafts": done.drafts,
                "scoured": done.scoured,
                "copies": files(&old),
            })
        },
        || told(cx, &done, &old),
    )
}

/// The copies that hold what was taken out: those that can be removed by name, those elsewhere by path.
fn files(old: &OldCopies) -> Vec<&str> {
    let here = old.here.iter().map(|copy| copy.name.as_str());
    here.chain(old.elsewhere.iter().map(String::as_str)).collect()
}

fn planned(plan: &Plan, old: &OldCopies) -> Value {
    let kinds = plan.cases.kinds.iter().map(|(kind, count)| (kind.clone(), Value::from(*count)));
    json!({
        "before": plan.before,
        "years": plan.years,
        "cases": plan.count(),
        "kinds": Value::Object(kinds.collect()),
        "oldest": plan.cases.oldest,
        "newest": plan.cases.newest,
        "held": plan.cases.held,
        "records": plan.records,
        "households": plan.households,
        "drafts": plan.drafts,
        "copies": files(old),
    })
}

fn words(cx: &Cx, plan: &Plan, old: &OldCopies) -> String {
    let (day, years) = (plan.before.to_string(), plan.years.to_string());
    let mut said = vec![cx.t("retention.before", &[("day", &day), ("years", &years)])];
    if plan.is_empty() {
        said.push(cx.t("retention.nothing", &[]));
    }
    if plan.count() > 0 {
        let kinds = plan.cases.kinds.iter();
        let rows = kinds.map(|(kind, count)| vec![kind_name(cx.lang, kind), count.to_string()]);
        said.push(plain::table(&cx.headings(&["kind", "cases"]), rows.collect(), &[1]));
    }
    if let (Some(oldest), Some(newest)) = (plan.cases.oldest, plan.cases.newest) {
        let (oldest, newest) = (oldest.to_string(), newest.to_string());
        said.push(cx.t("retention.closed", &[("oldest", &oldest), ("newest", &newest)]));
    }
    for (key, count) in plan.beside() {
        if count > 0 {
            said.push(cx.t(&format!("retention.{key}"), &[("count", &count.to_string())]));
        }
    }
    if !plan.is_empty() {
        said.push(cx.t("cli.retention.how", &[]));
    }
    said.extend(copies(cx, old));
    said.join("\n")
}

/// Which copies hold what was taken out, and how they are removed.
fn copies(cx: &Cx, old: &OldCopies) -> Vec<String> {
    let mut said = say::old_copies(old, cx.lang);
    if !old.here.is_empty() {
        said.push(cx.t("cli.retention.copies", &[]));
    }
    said
}

fn told(cx: &Cx, done: &Done, old: &OldCopies) -> String {
    let (cases, entries) = (done.cases.to_string(), done.entries.to_string());
    let mut said = vec![cx.t("retention.done", &[("cases", &cases), ("entries", &entries)])];
    if !done.scoured {
        said.push(cx.t("retention.unscoured", &[]));
    }
    said.push(cx.t("retention.copies", &[]));
    said.extend(copies(cx, old));
    said.join("\n")
}
