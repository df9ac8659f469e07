//! Every forbidden step of every kind is tried, in the states that a tour comes to: at the counter, and on
//! the screen. What is refused says why and writes nothing. A further kind is tried without a line here.

use std::collections::BTreeSet;

use qiantai::counter::cases;
use qiantai::counter::{CounterError, Session};
use qiantai::desk::case::Case;
use qiantai::desk::field::{Field, Preset, Shown, Values};
use qiantai::desk::kind::{Action, From, Kind};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::settings::Settings;
use qiantai::desk::why::Why;
use qiantai::desk::workflow::{Offer, VOID, inputs_of};
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use qiantai::text::say::{say, word};
use qiantai::ui::cx::Message;
use serde_json::Value;

use super::chance::Chance;
use super::desk::Counter;
use super::tour::{self, Stop, Tour};
use crate::stage::Stage;

/// In each state so many combinations of what is refused are tried.
const EACH: usize = 2;
/// How often inputs are made up until all but the one that is left out are right.
const ATTEMPTS: usize = 200;
/// Wide enough for the longest reason, high enough for all actions.
const WIDE: (u16, u16) = (200, 40);
/// What an action that opens another case opens here.
const ANOTHER: &str = "call";

/// Whether the declaration takes the action from a state: read here once more, beside the rules' own reading.
fn from_here(kind: &Kind, action: &Action, state: &str) -> bool {
    let ended = state == VOID || kind.state(state).is_some_and(qiantai::desk::kind::State::ends);
    match action.from {
        From::States(states) => states.contains(&state),
        From::AnyOpen => !ended,
        From::Any => state != VOID || action.id == "note",
    }
}

/// The reason is a sentence of its own in each language, with everything filled in.
fn is_told(why: &Why, settings: &Settings) {
    let said = Lang::ALL.map(|lang| say(why, lang, settings.calendar.tz()));
    for sentence in &said {
        assert!(!sentence.contains(&why.key) && !sentence.contains("%{"), "{}: {sentence}", why.key);
    }
    assert_ne!(said[0], said[1], "{}", why.key);
}

/// Somebody tries at the counter what must be refused.
struct Tries<'a, 'b> {
    store: &'a mut Store,
    session: &'a Session,
    chance: &'a mut Chance<'b>,
    case: &'a Case,
}

impl Tries<'_, '_> {
    /// Why an action is refused; nothing of it is left. `None` where it was done.
    fn refusal(&mut self, action: &'static str, given: &Values) -> Option<Why> {
        let number = &self.case.number;
        let before = (self.store.head().unwrap(), self.store.timeline(number).unwrap());
        let tried = cases::act(self.store, self.session, self.chance.now, number, action, given, None);
        match tried {
            Ok(_) => None,
            Err(CounterError::Refused(why)) => {
                // But that it was refused, where only the role stood against it.
                let before = (before.0 + i64::from(why.needs.is_some()), before.1);
                let after = (self.store.head().unwrap(), self.store.timeline(number).unwrap());
                assert_eq!(after, before, "{number}: {action} was refused and left a trace");
                assert_eq!(self.store.case(number).unwrap().as_ref(), Some(self.case), "{number}: {action}");
                is_told(&why, self.chance.settings);
                Some(why)
            }
            Err(error) => panic!("{number}: {action}: {error}"),
        }
    }

    fn inputs(&self, action: &Action, into: Option<&str>) -> Vec<Field> {
        inputs_of(self.chance.kind, action, self.chance.kinds, into)
    }

    /// Tries every action of the kind: those that are refused as they are offered, those that the state
    /// does not offer, and those that are allowed without what they ask for.
    fn try_all(&mut self, offers: &[Offer]) {
        let (kind, number) = (self.chance.kind, &self.case.number);
        for action in kind.all_actions() {
            let here = from_here(kind, action, &self.case.state);
            // What only some may open, only they amend.
            let role = if action.id == "amend" { action.role.max(kind.opens) } else { action.role };
            let may = self.session.role() >= role && !action.by_clock;
            let offered = offers.iter().find(|offer| offer.action == action.id);
            if let Some(Offer { why_not: None, .. }) = offered {
                assert!(here && may, "{number}: {} is allowed", action.id);
                self.leave_out(action);
                continue;
            }
            let inputs = self.inputs(action, Some(ANOTHER));
            let given = self.chance.filled(&inputs);
            let Some(why) = self.refusal(action.id, &given) else {
                panic!("{number}: {} was done", action.id);
            };
            if let Some(offer) = offered {
                assert!(here, "{number}: {} is offered", action.id);
                assert_eq!(Some(&why), offer.why_not.as_ref(), "{number}: {}", action.id);
            } else {
                let expected = match (here, action.by_clock) {
                    (false, _) => "desk.why.not_in_state",
                    (true, true) => "desk.why.by_clock",
                    // Outcomes are not offered while nobody waits to be called.
                    (true, false) => "desk.why.no_callback",
                };
                assert_eq!(why.key, expected, "{number}: {}", action.id);
            }
        }
    }

    /// An allowed action lacks each thing once that must be given with it.
    fn leave_out(&mut self, action: &Action) {
        let number = &self.case.number;
        let whole = action.opens_another().then_some(ANOTHER);
        for field in self.inputs(action, whole).iter().filter(|field| field.required) {
            // What the other case asks for is asked only where its kind is named.
            let into = whole.filter(|_| field.key != "into");
            let missed = (0..ATTEMPTS).any(|_| {
                let inputs = self.inputs(action, into);
                let mut given = self.chance.filled(&inputs);
                if let Some(into) = into {
                    given.insert("into".to_owned(), into.into());
                }
                if !field.is_shown(&given) {
                    return false;
                }
                given.insert(field.key.to_owned(), Value::Null);
                let Some(why) = self.refusal(action.id, &given) else {
                    panic!("{number}: {} was done without {}", action.id, field.key);
                };
                why.key == "desk.why.required" && why.field.as_deref() == Some(field.key)
            });
            assert!(missed, "{number}: {} never missed {}", action.id, field.key);
        }
    }
}

/// Somebody tries the same on the screen.
struct Screen<'a> {
    stage: &'a mut Stage,
    lang: Lang,
    settings: &'a Settings,
    kind: &'static Kind,
    case: &'a Case,
}

impl Screen<'_> {
    fn name(&self, action: &str) -> String {
        word(self.lang, self.kind.id, "action", action)
    }

    /// Opens the case.
    fn open(&mut self) {
        self.stage.app.apply(Message::ShowCase(self.case.number.clone()));
    }

    /// Chooses in the menu of all actions of the case, which stays where that is refused.
    fn choose(&mut self, place: usize) -> String {
        self.stage.press("Home");
        self.stage.press(&"Down ".repeat(place));
        self.stage.press("Enter");
        self.stage.text(WIDE)
    }

    /// What is refused is on no key, stands in the menu with its reason and says it when it is chosen; a
    /// form that lacks something stays. The book is as it was.
    fn try_all(&mut self, offers: &[Offer]) {
        let number = &self.case.number;
        let book = |stage: &Stage| {
            let store = stage.app.store();
            (store.head().unwrap(), store.timeline(number).unwrap(), store.case(number).unwrap())
        };
        let (head, timeline, case) = book(self.stage);
        // As the menu has them: what is allowed comes first.
        let (allowed, refused): (Vec<_>, Vec<_>) = offers.iter().partition(|offer| offer.why_not.is_none());
        let mut for_role = 0;
        self.open();
        let shown = self.stage.text(WIDE);
        assert!(shown.contains(number), "{number} is not shown:\n{shown}");
        let keys = shown.lines().rev().nth(1).unwrap();
        self.stage.press("F12");
        let menu = self.stage.text(WIDE);
        for (place, offer) in (allowed.len()..).zip(refused) {
            let name = self.name(offer.action);
            let on_key = (5..=11).any(|key| keys.contains(&format!("F{key} {name} ")));
            assert!(!on_key, "{number}: {name} is on a key: {keys}");
            let why = offer.why_not.as_ref().unwrap();
            let sentence = say(why, self.lang, self.settings.calendar.tz());
            let begin: String = format!("{name}: {sentence}").chars().take(30).collect();
            assert!(menu.contains(&begin), "{number}: {begin}\n{menu}");
            let told = self.choose(place);
            let last = told.lines().last().unwrap();
            if why.needs.is_none() {
                assert!(last.starts_with(&format!(" ! {sentence}")), "{number}: {sentence}\n{told}");
                continue;
            }
            // A superior's word would do: the form is shown, or her word asked for where there is none.
            assert!(told.contains(&name), "{number}: {name}\n{told}");
            for_role += 1;
            self.open();
            self.stage.press("F12");
        }
        let lacks = |offer: &Offer| {
            let inputs = self.kind.action(offer.action).unwrap().inputs;
            inputs.iter().any(|field| {
                field.required && field.preset == Preset::None && matches!(field.shown, Shown::Always)
            })
        };
        let lacking: Vec<_> = allowed.iter().enumerate().filter(|(_, offer)| lacks(offer)).collect();
        for (place, offer) in lacking {
            self.open();
            self.stage.press("F12");
            self.choose(place);
            self.stage.press("Ctrl+S");
            let told = self.stage.text(WIDE);
            assert!(told.contains('!'), "{number}: {} says nothing\n{told}", offer.action);
        }
        let (head_now, timeline_now, case_now) = book(self.stage);
        assert_eq!((timeline_now, case_now), (timeline, case), "{number}: the screen wrote something");
        // But that it was refused, where only the role stood against it.
        assert!(head_now - head <= for_role, "{number}: the screen wrote something");
    }
}

/// Tries one kind. Gives what was refused: each action with its reason.
fn try_kind(kind: &'static Kind, settings: &Settings) -> BTreeSet<(&'static str, String)> {
    let mut tour = Tour::new(kind, settings, EACH);
    let mut screens =
        [(Lang::ZhCn, tour.stage(Lang::ZhCn, tour::DESK)), (Lang::En, tour.stage(Lang::En, tour::BOSS))];
    let mut refused = BTreeSet::new();
    let mut turns = [0, 1].into_iter().cycle();
    while let Some(Stop { case, offers, first }) = tour.next_stop() {
        let at_screen = if first { turns.next() } else { None };
        for (by, (lang, stage)) in screens.iter_mut().enumerate() {
            let chance = &mut tour.walk.chance;
            stage.now = chance.now;
            let session = &tour.sessions[by];
            Tries { store: &mut tour.store, session, chance, case: &case }.try_all(&offers[by]);
            if at_screen == Some(by) {
                stage.wait_seconds(0);
                Screen { stage, lang: *lang, settings, kind, case: &case }.try_all(&offers[by]);
            }
        }
        refused.extend(
            offers
                .iter()
                .flat_map(|offers| tour::standing(offers))
                .filter_map(|(action, reason)| Some((action, reason?))),
        );
    }
    refused
}

#[test]
fn whatever_is_forbidden_is_refused_with_its_reason_and_writes_nothing() {
    let settings = &tour::settings();
    // One kind alone, for whoever looks into it.
    let only = std::env::var("QIANTAI_WALK_KIND").ok();
    let (mut refused, mut never) = (0, Vec::new());
    std::thread::scope(|scope| {
        let kinds = STANDARD.iter().filter(|kind| only.as_deref().is_none_or(|only| only == kind.id));
        let tries: Vec<_> = kinds.map(|kind| (kind, scope.spawn(move || try_kind(kind, settings)))).collect();
        for (kind, tries) in tries {
            let reasons = tries.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for action in kind.actions.iter().filter(|action| !action.by_clock) {
                for guard in action.guards {
                    let was = reasons.contains(&(action.id, guard.id.to_owned()));
                    refused += usize::from(was);
                    never.extend((!was).then(|| format!("{} {} {}", kind.id, action.id, guard.id)));
                }
            }
        }
    });
    // What needs more than one case to be refused comes up too seldom; those rules have tests of their own.
    assert!(never.len() <= refused || only.is_some(), "too many guards never refused anything: {never:#?}");
}

/// The whole table, each state whether a walk comes to it or not: what it does not take is refused whoever asks.
#[test]
fn in_every_state_whatever_it_does_not_take_is_refused() {
    let mut c = Counter::new();
    let mut refused = 0;
    for kind in STANDARD.iter() {
        let states = kind.states.iter().map(|state| state.id).chain([VOID]);
        for (serial, state) in (1..).zip(states) {
            let number = c.placed(kind, state, serial);
            let before = (c.store.head().unwrap(), c.case(&number));
            for action in kind.all_actions() {
                let here = from_here(kind, action, state);
                if here && !action.by_clock {
                    continue;
                }
                let expected = if here { "desk.why.by_clock" } else { "desk.why.not_in_state" };
                for session in [c.desk.clone(), c.boss.clone()] {
                    let tried =
                        cases::act(&mut c.store, &session, c.now, &number, action.id, &Values::new(), None);
                    let Err(CounterError::Refused(why)) = tried else {
                        panic!("{} {state}: {} was not refused", kind.id, action.id);
                    };
                    assert_eq!(why.key, expected, "{} {state}: {}", kind.id, action.id);
                    is_told(&why, &c.settings);
                    refused += 1;
                }
            }
            assert_eq!((c.store.head().unwrap(), c.case(&number)), before, "{} {state}: a trace", kind.id);
        }
    }
    assert!(refused > 2_000, "only {refused} steps were tried");
}
