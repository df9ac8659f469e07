//! Whether the file, the chain of entries and the rules still hold, and what exactly does not.
//!
//! It names numbers of cases and days only, so that it can be asked with nobody logged in: a damaged
//! book may let nobody in.

use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::backup::{self, is_copy};
use super::say;
use crate::desk::case::Case;
use crate::desk::kinds::Kinds;
use crate::desk::why::{Arg, Why};
use crate::store::backup::{Stage, Watch, files, head_of};
use crate::store::cases::Query;
use crate::store::chain::ChainFault;
use crate::store::copies::{Noted, SUBJECT};
use crate::store::{Store, StoreError};
use crate::text::lang::{Lang, t};
use crate::text::say as text;

/// Cases read at a time.
const PART: usize = 500;
/// Most faults that are named.
const NAMED: usize = 10;
/// Most cases without a row that are looked for.
const LOST: usize = 1_000;

/// One check and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked; words under `doctor.check.<id>`.
    pub id: &'static str,
    /// Nothing is wrong.
    pub ok: bool,
    /// What was found: how much is sound, or the first faults.
    pub found: Vec<Why>,
    /// Faults beyond those that are named.
    pub more: usize,
}

impl Check {
    fn new(id: &'static str, sound: Why, mut faults: Vec<Why>) -> Self {
        if faults.is_empty() {
            return Self { id, ok: true, found: vec![sound], more: 0 };
        }
        let more = faults.len().saturating_sub(NAMED);
        faults.truncate(NAMED);
        Self { id, ok: false, found: faults, more }
    }

    /// What was found, in one sentence or a few.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        // Nothing that is found has an instant in it.
        let mut said: Vec<String> = self.found.iter().map(|why| text::say(why, lang, Tz::UTC)).collect();
        if self.more > 0 {
            said.push(t(lang, "doctor.more", &[("count", &self.more.to_string())]));
        }
        said.join(" ")
    }
}

/// Examines the book of a data directory. What can't be read is a fault, too.
///
/// # Errors
/// `watch` broke it off.
pub fn examine(data: &Path, kinds: Kinds, watch: &Watch) -> super::Result<Vec<Check>> {
    let mut checks = Vec::new();
    let mut store = match Store::open_watched(data, kinds, watch) {
        Ok(store) => store,
        Err(StoreError::Stopped) => return Err(StoreError::Stopped.into()),
        Err(error) => return Ok(vec![unread("file", &error)]),
    };
    if matches!(store.settings(), Ok(None)) {
        // A file that was emptied is a sound one, with nothing in it.
        return Ok(vec![Check::new("file", Why::new(""), vec![super::missing(data)])]);
    }
    let parts: [(&'static str, Examination); 7] = [
        ("file", file),
        ("chain", chain),
        ("copies", copies),
        ("signatures", signatures),
        ("operators", operators),
        ("totals", totals),
        ("rules", rules),
    ];
    for (id, examination) in parts {
        checks.push(match examination(&mut store, watch) {
            Ok((sound, faults)) => Check::new(id, sound, faults),
            Err(StoreError::Stopped) => return Err(StoreError::Stopped.into()),
            Err(error) => unread(id, &error),
        });
    }
    Ok(checks)
}

type Examination = fn(&mut Store, &Watch) -> Result<(Why, Vec<Why>), StoreError>;

fn unread(id: &'static str, error: &StoreError) -> Check {
    Check::new(id, Why::new(""), vec![say::why(error)])
}

fn file(store: &mut Store, watch: &Watch) -> Result<(Why, Vec<Why>), StoreError> {
    let faults = store.find_faults(watch)?;
    let faults = faults.into_iter().map(|fault| Why::new("doctor.file").with("fault", Arg::Text(fault)));
    Ok((Why::new("doctor.file_ok"), faults.collect()))
}

fn chain(store: &mut Store, watch: &Watch) -> Result<(Why, Vec<Why>), StoreError> {
    let report = store.walk_chain(watch)?;
    let head = store.head()?;
    let hash = store.hash_at(head)?.unwrap_or_default();
    let sound = Why::new("doctor.chain_ok")
        .with("entries", Arg::Number(report.entries))
        .with("hash", Arg::Text(hex::encode(&hash).chars().take(16).collect()));
    let fault = report.broken.map(|(seq, fault)| -> Result<Why, StoreError> {
        let subject = store.record(seq)?.map(|record| record.subject).unwrap_or_default();
        let key = match fault {
            ChainFault::Changed => "doctor.chain_changed",
            ChainFault::Missing => "doctor.chain_missing",
        };
        Ok(Why::new(key).with("seq", Arg::Number(seq)).with("subject", Arg::Text(subject)))
    });
    Ok((sound, fault.transpose()?.into_iter().collect()))
}

/// Compares the chain with what its head was when copies were made: a chain that somebody cut short,
/// or wrote anew from some entry on, follows from itself but not from them.
fn copies(store: &mut Store, _: &Watch) -> Result<(Why, Vec<Why>), StoreError> {
    let mut noted = store.noted_heads()?;
    let settings = store.settings()?;
    let directory = settings.and_then(|settings| backup::directory(store, &settings));
    let lying = directory.as_deref().map(files).transpose().unwrap_or_default().unwrap_or_default();
    for (name, _) in lying.iter().filter(|(name, _)| is_copy(name)) {
        let Some(directory) = &directory else { continue };
        // A file that can't be read says nothing of this book.
        if let Ok((head, hash)) = head_of(&directory.join(name))
            && head > 0
        {
            let row = noted.iter().position(|known| known.copy == *name);
            let begun = row.and_then(|row| noted.remove(row).begun);
            noted.push(Noted { copy: name.clone(), begun, seq: head, hash });
        }
    }
    let restored = restored(store)?;
    let last = store.head()?;
    let mut faults: Vec<Why> =
        (!is_own_key(store)?).then(|| Why::new("doctor.copy_key")).into_iter().collect();
    let mut left_behind = 0;
    for Noted { copy: name, begun, seq, hash } in &noted {
        let now = store.hash_at(*seq)?;
        if now.as_ref() == Some(hash) {
            continue;
        }
        // What was copied before a restore may hold entries that it left behind.
        let left =
            |one: &Another| one.from < *seq && *seq <= one.left && begun.is_none_or(|begun| begun <= one.at);
        if restored.iter().any(left) {
            left_behind += 1;
            continue;
        }
        let key = if now.is_none() { "doctor.cut_short" } else { "doctor.other_entry" };
        faults.push(
            Why::new(key)
                .with("copy", Arg::Text(name.clone()))
                .with("seq", Arg::Number(*seq))
                .with("last", Arg::Number(last)),
        );
    }
    let sound = if left_behind == 0 { "doctor.copies_ok" } else { "doctor.copies_left" };
    let sound = Why::new(sound)
        .with("count", Arg::Number(noted.len() as i64 - left_behind))
        .with("left", Arg::Number(left_behind));
    Ok((sound, faults))
}

/// Whether copies are encrypted to the key that somebody of the office chose: whoever put another one
/// into the settings from outside could read the copies, and the office could not.
fn is_own_key(store: &Store) -> Result<bool, StoreError> {
    let Some(settings) = store.settings()? else { return Ok(true) };
    let Some(last) = store.records("settings")?.pop() else { return Ok(true) };
    let body: Value = serde_json::from_str(&last.body)?;
    let chosen = body.pointer("/backup/key").and_then(Value::as_str).unwrap_or_default();
    Ok(chosen == settings.backup.key)
}

/// Where a restore went another way than the book had gone.
struct Another {
    /// The last entry that both have.
    from: i64,
    /// The last entry that was left behind.
    left: i64,
    at: DateTime<Utc>,
}

fn restored(store: &Store) -> Result<Vec<Another>, StoreError> {
    let records = store.records(SUBJECT)?;
    let restores = records.iter().filter(|record| record.action == "restore");
    Ok(restores
        .filter_map(|record| {
            let body: Value = serde_json::from_str(&record.body).ok()?;
            // A book that could not be read may have come any way.
            let left = body.get("left").and_then(Value::as_i64).unwrap_or(i64::MAX);
            Some(Another { from: body.get("common")?.as_i64()?, left, at: record.at })
        })
        .collect())
}

fn signatures(store: &mut Store, _: &Watch) -> Result<(Why, Vec<Why>), StoreError> {
    let unsound = store.unsound_signatures()?;
    let faults = unsound.into_iter().map(|day| Why::new("doctor.signature").with("day", Arg::Text(day)));
    Ok((Why::new("doctor.signatures_ok"), faults.collect()))
}

fn operators(store: &mut Store, _: &Watch) -> Result<(Why, Vec<Why>), StoreError> {
    let unsound = store.unsound_operators()?;
    let faults = unsound.into_iter().map(|name| Why::new("doctor.operator").with("name", Arg::Text(name)));
    Ok((Why::new("doctor.operators_ok"), faults.collect()))
}

/// Counts the totals of the days again.
fn totals(store: &mut Store, _: &Watch) -> Result<(Why, Vec<Why>), StoreError> {
    let unsound = store.unsound_totals()?;
    let faults = unsound.into_iter().map(|total| Why::new("doctor.total").with("total", Arg::Text(total)));
    Ok((Why::new("doctor.totals_ok"), faults.collect()))
}

/// Makes every case anew from its timeline and compares it with what is stored, and looks for those that are not
/// stored any more. Each fault names its case as
/// `number`.
pub(super) fn rules(store: &mut Store, watch: &Watch) -> Result<(Why, Vec<Why>), StoreError> {
    let all = store.count(&Query::default())?;
    let mut read = 0_u64;
    let mut faults = Vec::new();
    let mut query = Query { limit: PART, ..Query::default() };
    loop {
        let page = store.list(&query)?;
        for row in &page.rows {
            let number = &row.case.number;
            read += 1;
            let differs = || Why::new("doctor.differs").with("number", Arg::Text(number.clone()));
            match is_rebuilt(store, number) {
                Ok(true) => {}
                Ok(false) => faults.push(differs()),
                Err(StoreError::Record(error)) => faults.push(
                    Why::new("doctor.unreadable")
                        .with("number", Arg::Text(number.clone()))
                        .with("fault", Arg::Text(error.to_string())),
                ),
                Err(error) => return Err(error),
            }
        }
        query.after = page.rows.last().map(|row| (row.front, row.id));
        if watch(Stage::Rules, read, all.max(read)).is_break() {
            return Err(StoreError::Stopped);
        }
        if !page.more {
            break;
        }
    }
    // A row that somebody took out from outside is missed by its entries alone.
    let lost = store.lost_cases(LOST, watch)?.into_iter();
    faults.extend(lost.map(|number| Why::new("doctor.lost").with("number", Arg::Text(number))));
    Ok((Why::new("doctor.rules_ok").with("cases", Arg::Number(read.cast_signed())), faults))
}

fn is_rebuilt(store: &Store, number: &str) -> Result<bool, StoreError> {
    let Some(stored) = store.case(number)? else { return Ok(false) };
    let Some(kind) = store.kinds().get(&stored.kind) else { return Ok(false) };
    let entries = store.timeline(number)?;
    Ok(!entries.is_empty() && Case::rebuild(&stored.kind, &entries, |state| kind.ends(state)) == stored)
}
