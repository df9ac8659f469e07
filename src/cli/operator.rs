//! `qiantai operator`: who may log in.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, ask, init, plain};
use crate::counter::{operators, recovery};
use crate::desk::people::{Operator, Role};
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;

pub(super) fn command(lang: Lang) -> Command {
    let below = |name: &'static str| {
        Command::new(name).about(t(lang, &format!("cli.operator.{name}.about"), &[])).after_help(t(
            lang,
            &format!("cli.operator.{name}.example"),
            &[],
        ))
    };
    let name = || args::positional(lang, "name").required(true);
    args::command(lang, "operator")
        .subcommand_required(true)
        .subcommand(below("add").arg(name()).arg(init::role(lang).required(true)))
        .subcommand(below("list"))
        .subcommand(below("disable").arg(name()))
        .subcommand(below("enable").arg(name()))
        .subcommand(below("set-role").arg(name()).arg(init::role(lang).required(true)))
        .subcommand(below("set-pin").arg(name()))
        .subcommand(below("recover").arg(name()))
        .subcommand(below("new-recovery-code").arg(name()))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let Some((what, matches)) = matches.subcommand() else { return Ok(()) };
    if what == "recover" {
        // Whoever needs it can't log in.
        return recover(cx, ask::text(matches, "name").trim());
    }
    let mut desk = cx.enter()?;
    if what == "list" {
        return list(cx, &desk);
    }
    let name = ask::text(matches, "name").trim();
    let Desk { store, session, .. } = &mut desk;
    if what == "new-recovery-code" {
        let code = recovery::new_recovery_code(store, session, cx.now, name)?;
        return code_made(cx, name, &code);
    }
    let operator = match what {
        "add" => {
            let role = matches.get_one("role").copied().unwrap_or(Role::Receptionist);
            let pin = ask::new_pin(cx, name)?;
            operators::add(store, session, cx.now, name, role, &pin)?
        }
        "set-role" => {
            let role = matches.get_one("role").copied().unwrap_or(Role::Receptionist);
            operators::change_role(store, session, cx.now, name, role)?
        }
        "set-pin" => {
            let pin = ask::new_pin(cx, name)?;
            operators::set_pin(store, session, cx.now, name, &pin)?;
            let known = store.operators()?.into_iter().find(|operator| operator.name == name);
            known.unwrap_or(Operator { name: name.to_owned(), role: session.role(), disabled: false })
        }
        _ => operators::disable(store, session, cx.now, name, what == "disable")?,
    };
    let done = format!("cli.operator.{what}.done");
    cx.say(
        || document(&operator),
        || cx.t(&done, &[("name", &operator.name), ("role", &role(cx, &operator))]),
    )
}

/// Sets a new PIN by the recovery code.
fn recover(cx: &Cx, name: &str) -> Result {
    let mut store = cx.store()?;
    let code = ask::recovery_code(cx, name)?;
    let pin = ask::new_pin(cx, name)?;
    let next = recovery::recover(&mut store, cx.now, name, &code, &pin)?;
    code_made(cx, name, &next)
}

/// Shows a recovery code, this once.
fn code_made(cx: &Cx, name: &str, code: &str) -> Result {
    cx.say(
        || json!({ "name": name, "recovery_code": code }),
        || cx.t("cli.operator.code_made", &[("name", &harmless(name)), ("code", code)]),
    )
}

fn list(cx: &Cx, desk: &Desk) -> Result {
    let operators = desk.store.operators()?;
    cx.say(
        || json!({ "operators": operators.iter().map(document).collect::<Vec<_>>() }),
        || {
            let rows = operators.iter().map(|operator| {
                let able = if operator.disabled { "cli.operator.disabled" } else { "cli.operator.able" };
                vec![operator.name.clone(), role(cx, operator), cx.t(able, &[])]
            });
            plain::table(&cx.headings(&["name", "role", "state"]), rows.collect(), &[])
        },
    )
}

fn role(cx: &Cx, operator: &Operator) -> String {
    cx.t(&format!("people.role.{}", operator.role.id()), &[])
}

fn document(operator: &Operator) -> Value {
    json!({ "name": operator.name, "role": operator.role, "disabled": operator.disabled })
}
