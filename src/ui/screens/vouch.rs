//! A supervisor's word at the receptionist's screen: who agrees, and her PIN.

use crossterm::event::{Event, KeyCode, MouseEventKind};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::list::{Cursor, List};
use crate::counter::authority::Deed;
use crate::counter::{self, operators};
use crate::desk::field::Values;
use crate::desk::people::{Operator, Role as Duty};
use crate::desk::why::Why;
use crate::text::lang::t;
use crate::text::plain::{harmless, plain};
use crate::text::width::{Align, fit, pad, width, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Columns of the popup.
const COLUMNS: u16 = 64;
/// Supervisors that are shown at once.
const SHOWN: usize = 6;

/// What is done when the word was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// The screen below does once more what was refused.
    Again,
    /// An action that asks for nothing.
    Act(String, &'static str),
    /// The form of a new case of a kind, with what is known of it.
    Open(&'static str, Values),
}

/// Asking for a supervisor's word.
pub struct Vouch {
    deed: Deed,
    after: After,
    /// Why the operator alone is refused.
    why: String,
    what: String,
    able: Vec<Operator>,
    list: List,
    pin: Option<TextEdit>,
    problem: Option<String>,
}

impl Vouch {
    /// Asks for the word that lifts a refusal; `None` where nobody can give it, or none is needed.
    pub fn lifting(why: &Why, deed: Deed, after: After, cx: &mut Cx) -> Option<Self> {
        let needed = why.needs.filter(|needed| cx.session.role() < *needed)?;
        let able = cx.tell(operators::who_vouches(cx.store, cx.session))?;
        let able: Vec<Operator> = able.into_iter().filter(|operator| operator.role >= needed).collect();
        if able.is_empty() {
            return None;
        }
        let mut list = List::default();
        list.set_len(able.len(), None);
        let verb = counter::say::verb(deed.verb(), deed.subject(), cx.store.kinds(), cx.lang);
        let what = format!("{verb}  {}", deed.subject());
        // Where only one can give it, nobody has to be chosen.
        let pin = (able.len() == 1).then(|| TextEdit::secret(operators::PIN_MAX));
        Some(Self { deed, after, why: cx.say(why), what, able, list, pin, problem: None })
    }

    fn chosen(&self) -> Option<&Operator> {
        self.able.get(self.list.selected()?)
    }

    fn give(&mut self, cx: &mut Cx) {
        let (Some(name), Some(pin)) = (self.chosen().map(|one| one.name.clone()), &self.pin) else { return };
        // An input method may write full-width digits.
        let pin = plain(&pin.text());
        match operators::vouch(cx.store, cx.session, cx.now, &self.deed, &name, &pin) {
            Ok(word) => {
                cx.send(Message::Close);
                cx.send(Message::Vouched(word, self.after.clone()));
            }
            Err(error) => {
                self.pin = Some(TextEdit::secret(operators::PIN_MAX));
                self.problem = Some(counter::say::say(&error, cx.lang, cx.settings.calendar.tz()));
            }
        }
    }

    fn begin(&mut self) {
        self.pin = Some(TextEdit::secret(operators::PIN_MAX));
        self.problem = None;
    }

    fn choose(&mut self, code: KeyCode) -> bool {
        match code {
            KeyCode::Enter => self.begin(),
            KeyCode::Char(digit) if plain(&digit.to_string()).parse::<usize>().is_ok() => {
                let place = plain(&digit.to_string()).parse().unwrap_or(0_usize).wrapping_sub(1);
                if place < self.able.len() {
                    self.list.select(place);
                    self.begin();
                }
            }
            code => return self.list.key(code) != Cursor::Ignored,
        }
        true
    }
}

impl Screen for Vouch {
    fn refresh(&mut self, _: &mut Cx) {}

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match (event, &mut self.pin) {
            (Event::Key(key), Some(_)) if key.code == KeyCode::Enter => self.give(cx),
            (Event::Key(key), pin) if key.code == KeyCode::Esc => {
                if pin.is_some() && self.able.len() > 1 {
                    self.pin = None;
                } else {
                    cx.send(Message::Close);
                }
            }
            (Event::Key(key), None) => return self.choose(key.code),
            (Event::Key(_) | Event::Paste(_), Some(pin)) => {
                self.problem = None;
                return pin.event(event).is_some();
            }
            (Event::Mouse(mouse), _) => {
                let hit = self.list.mouse(*mouse) != Cursor::Ignored;
                if hit && matches!(mouse.kind, MouseEventKind::Down(_)) {
                    self.begin();
                }
            }
            _ => return false,
        }
        true
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "ui.vouch.title", &[]), None, true);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let columns = usize::from(inner.width);
        let mut y = 0;
        let mut put = |frame: &mut Frame, text: String, role: Role| {
            if y < inner.height {
                let place = Rect { y: inner.y + y, height: 1, ..inner };
                frame.render_widget(Line::styled(text, look.theme.style(role)), place);
            }
            y += 1;
        };
        put(frame, fit(&harmless(&self.what), columns), Role::Title);
        for line in wrap(&self.why, columns).into_iter().take(2) {
            put(frame, line, Role::Dim);
        }
        put(frame, t(look.lang, "ui.vouch.who", &[]), Role::Text);
        let rows = self.able.len().min(SHOWN) as u16;
        let list = Rect { y: inner.y + y, height: rows.min(inner.height.saturating_sub(y)), ..inner };
        for (row, index) in self.list.window(list).enumerate() {
            let operator = &self.able[index];
            let duty = t(look.lang, &format!("people.role.{}", Duty::id(operator.role)), &[]);
            let name = pad(&fit(&harmless(&operator.name), 24), 24, Align::Left);
            let mut line = Line::raw(format!(" {}  {name}  {duty}", index + 1));
            if self.list.selected() == Some(index) {
                line = line.style(look.theme.style(Role::Selected));
            }
            frame.render_widget(line, Rect { y: list.y + row as u16, height: 1, ..list });
        }
        let y = list.bottom() + 1;
        if let Some(pin) = &mut self.pin
            && y < inner.bottom()
        {
            let label = format!("{} ", t(look.lang, "ui.login.pin", &[]));
            let line = Rect { y, height: 1, ..inner };
            frame.render_widget(Line::styled(label.clone(), look.theme.style(Role::Text)), line);
            let columns = width(&label) as u16;
            let field =
                Rect { x: line.x + columns, width: line.width.saturating_sub(columns).min(32), ..line };
            pin.draw(frame, field, look.theme.style(Role::FieldFocused), true);
        }
        if let Some(problem) = &self.problem {
            for (row, text) in wrap(problem, columns).into_iter().take(2).enumerate() {
                let place = Rect { y: y + 1 + row as u16, height: 1, ..inner };
                if place.y < inner.bottom() {
                    frame.render_widget(Line::styled(text, look.theme.style(Role::Error)), place);
                }
            }
        }
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let enter = if self.pin.is_some() { "ui.key.agree" } else { "ui.key.choose" };
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, enter, &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn takes_text(&self) -> bool {
        self.pin.is_some()
    }

    fn help_topic(&self) -> &'static str {
        "vouch"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, COLUMNS, self.able.len().min(SHOWN) as u16 + 10))
    }
}
