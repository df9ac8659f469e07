//! Reading a file into cells of text: `.xlsx`, `.xls`, `.ods` and `.csv`, told apart by what is in them.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{
    Data, Dimensions, Ods, OdsError, Reader, SheetVisible, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError,
};

use super::headings::{self, List};
use super::{delimited, export};
use crate::desk::why::{Arg, Why};

/// Largest file that is taken, in bytes.
const SIZE_MAX: u64 = 200 * 1024 * 1024;
/// Columns beyond this one are not looked at.
pub(super) const COLUMNS_MAX: usize = 256;

/// What a cell was before it became text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CellKind {
    /// Nothing.
    #[default]
    Empty,
    /// Text.
    Text,
    /// A number of the spreadsheet.
    Number,
    /// A day or time of the spreadsheet.
    Date,
    /// A formula's error (`#N/A`).
    Error,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// Its text, trimmed; whole numbers without decimals, days as `2024-03-01`.
    pub text: String,
    /// What it was.
    pub kind: CellKind,
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        let text = text.trim().to_owned();
        let kind = if text.is_empty() { CellKind::Empty } else { CellKind::Text };
        Self { text, kind }
    }

    /// Whether nothing stands there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kind == CellKind::Empty
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SheetRow {
    /// The row as the spreadsheet counts, from 1.
    pub number: u32,
    /// Its cells from column A on; shorter where nothing follows.
    pub cells: Vec<Cell>,
}

impl SheetRow {
    /// The cell of a column; an empty one beyond the end.
    #[must_use]
    pub fn cell(&self, column: usize) -> &Cell {
        static EMPTY: Cell = Cell { text: String::new(), kind: CellKind::Empty };
        self.cells.get(column).unwrap_or(&EMPTY)
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// A sheet as cells of text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Its name; empty for a text file.
    pub name: String,
    /// Its rows, blank ones left out.
    pub rows: Vec<SheetRow>,
    /// The file does not say which cells are merged, so an empty cell below may be part of one.
    pub merges_unknown: bool,
}

impl Sheet {
    /// How many columns it has.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }
}

/// The letters of a column: 0 is `A`, 26 is `AA`.
#[must_use]
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// Reads a file; of a workbook the visible sheet whose headings say most.
///
/// # Errors
/// The file can't be read, is empty, is protected by a password, or is no spreadsheet: each with a
/// sentence that says what to do.
pub fn read_workbook(path: &Path, list: List) -> Result<Sheet, Why> {
    let mut best: Option<(usize, Sheet)> = None;
    for sheet in read_sheets(path)? {
        let fields = headings::guess(&sheet, list).mapping.fields().count();
        if best.as_ref().is_none_or(|(most, _)| fields > *most) {
            best = Some((fields, sheet));
        }
    }
    best.map(|(_, sheet)| sheet).ok_or_else(|| refusal("empty", path))
}

/// Reads all sheets that are shown and not empty, in their order.
///
/// # Errors
/// As [`read_workbook`].
pub fn read_sheets(path: &Path) -> Result<Vec<Sheet>, Why> {
    let sheets = sheets_of(bytes_of(path)?).map_err(|key| refusal(key, path))?;
    if sheets.is_empty() { Err(refusal("empty", path)) } else { Ok(sheets) }
}

/// Reads a file that is a JSON document; `None` if it is something else.
///
/// # Errors
/// As [`read_sheets`].
pub fn read_document(path: &Path) -> Result<Option<serde_json::Value>, Why> {
    let bytes = bytes_of(path)?;
    let start = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    if start.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Ok(None);
    }
    serde_json::from_slice(start).map(Some).map_err(|_| refusal("damaged", path))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Why> {
    let unreadable = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => refusal("not_found", path),
        _ => refusal("unreadable", path).with("error", Arg::Text(error.to_string())),
    };
    let about = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if about.is_dir() {
        return Err(refusal("directory", path));
    }
    if about.len() > SIZE_MAX {
        return Err(refusal("too_large", path));
    }
    std::fs::read(path).map_err(|error| unreadable(&error))
}

fn refusal(key: &str, path: &Path) -> Why {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Why::new(format!("exchange.why.{key}")).with("file", Arg::Text(name))
}

/// The sheets in a file's bytes; the error is the last part of the key of a sentence.
fn sheets_of(bytes: Vec<u8>) -> Result<Vec<Sheet>, &'static str> {
    let start = &bytes[..bytes.len().min(1024)];
    let text_start =
        String::from_utf8_lossy(start).trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']).to_lowercase();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        Err("empty")
    } else if start.starts_with(b"%PDF") {
        Err("pdf")
    } else if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0") {
        // The library reads any file somebody made; a panic of it is a damaged file, nothing more.
        catch_unwind(AssertUnwindSafe(|| workbook(bytes))).unwrap_or(Err("damaged"))
    } else if text_start.starts_with("<!doctype html")
        || text_start.starts_with("<html")
        || text_start.starts_with("<?xml")
        || text_start.starts_with("<table")
    {
        Err("web_page")
    } else if let Some(sheet) = households(&bytes) {
        Ok(vec![sheet])
    } else {
        let sheet = delimited::read(&bytes)?;
        Ok(if sheet.rows.is_empty() { Vec::new() } else { vec![sheet] })
    }
}

/// The directory of households that another book exported as a document.
fn households(bytes: &[u8]) -> Option<Sheet> {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if text.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return None;
    }
    let rows = export::household_rows(&serde_json::from_slice(text).ok()?)?;
    let row = |(number, cells): (u32, Vec<String>)| SheetRow {
        number,
        cells: cells.iter().map(|text| Cell::text(text)).collect(),
    };
    Some(Sheet { rows: (1..).zip(rows).map(row).collect(), ..Sheet::default() })
}

fn workbook(bytes: Vec<u8>) -> Result<Vec<Sheet>, &'static str> {
    let holds = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    let ods = bytes.get(30..38) == Some(b"mimetype") && holds(b"opendocument.spreadsheet");
    let old = bytes.starts_with(b"\xd0\xcf\x11\xe0");
    let binary = !old && holds(b"xl/workbook.bin");
    let known = old || ods || binary || holds(b"xl/");
    let book = Cursor::new(bytes);
    if !known {
        return Err("not_spreadsheet");
    }
    if ods {
        let mut book = Ods::new(book).map_err(|error| match error {
            OdsError::Password => "password",
            _ => "damaged",
        })?;
        return ranges(&mut book, true, |_, _| Vec::new());
    }
    if binary {
        let mut book = Xlsb::new(book).map_err(|error| match error {
            XlsbError::Password => "password",
            _ => "damaged",
        })?;
        return ranges(&mut book, true, |_, _| Vec::new());
    }
    if old {
        match Xls::new(book.clone()) {
            Ok(mut book) => {
                return ranges(&mut book, false, |book, name| {
                    book.merge_cells_by_sheet_name(name).unwrap_or_default()
                });
            }
            Err(XlsError::Password) => return Err("password"),
            // An encrypted workbook of the newer kind lies in a container of the older kind.
            Err(_) => {
                return Err(match Xlsx::new(book) {
                    Err(XlsxError::Password) => "password",
                    _ => "damaged",
                });
            }
        }
    }
    xlsx(Xlsx::new(book).map_err(|error| match error {
        XlsxError::Password => "password",
        _ => "damaged",
    })?)
}

/// Reads cell by cell: one cell far away does not make a million empty ones.
fn xlsx(mut book: Xlsx<Cursor<Vec<u8>>>) -> Result<Vec<Sheet>, &'static str> {
    let mut sheets = Vec::new();
    for name in visible(book.sheets_metadata()) {
        let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
        {
            let Ok(mut reader) = book.worksheet_cells_reader(&name) else { continue };
            while let Some(cell) = reader.next_cell().map_err(|_| "damaged")? {
                let (row, column) = cell.get_position();
                put(&mut rows, row, column as usize, cell_of(&Data::from(cell.get_value().clone())));
            }
        }
        let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        push(&mut sheets, name, rows, &merges, false);
    }
    Ok(sheets)
}

fn ranges<B: Reader<Cursor<Vec<u8>>>>(
    book: &mut B,
    merges_unknown: bool,
    merges: impl Fn(&mut B, &str) -> Vec<Dimensions>,
) -> Result<Vec<Sheet>, &'static str> {
    let mut sheets = Vec::new();
    for name in visible(book.sheets_metadata()) {
        let range = book.worksheet_range(&name).map_err(|_| "damaged")?;
        let (top, left) = range.start().unwrap_or_default();
        let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
        for (row, column, value) in range.used_cells() {
            put(&mut rows, top + row as u32, left as usize + column, cell_of(value));
        }
        let merges = merges(book, &name);
        push(&mut sheets, name, rows, &merges, merges_unknown);
    }
    Ok(sheets)
}

fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    sheets
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect()
}

fn put(rows: &mut BTreeMap<u32, Vec<Cell>>, row: u32, column: usize, cell: Cell) {
    if cell.is_empty() || column >= COLUMNS_MAX {
        return;
    }
    let cells = rows.entry(row).or_default();
    if cells.len() <= column {
        cells.resize(column + 1, Cell::default());
    }
    cells[column] = cell;
}

fn push(
    sheets: &mut Vec<Sheet>,
    name: String,
    mut rows: BTreeMap<u32, Vec<Cell>>,
    merges: &[Dimensions],
    merges_unknown: bool,
) {
    for merged in merges {
        let (column, top) = (merged.start.1 as usize, merged.start.0);
        let cell = rows.get(&top).and_then(|cells| cells.get(column)).cloned();
        let Some(cell) = cell.filter(|cell| !cell.is_empty()) else { continue };
        // Rows that hold nothing else stay blank, whatever is merged over them.
        let below: Vec<u32> = rows.range(top..=merged.end.0).skip(1).map(|(row, _)| *row).collect();
        for row in below {
            put(&mut rows, row, column, cell.clone());
        }
    }
    let rows: Vec<SheetRow> = rows
        .into_iter()
        .map(|(row, cells)| SheetRow { number: row + 1, cells })
        .filter(|row| !row.is_blank())
        .collect();
    if !rows.is_empty() {
        sheets.push(Sheet { name, rows, merges_unknown });
    }
}

fn cell_of(value: &Data) -> Cell {
    let date = |text: String| Cell { text, kind: CellKind::Date };
    match value {
        Data::Empty => Cell::default(),
        Data::String(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Int(number) => Cell { text: number.to_string(), kind: CellKind::Number },
        Data::Float(number) => Cell { text: number_text(*number), kind: CellKind::Number },
        Data::Bool(flag) => Cell::text(if *flag { "true" } else { "false" }),
        Data::DateTime(at) => match at.as_datetime() {
            Some(at) if at.time() == chrono::NaiveTime::MIN => date(at.date().to_string()),
            Some(at) => date(at.format("%Y-%m-%d %H:%M:%S").to_string()),
            None => Cell { text: number_text(at.as_f64()), kind: CellKind::Number },
        },
        Data::DateTimeIso(text) => date(text.trim().replace('T', " ")),
        Data::Error(error) => Cell { text: error.to_string(), kind: CellKind::Error },
    }
}

/// A spreadsheet keeps every number as a float; a whole one is what was typed, without decimals.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(column), letters);
        }
    }

    #[test]
    fn whole_floats_become_digits() {
        for (number, text) in
            [(13_800_005_678.0, "13800005678"), (1501.0, "1501"), (107.5, "107.5"), (0.0, "0"), (-3.0, "-3")]
        {
            assert_eq!(number_text(number), text);
        }
    }
}
