//! The actions that every kind has.

use super::VOID;
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::kind::{Action, Effect, From, Guard, Situation, To};
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};

const NOTE: Field = Field::new("note", FieldType::LongText);
pub(super) const REASON: Field = Field::required("reason", FieldType::LongText);
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
pub(super) const BY_HAND: &str = "promise.by-hand";

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
