//! Opening cases and acting on them.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::authority::{self, Deed, Hand};
use super::{CounterError, Result, Session, settings};
use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::household::{Household, Owed};
use crate::desk::kind::{Around, Kind, Spawn};
use crate::desk::others::{Along, Other};
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::timeline::{Entry, Event, Link};
use crate::desk::why::{Arg, Why};
use crate::desk::workflow::{self, Context, Offer, Planned};
use crate::store::cases::Query;
use crate::store::{Store, Tx};
use crate::text::plain::plain;

/// How deep cases may open further cases: a call that becomes a move-in whose defects become repairs.
const DEPTH: usize = 4;

/// A case to open.
#[derive(Debug, Clone, Default)]
pub struct NewCase {
    /// Kind id.
    pub kind: String,
    /// Opening values.
    pub values: Values,
    /// An action done with the same save, with its inputs.
    pub at_once: Option<(String, Values)>,
    /// The draft that it was typed in, removed with the same save.
    pub draft: Option<i64>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The case.
    pub case: Case,
    /// Further cases that were opened with it.
    pub also: Vec<Case>,
}

/// Refuses whoever may not open a case of a kind, before its form is filled in; the refusal is on record.
///
/// # Errors
/// The role refuses.
pub fn may_open(store: &mut Store, session: &Session, now: DateTime<Utc>, kind: &Kind) -> Result<()> {
    authority::may(store, session, now, &Deed::open(kind.id).from(kind.opens))
}

/// Opens a case, with an action done at once if one was chosen.
///
/// # Errors
/// A rule refuses, then nothing is written; or the file does.
pub fn open(store: &mut Store, session: &Session, now: DateTime<Utc>, new: &NewCase) -> Result<Done> {
    authority::write(store, session, now, &Deed::open(&new.kind), |tx, hand| {
        let settings = settings(tx)?;
        let writer = Writer::of(tx, &settings, hand, now);
        let kind = writer.kind(&new.kind)?;
        if let Some((action, _)) = &new.at_once
            && !kind.at_once.contains(&action.as_str())
        {
            return Err(Why::new("counter.why.not_at_once").with("action", Arg::Text(action.clone())).into());
        }
        let mut also = Vec::new();
        let mut case = writer.open(kind, &new.values, &[], &mut also, 0)?;
        if let Some((action, inputs)) = &new.at_once {
            case = writer.act(&case, action, inputs, &mut also)?;
        }
        if let Some(draft) = new.draft {
            tx.drop_draft(draft)?;
        }
        Ok(Done { case, also })
    })
}

/// Does an action on a case.
///
/// With `revision` the caller says which state it saw: if somebody else was faster and the state
/// changed, the action is refused instead of being done on something the person has not seen.
///
/// # Errors
/// A rule refuses, then nothing is written; or the file does.
pub fn act(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    number: &str,
    action: &str,
    inputs: &Values,
    revision: Option<u32>,
) -> Result<Done> {
    act_with_draft(store, session, now, &Act { number, action, inputs, revision, draft: None })
}

/// An action to do.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// The case.
    pub number: &'a str,
    /// The action.
    pub action: &'a str,
    /// What is given with it.
    pub inputs: &'a Values,
    /// The revision that the person saw.
    pub revision: Option<u32>,
    /// The draft that it was typed in, removed with the same save.
    pub draft: Option<i64>,
}

/// Does an action on a case and removes the draft that it was typed in.
///
/// # Errors
/// As [`act`].
pub fn act_with_draft(store: &mut Store, session: &Session, now: DateTime<Utc>, what: &Act) -> Result<Done> {
    authority::write(store, session, now, &Deed::act(what.number, what.action), |tx, hand| {
        let settings = settings(tx)?;
        let writer = Writer::of(tx, &settings, hand, now);
        let case = writer.case(what.number)?;
        if what.revision.is_some_and(|seen| seen != case.revision) {
            return Err(Why::new("counter.why.changed_meanwhile")
                .with("number", Arg::Text(case.number))
                .into());
        }
        let mut also = Vec::new();
        let case = writer.act(&case, what.action, what.inputs, &mut also)?;
        if let Some(draft) = what.draft {
            tx.drop_draft(draft)?;
        }
        Ok(Done { case, also })
    })
}

/// What the operator can do with a case now, each action with why not.
///
/// # Errors
/// Nobody is at work, or the file can't be read.
pub fn offers(
    store: &Store,
    session: &Session,
    now: DateTime<Utc>,
    settings: &Settings,
    case: &Case,
) -> Result<Vec<Offer>> {
    asked(store, session, now, settings, case, workflow::offers)
}

/// The steps that lead on from where a case stands, see [`workflow::way_ahead`].
///
/// # Errors
/// Nobody is at work, or the file can't be read.
pub fn way_ahead(
    store: &Store,
    session: &Session,
    now: DateTime<Utc>,
    settings: &Settings,
    case: &Case,
) -> Result<Vec<Vec<&'static str>>> {
    asked(store, session, now, settings, case, workflow::way_ahead)
}

/// Asks the rules something about a case as it stands.
fn asked<T>(
    store: &Store,
    session: &Session,
    now: DateTime<Utc>,
    settings: &Settings,
    case: &Case,
    question: fn(&Kind, &Case, &Context) -> Vec<T>,
) -> Result<Vec<T>> {
    let role = authority::at_work(store, session)?.role;
    let Some(kind) = store.kinds().get(&case.kind) else { return Ok(Vec::new()) };
    let household = case.unit.as_deref().map(|unit| store.household(unit)).transpose()?.flatten();
    let others = others(store, session, case)?;
    let cx = Context {
        by: session.name(),
        role,
        now,
        settings,
        household: household.as_ref(),
        others: &others,
        covered: &[],
        owed: &[],
        kinds: store.kinds(),
    };
    Ok(question(kind, case, &cx))
}

/// The other open cases that the rules of a case look at: what a form for it starts from may name them.
///
/// # Errors
/// Nobody is at work, or the file can't be read.
pub fn others(store: &Store, session: &Session, case: &Case) -> Result<Vec<Other>> {
    authority::at_work(store, session)?;
    let Some(kind) = store.kinds().get(&case.kind) else { return Ok(Vec::new()) };
    Ok(store.others(kind.around, case, session.name())?)
}

/// What the household of a case owes: what a form for it starts from may list it.
///
/// # Errors
/// Nobody is at work, or the file can't be read.
pub fn owed(store: &Store, session: &Session, case: &Case) -> Result<Vec<Owed>> {
    authority::at_work(store, session)?;
    let owed = case.unit.as_deref().map(|unit| store.owed(unit)).transpose()?.flatten();
    Ok(owed.map(|(charges, _)| charges).unwrap_or_default())
}

/// The values of fields that must name an open case of a kind of which just one is open: that one is meant.
///
/// # Errors
/// The file can't be read.
pub fn only_cases(store: &Store, fields: &[Field]) -> Result<Values> {
    let mut values = Values::new();
    for field in fields.iter().filter(|field| field.required) {
        let FieldType::CaseOf(kind) = field.ty else { continue };
        let query = Query { kind: Some(kind.to_owned()), open: Some(true), limit: 2, ..Query::default() };
        if let [only] = store.list(&query)?.rows.as_slice() {
            values.insert(field.key.to_owned(), only.case.number.clone().into());
        }
    }
    Ok(values)
}

/// One transaction's way of writing cases; also the clock's, see [`super::clock`].
pub(super) struct Writer<'a> {
    pub(super) tx: &'a Tx<'a>,
    pub(super) settings: &'a Settings,
    pub(super) by: &'a str,
    pub(super) role: Role,
    /// By whose word, where the operator alone would have been refused.
    pub(super) with: Option<&'a str>,
    pub(super) now: DateTime<Utc>,
}

impl<'a> Writer<'a> {
    pub(super) fn of(tx: &'a Tx<'a>, settings: &'a Settings, hand: &Hand<'a>, now: DateTime<Utc>) -> Self {
        Self { tx, settings, by: hand.by(), role: hand.role(), with: hand.with(), now }
    }

    fn kind(&self, id: &str) -> Result<&'static Kind> {
        self.tx.kinds().get(id).ok_or_else(|| {
            let known = self.tx.kinds().iter().map(|kind| kind.id).collect::<Vec<_>>().join(", ");
            Why::new("counter.why.unknown_kind")
                .with("value", Arg::Text(id.to_owned()))
                .with("known", Arg::Text(known))
                .into()
        })
    }

    pub(super) fn case(&self, number: &str) -> Result<Case> {
        self.tx.case(number)?.ok_or_else(|| {
            Why::new("counter.why.no_such_case").with("number", Arg::Text(number.to_owned())).into()
        })
    }

    fn household(&self, unit: Option<&str>) -> Result<Option<Arc<Household>>> {
        Ok(unit.map(|unit| self.tx.household(unit)).transpose()?.flatten())
    }

    /// The values with the unit as the directory writes it: whoever says room 801 means its 0801.
    fn as_the_directory_writes<'v>(&self, values: &'v Values) -> Result<Cow<'v, Values>> {
        let Some(unit) = values.get("unit").and_then(|unit| unit.as_str()) else {
            return Ok(Cow::Borrowed(values));
        };
        let spelled = self.tx.spelled(unit)?;
        if spelled == unit || self.tx.household(&spelled)?.is_none() {
            return Ok(Cow::Borrowed(values));
        }
        let mut values = values.clone();
        values.insert("unit".into(), spelled.into());
        Ok(Cow::Owned(values))
    }

    /// The other cases that the rules of a kind look at, when these fields are asked for.
    fn others(&self, kind: &Kind, case: &Case, fields: &[Field], given: &Values) -> Result<Vec<Other>> {
        if kind.around == Around::Owner && !workflow::lists_others(fields, given) {
            return Ok(Vec::new());
        }
        Ok(self.tx.others(kind.around, case, self.by)?)
    }

    /// Those who live in the buildings that are named with an opening or action.
    fn covered(&self, kind: &Kind, given: &Values) -> Result<Vec<Household>> {
        let mut covered = Vec::new();
        for text in kind.covers.iter().filter_map(|key| given.get(*key)?.as_str()) {
            let parts = plain(text);
            let parts =
                parts.split(|c: char| c != '-' && !c.is_alphanumeric()).filter(|part| !part.is_empty());
            for part in parts {
                covered.extend(self.tx.lived_in(part)?);
            }
        }
        Ok(covered)
    }

    fn context<'b>(
        &'b self,
        household: Option<&'b Household>,
        others: &'b [Other],
        covered: &'b [Household],
    ) -> Context<'b> {
        Context {
            by: self.by,
            role: self.role,
            now: self.now,
            settings: self.settings,
            household,
            others,
            covered,
            owed: &[],
            kinds: self.tx.kinds(),
        }
    }

    /// Opens a case, linked with those it comes from.
    fn open(
        &self,
        kind: &'static Kind,
        values: &Values,
        from: &[Link],
        also: &mut Vec<Case>,
        depth: usize,
    ) -> Result<Case> {
        let day = self.settings.calendar.day_of(self.now);
        let values = &*self.as_the_directory_writes(values)?;
        let unit = values.get("unit").and_then(|unit| unit.as_str());
        let household = self.household(unit)?;
        let number = self.tx.next_number(kind, day)?;
        let to_be = Case { number: number.clone(), unit: unit.map(str::to_owned), ..Case::default() };
        let others = self.others(kind, &to_be, kind.opening, values)?;
        let covered = self.covered(kind, values)?;
        let cx = self.context(household.as_deref(), &others, &covered);
        let mut planned = workflow::open(kind, &number, values, &cx)?;
        for link in from {
            planned.add(Event::Linked(link.clone()));
        }
        self.finish(kind, planned, also, depth)
    }

    /// Does one action on a case as this transaction sees it.
    pub(super) fn act(
        &self,
        case: &Case,
        action: &str,
        inputs: &Values,
        also: &mut Vec<Case>,
    ) -> Result<Case> {
        let kind = self.kind(&case.kind)?;
        let inputs = &*self.as_the_directory_writes(inputs)?;
        let household = self.household(case.unit.as_deref())?;
        let fields = kind.action(action).map_or(&[][..], |action| action.inputs);
        let others = self.others(kind, case, fields, inputs)?;
        let covered = self.covered(kind, inputs)?;
        let owed = match &case.unit {
            Some(unit) if workflow::asks_owed(fields, inputs) => self.tx.owed(unit)?,
            _ => None,
        };
        let owed = owed.map(|(charges, _)| charges).unwrap_or_default();
        let cx = Context { owed: &owed, ..self.context(household.as_deref(), &others, &covered) };
        let planned = workflow::act(kind, case, action, inputs, &cx)?;
        self.finish(kind, planned, also, 0)
    }

    /// Opens what the plan asks for, links both ways, and writes.
    fn finish(
        &self,
        kind: &'static Kind,
        mut planned: Planned,
        also: &mut Vec<Case>,
        depth: usize,
    ) -> Result<Case> {
        planned.entry.with = self.with.map(str::to_owned);
        let household = |event: &Event| matches!(event, Event::Household(_));
        let alone = planned.spawns.is_empty() && planned.links.is_empty() && planned.along.is_empty();
        if !alone || planned.entry.events.iter().any(household) {
            // A plan about one case alone is refused before it writes its first row, if at all.
            self.tx.undoable()?;
        }
        let number = planned.case.number.clone();
        for Spawn { kind: into, values, relation, back } in std::mem::take(&mut planned.spawns) {
            if depth >= DEPTH {
                return Err(Why::new("counter.why.too_deep").into());
            }
            let target = self.kind(&into)?;
            let from = Link { number: number.clone(), relation: back.to_owned() };
            let opened = self.open(target, &values, &[from], also, depth + 1)?;
            planned.add(Event::Linked(Link { number: opened.number.clone(), relation: relation.to_owned() }));
            also.push(opened);
        }
        for (field, other) in std::mem::take(&mut planned.links) {
            if other == number {
                return Err(Why::new("counter.why.link_to_itself").about(field).into());
            }
            let case = self.case(&other).map_err(|error| about(error, field))?;
            // What a field of the case names is its own household's: a number is mistyped by one digit.
            if kind.field(field).is_some()
                && let (Some(own), Some(unit)) = (&planned.case.unit, &case.unit)
                && own != unit
            {
                return Err(Why::new("counter.why.other_household")
                    .with("number", Arg::Text(other))
                    .with("unit", Arg::Text(unit.clone()))
                    .about(field)
                    .into());
            }
            let other_kind = self.kind(&case.kind)?;
            let back = Link { number: number.clone(), relation: "related".to_owned() };
            let mut linked = workflow::linked(other_kind, &case, back, &self.context(None, &[], &[]));
            linked.entry.with = self.with.map(str::to_owned);
            self.tx.append(other_kind, &linked.case, linked.entry, &self.settings.calendar)?;
            planned.add(Event::Linked(Link { number: other, relation: "related".to_owned() }));
        }
        for event in &planned.entry.events {
            if let Event::Household(change) = event {
                self.tx.change_household(change)?;
            }
        }
        let Planned { entry, case, along, .. } = planned;
        let named = self.newly_named(kind, &entry, &case)?;
        let claims = self.claims(kind, &case)?;
        self.tx.append(kind, &case, entry, &self.settings.calendar)?;
        if let Some(named) = named {
            self.tx.put_references(&case.number, &named)?;
        }
        if let Some(claims) = claims {
            self.tx.put_claims(&case.number, &claims)?;
        }
        for along in along {
            self.go_along(&case, along)?;
        }
        Ok(case)
    }

    /// The cases that a case names where an entry changes them; a newly named one must be open and of the kind
    /// asked for.
    fn newly_named(&self, kind: &Kind, entry: &Entry, case: &Case) -> Result<Option<Vec<String>>> {
        let mut changed = false;
        for field in kind.all_fields() {
            let FieldType::CaseOf(wanted) = field.ty else { continue };
            let Some(change) = entry.changes.iter().find(|change| change.field == field.key) else {
                continue;
            };
            changed = true;
            let Some(number) = change.after.as_str() else { continue };
            let known = self.tx.case(number)?.filter(|case| case.kind == wanted && case.closed_at.is_none());
            if known.is_none() {
                let term = Arg::Term(format!("{wanted}.name"));
                return Err(Why::new("counter.why.no_open_case")
                    .with("number", Arg::Text(number.to_owned()))
                    .with("kind", term)
                    .about(field.key)
                    .into());
            }
        }
        Ok(changed.then(|| kind.named_by(case)))
    }

    /// What the case now holds of limited things, if there is enough left.
    pub(super) fn claims(&self, kind: &Kind, case: &Case) -> Result<Option<Vec<Claim>>> {
        let Some(claims) = kind.claims else { return Ok(None) };
        let claims = claims(case, self.settings);
        for claim in &claims {
            claim.fits(&self.tx.held_by_others(claim, &case.number)?)?;
        }
        Ok(Some(claims))
    }

    /// Does an action on the other cases that go along, where their state allows it.
    fn go_along(&self, case: &Case, along: Along) -> Result<()> {
        let kind = self.kind(along.kind)?;
        let others = self.tx.others(Around::Household, case, self.by)?;
        for other in others.iter().filter(|other| other.kind == along.kind && along.reach.to(other)) {
            let case = self.case(&other.number)?;
            if kind.takes(along.action, &case.state) {
                self.act(&case, along.action, &Values::new(), &mut Vec::new())?;
            }
        }
        Ok(())
    }
}

fn about(error: CounterError, field: &str) -> CounterError {
    match error {
        CounterError::Refused(why) => why.about(field).into(),
        other @ CounterError::Store(_) => other,
    }
}
