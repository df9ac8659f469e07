//! `qiantai retention`: takes personal fields out of cases that are long closed; without `--run` it only says
//! of how many.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Result, args, plain};
use crate::counter::retention::{self, Done, Plan};
use crate::desk::retention::YEARS_RANGE;
use crate::text::lang::Lang;
use crate::text::say::kind_name;

pub(super) fn command(lang: Lang) -> Command {
    let years = args::option(lang, "years", "N").value_parser(args::number(lang, YEARS_RANGE));
    args::command(lang, "retention").arg(years).arg(args::flag(lang, "run"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let years = matches.get_one::<u32>("years").copied();
    if !matches.get_flag("run") {
        let plan = retention::plan(&mut desk.store, &desk.session, cx.now, years)?;
        return cx.say(|| planned(&plan), || words(cx, &plan));
    }
    let done = retention::run(&mut desk.store, &desk.session, cx.now, years, &cx.watch())?;
    cx.say(
        || {
            json!({
                "before": done.before,
                "cases": done.cases,
                "entries": done.entries,
                "drafts": done.drafts,
                "scoured": done.scoured,
            })
        },
        || told(cx, &done),
    )
}

fn planned(plan: &Plan) -> Value {
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
        "drafts": plan.drafts,
    })
}

fn words(cx: &Cx, plan: &Plan) -> String {
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
    for (key, count) in [("records", plan.records), ("drafts", plan.drafts), ("held", plan.cases.held)] {
        if count > 0 {
            said.push(cx.t(&format!("retention.{key}"), &[("count", &count.to_string())]));
        }
    }
    if !plan.is_empty() {
        said.push(cx.t("cli.retention.how", &[]));
    }
    said.join("\n")
}

fn told(cx: &Cx, done: &Done) -> String {
    let (cases, entries) = (done.cases.to_string(), done.entries.to_string());
    let mut said = vec![cx.t("retention.done", &[("cases", &cases), ("entries", &entries)])];
    if !done.scoured {
        said.push(cx.t("retention.unscoured", &[]));
    }
    said.push(cx.t("retention.copies", &[]));
    said.join("\n")
}
