//! Who sits at the screen: logging in and being locked out, what is said then, and a supervisor's word.

use std::time::Duration;

use chrono::TimeDelta;

use super::App;
use crate::counter::authority::Voucher;
use crate::counter::{Session, operators, recovery, shifts};
use crate::demo;
use crate::desk::field::Values;
use crate::desk::people::Role;
use crate::text::lang::t;
use crate::ui::cx::{Cx, Message, Screen, Tone};
use crate::ui::keys::Command;
use crate::ui::screens;
use crate::ui::screens::After;

/// How long before the screen is locked it is said.
const LOCK_WARNING: TimeDelta = TimeDelta::seconds(30);

impl App {
    /// How long until the screen is locked because nobody touches it; `None` while that can't be.
    pub(super) fn idle_left(&self) -> Option<TimeDelta> {
        let minutes = self.settings.lock_minutes;
        if self.session.is_none() || minutes == 0 {
            return None;
        }
        let left = TimeDelta::minutes(i64::from(minutes)) - (self.now - self.touched);
        Some(left.max(TimeDelta::zero()))
    }

    /// Whether the screen is about to be locked, which is said beforehand.
    pub(in crate::ui) fn locks_soon(&self) -> bool {
        self.idle_left().is_some_and(|left| left <= LOCK_WARNING)
    }

    /// How long until it is said that the screen will be locked, or until it is.
    #[must_use]
    pub fn lock_wait(&self) -> Option<Duration> {
        let left = self.idle_left()?;
        let left = if left > LOCK_WARNING { left - LOCK_WARNING } else { left };
        // A little later than the instant itself, so that it has come then.
        left.to_std().ok().map(|left| left + Duration::from_millis(5))
    }

    /// Nobody has touched the screen for long: what is being typed is parked and the login asks who is there.
    pub(super) fn lock_idle(&mut self) {
        if !self.lock() {
            // What can't be put aside now (the disk is full, an import is being written) is not lost for
            // that: it is tried again.
            self.touched = self.now;
        }
    }

    /// Somebody else takes the desk: what is being typed is parked, the screen asks for name and PIN.
    ///
    /// `false` if something there must be answered first.
    pub(super) fn lock(&mut self) -> bool {
        if !self.clear_way() {
            return false;
        }
        let login = match self.session.take() {
            Some(session) => screens::locked(&self.store, session.name()),
            None => screens::login(&self.store),
        };
        self.toast = None;
        self.layers.push(login);
        true
    }

    /// Who is at work stays so as the file has it now: another process may have given the operator
    /// another role, or none.
    pub(super) fn renew(&mut self) {
        let Some(session) = &self.session else { return };
        match operators::renew(&self.store, session) {
            Ok(Some(session)) => self.session = Some(session),
            Ok(None) => {
                self.lock();
            }
            Err(error) => self.fail(&error),
        }
    }

    pub(super) fn logged_in(&mut self, session: Session) {
        let text = t(self.lang, "ui.welcome", &[("name", session.name())]);
        self.session = Some(session);
        self.layers.clear();
        self.read_settings();
        self.read_board();
        self.touched = self.now;
        self.toast = Some((Tone::Good, text, self.now));
        self.remind_of_recovery();
        self.remind_of_shift();
        self.count_drafts();
        self.refresh();
        let torn = self.session.as_ref().and_then(|session| {
            let drafts = self.store.drafts(Some(session.name())).ok()?;
            drafts.into_iter().find(|draft| !draft.parked)
        });
        if let Some(draft) = torn {
            let words = t(self.lang, "ui.draft_recovered", &[("title", &draft.title)]);
            self.toast = Some((Tone::Plain, words, self.now));
        }
        if let Some(opening) = self.make(screens::opening_list) {
            self.push(opening);
        }
    }

    /// A book whose supervisors have no recovery code is lost with their PIN; that of a demonstration is
    /// known to everybody.
    fn remind_of_recovery(&mut self) {
        let above = self.session.as_ref().is_some_and(|session| session.role() >= Role::Supervisor);
        let missing = recovery::is_missing(&self.store).unwrap_or_default();
        if above && missing && !demo::is_demo(&self.store).unwrap_or_default() {
            let settings = self.keymap.label(Command::Settings);
            let key = self.keymap.label(screens::NEW_CODE);
            let words = t(self.lang, "ui.recovery.missing", &[("settings", &settings), ("key", &key)]);
            self.toast = Some((Tone::Plain, words, self.now));
        }
    }

    /// Whoever logs in and has not signed in to a shift is told how; nothing has to be answered.
    fn remind_of_shift(&mut self) {
        let Some(session) = &self.session else { return };
        let due = shifts::suggested(&self.settings, self.now).is_some()
            && shifts::are_kept(&self.store).unwrap_or_default()
            && matches!(shifts::own(&self.store, session), Ok(None));
        if due {
            let key = self.keymap.label(Command::SignIn);
            let words = t(self.lang, "ui.sign_in", &[("name", session.name()), ("key", &key)]);
            self.toast = Some((Tone::Plain, words, self.now));
        }
    }

    /// The shift under way of whoever is logged in, or the form to begin one.
    pub(super) fn sign_in(&mut self) {
        let Some(session) = &self.session else { return };
        match shifts::own(&self.store, session) {
            Ok(Some(shift)) => self.show_case(&shift.number),
            Ok(None) => {
                let mut values = Values::new();
                if let Some(code) = shifts::suggested(&self.settings, self.now) {
                    values.insert("category".into(), code.into());
                }
                self.apply(Message::NewCase("shift".into(), values));
            }
            Err(error) => self.fail(&error.into()),
        }
    }

    /// Does with a supervisor's word what was refused without it. The word is one deed's: the session
    /// that carries it is gone afterwards.
    pub(super) fn vouched(&mut self, word: Voucher, after: &After) {
        match after {
            After::Again if self.layers.is_empty() => self.with_tab(|tab, cx| tab.vouched(word, cx)),
            After::Again => self.with_top(|top, cx| top.vouched(word, cx)),
            After::Act(number, action) => self.by_word(word, |cx| screens::act(number, action, cx)),
            After::Open(kind, values) => {
                self.by_word(word, |cx| screens::new_case_by_word(kind, values.clone(), cx));
            }
        }
    }

    fn by_word(&mut self, word: Voucher, make: impl FnOnce(&mut Cx) -> Option<Box<dyn Screen>>) {
        let Some(session) = self.session.clone() else { return };
        self.session = Some(session.with(word));
        let form = self.make(make);
        self.session = Some(session);
        if let Some(form) = form {
            self.push(form);
        }
    }
}
