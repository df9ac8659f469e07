//! The states of a kind, and the actions between them.

use super::Situation;
use crate::desk::callback::Outcome;
use crate::desk::field::{Field, Values};
use crate::desk::household::HouseholdChange;
use crate::desk::others::Along;
use crate::desk::people::Role;
use crate::desk::why::Why;

/// What a state means to the desk, for colours, lists and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Something is to be done here, now.
    Todo,
    /// Somebody is at work on it.
    Doing,
    /// Waits for somebody outside the desk.
    Waiting,
    /// Came to its end.
    Done,
    /// Declared void, or expired.
    Void,
}

/// One state of a workflow; words under `<kind>.state.<id>`.
#[derive(Debug, Clone, Copy)]
pub struct State {
    /// Id kept in cases.
    pub id: &'static str,
    /// What it means to the desk.
    pub phase: Phase,
}

impl State {
    /// A state.
    #[must_use]
    pub const fn new(id: &'static str, phase: Phase) -> Self {
        Self { id, phase }
    }

    /// Whether the case is at an end in this state.
    #[must_use]
    pub const fn ends(&self) -> bool {
        matches!(self.phase, Phase::Done | Phase::Void)
    }
}

/// From which states an action is taken.
#[derive(Debug, Clone, Copy)]
pub enum From {
    /// These.
    States(&'static [&'static str]),
    /// Every state that is not an end.
    AnyOpen,
    /// Every state.
    Any,
}

/// To which state an action leads.
#[derive(Clone, Copy)]
pub enum To {
    /// The state stays.
    Stay,
    /// This one.
    State(&'static str),
    /// One of these, chosen by the function.
    OneOf(&'static [&'static str], fn(&Situation) -> &'static str),
}

impl To {
    /// The states it can lead to; none where the state stays.
    #[must_use]
    pub const fn targets(&self) -> &[&'static str] {
        match self {
            Self::Stay => &[],
            Self::State(state) => std::slice::from_ref(state),
            Self::OneOf(states, _) => states,
        }
    }
}

/// A condition of an action that can be told before anything is typed.
///
/// `id` names it in documents; the check returns why not.
#[derive(Clone, Copy)]
pub struct Guard {
    /// Name in `docs/workflows.md` and in refusals.
    pub id: &'static str,
    /// `Ok` if the action is allowed.
    pub check: fn(&Situation) -> Result<(), Why>,
}

/// What an action brings about beside its new state. Inputs whose key is a field of the kind are
/// taken into that field without being named here.
#[derive(Clone, Copy)]
pub enum Effect {
    /// Changes fields by the rule of the kind.
    Change(fn(&Situation, &mut Values) -> Result<(), Why>),
    /// Makes the promise of this stage by the settings' rule; withdraws an open one.
    Promise(&'static str),
    /// Makes the promise of this stage, due at the instant of this input; falls back to the rule.
    PromiseBy(&'static str, &'static str),
    /// Makes the promise of this stage, due at the instant of this field of the case, if it has one.
    PromiseAt(&'static str, &'static str),
    /// The open promise is kept.
    PromiseKept,
    /// The promise of the first stage is kept and that of the second made; one of the second stage
    /// that is under way already goes on unchanged.
    PromiseNext(&'static str, &'static str),
    /// The open promise no longer counts.
    PromiseWithdrawn,
    /// A callback becomes due by the settings' rule of this stage.
    Callback(&'static str),
    /// A callback becomes due at the instant of this input; falls back to the rule of this stage.
    CallbackBy(&'static str, &'static str),
    /// Open callbacks are cancelled.
    CancelCallbacks,
    /// Opens further cases, linked both ways.
    Spawn(fn(&Situation) -> Vec<Spawn>),
    /// Changes the household directory.
    Household(fn(&Situation) -> Option<HouseholdChange>),
    /// Opens the case that the inputs describe (`into` names the kind) and links both ways.
    TurnInto,
    /// The same, beside this case instead of in its place.
    OpenBeside,
    /// Links with the case whose number is this input, else this field, both ways.
    LinkTo(&'static str),
    /// Other cases go along: those of this reach and kind whose state allows the action.
    Along(Along),
    /// These, where the case asks for them.
    If(fn(&Situation) -> bool, &'static [Self]),
}

impl Effect {
    /// The effect itself and, where it depends on the case, those it may bring.
    #[must_use]
    pub fn each(&'static self) -> Vec<&'static Self> {
        match self {
            Self::If(_, then) => then.iter().flat_map(Self::each).collect(),
            other => vec![other],
        }
    }
}

/// A further case that an action asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Spawn {
    /// Kind id.
    pub kind: String,
    /// Its opening values.
    pub values: Values,
    /// What the new case is to the old one.
    pub relation: &'static str,
    /// What the old case is to the new one.
    pub back: &'static str,
}

/// A transition of a workflow; words under `<kind>.action.<id>`.
#[derive(Clone, Copy)]
pub struct Action {
    /// Id kept in entries.
    pub id: &'static str,
    /// From which states.
    pub from: From,
    /// To which state.
    pub to: To,
    /// Lowest role that may do it.
    pub role: Role,
    /// What is given with it.
    pub inputs: &'static [Field],
    /// Conditions told beforehand.
    pub guards: &'static [Guard],
    /// Conditions on what is given, told when it is done.
    pub checks: &'static [Guard],
    /// What it brings about, in order.
    pub effects: &'static [Effect],
    /// Done by the clock, not by a person (expiry).
    pub by_clock: bool,
}

impl Action {
    /// A plain transition that a receptionist may do.
    #[must_use]
    pub const fn new(id: &'static str, from: From, to: To) -> Self {
        Self {
            id,
            from,
            to,
            role: Role::Receptionist,
            inputs: &[],
            guards: &[],
            checks: &[],
            effects: &[],
            by_clock: false,
        }
    }

    /// The same from a supervisor on.
    #[must_use]
    pub const fn supervisor(self) -> Self {
        Self { role: Role::Supervisor, ..self }
    }

    /// The same with inputs.
    #[must_use]
    pub const fn inputs(self, inputs: &'static [Field]) -> Self {
        Self { inputs, ..self }
    }

    /// The same with guards.
    #[must_use]
    pub const fn guards(self, guards: &'static [Guard]) -> Self {
        Self { guards, ..self }
    }

    /// The same with checks on the inputs.
    #[must_use]
    pub const fn checks(self, checks: &'static [Guard]) -> Self {
        Self { checks, ..self }
    }

    /// The same with effects.
    #[must_use]
    pub const fn effects(self, effects: &'static [Effect]) -> Self {
        Self { effects, ..self }
    }

    /// Whether it opens a case of a kind that is named with it.
    #[must_use]
    pub fn opens_another(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::TurnInto | Effect::OpenBeside))
    }

    /// The same, done by the clock.
    #[must_use]
    pub const fn by_clock(self) -> Self {
        Self { by_clock: true, ..self }
    }
}

/// What the outcome of a callback does to the state.
#[derive(Clone, Copy)]
pub struct CallbackMove {
    /// The outcome.
    pub outcome: Outcome,
    /// From which states.
    pub from: &'static [&'static str],
    /// To which.
    pub to: To,
    /// What it brings about beside.
    pub effects: &'static [Effect],
}
