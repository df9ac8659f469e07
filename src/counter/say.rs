//! Saying why something was not done: one sentence, with what to do.

use chrono_tz::Tz;

use super::CounterError;
use super::old_copies::OldCopies;
use super::watch::{Seen, Watch};
use crate::desk::kinds::Kinds;
use crate::desk::number;
use crate::desk::why::{Arg, Why};
use crate::store::StoreError;
use crate::text::lang::{Lang, t, try_t};
use crate::text::plain::harmless;
use crate::text::say;

/// The sentence of a refusal or failure; a guard that refused is named behind it.
#[must_use]
pub fn say(error: &CounterError, lang: Lang, tz: Tz) -> String {
    match error {
        CounterError::Refused(why) => {
            let mut sentence = say::say(why, lang, tz);
            if let Some(guard) = &why.guard {
                sentence.push_str(&t(lang, "counter.guard", &[("guard", guard)]));
            }
            sentence
        }
        CounterError::Store(error) => say_store(error, lang),
    }
}

/// The sentence of a failure of the file.
#[must_use]
pub fn say_store(error: &StoreError, lang: Lang) -> String {
    // No failure of the file has an instant in it.
    say::say(&why(error), lang, Tz::UTC)
}

/// A failure of the file as a value that can be kept and said later.
#[must_use]
pub fn why(error: &StoreError) -> Why {
    let path = match error {
        StoreError::Foreign(path)
        | StoreError::Newer { path, .. }
        | StoreError::Gone(path)
        | StoreError::Exists(path)
        | StoreError::Sealed(path)
        | StoreError::WrongKey(path)
        | StoreError::Torn(path)
        | StoreError::Io { path, .. } => path.display().to_string(),
        _ => String::new(),
    };
    let (key, detail) = match error {
        StoreError::Foreign(_) => ("foreign", String::new()),
        StoreError::Newer { .. } => ("newer", String::new()),
        StoreError::Busy => ("busy", String::new()),
        StoreError::Full => ("full", String::new()),
        StoreError::ReadOnly => ("read_only", String::new()),
        StoreError::Damaged(detail) => ("damaged", detail.clone()),
        StoreError::Broken { seq, .. } => ("broken", seq.to_string()),
        StoreError::Gone(_) => ("gone", String::new()),
        StoreError::Exists(_) => ("exists", String::new()),
        StoreError::Stopped => ("stopped", String::new()),
        StoreError::HalfDone => ("half_done", String::new()),
        StoreError::Sealed(_) => ("sealed", String::new()),
        StoreError::WrongKey(_) => ("wrong_key", String::new()),
        StoreError::Torn(_) => ("torn", String::new()),
        StoreError::NoKey(text) => ("no_key", text.clone()),
        StoreError::Record(error) => ("record", error.to_string()),
        StoreError::Stale(number) => ("stale", number.clone()),
        StoreError::Io { source, .. } => ("io", source.to_string()),
        StoreError::Random(detail) => ("random", detail.clone()),
        StoreError::Disk(detail) => ("disk", detail.clone()),
        StoreError::Sqlite(error) => ("sqlite", error.to_string()),
    };
    Why::new(format!("store.error.{key}")).with("path", Arg::Text(path)).with("detail", Arg::Text(detail))
}

/// What a verb is called: that of a case's action by its kind.
#[must_use]
pub fn verb(verb: &str, subject: &str, kinds: Kinds, lang: Lang) -> String {
    let kind = number::parse(subject).and_then(|(prefix, _, _)| kinds.by_prefix(prefix));
    let words = match kind {
        Some(kind) => say::try_word(lang, kind.id, "action", verb),
        None => try_t(lang, &format!("counter.verb.{verb}"), &[]),
    };
    words.unwrap_or_else(|| harmless(verb).into_owned())
}

/// One record about an operator: refused what, or whose word was given for what.
#[must_use]
pub fn seen(seen: &Seen, kinds: Kinds, lang: Lang) -> String {
    let with = seen.with.as_deref().unwrap_or_default();
    let mut parts = vec![t(lang, &format!("counter.record.{}", seen.sort), &[("with", &harmless(with))])];
    let subject = seen.subject.as_deref().unwrap_or_default();
    if let Some(done) = &seen.verb {
        parts.push(verb(done, subject, kinds, lang));
    }
    parts.push(harmless(subject).into_owned());
    parts.join("  ").trim_end().to_owned()
}

/// What is on record of the operators for a day, counted; nothing where there is nothing.
#[must_use]
pub fn watched(watch: &Watch, lang: Lang) -> String {
    let count = |(sort, count): (&String, &usize)| {
        t(lang, &format!("counter.watch.{sort}"), &[("count", &count.to_string())])
    };
    watch.counts.iter().map(count).collect::<Vec<_>>().join("  ")
}

/// Copies that are named before "...".
const NAMED: usize = 3;

/// Which copies hold what was taken out of the book: a sentence for each sort of them; none where there are none.
#[must_use]
pub fn old_copies(old: &OldCopies, lang: Lang) -> Vec<String> {
    let here: Vec<&str> = old.here.iter().map(|copy| copy.name.as_str()).collect();
    let elsewhere: Vec<&str> = old.elsewhere.iter().map(String::as_str).collect();
    let mut said = Vec::new();
    for (key, files) in [("retention.old_copies", here), ("retention.old_elsewhere", elsewhere)] {
        if !files.is_empty() {
            said.push(t(lang, key, &[("count", &files.len().to_string()), ("names", &named(&files))]));
        }
    }
    said.extend(old.unread.then(|| t(lang, "retention.old_unread", &[])));
    said
}

/// Some of these files by name.
fn named(files: &[&str]) -> String {
    let mut names: Vec<&str> = files.iter().copied().take(NAMED).collect();
    if files.len() > NAMED {
        names.push("...");
    }
    harmless(&names.join(" ")).into_owned()
}

/// The question before such copies are removed.
#[must_use]
pub fn sure_of_copies(old: &OldCopies, lang: Lang) -> String {
    let here: Vec<&str> = old.here.iter().map(|copy| copy.name.as_str()).collect();
    let words = [("count", here.len().to_string()), ("names", named(&here))];
    let words: Vec<(&str, &str)> = words.iter().map(|(key, value)| (*key, value.as_str())).collect();
    t(lang, "retention.sure_copies", &words)
}
