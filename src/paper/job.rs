//! Printing from start to end: data, layout, file or printer, and the entry that records it.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::engine::{Engine, Pdf};
use super::forms::{Clerk, day, file};
use super::{Fault, PaperError, out};
use crate::counter::household_file::{self, Leaf};
use crate::counter::{CounterError, Session, printing, review, settings_of};
use crate::desk::case::Case;
use crate::desk::form::Form;
use crate::desk::why::{Arg, Why};
use crate::store::Store;
use crate::store::past::Past;
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;

/// Entries of a household's file that are read at a time.
const PAGE: usize = 500;

/// What is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A form of a case: of that id, else the usual one.
    Case {
        /// The case's number.
        number: String,
        /// The form's id.
        form: Option<String>,
    },
    /// The report of a day.
    Day(NaiveDate),
    /// The file of a household.
    Household(String),
}

/// Where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Into this file.
    Save(PathBuf),
    /// To the printer of that name, else the default one.
    Printer(Option<String>),
    /// Into the program that the system has for PDFs.
    Open,
}

/// Who prints what and when.
#[derive(Debug, Clone)]
pub struct Job {
    /// What.
    pub what: What,
    /// Who.
    pub session: Session,
    /// When.
    pub now: DateTime<Utc>,
    /// The language of the paper.
    pub lang: Lang,
}

/// A sheet before it goes anywhere.
pub struct Sheet {
    /// The document.
    pub pdf: Pdf,
    /// A name for its file.
    pub name: String,
    /// Its title, in the language of the paper.
    pub title: String,
    /// What is recorded: the case, the form, and how often it was printed before.
    of: Option<(Case, &'static Form, u32)>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The file it is in, if it is in one.
    pub path: Option<PathBuf>,
    /// The form's id; for other sheets that of their template.
    pub form: String,
    /// How often it was printed before.
    pub copies: u32,
    /// Its pages.
    pub pages: usize,
    /// Characters without a glyph.
    pub missing: Vec<char>,
    /// Faults of edited templates.
    pub faults: Vec<Fault>,
}

impl Printed {
    /// The sentence that says where it went.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let form = t(lang, &format!("paper.form.{}", self.form), &[]);
        let pages = self.pages.to_string();
        match &self.path {
            Some(path) => {
                let path = harmless(&path.display().to_string()).into_owned();
                t(lang, "paper.saved", &[("form", &form), ("pages", &pages), ("path", &path)])
            }
            None => t(lang, "paper.sent", &[("form", &form), ("pages", &pages)]),
        }
    }
}

impl Job {
    /// Lays the sheet out. Nothing is recorded: this is a preview until it [goes out](Self::send).
    ///
    /// # Errors
    /// There is no such case or form, the form can't be printed now, or laying out fails.
    pub fn sheet(&self, engine: &Engine, store: &Store) -> Result<Sheet, PaperError> {
        let settings = settings_of(store)?;
        let clerk =
            Clerk { store, settings: &settings, session: &self.session, now: self.now, lang: self.lang };
        let (template, data, name, of) = match &self.what {
            What::Case { number, form } => {
                let case = case(store, number)?;
                let offered = printing::plan(store, &self.session, &case, form.as_deref())?;
                let data = clerk.of_case(&case, offered.form, offered.copies)?;
                let name = format!("{}-{}", case.number, offered.form.id);
                (offered.form.id, data, name, Some((case, offered.form, offered.copies)))
            }
            What::Day(day) => {
                let review = review::review(store, self.now, *day)?;
                (day::TEMPLATE, clerk.of_day(&review), format!("{}-{day}", day::TEMPLATE), None)
            }
            What::Household(unit) => {
                let cover = household_file::cover(store, &self.session, unit)?;
                let leaves = leaves(store, &self.session, &cover.household.unit)?;
                let name = format!("{}-{}", file::TEMPLATE, cover.household.unit);
                (file::TEMPLATE, clerk.of_household(&cover, &leaves), name, None)
            }
        };
        let title = data.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
        let pdf = engine.render(template, &data, self.lang)?;
        Ok(Sheet { pdf, name: out::plain_name(&name), title, of })
    }

    /// Lays the sheet out, brings it on its way and records it.
    ///
    /// A file is written whole before the print is recorded and bears its name only afterwards. A printer has
    /// the sheet before that: what the printer refuses was not printed.
    ///
    /// # Errors
    /// As [`Self::sheet`]; the file can't be written, there is no printer, or somebody else printed meanwhile.
    pub fn send(&self, engine: &Engine, store: &mut Store, way: &Way) -> Result<Printed, PaperError> {
        if let What::Case { number, form } = &self.what {
            let case = case(store, number)?;
            printing::may_print(store, &self.session, self.now, &case, form.as_deref())?;
        }
        let sheet = self.sheet(engine, store)?;
        let path = match way {
            Way::Save(path) => {
                let waiting = out::write(path, &sheet.pdf.bytes)?;
                self.record(store, &sheet)?;
                Some(waiting.keep()?)
            }
            Way::Printer(printer) => {
                out::to_printer(printer.as_deref(), &sheet.name, &sheet.pdf.bytes)?;
                self.record(store, &sheet)?;
                None
            }
            Way::Open => {
                let book =
                    store.path().and_then(std::path::Path::parent).unwrap_or(std::path::Path::new("."));
                let path = out::to_be_opened(book, &sheet.name, self.now)?;
                let waiting = out::write(&path, &sheet.pdf.bytes)?;
                self.record(store, &sheet)?;
                let path = waiting.keep()?;
                out::open(&path)?;
                Some(path)
            }
        };
        let (form, copies) = match (&sheet.of, &self.what) {
            (Some((_, form, copies)), _) => (form.id, *copies),
            (None, What::Household(_)) => (file::TEMPLATE, 0),
            (None, _) => (day::TEMPLATE, 0),
        };
        let Pdf { pages, missing, faults, .. } = sheet.pdf;
        Ok(Printed { path, form: form.to_owned(), copies, pages: pages.len(), missing, faults })
    }

    fn record(&self, store: &mut Store, sheet: &Sheet) -> Result<(), PaperError> {
        if let Some((case, form, copies)) = &sheet.of {
            printing::record(store, &self.session, self.now, &case.number, form, *copies)?;
        }
        Ok(())
    }
}

fn case(store: &Store, number: &str) -> Result<Case, PaperError> {
    let unknown = || Why::new("counter.why.no_such_case").with("number", Arg::Text(number.to_owned()));
    Ok(store.case(number)?.ok_or_else(|| CounterError::from(unknown()))?)
}

fn leaves(store: &Store, session: &Session, unit: &str) -> Result<Vec<Leaf>, PaperError> {
    let mut leaves: Vec<Leaf> = Vec::new();
    loop {
        let part = Past::After(leaves.last().map(|leaf| leaf.seq));
        let read = household_file::leaves(store, session, unit, part, PAGE)?;
        let more = read.len() == PAGE;
        leaves.extend(read);
        if !more {
            return Ok(leaves);
        }
    }
}

/// What there is to say about a sheet beside that it was printed: faults of edited templates, characters
/// without a glyph.
#[must_use]
pub fn remarks(missing: &[char], faults: &[Fault], lang: Lang) -> Vec<String> {
    let mut remarks: Vec<String> =
        faults.iter().map(|fault| t(lang, "paper.faulty", &[("fault", &fault.say(lang))])).collect();
    if !missing.is_empty() {
        let shown = missing.iter().map(|c| format!("{c} (U+{:04X})", *c as u32));
        let characters = shown.collect::<Vec<_>>().join(", ");
        remarks.push(t(lang, "paper.missing", &[("characters", &crate::text::plain::harmless(&characters))]));
    }
    remarks
}
