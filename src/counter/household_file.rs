//! The file of a household 一户一档: where its papers lie, what it owes, and all that ever happened, as
//! data that a screen, the command line and a printed form show alike.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::authority::at_work;
use super::{Result, Session};
use crate::desk::household::{Household, Owed, Papers};
use crate::desk::timeline::{Change, Entry};
use crate::desk::why::{Arg, Why};
use crate::store::past::{Past, PastEntry};
use crate::store::{Store, StoreError};
use crate::text::lang::{Lang, t, try_t};
use crate::text::plain::harmless;
use crate::text::say::{kind_name, money, word};
use crate::text::show::mask_phone;
use crate::text::shown::reading;

/// The first page of the file: who it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cover {
    /// The household, its telephone numbers masked.
    pub household: Household,
    /// What it owes, charge by charge.
    pub owed: Vec<Owed>,
    /// The day of the list that says so.
    pub owed_on: Option<NaiveDate>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Leaf {
    /// Its place in the chain; the key by which the file goes on.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What was done, as entries name it.
    pub action: String,
    /// The case; `None` for a change of the directory.
    #[serde(flatten)]
    pub of: Option<OfCase>,
    /// The remark or reason that was given.
    pub note: Option<String>,
    /// What changed in the directory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// The case to which something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfCase {
    /// Its number.
    pub number: String,
    /// Its kind.
    pub kind: String,
    /// Its state afterwards.
    pub state: String,
    /// What it is about.
    pub summary: String,
}

/// Where the papers of a household lie, in words.
#[must_use]
pub fn papers(papers: &Papers, lang: Lang) -> String {
    let place = [papers.cabinet.as_str(), papers.folder.as_str()].join(" ");
    let place = if place.trim().is_empty() { t(lang, "household.place_unknown", &[]) } else { place };
    let mut words = t(lang, "household.papers", &[("place", &harmless(place.trim()))]);
    if let Some(day) = papers.keep_until {
        words = format!("{words}  {}", t(lang, "household.keep_until", &[("day", &day.to_string())]));
    }
    words
}

/// A charge in one line: what for, for which time, how much.
#[must_use]
pub fn charge(owed: &Owed) -> String {
    let what = [owed.item.as_str(), owed.period.as_str()].join(" ");
    format!("{} {}", harmless(what.trim()), money(owed.amount)).trim().to_owned()
}

/// The first page of a household's file. Telephone numbers are masked: [`super::privacy::reveal`] shows them.
///
/// # Errors
/// Nobody is at work, there is no such household, or the file can't be read.
pub fn cover(store: &Store, session: &Session, unit: &str) -> Result<Cover> {
    at_work(store, session)?;
    let unit = store.spelled(unit)?;
    let Some(mut household) = store.household(&unit)? else {
        return Err(Why::new("counter.why.unit_not_in_directory").with("unit", Arg::Text(unit)).into());
    };
    let phones = household.residents.iter_mut().flat_map(|resident| &mut resident.phones);
    phones.for_each(|phone| *phone = mask_phone(phone));
    let owed = store.owed(&unit)?.map(|(owed, _)| owed).unwrap_or_default();
    Ok(Cover { household, owed, owed_on: store.owed_list()?.map(|list| list.day) })
}

/// A part of what happened to a household.
///
/// # Errors
/// The file can't be read.
pub fn leaves(store: &Store, session: &Session, unit: &str, part: Past, limit: usize) -> Result<Vec<Leaf>> {
    at_work(store, session)?;
    let kinds = store.kinds();
    let kind_of = |number: &str| {
        let prefix = number.split('-').next().unwrap_or_default();
        kinds.by_prefix(prefix).map_or("", |kind| kind.id).to_owned()
    };
    let leaf = |past: PastEntry| -> Result<Leaf> {
        let record = past.record;
        let mut leaf = Leaf {
            seq: record.seq,
            at: record.at,
            by: record.by,
            action: record.action,
            of: None,
            note: None,
            changes: Vec::new(),
        };
        if let Some(summary) = past.summary {
            let entry: Entry = serde_json::from_str(&record.body).map_err(StoreError::from)?;
            leaf.note = entry.note().map(str::to_owned);
            leaf.of = Some(OfCase {
                kind: kind_of(&record.subject),
                number: record.subject,
                state: entry.to,
                summary,
            });
        } else {
            let body: Value = serde_json::from_str(&record.body).map_err(StoreError::from)?;
            leaf.changes = changes(&body);
        }
        Ok(leaf)
    };
    store.past(unit, part, limit)?.into_iter().map(leaf).collect()
}

/// What a change of the directory changed, field by field.
fn changes(body: &Value) -> Vec<Change> {
    let (before, after) = (body.get("before"), body.get("after"));
    let nothing = Map::new();
    let (Some(after), before) = (after.and_then(Value::as_object), before.and_then(Value::as_object)) else {
        // An amount alone.
        let value = |value: Option<&Value>| value.cloned().unwrap_or_default();
        return vec![Change { field: "arrears".into(), before: value(before), after: value(after) }];
    };
    let before = before.unwrap_or(&nothing);
    let mut keys: Vec<&String> = after.keys().chain(before.keys()).collect();
    keys.sort();
    keys.dedup();
    let value = |of: &Map<String, Value>, key: &str| without_phones(of.get(key).cloned().unwrap_or_default());
    keys.into_iter()
        .filter(|key| key.as_str() != "unit" && before.get(*key) != after.get(*key))
        .map(|key| Change { field: key.clone(), before: value(before, key), after: value(after, key) })
        .collect()
}

/// The same with every telephone number masked.
fn without_phones(mut value: Value) -> Value {
    for resident in value.as_array_mut().into_iter().flatten() {
        for phone in resident.get_mut("phones").and_then(Value::as_array_mut).into_iter().flatten() {
            *phone = phone.as_str().map(mask_phone).into();
        }
    }
    value
}

impl Leaf {
    /// The same without telephone numbers, whoever reads it: paper lies about.
    #[must_use]
    pub fn for_paper(mut self) -> Self {
        for change in &mut self.changes {
            change.before = without_phones(std::mem::take(&mut change.before));
            change.after = without_phones(std::mem::take(&mut change.after));
        }
        self
    }

    /// What was done, in words: the kind of case and the action, or the change of the directory.
    #[must_use]
    pub fn title(&self, lang: Lang) -> String {
        match &self.of {
            Some(of) => {
                format!(
                    "{} {}  {}",
                    kind_name(lang, &of.kind),
                    of.number,
                    word(lang, &of.kind, "done", &self.action)
                )
            }
            None => t(lang, &format!("household.done.{}", self.action), &[]),
        }
    }

    /// What there is to say beside: what the case is about, the remark, what changed.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut parts = Vec::new();
        // Once is enough to say what a case is about.
        parts.extend(self.of.iter().filter(|_| self.action == "open").map(|of| of.summary.clone()));
        parts.extend(self.note.clone());
        parts.extend(self.changes.iter().map(|change| {
            let label = t(lang, &format!("household.field.{}", change.field.replace('_', "-")), &[]);
            let (before, after) =
                (shown(&change.field, &change.before, lang), shown(&change.field, &change.after, lang));
            if before.is_empty() {
                format!("{label}: {after}")
            } else {
                format!("{label}: {before} > {after}")
            }
        }));
        harmless(&parts.join("  ").replace('\n', " ")).into_owned()
    }
}

/// A value of the directory in words.
fn shown(field: &str, value: &Value, lang: Lang) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match field {
        "arrears" => value.as_i64().map(money).unwrap_or_default(),
        "area" => value.as_i64().map(|area| reading(area * 10)).unwrap_or_default(),
        "occupancy" => {
            let id = text(value);
            try_t(lang, &format!("household.occupancy.{id}"), &[]).unwrap_or(id)
        }
        "papers" => {
            let parts = ["cabinet", "box", "keep_until"].map(|key| text(&value[key]));
            parts.join(" ").trim().to_owned()
        }
        "residents" => {
            let residents = value.as_array().into_iter().flatten().map(|resident| {
                let phones = resident["phones"].as_array().into_iter().flatten().map(text);
                let phones: Vec<String> = phones.collect();
                format!("{} {}", text(&resident["name"]), phones.join("/")).trim().to_owned()
            });
            residents.collect::<Vec<_>>().join(", ")
        }
        _ => text(value),
    }
}
