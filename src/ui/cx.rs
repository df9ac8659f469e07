//! What screens are handed, and the messages they send.

use chrono::{DateTime, Utc};
use crossterm::event::Event;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::keys::Keymap;
use super::look::Look;
use super::screens::After;
use super::theme::Theme;
use crate::counter::authority::Voucher;
use crate::counter::{CounterError, Session};
use crate::desk::field::Values;
use crate::desk::household::Household;
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::desk::workflow::Context;
use crate::exchange::export::What;
use crate::store::{Store, StoreError};
use crate::text::lang::{Lang, t};
use crate::text::say::say;
use crate::timer::Board;

/// What a screen works with while it handles an event. Drawing gets a [`Look`] alone: nothing is
/// read from the file while a frame is painted.
pub struct Cx<'a> {
    /// The book.
    pub store: &'a mut Store,
    /// Who is logged in.
    pub session: &'a Session,
    /// The settings.
    pub settings: &'a Settings,
    /// Now.
    pub now: DateTime<Utc>,
    /// The language.
    pub lang: Lang,
    /// Colours and marks.
    pub theme: &'a Theme,
    /// Keys.
    pub keymap: &'a Keymap,
    /// What the timer last found.
    pub board: &'a Board,
    /// Wakes the loop from another thread.
    pub waker: &'a Waker,
    /// Messages to the application, handled in order after the event.
    pub out: &'a mut Vec<Message>,
}

impl Cx<'_> {
    /// What drawing needs.
    #[must_use]
    pub fn look(&self) -> Look<'_> {
        Look {
            theme: self.theme,
            lang: self.lang,
            now: self.now,
            settings: self.settings,
            keymap: self.keymap,
        }
    }

    /// What a thread calls when its answer has come: the screen is refreshed then.
    pub fn wake(&self) -> impl Fn() + Send + 'static {
        let waker = self.waker.clone();
        move || waker()
    }

    /// Words of the language.
    #[must_use]
    pub fn t(&self, key: &str, values: &[(&str, &str)]) -> String {
        t(self.lang, key, values)
    }

    /// The sentence of a refusal.
    #[must_use]
    pub fn say(&self, why: &Why) -> String {
        say(why, self.lang, self.settings.calendar.tz())
    }

    /// Sends a message.
    pub fn send(&mut self, message: Message) {
        self.out.push(message);
    }

    /// Shows a sentence on the bottom line.
    pub fn toast(&mut self, tone: Tone, text: String) {
        self.send(Message::Toast(tone, text));
    }

    /// Shows why something was not done.
    pub fn fail(&mut self, error: &CounterError) {
        let text = crate::counter::say::say(error, self.lang, self.settings.calendar.tz());
        self.toast(Tone::Bad, text);
    }

    /// Gives the result, or shows why there is none.
    pub fn tell<T>(&mut self, result: Result<T, CounterError>) -> Option<T> {
        result.map_err(|error| self.fail(&error)).ok()
    }

    /// Gives what was read, or shows why it can't be read.
    pub fn read<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        self.tell(result.map_err(CounterError::from))
    }

    /// The context of the rules for this operator and now.
    #[must_use]
    pub fn context<'b>(&'b self, household: Option<&'b Household>) -> Context<'b> {
        Context {
            by: self.session.name(),
            role: self.session.role(),
            now: self.now,
            settings: self.settings,
            household,
            others: &[],
            covered: &[],
            owed: &[],
            kinds: self.store.kinds(),
        }
    }
}

/// Wakes the loop from another thread, when an answer has come.
pub type Waker = std::sync::Arc<dyn Fn() + Send + Sync>;

/// How a sentence on the bottom line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Good,
    /// Something to know.
    Plain,
    /// Something was not done.
    Bad,
}

/// What a screen asks the application for.
pub enum Message {
    /// Opens the form of a new case with these values.
    NewCase(String, Values),
    /// Opens the form of an action, or does it at once if it asks for nothing.
    Act(String, &'static str),
    /// Shows a case on its kind's tab.
    ShowCase(String),
    /// A case was opened: where its list is shown, the cursor goes to it.
    Opened(String),
    /// Shows a household.
    ShowHousehold(String),
    /// Goes to a tab, counted from 0.
    Tab(usize),
    /// Takes a draft up again.
    Resume(i64),
    /// Puts a screen on top.
    Push(Box<dyn Screen>),
    /// Takes the top screen away.
    Close,
    /// Text for the field being typed into on the top screen.
    Type(String),
    /// A command chosen from the palette or a menu.
    Run(super::keys::Command),
    /// Something was written: every screen reads again.
    Changed,
    /// The settings were changed.
    SettingsChanged,
    /// A sentence for the bottom line.
    Toast(Tone, String),
    /// A supervisor gave her word, and what is done with it.
    Vouched(Voucher, After),
    /// Somebody logged in.
    LoggedIn(Session),
    /// The language is switched.
    Speak(Lang),
    /// The theme is switched to the one of that name.
    Paint(String),
    /// The program ends.
    Quit,
}

/// A key and what it does, for the line of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key as people know it: `F5`, `Ctrl+S`.
    pub key: String,
    /// What it does.
    pub does: String,
}

/// A part of the terminal with state of its own.
pub trait Screen {
    /// It is gone to from elsewhere: what it shows first is shown again.
    fn enter(&mut self) {}

    /// Reads what it shows; called when it is shown first and when something changed.
    fn refresh(&mut self, cx: &mut Cx);

    /// Draws itself.
    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look);

    /// Handles an event; `false` if it has no use for it.
    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool;

    /// The keys that can be pressed now.
    fn hints(&self, look: &Look) -> Vec<Hint>;

    /// Whether each of these keys stands below it, on a second line where one is too narrow.
    fn shows_all_keys(&self) -> bool {
        false
    }

    /// Whether letters and digits are being typed into it.
    fn takes_text(&self) -> bool {
        false
    }

    /// Whether a phrase can be put into what is being typed.
    fn takes_phrase(&self) -> bool {
        false
    }

    /// The topic of the contextual help.
    fn help_topic(&self) -> &'static str;

    /// Puts what is being typed aside so that something else can take the screen.
    ///
    /// Gives `true` if the screen can be taken away now, with nothing lost.
    fn park(&mut self, _cx: &mut Cx) -> bool {
        true
    }

    /// Writes what is being typed to the draft, if there is anything new.
    fn save_draft(&mut self, _cx: &mut Cx) {}

    /// Whether something typed waits to be written to the draft.
    fn draft_waits(&self) -> bool {
        false
    }

    /// The area it wants on top of others; `None` for the whole body.
    fn popup(&self, _body: Rect) -> Option<Rect> {
        None
    }

    /// Does once more, with a supervisor's word, what was refused for want of a role.
    fn vouched(&mut self, _word: Voucher, _cx: &mut Cx) {}

    /// Shows this case, if it is that screen's business.
    fn show_case(&mut self, _number: &str, _cx: &mut Cx) {}

    /// Puts the cursor of its list on this case, if it stands there.
    fn point_at(&mut self, _number: &str, _cx: &mut Cx) {}

    /// What of it can be written as a file.
    fn exports(&self) -> Option<What> {
        None
    }

    /// Shows this household, if it is that screen's business.
    fn show_household(&mut self, _unit: &str, _cx: &mut Cx) {}
}
