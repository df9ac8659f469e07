//! `qiantai demo`: a community to try things out on, in a directory of its own.

use std::io::IsTerminal as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{ArgMatches, Command, value_parser};
use serde_json::json;

use super::progress::Progress;
use super::{Cx, Error, Result, args};
use crate::demo::{self, DemoError, Stage, Wish};
use crate::desk::kinds::STANDARD;
use crate::text::lang::Lang;
use crate::text::plain::harmless;

/// Where a demonstration lies beside the real book, if no directory is named.
const DIRECTORY: &str = "demo";

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "demo")
        .arg(args::option(lang, "cases", "N").value_parser(value_parser!(u32).range(1..=2_000_000)))
        .arg(args::option(lang, "seed", "S").value_parser(value_parser!(u64)))
        .arg(args::flag(lang, "no-ui"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let named = matches.get_one::<PathBuf>("data").is_some();
    let directory = if named { cx.data.clone() } else { cx.data.join(DIRECTORY) };
    let usual = Wish::default();
    let wish = Wish {
        cases: matches.get_one("cases").copied().unwrap_or(usual.cases),
        seed: matches.get_one("seed").copied().unwrap_or(usual.seed),
    };
    let (progress, broken_off) = (Progress::new(), interrupted()?);
    let mut told = |stage, done: usize, all: usize| {
        let key = match stage {
            Stage::Cases => "demo.stage.cases",
            Stage::File => "demo.stage.file",
        };
        progress.show(&cx.t(key, &[("done", &done.to_string()), ("all", &all.to_string())]));
        if broken_off.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let made = demo::make_in(&directory, STANDARD, cx.now, wish, &mut told);
    progress.clear();
    let (made, earlier) = made.map_err(|error| said(cx, error))?;
    let data = directory.display().to_string();
    let role = |role: crate::desk::people::Role| cx.t(&format!("people.role.{}", role.id()), &[]);
    let opens = !cx.json
        && !matches.get_flag("no-ui")
        && std::io::stdin().is_terminal()
        && std::io::stdout().is_terminal();
    cx.say(
        || {
            let operators = made.operators.iter().map(|(name, role)| json!({ "name": name, "role": role }));
            json!({
                "community": made.community,
                "data": data,
                "cases": made.cases,
                "households": made.households,
                "from": made.first.to_string(),
                "operators": operators.collect::<Vec<_>>(),
                "pin": made.pin,
                "replaced": earlier,
            })
        },
        || {
            let key = if earlier { "demo.replaced" } else { "demo.made" };
            let mut text = cx.t(
                key,
                &[
                    ("community", &made.community),
                    ("cases", &made.cases.to_string()),
                    ("households", &made.households.to_string()),
                    ("from", &made.first.to_string()),
                    ("data", &harmless(&data)),
                ],
            );
            text.push('\n');
            text.push_str(&cx.t("demo.login", &[("pin", &made.pin)]));
            for (name, of) in &made.operators {
                text.push_str("\n  ");
                text.push_str(name);
                text.push_str("  ");
                text.push_str(&role(*of));
            }
            text.push('\n');
            text.push_str(&cx.t("demo.open", &[("data", &harmless(&data))]));
            text
        },
    )?;
    if opens {
        cx.open_screen(directory);
    }
    Ok(())
}

/// Is set by the first Ctrl+C, so that what was begun can be taken away; a second one ends the program.
#[cfg(unix)]
fn interrupted() -> std::io::Result<Arc<AtomicBool>> {
    use signal_hook::consts::SIGINT;
    let flag = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(&flag))?;
    signal_hook::flag::register(SIGINT, Arc::clone(&flag))?;
    Ok(flag)
}

#[cfg(not(unix))]
fn interrupted() -> std::io::Result<Arc<AtomicBool>> {
    Ok(Arc::default())
}

fn said(cx: &Cx, error: DemoError) -> Error {
    match error {
        DemoError::Counter(error) => error.into(),
        DemoError::RealBook(path) => {
            Error::Said(cx.t("demo.why.real_book", &[("data", &harmless(&path.display().to_string()))]))
        }
        DemoError::Directory { path, source } => Error::Said(cx.t(
            "demo.why.directory",
            &[("data", &harmless(&path.display().to_string())), ("error", &source.to_string())],
        )),
        DemoError::Texts(error) => Error::Said(cx.t("demo.why.texts", &[("error", &error.to_string())])),
        DemoError::Step { what, source } => {
            let reason = crate::counter::say::say(&source, cx.lang, cx.tz.get());
            Error::Said(cx.t("demo.why.step", &[("what", &what), ("reason", &reason)]))
        }
    }
}
