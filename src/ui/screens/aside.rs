//! What every form that is put aside has: its draft, the question whether it is left, and how both are shown.

use chrono::{DateTime, Utc};
use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use serde_json::Value;

use crate::store::StoreError;
use crate::store::drafts::Draft;
use crate::text::lang::t;
use crate::text::width::wrap;
use crate::ui::cx::{Cx, Hint, Message, Tone};
use crate::ui::form::Form;
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// Rows of a sentence below a form.
const SENTENCE: usize = 3;

/// What a draft is kept under.
pub struct DraftOf {
    /// The kind, or what stands in its place.
    pub kind: String,
    /// The case that an action is done on.
    pub subject: Option<String>,
    /// What it is called in a list.
    pub title: String,
    /// What was typed.
    pub body: Value,
}

/// What was answered to the question whether a form is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It is put aside.
    Parked,
    /// What was typed is thrown away.
    ThrownAway,
    /// It goes on, or the question stays.
    Stays,
}

/// The draft of a form, and what is said below it.
pub struct Aside {
    /// When the form was opened.
    pub begun_at: DateTime<Utc>,
    /// The draft that it is kept in.
    pub draft: Option<i64>,
    /// Something typed waits to be written.
    pub unsaved: bool,
    /// Whether it is being asked if what was typed is thrown away.
    pub asks_to_leave: bool,
    /// Why it was not saved.
    pub problem: Option<String>,
}

impl Aside {
    /// Of a form that is opened now.
    #[must_use]
    pub const fn new(now: DateTime<Utc>) -> Self {
        Self { begun_at: now, draft: None, unsaved: false, asks_to_leave: false, problem: None }
    }

    /// Goes on with a draft that was taken up again.
    pub const fn resume(&mut self, draft: &Draft) {
        self.draft = draft.id;
        self.begun_at = draft.begun_at;
    }

    /// Writes the draft; `false` where that failed, which was said.
    pub fn write(&mut self, of: DraftOf, parked: bool, cx: &mut Cx) -> bool {
        let DraftOf { kind, subject, title, body } = of;
        let draft = Draft {
            id: self.draft,
            operator: cx.session.name().to_owned(),
            kind,
            subject,
            title,
            begun_at: self.begun_at,
            saved_at: cx.now,
            parked,
            body,
        };
        let written = cx.store.put_draft(&draft);
        if !parked && matches!(written, Err(StoreError::Busy)) {
            // Another desk is saving: what is typed is written with the next try.
            return false;
        }
        let id = cx.read(written);
        if id.is_some() {
            self.draft = id;
            self.unsaved = false;
        }
        id.is_some()
    }

    /// The form is done with: its draft goes.
    pub fn drop_draft(&mut self, cx: &mut Cx) {
        self.unsaved = false;
        if let Some(id) = self.draft.take() {
            let dropped = cx.store.drop_draft(id);
            cx.read(dropped);
        }
    }

    /// Nothing typed is nothing to keep; a draft taken up again stays one.
    #[must_use]
    pub const fn has_to_be_kept(&self, form: &Form) -> bool {
        form.is_changed() || self.draft.is_some()
    }

    /// Closes a form that was put aside, and says how it is taken up again.
    pub fn say_parked(cx: &mut Cx) {
        cx.send(Message::Close);
        let words = t(cx.lang, "ui.form.parked", &[("key", &cx.keymap.label(Command::ResumeDraft))]);
        cx.toast(Tone::Plain, words);
    }

    /// Takes the answer to the question whether the form is left.
    pub fn answer_leave(&mut self, event: &Event, cx: &Cx) -> Left {
        let Event::Key(key) = event else { return Left::Stays };
        if cx.keymap.is(key, Command::Park) {
            self.asks_to_leave = false;
            return Left::Parked;
        }
        match key.code {
            KeyCode::Enter => return Left::ThrownAway,
            KeyCode::Esc => self.asks_to_leave = false,
            _ => {}
        }
        Left::Stays
    }

    /// The keys while that is asked.
    #[must_use]
    pub fn leave_hints(look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        vec![
            hint(look.keymap.label(Command::Park), "ui.key.park"),
            hint("Enter".into(), "ui.key.throw_away"),
            hint("Esc".into(), "ui.key.go_on"),
        ]
    }

    /// Draws the form, and below it the question or why it was not saved.
    pub fn draw(&self, form: &mut Form, frame: &mut Frame, area: Rect, look: &Look) {
        let words =
            if self.asks_to_leave { Some(t(look.lang, "ui.form.leave", &[])) } else { self.problem.clone() };
        let lines = words.map(|words| wrap(&words, usize::from(area.width).max(1))).unwrap_or_default();
        let below = lines.len().min(SENTENCE) as u16;
        let body = Rect { height: area.height.saturating_sub(below), ..area };
        form.draw(frame, body, look);
        for (row, line) in lines.into_iter().take(SENTENCE).enumerate() {
            let place = Rect { y: body.bottom() + row as u16, height: 1, ..area };
            frame.render_widget(Line::styled(line, look.theme.style(Role::Error)), place);
        }
    }
}
