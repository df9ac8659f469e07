//! Reading what other programs wrote.
//!
//! A roster of households goes through four steps, so that a person can look in between:
//!
//! 1. [`sheet::read_workbook`]: a file → a [`sheet::Sheet`] of cells as text;
//! 2. [`headings::guess`]: the sheet → where its headings stand and a [`headings::Mapping`] of columns to
//!    fields, which the person confirms or changes;
//! 3. [`roster::plan`]: sheet and mapping → a [`Roster`] of rows to take and problems of the others;
//! 4. [`crate::counter::directory::import`]: the roster → the directory, all or nothing.
//!
//! The first three touch neither the directory nor the clock and can run beside the screen.

mod cells;
mod delimited;
pub mod files;
pub mod headings;
pub mod report;
pub mod roster;
pub mod sheet;

pub use self::cells::phones;
pub use crate::counter::directory::{ImportReport, Problem, Reason, Roster};
