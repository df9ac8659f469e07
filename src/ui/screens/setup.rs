//! The first start: the community's name and its first operator, asked for at the screen.

use crossterm::event::{Event, KeyCode, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::counter::community::{self, Setup};
use crate::counter::operators::PIN_MAX;
use crate::counter::{self, CounterError, recovery};
use crate::desk::people::Role as Duty;
use crate::desk::why::Why;
use crate::text::lang::{Lang, t};
use crate::text::plain::plain;
use crate::text::width::{Align, pad, width, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::options::{Choice, Chosen, Options};
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Longest name that can be typed; the counter says where it is too long.
const NAME_MAX: usize = 80;
/// Columns of the page.
const COLUMNS: u16 = 76;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Language,
    Community,
    Operator,
    Role,
    Pin,
    Again,
}

impl Ask {
    const fn label(self) -> &'static str {
        match self {
            Self::Language => "setup.field.language",
            Self::Community => "setup.field.community",
            Self::Operator => "setup.field.operator",
            Self::Role => "setup.field.role",
            Self::Pin => "setup.field.pin",
            Self::Again => "setup.field.again",
        }
    }
}

#[allow(clippy::large_enum_variant)] // there are six of them
enum Widget {
    Text(TextEdit),
    Options(Options),
}

struct Item {
    ask: Ask,
    widget: Widget,
    problem: Option<String>,
    place: Rect,
}

/// Setting a new book up.
pub struct SetUp {
    items: Vec<Item>,
    focus: usize,
    problem: Option<String>,
    /// Esc was pressed: the person is asked whether to leave.
    asks_to_leave: bool,
    /// There was a community here before: copies of it lie there.
    gone: bool,
}

fn languages() -> Vec<Choice> {
    // Each language by its own name: who can't read the one finds the other.
    Lang::ALL.map(|lang| Choice::new(lang.tag(), t(lang, "setup.own_name", &[]))).to_vec()
}

/// Who may be the first: somebody who can add the others.
fn duties(lang: Lang) -> Vec<Choice> {
    let able = Duty::ALL.into_iter().filter(|duty| *duty >= Duty::Supervisor);
    able.map(|duty| Choice::new(duty.id(), t(lang, &format!("people.role.{}", duty.id()), &[]))).collect()
}

impl SetUp {
    /// The questions, in this language until another is chosen; `gone` where copies of a book lie there.
    pub fn new(lang: Lang, gone: bool) -> Self {
        let options = |choices, chosen: &str| {
            let mut options = Options::new(choices, false);
            options.set(Some(chosen));
            Widget::Options(options)
        };
        let item = |ask, widget| Item { ask, widget, problem: None, place: Rect::ZERO };
        let items = vec![
            item(Ask::Language, options(languages(), lang.tag())),
            item(Ask::Community, Widget::Text(TextEdit::new(false, NAME_MAX))),
            item(Ask::Operator, Widget::Text(TextEdit::new(false, NAME_MAX))),
            item(Ask::Role, options(duties(lang), Duty::Supervisor.id())),
            item(Ask::Pin, Widget::Text(TextEdit::secret(PIN_MAX))),
            item(Ask::Again, Widget::Text(TextEdit::secret(PIN_MAX))),
        ];
        Self { items, focus: 1, problem: None, asks_to_leave: false, gone }
    }

    fn text(&self, ask: Ask) -> String {
        let item = self.items.iter().find(|item| item.ask == ask);
        match item.map(|item| &item.widget) {
            Some(Widget::Text(edit)) => edit.text(),
            Some(Widget::Options(options)) => options.value().unwrap_or_default(),
            None => String::new(),
        }
    }

    /// The PIN as the login reads it: an input method may write full-width digits.
    fn pin(&self, ask: Ask) -> String {
        plain(&self.text(ask))
    }

    fn typed_anything(&self) -> bool {
        [Ask::Community, Ask::Operator, Ask::Pin, Ask::Again]
            .into_iter()
            .any(|ask| !self.text(ask).is_empty())
    }

    fn complain(&mut self, ask: Ask, words: String) {
        if let Some(item) = self.items.iter_mut().find(|item| item.ask == ask) {
            item.problem = Some(words);
        }
    }

    fn save(&mut self, cx: &mut Cx) {
        self.problem = None;
        self.items.iter_mut().for_each(|item| item.problem = None);
        let (community, operator) = (self.text(Ask::Community), self.text(Ask::Operator));
        let (pin, again) = (self.pin(Ask::Pin), self.pin(Ask::Again));
        let role = Duty::from_id(&self.text(Ask::Role)).unwrap_or(Duty::Supervisor);
        let setup = Setup { community: &community, operator: &operator, role, pin: &pin };
        for why in community::faults(&setup) {
            self.refuse(&why, cx);
        }
        if pin != again {
            self.complain(Ask::Again, t(cx.lang, "setup.pins_differ", &[]));
        }
        if let Some(first) = self.items.iter().position(|item| item.problem.is_some()) {
            self.focus = first;
            return;
        }
        match community::init(cx.store, cx.now, &setup) {
            Ok(session) => {
                let code = recovery::new_recovery_code(cx.store, &session, cx.now, session.name());
                let name = session.name().to_owned();
                cx.send(Message::LoggedIn(session));
                cx.send(Message::Push(Box::new(Offer)));
                if let Some(code) = cx.tell(code) {
                    cx.send(Message::Push(super::recovery_code(name, code)));
                }
            }
            Err(CounterError::Refused(why)) => self.refuse(&why, cx),
            Err(error) => {
                self.problem = Some(counter::say::say(&error, cx.lang, cx.settings.calendar.tz()));
            }
        }
    }

    fn refuse(&mut self, why: &Why, cx: &Cx) {
        let words = cx.say(why);
        let ask = match why.field.as_deref() {
            Some("community") => Some(Ask::Community),
            Some("name") => Some(Ask::Operator),
            Some("role") => Some(Ask::Role),
            Some("pin") => Some(Ask::Pin),
            _ => None,
        };
        match ask {
            Some(ask) => self.complain(ask, words),
            None => self.problem = Some(words),
        }
    }

    fn step(&mut self, by: isize) {
        let count = self.items.len() as isize;
        self.focus = (self.focus as isize + by).rem_euclid(count) as usize;
    }

    /// The language was chosen: the screen speaks it from now on.
    fn speak(&mut self, cx: &mut Cx) {
        let Ok(lang) = self.text(Ask::Language).parse::<Lang>() else { return };
        for item in &mut self.items {
            // What was said in the other language is said anew at the next save.
            item.problem = None;
            if let (Ask::Role, Widget::Options(options)) = (item.ask, &mut item.widget) {
                options.offer(duties(lang));
            }
        }
        self.problem = None;
        if lang != cx.lang {
            cx.send(Message::Speak(lang));
        }
    }

    fn type_into(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Some(item) = self.items.get_mut(self.focus) else { return false };
        let (taken, picked) = match &mut item.widget {
            Widget::Text(edit) => (edit.event(event).is_some(), false),
            Widget::Options(options) => match options.event(event) {
                Chosen::Ignored => (false, false),
                Chosen::Taken | Chosen::Changed => (true, false),
                Chosen::Picked => (true, true),
            },
        };
        if !taken {
            return false;
        }
        item.problem = None;
        if item.ask == Ask::Language {
            self.speak(cx);
        }
        if picked {
            self.step(1);
        }
        true
    }

    fn key(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if self.type_into(event, cx) {
            return true;
        }
        let Event::Key(key) = event else { return false };
        match key.code {
            KeyCode::Enter if self.focus + 1 == self.items.len() => self.save(cx),
            KeyCode::Enter | KeyCode::Tab | KeyCode::Down => self.step(1),
            KeyCode::BackTab | KeyCode::Up => self.step(-1),
            KeyCode::Esc => self.ask_to_leave(cx),
            _ => return false,
        }
        true
    }

    fn ask_to_leave(&mut self, cx: &mut Cx) {
        if self.typed_anything() || !self.asks_to_leave {
            self.asks_to_leave = true;
        } else {
            cx.send(Message::Quit);
        }
    }
}

impl Screen for SetUp {
    fn refresh(&mut self, _: &mut Cx) {}

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Event::Key(key) = event {
            match cx.keymap.resolve(key, Place::Everywhere) {
                Some(Command::Quit) => {
                    self.asks_to_leave = true;
                    return true;
                }
                Some(Command::Language) => {
                    let other = cx.lang.other();
                    if let Some(Item { widget: Widget::Options(options), .. }) = self.items.first_mut() {
                        options.set(Some(other.tag()));
                    }
                    self.speak(cx);
                    return true;
                }
                _ => {}
            }
            if self.asks_to_leave {
                match key.code {
                    KeyCode::Enter => cx.send(Message::Quit),
                    KeyCode::Esc => self.asks_to_leave = false,
                    _ => {}
                }
                return true;
            }
            if cx.keymap.resolve(key, Place::Form) == Some(Command::Save) {
                self.save(cx);
                return true;
            }
        }
        if let Event::Mouse(mouse) = event {
            let hit =
                self.items.iter().position(|item| item.place.contains((mouse.column, mouse.row).into()));
            let (Some(at), MouseEventKind::Down(_)) = (hit, mouse.kind) else { return false };
            self.focus = at;
            match &mut self.items[at].widget {
                Widget::Text(edit) => edit.click(mouse.column, mouse.row),
                Widget::Options(_) => {
                    self.type_into(event, cx);
                }
            }
            return true;
        }
        self.key(event, cx)
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let (words, role) =
            if self.gone { ("setup.gone", Role::DueSoon) } else { ("setup.welcome", Role::Dim) };
        let welcome = wrap(&t(look.lang, words, &[]), usize::from(COLUMNS.min(area.width)) - 4);
        let page = parts::centre(area, COLUMNS, welcome.len() as u16 + 17);
        let inner = parts::framed(frame, page, look, &t(look.lang, "setup.title", &[]), None, true);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let mut y = inner.y;
        for line in welcome {
            let place = Rect { y, height: 1, ..inner };
            frame.render_widget(Line::styled(line, look.theme.style(role)), place);
            y += 1;
        }
        y += 1;
        let said = |ask: Ask| t(look.lang, ask.label(), &[]);
        let labels = self.items.iter().map(|item| width(&said(item.ask))).max().unwrap_or(0) + 2;
        let focus = self.focus;
        let asks = self.asks_to_leave;
        for (at, item) in self.items.iter_mut().enumerate() {
            let focused = at == focus && !asks;
            let role = if focused { Role::Accent } else { Role::Text };
            let line = Rect { y, height: 1, ..inner };
            let label = pad(&said(item.ask), labels, Align::Left);
            frame.render_widget(Line::styled(label, look.theme.style(role)), line);
            let field = Rect {
                x: inner.x + labels as u16,
                y,
                width: inner.width.saturating_sub(labels as u16),
                height: 1,
            };
            item.place = field;
            match &mut item.widget {
                Widget::Text(edit) => {
                    let role = if focused { Role::FieldFocused } else { Role::Field };
                    edit.draw(frame, field, look.theme.style(role), focused);
                }
                Widget::Options(options) => {
                    options.fit_into(field.width);
                    options.draw(frame, field, look, focused);
                }
            }
            if let Some(problem) = &item.problem {
                let words = crate::text::width::fit(&format!("! {problem}"), usize::from(field.width));
                let place = Rect { y: y + 1, ..field };
                frame.render_widget(Line::styled(words, look.theme.style(Role::Error)), place);
            }
            y += 2;
        }
        let (words, role) = match (&self.problem, asks) {
            (_, true) => (t(look.lang, "setup.leave", &[]), Role::Error),
            (Some(problem), _) => (problem.clone(), Role::Error),
            _ => (t(look.lang, "setup.hint", &[]), Role::Dim),
        };
        for line in wrap(&words, usize::from(inner.width)).into_iter().take(2) {
            if y < inner.bottom() {
                frame.render_widget(
                    Line::styled(line, look.theme.style(role)),
                    Rect { y, height: 1, ..inner },
                );
            }
            y += 1;
        }
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.asks_to_leave {
            return vec![hint("Enter".into(), "ui.key.quit"), hint("Esc".into(), "ui.key.go_on")];
        }
        vec![
            hint(look.keymap.label(Command::Save), "setup.key.make"),
            hint("Tab".into(), "ui.key.next_field"),
            hint(look.keymap.label(Command::Language), "ui.key.language"),
            hint("Esc".into(), "ui.key.quit"),
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "setup"
    }
}

/// Right after the set-up: a roster may be taken in.
struct Offer;

impl Screen for Offer {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "setup.offer.title", &[]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        let words = t(look.lang, "setup.offer.words", &[("key", &look.keymap.label(Command::Import))]);
        for (y, line) in wrap(&words, usize::from(inner.width).saturating_sub(2)).into_iter().enumerate() {
            let place = Rect { x: inner.x + 1, y: inner.y + 1 + y as u16, height: 1, ..inner };
            if place.bottom() <= inner.bottom() {
                frame.render_widget(
                    Line::styled(line, look.theme.style(Role::Text)),
                    place.intersection(inner),
                );
            }
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        match key.code {
            KeyCode::Enter => {
                cx.send(Message::Close);
                cx.send(Message::Run(Command::Import));
            }
            KeyCode::Esc => cx.send(Message::Close),
            _ => return false,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "setup.key.import", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "setup.key.later", &[]) },
        ]
    }

    fn help_topic(&self) -> &'static str {
        "import"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 64, 7))
    }
}
