//! `qiantai open`: opens a case.

use clap::{ArgMatches, Command};

use super::{Cx, Desk, Error, Result, act, args, ask, shape};
use crate::counter::authority::Deed;
use crate::counter::cases::{self, Done, NewCase};
use crate::desk::field::Values;
use crate::desk::kind::Kind;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;
use crate::text::lang::Lang;
use crate::text::value;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "open")
        .arg(args::positional(lang, "kind").required(true))
        .arg(args::option(lang, "unit", "UNIT"))
        .arg(args::option(lang, "contact", "NAME"))
        .arg(args::option(lang, "phone", "PHONE"))
        .arg(args::options(lang, "set", "FIELD=VALUE"))
        .arg(args::option(lang, "then", "ACTION"))
        .arg(args::option(lang, "with", "NAME"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let kind = kind(&desk, ask::text(matches, "kind"))?;
    let then = matches.get_one::<String>("then").map(|action| action.trim());
    let new = read(cx, &desk, kind, then, matches)?;
    let session = act::vouched(cx, &mut desk, matches, &Deed::open(kind.id))?;
    let done = cases::open(&mut desk.store, &session, cx.now, &new)?;
    say(cx, &desk, "cli.open.done", &done)
}

/// The kind that was named, by its id, its number's prefix or its name.
pub(super) fn kind(desk: &Desk, text: &str) -> Result<&'static Kind> {
    let kinds = desk.store.kinds();
    kinds.get(&value::kind(text, kinds)).ok_or_else(|| unknown_kind(text, kinds).into())
}

/// The refusal of a kind that there is not.
pub(super) fn unknown_kind(text: &str, kinds: crate::desk::kinds::Kinds) -> Why {
    let known = kinds.iter().map(|kind| kind.id).collect::<Vec<_>>().join(", ");
    Why::new("counter.why.unknown_kind")
        .with("value", Arg::Text(text.to_owned()))
        .with("known", Arg::Text(known))
}

/// The opening values, and those of the action done with the same save.
fn read(
    cx: &Cx,
    desk: &Desk,
    kind: &'static Kind,
    then: Option<&str>,
    matches: &ArgMatches,
) -> Result<NewCase> {
    let mut values = cases::only_cases(&desk.store, kind.opening)?;
    let mut inputs = Values::new();
    let mut given = ask::pairs(cx, matches, "set")?;
    let into = given.iter().find(|(name, _)| matches_into(name)).map(|(_, text)| text.as_str());
    let into = into.map(|text| value::kind(text, desk.store.kinds()));
    let asked = match then {
        None => Vec::new(),
        Some(action) => {
            let found = kind.action(action).ok_or_else(|| unknown_action(kind, action))?;
            workflow::inputs_of(kind, found, desk.store.kinds(), into.as_deref())
        }
    };
    for key in ["unit", "contact", "phone"] {
        if let Some(text) = matches.get_one::<String>(key) {
            given.push((key.to_owned(), text.clone()));
        }
    }
    for (name, text) in &given {
        // A name that both have means the opening's field; `then.NAME` means the action's.
        let of_action = name.strip_prefix("then.");
        let opening = kind.opening.iter().any(|field| field.key == name);
        let name = of_action.unwrap_or(name);
        if of_action.is_some() || (!opening && asked.iter().any(|field| field.key == name)) {
            let words = into.as_deref().filter(|_| then == Some(workflow::TURN_INTO.id));
            ask::put(cx, desk, words.unwrap_or(kind.id), &asked, &mut inputs, (name, text))?;
        } else {
            ask::put(cx, desk, kind.id, kind.opening, &mut values, (name, text))?;
        }
    }
    let at_once = then.map(|action| (action.to_owned(), inputs));
    Ok(NewCase { kind: kind.id.to_owned(), values, at_once, draft: None })
}

fn matches_into(name: &str) -> bool {
    matches!(name, "into" | "then.into")
}

/// The refusal of an action that the kind does not have.
pub(super) fn unknown_action(kind: &Kind, action: &str) -> Error {
    let known = kind.all_actions().filter(|action| !action.by_clock).map(|action| action.id);
    Why::new("desk.why.unknown_action")
        .with("action", Arg::Text(action.to_owned()))
        .with("known", Arg::Text(known.collect::<Vec<_>>().join(", ")))
        .into()
}

/// Says what was done: the case, and those that were opened with it.
pub(super) fn say(cx: &Cx, desk: &Desk, key: &str, done: &Done) -> Result {
    cx.say(
        || shape::done(done, desk.store.kinds(), cx.tz.get()),
        || {
            let state = cx.state(&done.case);
            let mut text = cx.t(key, &[("number", &done.case.number), ("state", &state)]);
            for case in &done.also {
                let kind = crate::text::say::kind_name(cx.lang, &case.kind);
                let line = cx.t("cli.open.also", &[("number", &case.number), ("kind", &kind)]);
                text.push('\n');
                text.push_str(&line);
            }
            text.push('\n');
            text.push_str(&cx.page(desk, &done.case));
            text
        },
    )
}
