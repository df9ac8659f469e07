//! The invented words of the demonstration: `assets/demo`, and the small grammar that varies them.
//!
//! `[a|b]` takes one of the alternatives, `{slot}` is filled in by the desk. Nothing nests.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use serde::Deserialize;

use super::DemoError;

/// Everything read from `assets/demo`.
#[derive(Debug)]
pub(super) struct Texts {
    pub community: CommunityText,
    pub names: Names,
    pub calls: Vec<CallText>,
    pub visits: Vec<VisitText>,
    pub repairs: Vec<RepairText>,
    pub complaints: Vec<ComplaintText>,
    pub passes: Vec<PassText>,
    pub services: Vec<ServiceText>,
    pub answers: Vec<AnswerText>,
    /// What the office has from the beginning.
    pub equipment: Vec<toml::Table>,
    /// The lists of `remarks.toml`, line by line: thousands of sentences are drawn from them.
    remarks: HashMap<String, Vec<String>>,
}

/// The community itself.
#[derive(Debug, Deserialize)]
pub(super) struct CommunityText {
    pub name: String,
    pub telephone: String,
    pub pin: String,
    pub operators: Vec<OperatorText>,
    pub staff: Vec<StaffText>,
    pub holidays: Vec<String>,
    /// What households owe for, the fee first.
    pub owed: Vec<String>,
    /// How cabinets and the boxes in them are named.
    pub cabinet: String,
    pub folder: String,
    pub block: Vec<Block>,
}

/// Somebody who logs in.
#[derive(Debug, Deserialize)]
pub(super) struct OperatorText {
    pub name: String,
    pub role: crate::desk::people::Role,
}

/// Somebody whom work is given to.
#[derive(Debug, Deserialize)]
pub(super) struct StaffText {
    pub name: String,
    pub department: String,
    pub phone: String,
    pub skills: Vec<String>,
}

/// Buildings of one shape.
#[derive(Debug, Deserialize)]
pub(super) struct Block {
    pub buildings: [u32; 2],
    pub units: u32,
    pub floors: u32,
    pub areas: Vec<i64>,
}

/// Names to draw from.
#[derive(Debug, Deserialize)]
pub(super) struct Names {
    surnames: Words,
    male: Words,
    female: Words,
    mobiles: Words,
    plates: Words,
}

/// Words that the file separates by blanks.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Words(Vec<String>);

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }
}

impl Words {
    fn draw(&self, rng: &mut ChaCha8Rng) -> &str {
        pick(&self.0, rng).map_or("", String::as_str)
    }
}

/// When a text is likely.
pub(super) trait Weighted {
    fn months(&self) -> &[u32];
    fn weight(&self) -> f64;
    fn storm(&self) -> f64;
}

macro_rules! weighted {
    ($($text:ty),*) => {$(
        impl Weighted for $text {
            fn months(&self) -> &[u32] {
                &self.months
            }
            fn weight(&self) -> f64 {
                self.weight
            }
            fn storm(&self) -> f64 {
                self.storm
            }
        }
    )*};
}
weighted!(CallText, VisitText, RepairText, ComplaintText, PassText, ServiceText);

const fn one() -> f64 {
    1.0
}

/// What somebody rings about.
#[derive(Debug, Deserialize)]
pub(super) struct CallText {
    pub about: String,
    pub content: String,
    #[serde(default)]
    pub result: String,
    pub later: Option<String>,
    #[serde(default)]
    months: Vec<u32>,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default = "one")]
    storm: f64,
}

/// What is answered to a question that many ask.
#[derive(Debug, Deserialize)]
pub(super) struct AnswerText {
    pub question: String,
    pub category: String,
    /// Separated by commas; a call that holds one of them names the answer.
    pub keywords: String,
    pub body: String,
    /// Why it no longer holds after a while.
    pub retired: Option<String>,
}

#[derive(Deserialize)]
struct Answers {
    answer: Vec<AnswerText>,
}

/// Who comes, and why.
#[derive(Debug, Deserialize)]
pub(super) struct VisitText {
    pub sort: String,
    pub visitor: String,
    pub firm: Option<String>,
    pub purpose: String,
    pub department: Option<String>,
    pub result: Option<String>,
    pub later: Option<String>,
    #[serde(default)]
    pub minutes: Option<[i64; 2]>,
    #[serde(default)]
    pub people: Option<[i64; 2]>,
    #[serde(default)]
    months: Vec<u32>,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default = "one")]
    storm: f64,
}

/// What breaks.
#[derive(Debug, Deserialize)]
pub(super) struct RepairText {
    pub category: String,
    pub place: String,
    pub text: String,
    #[serde(default)]
    pub urgent: bool,
    #[serde(default)]
    pub public: bool,
    pub found: String,
    pub done: String,
    pub materials: String,
    #[serde(default)]
    pub charges: Vec<String>,
    pub redo: Option<String>,
    #[serde(default)]
    months: Vec<u32>,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default = "one")]
    storm: f64,
}

/// One thing that is complained about, with its code.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Said {
    pub code: String,
    pub content: String,
}

/// What people complain about.
#[derive(Debug, Deserialize)]
pub(super) struct ComplaintText {
    pub said: Vec<Said>,
    pub department: String,
    pub handling: String,
    pub reply: String,
    pub refuse: String,
    pub still: String,
    pub instruction: String,
    #[serde(default)]
    pub complex: Option<f64>,
    #[serde(default)]
    months: Vec<u32>,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default = "one")]
    storm: f64,
}

/// One of the further services from its opening on; values as somebody would type them.
#[derive(Debug, Deserialize)]
pub(super) struct ServiceText {
    pub kind: String,
    pub opening: toml::Table,
    /// The supervisor opens it.
    #[serde(default)]
    pub supervisor: bool,
    #[serde(default)]
    pub steps: Vec<StepText>,
    /// How the cases go on that it is made of, one after the other.
    #[serde(default)]
    pub parts: Vec<PartText>,
    #[serde(default)]
    months: Vec<u32>,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default = "one")]
    storm: f64,
}

/// How a part of a service goes on.
#[derive(Debug, Deserialize)]
pub(super) struct PartText {
    pub steps: Vec<StepText>,
}

/// How a service goes on.
#[derive(Debug, Deserialize)]
pub(super) struct StepText {
    pub action: String,
    /// Minutes since the step before, from and to.
    pub wait: [i64; 2],
    #[serde(default)]
    pub supervisor: bool,
    #[serde(default)]
    pub with: toml::Table,
}

/// What is carried out.
#[derive(Debug, Deserialize)]
pub(super) struct PassText {
    pub reason: String,
    pub carrier: String,
    pub lines: Vec<(String, i64, i64)>,
    pub take: [usize; 2],
    #[serde(default)]
    months: Vec<u32>,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default = "one")]
    storm: f64,
}

#[derive(Deserialize)]
struct Calls {
    call: Vec<CallText>,
}
#[derive(Deserialize)]
struct Visits {
    visit: Vec<VisitText>,
}
#[derive(Deserialize)]
struct Repairs {
    repair: Vec<RepairText>,
}
#[derive(Deserialize)]
struct Complaints {
    complaint: Vec<ComplaintText>,
}
#[derive(Deserialize)]
struct Passes {
    pass: Vec<PassText>,
}

#[derive(Deserialize)]
struct Services {
    story: Vec<ServiceText>,
}
#[derive(Deserialize)]
struct Ledger {
    thing: Vec<toml::Table>,
}

/// The community alone: who logs in, and where.
pub(super) fn community() -> Result<CommunityText, DemoError> {
    Ok(toml::from_str(include_str!("../../assets/demo/community.toml"))?)
}

/// The sentences that are no part of a story, each list taken apart into its lines.
fn remarks() -> Result<HashMap<String, Vec<String>>, DemoError> {
    let texts: HashMap<String, String> = toml::from_str(include_str!("../../assets/demo/remarks.toml"))?;
    let lines = |text: String| {
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    Ok(texts.into_iter().map(|(list, text)| (list, lines(text))).collect())
}

impl Texts {
    /// Reads the built-in files.
    pub(super) fn read() -> Result<Self, DemoError> {
        Ok(Self {
            community: community()?,
            names: toml::from_str(include_str!("../../assets/demo/names.toml"))?,
            calls: toml::from_str::<Calls>(include_str!("../../assets/demo/calls.toml"))?.call,
            visits: toml::from_str::<Visits>(include_str!("../../assets/demo/visits.toml"))?.visit,
            repairs: toml::from_str::<Repairs>(include_str!("../../assets/demo/repairs.toml"))?.repair,
            complaints: toml::from_str::<Complaints>(include_str!("../../assets/demo/complaints.toml"))?
                .complaint,
            passes: toml::from_str::<Passes>(include_str!("../../assets/demo/passes.toml"))?.pass,
            services: toml::from_str::<Services>(include_str!("../../assets/demo/services.toml"))?.story,
            answers: toml::from_str::<Answers>(include_str!("../../assets/demo/answers.toml"))?.answer,
            equipment: toml::from_str::<Ledger>(include_str!("../../assets/settings/equipment.toml"))?.thing,
            remarks: remarks()?,
        })
    }

    /// The lines of a list of `remarks.toml`.
    pub(super) fn list(&self, list: &str) -> &[String] {
        self.remarks.get(list).map(Vec::as_slice).unwrap_or_default()
    }

    /// A sentence of a list of `remarks.toml`; empty if there is no such list, which a test rules out.
    pub(super) fn remark(&self, list: &str, rng: &mut ChaCha8Rng) -> String {
        pick(self.list(list), rng).cloned().unwrap_or_default()
    }
}

impl Names {
    /// A full name. The earlier a surname stands, the likelier it is.
    pub(super) fn person(&self, rng: &mut ChaCha8Rng) -> String {
        let surname = self.surname(rng);
        self.with_surname(surname, rng)
    }

    /// A surname.
    pub(super) fn surname(&self, rng: &mut ChaCha8Rng) -> &str {
        let at = rng.random::<f64>().powf(2.2) * self.surnames.0.len() as f64;
        self.surnames.0.get(at as usize).map_or("", String::as_str)
    }

    /// A full name with that surname.
    pub(super) fn with_surname(&self, surname: &str, rng: &mut ChaCha8Rng) -> String {
        let given = if rng.random_bool(0.5) { &self.male } else { &self.female };
        format!("{surname}{}", given.draw(rng))
    }

    /// A mobile number.
    pub(super) fn mobile(&self, rng: &mut ChaCha8Rng) -> String {
        format!("{}{:08}", self.mobiles.draw(rng), rng.random_range(0..100_000_000_u32))
    }

    /// A licence plate.
    pub(super) fn plate(&self, rng: &mut ChaCha8Rng) -> String {
        const SIGNS: &[u8] = b"0123456789012345678901234567890123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let tail: String = (0..5).map(|_| char::from(SIGNS[rng.random_range(0..SIGNS.len())])).collect();
        format!("{}{tail}", self.plates.draw(rng))
    }
}

/// One of them, all alike; `None` of none.
pub(super) fn pick<'a, T>(items: &'a [T], rng: &mut ChaCha8Rng) -> Option<&'a T> {
    if items.is_empty() { None } else { items.get(rng.random_range(0..items.len())) }
}

/// The place of one of them by weight, month and weather; 0 if nothing fits the month.
pub(super) fn draw<T: Weighted>(
    items: &[T],
    day: NaiveDate,
    storm: bool,
    fits: impl Fn(&T) -> bool,
    rng: &mut ChaCha8Rng,
) -> usize {
    let weight = |item: &T| {
        let in_season = item.months().is_empty() || item.months().contains(&day.month());
        if !in_season || !fits(item) {
            return 0.0;
        }
        item.weight() * if storm { item.storm() } else { 1.0 }
    };
    let total: f64 = items.iter().map(weight).sum();
    let mut left = rng.random::<f64>() * total;
    for (at, item) in items.iter().enumerate() {
        left -= weight(item);
        if left < 0.0 {
            return at;
        }
    }
    0
}

/// A text with one alternative of every `[a|b]`, the one at `place` if that is given, and its slots filled.
pub(super) fn vary(
    text: &str,
    place: Option<usize>,
    slots: &[(&str, String)],
    rng: &mut ChaCha8Rng,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let Some(end) = tail.find(']') else {
            rest = tail;
            break;
        };
        let alternatives: Vec<&str> = tail[1..end].split('|').collect();
        let taken = match place {
            Some(place) => alternatives.get(place % alternatives.len()),
            None => pick(&alternatives, rng),
        };
        out.push_str(taken.copied().unwrap_or_default());
        rest = &tail[end + 1..];
    }
    out.push_str(rest);
    if !out.contains('{') {
        return out;
    }
    for (name, value) in slots {
        let slot = format!("{{{name}}}");
        if out.contains(&slot) {
            out = out.replace(&slot, value);
        }
    }
    out
}

impl StaffText {
    /// The member of staff as the settings keep them.
    pub(super) fn member(&self) -> crate::desk::settings::StaffMember {
        crate::desk::settings::StaffMember {
            name: self.name.clone(),
            department: self.department.clone(),
            phone: Some(self.phone.clone()),
            retired: false,
        }
    }
}
