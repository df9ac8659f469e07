//! Writing cases and households as files that other programs read.
//!
//! - `.xlsx`: one sheet, further ones where a spreadsheet has no more rows; dates, numbers and flags as such.
//!   The first row has the headings in the reader's language, a hidden second one the names that stay the same.
//! - `.csv`: UTF-8 with its mark; each heading has the name that stays the same in brackets behind it.
//! - `.json`: one document with the values as the book keeps them.
//!
//! Records are read in pages by key as they stood at one instant, and written as they are read: how many
//! there are does not matter. The file appears whole under its name, or not at all.

mod book;
mod cases;
mod document;
mod households;
mod table;
mod text;

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use self::table::{Cell, Column};
use super::whole::{Whole, unwritable};
use crate::counter::exports::{self, Unmasked};
use crate::counter::{CounterError, Session};
use crate::desk::kind::Kind;
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::store::Store;
use crate::text::lang::Lang;

pub(super) use self::cases::{EXTRA, Holds, columns, state_of};
pub use self::households::ID as HOUSEHOLDS;
pub(super) use self::households::rows_of as household_rows;

/// What is written.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// Cases of a kind.
    Cases(&'static Kind),
    /// The directory of households with their residents.
    Households,
}

impl What {
    /// The id of the kind, or [`HOUSEHOLDS`].
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cases(kind) => kind.id,
            Self::Households => HOUSEHOLDS,
        }
    }
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// A workbook.
    #[default]
    Xlsx,
    /// Text with commas.
    Csv,
    /// A document.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Xlsx, Self::Csv, Self::Json];

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format that a file's ending asks for.
    ///
    /// # Errors
    /// The ending is none of those.
    pub fn of(path: &Path) -> Result<Self, Why> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        Self::ALL.into_iter().find(|format| format.ending() == ending).ok_or_else(|| {
            Why::new("exchange.why.export_ending").with("file", Arg::Text(path.display().to_string()))
        })
    }
}

/// What is to be written where, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// What.
    pub what: What,
    /// Cases opened on this day or later.
    pub from: Option<NaiveDate>,
    /// Cases opened on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Telephone numbers in full.
    pub unmask: bool,
    /// The file; its ending says the format.
    pub file: &'a Path,
    /// Whether a file that is there already is replaced.
    pub replace: bool,
    /// The language of headings and words.
    pub lang: Lang,
}

/// What the parts of an export know.
struct Task<'a> {
    what: What,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    unmask: bool,
    lang: Lang,
    settings: &'a Settings,
    now: DateTime<Utc>,
}

/// Why a record can't be written.
#[derive(Debug)]
enum Broken {
    /// The file can't be written.
    Io(io::Error),
    /// A text is longer than a spreadsheet's cell.
    Long,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A file of rows under construction.
trait Rows {
    /// Writes one row.
    fn put(&mut self, cells: &[Cell]) -> Result<(), Broken>;

    /// Writes what comes last.
    fn end(self: Box<Self>) -> Result<(), Broken>;
}

/// A file under construction.
enum Out {
    Rows(Box<dyn Rows>),
    Document(document::Document),
}

impl Out {
    fn end(self) -> Result<(), Broken> {
        match self {
            Self::Rows(rows) => rows.end(),
            Self::Document(document) => document.end(),
        }
    }
}

/// Where a record is made into what the file takes.
trait Records {
    /// The columns of the rows.
    fn columns(&self) -> &[Column];

    /// How many records there are.
    fn count(&self, store: &Store) -> Result<u64, CounterError>;

    /// Hands over the next records: each as its document and its rows, whichever is asked for.
    /// `false` when there are no more.
    fn page(
        &mut self,
        store: &Store,
        take: &mut dyn FnMut(&dyn Record) -> Result<(), CounterError>,
    ) -> Result<bool, CounterError>;
}

/// One record.
trait Record {
    fn document(&self) -> Value;
    fn rows(&self) -> Vec<Vec<Cell>>;
}

/// Writes an export and gives the number of records in it.
///
/// `progress` hears how many of how many records are done; when it breaks off, no file appears.
/// An export with telephone numbers in full is an entry of the journal, made before the file appears.
///
/// # Errors
/// The role refuses, the file is there already or can't be written, or the work was broken off.
pub fn export(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    export: &Export,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<u64, CounterError> {
    let kind = match export.what {
        What::Cases(kind) => Some(kind),
        What::Households => None,
    };
    exports::may_export(store, session, now, kind, export.unmask)?;
    let format = Format::of(export.file)?;
    let settings = crate::counter::settings_of(store)?;
    let whole = Whole::begin(export.file, export.replace)?;
    let file = whole.file()?;
    let task = Task {
        what: export.what,
        from: export.from,
        to: export.to,
        unmask: export.unmask,
        lang: export.lang,
        settings: &settings,
        now,
    };
    let count = store.snapshot(|store| write(store, &task, format, file, export.file, &mut progress))?;
    whole.sync()?;
    if export.unmask {
        let taken = Unmasked { kind, from: export.from, to: export.to, count };
        exports::record(store, session, now, &taken)?;
    }
    whole.keep()?;
    Ok(count)
}

/// Writes all records into the file.
fn write(
    store: &Store,
    task: &Task,
    format: Format,
    file: File,
    name: &Path,
    progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<u64, CounterError> {
    let mut records: Box<dyn Records + '_> = match task.what {
        What::Cases(kind) => Box::new(cases::Cases::new(kind, task, store.kinds())),
        What::Households => Box::new(households::Households::new(task)),
    };
    let broken = |broken: Broken| match broken {
        Broken::Io(error) => unwritable(name, &error),
        Broken::Long => Why::new("exchange.why.export_long").into(),
    };
    let all = records.count(store)? as usize;
    let mut out = match format {
        Format::Xlsx => Out::Rows(Box::new(book::Book::new(file, records.columns()).map_err(broken)?)),
        Format::Csv => Out::Rows(Box::new(text::Text::new(file, records.columns()).map_err(broken)?)),
        Format::Json => {
            Out::Document(document::Document::new(file, task, records.columns()).map_err(broken)?)
        }
    };
    let mut count = 0;
    loop {
        if progress(count, all.max(count)).is_break() {
            return Err(Why::new("exchange.why.export_cancelled").into());
        }
        let more = records.page(store, &mut |record| {
            count += 1;
            match &mut out {
                Out::Rows(rows) => record.rows().iter().try_for_each(|row| rows.put(row)).map_err(broken),
                Out::Document(document) => document.put(&record.document()).map_err(broken),
            }
        })?;
        if !more {
            break;
        }
    }
    out.end().map_err(broken)?;
    if progress(count, count).is_break() {
        return Err(Why::new("exchange.why.export_cancelled").into());
    }
    Ok(count as u64)
}
