//! The ways to the screens: what a command does and what a screen asks for.

use crossterm::event::Event;

use super::{App, TABS};
use crate::desk::field::Values;
use crate::text::lang::t;
use crate::ui::cx::{Cx, Message, Screen, Tone};
use crate::ui::keys::Command;
use crate::ui::screens;

impl App {
    /// Does a command; `false` if it is none of the application's.
    pub fn command(&mut self, command: Command) -> bool {
        match command {
            Command::NewCall => self.apply(Message::NewCase("call".into(), Values::new())),
            Command::NewVisit => self.apply(Message::NewCase("visit".into(), Values::new())),
            Command::ResumeDraft => self.resume_latest(),
            Command::Help => {
                let topic = self
                    .layers
                    .last()
                    .map_or_else(|| self.tabs[self.active].help_topic(), |top| top.help_topic());
                self.push(screens::help(topic));
            }
            Command::Palette => self.push(screens::palette()),
            Command::Phrases => self.phrases(),
            Command::Settings => self.open(|cx| Some(screens::settings(cx))),
            Command::Find | Command::FindHere => self.push(screens::find()),
            Command::Reports => self.open(|cx| Some(screens::report(cx))),
            Command::Import => self.open(screens::import),
            Command::Export => self.export(),
            Command::CheckCode => self.push(screens::check_code()),
            Command::Copies => self.open(|cx| Some(screens::copies(cx))),
            Command::SignIn => self.sign_in(),
            Command::Lock => {
                self.lock();
            }
            Command::Language => self.apply(Message::Speak(self.lang.other())),
            Command::Quit => self.quit(),
            Command::Refresh => {
                self.read_settings();
                self.read_board();
                self.refresh();
            }
            Command::NextTab => self.apply(Message::Tab((self.active + 1) % TABS)),
            Command::PreviousTab => self.apply(Message::Tab((self.active + TABS - 1) % TABS)),
            other => match other.tab() {
                Some(tab) => self.apply(Message::Tab(tab)),
                None => return false,
            },
        }
        true
    }

    /// Does what a screen asked for.
    pub fn apply(&mut self, message: Message) {
        match message {
            Message::NewCase(kind, values) => self.open(|cx| screens::new_case(&kind, values, cx)),
            Message::Act(number, action) => self.act(&number, action),
            Message::ShowCase(number) => self.show_case(&number),
            Message::Opened(number) => self.with_tab(|tab, cx| tab.point_at(&number, cx)),
            Message::ShowHousehold(unit) => {
                if self.clear_way() {
                    self.go(screens::HOUSEHOLDS);
                    self.with_tab(|tab, cx| tab.show_household(&unit, cx));
                }
            }
            Message::Tab(tab) => {
                if self.clear_way() {
                    self.go(tab.min(TABS - 1));
                }
            }
            Message::Resume(id) => self.open(|cx| screens::resume(id, cx)),
            Message::Push(screen) => self.push(screen),
            Message::Close => {
                self.layers.pop();
                self.count_drafts();
            }
            Message::Type(text) => {
                self.with_top(|top, cx| top.event(&Event::Paste(text), cx));
            }
            Message::Run(command) => {
                self.command(command);
            }
            Message::Changed => {
                self.read_board();
                self.refresh();
            }
            Message::SettingsChanged => {
                self.read_settings();
                self.refresh();
            }
            Message::Toast(tone, text) => self.toast = Some((tone, text, self.now)),
            Message::Vouched(word, after) => self.vouched(word, &after),
            Message::LoggedIn(session) => self.logged_in(session),
            Message::Speak(lang) => {
                self.lang = lang;
                self.config.lang = lang;
                self.tell_waiting();
                self.keep_config();
                self.refresh();
            }
            Message::Paint(theme) => {
                self.config.theme = Some(theme);
                self.theme = self.config.theme();
                self.keep_config();
                self.refresh();
            }
            Message::Quit => self.quit(),
        }
    }

    fn go(&mut self, tab: usize) {
        self.active = tab;
        self.with_tab(|tab, cx| {
            tab.enter();
            tab.refresh(cx);
        });
    }

    pub(super) fn push(&mut self, screen: Box<dyn Screen>) {
        self.layers.push(screen);
        self.with_top(|top, cx| top.refresh(cx));
    }

    /// The phrases lie over whatever is being done; the same key takes them away again.
    fn phrases(&mut self) {
        let top = self.layers.last();
        if top.is_some_and(|top| top.help_topic() == "phrases") {
            self.layers.pop();
        } else {
            let insertable = top.is_some_and(|top| top.takes_phrase());
            self.push(screens::phrases(insertable));
        }
    }

    /// Puts a screen in the place of what lies on the tabs, where both the one and the other can be.
    fn open(&mut self, make: impl FnOnce(&mut Cx) -> Option<Box<dyn Screen>>) {
        if self.clear_way()
            && let Some(screen) = self.make(make)
        {
            self.push(screen);
        }
    }

    /// Puts aside whatever lies on the tabs. `false` if something there must be answered first.
    pub(super) fn clear_way(&mut self) -> bool {
        while !self.layers.is_empty() {
            if !self.with_top(|top, cx| top.park(cx)) {
                return false;
            }
            self.layers.pop();
        }
        self.count_drafts();
        true
    }

    fn quit(&mut self) {
        if self.clear_way() {
            self.over = true;
        }
    }

    /// Writes what the tab in front shows.
    fn export(&mut self) {
        let Some(what) = self.tabs[self.active].exports() else {
            self.toast = Some((Tone::Plain, t(self.lang, "export.nothing", &[]), self.now));
            return;
        };
        self.open(|cx| Some(screens::export(what, cx)));
    }

    fn resume_latest(&mut self) {
        if !self.clear_way() {
            return;
        }
        let latest = self.session.as_ref().and_then(|session| {
            self.store.drafts(Some(session.name())).ok()?.into_iter().next().and_then(|draft| draft.id)
        });
        match latest {
            Some(id) => self.apply(Message::Resume(id)),
            None => self.toast = Some((Tone::Plain, t(self.lang, "ui.no_draft", &[]), self.now)),
        }
    }

    pub(super) fn show_case(&mut self, number: &str) {
        let Some(kind) = crate::desk::number::parse(number)
            .and_then(|(prefix, _, _)| self.store.kinds().by_prefix(prefix))
        else {
            return;
        };
        if !self.clear_way() {
            return;
        }
        let tab = screens::tab_of(self.store.kinds(), kind);
        self.go(tab);
        self.with_tab(|tab, cx| tab.show_case(number, cx));
    }

    fn act(&mut self, number: &str, action: &'static str) {
        self.open(|cx| screens::act(number, action, cx));
    }
}
