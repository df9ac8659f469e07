//! A sheet as the office's list of what it has: a line for each thing, with how many and at what price.

use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::cells;
use super::headings::{Field, Mapping, heading};
use super::rows::{self, Faults, Rows, rule};
use super::sheet::{Sheet, SheetRow};
use crate::counter::equipment::{Ledger, ThingRow};
use crate::desk::field::Values;
use crate::desk::why::{Arg, Why};

/// Reads the rows of a sheet as things that the office has. Rows are passed over as in a roster.
///
/// `progress` hears how many of how many rows are done.
///
/// # Errors
/// The mapping has no thing or no count, or the work was broken off.
pub fn plan(
    sheet: &Sheet,
    mapping: &Mapping,
    today: NaiveDate,
    progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Ledger, Why> {
    let read = |rows: &mut Rows, row: &SheetRow, faults: &mut Faults| ThingRow {
        row: row.number,
        values: values(rows, row, today, faults),
    };
    let taken = rows::each(sheet, mapping, progress, read, |_, _| {})?;
    let column = mapping.columns_of(Field::Thing).next().unwrap_or_default();
    let thing_column = heading(sheet, mapping.header_row, column);
    Ok(Ledger { read: taken.read, rows: taken.rows, problems: taken.problems, thing_column })
}

fn values(rows: &Rows, row: &SheetRow, today: NaiveDate, faults: &mut Faults) -> Values {
    let mut values = Values::new();
    for (key, field) in [
        ("thing", Field::Thing),
        ("model", Field::Model),
        ("per", Field::Per),
        ("place", Field::Place),
        ("keeper", Field::Keeper),
        ("remark", Field::Remark),
    ] {
        values.extend(rows.text(row, field, faults).map(|text| (key.to_owned(), text.into())));
    }
    let missing = |field: Field, key: &str, faults: &mut Faults| {
        faults.keep::<()>(rows.column(field), Err(rule(Why::new(key))));
    };
    let before = faults.count();
    if !values.contains_key("thing") && before == 0 {
        missing(Field::Thing, "exchange.why.thing_missing", faults);
    }
    let before = faults.count();
    let count = rows.cell(row, Field::Count, faults, |text, _| cells::count(text));
    if count.is_none() && faults.count() == before {
        missing(Field::Count, "exchange.why.count_missing", faults);
    }
    let Some((count, per)) = count else { return values };
    values.insert("count".into(), count.into());
    if let Some(per) = per {
        values.entry("per").or_insert(per.into());
    }
    let before = faults.count();
    let amount = |field: Field, faults: &mut Faults| {
        rows.cell(row, field, faults, |text, cell| cells::amount(cell, text))
    };
    let price = amount(Field::Price, faults).or_else(|| {
        // Lists that say what all of them cost are as good, where it comes out even.
        let cost = amount(Field::Cost, faults)?;
        if cost % count != 0 {
            let why = Why::new("exchange.why.cost_not_even")
                .with("cost", Arg::Money(cost))
                .with("count", Arg::Number(count));
            faults.keep::<()>(rows.column(Field::Cost), Err(rule(why)));
        }
        Some(cost / count)
    });
    match price {
        Some(price) => drop(values.insert("price".into(), price.into())),
        None if faults.count() == before => missing(Field::Price, "exchange.why.price_missing", faults),
        None => {}
    }
    let day = rows.cell(row, Field::BoughtOn, faults, |text, cell| cells::day(cell, text, today));
    values.extend(day.map(|day| ("bought_on".to_owned(), day.to_string().into())));
    values
}
