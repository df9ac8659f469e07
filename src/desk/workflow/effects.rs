//! What an action brings about: the effects in their order, and the entry that holds them.

use std::collections::VecDeque;

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;

use super::common::BY_HAND;
use super::offers::decided;
use super::summary::summary_of;
use super::{Context, Planned, situate};
use crate::desk::callback::{Attempt, Callback, Outcome};
use crate::desk::case::{Case, HEADER_FIELDS};
use crate::desk::field::{self, FieldType, Values};
use crate::desk::kind::{Effect, Kind, Spawn};
use crate::desk::promise::{self, Basis, Promise};
use crate::desk::timeline::{Change, Entry, Event};
use crate::desk::why::{Arg, Why};

#[allow(clippy::too_many_arguments)] // the parts of one entry; a struct for a single call would only rename them
pub(super) fn finish(
    kind: &Kind,
    before: &Case,
    mut after: Case,
    action: &str,
    from: Option<String>,
    to: &str,
    recorded: Values,
    effects: &[Effect],
    inputs: &Values,
    cx: &Context,
) -> Result<Planned, Why> {
    let now = cx.now.trunc_subsecs(0);
    decided(kind, before, to, cx)?;
    if kind.ends(to) {
        // Ended by a superior, or by the clock: there is nothing left to decide.
        after.escalated = None;
    }
    let mut events = Vec::new();
    let mut spawns = Vec::new();
    let mut links = Vec::new();
    let mut along = Vec::new();
    if let Some(outcome) = Outcome::of_action(action) {
        events.push(tried(before, outcome, inputs, cx)?);
    }
    let mut waiting: VecDeque<&Effect> = effects.iter().collect();
    while let Some(effect) = waiting.pop_front() {
        // Each effect sees what those before it changed.
        let seen = &after;
        let situation = situate(seen, inputs, cx);
        match effect {
            Effect::Change(change) => {
                let mut values = seen.values();
                change(&situation, &mut values)?;
                replace_values(&mut after, &values);
            }
            Effect::Promise(stage) => events.extend(promised(seen, stage, None, inputs, cx)?),
            Effect::PromiseBy(stage, key) => {
                let stage = match before.promise() {
                    Some(open) if *stage == BY_HAND => open.stage.clone(),
                    _ => (*stage).to_owned(),
                };
                events.extend(promised(seen, &stage, situation.input_instant(key), inputs, cx)?);
            }
            Effect::PromiseAt(stage, field) => {
                if let Some(due) = seen.instant(field) {
                    events.extend(promised(seen, stage, Some(due), inputs, cx)?);
                }
            }
            // What goes on already, or was promised by hand, stays as it was said.
            Effect::PromiseNext(_, next)
                if before.promise().is_some_and(|open| [*next, BY_HAND].contains(&open.stage.as_str())) => {}
            Effect::PromiseNext(first, next) => {
                events.extend(before.promise().map(|open| {
                    if open.stage == *first { Event::PromiseKept } else { Event::PromiseWithdrawn }
                }));
                events.extend(promised(seen, next, None, inputs, cx)?);
            }
            Effect::PromiseKept if before.promise().is_some() => events.push(Event::PromiseKept),
            Effect::PromiseWithdrawn if before.promise().is_some() => events.push(Event::PromiseWithdrawn),
            Effect::If(asked_for, then) if asked_for(&situation) => {
                then.iter().rev().for_each(|effect| waiting.push_front(effect));
            }
            Effect::PromiseKept | Effect::PromiseWithdrawn | Effect::If(..) => {}
            Effect::Callback(stage) => events.extend(called_back(seen, &events, stage, None, cx)?),
            Effect::CallbackBy(stage, key) => {
                events.extend(called_back(seen, &events, stage, situation.input_instant(key), cx)?);
            }
            Effect::CancelCallbacks => events.extend(
                before
                    .callbacks
                    .iter()
                    .filter(|cb| cb.is_open())
                    .map(|cb| Event::CallbackCancelled { id: cb.id }),
            ),
            Effect::Spawn(spawn) => spawns.extend(spawn(&situation)),
            Effect::Household(change) => events.extend(change(&situation).map(Event::Household)),
            Effect::TurnInto => spawns.push(another(seen, inputs, ("turned-into", "came-from"), cx)),
            Effect::OpenBeside => spawns.push(another(seen, inputs, ("led-to", "came-from"), cx)),
            Effect::LinkTo(key) => {
                let number = situation.input(key).map(str::to_owned).or_else(|| seen.text(key));
                links.extend(number.map(|number| (*key, number)));
            }
            Effect::Along(other) => along.push(*other),
        }
    }
    let promise_left = before.promise().is_some()
        && !events
            .iter()
            .any(|e| matches!(e, Event::Promised(_) | Event::PromiseKept | Event::PromiseWithdrawn));
    if kind.ends(to) && promise_left {
        events.push(Event::PromiseKept);
    }
    // What is as it was has its shape already.
    if after.detail != before.detail {
        after.detail = (kind.shape)(&after.detail)
            .map_err(|error| Why::new("desk.why.shape").with("error", Arg::Text(error.to_string())))?;
    }
    if kind.summary.iter().any(|key| after.differs(before, key)) {
        // Kept in the language that the office writes in, in which it is searched too.
        let name = |catalogue: &str, code: &str| {
            cx.settings.code_name(catalogue, code).map_or(code, |name| name.zh.as_str()).to_owned()
        };
        let summary = summary_of(kind, &after, &name);
        if !summary.is_empty() {
            after.summary = summary;
        }
    }
    let changes: Vec<Change> = after.changes_since(before);
    let entry = Entry {
        number: after.number.clone(),
        revision: before.revision + 1,
        at: now,
        by: cx.by.to_owned(),
        with: None,
        action: action.to_owned(),
        from,
        to: to.to_owned(),
        changes,
        inputs: recorded,
        events,
    };
    // The case after is what the entry makes of the case before: never anything else. An entry puts no blanks.
    let mut case = after;
    case.detail.retain(|_, value| !value.is_null());
    case.apply(&entry, kind.ends(to));
    debug_assert_eq!(case, {
        let mut made = before.clone();
        made.apply(&entry, kind.ends(to));
        made
    });
    Ok(Planned { entry, case, spawns, links, along })
}

fn replace_values(case: &mut Case, values: &Values) {
    let keys = case.detail.keys().map(String::as_str).chain(HEADER_FIELDS);
    let gone: Vec<String> = keys.filter(|key| !values.contains_key(*key)).map(str::to_owned).collect();
    for key in gone {
        case.put(&key, &Value::Null);
    }
    for (key, value) in values {
        case.put(key, value);
    }
}

fn basis_and_due(
    case: &Case,
    stage: &str,
    by_hand: Option<DateTime<Utc>>,
    reason: Option<String>,
    cx: &Context,
) -> Result<Option<(DateTime<Utc>, Basis)>, Why> {
    if let Some(due) = by_hand {
        return Ok(Some((due, Basis::Hand { reason })));
    }
    let rule =
        promise::choose(&cx.settings.promises, stage, case.category.as_deref(), case.urgency.as_deref());
    let Some(rule) = rule else { return Ok(None) };
    let due = rule
        .due(cx.now.trunc_subsecs(0), &cx.settings.calendar)
        .map_err(|_| Why::new("desk.why.no_service_hours"))?;
    Ok(Some((due, Basis::Rule(rule.clone()))))
}

fn promised(
    case: &Case,
    stage: &str,
    by_hand: Option<DateTime<Utc>>,
    inputs: &Values,
    cx: &Context,
) -> Result<Option<Event>, Why> {
    let reason = inputs.get("reason").and_then(Value::as_str).map(str::to_owned);
    Ok(basis_and_due(case, stage, by_hand, reason, cx)?.map(|(due, basis)| {
        Event::Promised(Promise {
            stage: stage.to_owned(),
            due,
            made_at: cx.now.trunc_subsecs(0),
            basis,
            kept_at: None,
            withdrawn_at: None,
        })
    }))
}

fn called_back(
    case: &Case,
    events: &[Event],
    stage: &str,
    by_hand: Option<DateTime<Utc>>,
    cx: &Context,
) -> Result<Option<Event>, Why> {
    let new_ones = events.iter().filter(|event| matches!(event, Event::CallbackDue(_))).count();
    let id = u32::try_from(case.callbacks.len() + new_ones).unwrap_or(u32::MAX).saturating_add(1);
    Ok(basis_and_due(case, stage, by_hand, None, cx)?.map(|(due, basis)| {
        Event::CallbackDue(Callback {
            id,
            stage: stage.to_owned(),
            due,
            made_at: cx.now.trunc_subsecs(0),
            basis,
            attempts: Vec::new(),
            cancelled_at: None,
        })
    }))
}

/// The try that a callback action records on the named callback, or on the one that waits longest.
fn tried(case: &Case, outcome: Outcome, inputs: &Values, cx: &Context) -> Result<Event, Why> {
    let named = inputs.get("callback").and_then(Value::as_u64);
    let callback = match named {
        Some(id) => case.callbacks.iter().find(|cb| u64::from(cb.id) == id && cb.is_open()),
        None => case.open_callback(),
    };
    let callback = callback.ok_or_else(|| Why::new("desk.why.no_callback"))?;
    let next = match (outcome, inputs.get("next").and_then(field::as_instant)) {
        (Outcome::Unreached, Some(next)) => Some(next),
        (Outcome::Unreached, None) => {
            basis_and_due(case, "callback.retry", None, None, cx)?.map(|(next, _)| next)
        }
        _ => None,
    };
    let attempt = Attempt {
        at: cx.now.trunc_subsecs(0),
        by: cx.by.to_owned(),
        outcome,
        score: inputs.get("score").and_then(Value::as_u64).and_then(|score| u8::try_from(score).ok()),
        note: inputs.get("note").and_then(Value::as_str).map(str::to_owned),
        next,
    };
    Ok(Event::CallbackTried { id: callback.id, attempt })
}

/// The case that a call or visit turns into: what was given for it, and what both kinds have.
fn another(
    case: &Case,
    inputs: &Values,
    (relation, back): (&'static str, &'static str),
    cx: &Context,
) -> Spawn {
    let into = inputs.get("into").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut values = inputs.clone();
    values.remove("into");
    if let Some(target) = cx.kinds.get(&into) {
        for field in target.opening {
            let carried = match field.ty {
                FieldType::CaseOf(id) if id == case.kind => case.number.clone().into(),
                _ => case.get(field.key),
            };
            if !carried.is_null() && field.check(&carried, cx.settings).is_ok() {
                values.entry(field.key).or_insert(carried);
            }
        }
    }
    Spawn { kind: into, values, relation, back }
}
