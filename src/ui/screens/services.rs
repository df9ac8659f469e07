//! The counter's other services: the kinds that have no tab of their own, and the desk's own ways.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{Cursor, List};
use crate::desk::field::Values;
use crate::desk::kinds::Kinds;
use crate::text::lang::t;
use crate::text::say::kind_name;
use crate::text::width::{Align, pad};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

#[derive(Clone, Copy)]
enum Service {
    Kind(&'static str),
    Do(Command, &'static str),
}

/// The services there are.
pub struct Services {
    services: Vec<Service>,
    list: List,
}

impl Services {
    pub fn new(kinds: Kinds) -> Self {
        let mut services: Vec<Service> =
            kinds.iter().skip(super::OWN_TABS).map(|kind| Service::Kind(kind.id)).collect();
        services.extend([
            Service::Do(Command::Find, "ui.services.find"),
            Service::Do(Command::Phrases, "ui.services.phrases"),
            Service::Do(Command::Import, "ui.services.import"),
            Service::Do(Command::Settings, "ui.services.settings"),
        ]);
        let mut list = List::default();
        list.set_len(services.len(), None);
        Self { services, list }
    }

    fn choose(&self, cx: &mut Cx) {
        match self.list.selected().and_then(|index| self.services.get(index)) {
            Some(Service::Kind(kind)) => cx.send(Message::NewCase((*kind).to_owned(), Values::new())),
            Some(Service::Do(command, _)) => cx.send(Message::Run(*command)),
            None => {}
        }
    }
}

impl Screen for Services {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "ui.tab.services", &[]), None, true);
        for (y, index) in self.list.window(inner).enumerate() {
            let (name, key) = match self.services[index] {
                Service::Kind(kind) => (kind_name(look.lang, kind), String::new()),
                Service::Do(command, words) => (t(look.lang, words, &[]), look.keymap.label(command)),
            };
            let mut line = Line::from(vec![
                Span::styled(format!("  {}", pad(&name, 48, Align::Left)), look.theme.style(Role::Text)),
                Span::styled(key, look.theme.style(Role::Key)),
            ]);
            if self.list.selected() == Some(index) {
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match event {
            Event::Key(key) => match key.code {
                KeyCode::Enter => self.choose(cx),
                code => return self.list.key(code) != Cursor::Ignored,
            },
            Event::Mouse(mouse) if super::wheel(*mouse).is_some() => {
                self.list.mouse(*mouse);
            }
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                if self.list.mouse(*mouse) == Cursor::Ignored {
                    return false;
                }
                self.choose(cx);
            }
            _ => return false,
        }

        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![Hint { key: "Enter".into(), does: t(look.lang, "ui.key.choose", &[]) }]
    }

    fn help_topic(&self) -> &'static str {
        "services"
    }
}
