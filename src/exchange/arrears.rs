//! A sheet as the finance office's list of charges owed: a line for each charge of a household.

use std::ops::ControlFlow;

use super::cells;
use super::headings::{Field, Mapping, heading};
use super::rows::{self, rule};
use super::sheet::Sheet;
use crate::counter::arrears::{ChargeList, ChargeRow};
use crate::desk::household::Owed;
use crate::desk::why::Why;

/// Reads the rows of a sheet as charges owed. Rows are passed over and merged cells hold as in a roster.
///
/// `progress` hears how many of how many rows are done.
///
/// # Errors
/// The mapping has no unit or no amount, or the work was broken off.
pub fn plan(
    sheet: &Sheet,
    mapping: &Mapping,
    progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<ChargeList, Why> {
    let taken = rows::each(
        sheet,
        mapping,
        progress,
        |rows, row, faults| {
            let item = rows.text(row, Field::Item, faults).unwrap_or_default();
            let period = rows.text(row, Field::Period, faults).unwrap_or_default();
            let before = faults.is_empty();
            let amount = rows.cell(row, Field::Amount, faults, |text, cell| cells::amount(cell, text));
            if amount.is_none() && before && faults.is_empty() {
                let missing = Why::new("exchange.why.amount_missing");
                faults.keep::<()>(rows.column(Field::Amount), Err(rule(missing)));
            }
            let unit = rows.unit(row, true, faults).unwrap_or_default();
            let owed = Owed { item, period, amount: amount.unwrap_or_default() };
            ChargeRow { row: row.number, unit, owed }
        },
        |_, _| {},
    )?;
    let columns = [Field::Unit, Field::Room, Field::Building];
    let column = columns.into_iter().find_map(|field| mapping.columns_of(field).next()).unwrap_or_default();
    let unit_column = heading(sheet, mapping.header_row, column);
    Ok(ChargeList { read: taken.read, rows: taken.rows, problems: taken.problems, unit_column })
}
