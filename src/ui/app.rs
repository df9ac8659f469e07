//! The application: tabs, what lies on top of them, and who gets an event.

mod seat;
mod ways;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use crossterm::event::{Event, KeyEventKind};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Clear;

use super::config::Config;
use super::cx::{Cx, Message, Screen, Tone, Waker};
use super::keys::{Keymap, Place};
use super::look::Look;
use super::parts::text::TextEdit;
use super::screens;
use super::theme::Theme;
use crate::counter::{self, CounterError, Session};
use crate::desk::settings::Settings;
use crate::store::Store;
use crate::text::lang::{Lang, t};
use crate::timer::{self, Board, Notice};

/// Number of tabs.
pub const TABS: usize = 10;
/// Smallest terminal that can be worked on.
pub const SMALLEST: (u16, u16) = (80, 24);

/// Most lines of keys below a screen that shows all of its own.
const KEY_LINES: u16 = 2;

/// Says a sentence outside of any frame, beside a clock of that zone; breaks off what is waited for.
type Saying = Arc<dyn Fn(&str, Tz) -> ControlFlow<()> + Send + Sync>;

/// How long the draft that is written while somebody types waits for another process: it is tried again
/// soon, and typing must not stand still for it.
const DRAFT_PATIENCE: Duration = Duration::from_millis(50);

/// The whole program on the screen.
pub struct App {
    pub(super) store: Store,
    pub(super) settings: Arc<Settings>,
    pub(super) session: Option<Session>,
    pub(super) lang: Lang,
    pub(super) theme: Theme,
    pub(super) keymap: Keymap,
    pub(super) config: Config,
    pub(super) board: Board,
    pub(super) tabs: Vec<Box<dyn Screen>>,
    pub(super) active: usize,
    pub(super) layers: Vec<Box<dyn Screen>>,
    pub(super) toast: Option<(Tone, String, DateTime<Utc>)>,
    pub(super) drafts: usize,
    pub(super) width: u16,
    waker: Waker,
    /// Says a sentence while saving waits for another process.
    waiting: Option<Saying>,
    now: DateTime<Utc>,
    /// When somebody last pressed a key or moved the mouse.
    touched: DateTime<Utc>,
    bell: bool,
    over: bool,
}

impl App {
    /// The program over a book, nobody logged in yet. A book without a community asks for one first.
    ///
    /// # Errors
    /// The book can't be read.
    pub fn new(store: Store, config: Config, now: DateTime<Utc>) -> Result<Self, CounterError> {
        let lang = config.lang;
        let theme = config.theme();
        let keymap = config.keymap();
        let (settings, first) = match store.settings()? {
            Some(settings) => (settings, screens::login(&store)),
            None => (Arc::new(counter::community::provisional()?), screens::set_up(&store, lang)),
        };
        let mut app = Self {
            tabs: screens::tabs(store.kinds()),
            store,
            settings,
            session: None,
            lang,
            theme,
            keymap,
            config,
            board: Board::default(),
            active: 0,
            layers: Vec::new(),
            toast: None,
            drafts: 0,
            width: 0,
            waker: std::sync::Arc::new(|| {}),
            waiting: None,
            now,
            touched: now,
            bell: false,
            over: false,
        };
        app.layers.push(first);
        Ok(app)
    }

    /// Whether there is a community: before that the timer has nothing to watch.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        !self.settings.community.is_empty()
    }

    /// The book.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Takes what wakes the loop when a thread has an answer.
    pub fn wake_by(&mut self, waker: Waker) {
        self.waker = waker;
    }

    /// Has `say` called with a sentence again and again while saving has to wait for another process. It may
    /// break the waiting off.
    pub fn on_waiting(&mut self, say: impl Fn(&str, Tz) -> ControlFlow<()> + Send + Sync + 'static) {
        self.waiting = Some(Arc::new(say));
        self.tell_waiting();
    }

    /// The sentence is in the language of the screen, and the clock that of the community.
    fn tell_waiting(&mut self) {
        if let Some(say) = self.waiting.clone() {
            let (lang, tz) = (self.lang, self.settings.calendar.tz());
            self.store.on_waiting(move |waited| {
                let words = t(lang, "ui.wait.other", &[("seconds", &waited.as_secs().to_string())]);
                say(&words, tz)
            });
        }
    }

    /// A thread has an answer for what lies on top.
    pub fn answered(&mut self, now: DateTime<Utc>) {
        self.now = now;
        self.each_layer(|layer, cx| layer.refresh(cx));
    }

    /// Reads what the first frame shows.
    pub fn start(&mut self, now: DateTime<Utc>) {
        self.now = now;
        self.read_board();
    }

    /// Lets time pass.
    pub fn now(&mut self, now: DateTime<Utc>) {
        self.now = now;
        if self.toast_left() == Some(Duration::ZERO) {
            self.toast = None;
        }
        // A clock that was set back counts from there.
        self.touched = self.touched.min(now);
        if self.idle_left() == Some(TimeDelta::zero()) {
            self.lock_idle();
        }
    }

    /// How long the sentence on the bottom line stays yet. It hides what must not be forgotten.
    #[must_use]
    pub fn toast_left(&self) -> Option<Duration> {
        let (tone, _, since) = self.toast.as_ref()?;
        let stays = TimeDelta::seconds(if *tone == Tone::Bad { 20 } else { 6 });
        // A clock that was moved ends it too, whichever way it went.
        let shown = (self.now - *since).abs();
        Some((stays - shown).to_std().unwrap_or(Duration::ZERO))
    }

    /// Whether the bell is to be rung, once.
    pub fn take_bell(&mut self) -> bool {
        std::mem::take(&mut self.bell)
    }

    /// Whether the person has left.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// Whether something typed waits to be written to its draft.
    #[must_use]
    pub fn draft_waits(&self) -> bool {
        self.layers.iter().any(|layer| layer.draft_waits())
    }

    /// Writes what is being typed to its draft.
    pub fn save_draft(&mut self, now: DateTime<Utc>) {
        let patience = self.store.patience();
        let hurried = self.store.set_patience(patience.min(DRAFT_PATIENCE));
        self.keep_drafts(now);
        if let Err(error) = hurried.and_then(|()| self.store.set_patience(patience)) {
            self.fail(&error.into());
        }
    }

    fn keep_drafts(&mut self, now: DateTime<Utc>) {
        self.now = now;
        self.each_layer(|layer, cx| layer.save_draft(cx));
        self.count_drafts();
    }

    /// The last act: everything typed goes into drafts.
    pub fn leave(&mut self, now: DateTime<Utc>) {
        self.keep_drafts(now);
    }

    /// Takes what the timer found.
    pub fn notice(&mut self, notice: Notice, now: DateTime<Utc>) {
        self.now = now;
        match notice {
            Notice::Board(board) => {
                self.board = board;
                self.refresh();
            }
            Notice::Changed => {
                if let Err(error) = self.store.follow() {
                    self.fail(&error.into());
                }
                let was_set_up = self.is_set_up();
                self.renew();
                self.read_settings();
                if !was_set_up && self.is_set_up() && self.session.is_none() {
                    // Another process set the book up in the meantime.
                    self.layers = vec![screens::login(&self.store)];
                }
                self.read_board();
                self.refresh();
            }
            Notice::Rang(_) => self.bell = true,
            // That there is nothing to watch yet is what the set-up is for.
            Notice::Fault(_) if !self.is_set_up() => {}
            Notice::Fault(error) => self.fail(&error),
        }
    }

    /// Handles one event of the terminal.
    pub fn event(&mut self, event: &Event, now: DateTime<Utc>) {
        self.now = now;
        if let Event::Key(key) = event
            && key.kind == KeyEventKind::Release
        {
            return;
        }
        if matches!(event, Event::Key(_) | Event::Paste(_) | Event::Mouse(_)) {
            if self.idle_left() == Some(TimeDelta::zero()) {
                // The key came too late: it was meant for what stood there, not for the login.
                self.lock_idle();
                return;
            }
            self.touched = now;
        }
        if self.session.is_some() && self.global(event) {
            return;
        }
        let taken = if self.layers.is_empty() {
            self.with_tab(|tab, cx| tab.event(event, cx))
        } else {
            self.with_top(|top, cx| top.event(event, cx))
        };
        if !taken && self.session.is_some() {
            self.fallback(event);
        }
    }

    /// Keys that work anywhere, in the middle of any form too.
    fn global(&mut self, event: &Event) -> bool {
        let Event::Key(key) = event else { return false };
        // In a text they jump to the next word, as everywhere else on a computer.
        if TextEdit::jumps(key) && self.takes_text() {
            return false;
        }
        let Some(command) = self.keymap.resolve(key, Place::Everywhere) else { return false };
        self.command(command)
    }

    /// Whether letters and digits are being typed into what lies on top.
    fn takes_text(&self) -> bool {
        self.layers.last().map_or_else(|| self.tabs[self.active].takes_text(), |top| top.takes_text())
    }

    /// Keys that no screen wanted: digits for tabs, `/` for finding.
    fn fallback(&mut self, event: &Event) {
        match event {
            Event::Key(key) if self.layers.is_empty() => {
                if let Some(command) = self.keymap.resolve(key, Place::List) {
                    self.command(command);
                }
            }
            Event::Mouse(mouse) if self.layers.is_empty() => self.click_tab(*mouse),
            _ => {}
        }
    }

    fn keep_config(&mut self) {
        if let Err(error) = self.config.save() {
            tracing::warn!(%error, "the configuration was not written");
        }
    }

    /// Lets a function make a screen with what screens are handed.
    fn make(&mut self, make: impl FnOnce(&mut Cx) -> Option<Box<dyn Screen>>) -> Option<Box<dyn Screen>> {
        let mut out = Vec::new();
        let screen = self.cx(&mut out, |cx| make(cx));
        self.deliver(out);
        screen
    }

    fn with_tab<T>(&mut self, work: impl FnOnce(&mut Box<dyn Screen>, &mut Cx) -> T) -> T {
        let index = self.active;
        let mut tab = std::mem::replace(&mut self.tabs[index], screens::nothing());
        let mut out = Vec::new();
        let result = self.cx(&mut out, |cx| work(&mut tab, cx));
        self.tabs[index] = tab;
        self.deliver(out);
        result
    }

    fn with_top<T: Default>(&mut self, work: impl FnOnce(&mut Box<dyn Screen>, &mut Cx) -> T) -> T {
        let Some(mut top) = self.layers.pop() else { return T::default() };
        let mut out = Vec::new();
        let result = self.cx(&mut out, |cx| work(&mut top, cx));
        self.layers.push(top);
        self.deliver(out);
        result
    }

    fn each_layer(&mut self, work: impl Fn(&mut Box<dyn Screen>, &mut Cx)) {
        let mut layers = std::mem::take(&mut self.layers);
        let mut out = Vec::new();
        self.cx(&mut out, |cx| layers.iter_mut().for_each(|layer| work(layer, cx)));
        self.layers = layers;
        self.deliver(out);
    }

    /// Runs `work` with what screens are handed. Before anybody logged in a guest stands in, who may do nothing.
    fn cx<T>(&mut self, out: &mut Vec<Message>, work: impl FnOnce(&mut Cx) -> T) -> T {
        let guest = Session::guest();
        let mut cx = Cx {
            session: self.session.as_ref().unwrap_or(&guest),
            store: &mut self.store,
            settings: &self.settings,
            now: self.now,
            lang: self.lang,
            theme: &self.theme,
            keymap: &self.keymap,
            board: &self.board,
            waker: &self.waker,
            out,
        };
        work(&mut cx)
    }

    fn deliver(&mut self, messages: Vec<Message>) {
        for message in messages {
            self.apply(message);
        }
    }

    /// Every screen reads again what it shows.
    fn refresh(&mut self) {
        if self.session.is_some() {
            self.with_tab(|tab, cx| tab.refresh(cx));
            self.each_layer(|layer, cx| layer.refresh(cx));
        }
    }

    fn read_settings(&mut self) {
        match self.store.settings() {
            Ok(Some(settings)) => {
                self.settings = settings;
                self.tell_waiting();
            }
            Ok(None) => {}
            Err(error) => self.fail(&error.into()),
        }
    }

    fn read_board(&mut self) {
        match timer::board(&self.store, &self.settings, self.now) {
            Ok(board) => self.board = board,
            Err(error) => self.fail(&CounterError::from(error)),
        }
        self.count_drafts();
    }

    fn count_drafts(&mut self) {
        let Some(session) = &self.session else { return };
        if let Ok(drafts) = self.store.drafts(Some(session.name())) {
            self.drafts = drafts.len();
        }
    }

    fn fail(&mut self, error: &counter::CounterError) {
        let text = counter::say::say(error, self.lang, self.settings.calendar.tz());
        self.toast = Some((Tone::Bad, text, self.now));
    }

    fn look(&self) -> Look<'_> {
        Look {
            theme: &self.theme,
            lang: self.lang,
            now: self.now,
            settings: &self.settings,
            keymap: &self.keymap,
        }
    }

    /// Paints one frame. Reads nothing from the file.
    pub fn draw(&mut self, frame: &mut Frame) {
        let area = frame.area();
        self.width = area.width;
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            super::parts::too_small(frame, area, &self.look(), SMALLEST);
            return;
        }
        let top = self.layers.last().map_or(&self.tabs[self.active], |top| top);
        let hints = self.key_hints(&top.hints(&self.look()), self.layers.is_empty());
        let lines = if top.shows_all_keys() { KEY_LINES } else { 1 };
        let (hints, lines) = super::bar::fitting(hints, area.width, lines);
        let [bar, body, keys, status] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Min(1),
            Constraint::Length(lines),
            Constraint::Length(1),
        ])
        .areas(area);
        let mut tabs = std::mem::take(&mut self.tabs);
        let mut layers = std::mem::take(&mut self.layers);
        let look = self.look();
        let in_use = self.session.is_some();
        if in_use {
            self.draw_bar(frame, bar, &look);
        }
        // A layer that takes the whole body hides what is below it.
        let first = layers.iter().rposition(|layer| layer.popup(body).is_none());
        if in_use && first.is_none() {
            tabs[self.active].draw(frame, body, &look);
        }
        for layer in layers.iter_mut().skip(first.unwrap_or(0)) {
            let popup = layer.popup(body);
            match popup {
                Some(popup) => super::parts::clear_under(frame, popup),
                None => frame.render_widget(Clear, body),
            }
            layer.draw(frame, popup.unwrap_or(body), &look);
        }
        super::parts::key_line(frame, keys, &look, &hints);
        self.draw_status(frame, status, &look);
        self.tabs = tabs;
        self.layers = layers;
    }

    /// The body of the last frame, for tests.
    #[must_use]
    pub const fn active_tab(&self) -> usize {
        self.active
    }

    pub(super) fn tab_areas(&self, area: Rect) -> Vec<Rect> {
        super::bar::areas(self, area)
    }
}
