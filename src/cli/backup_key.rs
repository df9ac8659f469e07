//! `qiantai backup-key`: whether copies are encrypted, and to whose key.

use std::path::PathBuf;

use clap::{ArgMatches, Command, value_parser};
use serde_json::json;

use super::{Cx, Desk, Result, args, ask};
use crate::counter::copy_key;
use crate::store::sealed::ExposeSecret as _;
use crate::text::lang::{Lang, t};

pub(super) fn command(lang: Lang) -> Command {
    let below = |name: &'static str| {
        Command::new(name).about(t(lang, &format!("cli.backup-key.{name}.about"), &[])).after_help(t(
            lang,
            &format!("cli.backup-key.{name}.example"),
            &[],
        ))
    };
    let file = args::option(lang, "key-file", "FILE").short('o').long("output");
    args::command(lang, "backup-key")
        .subcommand_required(true)
        .subcommand(below("new").arg(file.value_parser(value_parser!(PathBuf))))
        .subcommand(below("use").arg(args::positional(lang, "public-key").required(true)))
        .subcommand(below("show"))
        .subcommand(below("off"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let Some((what, matches)) = matches.subcommand() else { return Ok(()) };
    let mut desk = cx.enter()?;
    let Desk { store, session, settings } = &mut desk;
    match what {
        "new" => {
            let file = matches.get_one::<PathBuf>("key-file");
            let key = copy_key::new_key(store, session, cx.now, file.map(PathBuf::as_path))?;
            let file = file.map(|file| file.display().to_string());
            let secret = key.secret.expose_secret();
            cx.say(
                || json!({ "public_key": key.public, "secret_key": secret, "file": file }),
                || {
                    let words = [("public", key.public.as_str()), ("secret", secret)];
                    let mut said = cx.t("cli.backup-key.made", &words);
                    if let Some(file) = &file {
                        said.push('\n');
                        said.push_str(&cx.t("cli.backup-key.written", &[("file", file)]));
                    }
                    said
                },
            )
        }
        "use" => {
            let public = ask::text(matches, "public-key").trim();
            copy_key::use_key(store, session, cx.now, public)?;
            state(cx, public)
        }
        "off" => {
            copy_key::use_none(store, session, cx.now)?;
            state(cx, "")
        }
        _ => state(cx, &settings.backup.key),
    }
}

/// Whether copies are encrypted.
fn state(cx: &Cx, public: &str) -> Result {
    let known = Some(public).filter(|public| !public.is_empty());
    cx.say(
        || json!({ "public_key": known }),
        || match known {
            Some(public) => cx.t("cli.backup-key.on", &[("public", public)]),
            None => cx.t("cli.backup-key.none", &[]),
        },
    )
}
