//! What SQLite does for the questions that are asked all the time: it walks along an index.

use chrono::{DateTime, Utc};

use super::backup::unwatched;
use super::cases::{self, Order, Query};
use super::find::cases as find;
use super::totals;
use super::{Store, StoreError, Tx, due};
use crate::desk::kinds::Kinds;
use crate::desk::totals::{Match, Sort, Span};
use crate::text::sought::Sought;

/// The plan of a statement.
fn plan(store: &Store, sql: &str) -> String {
    let mut statement = store.read().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nothing = vec![1_i64; statement.parameter_count()];
    let rows =
        statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

/// A walk through a whole table, not along an index.
fn scans(plan: &str) -> bool {
    plan.lines().any(|step| {
        step.starts_with("SCAN ")
            && !step.contains("INDEX")
            && !step.contains("CONSTANT ROW")
            && !step.starts_with("SCAN (subquery")
    })
}

/// The lists that screens and the command line ask for, each with the index it takes and whether it
/// comes out in order by itself.
fn lists() -> Vec<(&'static str, Query, &'static str, bool)> {
    let query = || Query { limit: 50, ..Query::default() };
    let kind = Some("repair".to_owned());
    let open = || Query { kind: kind.clone(), open: Some(true), ..query() };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let day = Some(chrono::NaiveDate::default());
    vec![
        ("newest of a kind", Query { kind: kind.clone(), ..query() }, "cases_newest", true),
        ("newest open of a kind", open(), "cases_open", true),
        ("of these states", Query { states: vec!["a".into(), "b".into()], ..open() }, "cases_open", true),
        ("further on", Query { after: Some((false, 9)), ..open() }, "cases_open", true),
        ("queue", Query { order: Order::Queue, ..open() }, "cases_queue", true),
        (
            "queue, further on",
            Query { order: Order::Queue, after: Some((true, 9)), ..open() },
            "cases_queue",
            true,
        ),
        ("a unit", Query { unit: Some("3-2-1501".into()), ..query() }, "cases_unit", true),
        ("a unit's open ones", Query { unit: Some("3-2-1501".into()), ..open() }, "cases_unit_open", true),
        ("open of any kind", Query { open: Some(true), ..query() }, "cases_open", false),
        ("somebody's", Query { owner: Some("a".into()), kind: None, ..open() }, "cases_owned", true),
        ("opened today", Query { kind: kind.clone(), from: day, to: day, ..query() }, "cases_day", false),
        ("opened until a day", Query { kind: kind.clone(), to: day, ..query() }, "cases_newest", true),
        ("inside", Query { inside: true, ..query() }, "cases_inside", false),
        ("escalated", Query { escalated: true, ..query() }, "cases_escalated", true),
        ("overdue", Query { overdue_at: Some(now), ..query() }, "cases_due", true),
        ("overdue callbacks", Query { overdue_at: Some(now), ..query() }, "cases_callback", true),
        ("overdue of a kind", Query { overdue_at: Some(now), ..open() }, "cases_due", false),
    ]
}

#[test]
fn lists_walk_along_their_index() {
    let store = Store::in_memory(Kinds(&[])).unwrap();
    for (name, query, index, ordered) in lists() {
        let plan = plan(&store, &cases::list_sql(&query).0);
        assert!(plan.contains(index) && !scans(&plan), "{name}:\n{plan}");
        if ordered {
            assert!(!plan.contains("FOR ORDER BY"), "{name} is sorted:\n{plan}");
        }
        store.count(&query).unwrap();
    }
}

#[test]
fn what_is_due_is_read_from_indexes() {
    let store = Store::in_memory(Kinds(&[])).unwrap();
    let (early, late) = (due::overdue_sql(false), due::overdue_sql(true));
    let lapsed = super::retention::first_sql();
    let asked = [
        (due::GLANCE, "callback_open cases_due cases_inside cases_expires cases_warn"),
        (due::NEXT_CHANGE, "callback_open cases_due cases_expires cases_warn"),
        (due::EXPIRED, "cases_expires"),
        (due::INSIDE, "cases_inside"),
        (due::CALLBACKS, "callback_open"),
        (&early, "callback_open cases_due"),
        (&late, "callback_open cases_due"),
        (cases::OWNED, "cases_owned"),
        (cases::OTHERS, "cases_unit_open autoindex_cases"),
        (super::claims::HELD, "claim_resource"),
        (super::past::STATEMENT, "cases_unit entry_household"),
        (super::references::COUNT, "used"),
        (super::references::USES, "used"),
        (super::figures::OF_UNIT, "cases_unit"),
        (super::copies::ENTERED, "entry_day"),
        (&lapsed, "cases_lapsed"),
        (super::retention::OLD_RECORDS, "autoindex_entry"),
        (super::copies::PAST[0], "copy_started"),
        (super::copies::PAST[1], "copy_failed"),
        (super::copies::PAST[2], "day_sheet_signed"),
        (super::find::open::OPEN, "cases_open"),
        (find::OF_UNITS, "cases_unit"),
        (find::OF_DAYS, "cases_day"),
        (find::SERIALS, "cases_serial"),
        (find::DAY_SERIALS, "cases_day_serial"),
    ];
    for (sql, indexes) in asked {
        let plan = plan(&store, sql);
        assert!(!scans(&plan), "{sql}\n{plan}");
        for index in indexes.split(' ') {
            assert!(plan.contains(index), "{index}: {sql}\n{plan}");
        }
        if [lapsed.as_str(), super::retention::OLD_RECORDS].contains(&sql) {
            assert!(!plan.contains("FOR ORDER BY"), "it is sorted:\n{plan}");
        }
    }
}

#[test]
fn a_search_by_what_is_meant_alone_walks_along_an_index() {
    let store = Store::in_memory(Kinds(&[])).unwrap();
    let day = chrono::NaiveDate::default();
    for (sought, index) in [
        (Sought { kinds: vec!["repair"], ..Sought::default() }, "cases_newest"),
        (Sought { states: vec![("repair", "a")], ..Sought::default() }, "cases_newest"),
        // Within the cases of these days only, which lie beside each other.
        (Sought { days: Some((day, day)), ..Sought::default() }, "PRIMARY KEY (rowid>? AND rowid<?)"),
    ] {
        let plan = plan(&store, &find::ended_statement(&sought));
        assert!(plan.contains(index) && !scans(&plan), "{sought:?}\n{plan}");
    }
    for sql in [super::find::units::LAST, super::find::units::NEWEST] {
        let plan = plan(&store, sql);
        assert!(plan.contains("SEARCH cases USING COVERING INDEX cases_unit"), "{sql}\n{plan}");
        assert!(!plan.contains("B-TREE"), "it is sorted: {sql}\n{plan}");
    }
    let looking = plan(&store, &find::looking_sql(2));
    assert!(looking.contains("PRIMARY KEY (rowid=?)"), "{looking}");
    let matching = plan(&store, find::MATCHING);
    assert!(matching.contains("case_text VIRTUAL TABLE INDEX") && !matching.contains("B-TREE"), "{matching}");
}

/// Like [`scans`]; what a view found on the way is gone through row by row.
fn walks(plan: &str) -> bool {
    let found = ["SCAN counted_", "SCAN v", "SCAN (subquery"];
    plan.lines().any(|step| step.starts_with("SCAN") && !found.iter().any(|view| step.starts_with(view)))
}

#[test]
fn totals_and_the_cases_behind_them_are_read_from_indexes() {
    let store = Store::in_memory(Kinds(&[])).unwrap();
    let day = chrono::NaiveDate::default();
    let span = Span { from: day, to: day, today: day, now: DateTime::<Utc>::UNIX_EPOCH };
    for (sort, index) in [
        (Sort::Opened, "cases_day"),
        (Sort::Closed, "cases_closed"),
        (Sort::Hour, "cases_day"),
        (Sort::Rings, "cases_day"),
        (Sort::Done, "cases_done"),
        (Sort::Due, "promise_due_day"),
        (Sort::CallDue, "callback_due_day"),
        (Sort::UrgentDue, "callback_due_day"),
        (Sort::Called, "callback_ended_day"),
    ] {
        let sums = plan(&store, &totals::totals_sql(sort, totals::KEPT));
        assert!(sums.contains("SEARCH total") && sums.contains(index) && !walks(&sums), "{sort:?}\n{sums}");
        let behind = plan(&store, &totals::counted_sql(&Match::all(sort, span), "c.id").0);
        assert!(behind.contains(index) && !walks(&behind), "{sort:?}\n{behind}");
    }
    let minutes = plan(&store, totals::MINUTES);
    assert!(
        minutes.contains("SEARCH total") && minutes.contains("cases_done") && !walks(&minutes),
        "{minutes}"
    );
    let still_open = plan(&store, &totals::still_open_sql());
    assert!(still_open.contains("cases_open") && still_open.contains("cases_closed"), "{still_open}");
    let repeat = plan(&store, totals::REPEAT);
    assert!(repeat.contains("COVERING INDEX cases_day"), "{repeat}");
}

#[test]
fn an_older_book_gets_what_the_newer_program_needs() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = super::settings::defaults("Green Park").unwrap();
    settings.catalogues.retain(|catalogue| catalogue.id == "department");
    settings.catalogues[0].items.truncate(1);
    settings.promises.retain(|rule| rule.stage == "repair.arrive");
    settings.promises[0].minutes = 7;
    let connection = rusqlite::Connection::open(directory.path().join(Store::FILE)).unwrap();
    for step in &super::form::STEPS[..2] {
        step.take(&connection, Kinds(&[]), &unwatched()).unwrap();
    }
    connection.pragma_update(None, "application_id", super::form::APPLICATION_ID).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    let body = serde_json::to_string(&settings).unwrap();
    connection.execute("INSERT INTO setting (id, body) VALUES (1, ?1)", [body]).unwrap();
    drop(connection);

    let store = Store::open(directory.path(), Kinds(&[])).unwrap();
    let now = store.settings().unwrap().unwrap();
    assert_eq!(now.catalogue("department").unwrap().items.len(), 1, "what the office took away stays away");
    assert_eq!(now.promises[0].minutes, 7);
    assert!(now.catalogue("facility").is_some() && now.catalogue("complaint-code").is_some());
    assert!(now.promises.iter().any(|rule| rule.stage == "loan.return"));
    assert_eq!(
        now.promises.iter().filter(|rule| rule.stage == "repair.arrive").count(),
        settings.promises.len()
    );
}

#[test]
fn a_walk_through_everything_is_recognised() {
    let store = Store::in_memory(Kinds(&[])).unwrap();
    assert!(scans(&plan(&store, "SELECT * FROM cases WHERE summary = ?")));
    assert!(!scans(&plan(&store, "SELECT * FROM cases WHERE number = ?")));
}

#[test]
fn settings_are_read_again_when_somebody_changed_them_and_when_a_change_was_undone() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path(), Kinds(&[])).unwrap();
    let named = |name: &str| super::settings::defaults(name).unwrap();
    let name = |store: &Store| store.settings().unwrap().unwrap().community.clone();
    let put = |tx: &Tx, name: &str| -> super::Result<()> {
        tx.put_settings(&named(name))?;
        assert_eq!(tx.settings()?.unwrap().community, name);
        Ok(())
    };
    store.write(|tx| put(tx, "one")).unwrap();
    assert_eq!(name(&store), "one");

    let undone = store.write(|tx| -> super::Result<()> {
        put(tx, "two")?;
        Err(StoreError::Stopped)
    });
    assert!(undone.is_err());
    assert_eq!(name(&store), "one");

    let undone = store.batch(|store| -> super::Result<()> {
        store.write(|tx| put(tx, "three"))?;
        assert_eq!(name(store), "three");
        Err(StoreError::Stopped)
    });
    assert!(undone.is_err());
    assert_eq!(name(&store), "one");

    let mut other = store.again().unwrap().unwrap();
    assert_eq!(name(&other), "one");
    store.write(|tx| put(tx, "four")).unwrap();
    assert_eq!(name(&other), "four");
    other.write(|tx| put(tx, "five")).unwrap();
    assert_eq!((name(&store), name(&other)), ("five".to_owned(), "five".to_owned()));
}
