//! Arguments in the chosen language: help, headings, and what is said about wrong usage.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, value_parser};

use crate::text::lang::{Lang, t};
use crate::text::plain::{harmless, plain};

/// The language that the arguments ask for, found before they are parsed, so that help and
/// complaints about them are in it already; otherwise that of the system.
pub(super) fn lang(arguments: &[OsString]) -> Lang {
    let texts = || arguments.iter().map(|argument| argument.to_str().unwrap_or_default());
    let after = texts().zip(texts().skip(1)).find(|(flag, _)| *flag == "--lang").map(|(_, tag)| tag);
    let joined = || texts().find_map(|argument| argument.strip_prefix("--lang="));
    after.or_else(joined).and_then(|tag| tag.parse().ok()).unwrap_or_else(Lang::detect)
}

/// A command with its words: `cli.NAME.about` and `cli.NAME.example`.
pub(super) fn command(lang: Lang, name: &'static str) -> Command {
    Command::new(name).about(t(lang, &format!("cli.{name}.about"), &[])).after_help(t(
        lang,
        &format!("cli.{name}.example"),
        &[],
    ))
}

/// A positional argument; its words are under `cli.arg.ID`.
pub(super) fn positional(lang: Lang, id: &'static str) -> Arg {
    Arg::new(id).value_name(id.to_uppercase()).help(t(lang, &format!("cli.arg.{id}"), &[]))
}

/// An option with a value; its words are under `cli.arg.ID`.
pub(super) fn option(lang: Lang, id: &'static str, value: &'static str) -> Arg {
    Arg::new(id).long(id).value_name(value).help(t(lang, &format!("cli.arg.{id}"), &[]))
}

/// An option that can be given several times.
pub(super) fn options(lang: Lang, id: &'static str, value: &'static str) -> Arg {
    option(lang, id, value).action(ArgAction::Append)
}

/// An option without a value.
pub(super) fn flag(lang: Lang, id: &'static str) -> Arg {
    Arg::new(id).long(id).action(ArgAction::SetTrue).help(t(lang, &format!("cli.arg.{id}"), &[]))
}

/// `--limit N`, with what is taken when it is not given.
pub(super) fn limit(lang: Lang, default: &'static str) -> Arg {
    Arg::new("limit")
        .long("limit")
        .value_name("N")
        .default_value(default)
        .hide_default_value(true)
        .value_parser(number(lang, 1..=100_000))
        .help(t(lang, "cli.arg.limit", &[("default", default)]))
}

/// Reads a number within bounds; full-width digits too.
pub(super) fn number(lang: Lang, bounds: RangeInclusive<u32>) -> ValueParser {
    let (min, max) = (bounds.start().to_string(), bounds.end().to_string());
    let wrong = t(lang, "cli.usage.number", &[("min", &min), ("max", &max)]);
    ValueParser::from(move |text: &str| {
        let number = plain(text).trim().parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| wrong.clone())
    })
}

/// The options that every command takes.
pub(super) fn globals(root: Command, lang: Lang) -> Command {
    let tag = move |text: &str| text.parse::<Lang>().map_err(|_| t(lang, "cli.usage.language", &[]));
    root.version(env!("CARGO_PKG_VERSION"))
        .arg(
            option(lang, "data", "DIR")
                .env("QIANTAI_DATA")
                .hide_env(true)
                .global(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(option(lang, "lang", "zh-CN|en").global(true).value_parser(tag))
        .arg(option(lang, "operator", "NAME").env("QIANTAI_OPERATOR").hide_env(true).global(true))
        .arg(flag(lang, "json").global(true))
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true).help(t(
            lang,
            "cli.arg.help",
            &[],
        )))
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help(t(
            lang,
            "cli.arg.version",
            &[],
        )))
}

/// Headings in the language, for a command and all below it.
pub(super) fn localized(command: Command, lang: Lang) -> Command {
    let template = format!(
        "{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}\n",
        t(lang, "cli.heading.usage", &[])
    );
    command
        .help_template(template)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(t(lang, "cli.heading.commands", &[]))
        .mut_args(|arg| {
            let heading = match (arg.is_positional(), arg.is_global_set()) {
                (true, _) => "arguments",
                (_, true) => "general",
                (_, false) => "options",
            };
            arg.help_heading(t(lang, &format!("cli.heading.{heading}"), &[]))
        })
        .mut_subcommands(|below| localized(below, lang))
}

/// One sentence about a wrong call, and where to read how it is done.
pub(super) fn usage_sentence(error: &clap::Error, lang: Lang) -> String {
    let context = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let arg = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let (key, what) = match error.kind() {
        ErrorKind::UnknownArgument => ("unknown_argument", arg),
        ErrorKind::InvalidSubcommand => ("unknown_command", context(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => ("missing", arg),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("missing_command", String::new())
        }
        ErrorKind::InvalidValue if value.is_empty() => ("no_value", arg),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => ("no_value", arg),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => ("wrong_value", arg),
        ErrorKind::ArgumentConflict => ("conflict", arg),
        ErrorKind::InvalidUtf8 => ("not_utf8", String::new()),
        _ => ("other", String::new()),
    };
    let reason = std::error::Error::source(error).map(ToString::to_string);
    let possible = context(ContextKind::ValidValue);
    let mut sentence =
        t(lang, &format!("cli.usage.{key}"), &[("arg", &harmless(&what)), ("value", &harmless(&value))]);
    if let Some(reason) = reason {
        sentence.push_str(&t(lang, "cli.usage.reason", &[("reason", &harmless(&reason))]));
    }
    if !possible.is_empty() {
        sentence.push_str(&t(lang, "cli.usage.possible", &[("possible", &possible)]));
    }
    sentence.push_str(&t(lang, "cli.usage.see", &[]));
    sentence
}
