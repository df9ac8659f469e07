//! A form at work: a new case or an action, with the household beside it and a draft behind it.

use std::cmp::Reverse;

use crossterm::event::Event;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};

use super::answer_pane::AnswerPane;
use super::aside::{Aside, DraftOf, Left};
use super::courtesy;
use super::household_pane::HouseholdPane;
use super::recent_pane::RecentPane;
use super::vouch::{After, Vouch};
use crate::counter::authority::{Deed, Voucher};
use crate::counter::cases::{self, Act, NewCase};
use crate::counter::{CounterError, Result, Session};
use crate::desk::case::Case;
use crate::desk::field::{Field, Values};
use crate::desk::household::{Household, Resident};
use crate::desk::kind::Kind;
use crate::desk::people::Operator;
use crate::desk::workflow::{self, Context};
use crate::store::Store;
use crate::store::cases::Query;
use crate::store::drafts::Draft;
use crate::store::find::HouseholdHit;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::{kind_name, word};
use crate::text::width::fit;
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::form::{Form, FormDraft, FormEvent, Sources};
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::options::Choice;
use crate::ui::theme::Role;

/// Hits that the household box asks for.
const HITS: usize = parts::household::HITS;
/// From this width on the household stands beside the form.
const SIDE_BY_SIDE: u16 = 100;

/// What the form is for.
enum Purpose {
    New,
    Act { case: Box<Case>, action: &'static str },
}

/// What a draft keeps beside what was typed.
#[derive(Serialize, Deserialize)]
struct Kept {
    form: FormDraft,
    given: Values,
    action: Option<String>,
}

/// A form at work.
pub struct FormScreen {
    kind: &'static Kind,
    purpose: Purpose,
    form: Form,
    given: Values,
    aside: Aside,
    pane: Option<HouseholdPane>,
    /// What is read out from the knowledge base.
    answer: Option<AnswerPane>,
    recent: RecentPane,
    /// What is politely said at this moment.
    courtesy: String,
    /// The operator with the supervisor's word that was given for what is saved here.
    by_word: Option<Session>,
}

/// Most open cases of a kind that a field offers.
const OPEN_CASES: usize = 500;

/// What forms read from the book.
pub struct FromStore<'a>(pub &'a Store);

impl Sources for FromStore<'_> {
    // A box that finds nothing because the file can't be read still takes a unit as it is typed.
    fn households(&self, query: &str) -> Vec<HouseholdHit> {
        self.0.find_households(query, HITS).unwrap_or_default()
    }

    fn residents(&self, unit: &str) -> Vec<Resident> {
        self.0.household(unit).ok().flatten().map(|household| household.residents).unwrap_or_default()
    }

    fn operators(&self) -> Vec<Operator> {
        self.0.operators().unwrap_or_default()
    }

    fn kinds(&self) -> Vec<&'static str> {
        // What somebody brings becomes only what has somebody at its other end: no course, no ledger.
        let brought = |kind: &&'static Kind| kind.opening.iter().any(|field| field.key == "contact");
        self.0.kinds().iter().filter(brought).map(|kind| kind.id).collect()
    }

    fn only_cases(&self, fields: &[Field]) -> Values {
        cases::only_cases(self.0, fields).unwrap_or_default()
    }

    fn open_cases(&self, kind: &str) -> Vec<Choice> {
        let Some(kind) = self.0.kinds().get(kind) else { return Vec::new() };
        let query =
            Query { kind: Some(kind.id.to_owned()), open: Some(true), limit: OPEN_CASES, ..Query::default() };
        let mut cases: Vec<Case> =
            self.0.list(&query).unwrap_or_default().rows.into_iter().map(|row| row.case).collect();
        let Some(read) = kind.used else {
            let word = |case: &Case| format!("{}  {}", case.number, harmless(&case.summary));
            return cases.iter().map(|case| Choice::new(case.number.as_str(), word(case))).collect();
        };
        let uses = self.0.uses(kind).unwrap_or_default();
        cases.sort_by_key(|case| Reverse(uses.get(&case.number).copied().unwrap_or_default()));
        let choice = |case: Case| Choice {
            word: harmless(&case.summary).into_owned(),
            beside: case.text(read.found_by).unwrap_or_default(),
            id: case.number,
        };
        cases.into_iter().map(choice).collect()
    }
}

fn household_of(unit: Option<&str>, cx: &mut Cx) -> Option<Household> {
    let unit = cx.read(cx.store.spelled(unit?))?;
    cx.read(cx.store.household(&unit)).flatten()
}

impl FormScreen {
    /// The form of a new case of a kind.
    pub fn new_case(kind: &'static Kind, given: Values, cx: &mut Cx) -> Self {
        let form = Form::opening(kind, &given, &cx.context(None), &cx.look(), &FromStore(cx.store));
        let courtesy = courtesy::on_opening(kind, cx);
        let unit = given.get("unit").and_then(|unit| unit.as_str()).map(str::to_owned);
        let pane = unit.and_then(|unit| HouseholdPane::read(&unit, false, cx));
        let recent = RecentPane::read(kind, cx);
        Self {
            kind,
            purpose: Purpose::New,
            form,
            given,
            aside: Aside::new(cx.now),
            pane,
            answer: None,
            recent,
            courtesy,
            by_word: None,
        }
    }

    /// The same, saved by a session that carries a supervisor's word. A form that is put aside and taken up
    /// again goes without.
    pub fn by_word(mut self, session: &Session) -> Self {
        self.by_word = Some(session.clone());
        self
    }

    /// The form of an action on a case; `None` if the action asks for nothing.
    pub fn action(kind: &'static Kind, case: Case, action: &'static str, cx: &mut Cx) -> Option<Self> {
        let household = household_of(case.unit.as_deref(), cx);
        let declared = kind.action(action)?;
        let mut fields = workflow::inputs_of(kind, declared, cx.store.kinds(), None);
        if case.callbacks.iter().filter(|callback| callback.is_open()).count() < 2 {
            // Which of them is meant is a question only where several wait.
            fields.retain(|field| field.key != workflow::CALLBACK_ID.key);
        }
        if fields.is_empty() {
            return None;
        }
        let others = cases::others(cx.store, cx.session, &case);
        let others = cx.tell(others).unwrap_or_default();
        let owed = cases::owed(cx.store, cx.session, &case);
        let owed = cx.tell(owed).unwrap_or_default();
        let context = Context { others: &others, owed: &owed, ..cx.context(household.as_ref()) };
        let presets = workflow::presets(&fields, Some(&case), &context);
        let given = case.values();
        let form = Form::action(kind, &fields, presets, &context, &cx.look(), &FromStore(cx.store)).on(&case);
        let pane = case.unit.as_deref().and_then(|unit| HouseholdPane::read(unit, false, cx));
        let recent = RecentPane::read(kind, cx);
        Some(Self {
            kind,
            purpose: Purpose::Act { case: Box::new(case), action },
            form,
            given,
            aside: Aside::new(cx.now),
            pane,
            answer: None,
            recent,
            courtesy: courtesy::on_action(kind, action, cx),
            by_word: None,
        })
    }

    /// Takes a draft up again.
    pub fn resume(draft: &Draft, cx: &mut Cx) -> Option<Self> {
        let kind = cx.store.kinds().get(&draft.kind)?;
        let kept: Kept = serde_json::from_value(draft.body.clone()).ok()?;
        let mut screen = match (&draft.subject, &kept.action) {
            (Some(number), Some(action)) => {
                let case = cx.read(cx.store.case(number)).flatten()?;
                let action = kind.action(action)?.id;
                Self::action(kind, case, action, cx)?
            }
            _ => Self::new_case(kind, kept.given, cx),
        };
        screen.form.restore(&kept.form, &cx.context(None), &cx.look(), &FromStore(cx.store));
        screen.aside.resume(draft);
        let unit = screen.form.value("unit", &cx.look());
        if let Some(unit) = unit.as_ref().and_then(|unit| unit.as_str()) {
            screen.pane = HouseholdPane::read(unit, false, cx);
        }
        Some(screen)
    }

    fn write_draft(&mut self, parked: bool, cx: &mut Cx) -> bool {
        let (subject, action) = match &self.purpose {
            Purpose::New => (None, None),
            Purpose::Act { case, action } => (Some(case.number.clone()), Some((*action).to_owned())),
        };
        let kept = Kept { form: self.form.draft(), given: self.given.clone(), action };
        let Ok(body) = serde_json::to_value(&kept) else { return false };
        let name = kind_name(cx.lang, self.kind.id);
        let title = format!("{name} {}", self.form.title());
        self.aside.write(DraftOf { kind: self.kind.id.to_owned(), subject, title, body }, parked, cx)
    }

    /// What saving does.
    fn deed(&self) -> Deed {
        match &self.purpose {
            Purpose::New => Deed::open(self.kind.id),
            Purpose::Act { case, action } => Deed::act(&case.number, action),
        }
    }

    fn save(&mut self, session: &Session, cx: &mut Cx) {
        let look = cx.look();
        let Some(filled) = self.form.fill(&look) else {
            self.aside.problem = Some(t(cx.lang, "ui.form.mend_first", &[]));
            return;
        };
        self.aside.problem = None;
        let result = match &self.purpose {
            Purpose::New => cases::open(
                cx.store,
                session,
                cx.now,
                &NewCase {
                    kind: self.kind.id.to_owned(),
                    values: filled.values,
                    at_once: filled.at_once,
                    draft: self.aside.draft,
                },
            ),
            Purpose::Act { case, action } => self.act(case, action, filled.values, session, cx),
        };
        match result {
            Ok(done) => {
                // It went with the save.
                (self.aside.unsaved, self.aside.draft) = (false, None);
                let mut text = self.saved_words(&done, cx);
                if !done.also.is_empty() {
                    let numbers: Vec<&str> = done.also.iter().map(|case| case.number.as_str()).collect();
                    text.push_str(&t(cx.lang, "ui.form.also", &[("numbers", &numbers.join(" "))]));
                }
                match self.next_one(&done.case) {
                    Some(given) => *self = Self::new_case(self.kind, given, cx),
                    None => cx.send(Message::Close),
                }
                cx.send(Message::Changed);
                if matches!(self.purpose, Purpose::New) {
                    // What was just opened is what something is done with next.
                    cx.send(Message::Opened(done.case.number));
                }
                cx.toast(Tone::Good, text);
            }
            Err(CounterError::Refused(why)) => {
                let look = cx.look();
                self.form.refuse(&why, &look);
                self.aside.problem = Some(cx.say(&why));
                if let Some(ask) = Vouch::lifting(&why, self.deed(), After::Again, cx) {
                    cx.send(Message::Push(Box::new(ask)));
                }
            }
            Err(error) => cx.fail(&error),
        }
    }

    /// What the next form of a stack keeps of the case just saved; `None` where no further one follows.
    fn next_one(&self, saved: &Case) -> Option<Values> {
        let kept = self.kind.repeats;
        let follows = matches!(self.purpose, Purpose::New) && !kept.is_empty();
        follows.then(|| kept.iter().map(|key| ((*key).to_owned(), saved.get(key))).collect())
    }

    fn act(
        &self,
        case: &Case,
        action: &str,
        values: Values,
        session: &Session,
        cx: &mut Cx,
    ) -> Result<cases::Done> {
        let inputs = if action == "amend" { Self::amended(case, values) } else { values };
        let act = Act {
            number: &case.number,
            action,
            inputs: &inputs,
            revision: Some(case.revision),
            draft: self.aside.draft,
        };
        cases::act_with_draft(cx.store, session, cx.now, &act)
    }

    /// Of an amendment only what differs is sent.
    fn amended(case: &Case, values: Values) -> Values {
        values.into_iter().filter(|(key, value)| key == "reason" || case.get(key) != *value).collect()
    }

    fn saved_words(&self, done: &cases::Done, cx: &Cx) -> String {
        let kind = self.kind;
        let state = word(cx.lang, kind.id, "state", &done.case.state);
        let what = match &self.purpose {
            Purpose::New => "ui.form.opened",
            Purpose::Act { .. } => "ui.form.acted",
        };
        let mut words = t(cx.lang, what, &[("number", &done.case.number), ("state", &state)]);
        words.push_str(&courtesy::on_closing(kind, &done.case.state, cx));
        words
    }

    fn title(&self, look: &Look) -> String {
        let kind = self.kind;
        let tz = look.settings.calendar.tz();
        match &self.purpose {
            Purpose::New => {
                let clock = self.aside.begun_at.with_timezone(&tz).format("%H:%M:%S").to_string();
                let name = kind_name(look.lang, kind.id);
                t(look.lang, "ui.form.new", &[("kind", &name), ("prefix", kind.prefix), ("clock", &clock)])
            }
            Purpose::Act { case, action } => {
                format!("{}  {}", word(look.lang, kind.id, "action", action), case.number)
            }
        }
    }

    /// The form; what the household owes stands in it where its page is not beside it.
    fn draw_form(&mut self, frame: &mut Frame, area: Rect, look: &Look, beside: bool) {
        let title = self.title(look);
        let mut inner = parts::framed(frame, area, look, &title, None, true);
        if !self.courtesy.is_empty() && inner.height > 5 {
            let words = fit(&harmless(&self.courtesy), usize::from(inner.width));
            frame
                .render_widget(Line::styled(words, look.theme.style(Role::Dim)), Rect { height: 1, ..inner });
            inner = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
        }
        let owes = self.pane.as_ref().filter(|_| !beside).and_then(|pane| pane.owes(look));
        let mut above = Vec::new();
        if let Purpose::Act { case, .. } = &self.purpose {
            let summary = look.summary(case);
            let who = [case.unit.as_deref(), case.contact.as_deref(), Some(summary.as_str())];
            let who: Vec<&str> = who.into_iter().flatten().collect();
            let taken = owes.as_ref().map_or(0, |owes| owes.width() + 2);
            let words = fit(&harmless(&who.join("  ")), usize::from(inner.width).saturating_sub(taken));
            above.push(Span::styled(format!("{words}  "), look.theme.style(Role::Dim)));
        }
        above.extend(owes);
        if !above.is_empty() {
            frame.render_widget(Line::from(above), Rect { height: 1, ..inner });
            inner = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        }
        self.aside.draw(&mut self.form, frame, inner, look);
    }
}

impl Screen for FormScreen {
    fn refresh(&mut self, cx: &mut Cx) {
        self.form.speak(&cx.look(), &FromStore(cx.store));
        self.recent = RecentPane::read(self.kind, cx);
        if let Some(unit) = self.pane.as_ref().map(|pane| pane.unit().to_owned()) {
            self.pane = HouseholdPane::read(&unit, false, cx);
        }
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        if area.width >= SIDE_BY_SIDE && self.popup(area).is_none() {
            let [form, side] =
                Layout::horizontal([Constraint::Percentage(64), Constraint::Percentage(36)]).areas(area);
            self.draw_form(frame, form, look, true);
            match (&mut self.answer, &mut self.pane) {
                (Some(answer), _) => answer.draw(frame, side, look),
                (None, Some(pane)) => pane.draw(frame, side, look, false),
                (None, None) => self.recent.draw(frame, side, look),
            }
        } else if let Some(answer) = &mut self.answer {
            // The form scrolls, and so does what is read out.
            let below = Constraint::Length(answer.rows(area.width, look).min(area.height * 3 / 5));
            let [form, below] = Layout::vertical([Constraint::Min(0), below]).areas(area);
            answer.draw(frame, below, look);
            self.draw_form(frame, form, look, false);
        } else {
            self.draw_form(frame, area, look, false);
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if self.aside.asks_to_leave {
            return self.answer_leave(event, cx);
        }
        if self.answer.as_mut().is_some_and(|answer| answer.event(event)) {
            return true;
        }
        let told = self.form.event(event, &cx.context(None), &cx.look(), &FromStore(cx.store));
        self.follow_answer(cx);
        match told {
            FormEvent::Ignored => return false,
            FormEvent::Taken => {}
            FormEvent::Changed => self.aside.unsaved = true,
            FormEvent::Household(hit) => {
                self.aside.unsaved = true;
                self.pane = HouseholdPane::read(&hit.unit, false, cx);
            }
            FormEvent::Submit => {
                let session = self.by_word.as_ref().unwrap_or(cx.session).clone();
                self.save(&session, cx);
            }
            FormEvent::Park => {
                if self.park(cx) {
                    Aside::say_parked(cx);
                }
            }
            FormEvent::Leave if self.form.is_changed() => self.aside.asks_to_leave = true,
            FormEvent::Leave => self.throw_away(cx),
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.aside.asks_to_leave {
            return Aside::leave_hints(look);
        }
        let mut hints = vec![
            hint(look.keymap.label(Command::Save), "ui.key.save"),
            hint(look.keymap.label(Command::Park), "ui.key.park"),
        ];
        if self.form.in_lines() {
            for command in [Command::AddLine, Command::DeleteLine] {
                hints.push(hint(look.keymap.label(command), &format!("keys.{}", command.id())));
            }
        }
        if self.answer.as_ref().is_some_and(AnswerPane::is_cut) {
            hints.push(hint("PageDown".into(), "ui.key.read_on"));
        }
        hints.extend([hint("Tab".into(), "ui.key.next_field"), hint("Esc".into(), "ui.key.back")]);
        hints
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn takes_phrase(&self) -> bool {
        !self.aside.asks_to_leave && self.form.is_in_long_text()
    }

    fn help_topic(&self) -> &'static str {
        self.kind.id
    }

    fn park(&mut self, cx: &mut Cx) -> bool {
        !self.aside.has_to_be_kept(&self.form) || self.write_draft(true, cx)
    }

    fn save_draft(&mut self, cx: &mut Cx) {
        if self.aside.unsaved {
            self.write_draft(false, cx);
        }
    }

    fn vouched(&mut self, word: Voucher, cx: &mut Cx) {
        let session = cx.session.with(word);
        // Where a field has to be mended first, the word is not asked for once more.
        self.by_word = Some(session.clone());
        self.save(&session, cx);
    }

    fn draft_waits(&self) -> bool {
        self.aside.unsaved
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        // A short action does not hide the case it is about.
        match &self.purpose {
            Purpose::Act { action, .. }
                if *action != "amend" && self.form.is_short() && self.answer.is_none() =>
            {
                Some(parts::centre(body, 76, (self.form.last_height() + 7).clamp(12, body.height)))
            }
            _ => None,
        }
    }
}

impl FormScreen {
    fn answer_leave(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match self.aside.answer_leave(event, cx) {
            Left::Parked if self.park(cx) => Aside::say_parked(cx),
            Left::ThrownAway => self.throw_away(cx),
            Left::Parked | Left::Stays => {}
        }
        matches!(event, Event::Key(_))
    }

    /// The answer that the form names stands beside it.
    fn follow_answer(&mut self, cx: &mut Cx) {
        let named = self.form.named_case();
        if named.as_deref() != self.answer.as_ref().map(AnswerPane::number) {
            // What is still being typed is no number of a case, and read as none.
            self.answer = named.and_then(|number| AnswerPane::read(&number, cx));
        }
    }

    fn throw_away(&mut self, cx: &mut Cx) {
        self.aside.drop_draft(cx);
        cx.send(Message::Close);
    }
}
