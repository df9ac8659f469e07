//! `qiantai callback`: writes down how a callback went.

use clap::{Arg, ArgMatches, Command};

use super::{Cx, Result, act, args, ask, open};
use crate::counter::authority::Deed;
use crate::counter::cases;
use crate::desk::callback::Outcome;
use crate::desk::field::{self, Values};
use crate::text::lang::{Lang, t};
use crate::text::plain::plain;

pub(super) fn command(lang: Lang) -> Command {
    let known = Outcome::ALL.map(Outcome::id).join(", ");
    let unknown = t(lang, "cli.usage.outcome", &[("known", &known)]);
    args::command(lang, "callback")
        .arg(args::positional(lang, "number").required(true))
        .arg(
            Arg::new("outcome")
                .value_name("OUTCOME")
                .required(true)
                .value_parser(move |text: &str| outcome(text).ok_or_else(|| unknown.clone()))
                .help(t(lang, "cli.arg.outcome", &[("known", &known)])),
        )
        .arg(args::option(lang, "score", "N").value_parser(args::number(lang, 1..=5)))
        .arg(args::option(lang, "note", "TEXT"))
        .arg(args::option(lang, "next", "WHEN"))
        .arg(args::option(lang, "with", "NAME"))
        .arg(args::option(lang, "which", "N").value_parser(args::number(lang, 1..=10_000)))
}

/// An outcome by its id or its word in either language.
fn outcome(text: &str) -> Option<Outcome> {
    let text = plain(text).trim().to_lowercase();
    let is_word = |outcome: Outcome, lang: Lang| {
        t(lang, &format!("cli.outcome.{}", outcome.id()), &[]).to_lowercase() == text
    };
    Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.id() == text || Lang::ALL.iter().any(|lang| is_word(*outcome, *lang)))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let (case, _) = act::case(&desk, ask::text(matches, "number"))?;
    let Some(outcome) = matches.get_one::<Outcome>("outcome") else { return Ok(()) };
    let mut inputs = Values::new();
    if let Some(score) = matches.get_one::<u32>("score") {
        inputs.insert("score".into(), (*score).into());
    }
    if let Some(note) = matches.get_one::<String>("note") {
        inputs.insert("note".into(), note.clone().into());
    }
    if let Some(next) = matches.get_one::<String>("next") {
        inputs.insert("next".into(), field::instant(ask::when(cx, &desk, next)?));
    }
    if let Some(which) = matches.get_one::<u32>("which") {
        inputs.insert("callback".into(), (*which).into());
    }
    let action = outcome.action();
    let session = act::vouched(cx, &mut desk, matches, &Deed::act(&case.number, action))?;
    let done = cases::act(&mut desk.store, &session, cx.now, &case.number, action, &inputs, None)?;
    open::say(cx, &desk, "cli.callback.done", &done)
}
