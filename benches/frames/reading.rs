//! Lists, the end of day, statistics, the household page: what screens read.

use std::ops::ControlFlow;
use std::time::Duration;

use qiantai::counter::{operators, reports, review};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::report::{Period, PeriodSort};
use qiantai::store::Store;
use qiantai::store::cases::{Order, Query};
use qiantai::store::past::Past;
use rusqlite::Connection;

use super::measure::Samples;
use super::measure::book::Book;
use super::measure::table::{Limit, Measured};

/// The longest end of day.
const REVIEW: Duration = Duration::from_millis(30);
/// The longest statistics.
const REPORT: Duration = Duration::from_millis(100);
/// What a list may take of a key's time.
const LIST: Duration = Duration::from_millis(8);

/// Counts the rows of a statement, each read to its last column.
fn walk(bare: &Connection, sql: &str, values: &[&dyn rusqlite::ToSql]) -> usize {
    let mut statement = bare.prepare_cached(sql).expect("a statement");
    let columns = statement.column_count();
    let mut rows = statement.query(values).expect("rows");
    let mut count = 0;
    while let Some(row) = rows.next().expect("a row") {
        assert!((0..columns).all(|at| row.get_ref(at).is_ok()));
        count += 1;
    }
    count
}

pub fn all(book: &Book) -> Vec<Measured> {
    let mut store = Store::open(book.path(), STANDARD).expect("the book");
    let bare = book.bare();
    let kind = Some("repair".to_owned());
    let repairs = Query { kind, limit: 50, ..Query::default() };
    let open = Query { open: Some(true), order: Order::Queue, ..repairs.clone() };
    let list =
        |query: &Query| Samples::of(300, |_| assert!(!store.list(query).expect("a list").rows.is_empty()));
    let rows = |sql: &str| Samples::of(300, |_| assert!(walk(&bare, sql, &[]) > 0));
    let mut measured = vec![
        Measured::new(
            "list: 50 open repairs",
            list(&open),
            Some(rows(
                "SELECT * FROM cases INDEXED BY cases_queue WHERE kind = 'repair' AND open = 1 ORDER BY front DESC, id DESC LIMIT 50",
            )),
            Limit::At(99, LIST),
        ),
        Measured::new(
            "list: the newest 50 of all repairs",
            list(&repairs),
            Some(rows(
                "SELECT * FROM cases INDEXED BY cases_newest WHERE kind = 'repair' ORDER BY id DESC LIMIT 50",
            )),
            Limit::At(99, LIST),
        ),
        Measured::new(
            "list: the oldest 50 (End)",
            list(&Query { backwards: true, ..repairs }),
            Some(rows(
                "SELECT * FROM cases INDEXED BY cases_newest WHERE kind = 'repair' ORDER BY id LIMIT 50",
            )),
            Limit::At(99, LIST),
        ),
    ];
    let unit: String = bare
        .query_row(
            "SELECT unit FROM cases JOIN household USING (unit) ORDER BY cases.id DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .expect("a unit");
    let from = book.now.date_naive();
    let household = Samples::of(300, |_| {
        let of_unit = Query { unit: Some(unit.clone()), limit: 5_000, ..Query::default() };
        store.household(&unit).expect("a household");
        store.list(&Query { open: Some(true), ..of_unit.clone() }).expect("a list");
        store.list(&Query { open: Some(false), ..of_unit }).expect("a list");
        store.counts_of(&unit, from).expect("counts");
        store.scores_of(&unit).expect("scores");
        store.past(&unit, Past::Before(None), 50).expect("its past");
    });
    let of_unit = Samples::of(300, |_| {
        walk(&bare, "SELECT * FROM cases WHERE unit = ?1 ORDER BY id DESC", &[&unit]);
        walk(
            &bare,
            "SELECT o.* FROM cases c INDEXED BY cases_unit CROSS JOIN entry o ON o.subject = c.number WHERE c.unit = ?1",
            &[&unit],
        );
    });
    measured.push(Measured::new("household page", household, Some(of_unit), Limit::At(99, LIST)));

    let session = operators::login(&mut store, OPERATOR, "246810", book.now).expect("a login");
    let settings = store.settings().expect("the settings").expect("settings");
    let day = settings.calendar.day_of(book.now);
    let end_of_day = Samples::of(60, |_| {
        review::review(&store, book.now, day).expect("a review");
    });
    let of_days = |from: String, to: String| {
        Samples::of(60, |_| {
            walk(&bare, TOTALS, &[&from, &to]);
        })
    };
    measured.push(Measured::new(
        "end of day",
        end_of_day,
        Some(of_days(day.to_string(), day.to_string())),
        Limit::At(99, REVIEW),
    ));
    for (name, sort) in
        [("statistics of a month", PeriodSort::Month), ("statistics of a quarter", PeriodSort::Quarter)]
    {
        let period = Period::around(sort, day);
        let ours = Samples::of(40, |_| {
            reports::report(&store, &session, book.now, period, |_, _| ControlFlow::Continue(()))
                .expect("a report");
        });
        let bare = of_days(period.first().to_string(), period.last().to_string());
        measured.push(Measured::new(name, ours, Some(bare), Limit::At(99, REPORT)));
    }
    measured
}

/// The totals of a span by the plainest statement.
const TOTALS: &str = "SELECT * FROM total WHERE day BETWEEN ?1 AND ?2
     AND sort IN ('opened', 'closed', 'hour', 'rings', 'done', 'due', 'call-due', 'urgent-due', 'called')";

/// A supervisor of the demonstration.
const OPERATOR: &str = "\u{738b}\u{654f}";
