//! What can be done with a case as it stands, and why not.

use super::{Context, VOID, asked, situate, word};
use crate::desk::callback::Outcome;
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::kind::{Action, From, Kind, To};
use crate::desk::people::{CLOCK, Role};
use crate::desk::why::{Arg, Why};

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

pub(in crate::desk) fn from_state(kind: &Kind, action: &Action, state: &str) -> bool {
    match action.from {
        From::States(states) => states.contains(&state),
        From::AnyOpen => !kind.ends(state),
        From::Any => state != VOID || action.id == "note",
    }
}

pub(super) fn allowed(kind: &Kind, case: &Case, action: &Action, cx: &Context) -> Result<(), Why> {
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
pub(super) fn decided(kind: &Kind, case: &Case, to: &str, cx: &Context) -> Result<(), Why> {
    if kind.ends(to) && case.escalated.is_some() && cx.by != CLOCK && cx.role < Role::Supervisor {
        return Err(Why::new("desk.why.undecided").needing(Role::Supervisor));
    }
    Ok(())
}
