//! Claims: what a case holds of something of which there is only so much.
//!
//! A facility's hour, a borrowed umbrella, the one answer of a household to a survey: each is a
//! number of a resource for an interval. Whether one more fits is asked in the transaction that
//! writes the case, so two processes never give the same thing away twice.

use chrono::{DateTime, Utc};

use super::settings::Settings;
use super::why::{Arg, Why};

/// What a case holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Of what, unique over all kinds: `facility:pool`, `loan-item:umbrella`.
    pub resource: String,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, that instant left out; `None` while nobody knows.
    pub until: Option<DateTime<Utc>>,
    /// How many.
    pub count: u32,
    /// How many there are in all.
    pub capacity: u32,
    /// The field that a refusal is about.
    pub field: &'static str,
}

/// What another case holds of the same resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// That case.
    pub number: String,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, that instant left out; `None` while nobody knows.
    pub until: Option<DateTime<Utc>>,
    /// How many.
    pub count: u32,
}

/// The capacity of what many may have a part of, or one alone the whole.
pub const SHARED: u32 = 1_000;

impl Held {
    fn covers(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Claim {
    /// A claim on a code of a catalogue, of which there are as many as the settings say.
    #[must_use]
    pub fn of(catalogue: &str, code: &str, settings: &Settings) -> Self {
        Self {
            resource: format!("{catalogue}:{code}"),
            from: DateTime::UNIX_EPOCH,
            until: None,
            count: 1,
            capacity: settings.stock(catalogue, code),
            field: "category",
        }
    }

    /// A claim on something that is there once, from an instant on.
    #[must_use]
    pub const fn sole(resource: String, from: DateTime<Utc>, field: &'static str) -> Self {
        Self { resource, from, until: None, count: 1, capacity: 1, field }
    }

    /// Most that others hold at one instant within the claim.
    #[must_use]
    pub fn taken(&self, others: &[Held]) -> u32 {
        let inside = |at: &DateTime<Utc>| *at >= self.from && self.until.is_none_or(|until| *at < until);
        // What is held rises only where a claim begins.
        let starts = others.iter().map(|held| held.from).filter(inside).chain([self.from]);
        let at = |at| others.iter().filter(|held| held.covers(at)).map(|held| held.count).sum();
        starts.map(at).max().unwrap_or(0)
    }

    /// Whether the claim fits beside those of others.
    ///
    /// # Errors
    /// There is not enough left at some instant of the interval.
    pub fn fits(&self, others: &[Held]) -> Result<(), Why> {
        let left = self.capacity.saturating_sub(self.taken(others));
        if self.count <= left {
            return Ok(());
        }
        let within = |held: &&Held| {
            held.until.is_none_or(|until| until > self.from)
                && self.until.is_none_or(|until| held.from < until)
        };
        match (left, others.iter().find(within)) {
            (_, Some(held)) if [1, SHARED].contains(&self.capacity) => Err(Why::new("desk.why.taken")
                .with("number", Arg::Text(held.number.clone()))
                .with("from", Arg::At(held.from))
                .about(self.field)),
            _ => Err(Why::new("desk.why.not_enough")
                .with("left", Arg::Number(i64::from(left)))
                .with("all", Arg::Number(i64::from(self.capacity)))
                .about(self.field)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn claim(from: i64, until: Option<i64>, count: u32, capacity: u32) -> Claim {
        Claim {
            resource: "facility:pool".into(),
            from: at(from),
            until: until.map(at),
            count,
            capacity,
            field: "facility",
        }
    }

    fn held(from: i64, until: Option<i64>, count: u32) -> Held {
        Held { number: "HS-20261124-001".into(), from: at(from), until: until.map(at), count }
    }

    #[test]
    fn intervals_that_touch_do_not_overlap() {
        let others = [held(0, Some(60), 1), held(120, Some(180), 1)];
        assert_eq!(claim(60, Some(120), 1, 1).fits(&others), Ok(()));
        let why = claim(59, Some(120), 1, 1).fits(&others).unwrap_err();
        assert_eq!((why.key.as_str(), why.field.as_deref()), ("desk.why.taken", Some("facility")));
        assert!(claim(60, Some(121), 1, 1).fits(&others).is_err());
        assert!(claim(60, None, 1, 1).fits(&others).is_err());
    }

    #[test]
    fn what_is_shared_is_taken_by_many_or_whole_by_one() {
        let parts = [held(0, None, 1), held(10, None, 1)];
        assert_eq!(claim(20, None, 1, SHARED).fits(&parts), Ok(()));
        for (count, others) in [(SHARED, &parts[..]), (1, &[held(0, None, SHARED)])] {
            assert_eq!(claim(20, None, count, SHARED).fits(others).unwrap_err().key, "desk.why.taken");
        }
    }

    #[test]
    fn a_stock_is_never_exceeded_and_the_refusal_says_what_is_left() {
        let others = [held(0, None, 2), held(10, None, 1)];
        assert_eq!(claim(20, None, 1, 4).fits(&others), Ok(()));
        let why = claim(20, None, 2, 4).fits(&others).unwrap_err();
        assert_eq!(why.key, "desk.why.not_enough");
        assert!(why.args.contains(&("left".into(), Arg::Number(1))));
        assert!(claim(20, None, 1, 0).fits(&[]).is_err(), "there are none at all");
    }

    proptest! {
        #[test]
        fn what_fits_never_exceeds_the_stock_in_any_minute(
            spans in prop::collection::vec((0_i64..40, 1_i64..20, 1_u32..4, any::<bool>()), 1..12),
            capacity in 1_u32..5,
        ) {
            let mut taken: Vec<Held> = Vec::new();
            for (from, length, count, open_ended) in spans {
                let until = (!open_ended).then_some(from + length);
                let fits = claim(from, until, count, capacity).fits(&taken).is_ok();
                let most = (from..until.unwrap_or(80))
                    .map(|minute| taken.iter().filter(|h| h.covers(at(minute))).map(|h| h.count).sum::<u32>())
                    .max()
                    .unwrap_or(0);
                prop_assert_eq!(fits, most + count <= capacity);
                if fits {
                    taken.push(held(from, until, count));
                }
            }
        }
    }
}
