//! `qiantai man`: the manual page of the program or of one command.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{COMMANDS, Cx, Error, Result, args, command_line};
use crate::text::lang::Lang;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "man").arg(args::positional(lang, "command"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut root = command_line(cx.lang);
    root.build();
    let page = if let Some(name) = matches.get_one::<String>("command") {
        let Some(command) = root.find_subcommand(name) else {
            let known = COMMANDS.iter().map(|entry| (entry.command)(cx.lang).get_name().to_owned());
            let known = known.collect::<Vec<_>>().join(", ");
            return Err(Error::Usage(cx.t("cli.error.no_such_command", &[("known", &known)])));
        };
        command.clone().name(format!("qiantai-{name}")).bin_name(format!("qiantai {name}"))
    } else {
        root
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    cx.say(|| json!({ "page": text }), || text.to_string())
}
