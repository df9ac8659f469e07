//! Who works at the desk: choose the operator, type the PIN.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::list::{Cursor, List};
use crate::counter;
use crate::counter::operators::PIN_MAX;
use crate::demo;
use crate::desk::people::Operator;
use crate::store::Store;
use crate::text::lang::t;
use crate::text::plain::{harmless, plain};
use crate::text::width::{Align, fit, pad, width};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Choosing the operator and typing the PIN.
pub struct Login {
    operators: Vec<Operator>,
    list: List,
    /// The PIN under way, once an operator is chosen.
    pin: Option<String>,
    problem: Option<String>,
    /// The PIN of everybody in a demonstration, where it is no secret.
    demo_pin: Option<String>,
    /// Who was at work when the screen was locked.
    was: Option<String>,
}

impl Login {
    /// The login over a book's operators.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        let operators: Vec<Operator> =
            store.operators().unwrap_or_default().into_iter().filter(|operator| !operator.disabled).collect();
        let mut list = List::default();
        list.set_len(operators.len(), None);
        let demo_pin = demo::pin_of(store).ok().flatten();
        Self { operators, list, pin: None, problem: None, demo_pin, was: None }
    }

    /// The same after a lock: who was at work is told, and stands first under the cursor.
    #[must_use]
    pub fn after(mut self, name: &str) -> Self {
        let place = self.operators.iter().position(|operator| operator.name == name);
        self.list.set_len(self.operators.len(), place);
        self.was = Some(name.to_owned());
        self
    }

    fn chosen(&self) -> Option<&Operator> {
        self.operators.get(self.list.selected()?)
    }

    fn enter(&mut self, cx: &mut Cx) {
        let (Some(operator), Some(pin)) = (self.chosen(), self.pin.clone()) else { return };
        let name = operator.name.clone();
        match counter::operators::login(cx.store, &name, &pin, cx.now) {
            Ok(session) => cx.send(Message::LoggedIn(session)),
            Err(error) => {
                self.pin = Some(String::new());
                self.problem = Some(counter::say::say(&error, cx.lang, cx.settings.calendar.tz()));
            }
        }
    }

    fn type_pin(&mut self, text: &str) {
        if let Some(pin) = &mut self.pin {
            // An input method may write full-width digits.
            pin.extend(plain(text).chars().filter(|c| !c.is_control()));
            *pin = pin.chars().take(PIN_MAX).collect();
            self.problem = None;
        }
    }

    fn choose(&mut self, code: KeyCode) -> bool {
        if let KeyCode::Char(digit) = code
            && let Some(place) =
                plain(&digit.to_string()).parse::<usize>().ok().and_then(|digit| digit.checked_sub(1))
            && place < self.operators.len()
        {
            self.list.select(place);
            self.pin = Some(String::new());
            return true;
        }
        if code == KeyCode::Enter && !self.operators.is_empty() {
            self.pin = Some(String::new());
            return true;
        }
        self.list.key(code) != Cursor::Ignored
    }
}

impl Screen for Login {
    fn refresh(&mut self, _cx: &mut Cx) {}

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match event {
            Event::Paste(text) => self.type_pin(text.lines().next().unwrap_or_default()),
            Event::Key(key) => match cx.keymap.resolve(key, Place::Everywhere) {
                Some(Command::Quit) => cx.send(Message::Quit),
                Some(Command::Language) => {
                    let other = cx.lang.other();
                    cx.send(Message::Speak(other));
                }
                _ => match (key.code, self.pin.as_mut()) {
                    (_, None) => return self.choose(key.code),
                    (KeyCode::Enter, Some(_)) => self.enter(cx),
                    (KeyCode::Esc, Some(_)) => {
                        self.pin = None;
                        self.problem = None;
                    }
                    (KeyCode::Backspace, Some(pin)) => {
                        pin.pop();
                    }
                    (KeyCode::Char(c), Some(_))
                        if !key.modifiers.contains(crossterm::event::KeyModifiers::CONTROL) =>
                    {
                        self.type_pin(&c.to_string());
                    }
                    _ => return false,
                },
            },
            Event::Mouse(mouse) if super::wheel(*mouse).is_some() => {
                self.list.mouse(*mouse);
            }
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                if self.list.mouse(*mouse) != Cursor::Ignored {
                    self.pin = Some(String::new());
                }
            }
            _ => return false,
        }
        true
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let rows = self.operators.len().min(12) as u16;
        let popup = parts::centre(area, 56, rows + 9);
        let title = t(look.lang, "ui.login.title", &[("community", &harmless(&look.settings.community))]);
        let inner = parts::framed(frame, popup, look, &title, None, true);
        let line = |y: u16| Rect { y: inner.y + y, height: 1, ..inner };
        let choose = match &self.was {
            Some(name) => t(look.lang, "ui.login.locked", &[("name", &harmless(name))]),
            None => t(look.lang, "ui.login.choose", &[]),
        };
        let choose = fit(&choose, usize::from(inner.width));
        frame.render_widget(Line::styled(choose, look.theme.style(Role::Dim)), line(0));
        let list_area = Rect { y: inner.y + 2, height: rows, ..inner };
        for (y, index) in self.list.window(list_area).enumerate() {
            let operator = &self.operators[index];
            let role = t(look.lang, &format!("people.role.{}", operator.role.id()), &[]);
            let name = pad(&fit(&harmless(&operator.name), 24), 24, Align::Left);
            let mut text = Line::raw(format!(" {}  {name}  {role}", index + 1));
            if self.list.selected() == Some(index) {
                text = text.style(look.theme.style(Role::Selected));
            }
            frame.render_widget(text, Rect { y: list_area.y + y as u16, height: 1, ..list_area });
        }
        let at = rows + 3;
        if let Some(pin) = &self.pin {
            let label = t(look.lang, "ui.login.pin", &[]);
            let dots = "*".repeat(pin.chars().count().min(30));
            let text = format!("{label} [{dots:<31}]");
            frame.render_widget(Line::styled(text, look.theme.style(Role::Text)), line(at));
            let x = inner.x + (width(&label) + 2 + dots.len()) as u16;
            frame.set_cursor_position(Position { x, y: inner.y + at });
        }
        if let (None, Some(pin)) = (&self.problem, &self.demo_pin) {
            let hint = t(look.lang, "demo.hint", &[("pin", pin)]);
            frame.render_widget(Line::styled(hint, look.theme.style(Role::Dim)), line(at + 2));
        }
        if let Some(problem) = &self.problem {
            for (y, text) in
                crate::text::width::wrap(problem, usize::from(inner.width)).into_iter().take(2).enumerate()
            {
                frame.render_widget(
                    Line::styled(text, look.theme.style(Role::Error)),
                    line(at + 2 + y as u16),
                );
            }
        }
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let enter = if self.pin.is_some() { "ui.key.log_in" } else { "ui.key.choose" };
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, enter, &[]) },
            Hint { key: look.keymap.label(Command::Language), does: t(look.lang, "ui.key.language", &[]) },
            Hint { key: look.keymap.label(Command::Quit), does: t(look.lang, "ui.key.quit", &[]) },
        ]
    }

    fn takes_text(&self) -> bool {
        self.pin.is_some()
    }

    fn help_topic(&self) -> &'static str {
        "login"
    }

    fn park(&mut self, _cx: &mut Cx) -> bool {
        true
    }
}
