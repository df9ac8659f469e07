//! Lines with prices: quotes and bills. Totals are always computed, never typed.

use serde::{Deserialize, Serialize};

use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::settings::{CHARGES, Settings};
use crate::desk::why::{Arg, Why};

/// The columns of a line: something of the charge table, or something else with its own price.
pub const COLUMNS: &[Field] = &[
    Field::new("code", FieldType::Catalogue(CHARGES)),
    Field::new("what", FieldType::Text),
    Field::required("count", FieldType::Count { min: 1, max: 9_999 }).preset(Preset::Number(1)),
    Field::new("price", FieldType::Money),
];

/// One line of a quote or bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeLine {
    /// Code of the charge table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What it is, where the table has nothing for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// How many.
    pub count: i64,
    /// Price of one in fen; the table's where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
}

impl ChargeLine {
    /// Price of one in fen, the table's where the line has none of its own.
    fn price(&self, settings: &Settings) -> Option<i64> {
        self.price.or_else(|| Some(settings.charge(self.code.as_deref()?)?.price))
    }
}

/// The sum of lines in fen.
pub fn total(lines: &[ChargeLine], settings: &Settings) -> i64 {
    lines
        .iter()
        .filter_map(|line| Some(line.price(settings)?.saturating_mul(line.count)))
        .fold(0, i64::saturating_add)
}

/// Writes the table's price into lines that have none: a later change of the table leaves them alone.
pub fn priced(lines: &[ChargeLine], settings: &Settings) -> Vec<ChargeLine> {
    lines.iter().map(|line| ChargeLine { price: line.price(settings), ..line.clone() }).collect()
}

/// Refuses a line that says neither what nor for how much.
pub fn complete(lines: &[ChargeLine], field: &str, settings: &Settings) -> Result<(), Why> {
    for (at, line) in lines.iter().enumerate() {
        let row = Arg::Number(at as i64 + 1);
        if line.code.is_none() && line.what.is_none() {
            return Err(Why::new("desk.why.line_says_nothing").with("row", row).about(field));
        }
        if line.price(settings).is_none() {
            return Err(Why::new("desk.why.line_without_price").with("row", row).about(field));
        }
    }
    Ok(())
}
