//! The machinery of all workflows: plans the timeline entry that an action makes, or says why not.
//!
//! It decides nothing by kind: everything comes from the [`Kind`]'s declaration.

mod common;
mod effects;
mod inputs;
mod offers;
mod summary;

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;

pub use self::common::{
    CALLBACK_ID, COMMON, DECIDED, DECLARE_VOID, ESCALATE, ESCALATED, NOT_ESCALATED, TURN_INTO, in_future,
};
use self::effects::finish;
use self::inputs::complete;
pub use self::inputs::{asks_owed, inputs_of, lists_others, presets};
use self::offers::allowed;
pub(super) use self::offers::from_state;
pub use self::offers::{Offer, may_open, offers, way_ahead};
pub use self::summary::{Said, said_of, summary_by, summary_with};
use super::callback::Outcome;
use super::case::{Case, HEADER_FIELDS};
use super::field::{Values, check_all};
use super::form::Form;
use super::household::{Household, Owed};
use super::kind::{Action, Guard, Kind, Situation, Spawn, To};
use super::kinds::Kinds;
use super::others::{Along, Other};
use super::people::Role;
use super::settings::Settings;
use super::timeline::{Entry, Event, Link, Origin};
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
    /// What the household of the case owes, where a form starts from it ([`asks_owed`]).
    pub owed: &'a [Owed],
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
        self.case.take(&event, self.entry.at);
        self.entry.events.push(event);
    }
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
