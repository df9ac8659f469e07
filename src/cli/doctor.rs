//! `qiantai doctor`: whether the file, the chain of entries and the rules still hold.
//!
//! It shows numbers of cases only and needs nobody logged in: a damaged book may let nobody in.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{Cx, Error, Result, args, plain};
use crate::counter::{self, doctor};
use crate::desk::kinds::STANDARD;
use crate::store::Store;
use crate::text::lang::Lang;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "doctor")
}

pub(super) fn run(cx: &Cx, _: &ArgMatches) -> Result {
    if !Store::exists(&cx.data) {
        return Err(counter::missing(&cx.data).into());
    }
    let checks = doctor::examine(&cx.data, STANDARD, &cx.watch())?;
    let ok = checks.iter().all(|check| check.ok);
    cx.say(
        || {
            let checks = checks
                .iter()
                .map(|check| json!({ "check": check.id, "ok": check.ok, "detail": check.say(cx.lang) }));
            json!({ "ok": ok, "checks": checks.collect::<Vec<_>>() })
        },
        || {
            let rows = checks.iter().map(|check| {
                let verdict = if check.ok { "cli.doctor.sound" } else { "cli.doctor.unsound" };
                let name = cx.t(&format!("doctor.check.{}", check.id), &[]);
                vec![name, cx.t(verdict, &[]), check.say(cx.lang)]
            });
            plain::table(&cx.headings(&["check", "verdict", "detail"]), rows.collect(), &[])
        },
    )?;
    if ok { Ok(()) } else { Err(Error::Said(cx.t("cli.doctor.failed", &[]))) }
}
