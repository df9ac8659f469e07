//! Reports: the same numbers in every form, equal to a recount by plain SQL over what was written, each
//! with the cases behind it; on months of a demonstration and on an empty book.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::OnceLock;

use calamine::{Data, Reader as _, Xlsx};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use qiantai::counter::{Session, community, operators, reports};
use qiantai::demo::{self, Wish};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::report::{Behind, Period, PeriodSort, Report, Section, Value};
use qiantai::desk::settings::Settings;
use qiantai::exchange::reports as written;
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use qiantai::text::shown::Reader;
use rusqlite::Connection;

/// The time zone of the demonstration, in seconds: it has no summer time.
const ZONE: i64 = 8 * 3_600;

fn now() -> DateTime<Utc> {
    "2026-11-24T02:20:00Z".parse().unwrap()
}

/// The directory of a demonstration of several months, made once.
fn months() -> &'static PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap().keep();
        let mut store = Store::open(&directory, STANDARD).unwrap();
        demo::make(&mut store, now(), Wish { cases: 3_000, seed: 3 }).unwrap();
        directory
    })
}

struct Book {
    store: Store,
    session: Session,
    raw: Connection,
}

impl Book {
    fn demo(name: &str) -> Self {
        let mut store = Store::open(months(), STANDARD).unwrap();
        let session = operators::login(&mut store, name, "246810", now()).unwrap();
        let raw = Connection::open(store.path().unwrap()).unwrap();
        Self { store, session, raw }
    }

    fn empty(directory: &std::path::Path) -> Self {
        let mut store = Store::open(directory, STANDARD).unwrap();
        let setup = community::Setup {
            community: "蔚蓝新都",
            operator: "王敏",
            role: Role::Supervisor,
            pin: "246810",
        };
        let session = community::init(&mut store, now(), &setup).unwrap();
        let raw = Connection::open(store.path().unwrap()).unwrap();
        Self { store, session, raw }
    }

    fn settings(&self) -> std::sync::Arc<Settings> {
        self.store.settings().unwrap().unwrap()
    }

    fn report(&self, period: Period) -> Report {
        let go_on = |_: usize, _: usize| ControlFlow::Continue(());
        reports::report(&self.store, &self.session, now(), period, go_on).unwrap().unwrap()
    }

    /// A number by plain SQL.
    fn one(&self, sql: &str) -> u32 {
        self.raw.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn periods() -> Vec<Period> {
    let today = day("2026-11-24");
    let mut periods: Vec<Period> = PeriodSort::ALL
        .into_iter()
        .filter(|sort| *sort != PeriodSort::Free)
        .map(|sort| Period::around(sort, today))
        .collect();
    periods.push(Period::around(PeriodSort::Month, today).before());
    periods.push(Period::around(PeriodSort::Day, day("2026-11-20")));
    periods.push(Period::between(day("2026-10-20"), day("2026-11-10")));
    periods
}

fn section<'a>(report: &'a Report, id: &str) -> &'a Section {
    report.sections.iter().find(|section| section.id == id).unwrap_or_else(|| panic!("no {id}"))
}

/// The numbers of a section's cells, as every form shows them; `None` where there is no number.
fn numbers(section: &Section) -> Vec<Vec<Option<f64>>> {
    let rows = section.rows.iter();
    rows.map(|row| row.cells.iter().map(|cell| cell.value.number()).collect()).collect()
}

/// The instants of a period's days until now, in plain SQL's seconds.
fn instants(period: &Period) -> (i64, i64) {
    let start = period.first().and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() - ZONE;
    let end = (period.last() + TimeDelta::days(1)).and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() - ZONE;
    (start, end)
}

#[test]
fn every_form_shows_the_same_numbers() {
    let book = Book::demo("王敏");
    let settings = book.settings();
    for lang in Lang::ALL {
        let reader = Reader { lang, now: now(), settings: &settings };
        for period in periods() {
            let report = book.report(period);
            let wanted: Vec<_> = report.sections.iter().map(numbers).collect();
            assert_eq!(from_document(&report, &reader), wanted, "json {}", period.name());
            assert_eq!(from_csv(&report, &reader), wanted, "csv {}", period.name());
            assert_eq!(from_workbook(&report, &reader), wanted, "xlsx {}", period.name());
            if matches!(period.sort(), PeriodSort::Day | PeriodSort::Quarter) {
                is_on_paper(&report, &reader);
            }
        }
    }
}

fn from_document(report: &Report, reader: &Reader) -> Vec<Vec<Vec<Option<f64>>>> {
    let text = serde_json::to_string(&written::document(report, reader)).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let list = |value: &serde_json::Value| value.as_array().unwrap().clone();
    let number = |cell: &serde_json::Value| cell.as_f64().or_else(|| cell["percent"].as_f64());
    let rows = |section: &serde_json::Value| {
        list(&section["rows"]).iter().map(|row| list(&row["cells"]).iter().map(number).collect()).collect()
    };
    list(&document["sections"]).iter().map(rows).collect()
}

/// Every number stands on paper as people read it, row by row.
fn is_on_paper(report: &Report, reader: &Reader) {
    let data = qiantai::paper::reports::data(report, reader);
    for (section, part) in report.sections.iter().zip(data["parts"].as_array().unwrap()) {
        let rows = part["rows"].as_array().unwrap();
        assert_eq!(rows.len(), section.rows.len());
        for (row, drawn) in section.rows.iter().zip(rows) {
            let cells: Vec<String> =
                row.cells.iter().map(|cell| qiantai::text::report::value(cell.value, reader.lang)).collect();
            assert_eq!(drawn["cells"], serde_json::json!(cells), "{}", section.id);
        }
    }
    #[cfg(feature = "print")]
    on_pages(report, reader);
}

/// The report on paper.
#[cfg(feature = "print")]
fn laid_out(report: &Report, reader: &Reader) -> qiantai::paper::engine::Pdf {
    let engine = qiantai::paper::engine::Engine::new(None);
    let pdf = qiantai::paper::reports::report(report, reader, &engine).unwrap();
    assert!(pdf.missing.is_empty(), "{:?}", pdf.missing);
    pdf
}

/// A text without its spaces and the places where it may break.
#[cfg(feature = "print")]
fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

/// The numbers of the document, read on the laid-out pages row by row, in order, each behind its name.
#[cfg(feature = "print")]
fn on_pages(report: &Report, reader: &Reader) {
    let pdf = laid_out(report, reader);
    let text = dense(&pdf.pages.concat());
    let document = written::document(report, reader);
    let mut rest = text.as_str();
    for (section, part) in report.sections.iter().zip(document["sections"].as_array().unwrap()) {
        for (row, said) in section.rows.iter().zip(part["rows"].as_array().unwrap()) {
            let mut wanted = dense(said["name"].as_str().unwrap());
            for (cell, number) in row.cells.iter().zip(said["cells"].as_array().unwrap()) {
                let shown = match cell.value {
                    Value::Count(_) => number.to_string(),
                    Value::Percent(_) => format!("{}%", number["percent"]),
                    Value::Hundredths(_) => format!("{:.2}", number.as_f64().unwrap()),
                    other => dense(&qiantai::text::report::value(other, reader.lang)),
                };
                wanted.push_str(&shown);
            }
            let at = rest.find(&wanted).unwrap_or_else(|| {
                panic!("{} {}: {wanted} is not on paper", report.period.name(), section.id)
            });
            rest = &rest[at + wanted.len()..];
        }
    }
}

#[cfg(feature = "print")]
#[test]
fn long_names_stay_on_the_page_and_an_empty_book_is_a_page_too() {
    let book = Book::demo("王敏");
    let directory = tempfile::tempdir().unwrap();
    let empty = Book::empty(directory.path());
    let settings = book.settings();
    for lang in Lang::ALL {
        let reader = Reader { lang, now: now(), settings: &settings };
        for sort in [PeriodSort::Day, PeriodSort::Month] {
            let period = Period::around(sort, day("2026-11-24"));
            on_pages(&empty.report(period), &reader);
            let mut report = book.report(period);
            report.community = "蔚蓝新都花园物业服务中心".repeat(5);
            for (at, section) in report.sections.iter_mut().enumerate() {
                for row in section.rows.iter_mut().step_by(3).filter(|row| !row.sums) {
                    let name =
                        if at % 2 == 0 { "楼上装修噪音扰民" } else { "Konstantinopolitanischer" };
                    row.label = qiantai::desk::report::Label::Name(name.repeat(9));
                }
            }
            // Such names take several lines, so the numbers stand beside the first one or the middle one.
            let pdf = laid_out(&report, &reader);
            assert!((3..=16).contains(&pdf.pages.len()), "{}", pdf.pages.len());
            let text = dense(&pdf.pages.concat());
            for part in ["楼上装修", "Konstan", "蔚蓝新都花园物业服务中心"] {
                assert!(text.contains(part), "{part} is not on paper");
            }
        }
    }
}

fn from_csv(report: &Report, reader: &Reader) -> Vec<Vec<Vec<Option<f64>>>> {
    let bytes = written::csv(report, reader);
    let text = std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let lines: Vec<Vec<String>> =
        lines.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect();
    // Title, as of, nothing, summary; then the sections, each after an empty line.
    let mut parts = lines.split(|line| line.len() == 1 && line[0].is_empty()).skip(2);
    let sections = report.sections.iter().map(|section| {
        let part = parts.next().unwrap_or_else(|| panic!("{} is missing", section.id));
        if section.rows.is_empty() {
            assert_eq!(part.len(), 2, "{}: says that there is nothing", section.id);
        }
        part.iter().skip(2).map(|line| line.iter().skip(1).map(|cell| read_number(cell)).collect()).collect()
    });
    sections.collect()
}

fn read_number(cell: &str) -> Option<f64> {
    cell.trim_end_matches('%').parse().ok()
}

fn from_workbook(report: &Report, reader: &Reader) -> Vec<Vec<Vec<Option<f64>>>> {
    let bytes = written::workbook(report, reader).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    assert_eq!(names.len(), report.sections.len() + 1, "a summary and a sheet a section");
    let mut read = Vec::new();
    for (name, section) in names.iter().skip(1).zip(&report.sections) {
        let range = book.worksheet_range(name).unwrap();
        let cell = |row: usize, column: usize| {
            let value = range.get_value((row as u32, column as u32))?;
            let number = match value {
                Data::Float(number) => *number,
                Data::Int(number) => *number as f64,
                _ => return None,
            };
            let share =
                matches!(section.rows[row - 3].cells[column - 1].value, Value::Percent(_) | Value::Target(_));
            Some(if share { (number * 100.0).round() } else { number })
        };
        let rows = 0..section.rows.len();
        read.push(
            rows.map(|row| (0..section.columns.len()).map(|at| cell(row + 3, at + 1)).collect()).collect(),
        );
    }
    read
}

#[test]
fn every_number_is_the_number_of_its_cases() {
    let book = Book::demo("王敏");
    let mut looked_at = 0;
    for period in periods() {
        let report = book.report(period);
        for section in &report.sections {
            for cell in section.rows.iter().flat_map(|row| &row.cells) {
                let Some(behind) = &cell.cases else { continue };
                let cases = reports::behind(&book.store, &book.session, behind, 100_000).unwrap();
                let wanted = match cell.value {
                    Value::Count(n) => n,
                    Value::Percent(ratio) => ratio.of,
                    _ => continue,
                };
                assert_eq!(cases.len() as u32, wanted, "{} {} {behind:?}", period.name(), section.id);
                looked_at += 1;
                if let Behind::Open { kind, .. } = behind {
                    assert!(cases.iter().all(|row| row.case.kind == *kind));
                }
            }
        }
    }
    assert!(looked_at > 500, "{looked_at}");
}

#[test]
fn the_numbers_equal_a_recount_by_plain_sql() {
    let book = Book::demo("王敏");
    for period in periods() {
        let report = book.report(period);
        let at = now().timestamp();
        let (start, end) = instants(&period);
        let until = end.min(at);
        let name = period.name();

        // Shares, from promises and callbacks by their instants.
        let due = |table: &str, more: &str| {
            format!("SELECT count(*) FROM {table} WHERE due >= {start} AND due < {until} AND {more}")
        };
        let replies = "stage = 'complaint.reply' AND withdrawn_at IS NULL";
        let urgent = "callback b JOIN cases c ON c.id = b.case_id AND c.urgency = 'urgent'";
        let urgent_due = "b.stage = 'callback.repair' AND b.cancelled_at IS NULL";
        let ended = format!("ended_at >= {start} AND ended_at < {end}");
        let wanted = [
            (due("promise", &format!("{replies} AND kept_at < {end}")), due("promise", replies)),
            (
                due("callback", &format!("cancelled_at IS NULL AND ended_at < {end}")),
                due("callback", "cancelled_at IS NULL"),
            ),
            (due(urgent, &format!("{urgent_due} AND ended_at <= due")), due(urgent, urgent_due)),
            (
                format!("SELECT count(*) FROM callback WHERE {ended} AND outcome = 'satisfied'"),
                format!(
                    "SELECT count(*) FROM callback WHERE {ended} AND outcome IN ('satisfied', 'dissatisfied')"
                ),
            ),
        ];
        let figures = section(&report, "figures");
        for (row, (part, of)) in figures.rows.iter().zip(&wanted) {
            let counts = (book.one(part), book.one(of));
            assert_eq!(row.cells[1].value, Value::Count(counts.0), "{name} {:?}", row.label);
            assert_eq!(row.cells[2].value, Value::Count(counts.1), "{name} {:?}", row.label);
            assert_eq!(row.cells[0].value == Value::Nothing, counts.1 == 0);
        }

        // Openings, from the chain of entries alone.
        let mut statement = book
            .raw
            .prepare(
                "SELECT substr(subject, 1, instr(subject, '-') - 1), count(*) FROM entry
                 WHERE action = 'open' AND at >= ?1 AND at < ?2 AND subject GLOB '*-????????-*' GROUP BY 1",
            )
            .unwrap();
        let opened: BTreeMap<String, u32> = statement
            .query_map([start, end], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let all: u32 = section(&report, "kinds").rows.iter().map(|row| count(row.cells[0].value)).sum();
        assert_eq!(all, opened.values().sum::<u32>(), "{name}");
        assert!(all > 0, "{name}");
        let complaints = opened.get("TS").copied().unwrap_or(0);
        for id in ["codes", "departments"] {
            let rows = &section(&report, id).rows;
            assert_eq!(rows.last().map_or(0, |row| count(row.cells[0].value)), complaints, "{name} {id}");
            let deep =
                rows.iter().filter(|row| row.depth == 1).map(|row| count(row.cells[0].value)).sum::<u32>();
            assert_eq!(deep, complaints, "{name} {id}: each has a code of the second level");
        }

        // How long repairs took, sorted and looked at in the middle.
        let done = format!(
            "FROM (SELECT (unixepoch(detail ->> '$.finished_at') - opened_at) / 60 AS took FROM cases
                   WHERE kind = 'repair' AND unixepoch(detail ->> '$.finished_at') >= {start}
                       AND unixepoch(detail ->> '$.finished_at') < {end} ORDER BY took)"
        );
        let repairs = section(&report, "repairs").rows.last();
        let finished = book.one(&format!("SELECT count(*) {done}"));
        assert_eq!(repairs.map_or(0, |row| count(row.cells[2].value)), finished, "{name}");
        for (column, percent) in [(3, 50), (4, 90)] {
            let Some(row) = repairs.filter(|_| finished > 0) else { continue };
            let place = (finished * percent).div_ceil(100) - 1;
            let took = book.one(&format!("SELECT took {done} LIMIT 1 OFFSET {place}"));
            assert_eq!(row.cells[column].value, Value::Minutes(took), "{name} {percent}");
        }

        // Hours, from the instants of the entries that opened a call or visit.
        let busy = opened.get("LD").unwrap_or(&0) + opened.get("LF").unwrap_or(&0);
        let hours = section(&report, "hours");
        assert_eq!(hours.rows.last().map_or(0, |row| count(row.cells.last().unwrap().value)), busy, "{name}");
        if let Some(column) = hours.columns.iter().position(|label| format!("{label:?}") == "Hour(10)") {
            let ten = book.one(&format!(
                "SELECT count(*) FROM entry WHERE action = 'open' AND at >= {start} AND at < {end}
                 AND (subject LIKE 'LD-%' OR subject LIKE 'LF-%') AND (at + {ZONE}) / 3600 % 24 = 10"
            ));
            assert_eq!(hours.rows.last().unwrap().cells[column].value, Value::Count(ten), "{name}");
        }

        // Callbacks by whom, from what the entries say was tried.
        let made = book.one(&format!(
            "SELECT count(*) FROM entry, json_each(body, '$.events') AS event
             WHERE at >= {start} AND at < {end} AND CASE event.type WHEN 'object'
                 THEN event.value ->> '$.\"callback-tried\".attempt.outcome' END <> 'unreached'"
        ));
        let by_whom = section(&report, "by-whom").rows.last();
        assert_eq!(by_whom.map_or(0, |row| count(row.cells[0].value)), made, "{name}");

        // Open at the end, from what was opened and has not ended by then.
        let open = book.one(&format!(
            "SELECT count(*) FROM cases WHERE opened_at < {end} AND (closed_at IS NULL OR closed_at >= {end})"
        ));
        let still: u32 = section(&report, "kinds").rows.iter().map(|row| count(row.cells[2].value)).sum();
        assert_eq!(still, open, "{name}");

        // Who called again and again.
        for row in &section(&report, "callers").rows {
            let qiantai::desk::report::Label::Name(unit) = &row.label else { panic!("{:?}", row.label) };
            let calls = book.one(&format!(
                "SELECT count(*) FROM cases WHERE kind = 'call' AND unit = '{unit}' AND opened_at >= {start} AND opened_at < {end}"
            ));
            assert_eq!(row.cells[0].value, Value::Count(calls), "{name} {unit}");
            assert!(calls >= 3);
        }
    }
    assert_eq!(book.store.unsound_totals().unwrap(), [""; 0]);
}

#[test]
fn the_year_names_its_survey_and_its_training() {
    let book = Book::demo("王敏");
    let today = day("2026-11-24");
    let report = book.report(Period::around(PeriodSort::Year, today));
    let duties = section(&report, "duties");
    let cells = |at: usize| duties.rows[at].cells.iter().map(|cell| cell.value).collect::<Vec<_>>();
    let answers = "FROM cases WHERE kind = 'survey-answer'";
    let satisfied = book.one(&format!("SELECT count(*) {answers} AND detail ->> '$.overall' >= 4"));
    let all = book.one(&format!("SELECT count(*) {answers}"));
    assert!(all > 0);
    assert_eq!(cells(1)[1..4], [Value::Count(satisfied), Value::Count(all), Value::Target(95)]);
    let attended = book.one(
        "SELECT ifnull(sum(json_array_length(detail -> '$.attended')), 0) FROM cases WHERE kind = 'training'",
    );
    assert!(attended > 0);
    assert_eq!(cells(2)[1], Value::Count(attended));
    let month = book.report(Period::around(PeriodSort::Month, today));
    assert!(month.sections.iter().all(|section| section.id != "duties"));
}

fn count(value: Value) -> u32 {
    match value {
        Value::Count(n) => n,
        other => panic!("{other:?} is no count"),
    }
}

#[test]
fn an_empty_book_says_that_there_was_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let book = Book::empty(directory.path());
    let settings = book.settings();
    for period in periods() {
        let report = book.report(period);
        for section in &report.sections {
            let cells: Vec<_> = section.rows.iter().flat_map(|row| &row.cells).collect();
            assert!(
                cells.iter().all(|cell| !matches!(cell.value, Value::Percent(_) | Value::Minutes(_))),
                "{}",
                section.id
            );
            assert!(cells.iter().all(|cell| !matches!(cell.value, Value::Count(n) if n > 0)));
        }
        assert!(report.summary.iter().all(|said| !said.worse));
        for lang in Lang::ALL {
            let reader = Reader { lang, now: now(), settings: &settings };
            let wanted: Vec<_> = report.sections.iter().map(numbers).collect();
            assert_eq!(from_csv(&report, &reader), wanted);
            assert_eq!(from_workbook(&report, &reader), wanted);
            assert_eq!(from_document(&report, &reader), wanted);
        }
    }
}

#[test]
fn a_period_that_has_not_come_is_refused_and_a_report_can_be_broken_off() {
    let book = Book::demo("王敏");
    let next = Period::around(PeriodSort::Quarter, day("2026-11-24")).after();
    let refused = reports::report(&book.store, &book.session, now(), next, |_, _| ControlFlow::Continue(()));
    assert_eq!(refused.unwrap_err().to_string(), "counter.why.period_not_come");
    let month = Period::around(PeriodSort::Month, day("2026-11-24"));
    let mut heard = Vec::new();
    let stopped = reports::report(&book.store, &book.session, now(), month, |done, all| {
        heard.push((done, all));
        if done == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped.unwrap(), None);
    assert_eq!(heard.len(), 4);
}

#[test]
fn a_receptionist_sees_her_own_callbacks_and_the_sum_of_all() {
    let month = Period::around(PeriodSort::Month, day("2026-11-24"));
    let whole = Book::demo("王敏").report(month);
    let own = Book::demo("李娜").report(month);
    let (whole, own) = (section(&whole, "by-whom"), section(&own, "by-whom"));
    assert!(whole.rows.len() > own.rows.len());
    assert_eq!(whole.rows.last(), own.rows.last());
    let names: Vec<_> =
        own.rows.iter().filter(|row| !row.sums).map(|row| format!("{:?}", row.label)).collect();
    assert!(names.iter().all(|name| name.contains("李娜")), "{names:?}");
}
