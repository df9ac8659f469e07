//! A row under way: its form, what the settings were when it was begun, and the draft behind it.

use chrono::{DateTime, Utc};
use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use serde::{Deserialize, Serialize};

use super::section::{Around, Doing, Edit, Section, WORDS};
use super::{DRAFT, around, people};
use crate::counter::{self, CounterError};
use crate::desk::field::Values;
use crate::desk::household::Resident;
use crate::desk::people::Operator;
use crate::desk::settings::Settings;
use crate::store::drafts::Draft;
use crate::store::find::HouseholdHit;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::wrap;
use crate::ui::cx::{Cx, Hint, Message, Tone};
use crate::ui::form::{Form, FormDraft, FormEvent, Sources};
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::options::Choice;
use crate::ui::theme::Role;

/// What an event did to the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The event is for somebody else.
    Ignored,
    /// Taken.
    Taken,
    /// The row is finished, or given up.
    Done,
}

/// What a draft keeps.
#[derive(Serialize, Deserialize)]
struct Kept {
    form: FormDraft,
    doing: Doing,
    row: Option<String>,
}

/// A row under way.
pub struct RowForm {
    form: Form,
    doing: Doing,
    row: Option<String>,
    /// The settings that the person looks at: a change by somebody else since then is refused.
    before: Settings,
    begun_at: DateTime<Utc>,
    draft: Option<i64>,
    unsaved: bool,
    asks_to_leave: bool,
    problem: Option<String>,
}

/// What the fields of a section offer.
struct Offered<'a> {
    section: &'a dyn Section,
    around: Around<'a>,
}

impl Sources for Offered<'_> {
    // No setting names a household or a person of one.
    fn households(&self, _: &str) -> Vec<HouseholdHit> {
        Vec::new()
    }

    fn residents(&self, _: &str) -> Vec<Resident> {
        Vec::new()
    }

    fn operators(&self) -> Vec<Operator> {
        self.around.operators.to_vec()
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.around.kinds.iter().map(|kind| kind.id).collect()
    }

    fn open_cases(&self, _: &str) -> Vec<Choice> {
        Vec::new()
    }

    fn choices(&self, key: &str) -> Option<Vec<Choice>> {
        self.section.choices(key, &self.around)
    }
}

impl RowForm {
    /// The form of a row, or of a new one.
    pub fn new(section: &dyn Section, doing: Doing, row: Option<String>, around: &Around, cx: &Cx) -> Self {
        let fields = section.fields(doing, row.as_deref());
        let all = row.as_deref().map(|row| section.values(row, around)).unwrap_or_default();
        let values: Values =
            all.into_iter().filter(|(key, _)| fields.iter().any(|field| field.key == key)).collect();
        let offered = Offered { section, around: *around };
        let mut form = Form::record(WORDS, &fields, values, &cx.context(None), &cx.look(), &offered);
        for key in people::SECRETS {
            form.hide(key);
        }
        // What is changed is looked at from the top; of several things shown row by row the chosen one is meant.
        if let Some(row) = &row {
            if let Some(first) = fields.first() {
                form.go_to(first.key);
            }
            form.go_to(row);
        }
        Self {
            form,
            doing,
            row,
            before: cx.settings.clone(),
            begun_at: cx.now,
            draft: None,
            unsaved: false,
            asks_to_leave: false,
            problem: None,
        }
    }

    /// Takes a draft up again.
    pub fn resume(section: &dyn Section, draft: &Draft, around: &Around, cx: &Cx) -> Option<Self> {
        let kept: Kept = serde_json::from_value(draft.body.clone()).ok()?;
        let mut row = Self::new(section, kept.doing, kept.row, around, cx);
        let offered = Offered { section, around: *around };
        row.form.restore(&kept.form, &cx.context(None), &cx.look(), &offered);
        row.draft = draft.id;
        row.begun_at = draft.begun_at;
        Some(row)
    }

    /// What its row is known by; `None` for a new one.
    pub fn row(&self) -> Option<&str> {
        self.row.as_deref()
    }

    /// Handles an event.
    pub fn event(
        &mut self,
        section: &dyn Section,
        event: &Event,
        operators: &[Operator],
        cx: &mut Cx,
    ) -> Told {
        if self.asks_to_leave {
            return self.answer_leave(section, event, cx);
        }
        let told = {
            let offered = Offered { section, around: around(cx, operators, None) };
            self.form.event(event, &cx.context(None), &cx.look(), &offered)
        };
        match told {
            FormEvent::Ignored => return Told::Ignored,
            FormEvent::Taken => {}
            FormEvent::Changed | FormEvent::Household(_) => self.unsaved = true,
            FormEvent::Submit => return self.save(section, cx),
            FormEvent::Park => return self.put_aside(section, cx),
            FormEvent::Leave if self.form.is_changed() => self.asks_to_leave = true,
            FormEvent::Leave => return self.throw_away(cx),
        }
        Told::Taken
    }

    fn save(&mut self, section: &dyn Section, cx: &mut Cx) -> Told {
        let look = cx.look();
        let Some(filled) = self.form.fill(&look) else {
            self.problem = Some(t(cx.lang, "ui.form.mend_first", &[]));
            return Told::Taken;
        };
        let edit = Edit {
            doing: self.doing,
            row: self.row.as_deref(),
            values: &filled.values,
            before: &self.before,
        };
        match section.carry_out(&edit, cx) {
            Ok(()) => {
                let words = t(cx.lang, "settings.saved", &[("section", &section.title(cx.lang))]);
                cx.toast(Tone::Good, words);
                self.throw_away(cx)
            }
            Err(error) => {
                self.refused(&error, cx);
                Told::Taken
            }
        }
    }

    /// What was typed stays. The settings are read again, so that saving once more counts on them.
    fn refused(&mut self, error: &CounterError, cx: &mut Cx) {
        self.problem = Some(counter::say::say(error, cx.lang, cx.settings.calendar.tz()));
        let CounterError::Refused(why) = error else { return };
        let look = cx.look();
        self.form.refuse(why, &look);
        if why.key == super::section::gone().key {
            self.row = None;
        }
        if let Some(Some(now)) = cx.read(cx.store.settings())
            && *now != self.before
        {
            self.before = (*now).clone();
            cx.send(Message::SettingsChanged);
        }
    }

    fn answer_leave(&mut self, section: &dyn Section, event: &Event, cx: &mut Cx) -> Told {
        let Event::Key(key) = event else { return Told::Ignored };
        if cx.keymap.is(key, Command::Park) {
            self.asks_to_leave = false;
            return self.put_aside(section, cx);
        }
        match key.code {
            KeyCode::Enter => return self.throw_away(cx),
            KeyCode::Esc => self.asks_to_leave = false,
            _ => {}
        }
        Told::Taken
    }

    fn put_aside(&mut self, section: &dyn Section, cx: &mut Cx) -> Told {
        if !self.park(&section.id(), &section.title(cx.lang), cx) {
            return Told::Taken;
        }
        let words = t(cx.lang, "ui.form.parked", &[("key", &cx.keymap.label(Command::ResumeDraft))]);
        cx.toast(Tone::Plain, words);
        cx.send(Message::Changed);
        Told::Done
    }

    fn throw_away(&mut self, cx: &mut Cx) -> Told {
        self.unsaved = false;
        if let Some(id) = self.draft.take() {
            let dropped = cx.store.drop_draft(id);
            cx.read(dropped);
            cx.send(Message::Changed);
        }
        Told::Done
    }

    /// Puts the row aside with everything typed, secrets left out.
    pub fn park(&mut self, section: &str, title: &str, cx: &mut Cx) -> bool {
        if !self.form.is_changed() && self.draft.is_none() {
            return true;
        }
        self.write_draft(section, title, true, cx)
    }

    /// Writes what was typed to the draft.
    pub fn save_draft(&mut self, section: &str, title: &str, cx: &mut Cx) {
        if self.unsaved {
            self.write_draft(section, title, false, cx);
        }
    }

    /// Whether something typed waits to be written.
    pub const fn draft_waits(&self) -> bool {
        self.unsaved
    }

    fn write_draft(&mut self, section: &str, title: &str, parked: bool, cx: &mut Cx) -> bool {
        let kept = Kept { form: self.form.draft(), doing: self.doing, row: self.row.clone() };
        let Ok(body) = serde_json::to_value(&kept) else { return false };
        let draft = Draft {
            id: self.draft,
            operator: cx.session.name().to_owned(),
            kind: DRAFT.to_owned(),
            subject: Some(section.to_owned()),
            title: format!("{} {title}", t(cx.lang, "settings.title", &[])),
            begun_at: self.begun_at,
            saved_at: cx.now,
            parked,
            body,
        };
        let kept = cx.store.put_draft(&draft);
        let Some(id) = cx.read(kept) else { return false };
        self.draft = Some(id);
        self.unsaved = false;
        true
    }

    /// The keys that can be pressed now.
    pub fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.asks_to_leave {
            return vec![
                hint(look.keymap.label(Command::Park), "ui.key.park"),
                hint("Enter".into(), "ui.key.throw_away"),
                hint("Esc".into(), "ui.key.go_on"),
            ];
        }
        vec![
            hint(look.keymap.label(Command::Save), "ui.key.save"),
            hint("Tab".into(), "ui.key.next_field"),
            hint("Esc".into(), "ui.key.back"),
        ]
    }

    /// Draws the form in the place of the table.
    pub fn draw(&mut self, section: &dyn Section, which: &str, frame: &mut Frame, area: Rect, look: &Look) {
        let does = t(look.lang, self.doing.key(), &[]);
        let title = format!("{}  {does}  {which}", section.title(look.lang));
        let inner = parts::framed(frame, area, look, title.trim(), None, true);
        let says =
            if self.asks_to_leave { Some(t(look.lang, "ui.form.leave", &[])) } else { self.problem.clone() };
        let lines =
            says.map(|words| wrap(&harmless(&words), usize::from(inner.width).max(1))).unwrap_or_default();
        let hint = t(look.lang, &format!("settings.about.{}", about(section)), &[]);
        let hints = wrap(&hint, usize::from(inner.width).max(1));
        let below = (lines.len().min(4) + hints.len().min(3)) as u16;
        let form = Rect { height: inner.height.saturating_sub(below + 1), ..inner };
        self.form.draw(frame, form, look);
        let said = lines.into_iter().take(4).map(|line| (line, Role::Error));
        let about = hints.into_iter().take(3).map(|line| (line, Role::Dim));
        for (y, (line, role)) in said.chain(about).enumerate() {
            let place = Rect { y: form.bottom() + 1 + y as u16, height: 1, ..inner }.intersection(inner);
            frame.render_widget(Line::styled(line, look.theme.style(role)), place);
        }
    }
}

/// Which sentence says what is to be known about a section; all catalogues share one.
fn about(section: &dyn Section) -> String {
    let id = section.id();
    if id.starts_with("catalogue.") { "catalogue".to_owned() } else { id }
}
