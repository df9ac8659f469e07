//! Saying why something was not done: one sentence, with what to do.

use chrono_tz::Tz;

use super::CounterError;
use crate::store::StoreError;
use crate::text::lang::{Lang, t};
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
    let path = match error {
        StoreError::Foreign(path) | StoreError::Newer { path, .. } | StoreError::Io { path, .. } => {
            path.display().to_string()
        }
        _ => String::new(),
    };
    let (key, detail) = match error {
        StoreError::Foreign(_) => ("foreign", String::new()),
        StoreError::Newer { .. } => ("newer", String::new()),
        StoreError::Busy => ("busy", String::new()),
        StoreError::Full => ("full", String::new()),
        StoreError::ReadOnly => ("read_only", String::new()),
        StoreError::Damaged(detail) => ("damaged", detail.clone()),
        StoreError::Record(error) => ("record", error.to_string()),
        StoreError::Stale(number) => ("stale", number.clone()),
        StoreError::Io { source, .. } => ("io", source.to_string()),
        StoreError::Random(detail) => ("random", detail.clone()),
        StoreError::Sqlite(error) => ("sqlite", error.to_string()),
    };
    let key = format!("store.error.{key}");
    t(lang, &key, &[("path", &harmless(&path)), ("detail", &harmless(&detail))])
}
