//! What is made of further cases, one for each line of a list: a round of its visits, a plan of its
//! tasks. The machinery counts how far it is ([`crate::desk::parts`]).

use chrono::TimeDelta;
use serde_json::Value;

use super::checks;
use crate::desk::field::{Values, instant};
use crate::desk::kind::{Situation, Spawn};
use crate::desk::others::Other;
use crate::desk::parts::{PART, WHOLE};
use crate::desk::why::{Arg, Why};

/// The action by which a part falls away with its whole; it asks for nothing that must be given.
pub const CANCEL: &str = "cancel";

/// A part for each line, with what all of them carry.
pub fn each(kind: &str, lines: &[Value], carried: &Values) -> Vec<Spawn> {
    lines
        .iter()
        .filter_map(Value::as_object)
        .map(|line| {
            let mut values = carried.clone();
            values.extend(line.clone());
            Spawn { kind: kind.to_owned(), values, relation: PART, back: WHOLE }
        })
        .collect()
}

/// The lines of an input or field; none where there is none.
pub fn lines(values: &Values, key: &str) -> Vec<Value> {
    values.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Refuses the end of the whole while a part is left and the input `about` does not say what becomes
/// of it.
pub fn accounted(
    s: &Situation,
    kind: &str,
    left: fn(&Other) -> bool,
    (key, about): (&str, &str),
) -> Result<(), Why> {
    let mut left = s.others.iter().filter(|other| other.linked && other.kind == kind && left(other));
    let Some(first) = left.next().filter(|_| s.input(about).is_none()) else { return Ok(()) };
    Err(Why::new(key)
        .with("count", Arg::Number(left.count() as i64 + 1))
        .with("number", Arg::Text(first.number.clone()))
        .with("summary", Arg::Text(first.summary.clone()))
        .about(about))
}

/// Writes the last minute of the day in `day` as the instant `at`, by which promises go.
pub fn end_of_day(s: &Situation, values: &mut Values, day: &str, at: &str) {
    if let Some(day) = checks::day(values, day) {
        let end = s.settings.calendar.next_day_start(day) - TimeDelta::minutes(1);
        values.insert(at.into(), instant(end));
    }
}
