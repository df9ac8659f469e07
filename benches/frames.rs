//! In the process: first frame, key to painted frame, lists, figures, statistics, finding, saving; on a small and
//! on a large book, each beside the bare statement on the same file in the same run.
//!
//! `cargo bench --bench frames`; see `docs/performance.md`.

#[path = "frames/desk.rs"]
mod desk;
#[path = "frames/find.rs"]
mod find;
mod measure;
#[path = "frames/reading.rs"]
mod reading;

use std::process::ExitCode;
use std::time::Duration;

use measure::book::Book;
use measure::table::{self, Limit, Measured};
use measure::{Samples, end, keys};

use desk::Desk;

/// The longest wait for a painted frame after a key.
const KEY: Duration = Duration::from_millis(8);
/// The longest first frame in the process.
const FIRST: Duration = Duration::from_millis(60);

fn main() -> ExitCode {
    let books = Book::both();
    let [small, large] = books.each_ref().map(measured);
    let mut missed = Vec::new();
    table::print(books.each_ref().map(|book| book.cases), &small, &large, &mut missed);
    end(&missed)
}

fn measured(book: &Book) -> Vec<Measured> {
    let mut rows = vec![first_frame(book)];
    rows.extend(session(book));
    rows.extend(reading::all(book));
    rows.extend(find::all(book));
    rows
}

/// From opening the book to the painted login, beside opening the file and reading one row.
fn first_frame(book: &Book) -> Measured {
    let ours = Samples::of(100, |_| {
        Desk::new(book).draw();
    });
    let opened = Samples::of(100, |_| {
        let row: String = book
            .bare()
            .query_row("SELECT number FROM cases ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
            .expect("a row");
        assert!(!row.is_empty());
    });
    Measured::new("first frame (login)", ours, Some(opened), Limit::At(99, FIRST))
}

/// Every key of the session with its frame; and the login, which is slow on purpose.
fn session(book: &Book) -> Vec<Measured> {
    let mut desk = Desk::new(book);
    desk.draw();
    let (mut login, mut pressed, mut answers) = (Samples::default(), Samples::default(), Samples::default());
    let mut slowest = Vec::new();
    for _ in 0..5 {
        login.add(desk.log_in());
        for key in keys() {
            let took = desk.press(&key);
            pressed.add(took);
            slowest.push((took, key));
            while let Some(took) = desk.answer(Duration::from_millis(5)) {
                answers.add(took);
            }
            desk.save_draft();
        }
        desk.press("Ctrl+L");
    }
    slowest.sort();
    let named: Vec<String> =
        slowest.iter().rev().take(8).map(|(took, key)| format!("{key} {}", measure::said(*took))).collect();
    println!("<!-- {} cases, the slowest keys: {} -->", book.cases, named.join(", "));
    vec![
        Measured::new("key to frame, the session", pressed, None, Limit::At(99, KEY)),
        Measured::new("answer of a thread to frame", answers, None, Limit::At(99, KEY)),
        Measured::new("PIN to frame (argon2, slow on purpose)", login, None, Limit::None),
    ]
}
