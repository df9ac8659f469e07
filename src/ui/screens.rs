//! The screens: ten tabs, and what can lie on top of them.

mod answer_pane;
mod aside;
mod beside;
mod callbacks;
mod case_view;
mod cases;
mod check_code;
mod copies;
mod copy_key;
mod courtesy;
mod export;
mod find;
mod findings;
mod form_screen;
mod help;
mod household_file;
mod household_form;
mod household_pane;
mod households;
mod import;
mod list;
mod login;
mod menu;
mod opening;
mod palette;
mod phrases;
mod plan;
mod print;
mod recent_pane;
mod recovery;
mod report;
mod retention;
mod review;
mod rows;
mod services;
mod settings;
mod setup;
mod staged;
mod vouch;

use std::path::Path;

use crossterm::event::{Event, MouseEvent, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;

use self::case_view::CaseView;
use self::form_screen::FormScreen;
pub use self::vouch::After;
use self::vouch::Vouch;
use super::cx::{Cx, Hint, Message, Screen, Tone};
use super::look::Look;
use crate::counter::authority::Deed;
use crate::counter::{self, CounterError, backup};
use crate::desk::field::Values;
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::exchange::export::What;
use crate::store::Store;
use crate::text::lang::{Lang, t, try_t};
use crate::text::say::word;

/// Kinds that have a tab of their own: the first ones of the list.
const OWN_TABS: usize = 6;
/// The tab of callbacks.
pub const CALLBACKS: usize = 6;
/// The tab of the other services.
pub const SERVICES: usize = 7;
/// The tab of households.
pub const HOUSEHOLDS: usize = 8;
/// The tab of the end of day.
pub const REVIEW: usize = 9;

/// The ten tabs.
#[must_use]
pub fn tabs(kinds: Kinds) -> Vec<Box<dyn Screen>> {
    let mut tabs: Vec<Box<dyn Screen>> = kinds
        .iter()
        .take(OWN_TABS)
        .map(|kind| Box::new(cases::Cases::new(kind)) as Box<dyn Screen>)
        .collect();
    while tabs.len() < OWN_TABS {
        tabs.push(nothing());
    }
    tabs.push(Box::new(callbacks::Callbacks::default()));
    tabs.push(Box::new(services::Services::new(kinds)));
    tabs.push(Box::new(households::Households::default()));
    tabs.push(Box::new(review::ReviewScreen::default()));
    tabs
}

/// The name of a tab; a shorter word where there is little room, not a cut one.
#[must_use]
pub fn tab_name(kinds: Kinds, tab: usize, lang: Lang, narrow: bool) -> String {
    let sort = if narrow { "tab_short" } else { "tab" };
    let own = |id: &str| t(lang, &format!("ui.{sort}.{id}"), &[]);
    match tab {
        CALLBACKS => own("callbacks"),
        SERVICES => own("services"),
        HOUSEHOLDS => own("households"),
        REVIEW => own("review"),
        _ => kinds.iter().nth(tab).map_or_else(String::new, |kind| {
            try_t(lang, &format!("{}.{sort}", kind.id), &[])
                .unwrap_or_else(|| t(lang, &format!("{}.tab", kind.id), &[]))
        }),
    }
}

/// The tab on which cases of a kind stand.
#[must_use]
pub fn tab_of(kinds: Kinds, kind: &Kind) -> usize {
    kinds.iter().position(|known| known.id == kind.id).filter(|place| *place < OWN_TABS).unwrap_or(SERVICES)
}

/// The login.
#[must_use]
pub fn login(store: &Store) -> Box<dyn Screen> {
    Box::new(login::Login::new(store))
}

/// The login after that operator's screen was locked.
#[must_use]
pub fn locked(store: &Store, name: &str) -> Box<dyn Screen> {
    Box::new(login::Login::new(store).after(name))
}

/// The set-up of a book that holds no community yet.
#[must_use]
pub fn set_up(store: &Store, lang: Lang) -> Box<dyn Screen> {
    let gone = store.path().and_then(Path::parent).is_some_and(backup::lie_in);
    Box::new(setup::SetUp::new(lang, gone))
}

/// What can be done here, and with which keys.
#[must_use]
pub fn help(topic: &'static str) -> Box<dyn Screen> {
    Box::new(help::Help::new(topic))
}

/// Finds a command by its name.
#[must_use]
pub fn palette() -> Box<dyn Screen> {
    Box::new(palette::Palette::default())
}

/// Courtesy phrases and etiquette; `insertable` if a text below can take a phrase.
#[must_use]
pub fn phrases(insertable: bool) -> Box<dyn Screen> {
    Box::new(phrases::Phrases::new(insertable))
}

/// The key by which the settings make a new recovery code for an operator.
pub const NEW_CODE: crate::ui::keys::Command = settings::NEW_CODE;

/// The settings of the community and of the person.
pub fn settings(cx: &mut Cx) -> Box<dyn Screen> {
    Box::new(settings::SettingsScreen::new(cx))
}

/// The copies of the book.
pub fn copies(cx: &mut Cx) -> Box<dyn Screen> {
    Box::new(copies::Backups::new(cx))
}

/// Taking personal fields out of cases that are long closed; none for who may not.
pub fn retention(cx: &mut Cx) -> Option<Box<dyn Screen>> {
    Some(Box::new(retention::Retention::new(cx)?))
}

/// Reports of a day, month, quarter or year.
pub fn report(cx: &mut Cx) -> Box<dyn Screen> {
    Box::new(report::ReportScreen::new(cx))
}

/// Finds households and cases.
#[must_use]
pub fn find() -> Box<dyn Screen> {
    Box::new(find::Find::default())
}

/// Writing what a tab shows as a file.
#[must_use]
pub fn export(what: What, cx: &Cx) -> Box<dyn Screen> {
    Box::new(export::ExportScreen::new(what, cx))
}

/// A pass looked up by its check code.
#[must_use]
pub fn check_code() -> Box<dyn Screen> {
    Box::new(check_code::CheckCodeScreen::default())
}

/// All actions of a case, refused ones with the reason.
fn actions_menu(view: &CaseView) -> Box<dyn Screen> {
    Box::new(menu::Menu::new(view))
}

/// The printed forms of a case; `None` if it is gone.
#[must_use]
pub fn print_case(number: &str, cx: &mut Cx) -> Option<Box<dyn Screen>> {
    print::PrintDialog::of_case(number, cx).map(|dialog| Box::new(dialog) as Box<dyn Screen>)
}

/// Taking a roster in; `None` if the operator may not.
pub fn import(cx: &mut Cx) -> Option<Box<dyn Screen>> {
    import::Import::new(cx).map(|import| Box::new(import) as Box<dyn Screen>)
}

/// The form of a new case of a kind. Where the operator alone may not open one, a supervisor's word is asked for;
/// `None` with the reason below where nobody can give it.
pub fn new_case(kind: &str, values: Values, cx: &mut Cx) -> Option<Box<dyn Screen>> {
    let kind = cx.store.kinds().get(kind)?;
    let allowed = counter::cases::may_open(cx.store, cx.session, cx.now, kind);
    if let Err(CounterError::Refused(why)) = &allowed
        && let Some(ask) = Vouch::lifting(why, Deed::open(kind.id), After::Open(kind.id, values.clone()), cx)
    {
        return Some(Box::new(ask));
    }
    cx.tell(allowed)?;
    Some(Box::new(FormScreen::new_case(kind, values, cx)))
}

/// The form of a new case for which the session carries a supervisor's word: it is asked for once, before
/// anything is filled in.
pub fn new_case_by_word(kind: &str, values: Values, cx: &mut Cx) -> Option<Box<dyn Screen>> {
    let kind = cx.store.kinds().get(kind)?;
    Some(Box::new(FormScreen::new_case(kind, values, cx).by_word(cx.session)))
}

/// A recovery code, to be written down.
#[must_use]
pub fn recovery_code(name: String, code: String) -> Box<dyn Screen> {
    Box::new(recovery::RecoveryCode::new(name, code))
}

/// The form of an action, or the action itself if it asks for nothing.
pub fn act(number: &str, action: &'static str, cx: &mut Cx) -> Option<Box<dyn Screen>> {
    let case = cx.read(cx.store.case(number)).flatten()?;
    let kind = cx.store.kinds().get(&case.kind)?;
    let revision = case.revision;
    if let Some(form) = FormScreen::action(kind, case, action, cx) {
        return Some(Box::new(form));
    }
    let done =
        counter::cases::act(cx.store, cx.session, cx.now, number, action, &Values::new(), Some(revision));
    if let Err(CounterError::Refused(why)) = &done
        && let Some(ask) =
            Vouch::lifting(why, Deed::act(number, action), After::Act(number.to_owned(), action), cx)
    {
        return Some(Box::new(ask));
    }
    if let Some(done) = cx.tell(done) {
        let state = word(cx.lang, kind.id, "state", &done.case.state);
        let mut words = t(cx.lang, "ui.form.acted", &[("number", number), ("state", &state)]);
        words.push_str(&courtesy::on_closing(kind, &done.case.state, cx));
        cx.send(Message::Changed);
        cx.toast(Tone::Good, words);
    }
    None
}

/// A draft taken up again.
pub fn resume(id: i64, cx: &mut Cx) -> Option<Box<dyn Screen>> {
    let draft = cx.read(cx.store.draft(id)).flatten()?;
    if draft.kind == import::DRAFT {
        if let Some(import) = import::Import::resume(&draft, cx) {
            return Some(Box::new(import));
        }
    } else if draft.kind == household_form::DRAFT {
        if let Some(form) = household_form::HouseholdForm::resume(&draft, cx) {
            return Some(Box::new(form));
        }
    } else if draft.kind == settings::DRAFT {
        if let Some(screen) = settings::SettingsScreen::resume(&draft, cx) {
            return Some(Box::new(screen));
        }
    } else if let Some(form) = FormScreen::resume(&draft, cx) {
        return Some(Box::new(form));
    }
    let words = t(cx.lang, "ui.draft_unreadable", &[("title", &draft.title)]);
    cx.toast(Tone::Bad, words);
    None
}

/// What the last signed day carried over, if this shift has not seen it yet.
pub fn opening_list(cx: &mut Cx) -> Option<Box<dyn Screen>> {
    opening::Opening::read(cx).map(|opening| Box::new(opening) as Box<dyn Screen>)
}

/// Lines that a turn of the mouse wheel goes down; below zero for up, `None` for other events.
const fn wheel(mouse: MouseEvent) -> Option<i32> {
    match mouse.kind {
        MouseEventKind::ScrollDown => Some(3),
        MouseEventKind::ScrollUp => Some(-3),
        _ => None,
    }
}

/// Stands where a screen is away for a moment.
#[must_use]
pub fn nothing() -> Box<dyn Screen> {
    Box::new(Nothing)
}

struct Nothing;

impl Screen for Nothing {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, _: &mut Frame, _: Rect, _: &Look) {}

    fn event(&mut self, _: &Event, _: &mut Cx) -> bool {
        false
    }

    fn hints(&self, _: &Look) -> Vec<Hint> {
        Vec::new()
    }

    fn help_topic(&self) -> &'static str {
        "desk"
    }
}
