//! A workbook, written row by row: only the row under construction is in memory.

use std::fs::File;
use std::io::{self, BufWriter};
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Column};
use super::{Broken, Rows};
use crate::exchange::cells;

/// Rows of a sheet; no spreadsheet has more.
const ROWS_MAX: u32 = 1_048_576;
/// Rows of headings: for people, and the hidden ones for programs.
const HEADINGS: u32 = 2;
/// Width of a column, in characters.
const WIDTH: f64 = 16.0;

/// A workbook under construction.
pub(super) struct Book {
    file: File,
    columns: Vec<Column>,
    workbook: Workbook,
    sheets: usize,
    row: u32,
    rows_max: u32,
    heading: Format,
    day: Format,
    instant: Format,
    decimals: [Format; 4],
}

impl Book {
    pub(super) fn new(file: File, columns: &[Column]) -> Result<Self, Broken> {
        Self::with_rows(file, columns, ROWS_MAX)
    }

    /// A workbook whose sheets have so many rows.
    fn with_rows(file: File, columns: &[Column], rows_max: u32) -> Result<Self, Broken> {
        let number = |form: &str| Format::new().set_num_format(form);
        let mut book = Self {
            file,
            columns: columns.to_vec(),
            workbook: Workbook::new(),
            sheets: 0,
            row: 0,
            rows_max,
            heading: Format::new().set_bold(),
            day: number("yyyy-mm-dd"),
            instant: number("yyyy-mm-dd hh:mm:ss"),
            decimals: [number("0"), number("0.0"), number("0.00"), number("0.000")],
        };
        unpanicked(|| book.next_sheet())?;
        Ok(book)
    }

    /// Begins a sheet with its headings, which stay in sight.
    fn next_sheet(&mut self) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_freeze_panes(HEADINGS, 1)?;
        for (at, column) in self.columns.iter().enumerate() {
            sheet.set_column_width(at as u16, WIDTH)?;
            sheet.write_string_with_format(0, at as u16, &column.title, &self.heading)?;
        }
        sheet.set_row_hidden(1)?;
        for (at, column) in self.columns.iter().enumerate() {
            sheet.write_string(1, at as u16, &column.id)?;
        }
        self.sheets += 1;
        self.row = HEADINGS;
        Ok(())
    }

    fn put_row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if self.row == self.rows_max {
            self.next_sheet()?;
        }
        let row = self.row;
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        for (at, cell) in cells.iter().enumerate() {
            let at = at as u16;
            match cell {
                Cell::Nothing => continue,
                // Never as what the text might look like: a formula, a link, a number.
                Cell::Text(text) => sheet.write_string(row, at, cells::visible(text).as_ref())?,
                Cell::Flag(flag) => sheet.write_boolean(row, at, *flag)?,
                Cell::Number(number, decimals) => {
                    let value = *number as f64 / 10_f64.powi(*decimals as i32);
                    let form = &self.decimals[(*decimals as usize).min(3)];
                    sheet.write_number_with_format(row, at, value, form)?
                }
                Cell::Day(day) => dated(sheet, row, at, (*day).into(), &self.day)?,
                Cell::Instant(instant) => dated(sheet, row, at, *instant, &self.instant)?,
            };
        }
        self.row += 1;
        Ok(())
    }
}

/// Writes a day or an instant: days since the end of 1899, as spreadsheets count.
fn dated<'a>(
    sheet: &'a mut Worksheet,
    row: u32,
    column: u16,
    at: NaiveDateTime,
    form: &Format,
) -> Result<&'a mut Worksheet, XlsxError> {
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
    let days = (at - NaiveDateTime::from(zero)).num_seconds() as f64 / 86_400.0;
    if days < 61.0 {
        // Before March 1900 spreadsheets do not agree.
        return sheet.write_string(row, column, at.format("%Y-%m-%d %H:%M:%S").to_string());
    }
    sheet.write_number_with_format(row, column, days, form)
}

/// Runs something of the library, which panics where its own temporary file can't be written.
fn unpanicked<T>(work: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, Broken> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(XlsxError::MaxStringLengthExceeded)) => Err(Broken::Long),
        Ok(Err(XlsxError::IoError(error))) => Err(Broken::Io(error)),
        Ok(Err(error)) => Err(Broken::Io(io::Error::other(error.to_string()))),
        Err(_) => Err(Broken::Io(io::ErrorKind::StorageFull.into())),
    }
}

impl Rows for Book {
    fn put(&mut self, cells: &[Cell]) -> Result<(), Broken> {
        unpanicked(|| self.put_row(cells))
    }

    fn end(mut self: Box<Self>) -> Result<(), Broken> {
        let mut writer = BufWriter::new(&self.file);
        let workbook = &mut self.workbook;
        unpanicked(|| workbook.save_to_writer(&mut writer))?;
        writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sheet::read_sheets;

    #[test]
    fn rows_beyond_a_sheet_go_on_in_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("long.xlsx");
        let columns = [Column { id: "n".into(), title: "N".into() }];
        let mut book = Book::with_rows(File::create(&path).unwrap(), &columns, 5).unwrap();
        for number in 0..8 {
            book.put(&[Cell::Number(number, 0)]).unwrap();
        }
        Box::new(book).end().unwrap();
        let sheets = read_sheets(&path).unwrap();
        let column = |sheet: usize| -> Vec<String> {
            sheets[sheet].rows.iter().map(|row| row.cell(0).text.clone()).collect()
        };
        assert_eq!(sheets.len(), 3);
        assert_eq!(
            (column(0), column(1)),
            (
                ["N", "n", "0", "1", "2"].map(String::from).to_vec(),
                ["N", "n", "3", "4", "5"].map(String::from).to_vec(),
            )
        );
        assert_eq!(column(2), ["N", "n", "6", "7"]);
    }

    #[test]
    fn a_text_longer_than_a_cell_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let columns = [Column { id: "n".into(), title: "N".into() }];
        let mut book = Book::new(File::create(dir.path().join("a.xlsx")).unwrap(), &columns).unwrap();
        let long = book.put(&[Cell::Text("长".repeat(40_000))]);
        assert!(matches!(long, Err(Broken::Long)), "{long:?}");
    }
}
