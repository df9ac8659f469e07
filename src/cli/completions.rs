//! `qiantai completions`: completion of commands and options in a shell.

use clap::{ArgMatches, Command, value_parser};
use clap_complete::Shell;
use serde_json::json;

use super::{Cx, Result, args, command_line};
use crate::text::lang::Lang;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "completions").arg(
        args::positional(lang, "shell")
            .required(true)
            .value_parser(value_parser!(Shell))
            .hide_possible_values(true),
    )
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let Some(shell) = matches.get_one::<Shell>("shell").copied() else { return Ok(()) };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command_line(cx.lang), "qiantai", &mut script);
    let script = String::from_utf8_lossy(&script);
    cx.say(|| json!({ "shell": shell.to_string(), "script": script }), || script.to_string())
}
