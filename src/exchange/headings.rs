//! Which column holds what: found by the headings, confirmed or changed by a person.

mod fields;
mod words;

use std::collections::BTreeMap;

pub use self::fields::{Field, List};
use self::words::{folded, meaning};
pub(super) use self::words::{is_blank, occupancy, relation, without_square_metres};
use super::sheet::{Sheet, SheetRow, column_letters};
use crate::desk::why::{Arg, Why};

/// Rows from the top among which the headings are looked for: titles and notes may stand above.
const HEADING_ROWS: usize = 40;

/// Which column holds which field; the rows below `header_row` are data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// What the sheet is a list of.
    pub list: List,
    /// Index in [`Sheet::rows`] of the headings; `None` when there are none and all rows are data.
    pub header_row: Option<usize>,
    columns: BTreeMap<usize, Field>,
}

impl Mapping {
    /// A mapping of no column yet.
    #[must_use]
    pub fn of(list: List) -> Self {
        Self { list, ..Self::default() }
    }

    /// The field of a column.
    #[must_use]
    pub fn field(&self, column: usize) -> Option<Field> {
        self.columns.get(&column).copied()
    }

    /// Columns with their fields, from the left.
    pub fn fields(&self) -> impl Iterator<Item = (usize, Field)> {
        self.columns.iter().map(|(column, field)| (*column, *field))
    }

    /// The columns of a field, from the left.
    pub fn columns_of(&self, field: Field) -> impl Iterator<Item = usize> {
        self.fields().filter(move |(_, known)| *known == field).map(|(column, _)| column)
    }

    /// Gives a column a field, or none. A field that only one column can hold is taken from the other.
    pub fn set(&mut self, column: usize, field: Option<Field>) {
        let Some(field) = field else {
            self.columns.remove(&column);
            return;
        };
        if field != Field::Phone {
            self.columns.retain(|_, known| *known != field);
        }
        self.columns.insert(column, field);
    }

    /// Refuses a mapping that no household can be read with.
    ///
    /// # Errors
    /// No column holds the unit, or the building is known and the room is not; or none holds what is owed,
    /// or the thing and how many there are of it.
    pub fn check(&self) -> Result<(), Why> {
        let has = |field| self.columns_of(field).next().is_some();
        if self.list == List::Equipment {
            let complete = has(Field::Thing) && has(Field::Count);
            return if complete { Ok(()) } else { Err(Why::new("exchange.why.no_thing")) };
        }
        if self.list == List::Arrears && !has(Field::Amount) {
            return Err(Why::new("exchange.why.no_amount"));
        }
        if has(Field::Unit) || (has(Field::Building) && has(Field::Room)) {
            return Ok(());
        }
        Err(Why::new(if has(Field::Room) { "exchange.why.no_building" } else { "exchange.why.no_unit" }))
    }
}

/// What the headings say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guess {
    /// The columns that were understood.
    pub mapping: Mapping,
    /// Columns with a heading that was not understood or whose field another column holds: these are left out.
    pub unmatched: Vec<usize>,
}

/// The heading of a column as it stands there; its letters where there is none.
#[must_use]
pub fn heading(sheet: &Sheet, header_row: Option<usize>, column: usize) -> String {
    header_row
        .and_then(|row| sheet.rows.get(row))
        .map(|row| row.cell(column).text.clone())
        .filter(|text| !text.is_empty())
        .map_or_else(|| column_letters(column), |text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The column that a person names by its heading or its letters.
///
/// # Errors
/// There is no such column.
pub fn column(sheet: &Sheet, header_row: Option<usize>, name: &str) -> Result<usize, Why> {
    let columns = 0..sheet.columns();
    let wanted = folded(name);
    let by_heading = columns
        .clone()
        .find(|column| header_row.is_some() && folded(&heading(sheet, header_row, *column)) == wanted);
    by_heading
        .or_else(|| columns.clone().find(|column| column_letters(*column).eq_ignore_ascii_case(name.trim())))
        .ok_or_else(|| {
            let known: Vec<String> = columns.map(|column| heading(sheet, header_row, column)).collect();
            Why::new("exchange.why.no_such_column")
                .with("column", Arg::Text(name.to_owned()))
                .with("known", Arg::Text(known.join(", ")))
        })
}

/// The field of a list that a person names.
///
/// # Errors
/// There is no such field.
pub fn field(list: List, name: &str) -> Result<Field, Why> {
    let named = Field::from_id(name.trim()).filter(|field| list.fields().contains(field));
    // A heading that means it is taken as well.
    named.or_else(|| meaning(name, list).map(|(field, _)| field)).ok_or_else(|| {
        let known: Vec<&str> = list.fields().iter().map(|field| field.id()).collect();
        Why::new("exchange.why.no_such_field")
            .with("field", Arg::Text(name.to_owned()))
            .with("known", Arg::Text(known.join(", ")))
    })
}

/// Finds the headings: the row, among the first ones, whose cells are understood best.
#[must_use]
pub fn guess(sheet: &Sheet, list: List) -> Guess {
    let mut best: Option<(usize, Mapping)> = None;
    for (at, row) in sheet.rows.iter().take(HEADING_ROWS).enumerate() {
        let mapping = Mapping { list, header_row: Some(at), columns: columns_of(row, list) };
        let fields = mapping.columns.len();
        // One word alone may stand in a title; a unit by itself is a roster still.
        let enough = fields >= 2 || mapping.check().is_ok();
        if enough && best.as_ref().is_none_or(|(most, _)| fields > *most) {
            best = Some((fields, mapping));
        }
    }
    let Some((_, mapping)) = best else {
        let mapping = Mapping::of(list);
        return Guess { mapping, unmatched: Vec::new() };
    };
    let row = mapping.header_row.and_then(|at| sheet.rows.get(at));
    let unmatched = (0..sheet.columns())
        .filter(|column| {
            mapping.field(*column).is_none() && row.is_some_and(|row| !row.cell(*column).is_empty())
        })
        .collect();
    Guess { mapping, unmatched }
}

fn columns_of(row: &SheetRow, list: List) -> BTreeMap<usize, Field> {
    let mut columns: BTreeMap<usize, (Field, usize)> = BTreeMap::new();
    for (column, cell) in row.cells.iter().enumerate() {
        let Some((field, rank)) = meaning(&cell.text, list) else { continue };
        let other = columns.iter().find(|(_, (known, _))| *known == field && field != Field::Phone);
        match other.map(|(column, (_, rank))| (*column, *rank)) {
            Some((_, better)) if better <= rank => continue,
            Some((worse, _)) => {
                columns.remove(&worse);
            }
            None => {}
        }
        columns.insert(column, (field, rank));
    }
    let mut columns: BTreeMap<usize, Field> =
        columns.into_iter().map(|(column, (field, _))| (column, field)).collect();
    // A "unit number" beside a building is the entrance; where nothing else names the flat, it is the flat.
    let has = |field: Field| columns.values().any(|known| *known == field);
    let instead = match (has(Field::Unit), has(Field::Building), has(Field::Room)) {
        (false, false, true) => Some(Field::Room),
        (false, _, false) => Some(Field::UnitPart),
        _ => None,
    };
    for field in columns.values_mut() {
        if Some(*field) == instead {
            *field = Field::Unit;
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sheet::Cell;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        Sheet {
            rows: rows
                .iter()
                .zip(1..)
                .map(|(cells, number)| SheetRow {
                    number,
                    cells: cells.iter().map(|text| Cell::text(text)).collect(),
                })
                .collect(),
            ..Sheet::default()
        }
    }

    fn guessed(headings: &[&str]) -> Vec<Option<&'static str>> {
        let guess = guess(&sheet(&[headings]), List::Households);
        (0..headings.len()).map(|column| guess.mapping.field(column).map(Field::id)).collect()
    }

    #[test]
    fn headings_of_either_language_are_understood() {
        let table: &[(&[&str], &[Option<&str>])] = &[
            (
                &["房号", "业主姓名", "手机号", "面积"],
                &[Some("unit"), Some("name"), Some("phone"), Some("area")],
            ),
            (
                &["楼号", "单元", "房间号", "姓名", "联系电话", "建筑面积（㎡）"],
                &[
                    Some("building"),
                    Some("unit-part"),
                    Some("room"),
                    Some("name"),
                    Some("phone"),
                    Some("area"),
                ],
            ),
            (
                &["楼栋", "单元号", "房号", "业主"],
                &[Some("building"), Some("unit-part"), Some("unit"), Some("name")],
            ),
            (&["单元号", "姓名"], &[Some("unit"), Some("name")]),
            (&["房间号", "住户"], &[Some("unit"), Some("name")]),
            (&["序号", "房 号", " 住户姓名* ", "备注"], &[None, Some("unit"), Some("name"), None]),
            (
                &["房号", "业主手机号", "联系电话2", "与业主关系", "入伙日期", "欠费", "入住状态"],
                &[
                    Some("unit"),
                    Some("phone"),
                    Some("phone"),
                    Some("relation"),
                    Some("moved-in"),
                    Some("arrears"),
                    Some("state"),
                ],
            ),
            (
                &["Building", "Unit", "Owner name", "Mobile Phone", "Area (sqm)", "Move-in date"],
                &[
                    Some("building"),
                    Some("unit"),
                    Some("name"),
                    Some("phone"),
                    Some("area"),
                    Some("moved-in"),
                ],
            ),
            (
                &["UNIT", "Resident", "Phone No.", "Relation"],
                &[Some("unit"), Some("name"), Some("phone"), Some("relation")],
            ),
            // The better word of two wins, wherever it stands.
            (&["房号", "联系人", "业主姓名"], &[Some("unit"), None, Some("name")]),
            (&["房号", "套内面积", "建筑面积"], &[Some("unit"), None, Some("area")]),
            // Words that only look like one.
            (&["房号", "身份证号", "电话费", "车位面积"], &[Some("unit"), None, None, None]),
            (&["aaa", "bbb"], &[None, None]),
        ];
        for (headings, expected) in table {
            assert_eq!(guessed(headings), *expected, "{headings:?}");
        }
    }

    #[test]
    fn headings_of_charges_are_understood_in_their_own_list() {
        let guessed = |headings: &[&str]| -> Vec<Option<&'static str>> {
            let guess = guess(&sheet(&[headings]), List::Arrears);
            (0..headings.len()).map(|column| guess.mapping.field(column).map(Field::id)).collect()
        };
        let table: &[(&[&str], &[Option<&str>])] = &[
            (
                &["房号", "业主姓名", "收费项目", "费用期间", "欠费金额(元)"],
                &[Some("unit"), None, Some("item"), Some("period"), Some("amount")],
            ),
            (
                &["楼栋", "单元", "房间号", "费项", "账期", "应收", "欠费"],
                &[
                    Some("building"),
                    Some("unit-part"),
                    Some("room"),
                    Some("item"),
                    Some("period"),
                    None,
                    Some("amount"),
                ],
            ),
            (
                &["Unit", "Owner", "Item", "Month", "Amount due"],
                &[Some("unit"), None, Some("item"), Some("period"), Some("amount")],
            ),
        ];
        for (headings, expected) in table {
            assert_eq!(guessed(headings), *expected, "{headings:?}");
        }
        assert_eq!(field(List::Arrears, "费项").unwrap(), Field::Item);
        assert_eq!(field(List::Arrears, "name").unwrap_err().key, "exchange.why.no_such_field");
        let without =
            Mapping { list: List::Arrears, ..guess(&sheet(&[&["房号", "项目"]]), List::Arrears).mapping };
        assert_eq!(without.check().unwrap_err().key, "exchange.why.no_amount");
    }

    #[test]
    fn titles_above_are_passed_over_and_what_is_not_understood_is_named() {
        let sheet = sheet(&[
            &["业主花名册"],
            &["单位：蔚蓝新都", "", "日期：2026-11"],
            &["房号", "业主姓名", "备注", "电话"],
            &["3-2-1501", "业主", "电话", "房号"],
        ]);
        let guess = guess(&sheet, List::Households);
        assert_eq!(guess.mapping.header_row, Some(2));
        assert_eq!(guess.unmatched, [2]);
        assert_eq!(heading(&sheet, Some(2), 2), "备注");
        assert_eq!(heading(&sheet, Some(2), 7), "H");
    }

    #[test]
    fn a_person_names_columns_by_heading_or_letter() {
        let sheet = sheet(&[&["编号", "客户", "号码 (手机)"]]);
        let mut mapping = Mapping { header_row: Some(0), ..Mapping::default() };
        assert!(mapping.check().is_err());
        mapping.set(column(&sheet, Some(0), "编号").unwrap(), Some(field(List::Households, "unit").unwrap()));
        mapping.set(column(&sheet, Some(0), "c").unwrap(), Some(field(List::Households, "手机").unwrap()));
        assert_eq!(mapping.fields().collect::<Vec<_>>(), [(0, Field::Unit), (2, Field::Phone)]);
        mapping.check().unwrap();
        mapping.set(1, Some(Field::Unit));
        assert_eq!(mapping.columns_of(Field::Unit).collect::<Vec<_>>(), [1]);
        assert_eq!(column(&sheet, Some(0), "没有").unwrap_err().key, "exchange.why.no_such_column");
        assert_eq!(field(List::Households, "没有").unwrap_err().key, "exchange.why.no_such_field");
    }
}
