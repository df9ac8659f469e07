//! What a kind of case declares: fields, states, actions. A workflow is data.

mod action;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::action::{Action, CallbackMove, Effect, From, Guard, Phase, Spawn, State, To};
pub use super::situation::Situation;

use super::case::Case;
use super::claim::Claim;
use super::field::{Field, FieldType, Values};
use super::form::{self, Form};
use super::parts::Parts;
use super::people::Role;
use super::settings::Settings;

/// What an opening form suggests to do at once: an action of [`Kind::at_once`] and, where that
/// turns the case into another kind, which.
pub type Suggestion = (&'static str, Option<&'static str>);

/// How much a finding of the end of day weighs; the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// To be looked at.
    Notice,
    /// Something was left undone.
    Warning,
    /// A duty towards a resident is broken.
    Serious,
}

/// What the end of day finds in cases of a kind; words under `finding.<id>`.
///
/// Overdue callbacks, broken promises and undecided escalations are found for every kind by themselves.
#[derive(Clone, Copy)]
pub struct FindingRule {
    /// Id, e.g. `unpaid`, `not-passed-on`, `not-signed-out`, `no-reply`, `difference`.
    pub id: &'static str,
    /// In which states it is looked for; ended cases are looked at on the day they ended.
    pub states: &'static [&'static str],
    /// How much it weighs.
    pub severity: Severity,
    /// Whether the case shows it at this instant, and since when.
    pub since: fn(&Case, DateTime<Utc>) -> Option<DateTime<Utc>>,
}

/// A column of the kind's list, beside number, unit, summary, state and due time.
pub type Column = &'static str;

/// The column whose amounts are added up under the list.
pub const TOTAL: Column = "total";

/// When the clock ends a case, and by which action.
pub type Expiry = (DateTime<Utc>, &'static str);

/// From when until when.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// For [`Kind::attends`].
pub type Attends = fn(&Case, DateTime<Utc>) -> Vec<Span>;

/// A finding's id and its weight.
pub type Late = (&'static str, Severity);

/// How the things of a catalogue are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// By the hour, in advance: a day plan.
    Hours(&'static str),
    /// Out of a stock, until they come back.
    Stock(&'static str),
}

impl Pool {
    /// The catalogue whose things are given out.
    #[must_use]
    pub const fn catalogue(self) -> &'static str {
        match self {
            Self::Hours(catalogue) | Self::Stock(catalogue) => catalogue,
        }
    }
}

/// How a case is scored by those that name it (a survey by its answers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    /// The kind of those.
    pub kind: &'static str,
    /// Their field of scores, and its catalogue.
    pub items: (&'static str, &'static str),
    /// Their one score over all, which each of them has.
    pub overall: &'static str,
    /// The scored case's field that says how many were asked.
    pub handed_out: &'static str,
}

/// How a case is used by those that name it (an answer by calls): its use is counted, and what is
/// used most is offered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The field of words by which it is found beside its summary.
    pub found_by: &'static str,
    /// The field that is read out, in Markdown.
    pub read_from: &'static str,
}

/// A duty of every year: a case of the kind has come to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yearly {
    /// What it is among the findings of December where it was not done; words under `finding.<id>`.
    pub finding: &'static str,
    /// The field that says of which year a case is.
    pub year: &'static str,
    /// The state.
    pub state: &'static str,
}

/// Which open cases a kind's rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// None.
    Nothing,
    /// Those of the same household and those linked with the case.
    Household,
    /// Those that the case's owner answers for; of a case to be opened, the operator. There may be hundreds:
    /// they are read where a preset lists them ([`super::field::Preset::Others`]), and no guard sees them.
    Owner,
}

/// A kind of case.
pub struct Kind {
    /// Id in files and on the command line, e.g. `repair`.
    pub id: &'static str,
    /// Prefix of its numbers, e.g. `BX`.
    pub prefix: &'static str,
    /// Lowest role that may open one.
    pub opens: Role,
    /// Whether it is the office's own ledger, not a service to residents: such stand together.
    pub office: bool,
    /// Whether such a ledger stands among the services all the same, because the counter keeps it.
    pub at_hand: bool,
    /// Whether its cases are about things and sums and name nobody but those who work here: however long they
    /// are closed, they keep what they say ([`super::retention`]).
    pub kept: bool,
    /// Fields asked for when it is opened, in the order of the form. Header fields may be among them.
    pub opening: &'static [Field],
    /// All further fields that actions fill.
    pub fields: &'static [Field],
    /// States; the first is the one after opening.
    pub states: &'static [State],
    /// Actions in the order of the action line; the common ones of [`super::workflow`] come after.
    pub actions: &'static [Action],
    /// Actions that can be chosen in the opening form and are done with the same save.
    pub at_once: &'static [&'static str],
    /// Which of these the opening values suggest; the form has it chosen until another is taken.
    pub suggest: fn(&Values) -> Option<Suggestion>,
    /// What callbacks do to the state.
    pub callback_moves: &'static [CallbackMove],
    /// What opening brings about.
    pub on_open: &'static [Effect],
    /// Conditions on the opening values.
    pub open_checks: &'static [Guard],
    /// The fields whose text makes the one-line summary, the first given ones joined.
    pub summary: &'static [&'static str],
    /// Further columns of the list.
    pub columns: &'static [Column],
    /// What the end of day finds in its cases.
    pub findings: &'static [FindingRule],
    /// Whether somebody is still inside because of this case (a visitor).
    pub inside: fn(&Case) -> bool,
    /// When the clock ends it by itself, with the action that does so (a pass that expires).
    pub expires: fn(&Case) -> Option<Expiry>,
    /// From when on the paper of a case bears a check code by which it is known at the gate.
    pub coded: Option<fn(&Case) -> bool>,
    /// How many minutes before the clock ends a case it is flagged; 0 for the settings' `soon_minutes`.
    pub warning: u32,
    /// What a case holds of things of which there is only so much, while it holds it.
    pub claims: Option<fn(&Case, &Settings) -> Vec<Claim>>,
    /// The catalogue whose things it lends or books, and how: has a plan of its own on the screen.
    pub pool: Option<Pool>,
    /// Which open cases its guards and effects look at ([`Situation::others`]).
    pub around: Around,
    /// Of which cases it is made, so that one sees how far it is.
    pub parts: Option<Parts>,
    /// The inputs that name buildings, so that its rules see the households there
    /// ([`Situation::covered`]).
    pub covers: &'static [&'static str],
    /// What a broken promise of this kind is among the findings of the day; words under `finding.<id>`.
    pub late: Late,
    /// The spans in which the counter was attended because of a case, until `now` where it goes on.
    pub attends: Option<Attends>,
    /// By which cases that name it it is scored, and how.
    pub scored_by: Option<Scored>,
    /// The field that says when the work was done: how long that took since the opening is counted.
    pub done_at: Option<&'static str>,
    /// How its cases are used by those that name them.
    pub used: Option<Used>,
    /// What must have been done once a year.
    pub yearly: Option<Yearly>,
    /// What the form of a new case keeps for the next one, which follows at once: a stack of paper
    /// forms is typed in. Nothing where the form closes with its case.
    pub repeats: &'static [&'static str],
    /// Its printed forms, the usual one first; beside them every case has the common one.
    pub forms: &'static [Form],
    /// The typed struct: takes the detail, gives it back as the struct writes it.
    pub shape: fn(&Values) -> Result<Values, serde_json::Error>,
}

impl Kind {
    /// What a kind is that declares nothing; a declaration says what is different.
    pub const BASE: Self = Self {
        id: "",
        prefix: "",
        opens: Role::Receptionist,
        office: false,
        at_hand: false,
        kept: false,
        opening: &[],
        fields: &[],
        states: &[],
        actions: &[],
        at_once: &[],
        suggest: no_suggestion,
        callback_moves: &[],
        on_open: &[],
        open_checks: &[],
        summary: &[],
        columns: &[],
        findings: &[],
        inside: nobody_inside,
        expires: never_expires,
        coded: None,
        warning: 0,
        claims: None,
        pool: None,
        around: Around::Nothing,
        parts: None,
        covers: &[],
        late: (super::review::PROMISE_BROKEN, Severity::Serious),
        attends: None,
        scored_by: None,
        done_at: None,
        used: None,
        yearly: None,
        repeats: &[],
        forms: &[],
        shape: |detail| Ok(detail.clone()),
    };

    /// Whether it stands behind the services, with the ledgers of the office.
    #[must_use]
    pub const fn stands_back(&self) -> bool {
        self.office && !self.at_hand
    }

    /// The state of that id.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<&'static State> {
        self.states.iter().find(|state| state.id == id)
    }

    /// Whether a case is at its end in that state; unknown states are not.
    #[must_use]
    pub fn ends(&self, state: &str) -> bool {
        state == super::workflow::VOID || self.state(state).is_some_and(State::ends)
    }

    /// What that state means to the desk.
    #[must_use]
    pub fn phase(&self, state: &str) -> Phase {
        if state == super::workflow::VOID {
            return Phase::Void;
        }
        self.state(state).map_or(Phase::Todo, |state| state.phase)
    }

    /// All actions, the kind's own first; a common one is left out where the kind has its own of that id.
    pub fn all_actions(&self) -> impl Iterator<Item = &'static Action> {
        let own = self.actions;
        let common = super::workflow::COMMON.iter();
        own.iter().chain(common.filter(move |action| !own.iter().any(|mine| mine.id == action.id)))
    }

    /// The action of that id.
    #[must_use]
    pub fn action(&self, id: &str) -> Option<&'static Action> {
        self.all_actions().find(|action| action.id == id)
    }

    /// Whether the action of that id is taken from a state.
    #[must_use]
    pub fn takes(&self, action: &str, state: &str) -> bool {
        self.action(action).is_some_and(|action| super::workflow::from_state(self, action, state))
    }

    /// The forms that a case of this kind has, the usual one first and the common one last.
    pub fn forms_of<'a>(&self, case: &'a Case) -> impl Iterator<Item = &'static Form> + use<'a> {
        self.forms.iter().chain([&form::CASE]).filter(|form| form.is_of(case))
    }

    /// What open cases come to in fen, where the kind's list has the column [`TOTAL`].
    pub fn sum<'a>(&self, cases: impl Iterator<Item = &'a Case>) -> Option<i64> {
        let open = cases.filter(|case| case.closed_at.is_none());
        let totals = open.filter_map(|case| case.get(TOTAL).as_i64());
        self.columns.contains(&TOTAL).then(|| totals.fold(0, i64::saturating_add))
    }

    /// The field of that key, opening fields first.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.opening.iter().chain(self.fields).find(|field| field.key == key)
    }

    /// The cases that a case names in its fields without being linked both ways.
    #[must_use]
    pub fn named_by(&self, case: &Case) -> Vec<String> {
        let naming = self.all_fields().filter(|field| matches!(field.ty, FieldType::CaseOf(_)));
        naming.filter_map(|field| case.text(field.key)).collect()
    }

    /// All fields, opening fields first.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.opening.iter().chain(self.fields)
    }
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kind").field("id", &self.id).finish_non_exhaustive()
    }
}

/// For [`Kind::inside`] of kinds that let nobody in.
#[must_use]
pub const fn nobody_inside(_: &Case) -> bool {
    false
}

/// For [`Kind::suggest`] of kinds that suggest nothing.
#[must_use]
pub const fn no_suggestion(_: &Values) -> Option<Suggestion> {
    None
}

/// For [`Kind::expires`] of kinds that the clock does not end.
#[must_use]
pub const fn never_expires(_: &Case) -> Option<Expiry> {
    None
}

/// The [`Kind::shape`] of a kind whose detail is `T`.
///
/// # Errors
/// The values do not fit the struct.
pub fn shape<T: Serialize + DeserializeOwned>(detail: &Values) -> Result<Values, serde_json::Error> {
    let typed = T::deserialize(detail)?;
    match serde_json::to_value(typed)? {
        Value::Object(mut values) => {
            values.retain(|_, value| {
                !super::field::is_blank(value) && value.as_object().is_none_or(|map| !map.is_empty())
            });
            Ok(values)
        }
        _ => Ok(Values::new()),
    }
}
