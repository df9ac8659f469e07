//! What a survey came to: counted answers, shares of those who are satisfied, and the two targets.

use serde_json::{Value, json};

/// From this score on somebody is satisfied.
pub const SATISFIED: u8 = 4;

/// Scores given for one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many gave one.
    pub count: u32,
    /// Their sum.
    pub sum: i64,
    /// How many gave at least [`SATISFIED`].
    pub satisfied: u32,
}

impl Tally {
    /// The average in hundredths, rounded; nothing where nothing was counted.
    #[must_use]
    pub const fn average(&self) -> Option<i64> {
        match self.count as i64 {
            0 => None,
            count => Some((self.sum * 200 + count) / (2 * count)),
        }
    }

    /// The share of those who are satisfied, in tenths of a per cent.
    #[must_use]
    pub fn share(&self) -> Option<u32> {
        share(self.satisfied, self.count)
    }

    /// Whether so many per cent are satisfied: told from the counts, so that no rounding decides it.
    #[must_use]
    pub fn reaches(&self, percent: u32) -> Option<bool> {
        (self.count > 0)
            .then(|| u64::from(self.satisfied) * 100 >= u64::from(percent) * u64::from(self.count))
    }
}

/// A part of a whole in tenths of a per cent, rounded; nothing of nothing.
#[must_use]
pub fn share(part: u32, whole: u32) -> Option<u32> {
    let (part, whole) = (u64::from(part), u64::from(whole));
    (whole > 0).then(|| u32::try_from((part * 2_000 + whole) / (2 * whole)).unwrap_or(u32::MAX))
}

/// A target that satisfaction over all is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Whose it is.
    pub id: &'static str,
    /// How many per cent.
    pub percent: u32,
}

/// The national norm of grade two (source §二(二)2) and what the company promises (source §一(三)6).
pub const TARGETS: [Target; 2] = [Target { id: "norm", percent: 75 }, Target { id: "promise", percent: 95 }];

/// What a survey came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Households that there are.
    pub households: u32,
    /// Forms that were handed out, where it was written down.
    pub handed_out: Option<u32>,
    /// The catalogue of the items.
    pub catalogue: &'static str,
    /// Code and scores of each item, in the order of the form.
    pub items: Vec<(String, Tally)>,
    /// The scores over all, one an answer.
    pub overall: Tally,
}

impl Outcome {
    /// Answers counted.
    #[must_use]
    pub const fn answers(&self) -> u32 {
        self.overall.count
    }

    /// The document of it; what was not counted is `null`.
    #[must_use]
    pub fn document(&self) -> Value {
        let tenths = |share: Option<u32>| share.map(|share| f64::from(share) / 10.0);
        let tally = |tally: &Tally| {
            json!({
                "count": tally.count,
                "average": tally.average().map(|average| average as f64 / 100.0),
                "satisfied": tally.satisfied,
                "satisfied_percent": tenths(tally.share()),
            })
        };
        let mut overall = tally(&self.overall);
        overall["targets"] = TARGETS
            .iter()
            .map(|target| {
                let reached = self.overall.reaches(target.percent);
                json!({ "target": target.id, "percent": target.percent, "reached": reached })
            })
            .collect();
        let items = self.items.iter().map(|(code, scores)| {
            let mut item = tally(scores);
            item["item"] = code.as_str().into();
            item
        });
        json!({
            "answers": self.answers(),
            "households": self.households,
            "households_percent": tenths(share(self.answers(), self.households)),
            "handed_out": self.handed_out,
            "handed_out_percent": tenths(self.handed_out.and_then(|all| share(self.answers(), all))),
            "overall": overall,
            "items": items.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_but_a_target_is_not() {
        let just_below = Tally { count: 2_000, sum: 0, satisfied: 1_899 };
        assert_eq!((just_below.share(), just_below.reaches(95)), (Some(950), Some(false)));
        let reached = Tally { satisfied: 1_900, ..just_below };
        assert_eq!((reached.share(), reached.reaches(95)), (Some(950), Some(true)));
        assert_eq!(Tally { count: 3, sum: 14, satisfied: 3 }.average(), Some(467));
    }

    #[test]
    fn nothing_counted_is_none_and_not_nought() {
        let none = Tally::default();
        assert_eq!((none.average(), none.share(), none.reaches(75)), (None, None, None));
        let outcome = Outcome {
            households: 0,
            handed_out: None,
            catalogue: "survey-item",
            items: vec![("parking".into(), none)],
            overall: none,
        };
        let document = outcome.document();
        assert!(document["overall"]["targets"][1]["reached"].is_null());
        assert!(document["households_percent"].is_null() && document["items"][0]["average"].is_null());
    }
}
