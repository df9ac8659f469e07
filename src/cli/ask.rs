//! What is asked for beside the arguments (PINs), and reading `FIELD=VALUE` and typed days.

use std::env::VarError;
use std::io::{IsTerminal as _, Write};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use clap::ArgMatches;
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use super::{Cx, Desk, Error, Result};
use crate::counter::copy_key;
use crate::desk::field::{Field, Values};
use crate::desk::why::{Arg, Why};
use crate::store::sealed::{self, Key, Needs};
use crate::text::plain::{harmless, plain};
use crate::text::typed;
use crate::text::value::{Typing, typed_value};

/// The environment variable with the operator's PIN.
const PIN: &str = "QIANTAI_PIN";
/// The environment variable with the PIN that another operator gets.
const NEW_PIN: &str = "QIANTAI_NEW_PIN";
/// The environment variable with the PIN of the supervisor who gives her word.
const SECOND_PIN: &str = "QIANTAI_SECOND_PIN";
/// The environment variable with a recovery code.
const RECOVERY_CODE: &str = "QIANTAI_RECOVERY_CODE";
/// The environment variable with the secret key of encrypted copies.
const BACKUP_KEY: &str = "QIANTAI_BACKUP_KEY";
/// The environment variable with the passphrase of a copy.
const BACKUP_PASSPHRASE: &str = "QIANTAI_BACKUP_PASSPHRASE";

/// The operator's PIN, from the environment or asked on the terminal. Never an argument: those are
/// seen by everybody on the computer.
pub(super) fn pin(cx: &Cx, name: &str) -> Result<String> {
    match from_environment(cx, PIN)? {
        Some(pin) => Ok(pin),
        None => prompt(cx, &cx.t("cli.ask.pin", &[("name", &harmless(name))]), PIN),
    }
}

/// The PIN of the supervisor who gives her word, from the environment or asked on the terminal.
pub(super) fn second_pin(cx: &Cx, name: &str) -> Result<String> {
    match from_environment(cx, SECOND_PIN)? {
        Some(pin) => Ok(pin),
        None => prompt(cx, &cx.t("cli.ask.second_pin", &[("name", &harmless(name))]), SECOND_PIN),
    }
}

/// A recovery code, from the environment or asked on the terminal.
pub(super) fn recovery_code(cx: &Cx, name: &str) -> Result<String> {
    match from_environment(cx, RECOVERY_CODE)? {
        Some(code) => Ok(code),
        None => prompt(cx, &cx.t("cli.ask.recovery_code", &[("name", &harmless(name))]), RECOVERY_CODE),
    }
}

/// What opens an encrypted copy: the secret key from a file that was named, else key or passphrase from
/// the environment or asked on the terminal; nothing for a copy that is not encrypted.
pub(super) fn copy_key(cx: &Cx, copy: &Path, identity: Option<&Path>) -> Result<Option<Key>> {
    let needs = sealed::needs(copy)?;
    let (variable, words) = match needs {
        Needs::Nothing => return Ok(None),
        Needs::Key => (BACKUP_KEY, "cli.ask.backup_key"),
        Needs::Passphrase => (BACKUP_PASSPHRASE, "cli.ask.backup_passphrase"),
    };
    if let Some(file) = identity.filter(|_| needs == Needs::Key) {
        return Ok(Some(copy_key::key_file(file)?));
    }
    let text = if let Some(text) = from_environment(cx, variable)? {
        text
    } else {
        let name = copy.display().to_string();
        prompt(cx, &cx.t(words, &[("file", &harmless(&name))]), variable)?
    };
    Ok(Some(copy_key::typed_key(&text, needs)?))
}

/// The passphrase of a copy that is made, asked twice.
pub(super) fn copy_passphrase(cx: &Cx) -> Result<String> {
    if let Some(passphrase) = from_environment(cx, BACKUP_PASSPHRASE)? {
        return Ok(passphrase);
    }
    let passphrase = prompt(cx, &cx.t("cli.ask.new_passphrase", &[]), BACKUP_PASSPHRASE)?;
    let again = prompt(cx, &cx.t("cli.ask.passphrase_again", &[]), BACKUP_PASSPHRASE)?;
    let differ = || Error::Said(cx.t("cli.error.passphrases_differ", &[]));
    if passphrase == again { Ok(passphrase) } else { Err(differ()) }
}

/// The PIN of a first operator, asked twice.
pub(super) fn first_pin(cx: &Cx, name: &str) -> Result<String> {
    chosen(cx, name, PIN)
}

/// A new PIN for an operator, asked twice.
pub(super) fn new_pin(cx: &Cx, name: &str) -> Result<String> {
    chosen(cx, name, NEW_PIN)
}

fn chosen(cx: &Cx, name: &str, variable: &str) -> Result<String> {
    if let Some(pin) = from_environment(cx, variable)? {
        return Ok(pin);
    }
    let name = harmless(name);
    let pin = prompt(cx, &cx.t("cli.ask.new_pin", &[("name", &name)]), variable)?;
    let again = prompt(cx, &cx.t("cli.ask.again", &[("name", &name)]), variable)?;
    if pin == again { Ok(pin) } else { Err(Error::Said(cx.t("cli.error.pins_differ", &[]))) }
}

fn from_environment(cx: &Cx, variable: &str) -> Result<Option<String>> {
    match std::env::var(variable) {
        Ok(pin) => Ok(Some(pin)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::Said(cx.t("cli.usage.not_utf8", &[]))),
    }
}

fn prompt(cx: &Cx, words: &str, variable: &str) -> Result<String> {
    let nobody = || Error::Said(cx.t("cli.error.no_terminal", &[("variable", variable)]));
    // With its input taken from elsewhere the program is run by a script that nobody watches.
    if !std::io::stdin().is_terminal() {
        return Err(nobody());
    }
    let mut paper = paper().ok_or_else(nobody)?;
    let typed = unseen(&mut paper, words).map_err(|_| nobody())?;
    typed.ok_or_else(|| Error::Said(cx.t("cli.error.not_typed", &[])))
}

/// Where a person sees the question: standard output may be a document for another program.
fn paper() -> Option<Box<dyn Write>> {
    if std::io::stderr().is_terminal() {
        Some(Box::new(std::io::stderr()))
    } else if std::io::stdout().is_terminal() {
        Some(Box::new(std::io::stdout()))
    } else {
        None
    }
}

/// The terminal while it shows nothing of what is typed; as it was when this goes.
struct Quiet;

impl Quiet {
    fn new() -> std::io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = terminal::disable_raw_mode();
    }
}

/// Asks, and reads a line that is not shown; nothing where the person gave it up.
///
/// The terminal is quiet before the question stands there: whoever types at once is not shown either.
/// Crates that ask for passwords ask first, and leave the terminal quiet when Ctrl+C ends them.
fn unseen(paper: &mut dyn Write, words: &str) -> std::io::Result<Option<String>> {
    let quiet = Quiet::new()?;
    write!(paper, "{words}")?;
    paper.flush()?;
    let typed = line();
    drop(quiet);
    writeln!(paper)?;
    typed
}

fn line() -> std::io::Result<Option<String>> {
    let mut typed = String::new();
    loop {
        let Event::Key(key) = event::read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
            // A line that was typed before the question ends with a line feed, which is Ctrl+J.
            (KeyCode::Enter, _) | (KeyCode::Char('j'), true) => return Ok(Some(typed)),
            (KeyCode::Esc, _) | (KeyCode::Char('c' | 'd'), true) => return Ok(None),
            (KeyCode::Char('u'), true) => typed.clear(),
            (KeyCode::Backspace, _) | (KeyCode::Char('h'), true) => drop(typed.pop()),
            (KeyCode::Char(c), false) => typed.push(c),
            _ => {}
        }
    }
}

/// Splits `NAME=TEXT`.
pub(super) fn split(cx: &Cx, given: &str) -> Result<(String, String)> {
    let wrong = || Error::Usage(cx.t("cli.error.pair", &[("given", &harmless(given))]));
    // An input method left on types the full-width sign.
    let (name, value) = given.split_once(['=', '\u{ff1d}']).ok_or_else(wrong)?;
    let name = name.trim().to_owned();
    if name.is_empty() { Err(wrong()) } else { Ok((name, value.to_owned())) }
}

/// Splits `NAME=TEXT`, the name in its plain form.
fn pair(cx: &Cx, given: &str) -> Result<(String, String)> {
    let (name, value) = split(cx, given)?;
    Ok((plain(&name), value))
}

/// All pairs given with an option.
pub(super) fn pairs(cx: &Cx, matches: &ArgMatches, id: &str) -> Result<Vec<(String, String)>> {
    matches.get_many::<String>(id).into_iter().flatten().map(|given| pair(cx, given)).collect()
}

/// Reads one typed value by its field and adds it.
pub(super) fn put(
    cx: &Cx,
    desk: &Desk,
    kind: &str,
    fields: &[Field],
    values: &mut Values,
    (name, text): (&str, &str),
) -> Result {
    let field = fields.iter().find(|field| field.key == name).ok_or_else(|| unknown_field(name, fields))?;
    let typing = Typing { kind, now: cx.now, settings: &desk.settings, kinds: desk.store.kinds() };
    values.insert(name.to_owned(), typed_value(field, text, &typing)?);
    Ok(())
}

/// The refusal of a field that is not asked for.
pub(super) fn unknown_field(name: &str, fields: &[Field]) -> Why {
    let known = fields.iter().map(|field| field.key).collect::<Vec<_>>().join(", ");
    Why::new("desk.why.unknown_field")
        .with("field", Arg::Text(name.to_owned()))
        .with("known", Arg::Text(known))
}

/// A day as people type it.
pub(super) fn day(cx: &Cx, desk: &Desk, text: &str) -> Result<NaiveDate> {
    let today = desk.settings.calendar.day_of(cx.now);
    typed::date(text, today).map_err(|error| error.why().into())
}

/// The day of an option, if it was given.
pub(super) fn day_of(cx: &Cx, desk: &Desk, matches: &ArgMatches, id: &str) -> Result<Option<NaiveDate>> {
    matches.get_one::<String>(id).map(|text| day(cx, desk, text)).transpose()
}

/// An instant as people type it.
pub(super) fn when(cx: &Cx, desk: &Desk, text: &str) -> Result<DateTime<Utc>> {
    typed::when(text, cx.now, desk.settings.calendar.tz()).map_err(|error| error.why().into())
}

/// A case's number as typed, in its plain form.
pub(super) fn number(text: &str) -> String {
    plain(text).trim().to_uppercase()
}

/// A text that must be given.
pub(super) fn text<'a>(matches: &'a ArgMatches, id: &str) -> &'a str {
    // Required arguments are there: parsing refuses a call without them.
    matches.get_one::<String>(id).map_or("", String::as_str)
}
