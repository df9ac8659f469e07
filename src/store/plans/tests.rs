use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use chrono::{DateTime, Days, TimeDelta, Utc};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::counter::{clock, operators, reports, retention, review};
use crate::demo::{self, Wish};
use crate::desk::kinds::STANDARD;
use crate::desk::report::{Period, PeriodSort};
use crate::store::Store;
use crate::store::past::Past;
use crate::text::lang::Lang;
use crate::timer;
use crate::ui::app::App;
use crate::ui::config::Config;

/// Tables that do not grow with the history, or have one row: all others do.
const SMALL: &[&str] =
    &["operator", "setting", "draft", "household", "resident", "find_key", "owed", "owed_list", "check_key"];

/// Indexes that hold only what is open or still to come.
const FEW: &[&str] = &[
    "cases_open",
    "cases_queue",
    "cases_owned",
    "cases_escalated",
    "cases_unit_open",
    "cases_inside",
    "cases_due",
    "cases_callback",
    "cases_warn",
    "callback_open",
    "copy_failed",
];

/// Statements that walk through a table that grows, each with the reason.
const ALLOWED: &[(&str, &str)] = &[
    ("INSERT INTO used SELECT number", "a step of the schema, once"),
    ("FROM cases c CROSS JOIN entry e ON e.subject = c.number ORDER BY c.id", "a step of the schema, once"),
    (
        "instr(detail, ?3) > 0",
        "the office takes a word out of a list: once for each, and no index knows all places",
    ),
];

/// Names by which a statement speaks of tables.
fn names<'a>(sql: &'a str, tables: &BTreeSet<String>) -> BTreeMap<&'a str, &'a str> {
    let words: Vec<&str> =
        sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let mut names = BTreeMap::new();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| tables.contains(**word)) {
        names.insert(*word, *word);
        let next = words.get(at + 1).filter(|next| **next != "AS").or(words.get(at + 2));
        if let Some(alias) = next.filter(|next| next.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
            names.entry(alias).or_insert(word);
        }
    }
    names
}

/// The steps of a statement's plan that walk through a table that grows.
fn walks(connection: &Connection, tables: &BTreeSet<String>, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
    let steps =
        statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
    let names = names(sql, tables);
    // What comes in the order of the table and ends early reads what it shows.
    let ends_early = sql.contains("LIMIT") && !sql.contains("WHERE");
    let grows = |step: &String| {
        let words: Vec<&str> = step.split(' ').collect();
        let table = words.get(1).and_then(|name| names.get(name));
        let found = table.is_some_and(|table| !SMALL.contains(table));
        let few = words.windows(2).any(|pair| pair[0] == "INDEX" && FEW.contains(&pair[1]));
        let asked = step.contains("VIRTUAL TABLE INDEX") && step.contains(":M");
        let scans = words[0] == "SCAN" || step.contains("AUTOMATIC");
        scans && found && !few && !asked && !ends_early
    };
    steps.map(Result::unwrap).filter(grows).collect()
}

/// Everything that a day brings: saves of every kind, all screens, the timer, the end of day, the statistics.
fn day(directory: &Path) {
    let now: DateTime<Utc> = "2026-11-24T09:00:00Z".parse().unwrap();
    let mut store = Store::open(directory, STANDARD).unwrap();
    demo::make(&mut store, now, Wish { cases: 400, ..Wish::default() }).unwrap();

    let mut app = App::new(store, Config::plain(Lang::ZhCn), now).unwrap();
    app.start(now);
    let (wake, woken) = channel();
    app.wake_by(Arc::new(move || {
        // Nobody listens any more when the test has ended.
        let _ = wake.send(());
    }));
    let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    let mut press = |keys: &[&str]| {
        for key in keys {
            app.event(&Event::Key(key_event(key)), now);
            app.now(now);
            terminal.draw(|frame| app.draw(frame)).unwrap();
            let mut patience = Duration::from_secs(if *key == "wait" { 2 } else { 0 });
            while woken.recv_timeout(patience).is_ok() {
                app.answered(now);
                patience = Duration::ZERO;
            }
        }
    };
    press(&["2", "2", "4", "6", "8", "1", "0", "Enter", "Esc"]);
    for tab in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
        press(&[tab, "Down", "Down", "Tab", "Tab", "Up", "Tab", "End", "Home", "/", "水", "Enter", "Esc"]);
        press(&[tab, "Enter", "Tab", "Tab", "Right", "Down", "F12", "Esc", "Esc", "Esc"]);
    }
    for form in ["F2", "F3"] {
        press(&[form, "3", "-", "1", "Down", "Enter", "Tab", "Esc", "Esc"]);
    }
    for question in ["水", "水管", "1", "138", "zjg", "1-1-0101", "3-2", "报修", "007", "1124-001"] {
        press(&["Ctrl+F"]);
        question.split("").filter(|key| !key.is_empty()).for_each(|key| press(&[key]));
        press(&["wait", "Esc"]);
    }
    for key in ["Ctrl+K", "Ctrl+Y", "Ctrl+Right", "Ctrl+Right", "Ctrl+Right", "Ctrl+Right", "Ctrl+R"] {
        press(&[key, "Down", "Down", "Enter", "Esc", "Esc"]);
    }

    let mut store = Store::open(directory, STANDARD).unwrap();
    let settings = store.settings().unwrap().unwrap();
    let (today, session) =
        (settings.calendar.day_of(now), operators::login(&mut store, "王敏", "246810", now).unwrap());
    timer::board(&store, &settings, now).unwrap();
    store.next_change(now, TimeDelta::minutes(30)).unwrap();
    clock::sweep(&mut store, now + TimeDelta::days(40)).unwrap();
    for back in 0..3 {
        review::review(&store, now, today - Days::new(back)).unwrap();
    }
    retention::due(&store, &settings, today).unwrap();
    for sort in [PeriodSort::Day, PeriodSort::Month, PeriodSort::Quarter, PeriodSort::Year] {
        let go_on = |_, _| ControlFlow::Continue(());
        let report =
            reports::report(&store, &session, now, Period::around(sort, today), go_on).unwrap().unwrap();
        let cells = report.sections.iter().flat_map(|section| &section.rows).flat_map(|row| &row.cells);
        for behind in cells.filter_map(|cell| cell.cases.as_ref()).step_by(9) {
            reports::behind(&store, &session, behind, 20).unwrap();
        }
    }
    for question in ["水管 漏水", "报修 未结 3-2- 上周", "3-2-", "上月", "投诉 噪音", "7", "已结"]
    {
        store.find_cases(question, today, 30).unwrap();
        store.find_households(question, 30).unwrap();
    }
    let unit = &store
        .households(&crate::store::directory::HouseholdQuery { limit: 1, ..Default::default() })
        .unwrap()
        .rows[0];
    let unit = unit.household.unit.clone();
    store.past(&unit, Past::Before(None), 50).unwrap();
    store.past(&unit, Past::After(None), 50).unwrap();
    store.scores_of(&unit).unwrap();
    store.counts_of(&unit, today).unwrap();
    store.scores("DC-20261124-001", "scores", 4).unwrap();
}

fn key_event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.strip_prefix("Ctrl+") {
        Some(rest) => (KeyModifiers::CONTROL, rest),
        None => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Tab" => KeyCode::Tab,
        "Esc" => KeyCode::Esc,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Right" => KeyCode::Right,
        "End" => KeyCode::End,
        "Home" => KeyCode::Home,
        "wait" => KeyCode::Null,
        _ => match name.strip_prefix('F').and_then(|number| number.parse().ok()) {
            Some(number) => KeyCode::F(number),
            None => KeyCode::Char(name.chars().next().unwrap_or(' ').to_ascii_lowercase()),
        },
    };
    KeyEvent::new(code, modifiers)
}

#[test]
fn nothing_that_a_day_asks_walks_through_the_history() {
    let directory = tempfile::tempdir().unwrap();
    listen(directory.path());
    day(directory.path());
    let heard = noted(directory.path());
    let connection = Connection::open(directory.path().join(Store::FILE)).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let tables: BTreeSet<String> = connection
        .prepare(tables)
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut faults = Vec::new();
    let mut looked_at = 0;
    for sql in &heard {
        let first = sql.split_whitespace().next().unwrap_or_default();
        // The index of texts has statements of its own.
        if !matches!(first, "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "WITH") || sql.contains("'case_text_")
        {
            continue;
        }
        looked_at += 1;
        let walks = walks(&connection, &tables, sql);
        if !walks.is_empty() && !ALLOWED.iter().any(|(part, _)| sql.contains(part)) {
            faults.push(format!("{}\n    {sql}", walks.join(", ")));
        }
    }
    assert!(looked_at > 150, "only {looked_at} statements were heard");
    assert!(faults.is_empty(), "of {looked_at} statements these walk:\n{}", faults.join("\n"));
    for (part, reason) in ALLOWED {
        assert!(heard.iter().any(|sql| sql.contains(part)), "nobody asks so any more: {part} ({reason})");
    }
    // It is no empty test: these would walk.
    for sql in [
        "SELECT number FROM cases WHERE summary = ?1",
        "SELECT c.id FROM entry o JOIN cases c ON c.number = o.subject",
    ] {
        assert!(!walks(&connection, &tables, sql).is_empty(), "{sql}");
    }
}
