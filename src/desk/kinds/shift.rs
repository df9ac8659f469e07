//! Shift 值班与交接班 (ZB): who sits at the counter, and what is handed on (source §三(三)3(4), (7)).
//!
//! The counter is never left alone: whoever goes away names who covers and until when, and past that
//! instant the counter counts as unattended until somebody is back.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::case::Case;
use crate::desk::claim::{Claim, SHARED};
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Around, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, Span, State, To,
    shape,
};
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;

/// The catalogue of the shifts with their hours.
pub const SHIFTS: &str = "shift";
/// The state of somebody who sits at the counter.
pub const ON_DUTY: &str = "on-duty";
/// The state of somebody who is away while another covers.
pub const AWAY: &str = "away";
/// So long before the shift begins one is there.
const AHEAD: TimeDelta = TimeDelta::minutes(10);
/// So long before its beginning a shift can be signed in to at the earliest.
pub const EARLIEST: TimeDelta = TimeDelta::hours(3);
/// So long afterwards a receptionist may still write down when she came.
const AFTERWARDS: TimeDelta = TimeDelta::minutes(30);

/// The fields of a shift beside the header's; `category` is which shift it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shift {
    /// Who is on duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// When the operator came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<DateTime<Utc>>,
    /// When the shift begins by the settings of its day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins: Option<DateTime<Utc>>,
    /// When it ends by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<DateTime<Utc>>,
    /// How many minutes later than [`AHEAD`] of its beginning the operator came; 0 in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<i64>,
    /// When the operator was away, and who covered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// What the next one has to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handover: Option<String>,
    /// Who that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_to: Option<String>,
    /// When the operator left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_at: Option<DateTime<Utc>>,
    /// Who read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime<Utc>>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// One time of being away from the counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// From when.
    pub left_at: DateTime<Utc>,
    /// Who sat there meanwhile.
    pub cover: String,
    /// Why.
    pub away_for: String,
    /// Until when the cover was agreed.
    pub until: DateTime<Utc>,
    /// When the operator was back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_at: Option<DateTime<Utc>>,
}

/// The spans in which the counter was attended because of a shift.
fn attends(case: &Case, now: DateTime<Utc>) -> Vec<Span> {
    let Ok(shift) = case.typed::<Shift>() else { return Vec::new() };
    let Some(mut since) = shift.signed_in.filter(|_| case.state != workflow::VOID) else { return Vec::new() };
    let mut spans = Vec::new();
    let mut back = true;
    for absence in &shift.absences {
        // Covered as long as was agreed, or until the operator was back before that.
        let covered = absence.back_at.map_or(absence.until, |back| back.min(absence.until));
        spans.push((since, covered.min(now)));
        back = absence.back_at.is_some();
        since = absence.back_at.unwrap_or(since);
    }
    if back {
        spans.push((since, shift.handed_at.unwrap_or(now).min(now)));
    }
    spans.retain(|(from, to)| from < to);
    spans
}

/// Nobody is on duty twice at once, and nobody is away while somebody else counts on her: one may cover
/// for several, but who is away covers for nobody, and who covers does not go away.
fn claims(case: &Case, _: &Settings) -> Vec<Claim> {
    let Ok(Shift { operator: Some(operator), signed_in: Some(from), absences, .. }) = case.typed::<Shift>()
    else {
        return Vec::new();
    };
    if ![ON_DUTY, AWAY].contains(&case.state.as_str()) {
        return Vec::new();
    }
    let mut claims = vec![Claim {
        resource: format!("operator:{operator}"),
        from,
        until: None,
        count: 1,
        capacity: 1,
        field: "category",
    }];
    if let Some(absence) = absences.last().filter(|_| case.state == AWAY) {
        let presence = |of: &str, count| Claim {
            resource: format!("presence:{of}"),
            from: absence.left_at,
            until: None,
            count,
            capacity: SHARED,
            field: "cover",
        };
        claims.extend([presence(&operator, SHARED), presence(&absence.cover, 1)]);
    }
    claims
}

/// When the shift that the case names is on the day of that instant.
fn hours(s: &Situation, at: DateTime<Utc>) -> Option<Span> {
    let hours = s.settings.hours(SHIFTS, s.case.category.as_deref()?)?;
    let calendar = &s.settings.calendar;
    calendar.spans_on(calendar.day_of(at), &[hours]).first().copied()
}

/// Takes down who it is, the hours of the shift, and how late it was begun.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn begin(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("operator".into(), s.by.into());
    let signed_in = s.input_instant("signed_in").unwrap_or(s.now);
    if let Some((begins, ends)) = hours(s, signed_in) {
        values.insert("begins".into(), instant(begins));
        values.insert("ends".into(), instant(ends));
        let late = (signed_in - (begins - AHEAD)).num_minutes().max(0);
        values.insert("late".into(), late.into());
    }
    Ok(())
}

fn near_its_hours(s: &Situation) -> Result<(), Why> {
    let Some(at) = s.input_instant("signed_in") else { return Ok(()) };
    match hours(s, at) {
        Some((begins, _)) if at < begins - EARLIEST => {
            Err(Why::new("shift.why.too_early").with("from", Arg::At(begins)).about("category"))
        }
        Some((_, ends)) if at >= ends => {
            Err(Why::new("shift.why.over").with("until", Arg::At(ends)).about("category"))
        }
        _ => Ok(()),
    }
}

/// When somebody came is written down then, or by a supervisor.
fn written_at_once(s: &Situation) -> Result<(), Why> {
    match s.input_instant("signed_in") {
        Some(at) if at < s.now - AFTERWARDS && s.role < Role::Supervisor => {
            let minutes = Arg::Number(AFTERWARDS.num_minutes());
            Err(Why::new("shift.why.long_ago")
                .with("minutes", minutes)
                .about("signed_in")
                .needing(Role::Supervisor))
        }
        _ => Ok(()),
    }
}

fn own_or_supervisor(s: &Situation) -> Result<(), Why> {
    match s.case.text("operator") {
        Some(operator) if operator != s.by && s.role < Role::Supervisor => {
            Err(Why::new("shift.why.not_own").with("operator", Arg::Text(operator)).needing(Role::Supervisor))
        }
        _ => Ok(()),
    }
}

/// Nobody covers for herself, or hands over to herself.
fn somebody_else(s: &Situation, key: &str) -> Result<(), Why> {
    match (s.case.text("operator"), s.input(key)) {
        (Some(operator), Some(other)) if operator == other => Err(Why::new("shift.why.herself").about(key)),
        _ => Ok(()),
    }
}

fn another_receives(s: &Situation) -> Result<(), Why> {
    match s.case.text("operator") {
        Some(operator) if operator == s.by => Err(Why::new("shift.why.own_note")),
        _ => Ok(()),
    }
}

/// One time at the counter follows another: not before the operator came or was back last.
fn in_order(s: &Situation, key: &str) -> Result<(), Why> {
    let shift: Shift = s.detail();
    let last = shift.absences.iter().map(|absence| absence.back_at.unwrap_or(absence.left_at));
    match (s.input_instant(key), last.chain(shift.signed_in).max()) {
        (Some(at), Some(earlier)) if at.timestamp() / 60 < earlier.timestamp() / 60 => {
            Err(Why::new("desk.why.before_earlier").with("at", Arg::At(earlier)).about(key))
        }
        _ => Ok(()),
    }
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn go_away(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let keys = ["left_at", "cover", "away_for", "until"];
    let absence = keys.iter().filter_map(|key| Some(((*key).to_owned(), s.inputs.get(*key)?.clone())));
    let absence = serde_json::Value::Object(absence.collect());
    match values.get_mut("absences").and_then(serde_json::Value::as_array_mut) {
        Some(absences) => absences.push(absence),
        None => drop(values.insert("absences".into(), vec![absence].into())),
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn come_back(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let absences = values.get_mut("absences").and_then(serde_json::Value::as_array_mut);
    if let Some(last) = absences.and_then(|absences| absences.last_mut()?.as_object_mut()) {
        last.insert("back_at".into(), instant(s.input_instant("back_at").unwrap_or(s.now)));
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn received(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("received_by".into(), s.by.into());
    Ok(())
}

const OWN: Guard = Guard { id: "own-or-supervisor", check: own_or_supervisor };
const END: &str = "shift.end";

/// What is asked of somebody who goes away.
const LEFT_AT: Field = Field::required("left_at", FieldType::Instant).preset(Preset::Now);
const COVER: Field = Field::required("cover", FieldType::Operator);
const AWAY_FOR: Field = Field::required("away_for", FieldType::Text);
const UNTIL: Field = Field::required("until", FieldType::Instant);

/// The declaration.
pub static KIND: Kind = Kind {
    id: "shift",
    prefix: "ZB",
    opening: &[
        Field::required("category", FieldType::Catalogue(SHIFTS)).fixed(),
        Field::required("signed_in", FieldType::Instant).preset(Preset::Now).fixed(),
        Field::new("remark", FieldType::LongText),
    ],
    fields: &[
        Field::new("operator", FieldType::Operator).fixed(),
        Field::new("begins", FieldType::Instant).fixed(),
        Field::new("ends", FieldType::Instant).fixed(),
        Field::new("late", FieldType::Count { min: 0, max: 1_440 }).fixed(),
        Field::new(
            "absences",
            FieldType::Lines(&[
                LEFT_AT,
                COVER,
                AWAY_FOR,
                UNTIL,
                Field::new("back_at", FieldType::Instant),
            ]),
        )
        .fixed(),
        Field::new("handover", FieldType::LongText).fixed(),
        Field::new("handed_to", FieldType::Operator).fixed(),
        Field::new("handed_at", FieldType::Instant).fixed(),
        Field::new("received_by", FieldType::Operator).fixed(),
        Field::new("received_at", FieldType::Instant).fixed(),
    ],
    states: &[
        State::new(ON_DUTY, Phase::Doing),
        State::new(AWAY, Phase::Waiting),
        State::new("handed-over", Phase::Waiting),
        State::new("closed", Phase::Done),
    ],
    actions: &[
        Action::new("hand-over", From::States(&[ON_DUTY]), To::State("handed-over"))
            .inputs(&[
                Field::required("handed_to", FieldType::Operator),
                Field::required("handover", FieldType::LongText).preset(Preset::Others),
                Field::required("handed_at", FieldType::Instant).preset(Preset::Now),
            ])
            .guards(&[OWN])
            .checks(&[
                Guard { id: "somebody-else", check: |s| somebody_else(s, "handed_to") },
                Guard { id: "has-happened", check: |s| checks::happened(s, "handed_at") },
                Guard { id: "in-order", check: |s| in_order(s, "handed_at") },
            ])
            .effects(&[Effect::PromiseKept]),
        Action::new("leave", From::States(&[ON_DUTY]), To::State(AWAY))
            .inputs(&[COVER, UNTIL, AWAY_FOR, LEFT_AT])
            .guards(&[OWN])
            .checks(&[
                Guard { id: "somebody-else", check: |s| somebody_else(s, "cover") },
                Guard { id: "in-the-future", check: |s| workflow::in_future(s, "until") },
                Guard { id: "has-happened", check: |s| checks::happened(s, "left_at") },
                Guard { id: "in-order", check: |s| in_order(s, "left_at") },
            ])
            .effects(&[Effect::Change(go_away)]),
        Action::new("return", From::States(&[AWAY]), To::State(ON_DUTY))
            .inputs(&[Field::required("back_at", FieldType::Instant).preset(Preset::Now)])
            .guards(&[OWN])
            .checks(&[
                Guard { id: "has-happened", check: |s| checks::happened(s, "back_at") },
                Guard { id: "in-order", check: |s| in_order(s, "back_at") },
            ])
            .effects(&[Effect::Change(come_back)]),
        Action::new("receive", From::States(&["handed-over"]), To::State("closed"))
            .inputs(&[
                Field::required("received_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .guards(&[Guard { id: "another-receives", check: another_receives }])
            .checks(&[
                Guard { id: "has-happened", check: |s| checks::happened(s, "received_at") },
                Guard { id: "in-order", check: |s| checks::not_before(s, "received_at", "handed_at") },
            ])
            .effects(&[Effect::Change(received)]),
    ],
    on_open: &[Effect::Change(begin), Effect::PromiseAt(END, "ends")],
    open_checks: &[
        Guard { id: "has-happened", check: |s| checks::happened(s, "signed_in") },
        Guard { id: "near-its-hours", check: near_its_hours },
        Guard { id: "written-at-once", check: written_at_once },
    ],
    summary: &["operator", "category"],
    columns: &["operator", "category", "signed_in", "late", "handed_to"],
    findings: &[
        FindingRule {
            id: "shift-late",
            states: &[ON_DUTY, AWAY, "handed-over", "closed"],
            severity: Severity::Notice,
            since: |case, _| {
                let shift: Shift = case.typed().ok()?;
                shift.signed_in.filter(|_| shift.late.is_some_and(|late| late > 0))
            },
        },
        FindingRule {
            id: "shift-not-back",
            states: &[AWAY],
            severity: Severity::Warning,
            since: |case, now| {
                let shift: Shift = case.typed().ok()?;
                shift.absences.last().map(|absence| absence.until).filter(|until| *until < now)
            },
        },
    ],
    claims: Some(claims),
    around: Around::Owner,
    late: ("shift-open", Severity::Warning),
    attends: Some(attends),
    forms: &[Form::new("hand-over")],
    shape: shape::<Shift>,
    ..Kind::BASE
};
