//! What is given by chance: values that fields may take, whatever the kind.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, TimeDelta, Utc};
use qiantai::counter::Session;
use qiantai::counter::cases::{self, NewCase};
use qiantai::desk::field::{Field, FieldType, Preset, Values, instant};
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::Kinds;
use qiantai::desk::settings::Settings;
use qiantai::store::Store;
use serde_json::Value;

/// A source of choices.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        // SplitMix64: small, and the same everywhere.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// What values are given from: a kind, an instant, and the cases there are.
pub struct Chance<'a> {
    pub kind: &'static Kind,
    pub kinds: Kinds,
    pub settings: &'a Settings,
    pub dice: Dice,
    pub now: DateTime<Utc>,
    /// The cases of the kind, in the order of their opening.
    pub own: Vec<String>,
    /// Every number that was ever given.
    pub numbers: BTreeSet<String>,
}

impl Chance<'_> {
    /// A value that the field may take, more often than not a legal one.
    pub fn value(&mut self, field: &Field) -> Value {
        let settings = self.settings;
        let now = self.now;
        let dice = &mut self.dice;
        let named = |names: Vec<&str>, dice: &mut Dice| match names.len() {
            0 => Value::Null,
            n => names[dice.below(n)].into(),
        };
        match field.ty {
            FieldType::Text | FieldType::LongText => format!("第{}次", dice.below(1000)).into(),
            FieldType::Flag => (dice.below(5) > 0).into(),
            FieldType::Count { min, max } => {
                (min + dice.below((max - min).min(20) as usize + 1) as i64).into()
            }
            FieldType::Money => (dice.below(50_000) as i64).into(),
            FieldType::Reading => (dice.below(9_000_000) as i64).into(),
            FieldType::Day => {
                (now.date_naive() - Days::new(1) + Days::new(dice.below(9) as u64)).to_string().into()
            }
            FieldType::Instant => instant(
                // What is preset to now has mostly happened, anything else is mostly still to come.
                now + TimeDelta::minutes(match (dice.below(8), field.preset) {
                    (0, _) => 0,
                    (1, _) | (2..7, Preset::Now) => -(dice.below(60) as i64),
                    _ => dice.below(5_000) as i64 + 1,
                }),
            ),
            FieldType::Phone => format!("1380000{:04}", dice.below(10_000)).into(),
            FieldType::Unit => format!("3-2-{}", 101 + dice.below(3)).into(),
            FieldType::Plate => "粤B12345".into(),
            FieldType::Choice(options) => options[dice.below(options.len())].into(),
            FieldType::Catalogue(id) => {
                named(settings.offered(id).into_iter().map(|(code, _)| code).collect(), dice)
            }
            FieldType::Staff => {
                named(settings.staff.iter().map(|member| member.name.as_str()).collect(), dice)
            }
            FieldType::Operator | FieldType::Colleague => "李娜".into(),
            FieldType::Kind => named(self.kinds.iter().map(|kind| kind.id).collect(), dice),
            FieldType::CaseNumber => named(self.own.iter().map(String::as_str).collect(), dice),
            FieldType::CaseOf(id) => {
                let prefix = self.kinds.get(id).map_or("", |kind| kind.prefix);
                let known = self.numbers.iter().map(String::as_str);
                named(known.filter(|number| number.split('-').next() == Some(prefix)).collect(), dice)
            }
            FieldType::Scores(id) => {
                let codes: Vec<_> =
                    settings.offered(id).into_iter().map(|(code, _)| code.to_owned()).collect();
                Value::Object(codes.into_iter().map(|code| (code, (1 + dice.below(5)).into())).collect())
            }
            FieldType::MaskedId => "440301199001011234".into(),
            FieldType::Lines(columns) => {
                let rows = 0..=dice.below(3);
                rows.map(|_| Value::Object(self.filled(columns))).collect()
            }
            FieldType::Checklist(_) => Value::Null,
        }
    }

    pub fn filled(&mut self, fields: &[Field]) -> Values {
        let mut values = Values::new();
        for field in fields {
            if field.required || self.dice.below(3) > 0 {
                let value = self.value(field);
                if !value.is_null() {
                    values.insert(field.key.to_owned(), value);
                }
            }
        }
        values
    }

    /// Opens cases of the kinds that a field of this one names.
    pub fn open_named(&mut self, store: &mut Store, session: &Session) {
        let named = |field: &Field| match field.ty {
            FieldType::CaseOf(id) => self.kinds.get(id),
            _ => None,
        };
        let named: Vec<_> = self.kind.all_fields().filter_map(named).collect();
        for kind in named {
            for _ in 0..40 {
                let values = self.filled(kind.opening);
                let new = NewCase { kind: kind.id.into(), values, ..NewCase::default() };
                if let Ok(done) = cases::open(store, session, self.now, &new) {
                    self.numbers.insert(done.case.number);
                }
            }
        }
    }
}
