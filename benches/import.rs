//! Taking in a roster of 100,000 rows: beside the reading of the same workbook by the bare reader, and beside the
//! bare writing of the rows that it leaves in the file, in the same run, step by step.
//!
//! `cargo bench --bench import`

mod measure;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx, open_workbook};
use chrono::Utc;
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::exchange::headings::{self, List};
use qiantai::exchange::{self, sheet};
use qiantai::store::Store;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use rust_xlsxwriter::{Workbook, XlsxError};

use measure::{Samples, demonstration, end, said};

/// Rows of the roster.
const ROWS: u32 = 100_000;
/// How often it is taken in.
const ROUNDS: usize = 5;
/// The import may take so many times what the bare reading takes.
const BESIDE_BARE: f64 = 2.0;

const SURNAMES: [&str; 8] = ["王", "李", "张", "刘", "陈", "杨", "黄", "赵"];
const NAMES: [&str; 8] = ["建国", "秀英", "伟", "敏", "静", "志强", "雪梅", "子涵"];

fn main() -> ExitCode {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("roster.xlsx");
    write(&path).expect("a workbook");
    let [mut bare, mut read, mut planned, mut taken, mut all, mut rows] =
        [(); 6].map(|()| Samples::default());
    for round in 0..ROUNDS {
        let started = Instant::now();
        let cells = bare_cells(&path);
        bare.add(started.elapsed());
        assert!(cells > ROWS as usize * 6);

        let book = directory.path().join(format!("book-{round}"));
        let now = Utc::now();
        demonstration(&book, now);
        let mut store = Store::open(&book, STANDARD).expect("the book");
        let session = operators::login(&mut store, "王敏", "246810", now).expect("a login");
        let begun = Instant::now();
        let mut lap = Instant::now();
        let mut timed =
            |samples: &mut Samples| samples.add(std::mem::replace(&mut lap, Instant::now()).elapsed());
        let found = sheet::read_workbook(&path, List::Households).expect("a sheet");
        timed(&mut read);
        let mapping = headings::guess(&found, List::Households).mapping;
        let go_on = |_, _| ControlFlow::Continue(());
        let roster = exchange::plan(&found, &mapping, now.date_naive(), go_on).expect("a roster");
        timed(&mut planned);
        let report = roster.take(&mut store, &session, now, false, go_on).expect("an import");
        timed(&mut taken);
        all.add(begun.elapsed());
        assert_eq!((report.read, report.refused), (ROWS, 0));
        drop(store);
        rows.add(bare_rows(&book.join(Store::FILE), &directory.path().join(format!("bare-{round}.db"))));
    }
    println!("\n| a roster of {ROWS} rows | p50 | longest |");
    println!("| --- | --- | --- |");
    let steps = [
        ("bare reader", &bare),
        ("reading", &read),
        ("understanding", &planned),
        ("taking in", &taken),
        ("all", &all),
        ("its rows written bare", &rows),
    ];
    for (name, samples) in steps {
        println!("| {name} | {} | {} |", said(samples.at(50)), said(samples.at(100)));
    }
    let beside_rows = ratio(all.at(50), bare.at(50) + rows.at(50));
    let ratio = ratio(all.at(50), bare.at(50));
    println!("\nall beside the bare reader: {ratio:.2} times");
    println!("all beside the bare reader and the bare rows: {beside_rows:.2} times");
    let missed = (ratio > BESIDE_BARE).then(|| format!("the import takes {ratio:.2} times the bare reading"));
    end(&missed.into_iter().collect::<Vec<_>>())
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// A workbook as a property company's other program exports it: a row for each household.
fn write(path: &Path) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in
        (0..).zip(["房号", "业主姓名", "关系", "联系电话", "建筑面积", "状态", "入住日期"])
    {
        sheet.write(0, column, heading)?;
    }
    for row in 0..ROWS {
        let n = row as usize;
        let (building, rest) = (row / 400 + 1, row % 400);
        let unit = format!("{building}-{}-{}{:02}", rest / 200 + 1, rest % 200 / 4 + 1, rest % 4 + 1);
        let name = format!("{}{}{}", SURNAMES[n % 8], NAMES[n / 8 % 8], NAMES[n / 64 % 8]);
        let at = row + 1;
        sheet.write(at, 0, unit)?;
        sheet.write(at, 1, name)?;
        sheet.write(at, 2, "业主")?;
        sheet.write(at, 3, format!("138{:08}", row * 97 % 100_000_000))?;
        sheet.write(at, 4, 60.0 + f64::from(row % 120))?;
        sheet.write(at, 5, "已入住")?;
        sheet.write(at, 6, format!("{}-{:02}-{:02}", 2012 + row % 12, row % 12 + 1, row % 28 + 1))?;
    }
    workbook.save(path)
}

/// How long it takes to write what the book has of households into a file that has nothing else: the same rows in
/// the same tables, each in its order, prepared statements, one transaction with the same memory.
fn bare_rows(book: &Path, file: &Path) -> Duration {
    let book = Connection::open(book).expect("the book");
    let bare = Connection::open(file).expect("a file");
    bare.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -131072")
        .expect("settings");
    let mut filled = Vec::new();
    for table in ["household", "resident", "find_key"] {
        let mut forms = book
            .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = ?1 AND sql IS NOT NULL ORDER BY rowid")
            .expect("the schema");
        let forms = forms.query_map([table], |row| row.get::<_, String>(0)).expect("the schema");
        forms.for_each(|form| bare.execute_batch(&form.expect("a statement")).expect("a table"));
        let mut all = book.prepare(&format!("SELECT * FROM {table}")).expect("a table");
        let width = all.column_count();
        let rows: Vec<Vec<Value>> = all
            .query_map([], |row| (0..width).map(|at| row.get(at)).collect())
            .and_then(Iterator::collect)
            .expect("its rows");
        filled.push((format!("INSERT INTO {table} VALUES ({})", vec!["?"; width].join(", ")), rows));
    }
    let started = Instant::now();
    bare.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    for (sql, rows) in filled {
        let mut statement = bare.prepare(&sql).expect("a statement");
        for row in rows {
            statement.execute(params_from_iter(row)).expect("a row");
        }
    }
    bare.execute_batch("COMMIT").expect("it is written");
    started.elapsed()
}

/// How many cells the bare reader finds.
fn bare_cells(path: &Path) -> usize {
    let mut book: Xlsx<_> = open_workbook(path).expect("a workbook");
    let name = book.sheet_names().first().cloned().expect("a sheet");
    book.worksheet_range(&name).expect("cells").used_cells().count()
}
