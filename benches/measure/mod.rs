//! Samples, what is said about them, and the day's session that is typed.
//!
//! A plain harness: the limits are at the 99th percentile and each figure stands beside a bare one
//! of the same run, which a mean and its deviation do not show.

#![allow(dead_code)] // each bench uses its part

pub mod book;
pub mod table;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use mimalloc::MiMalloc;
use qiantai::demo::{self, Wish};
use qiantai::desk::kinds::STANDARD;

/// The program's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The longest first frame, from the start of the program on.
pub const FIRST_FRAME: Duration = Duration::from_millis(150);
/// The longest wait for a painted frame after a key, at the 99th percentile.
pub const KEY: Duration = Duration::from_millis(16);
/// The window that is measured.
pub const SIZE: (u16, u16) = (120, 36);

/// A session over all tabs and forms: names of keys, and texts that are typed character by character.
pub const SESSION: &[&str] = &[
    // The lists: rows, parts, actions, the household beside a case.
    "1",
    "Down",
    "Down",
    "Down",
    "Tab",
    "Tab",
    "Up",
    "F12",
    "Down",
    "Down",
    "Esc",
    "2",
    "Down",
    "Down",
    "Tab",
    "3",
    "Down",
    "Down",
    "Down",
    "Down",
    "PageDown",
    "PageUp",
    "Tab",
    "Tab",
    "F12",
    "Esc",
    "4",
    "Down",
    "Down",
    "Tab",
    "5",
    "Down",
    "6",
    "Down",
    "Down",
    "Tab",
    "7",
    "Down",
    "Down",
    "8",
    "Down",
    "9",
    "Down",
    "Down",
    "0",
    "Down",
    "Down",
    "Left",
    "Right",
    // A call from somebody who is found by initials, interrupted by another one, taken up and saved.
    "F2",
    "=zjg",
    "Down",
    "Enter",
    "Tab",
    "=厨房水管爆裂,水已关总阀",
    "Ctrl+P",
    "F2",
    "=138",
    "Backspace",
    "Backspace",
    "Backspace",
    "Esc",
    "F4",
    "Tab",
    "Tab",
    "Ctrl+P",
    "F3",
    "=3-2",
    "Down",
    "Enter",
    "=送货员小陈",
    "Ctrl+P",
    // A new case of each tab, walked through field by field.
    "3",
    "Ctrl+N",
    "Tab",
    "Tab",
    "Tab",
    "Tab",
    "Tab",
    "=阳台地漏返水",
    "Ctrl+P",
    "4",
    "Ctrl+N",
    "Tab",
    "Tab",
    "Tab",
    "Tab",
    "Tab",
    "=夜里装修有噪音",
    "Ctrl+P",
    "5",
    "Ctrl+N",
    "Tab",
    "Tab",
    "Ctrl+P",
    "6",
    "Ctrl+N",
    "Tab",
    "Tab",
    "Ctrl+N",
    "Ctrl+P",
    // Finding, commands, help, the language.
    "1",
    "Ctrl+F",
    "=水管",
    "Down",
    "Down",
    "Backspace",
    "Backspace",
    "=1501",
    "Esc",
    "Ctrl+K",
    "=ca",
    "Down",
    "Esc",
    "F1",
    "PageDown",
    "PageUp",
    "Esc",
    "Ctrl+T",
    "Ctrl+T",
    "Ctrl+Right",
    "Ctrl+Right",
    "Ctrl+Left",
    "Ctrl+R",
];

/// The keys of the session, one each.
pub fn keys() -> Vec<String> {
    let mut keys = Vec::new();
    for step in SESSION {
        match step.strip_prefix('=') {
            Some(text) => keys.extend(text.chars().map(String::from)),
            None => keys.push((*step).to_owned()),
        }
    }
    keys
}

/// A demonstration in a directory: three months of a counter, as `qiantai demo` makes it.
pub fn demonstration(directory: &Path, now: DateTime<Utc>) {
    let started = Instant::now();
    let go_on = &mut |_, _, _| ControlFlow::Continue(());
    let (made, _) = demo::make_in(directory, STANDARD, now, Wish::default(), go_on).expect("a demonstration");
    println!("{} cases, {} households, made in {}", made.cases, made.households, said(started.elapsed()));
}

/// How often, and how long.
#[derive(Debug, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Takes so many samples of something, after a few that do not count.
    pub fn of(count: usize, mut work: impl FnMut(usize)) -> Self {
        (0..count.div_ceil(10)).for_each(&mut work);
        let mut samples = Self::default();
        for n in 0..count {
            let started = Instant::now();
            work(n);
            samples.add(started.elapsed());
        }
        samples
    }

    pub fn add(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    /// The sample that was taken at that place.
    pub fn nth(&self, at: usize) -> Duration {
        self.0.get(at).copied().unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn extend(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
    }

    /// The sample below which so many percent lie.
    pub fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
        sorted.get(place).copied().unwrap_or_default()
    }

    /// One row of the table.
    pub fn row(&self, name: &str) {
        let [half, most, longest] = [50, 99, 100].map(|percent| said(self.at(percent)));
        println!("| {name} | {} | {half} | {most} | {longest} |  |", self.0.len());
    }

    /// One row of the table, beside the bare statement of the same run.
    pub fn beside(&self, name: &str, bare: &Self) {
        let [half, most, longest] = [50, 99, 100].map(|percent| said(self.at(percent)));
        let ratio = self.at(50).as_secs_f64() / bare.at(50).as_secs_f64().max(f64::EPSILON);
        let beside = format!("{} ({ratio:.1}×)", said(bare.at(50)));
        println!("| {name} | {} | {half} | {most} | {longest} | {beside} |", self.0.len());
    }

    /// Says whether a limit holds, and remembers if it does not.
    pub fn holds(&self, percent: usize, limit: Duration, missed: &mut Vec<String>, name: &str) {
        let found = self.at(percent);
        if found > limit {
            missed.push(format!("{name}: {} instead of {}", said(found), said(limit)));
        }
    }
}

/// The head of the table.
pub fn head() {
    println!("\n| | samples | p50 | p99 | max | bare SQLite p50 |\n| --- | --- | --- | --- | --- | --- |");
}

/// How the bench ends: in failure if a limit was missed. Given back, so that the copies of the books go first.
pub fn end(missed: &[String]) -> ExitCode {
    if missed.is_empty() {
        println!("\nAll limits hold.");
        return ExitCode::SUCCESS;
    }
    println!("\nMissed: {}", missed.join("; "));
    ExitCode::FAILURE
}

pub fn said(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.0} µs") } else { format!("{:.2} ms", micros / 1e3) }
}
