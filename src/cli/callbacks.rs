//! `qiantai callbacks`: whom to ring, the one longest overdue first.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, list, plain, shape, show};
use crate::desk::callback::ATTEMPTS_BEFORE_VISIT;
use crate::desk::settings::Settings;
use crate::store::due::CallbackRow;
use crate::text::lang::Lang;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "callbacks")
        .arg(args::flag(lang, "overdue"))
        .arg(args::limit(lang, "50"))
        .arg(args::flag(lang, "unmask"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let whole = list::unmasked(cx, &mut desk, matches, "callbacks")?;
    let before = matches.get_flag("overdue").then_some(cx.now);
    let limit = list::limit(matches);
    let mut rows = desk.store.callbacks(before, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    cx.say(
        || {
            let callbacks: Vec<Value> = rows.iter().map(|row| document(cx, &desk, row, whole)).collect();
            json!({ "callbacks": callbacks, "more": more })
        },
        || {
            if rows.is_empty() {
                return cx.t("cli.callbacks.none", &[]);
            }
            let headings = ["number", "unit", "contact", "phone", "summary", "stage", "due", "attempts"];
            let cells = rows.iter().map(|row| cells(cx, &desk.settings, row, whole)).collect();
            let mut text = plain::table(&cx.headings(&headings), cells, &[7]);
            if more {
                text.push('\n');
                text.push_str(&cx.t("cli.list.more", &[]));
            }
            text
        },
    )
}

fn cells(cx: &Cx, settings: &Settings, callback: &CallbackRow, whole: bool) -> Vec<String> {
    let case = &callback.row.case;
    let attempts = callback.attempts.to_string();
    vec![
        case.number.clone(),
        case.unit.clone().unwrap_or_default(),
        case.contact.clone().unwrap_or_default(),
        case.phone.as_deref().map(|phone| plain::number(phone, whole)).unwrap_or_default(),
        cx.summary(settings, case),
        show::stage(cx, &callback.stage),
        cx.due(Some(callback.next_at)),
        if visit(callback) { cx.t("cli.callbacks.visit", &[("attempts", &attempts)]) } else { attempts },
    ]
}

/// Whether the resident is to be visited instead of rung.
fn visit(callback: &CallbackRow) -> bool {
    callback.attempts as usize >= ATTEMPTS_BEFORE_VISIT
}

fn document(cx: &Cx, desk: &Desk, callback: &CallbackRow, whole: bool) -> Value {
    let tz = cx.tz.get();
    json!({
        "number": callback.row.case.number,
        "callback": callback.id,
        "stage": callback.stage,
        "due_at": shape::at(callback.due, tz),
        "next_at": shape::at(callback.next_at, tz),
        "attempts": callback.attempts,
        "overdue": callback.next_at < cx.now,
        "visit": visit(callback),
        "case": shape::row(&callback.row, desk.store.kinds(), tz, whole),
    })
}
