//! Find everything: households and cases, while typing.
//!
//! A query runs on a thread of its own with its own connection; an answer to an older query never
//! takes the place of a newer one, and typing never waits: what is still looked for when something else
//! is typed is broken off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use chrono::NaiveDate;

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::cases::urgency_mark;
use super::list::{Cursor, List};
use crate::desk::kind::Phase;
use crate::desk::kinds::Kinds;
use crate::store::cases::Row;
use crate::store::find::HouseholdHit;
use crate::store::{Result, Store, StoreError};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::word;
use crate::text::sought::{Sought, places};
use crate::text::width::{Align, fit, pad};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::household::hit_line;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Households and cases that are asked for.
const LIMIT: usize = 30;

type Found = (Vec<HouseholdHit>, Vec<Row>);
type Answer = (u64, Result<Found>);

/// What is asked of the thread.
struct Question {
    number: u64,
    query: String,
    today: NaiveDate,
}

/// Finding by whatever the caller says first.
pub struct Find {
    query: TextEdit,
    asked: u64,
    answered: u64,
    /// The number of the newest question, as the thread sees it.
    newest: Arc<AtomicU64>,
    questions: Option<Sender<Question>>,
    answers: Option<Receiver<Answer>>,
    households: Vec<HouseholdHit>,
    cases: Vec<Row>,
    list: List,
    kinds: Option<Kinds>,
    /// Enter came before the answer to what is typed: what is shown yet answers something shorter.
    chosen_early: bool,
}

impl Default for Find {
    fn default() -> Self {
        Self {
            query: TextEdit::new(false, 100),
            asked: 0,
            answered: 0,
            newest: Arc::default(),
            questions: None,
            answers: None,
            households: Vec::new(),
            cases: Vec::new(),
            list: List::default(),
            kinds: None,
            chosen_early: false,
        }
    }
}

fn search(store: &Store, query: &str, today: NaiveDate) -> Result<Found> {
    // At one instant: each of the many short readings would otherwise ask for the file's lock by itself.
    store.snapshot(|store| Ok((store.find_households(query, LIMIT)?, store.find_cases(query, today, LIMIT)?)))
}

/// Answers questions until nobody asks any more; only the newest one matters.
fn answer(
    store: &mut Store,
    newest: &Arc<AtomicU64>,
    asked: &Receiver<Question>,
    tell: impl Fn(Answer) -> bool,
) {
    let under_way = Arc::new(AtomicU64::new(0));
    let (own, newest) = (Arc::clone(&under_way), Arc::clone(newest));
    let watched = store.stop_when(move || newest.load(Ordering::Relaxed) != own.load(Ordering::Relaxed));
    if let Err(error) = watched {
        tracing::warn!(%error, "a search that is under way cannot be broken off");
    }
    // What fails here fails again with the first question, where it is said.
    drop(store.prepare_to_find());
    while let Ok(mut question) = asked.recv() {
        while let Ok(newer) = asked.try_recv() {
            question = newer;
        }
        under_way.store(question.number, Ordering::Relaxed);
        let found = search(store, &question.query, question.today);
        // Something else was typed meanwhile.
        if matches!(found, Err(StoreError::Stopped)) {
            continue;
        }
        if !tell((question.number, found)) {
            return;
        }
    }
}

impl Find {
    /// Starts the thread that answers; a book in memory is asked directly.
    fn start(&mut self, cx: &Cx, wake: impl Fn() + Send + 'static) {
        let Some(Ok(mut store)) = cx.store.again() else { return };
        let (questions, asked) = channel();
        let (answers, come) = channel();
        let newest = Arc::clone(&self.newest);
        std::thread::spawn(move || {
            answer(&mut store, &newest, &asked, |found| {
                let heard = answers.send(found).is_ok();
                wake();
                heard
            });
        });
        self.questions = Some(questions);
        self.answers = Some(come);
    }

    fn ask(&mut self, cx: &mut Cx) {
        let query = self.query.text();
        self.asked += 1;
        self.chosen_early = false;
        self.newest.store(self.asked, Ordering::Relaxed);
        let today = cx.settings.calendar.day_of(cx.now);
        if query.trim().is_empty() {
            self.answered = self.asked;
            self.show(Vec::new(), Vec::new());
            return;
        }
        if let Some(questions) = &self.questions {
            // The thread is gone only when the screen is.
            drop(questions.send(Question { number: self.asked, query, today }));
            return;
        }
        let found = search(cx.store, &query, today);
        if let Some((households, cases)) = cx.read(found) {
            self.answered = self.asked;
            self.show(households, cases);
        }
    }

    fn show(&mut self, households: Vec<HouseholdHit>, cases: Vec<Row>) {
        self.households = households;
        self.cases = cases;
        self.list.set_len(self.households.len() + self.cases.len(), Some(0));
    }

    /// Takes answers that have come.
    fn take_answers(&mut self, cx: &mut Cx) {
        let Some(answers) = &self.answers else { return };
        let come: Vec<Answer> = answers.try_iter().collect();
        for (number, found) in come {
            if number > self.answered
                && let Some((households, cases)) = cx.read(found)
            {
                self.answered = number;
                if number == self.asked || self.households.is_empty() && self.cases.is_empty() {
                    self.show(households, cases);
                }
                if number == self.asked && std::mem::take(&mut self.chosen_early) {
                    self.choose(cx);
                }
            }
        }
    }

    fn choose(&mut self, cx: &mut Cx) {
        if self.answered < self.asked {
            self.chosen_early = true;
            return;
        }
        let Some(at) = self.list.selected() else { return };
        cx.send(Message::Close);
        if let Some(hit) = self.households.get(at) {
            cx.send(Message::ShowHousehold(hit.unit.clone()));
        } else if let Some(row) = self.cases.get(at - self.households.len()) {
            cx.send(Message::ShowCase(row.case.number.clone()));
        }
    }

    fn case_line(&self, row: &Row, columns: usize, look: &Look) -> Line<'static> {
        let phase = self
            .kinds
            .and_then(|kinds| kinds.get(&row.case.kind))
            .map_or(Phase::Todo, |k| k.phase(&row.case.state));
        let mark = parts::mark(urgency_mark(row, look, phase), look);
        let state = word(look.lang, &row.case.kind, "state", &row.case.state);
        let unit = row.case.unit.as_deref().unwrap_or_default();
        let who = row.case.contact.as_deref().unwrap_or_default();
        let rest = format!(" {}  {unit}  {who}  {}  {state}", row.case.number, look.summary(&row.case));
        let mut spans = vec![Span::raw(" "), Span::styled(pad(&mark.content, 2, Align::Left), mark.style)];
        let words = Sought::words(&self.query.text()).words;
        spans.extend(marked(&fit(&harmless(&rest), columns.saturating_sub(3)), &words, look));
        Line::from(spans)
    }
}

/// The text with what was looked for marked.
fn marked(text: &str, words: &[String], look: &Look) -> Vec<Span<'static>> {
    let (plain, found) = (look.theme.style(Role::Text), look.theme.style(Role::Accent));
    let mut spans = Vec::new();
    let mut at = 0;
    for place in places(text, words) {
        spans.push(Span::styled(text[at..place.start].to_owned(), plain));
        spans.push(Span::styled(text[place.clone()].to_owned(), found));
        at = place.end;
    }
    spans.push(Span::styled(text[at..].to_owned(), plain));
    spans
}

impl Drop for Find {
    /// Nobody waits for what is still looked for.
    fn drop(&mut self) {
        self.newest.store(u64::MAX, Ordering::Relaxed);
    }
}

impl Screen for Find {
    fn refresh(&mut self, cx: &mut Cx) {
        if self.kinds.is_none() {
            self.kinds = Some(cx.store.kinds());
            let wake = cx.wake();
            self.start(cx, wake);
        }
        self.take_answers(cx);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "ui.find.title", &[]), None, true);
        self.query.draw(frame, Rect { height: 1, ..inner }, look.theme.style(Role::FieldFocused), true);
        let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        if self.list.selected().is_none() {
            let key = match (self.query.is_empty(), self.asked == self.answered) {
                (true, _) => "ui.find.hint",
                (false, true) => "ui.find.nothing",
                (false, false) => "ui.find.searching",
            };
            parts::centred(frame, body, look, &t(look.lang, key, &[]));
            return;
        }
        for (y, at) in self.list.window(body).enumerate() {
            let chosen = self.list.selected() == Some(at);
            let mut line = match self.households.get(at) {
                Some(hit) => hit_line(hit, look, chosen),
                None => {
                    self.case_line(&self.cases[at - self.households.len()], usize::from(body.width), look)
                }
            };
            if chosen {
                if at >= self.households.len() {
                    line.spans[0] = Span::raw("\u{258c}");
                }
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match event {
            Event::Key(key) if key.code == KeyCode::Esc => cx.send(Message::Close),
            Event::Key(key) if key.code == KeyCode::Enter => self.choose(cx),
            Event::Key(key)
                if matches!(key.code, KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown) =>
            {
                self.list.key(key.code);
            }
            Event::Mouse(mouse) if super::wheel(*mouse).is_some() => {
                self.list.mouse(*mouse);
            }
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                if self.list.mouse(*mouse) != Cursor::Ignored {
                    self.choose(cx);
                }
            }
            other => match self.query.event(other) {
                Some(true) => self.ask(cx),
                Some(false) => {}
                None => return false,
            },
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.show", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "find"
    }
}
