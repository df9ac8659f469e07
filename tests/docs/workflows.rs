//! `docs/workflows.md`: every kind of case, from its declaration.

use std::fmt::Write as _;

use qiantai::desk::field::{Field, FieldType};
use qiantai::desk::kind::{Action, Effect, From, Guard, Kind, Phase, To};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::others::{Along, Reach};
use qiantai::desk::people::Role;
use qiantai::desk::workflow::{COMMON, VOID};
use qiantai::text::lang::Lang;
use qiantai::text::say::{kind_name, try_word, word};

use crate::{both, head, page, row, words};

const ABOUT: &str = "# Workflows 事项流程

Written from the declarations in `src/desk/kinds/` by `tests/docs/`; not to be edited by hand. The screen, the command
line and the tests read the same declarations, so there is no other truth than this.

- A **guard** can be told before anything is typed; a **check** is told from what is typed. Both have a name, and a
  refusal names the one that refused.
- An input with `*` must be given. An input that is also a field of the kind is taken into that field.
- A **callback move** is what the outcome of a callback does to the state.
- *by the clock*: nobody can do it by hand; it happens when its time has come.
- The diagrams leave out what keeps the state, and *void*, which every open state can come to.
";

#[test]
fn the_page_of_the_workflows_is_not_stale() {
    let mut text = ABOUT.to_owned();
    let _ = write!(
        text,
        "\n## All kinds 所有事项\n\nWhat can be done to a case of every kind, after its own actions.\n\n"
    );
    text += &actions(None, COMMON);
    for kind in STANDARD.iter() {
        text += &of_kind(kind);
    }
    page("workflows.md", &text);
}

fn of_kind(kind: &'static Kind) -> String {
    let mut text = format!("\n## {} ({})\n\n", both(|lang| kind_name(lang, kind.id)), kind.prefix);
    let _ = writeln!(text, "`qiantai open {}`, numbers `{}-20261124-007`.\n", kind.id, kind.prefix);
    let _ = writeln!(text, "Asked for at the opening: {}.\n", fields(Some(kind), kind.opening));
    if !kind.fields.is_empty() {
        let _ = writeln!(text, "Filled in later: {}.\n", fields(Some(kind), kind.fields));
    }
    let opening = [effects(kind.on_open), guards(Some(kind), "check", kind.open_checks)].concat();
    if kind.opens > Role::Receptionist {
        let _ = writeln!(text, "Opened and amended by: {}.\n", from_role(kind.opens));
    }
    if !opening.is_empty() {
        let _ = writeln!(text, "Opening: {}.\n", opening.join("; "));
    }
    if !kind.at_once.is_empty() {
        let names = kind.at_once.iter().map(|id| action_name(Some(kind), id));
        let _ = writeln!(text, "Can be done with the same save: {}.\n", names.collect::<Vec<_>>().join(", "));
    }
    text += &diagram(kind);
    text += &head(&["State", "Name", "Means"]);
    for state in kind.states {
        text += &row(&[format!("`{}`", state.id), state_name(kind, state.id), phase(state.phase).to_owned()]);
    }
    text.push('\n');
    text += &actions(Some(kind), kind.actions);
    if !kind.callback_moves.is_empty() {
        text.push_str("\nCallback moves:\n\n");
        text += &head(&["Outcome", "From", "To", "Effects"]);
        for moved in kind.callback_moves {
            let outcome = action_name(Some(kind), moved.outcome.action());
            text += &row(&[outcome, codes(moved.from), to(moved.to), effects(moved.effects).join("; ")]);
        }
    }
    if !kind.findings.is_empty() {
        text.push_str("\nWhat the end of day looks for:\n\n");
        text += &head(&["Finding", "In", "Weight"]);
        for rule in kind.findings {
            let weight = format!("{:?}", rule.severity).to_lowercase();
            let name = format!("{} `{}`", words(&format!("finding.{}", rule.id)), rule.id);
            text += &row(&[name, codes(rule.states), weight]);
        }
    }
    text
}

/// The states and what leads from one to another, for a reader that draws Mermaid.
fn diagram(kind: &Kind) -> String {
    let name = |state: &str| state.replace('-', "_");
    let mut text = String::from("```mermaid\nstateDiagram-v2\n");
    for state in kind.states {
        let _ = writeln!(text, "    state \"{}\" as {}", state_name(kind, state.id), name(state.id));
    }
    if let Some(first) = kind.states.first() {
        let _ = writeln!(text, "    [*] --> {}", name(first.id));
    }
    let mut arrow = |from: &str, to: &str, label: &str| {
        // What keeps the state would be a loop at every one of them.
        if from != to && to != VOID {
            let _ = writeln!(text, "    {} --> {}: {label}", name(from), name(to));
        }
    };
    for action in kind.actions {
        for from in from_states(kind, action.from) {
            for to in to_states(action.to) {
                arrow(from, to, &word(Lang::En, kind.id, "action", action.id));
            }
        }
    }
    for moved in kind.callback_moves {
        for from in moved.from {
            for to in to_states(moved.to) {
                arrow(from, to, &word(Lang::En, kind.id, "action", moved.outcome.action()));
            }
        }
    }
    for state in kind.states.iter().filter(|state| state.ends()) {
        let _ = writeln!(text, "    {} --> [*]", name(state.id));
    }
    text + "```\n\n"
}

fn actions(kind: Option<&Kind>, actions: &[Action]) -> String {
    let mut text = head(&["Action", "From", "To", "Who", "Inputs", "Guards and checks", "Effects"]);
    for action in actions {
        let from = match action.from {
            From::States(states) => codes(states),
            From::AnyOpen => "any open".to_owned(),
            From::Any => "any".to_owned(),
        };
        let who = if action.by_clock { "by the clock".to_owned() } else { from_role(action.role) };
        let conditions =
            [guards(kind, "guard", action.guards), guards(kind, "check", action.checks)].concat();
        text += &row(&[
            format!("{} `{}`", action_name(kind, action.id), action.id),
            from,
            to(action.to),
            who,
            fields(kind, action.inputs),
            conditions.join("<br>"),
            effects(action.effects).join("; "),
        ]);
    }
    text
}

/// Who may do what asks for that role.
fn from_role(role: Role) -> String {
    match role {
        Role::Receptionist => "everybody".to_owned(),
        role => format!("{} and above", words(&format!("people.role.{}", role.id()))),
    }
}

fn fields(kind: Option<&Kind>, fields: &[Field]) -> String {
    let name = |field: &Field| {
        let star = if field.required { "\\*" } else { "" };
        let columns = match field.ty {
            FieldType::Lines(columns) => {
                let keys: Vec<&str> = columns.iter().map(|column| column.key).collect();
                format!(" (lines of {})", keys.join(", "))
            }
            FieldType::Checklist(steps) => format!(" ({} steps)", steps.len()),
            _ => String::new(),
        };
        let words = both(|lang| {
            try_word(lang, kind.map_or("case", |kind| kind.id), "field", field.key)
                .unwrap_or_else(|| panic!("{} has no words", field.key))
        });
        format!("{words} `{}`{star}{columns}", field.key)
    };
    fields.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn guards(kind: Option<&Kind>, sort: &str, guards: &[Guard]) -> Vec<String> {
    let said = |guard: &Guard| {
        both(|lang| {
            try_word(lang, kind.map_or("case", |kind| kind.id), "guard", guard.id)
                .unwrap_or_else(|| panic!("{} has no words", guard.id))
        })
    };
    guards.iter().map(|guard| format!("{sort} `{}`: {}", guard.id, said(guard))).collect()
}

fn effects(effects: &[Effect]) -> Vec<String> {
    effects.iter().map(|effect| said(*effect)).collect()
}

/// What an effect brings about. What the rules of the kind work out stands in its file.
fn said(effect: Effect) -> String {
    let stage = |id: &str| words(&format!("stage.{id}"));
    match effect {
        Effect::Change(_) => "fields are worked out".to_owned(),
        Effect::Promise(id) => format!("promises: {}", stage(id)),
        Effect::PromiseBy(id, key) => format!("promises: {} by `{key}`", stage(id)),
        Effect::PromiseAt(id, field) => format!("promises: {} at `{field}`", stage(id)),
        Effect::PromiseKept => "the promise is kept".to_owned(),
        Effect::PromiseNext(first, next) => {
            format!("the promise \"{}\" is kept; promises: {}", stage(first), stage(next))
        }
        Effect::PromiseWithdrawn => "the promise is withdrawn".to_owned(),
        Effect::Callback(id) => format!("becomes due: {}", stage(id)),
        Effect::CallbackBy(id, key) => format!("becomes due: {} at `{key}`", stage(id)),
        Effect::CancelCallbacks => "open callbacks are cancelled".to_owned(),
        Effect::If(_, then) => format!("where the case asks for it: {}", effects(then).join(", ")),
        Effect::Spawn(_) => "opens further cases, linked".to_owned(),
        Effect::Household(_) => "the household changes".to_owned(),
        Effect::OpenBeside => {
            "opens a case of the kind `into` beside it, linked; what both kinds have is carried over"
                .to_owned()
        }
        Effect::TurnInto => {
            "opens the case of the kind `into`, linked; what both kinds have is carried over".to_owned()
        }
        Effect::LinkTo(key) => format!("links with the case `{key}`"),
        Effect::Along(Along { reach, kind, action }) => {
            let whose = match reach {
                Reach::Linked => "linked cases",
                Reach::Household => "open cases of the household",
            };
            format!("{whose} of `{kind}` go along: `{action}`")
        }
    }
}

fn codes(states: &[&str]) -> String {
    states.iter().map(|state| format!("`{state}`")).collect::<Vec<_>>().join(" ")
}

fn from_states(kind: &Kind, from: From) -> Vec<&'static str> {
    let states = kind.states.iter();
    match from {
        From::States(states) => states.to_vec(),
        From::AnyOpen => states.filter(|state| !state.ends()).map(|state| state.id).collect(),
        From::Any => states.map(|state| state.id).collect(),
    }
}

fn to_states(to: To) -> Vec<&'static str> {
    match to {
        To::Stay => Vec::new(),
        To::State(state) => vec![state],
        To::OneOf(states, _) => states.to_vec(),
    }
}

fn to(to: To) -> String {
    match to {
        To::Stay => "stays".to_owned(),
        To::State(state) => format!("`{state}`"),
        To::OneOf(states, _) => {
            states.iter().map(|state| format!("`{state}`")).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn state_name(kind: &Kind, id: &str) -> String {
    both(|lang| word(lang, kind.id, "state", id))
}

fn action_name(kind: Option<&Kind>, id: &str) -> String {
    both(|lang| word(lang, kind.map_or("case", |kind| kind.id), "action", id))
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Todo => "to be done here",
        Phase::Doing => "somebody is at work",
        Phase::Waiting => "waits for somebody else",
        Phase::Done => "end",
        Phase::Void => "end, without effect",
    }
}
