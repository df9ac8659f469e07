//! The command line: the same counter, for scripts. One file a command.
//!
//! Nothing here decides: commands read what was typed, ask [`crate::counter`] and show the answer,
//! as one JSON document or as text for people. Only `main` prints errors and sets the exit code.

mod act;
mod args;
mod ask;
mod backup;
mod backup_key;
mod callback;
mod callbacks;
mod completions;
mod demo;
mod doctor;
mod export;
mod find;
mod forms;
mod household;
mod import;
mod init;
mod kinds;
mod list;
mod log;
mod man;
mod open;
mod operator;
mod pass;
mod plain;
mod plan;
mod print;
mod progress;
mod report;
mod restore;
mod retention;
mod review;
mod shape;
mod show;
mod sign_off;

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{ArgMatches, Command};
use serde_json::Value;

use self::progress::Progress;
use crate::counter::{self, CounterError, Session};
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::paper::PaperError;
use crate::store::{Store, StoreError};
use crate::text::lang::{Lang, t};

/// How a run of the program ended badly, with the sentence to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A refusal, or something that went wrong.
    #[error("{0}")]
    Refused(String),
    /// The program was called in a wrong way.
    #[error("{0}")]
    Usage(String),
    /// Nobody reads the output any more; nothing is to be said.
    #[error("")]
    Unread,
}

impl Failure {
    /// The exit code: 1 for a refusal, 2 for wrong usage, 0 where only the reader went away.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Unread => 0,
        }
    }
}

/// Why a command ended badly, before it is said.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// The counter refuses.
    #[error(transparent)]
    Counter(#[from] CounterError),
    /// Nothing was printed.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// A sentence that is said already.
    #[error("{0}")]
    Said(String),
    /// Wrong usage, said already.
    #[error("{0}")]
    Usage(String),
    /// The output can't be written.
    #[error(transparent)]
    Output(#[from] std::io::Error),
}

impl From<Why> for Error {
    fn from(why: Why) -> Self {
        Self::Counter(why.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Counter(error.into())
    }
}

type Result<T = ()> = std::result::Result<T, Error>;

/// A command: how it is called, and what it does.
struct Entry {
    command: fn(Lang) -> Command,
    run: fn(&Cx, &ArgMatches) -> Result,
}

/// All commands in the order of the help.
const COMMANDS: &[Entry] = &[
    Entry { command: demo::command, run: demo::run },
    Entry { command: init::command, run: init::run },
    Entry { command: operator::command, run: operator::run },
    Entry { command: import::command, run: import::run },
    Entry { command: export::command, run: export::run },
    Entry { command: find::command, run: find::run },
    Entry { command: household::command, run: household::run },
    Entry { command: kinds::command, run: kinds::run },
    Entry { command: open::command, run: open::run },
    Entry { command: act::command, run: act::run },
    Entry { command: show::command, run: show::run },
    Entry { command: print::command, run: print::run },
    Entry { command: forms::command, run: forms::run },
    Entry { command: list::command, run: list::run },
    Entry { command: plan::command, run: plan::run },
    Entry { command: pass::command, run: pass::run },
    Entry { command: callbacks::command, run: callbacks::run },
    Entry { command: callback::command, run: callback::run },
    Entry { command: review::command, run: review::run },
    Entry { command: sign_off::command, run: sign_off::run },
    Entry { command: backup::command, run: backup::run },
    Entry { command: backup_key::command, run: backup_key::run },
    Entry { command: restore::command, run: restore::run },
    Entry { command: retention::command, run: retention::run },
    Entry { command: report::command, run: report::run },
    Entry { command: doctor::command, run: doctor::run },
    Entry { command: completions::command, run: completions::run },
    Entry { command: man::command, run: man::run },
];

/// The screen, to be opened over the book of a data directory. The command line does not know the
/// screen: `main` opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// The data directory.
    pub data: PathBuf,
    /// The language.
    pub lang: Lang,
    /// The language was asked for, instead of following from the locale.
    pub lang_given: bool,
}

/// What the global options say, and when the command was given.
struct Cx {
    lang: Lang,
    lang_given: bool,
    json: bool,
    data: PathBuf,
    operator: Option<String>,
    now: DateTime<Utc>,
    /// The community's time zone, once its settings are read.
    tz: Cell<Tz>,
    /// What is to be opened when the command is done.
    next: RefCell<Option<Screen>>,
    /// The line that says that it waits for another process.
    waits: Arc<Progress>,
}

/// The counter with somebody logged in.
struct Desk {
    store: Store,
    settings: Arc<Settings>,
    session: Session,
}

impl Cx {
    fn t(&self, key: &str, values: &[(&str, &str)]) -> String {
        t(self.lang, key, values)
    }

    /// The book of the data directory, which must be there.
    fn store(&self) -> Result<Store> {
        if !Store::exists(&self.data) {
            return Err(counter::missing(&self.data).into());
        }
        let mut store = self.open_store()?;
        self.tell_waiting(&mut store);
        if let Some(settings) = store.settings()? {
            self.tz.set(settings.calendar.tz());
        }
        Ok(store)
    }

    /// Logs the operator in: reading needs one too, for the book holds personal data.
    fn enter(&self) -> Result<Desk> {
        let mut store = self.store()?;
        let settings = counter::settings_of(&store)?;
        let name = self.operator()?;
        let pin = ask::pin(self, name)?;
        let session = counter::operators::login(&mut store, name, &pin, self.now)?;
        counter::clock::sweep(&mut store, self.now)?;
        Ok(Desk { store, settings, session })
    }

    fn operator(&self) -> Result<&str> {
        self.operator.as_deref().ok_or_else(|| Error::Usage(self.t("cli.error.no_operator", &[])))
    }

    /// Asks for the screen over the book of a directory, opened when the command is done.
    fn open_screen(&self, data: PathBuf) {
        self.next.replace(Some(Screen { data, lang: self.lang, lang_given: self.lang_given }));
    }

    /// Prints what a command has to say: the document, or the text for people.
    fn say(&self, document: impl FnOnce() -> Value, text: impl FnOnce() -> String) -> Result {
        self.waits.clear();
        let text = if self.json {
            serde_json::to_string_pretty(&document()).map_err(std::io::Error::from)?
        } else {
            text()
        };
        print(text.trim_end())
    }

    fn failure(&self, error: Error) -> Failure {
        self.waits.clear();
        match error {
            Error::Counter(error) => {
                let sentence = counter::say::say(&error, self.lang, self.tz.get());
                // A form puts the cursor into the field that is meant; here its key has to be named.
                let about = match &error {
                    counter::CounterError::Refused(why) if why.guard.is_none() => why.field.as_deref(),
                    _ => None,
                };
                Failure::Refused(about.map_or(sentence.clone(), |field| format!("{field}: {sentence}")))
            }
            Error::Paper(error) => Failure::Refused(error.say(self.lang, self.tz.get())),
            Error::Said(sentence) => Failure::Refused(sentence),
            Error::Usage(sentence) => Failure::Usage(sentence),
            Error::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Failure::Unread,
            Error::Output(error) => {
                Failure::Refused(self.t("cli.error.output", &[("error", &error.to_string())]))
            }
        }
    }
}

fn print(text: &str) -> Result {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

/// The whole command line in a language, as `--help`, completions and the manual show it.
fn command_line(lang: Lang) -> Command {
    let root = args::globals(Command::new("qiantai").about(t(lang, "cli.about", &[])), lang)
        .after_help(t(lang, "cli.example", &[]))
        .subcommands(COMMANDS.iter().map(|entry| (entry.command)(lang)));
    args::localized(root, lang)
}

/// Runs the program with these arguments, the first of them its own name; gives the screen that is
/// to be opened now, if one is.
///
/// # Errors
/// What is to be shown, with the exit code; nothing has been printed about it.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> std::result::Result<Option<Screen>, Failure> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let lang = args::lang(&arguments);
    let lang_given = arguments.iter().any(|argument| argument.to_string_lossy().starts_with("--lang"));
    let matches = match command_line(lang).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            return print(error.render().to_string().trim_end())
                .map(|()| None)
                .map_err(|error| Cx::bare(lang).failure(error));
        }
        Err(error) => return Err(Failure::Usage(args::usage_sentence(&error, lang))),
    };
    let cx = Cx { lang_given, ..Cx::new(lang, &matches)? };
    if Store::exists(&cx.data) {
        log::start(&cx.data);
    }
    let Some((name, matches)) = matches.subcommand() else {
        cx.open_screen(cx.data.clone());
        return Ok(cx.next.take());
    };
    let entry = COMMANDS.iter().find(|entry| (entry.command)(lang).get_name() == name);
    entry.map_or(Ok(()), |entry| (entry.run)(&cx, matches)).map_err(|error| cx.failure(error))?;
    Ok(cx.next.take())
}

impl Cx {
    /// For what is said before anything is known.
    fn bare(lang: Lang) -> Self {
        Self {
            lang,
            lang_given: false,
            json: false,
            data: PathBuf::new(),
            operator: None,
            now: Utc::now(),
            tz: Cell::new(Tz::UTC),
            next: RefCell::new(None),
            waits: Arc::new(Progress::new()),
        }
    }

    fn new(lang: Lang, matches: &ArgMatches) -> std::result::Result<Self, Failure> {
        let data = match matches.get_one::<PathBuf>("data") {
            Some(data) => data.clone(),
            None => directories::ProjectDirs::from("", "", "qiantai")
                .map(|dirs| dirs.data_dir().to_owned())
                .ok_or_else(|| Failure::Usage(t(lang, "cli.error.no_data_directory", &[])))?,
        };
        Ok(Self {
            json: matches.get_flag("json"),
            data,
            // A variable that is set to nothing names nobody.
            operator: matches.get_one::<String>("operator").filter(|name| !name.trim().is_empty()).cloned(),
            ..Self::bare(lang)
        })
    }
}
