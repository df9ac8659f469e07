//! All actions of a case: allowed ones to choose from, refused ones with the reason.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::case_view::CaseView;
use super::list::{Cursor, List};
use crate::desk::workflow::Offer;
use crate::text::lang::t;
use crate::text::plain::plain;
use crate::text::say::{say, word};
use crate::text::width::fit;
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// The menu of a case's actions.
pub struct Menu {
    number: String,
    kind: &'static str,
    offers: Vec<Offer>,
    list: List,
}

impl Menu {
    pub fn new(view: &CaseView) -> Self {
        let mut offers = view.offers().to_vec();
        offers.sort_by_key(|offer| offer.why_not.is_some());
        let mut list = List::default();
        list.set_len(offers.len(), None);
        Self { number: view.number().to_owned(), kind: view.kind().id, offers, list }
    }

    fn choose(&self, cx: &mut Cx) {
        let Some(offer) = self.list.selected().and_then(|index| self.offers.get(index)) else { return };
        // What only a role stands against can be done with a supervisor's word.
        if let Some(why) = offer.why_not.as_ref().filter(|why| why.needs.is_none()) {
            let words = cx.say(why);
            cx.toast(Tone::Bad, words);
        } else {
            cx.send(Message::Close);
            cx.send(Message::Act(self.number.clone(), offer.action));
        }
    }
}

impl Screen for Menu {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "ui.menu.title", &[("number", &self.number)]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        for (y, index) in self.list.window(inner).enumerate() {
            let offer = &self.offers[index];
            let name = word(look.lang, self.kind, "action", offer.action);
            let digit = if index < 9 { (index + 1).to_string() } else { " ".to_owned() };
            let mut spans = vec![Span::raw(format!(" {digit} "))];
            match &offer.why_not {
                None => spans.push(Span::styled(name, look.theme.style(Role::Text))),
                Some(why) => {
                    let why = say(why, look.lang, look.settings.calendar.tz());
                    let text = fit(&format!("{name}: {why}"), usize::from(inner.width).saturating_sub(4));
                    spans.push(Span::styled(text, look.theme.style(Role::Dim)));
                }
            }
            let mut line = Line::from(spans);
            if self.list.selected() == Some(index) {
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match event {
            Event::Key(key) => match key.code {
                KeyCode::Esc => cx.send(Message::Close),
                KeyCode::Enter => self.choose(cx),
                KeyCode::Char(c) if plain(&c.to_string()).parse::<usize>().is_ok_and(|digit| digit > 0) => {
                    let digit: usize = plain(&c.to_string()).parse().unwrap_or(1);
                    if digit <= self.offers.len() {
                        self.list.select(digit - 1);
                        self.choose(cx);
                    }
                }
                code => return self.list.key(code) != Cursor::Ignored,
            },
            Event::Mouse(mouse) if super::wheel(*mouse).is_some() => {
                self.list.mouse(*mouse);
            }
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                if self.list.mouse(*mouse) != Cursor::Ignored {
                    self.choose(cx);
                }
            }
            _ => return false,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.choose", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn help_topic(&self) -> &'static str {
        "actions"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 70, self.offers.len() as u16 + 2))
    }
}
