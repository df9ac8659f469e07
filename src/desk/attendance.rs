//! When the counter was attended: it is never to be left alone during service hours (source §三(三)3(4)).

use chrono::{DateTime, TimeDelta, Utc};

use super::kind::Span;

/// A gap shorter than this is the moment of handing over, not an unattended counter.
const MOMENT: TimeDelta = TimeDelta::minutes(1);

/// The parts of `hours` up to `until` that none of `attended` covers, the earliest first.
#[must_use]
pub fn gaps(hours: &[Span], attended: &[Span], until: DateTime<Utc>) -> Vec<Span> {
    let mut attended = attended.to_vec();
    attended.sort_unstable();
    let mut gaps = Vec::new();
    for &(from, to) in hours {
        let to = to.min(until);
        let mut alone_since = from;
        for &(begins, ends) in
            attended.iter().filter(|(begins, ends)| begins < ends && *ends > from && *begins < to)
        {
            if begins - alone_since >= MOMENT {
                gaps.push((alone_since, begins));
            }
            alone_since = alone_since.max(ends);
        }
        if to - alone_since >= MOMENT {
            gaps.push((alone_since, to));
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn span((from, to): (i64, i64)) -> Span {
        (at(from), at(to))
    }

    #[test]
    fn what_nobody_attended_is_found() {
        let hours = [span((0, 100)), span((200, 300))];
        let attended = [span((-10, 40)), span((30, 60)), span((70, 250)), span((90, 95))];
        assert_eq!(gaps(&hours, &attended, at(1_000)), [span((60, 70)), span((250, 300))]);
        assert_eq!(gaps(&hours, &attended, at(65)), [span((60, 65))], "the rest of the day has not come");
        assert_eq!(gaps(&hours, &[], at(1_000)), hours);
        assert!(gaps(&hours, &[span((0, 300))], at(1_000)).is_empty());
    }

    proptest! {
        #[test]
        fn gaps_are_the_minutes_without_anybody(
            hours in prop::collection::vec((0_i64..20, 1_i64..20), 1..4),
            attended in prop::collection::vec((-20_i64..120, 0_i64..40), 0..8),
            until in 0_i64..140,
        ) {
            // Service hours of a day follow each other.
            let mut begin = 0;
            let hours: Vec<(i64, i64)> = hours.iter().map(|(rest, length)| {
                let from = begin + rest;
                begin = from + length + 1;
                (from, from + length)
            }).collect();
            let attended: Vec<(i64, i64)> = attended.iter().map(|(from, length)| (*from, from + length)).collect();
            let spans = |spans: &[(i64, i64)]| spans.iter().copied().map(span).collect::<Vec<_>>();
            let found = gaps(&spans(&hours), &spans(&attended), at(until));
            let within = |spans: &[(i64, i64)], minute| spans.iter().any(|(from, to)| (*from..*to).contains(&minute));
            for minute in -1..150 {
                let alone = minute < until && within(&hours, minute) && !within(&attended, minute);
                let said = found.iter().any(|(from, to)| *from <= at(minute) && at(minute) < *to);
                prop_assert_eq!(alone, said, "minute {}", minute);
            }
        }
    }
}
