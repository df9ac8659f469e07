//! `qiantai init`: set-up without the screen.

use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use super::{Cx, Result, args, ask};
use crate::counter::community::{self, Setup};
use crate::counter::recovery;
use crate::desk::people::Role;
use crate::desk::why::Why;
use crate::store::Store;
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "init")
        .arg(args::option(lang, "community", "NAME").required(true))
        .arg(role(lang).default_value(Role::Supervisor.id()).hide_default_value(true))
}

/// `--role ROLE`.
pub(super) fn role(lang: Lang) -> Arg {
    let known = Role::ALL.map(Role::id).join(", ");
    let unknown = t(lang, "cli.usage.role", &[("known", &known)]);
    Arg::new("role")
        .long("role")
        .value_name("ROLE")
        .value_parser(move |text: &str| Role::from_id(text).ok_or_else(|| unknown.clone()))
        .help(t(lang, "cli.arg.role", &[("known", &known)]))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let name = cx.operator()?;
    let role = matches.get_one("role").copied().unwrap_or(Role::Supervisor);
    // Told before a PIN is asked for.
    if Store::exists(&cx.data) && cx.open_store()?.settings()?.is_some() {
        return Err(Why::new("counter.why.already_set_up").into());
    }
    let pin = ask::first_pin(cx, name)?;
    let community = ask::text(matches, "community");
    let mut store = cx.open_store()?;
    let setup = Setup { community, operator: name, role, pin: &pin };
    let session = community::init(&mut store, cx.now, &setup)?;
    let code = recovery::new_recovery_code(&mut store, &session, cx.now, session.name())?;
    let data = cx.data.display().to_string();
    cx.say(
        || {
            json!({
                "community": community.trim(),
                "operator": session.name(),
                "role": session.role(),
                "data": data,
                "recovery_code": code,
            })
        },
        || {
            cx.t(
                "cli.init.done",
                &[
                    ("community", &harmless(community.trim())),
                    ("operator", session.name()),
                    ("data", &harmless(&data)),
                    ("code", &code),
                ],
            )
        },
    )
}
