//! Finding while typing: a thousand questions of every sort, from the question to the painted answer.

use std::collections::BTreeSet;
use std::time::Duration;

use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::text::pinyin;
use rusqlite::Connection;

use super::desk::Desk;
use super::measure::Samples;
use super::measure::book::Book;
use super::measure::table::{Limit, Measured};

/// The longest search.
const SEARCH: Duration = Duration::from_millis(16);
/// Questions of each sort.
const EACH: usize = 100;
/// What is asked for at once, as by the screen.
const ASKED: usize = 30;

/// A sort of questions.
struct Sort {
    name: &'static str,
    questions: Vec<String>,
}

pub fn all(book: &Book) -> Vec<Measured> {
    let sorts = sorts(book);
    let store = Store::open(book.path(), STANDARD).expect("the book");
    let bare = book.bare();
    let today = book.now.date_naive();
    let mut rows = Vec::new();
    let (mut everything, mut everything_bare) = (Samples::default(), Samples::default());
    let mut worst = (0.0, Duration::ZERO, String::new());
    for sort in &sorts {
        let ask = |at: usize| {
            let question = &sort.questions[at % sort.questions.len()];
            store.find_households(question, ASKED).expect("households");
            store.find_cases(question, today, ASKED).expect("cases");
        };
        let ours = Samples::of(sort.questions.len(), ask);
        let plain = Samples::of(sort.questions.len(), |at| {
            by_statement(&bare, &sort.questions[at % sort.questions.len()]);
        });
        for (at, question) in sort.questions.iter().enumerate() {
            let (ours, bare) = (ours.nth(at), plain.nth(at));
            let over = ours.as_secs_f64() - 2.0 * bare.as_secs_f64();
            if over > worst.0 {
                worst = (over, ours, question.clone());
            }
        }
        everything.extend(&ours);
        everything_bare.extend(&plain);
        rows.push(Measured::new(sort.name, ours, Some(plain), Limit::At(99, SEARCH)));
    }
    println!(
        "<!-- {} cases: most above twice the bare statements: {} ({}) -->",
        book.cases,
        worst.2,
        super::measure::said(worst.1)
    );
    rows.push(Measured::new(
        "find: all of these questions",
        everything,
        Some(everything_bare),
        Limit::At(99, SEARCH),
    ));
    rows.push(painted(book, &sorts));
    rows
}

/// From the key that ends a question to the frame that shows the answer.
fn painted(book: &Book, sorts: &[Sort]) -> Measured {
    let mut desk = Desk::new(book);
    desk.draw();
    desk.log_in();
    let mut ours = Samples::default();
    let mut slowest: Vec<(Duration, String)> = Vec::new();
    for question in sorts.iter().flat_map(|sort| &sort.questions) {
        desk.press("Ctrl+F");
        let mut typed = String::new();
        for key in question.chars().map(String::from) {
            typed.push_str(&key);
            let mut took = desk.press(&key);
            let asked = std::time::Instant::now();
            if desk.answer(Duration::from_secs(5)).is_some() {
                took += asked.elapsed();
            }
            ours.add(took);
            slowest.push((took, typed.clone()));
        }
        desk.press("Esc");
        while desk.answer(Duration::ZERO).is_some() {}
    }
    slowest.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
    let slowest: Vec<String> = slowest
        .iter()
        .step_by(4)
        .take(14)
        .map(|(took, typed)| format!("{typed} ({})", super::measure::said(*took)))
        .collect();
    println!("<!-- {} cases, the slowest to the painted answer: {} -->", book.cases, slowest.join(", "));
    Measured::new("find: key to painted answer", ours, None, Limit::At(99, SEARCH))
}

/// What the same question costs in statements alone: the ranges of keys of households, and the newest cases
/// that the index of texts names, with their rows.
fn by_statement(bare: &Connection, question: &str) {
    let mut keys = bare
        .prepare_cached("SELECT key, household, position FROM find_key WHERE sort = ?1 AND key >= ?2 AND key < ?3 ORDER BY key LIMIT 70")
        .expect("a statement");
    for sort in ["u", "d", "r", "p", "t", "n", "m", "i", "f"] {
        let key: String = if sort == "t" { question.chars().rev().collect() } else { question.to_owned() };
        let end = format!("{key}{}", char::MAX);
        let mut rows = keys.query([sort, &key, &end]).expect("keys");
        while rows.next().expect("a key").is_some() {}
    }
    let pieces = pieces(question);
    if pieces.is_empty() {
        return;
    }
    let mut index = bare
        .prepare_cached("SELECT rowid FROM case_text WHERE case_text MATCH ?1 ORDER BY rowid DESC")
        .expect("a statement");
    let mut case = bare.prepare_cached("SELECT * FROM cases WHERE id = ?1").expect("a statement");
    let mut rows = index.query([pieces.join(" AND ")]).expect("the index");
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next().expect("a row")
        && found.len() < ASKED
    {
        let id: i64 = row.get(0).expect("a case");
        if found.insert(id) {
            let mut rows = case.query([id]).expect("a case");
            let row = rows.next().expect("a row").expect("a row");
            assert!((0..25).all(|at| row.get_ref(at).is_ok()));
        }
    }
}

/// The pieces of a question as the index has them.
fn pieces(question: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for run in question.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()) {
        let chars: Vec<char> = run.chars().collect();
        let length = if run.is_ascii() { 3 } else { 2 }.min(chars.len());
        pieces.extend(chars.windows(length).map(|piece| format!("\"{}\"", piece.iter().collect::<String>())));
    }
    pieces.retain(|piece| piece.len() > 3 || !piece.contains(|c: char| c.is_ascii_digit()));
    pieces
}

/// A thousand questions from what stands in the book, always the same for the same book.
fn sorts(book: &Book) -> Vec<Sort> {
    let bare = book.bare();
    let last: i64 = bare.query_row("SELECT max(id) FROM cases", [], |row| row.get(0)).expect("cases");
    let mut take = bare
        .prepare("SELECT summary, coalesce(contact, ''), coalesce(phone, ''), coalesce(unit, ''), number FROM cases WHERE id = ?1")
        .expect("a statement");
    // Far apart in the history.
    let cases: Vec<[String; 5]> = (0..EACH as i64)
        .map(|n| 1 + (n * 7919 * 131) % last)
        .map(|id| {
            take.query_row([id], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))
                .expect("a case")
        })
        .collect();
    let part = |text: &str, at: usize, length: usize| -> String {
        let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let from = if chars.len() > length { at % (chars.len() - length + 1) } else { 0 };
        chars.into_iter().skip(from).take(length).collect()
    };
    let of = |name, ask: &dyn Fn(usize, &[String; 5]) -> String| {
        let questions =
            cases.iter().enumerate().map(|(at, case)| ask(at, case)).filter(|text| !text.is_empty());
        Sort { name, questions: questions.collect() }
    };
    let end = |text: &str, length: usize| -> String {
        let chars: Vec<char> = text.chars().collect();
        chars[chars.len().saturating_sub(length)..].iter().collect()
    };
    vec![
        of("find: one character", &|at, case| part(&case[0], at, 1)),
        of("find: one rare character", &|at, _| {
            char::from_u32(0x4e00 + (at as u32 * 7919) % 0x51a5).map(String::from).unwrap_or_default()
        }),
        of("find: two characters", &|at, case| part(&case[0], at, 2)),
        of("find: four characters", &|at, case| part(&case[0], at, 4)),
        of("find: two words", &|at, case| format!("{} {}", part(&case[0], at, 2), case[1])),
        of("find: the last four digits", &|_, case| end(&case[2], 4)),
        of("find: initials", &|_, case| pinyin::keys(&case[1]).initials.first().cloned().unwrap_or_default()),
        of("find: a unit", &|at, case| {
            if at % 2 == 0 { case[3].clone() } else { case[3].chars().take(5).collect() }
        }),
        of("find: a part of a number", &|at, case| end(&case[4], 3 + at % 9)),
        of("find: misses", &|at, case| format!("{}{}", part(&case[0], at, 1), end(&case[1], 1))),
    ]
}
