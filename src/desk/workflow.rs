//! The machinery of all workflows: plans the timeline entry that an action makes, or says why not.
//!
//! It decides nothing by kind: everything comes from the [`Kind`]'s declaration.

use std::collections::VecDeque;

use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};
use serde_json::Value;

use super::callback::{Attempt, Callback, Outcome};
use super::case::{Case, HEADER_FIELDS};
use super::field::{self, Field, FieldType, Preset, Shown, Values, check_all};
use super::form::Form;
use super::household::Household;
use super::kind::{Action, Effect, From, Guard, Kind, Situation, Spawn, To};
use super::kinds::Kinds;
use super::others::{Along, Other};
use super::people::{CLOCK, Role};
use super::promise::{self, Basis, Promise};
use super::settings::Settings;
use super::timeline::{Change, Entry, Event, Link, Origin};
use super::why::{Arg, Why};

/// The state of a case that was declared void, in every kind.
pub const VOID: &str = "void";

/// The action of a case's first entry.
pub const OPEN: &str = "open";

/// The action that an entry carries when another case was linked with this one.
pub const LINKED: &str = "linked";

/// The action of the only entry that a case has when it came from a file of another book.
pub const IMPORTED: &str = "imported";

/// The action of the entry by which a case learns that a form of it was printed. Its inputs say which
/// (`form`) and how many there were before (`copy`).
pub const PRINTED: &str = "printed";

const NOTE: Field = Field::new("note", FieldType::LongText);
const REASON: Field = Field::required("reason", FieldType::LongText);
/// Which of a case's callbacks is meant; without it the one that waits longest.
pub const CALLBACK_ID: Field = Field::new("callback", FieldType::Count { min: 1, max: 10_000 });

/// Turns a call, visit or letter into any other kind; the new case carries over what both kinds have.
pub const TURN_INTO: Action = Action::new("turn-into", From::AnyOpen, To::Stay)
    .inputs(&[Field::required("into", FieldType::Kind)])
    .effects(&[Effect::TurnInto]);

/// Guard of putting a case before a superior: not twice.
pub const NOT_ESCALATED: Guard = Guard { id: "not-escalated", check: not_escalated };
/// Guard of a superior's instruction: the case was put before one.
pub const ESCALATED: Guard = Guard { id: "escalated", check: is_escalated };
/// Puts the case before a superior, with the `reason` that is given.
pub const ESCALATE: Effect = Effect::Change(take_escalation);
/// The superior has decided.
pub const DECIDED: Effect = Effect::Change(end_escalation);

/// Declares a case void. A kind of which more must be undone has its own with further effects.
pub const DECLARE_VOID: Action = Action::new("void", From::AnyOpen, To::State(VOID))
    .inputs(&[REASON])
    .guards(&[Guard { id: "own-of-today-or-supervisor", check: own_of_today }])
    .effects(&[Effect::PromiseWithdrawn, Effect::CancelCallbacks]);

/// Actions that every kind has.
pub const COMMON: &[Action] = &[
    Action::new("note", From::Any, To::Stay).inputs(&[Field::required("note", FieldType::LongText)]),
    Action::new("amend", From::Any, To::Stay)
        .guards(&[Guard { id: "closed-by-supervisor", check: closed_by_supervisor }]),
    Action::new("reassign", From::AnyOpen, To::Stay).inputs(&[
        Field::required("owner", FieldType::Operator),
        Field::required("reason", FieldType::LongText),
    ]),
    Action::new("escalate", From::AnyOpen, To::Stay)
        .inputs(&[REASON])
        .guards(&[NOT_ESCALATED])
        .effects(&[ESCALATE]),
    Action::new("instruct", From::AnyOpen, To::Stay)
        .supervisor()
        .inputs(&[Field::required("instruction", FieldType::LongText)])
        .guards(&[ESCALATED])
        .effects(&[DECIDED]),
    Action::new("promise", From::AnyOpen, To::Stay)
        .inputs(&[Field::required("due", FieldType::Instant), REASON])
        .checks(&[Guard { id: "in-the-future", check: due_in_future }])
        .effects(&[Effect::PromiseBy(BY_HAND, "due")]),
    Action::new("callback-add", From::Any, To::Stay)
        .inputs(&[Field::required("due", FieldType::Instant), NOTE])
        .effects(&[Effect::CallbackBy("callback.by-hand", "due")]),
    Action::new("callback-satisfied", From::Any, To::Stay)
        .inputs(&[
            Field::required("score", FieldType::Count { min: 1, max: 5 }).preset(Preset::Number(5)),
            NOTE,
            CALLBACK_ID,
        ])
        .guards(&[CALLBACK_WAITS]),
    Action::new("callback-dissatisfied", From::Any, To::Stay)
        .inputs(&[Field::required("note", FieldType::LongText), CALLBACK_ID])
        .guards(&[CALLBACK_WAITS]),
    Action::new("callback-unreached", From::Any, To::Stay)
        .inputs(&[Field::new("next", FieldType::Instant), NOTE, CALLBACK_ID])
        .guards(&[CALLBACK_WAITS])
        .checks(&[Guard { id: "in-the-future", check: next_in_future }]),
    Action::new("callback-unwanted", From::Any, To::Stay)
        .inputs(&[NOTE, CALLBACK_ID])
        .guards(&[CALLBACK_WAITS]),
    Action::new("open-beside", From::AnyOpen, To::Stay)
        .inputs(&[Field::required("into", FieldType::Kind)])
        .effects(&[Effect::OpenBeside]),
    Action::new("link", From::Any, To::Stay)
        .inputs(&[Field::required("number", FieldType::CaseNumber), NOTE])
        .effects(&[Effect::LinkTo("number")]),
    DECLARE_VOID,
];

/// Promise stage of a promise made by hand where none was under way.
const BY_HAND: &str = "promise.by-hand";

const CALLBACK_WAITS: Guard = Guard { id: "callback-waits", check: callback_waits };

fn closed_by_supervisor(s: &Situation) -> Result<(), Why> {
    if s.case.closed_at.is_some() && s.role < Role::Supervisor {
        return Err(Why::new("desk.why.closed_needs_supervisor").needing(Role::Supervisor));
    }
    Ok(())
}

fn not_escalated(s: &Situation) -> Result<(), Why> {
    s.case.escalated.is_none().then_some(()).ok_or_else(|| Why::new("desk.why.already_escalated"))
}

fn is_escalated(s: &Situation) -> Result<(), Why> {
    s.case.escalated.is_some().then_some(()).ok_or_else(|| Why::new("desk.why.not_escalated"))
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn take_escalation(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("escalated".into(), s.input("reason").unwrap_or_default().into());
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn end_escalation(_: &Situation, values: &mut Values) -> Result<(), Why> {
    values.remove("escalated");
    Ok(())
}

fn callback_waits(s: &Situation) -> Result<(), Why> {
    s.case.open_callback().map(|_| ()).ok_or_else(|| Why::new("desk.why.no_callback"))
}

fn due_in_future(s: &Situation) -> Result<(), Why> {
    in_future(s, "due")
}

fn next_in_future(s: &Situation) -> Result<(), Why> {
    in_future(s, "next")
}

/// Refuses an instant of an input that has passed already.
pub fn in_future(s: &Situation, key: &str) -> Result<(), Why> {
    match s.input_instant(key) {
        Some(at) if at <= s.now => Err(Why::new("desk.why.in_the_past").with("at", Arg::At(at)).about(key)),
        _ => Ok(()),
    }
}

/// A receptionist may take back what she herself opened today; anything else needs a supervisor.
fn own_of_today(s: &Situation) -> Result<(), Why> {
    let calendar = &s.settings.calendar;
    let today = calendar.day_of(s.now) == calendar.day_of(s.case.opened_at);
    if s.role >= Role::Supervisor || (today && s.case.opened_by == s.by) {
        return Ok(());
    }
    Err(Why::new("desk.why.void_needs_supervisor").needing(Role::Supervisor))
}

/// Who does something, when, and under which settings.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The operator's name.
    pub by: &'a str,
    /// The operator's role.
    pub role: Role,
    /// Now.
    pub now: DateTime<Utc>,
    /// The settings.
    pub settings: &'a Settings,
    /// The household of the case's unit, if there is one.
    pub household: Option<&'a Household>,
    /// The other open cases that the kind looks at.
    pub others: &'a [Other],
    /// The households that live in the buildings which are named with it.
    pub covered: &'a [Household],
    /// The kinds there are.
    pub kinds: Kinds,
}

/// What an action makes: the entry, the case after it, and what the counter must do beside.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The entry, complete but for links to cases that are only now opened.
    pub entry: Entry,
    /// The case after the entry.
    pub case: Case,
    /// Cases to open with it and to link both ways.
    pub spawns: Vec<Spawn>,
    /// Numbers of cases to link with, both ways, each with the field that it came from.
    pub links: Vec<(&'static str, String)>,
    /// Actions on other cases that go along.
    pub along: Vec<Along>,
}

impl Planned {
    /// Adds an event to the entry and to the case.
    pub fn add(&mut self, event: Event) {
        let bare = Entry { changes: Vec::new(), events: vec![event.clone()], ..self.entry.clone() };
        let ends = self.case.closed_at.is_some();
        self.case.apply(&bare, ends);
        self.entry.events.push(event);
    }
}

/// An action of a case in its present state, and whether it is allowed now.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The action's id.
    pub action: &'static str,
    /// Whether it belongs to the kind itself, not to every kind.
    pub own: bool,
    /// Why not, if it is not allowed.
    pub why_not: Option<Why>,
}

/// The actions that the state offers, in the order of the action line, each with why not.
#[must_use]
pub fn offers(kind: &Kind, case: &Case, cx: &Context) -> Vec<Offer> {
    kind.all_actions()
        .filter(|action| !action.by_clock && from_state(kind, action, &case.state))
        .filter(|action| action.id == "instruct" || !hidden(action, case))
        .map(|action| Offer {
            action: action.id,
            own: kind.actions.iter().any(|own| own.id == action.id),
            why_not: allowed(kind, case, action, cx).err(),
        })
        .collect()
}

/// Steps that are told ahead at most.
const AHEAD: usize = 4;
/// Alternatives of one step that are told.
const ALTERNATIVES: usize = 3;

/// The steps that lead on from where a case stands: each the actions among which it is then chosen.
///
/// It goes as far as one action alone leads on; where several do, or the outcome depends on what is
/// typed, the way ends with them. Where nothing moves the case, as with a checklist, the things that
/// can be done now are the steps, in their order.
#[must_use]
pub fn way_ahead(kind: &Kind, case: &Case, cx: &Context) -> Vec<Vec<&'static str>> {
    let none = Values::new();
    let situation = situate(case, &none, cx);
    let open = |action: &&Action| {
        !action.by_clock && action.guards.iter().all(|guard| (guard.check)(&situation).is_ok())
    };
    let leads =
        |action: &Action, state: &str| matches!(action.from, From::States(states) if states.contains(&state));
    let mut steps: Vec<Vec<&'static str>> = Vec::new();
    let mut seen = vec![case.state.as_str()];
    while let Some(state) = seen.last().copied().filter(|state| steps.len() < AHEAD && !kind.ends(state)) {
        let rings = !steps.is_empty() || case.open_callback().is_some();
        let satisfied = kind.callback_moves.iter().filter(|moves| moves.outcome == Outcome::Satisfied);
        let callbacks = satisfied
            .filter(|moves| rings && moves.from.contains(&state))
            .map(|moves| (Outcome::Satisfied.action(), moves.to.targets()));
        let own = kind.actions.iter().filter(|action| leads(action, state)).filter(open);
        let moving: Vec<(&'static str, &[&'static str])> = callbacks
            .chain(own.map(|action| (action.id, action.to.targets())))
            .filter(|(_, targets)| targets.iter().any(|target| !seen.contains(target)))
            .collect();
        if moving.is_empty() {
            break;
        }
        steps.push(moving.iter().take(ALTERNATIVES).map(|(id, _)| *id).collect());
        match moving.as_slice() {
            [(_, [target])] => seen.push(target),
            _ => break,
        }
    }
    if steps.is_empty() && !kind.ends(&case.state) {
        let staying = kind.actions.iter().filter(|action| leads(action, &case.state)).filter(open);
        steps.extend(staying.take(AHEAD).map(|action| vec![action.id]));
    }
    steps
}

/// Callback outcomes are offered only while a callback waits: elsewhere they would be noise.
fn hidden(action: &Action, case: &Case) -> bool {
    Outcome::of_action(action.id).is_some() && case.open_callback().is_none()
}

pub(super) fn from_state(kind: &Kind, action: &Action, state: &str) -> bool {
    match action.from {
        From::States(states) => states.contains(&state),
        From::AnyOpen => !kind.ends(state),
        From::Any => state != VOID || action.id == "note",
    }
}

fn allowed(kind: &Kind, case: &Case, action: &Action, cx: &Context) -> Result<(), Why> {
    if !from_state(kind, action, &case.state) {
        return Err(Why::new("desk.why.not_in_state")
            .with("action", Arg::Term(word(kind, "action", action.id)))
            .with("state", Arg::Term(word(kind, "state", &case.state))));
    }
    if action.by_clock && cx.by != CLOCK {
        return Err(Why::new("desk.why.by_clock").with("action", Arg::Term(word(kind, "action", action.id))));
    }
    if !action.by_clock {
        // Who may not write one may not write it anew either.
        let opens = if action.id == "amend" { kind.opens } else { action.role };
        at_least(cx.role, action.role.max(opens))?;
    }
    let none = Values::new();
    let situation = situate(case, &none, cx);
    if let To::State(to) = action.to {
        decided(kind, case, to, cx)?;
    }
    action.guards.iter().try_for_each(|guard| asked(guard, &situation))
}

fn at_least(role: Role, needed: Role) -> Result<(), Why> {
    if role < needed { Err(Why::needs_role(needed)) } else { Ok(()) }
}

/// Whether somebody of that role may open a case of the kind at all.
///
/// # Errors
/// The role refuses.
pub fn may_open(kind: &Kind, role: Role) -> Result<(), Why> {
    at_least(role, kind.opens)
}

/// What was put before a superior ends by the superior's word: nobody below closes it meanwhile.
fn decided(kind: &Kind, case: &Case, to: &str, cx: &Context) -> Result<(), Why> {
    if kind.ends(to) && case.escalated.is_some() && cx.by != CLOCK && cx.role < Role::Supervisor {
        return Err(Why::new("desk.why.undecided").needing(Role::Supervisor));
    }
    Ok(())
}

/// Asks a guard; a refusal carries the guard's name.
fn asked(guard: &Guard, situation: &Situation) -> Result<(), Why> {
    (guard.check)(situation).map_err(|why| why.by_guard(guard.id))
}

/// The locale key of one of a kind's words; `text` falls back to `case.…` where the kind has none.
#[must_use]
pub fn word(kind: &Kind, sort: &str, id: &str) -> String {
    format!("{}.{sort}.{id}", kind.id)
}

fn situate<'a>(case: &'a Case, inputs: &'a Values, cx: &Context<'a>) -> Situation<'a> {
    Situation {
        case,
        inputs,
        role: cx.role,
        by: cx.by,
        now: cx.now,
        settings: cx.settings,
        household: cx.household,
        others: cx.others,
        covered: cx.covered,
    }
}

/// The inputs that an action asks for, with what is special to the case: amending offers every
/// field, turning into another kind offers that kind's opening fields.
#[must_use]
pub fn inputs_of(kind: &Kind, action: &Action, kinds: Kinds, into: Option<&str>) -> Vec<Field> {
    if action.id == "amend" {
        let editable = kind.all_fields().filter(|f| !f.fixed && !matches!(f.ty, FieldType::Checklist(_)));
        return editable
            .map(|field| Field { preset: Preset::Same, required: false, shown: Shown::Always, ..*field })
            .chain([REASON])
            .collect();
    }
    let mut inputs = action.inputs.to_vec();
    if action.opens_another()
        && let Some(target) = into.and_then(|id| kinds.get(id))
    {
        inputs.extend(target.opening.iter().map(|field| match kind.field(field.key) {
            _ if field.ty == FieldType::CaseOf(kind.id) => Field { preset: Preset::Of("number"), ..*field },
            Some(own) if own.ty == field.ty => Field { preset: Preset::Same, ..*field },
            _ => *field,
        }));
    }
    inputs
}

/// The values that a form for these fields starts from.
#[must_use]
pub fn presets(fields: &[Field], case: Option<&Case>, cx: &Context) -> Values {
    fields
        .iter()
        .filter_map(|field| {
            let value = preset(field, case, cx);
            (!value.is_null()).then(|| (field.key.to_owned(), value))
        })
        .collect()
}

fn preset(field: &Field, case: Option<&Case>, cx: &Context) -> Value {
    match field.preset {
        Preset::None => Value::Null,
        Preset::Now => field::instant(cx.now),
        Preset::Today => cx.settings.calendar.day_of(cx.now).to_string().into(),
        Preset::ThisYear => cx.settings.calendar.day_of(cx.now).year().into(),
        Preset::Me => cx.by.into(),
        Preset::Text(text) => text.into(),
        Preset::Number(number) => number.into(),
        Preset::Yes => true.into(),
        Preset::Same => case.map_or(Value::Null, |case| case.get(field.key)),
        Preset::Of(key) => case.map_or(Value::Null, |case| fitted(field, case.get(key))),
        Preset::EndOfToday => {
            let calendar = &cx.settings.calendar;
            field::instant(calendar.next_day_start(calendar.day_of(cx.now)) - TimeDelta::minutes(1))
        }
        Preset::Others => others_listed(cx.others).into(),
    }
}

/// The cases beside the one at hand, one a line; as many as a long text takes.
fn others_listed(others: &[Other]) -> String {
    let mut text = String::new();
    for other in others {
        let line = format!("{} {}\n", other.number, other.summary);
        if text.chars().count() + line.chars().count() > field::LONG_TEXT_MAX {
            break;
        }
        text.push_str(&line);
    }
    text
}

/// Another field's lines with the columns of this one; what must be given starts from its preset.
fn fitted(field: &Field, value: Value) -> Value {
    let (FieldType::Lines(columns), Value::Array(rows)) = (field.ty, &value) else { return value };
    let cell = |row: &Value, column: &Field| {
        let given = row.get(column.key).filter(|value| !value.is_null()).cloned();
        given.or_else(|| column.required.then(|| column.fixed_preset()))
    };
    let fit = |row: &Value| -> Value {
        let cells = columns.iter().filter_map(|column| Some((column.key.to_owned(), cell(row, column)?)));
        Value::Object(cells.filter(|(_, value)| !value.is_null()).collect())
    };
    Value::Array(rows.iter().map(fit).collect())
}

/// What was given, completed by presets where nothing at all was said about a field.
fn complete(fields: &[Field], given: &Values, case: Option<&Case>, cx: &Context) -> Values {
    let mut all = presets(fields, case, cx);
    all.extend(given.clone());
    all
}

/// Plans the opening of a case.
///
/// # Errors
/// The role refuses, a field is missing, unknown or of the wrong type, or a check of the kind refuses.
pub fn open(kind: &Kind, number: &str, given: &Values, cx: &Context) -> Result<Planned, Why> {
    may_open(kind, cx.role)?;
    let values = check_all(kind.opening, &complete(kind.opening, given, None, cx), cx.settings)?;
    let now = cx.now.trunc_subsecs(0);
    let before = Case { kind: kind.id.to_owned(), ..Case::default() };
    let mut case =
        Case { number: number.to_owned(), opened_at: now, opened_by: cx.by.to_owned(), ..before.clone() };
    for (key, value) in &values {
        case.put(key, value);
    }
    case.put("owner", &cx.by.into());
    let situation = situate(&case, &values, cx);
    kind.open_checks.iter().try_for_each(|guard| asked(guard, &situation))?;
    let first = kind.states.first().map_or(VOID, |state| state.id);
    finish(kind, &before, case, OPEN, None, first, Values::new(), kind.on_open, &values, cx)
}

/// Plans an action on a case.
///
/// # Errors
/// The state, the role, a guard, an input or a check refuses; the value says why.
pub fn act(kind: &Kind, case: &Case, action: &str, given: &Values, cx: &Context) -> Result<Planned, Why> {
    let Some(action) = kind.action(action) else {
        let known = kind.all_actions().map(|action| action.id).collect::<Vec<_>>().join(", ");
        return Err(Why::new("desk.why.unknown_action")
            .with("action", Arg::Text(action.to_owned()))
            .with("known", Arg::Text(known)));
    };
    allowed(kind, case, action, cx)?;
    let into = given.get("into").and_then(Value::as_str);
    let mut fields = inputs_of(kind, action, cx.kinds, into);
    if action.id == "amend" {
        // Only what is named is amended: a form sends every field, a script the one it means.
        fields.retain(|field| given.contains_key(field.key) || field.key == "reason");
    }
    if let Some(into) = into
        && cx.kinds.get(into).is_none()
    {
        return Err(Why::new("desk.why.unknown_kind")
            .with("value", Arg::Text(into.to_owned()))
            .about("into"));
    }
    let inputs = check_all(&fields, &complete(&fields, given, Some(case), cx), cx.settings)?;
    let mut after = case.clone();
    if !action.opens_another() {
        take_inputs(kind, action, &inputs, given, &mut after);
    }
    let situation = situate(&after, &inputs, cx);
    action.checks.iter().try_for_each(|guard| asked(guard, &situation))?;
    let mut to = action.to;
    let mut effects = action.effects.to_vec();
    let outcome = Outcome::of_action(action.id);
    if let Some(moved) = outcome.and_then(|outcome| {
        kind.callback_moves.iter().find(|m| m.outcome == outcome && m.from.contains(&case.state.as_str()))
    }) {
        to = moved.to;
        effects.extend_from_slice(moved.effects);
    }
    let to = match to {
        To::Stay => case.state.as_str(),
        To::State(state) => state,
        To::OneOf(_, choose) => choose(&situation),
    };
    finish(kind, case, after, action.id, Some(case.state.clone()), to, inputs.clone(), &effects, &inputs, cx)
}

/// Takes the inputs that are fields into the case. Amending may also take a value away.
fn take_inputs(kind: &Kind, action: &Action, inputs: &Values, given: &Values, after: &mut Case) {
    let is_field = |key: &str| kind.field(key).is_some() || HEADER_FIELDS.contains(&key);
    for (key, value) in inputs.iter().filter(|(key, _)| is_field(key)) {
        after.put(key, value);
    }
    if action.id == "amend" {
        for key in given.keys().filter(|key| is_field(key) && !inputs.contains_key(key.as_str())) {
            if kind.field(key).is_some_and(|field| !field.required) {
                after.put(key, &Value::Null);
            }
        }
    }
}

#[allow(clippy::too_many_arguments)] // the parts of one entry; a struct for a single call would only rename them
fn finish(
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
        let seen = after.clone();
        let situation = situate(&seen, inputs, cx);
        match effect {
            Effect::Change(change) => {
                let mut values = seen.values();
                change(&situation, &mut values)?;
                replace_values(&mut after, &values);
            }
            Effect::Promise(stage) => events.extend(promised(&seen, stage, None, inputs, cx)?),
            Effect::PromiseBy(stage, key) => {
                let stage = match before.promise() {
                    Some(open) if *stage == BY_HAND => open.stage.clone(),
                    _ => (*stage).to_owned(),
                };
                events.extend(promised(&seen, &stage, situation.input_instant(key), inputs, cx)?);
            }
            Effect::PromiseAt(stage, field) => {
                if let Some(due) = field::as_instant(&seen.get(field)) {
                    events.extend(promised(&seen, stage, Some(due), inputs, cx)?);
                }
            }
            // What goes on already, or was promised by hand, stays as it was said.
            Effect::PromiseNext(_, next)
                if before.promise().is_some_and(|open| [*next, BY_HAND].contains(&open.stage.as_str())) => {}
            Effect::PromiseNext(first, next) => {
                events.extend(before.promise().map(|open| {
                    if open.stage == *first { Event::PromiseKept } else { Event::PromiseWithdrawn }
                }));
                events.extend(promised(&seen, next, None, inputs, cx)?);
            }
            Effect::PromiseKept if before.promise().is_some() => events.push(Event::PromiseKept),
            Effect::PromiseWithdrawn if before.promise().is_some() => events.push(Event::PromiseWithdrawn),
            Effect::If(asked_for, then) if asked_for(&situation) => {
                then.iter().rev().for_each(|effect| waiting.push_front(effect));
            }
            Effect::PromiseKept | Effect::PromiseWithdrawn | Effect::If(..) => {}
            Effect::Callback(stage) => events.extend(called_back(&seen, &events, stage, None, cx)?),
            Effect::CallbackBy(stage, key) => {
                events.extend(called_back(&seen, &events, stage, situation.input_instant(key), cx)?);
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
            Effect::TurnInto => spawns.push(another(&seen, inputs, ("turned-into", "came-from"), cx)),
            Effect::OpenBeside => spawns.push(another(&seen, inputs, ("led-to", "came-from"), cx)),
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
    after.detail = (kind.shape)(&after.detail)
        .map_err(|error| Why::new("desk.why.shape").with("error", Arg::Text(error.to_string())))?;
    if kind.summary.iter().any(|key| after.get(key) != before.get(key)) {
        let summary = summary_of(kind, &after, cx.settings);
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
    // The case after is what the entry makes of the case before: never anything else.
    let mut case = before.clone();
    case.apply(&entry, kind.ends(to));
    Ok(Planned { entry, case, spawns, links, along })
}

fn replace_values(case: &mut Case, values: &Values) {
    let gone: Vec<String> = case.values().keys().filter(|key| !values.contains_key(*key)).cloned().collect();
    for key in gone {
        case.put(&key, &Value::Null);
    }
    for (key, value) in values {
        case.put(key, value);
    }
}

/// The one-line summary: the texts of the kind's summary fields, first lines only.
fn summary_of(kind: &Kind, case: &Case, settings: &Settings) -> String {
    let texts =
        kind.summary.iter().filter_map(|key| summary_part(kind.field(key)?, &case.get(key), settings));
    let lines: Vec<String> = texts
        .filter_map(|text| text.lines().find(|line| !line.trim().is_empty()).map(|l| l.trim().to_owned()))
        .collect();
    lines.join(" ").chars().take(field::TEXT_MAX).collect()
}

/// The text of one summary field; of a list of lines the first column of each, of a code its name
/// in the language that the office writes in.
fn summary_part(field: &Field, value: &Value, settings: &Settings) -> Option<String> {
    if let FieldType::Catalogue(id) = field.ty {
        let code = value.as_str()?;
        return Some(settings.code_name(id, code).map_or(code, |name| name.zh.as_str()).to_owned());
    }
    let FieldType::Lines(columns) = field.ty else { return value.as_str().map(str::to_owned) };
    let first = columns.first()?.key;
    let names: Vec<&str> = value.as_array()?.iter().filter_map(|row| row.get(first)?.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
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

/// Plans the entry by which a case learns that another was linked with it.
#[must_use]
pub fn linked(kind: &Kind, case: &Case, link: Link, cx: &Context) -> Planned {
    told(kind, case, (LINKED, Values::new(), vec![Event::Linked(link)]), cx)
}

/// Plans the entry by which a case learns that a form of it was printed, `copies` times before.
///
/// # Errors
/// The form is none of the case as it stands, or the role is too low.
pub fn printed(kind: &Kind, case: &Case, form: &Form, copies: u32, cx: &Context) -> Result<Planned, Why> {
    form.allowed(case, cx.role)?;
    let mut inputs = Values::new();
    inputs.insert("form".into(), form.id.into());
    inputs.insert("copy".into(), copies.into());
    Ok(told(kind, case, (PRINTED, inputs, Vec::new()), cx))
}

/// Plans an entry that leaves the case where it stands.
fn told(
    kind: &Kind,
    case: &Case,
    (action, inputs, events): (&str, Values, Vec<Event>),
    cx: &Context,
) -> Planned {
    let entry = Entry {
        number: case.number.clone(),
        revision: case.revision + 1,
        at: cx.now.trunc_subsecs(0),
        by: cx.by.to_owned(),
        with: None,
        action: action.to_owned(),
        from: Some(case.state.clone()),
        to: case.state.clone(),
        changes: Vec::new(),
        inputs,
        events,
    };
    let mut after = case.clone();
    after.apply(&entry, kind.ends(&case.state));
    Planned { entry, case: after, spawns: Vec::new(), links: Vec::new(), along: Vec::new() }
}

/// Plans the entry by which a case comes from a file of another book, as it stood there.
#[must_use]
pub fn imported(kind: &Kind, case: &Case, file: &str, by: &str, now: DateTime<Utc>) -> Planned {
    let before = Case { kind: kind.id.to_owned(), ..Case::default() };
    let origin =
        Origin { opened_at: case.opened_at, opened_by: case.opened_by.clone(), closed_at: case.closed_at };
    let promises = case.promises.iter().cloned().map(Event::Promised);
    let callbacks = case.callbacks.iter().cloned().map(Event::CallbackDue);
    let links = case.links.iter().cloned().map(Event::Linked);
    let entry = Entry {
        number: case.number.clone(),
        revision: 1,
        at: now.trunc_subsecs(0),
        by: by.to_owned(),
        with: None,
        action: IMPORTED.to_owned(),
        from: None,
        to: case.state.clone(),
        changes: case.changes_since(&before),
        inputs: Values::from_iter([("note".to_owned(), file.into())]),
        events: promises.chain(callbacks).chain(links).chain([Event::Imported(origin)]).collect(),
    };
    let mut after = before;
    after.apply(&entry, kind.ends(&case.state));
    Planned { entry, case: after, spawns: Vec::new(), links: Vec::new(), along: Vec::new() }
}
