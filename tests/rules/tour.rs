//! A tour through the states of a kind: where a walk comes to something new, it stops to be looked at.

use std::collections::{BTreeMap, BTreeSet};

use qiantai::counter::cases::offers;
use qiantai::counter::{Session, operators};
use qiantai::desk::case::Case;
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::settings::Settings;
use qiantai::desk::why::Why;
use qiantai::desk::workflow::{Offer, VOID};
use qiantai::store::{Store, StoreError, settings as stored};
use qiantai::text::lang::Lang;
use tempfile::TempDir;

use super::walk::{Walk, book};
use crate::stage::Stage;
use crate::toy::{PIN, morning};

/// After so many steps the tour is over, wherever it has been.
const FAR: usize = 800;
/// So many states of a kind may be too rare to be come to, of a small kind only half; long walks, which
/// `.ci/run` makes, come to all.
const RARE: usize = 2;
/// Steps that are walked at least, for what comes up in a state only now and then.
const NEAR: usize = 150;
/// The place of the receptionist among those who work.
pub const DESK: usize = 0;
/// The place of the supervisor.
pub const BOSS: usize = 1;
/// Who works.
const PEOPLE: [&str; 2] = ["李娜", "王敏"];

/// What somebody can do with a case: each action with the reason it is refused for.
pub type Standing = Vec<(&'static str, Option<String>)>;

/// The standing that offers make.
pub fn standing(offers: &[Offer]) -> Standing {
    let reason = |why: &Why| why.guard.as_deref().unwrap_or(&why.key).to_owned();
    offers.iter().map(|offer| (offer.action, offer.why_not.as_ref().map(reason))).collect()
}

/// The settings of a book to tour: between two stops much time passes, and nobody unlocks the screens.
pub fn settings() -> Settings {
    Settings { lock_minutes: 0, ..stored::defaults("蔚蓝新都").unwrap() }
}

/// A case in a state in which something was not seen before.
pub struct Stop {
    pub case: Case,
    /// What the receptionist and what the supervisor can do.
    pub offers: [Vec<Offer>; 2],
    /// Whether it is the first in its state.
    pub first: bool,
}

/// A tour through one kind.
pub struct Tour<'a> {
    pub walk: Walk<'a>,
    pub store: Store,
    pub sessions: [Session; 2],
    directory: TempDir,
    /// How many combinations of what is refused are looked at in each state.
    each: usize,
    seen: BTreeMap<String, BTreeSet<[Standing; 2]>>,
    steps: usize,
}

impl<'a> Tour<'a> {
    pub fn new(kind: &'static Kind, settings: &'a Settings, each: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (mut store, supervisor) = book(directory.path(), STANDARD, settings);
        let receptionist = operators::login(&mut store, PEOPLE[0], PIN, morning()).unwrap();
        let mut walk = Walk::new(STANDARD, kind, settings, 5);
        store
            .batch(|store| {
                walk.chance.open_named(store, &supervisor);
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let sessions = [receptionist, supervisor];
        Self { walk, store, sessions, directory, each, seen: BTreeMap::new(), steps: 0 }
    }

    /// A screen over the book of the tour, at which one of them works.
    pub fn stage(&self, lang: Lang, by: usize) -> Stage {
        let store = Store::open(self.directory.path(), STANDARD).unwrap();
        Stage::over(store, lang, morning()).log_in(PEOPLE[by])
    }

    /// Whether it goes on: a void case has a state that no kind declares.
    fn goes_on(&self) -> bool {
        self.steps < NEAR || self.seen.len() < self.walk.chance.kind.states.len() + 1
    }

    /// Walks until something new is to be seen. The tour ends when every state was come to, and at the
    /// latest after [`FAR`] steps.
    pub fn next_stop(&mut self) -> Option<Stop> {
        // One batch until then: the screens see only what was committed.
        let mut store = std::mem::replace(&mut self.store, Store::in_memory(STANDARD).unwrap());
        let stop = store.batch(|store| Ok::<_, StoreError>(self.walk_on(store))).unwrap();
        self.store = store;
        if stop.is_none() {
            let kind = self.walk.chance.kind.id;
            let states = self.walk.chance.kind.states.iter().map(|state| state.id).chain([VOID]);
            let missed: Vec<_> = states.filter(|state| !self.seen.contains_key(*state)).collect();
            let most = RARE.min(self.walk.chance.kind.states.len() / 2);
            assert!(missed.len() <= most, "{kind}: {} steps never led to {missed:?}", self.steps);
        }
        stop
    }

    fn walk_on(&mut self, store: &mut Store) -> Option<Stop> {
        while self.steps < FAR && self.goes_on() {
            self.steps += 1;
            for case in self.walk.step(store, &self.sessions[usize::from(!self.steps.is_multiple_of(3))]) {
                let (now, settings) = (self.walk.chance.now, self.walk.chance.settings);
                let offers =
                    [0, 1].map(|by| offers(store, &self.sessions[by], now, settings, &case).unwrap());
                let known = self.seen.entry(case.state.clone()).or_default();
                let first = known.is_empty();
                if known.len() < self.each && known.insert([standing(&offers[0]), standing(&offers[1])]) {
                    return Some(Stop { case, offers, first });
                }
            }
        }
        None
    }
}
