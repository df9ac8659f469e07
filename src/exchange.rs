//! Reading what other programs wrote, and writing what they read.
//!
//! A roster of households goes through four steps, so that a person can look in between:
//!
//! 1. [`sheet::read_workbook`]: a file → a [`sheet::Sheet`] of cells as text;
//! 2. [`headings::guess`]: the sheet → where its headings stand and a [`headings::Mapping`] of columns to
//!    fields, which the person confirms or changes;
//! 3. [`roster::plan`]: sheet and mapping → a [`Roster`] of rows to take and problems of the others;
//! 4. [`crate::counter::directory::import`]: the roster → the directory, all or nothing.
//!
//! A list of charges owed goes the same way, by [`arrears::plan`] and [`crate::counter::arrears::import`],
//! and so does the list of what the office has, by [`equipment::plan`] and [`crate::counter::equipment::import`].
//!
//! Cases that were exported ([`export`]) come back by [`cases::read`] and [`crate::counter::imports`].
//!
//! The first three touch neither the directory nor the clock and can run beside the screen.

pub mod arrears;
pub mod cases;
pub mod cells;
mod delimited;
pub mod equipment;
pub mod export;
pub mod files;
pub mod headings;
pub mod report;
pub mod reports;
pub mod roster;
mod rows;
pub mod sheet;
mod whole;

pub use self::cells::phones;
pub use crate::counter::directory::{ImportReport, Problem, Reason, Roster};

use std::ops::ControlFlow;

use chrono::{DateTime, NaiveDate, Utc};

use self::headings::{List, Mapping};
use self::sheet::Sheet;
use crate::counter::arrears::ChargeList;
use crate::counter::equipment::Ledger;
use crate::counter::{CounterError, Session, arrears as charges, directory, equipment as things};
use crate::desk::why::Why;
use crate::store::Store;

/// A list as it was read, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// Households with their residents.
    Households(Roster),
    /// What households owe.
    Arrears(ChargeList),
    /// What the office has.
    Equipment(Ledger),
}

/// Reads the rows of a sheet as the list that its mapping says it is.
///
/// # Errors
/// As [`roster::plan`], [`arrears::plan`] and [`equipment::plan`].
pub fn plan(
    sheet: &Sheet,
    mapping: &Mapping,
    today: NaiveDate,
    progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Planned, Why> {
    match mapping.list {
        List::Households => roster::plan(sheet, mapping, today, progress).map(Planned::Households),
        List::Arrears => arrears::plan(sheet, mapping, progress).map(Planned::Arrears),
        List::Equipment => equipment::plan(sheet, mapping, today, progress).map(Planned::Equipment),
    }
}

impl Planned {
    /// Takes the list in, or with `dry_run` says what that would do.
    ///
    /// # Errors
    /// As [`directory::import`], [`charges::import`] and [`things::import`].
    pub fn take(
        &self,
        store: &mut Store,
        session: &Session,
        now: DateTime<Utc>,
        dry_run: bool,
        progress: impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<ImportReport, CounterError> {
        match self {
            Self::Households(roster) => directory::import(store, session, now, roster, dry_run, progress),
            Self::Arrears(list) => charges::import(store, session, now, list, dry_run, progress),
            Self::Equipment(list) => things::import(store, session, now, list, dry_run, progress),
        }
    }
}
