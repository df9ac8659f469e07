//! `qiantai act`: does an action on a case.

use clap::{ArgMatches, Command};

use super::{Cx, Desk, Error, Result, args, ask, open};
use crate::counter::authority::Deed;
use crate::counter::{Session, cases, operators};
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::kind::Kind;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;
use crate::text::lang::Lang;
use crate::text::value;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "act")
        .arg(args::positional(lang, "number").required(true))
        .arg(args::positional(lang, "action").required(true))
        .arg(args::options(lang, "set", "FIELD=VALUE"))
        .arg(args::option(lang, "with", "NAME"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let (case, kind) = case(&desk, ask::text(matches, "number"))?;
    let action = ask::text(matches, "action").trim();
    let given = ask::pairs(cx, matches, "set")?;
    let inputs = read(cx, &desk, kind, action, &given)?;
    let session = vouched(cx, &mut desk, matches, &Deed::act(&case.number, action))?;
    let done = cases::act(&mut desk.store, &session, cx.now, &case.number, action, &inputs, None)?;
    open::say(cx, &desk, "cli.act.done", &done)
}

/// The session, with the word of the supervisor named by `--with`.
pub(super) fn vouched(cx: &Cx, desk: &mut Desk, matches: &ArgMatches, deed: &Deed) -> Result<Session> {
    let Some(name) = matches.get_one::<String>("with") else { return Ok(desk.session.clone()) };
    let name = name.trim();
    let pin = ask::second_pin(cx, name)?;
    let word = operators::vouch(&mut desk.store, &desk.session, cx.now, deed, name, &pin)?;
    Ok(desk.session.with(word))
}

/// The case of a number and its kind.
pub(super) fn case(desk: &Desk, number: &str) -> Result<(Case, &'static Kind)> {
    let number = ask::number(number);
    let case = desk.store.case(&number)?;
    let found = case.and_then(|case| desk.store.kinds().get(&case.kind).map(|kind| (case, kind)));
    found.ok_or_else(|| Error::from(Why::new("counter.why.no_such_case").with("number", Arg::Text(number))))
}

/// The inputs of an action, read by their types.
fn read(
    cx: &Cx,
    desk: &Desk,
    kind: &'static Kind,
    action: &str,
    given: &[(String, String)],
) -> Result<Values> {
    let kinds = desk.store.kinds();
    let found = kind
        .action(action)
        .filter(|found| !found.by_clock)
        .ok_or_else(|| open::unknown_action(kind, action))?;
    let into = given.iter().find(|(name, _)| name == "into").map(|(_, text)| value::kind(text, kinds));
    let fields = workflow::inputs_of(kind, found, kinds, into.as_deref());
    let mut inputs = Values::new();
    for (name, text) in given {
        // The fields of a case to come have the words of its kind.
        let own = found.inputs.iter().any(|field| field.key == name);
        let words = into.as_deref().filter(|into| !own && kinds.get(into).is_some());
        ask::put(cx, desk, words.unwrap_or(kind.id), &fields, &mut inputs, (name, text))?;
    }
    Ok(inputs)
}
