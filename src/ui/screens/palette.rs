//! The command palette: everything by its name, in words or pinyin.

use crossterm::event::{Event, KeyCode};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{Cursor, List};
use crate::desk::field::Values;
use crate::text::lang::t;
use crate::text::pinyin;
use crate::text::plain::plain;
use crate::text::say::kind_name;
use crate::text::width::{Align, fit, pad};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::{Role, Theme};

/// What an entry of the palette does.
#[derive(Clone)]
enum Does {
    Run(Command),
    New(String),
    Paint(Theme),
    Resume(i64),
}

struct Item {
    words: String,
    /// Words and their pinyin, for finding.
    haystack: String,
    key: String,
    does: Does,
}

/// The command palette.
pub struct Palette {
    query: TextEdit,
    items: Vec<Item>,
    found: Vec<usize>,
    list: List,
}

impl Default for Palette {
    fn default() -> Self {
        Self { query: TextEdit::new(false, 60), items: Vec::new(), found: Vec::new(), list: List::default() }
    }
}

impl Palette {
    fn collect(&mut self, cx: &mut Cx) {
        let mut items: Vec<(String, String, Does)> = Vec::new();
        for kind in cx.store.kinds().iter() {
            let words = t(cx.lang, "ui.palette.new", &[("kind", &kind_name(cx.lang, kind.id))]);
            let key = match kind.id {
                "call" => cx.keymap.label(Command::NewCall),
                "visit" => cx.keymap.label(Command::NewVisit),
                _ => String::new(),
            };
            items.push((words, key, Does::New(kind.id.to_owned())));
        }
        let drafts = cx.read(cx.store.drafts(Some(cx.session.name()))).unwrap_or_default();
        for draft in drafts {
            if let Some(id) = draft.id {
                items.push((
                    t(cx.lang, "ui.palette.resume", &[("title", &draft.title)]),
                    String::new(),
                    Does::Resume(id),
                ));
            }
        }
        for command in Command::ALL {
            // Most commands of lists and forms need the list or form they are for.
            let alone = command.tab().is_some()
                || command.place() == crate::ui::keys::Place::Everywhere
                || matches!(command, Command::CheckCode | Command::Export | Command::Reports);
            if alone && !matches!(command, Command::Palette | Command::NewCall | Command::NewVisit) {
                let words = t(cx.lang, &format!("keys.{}", command.id()), &[]);
                items.push((words, cx.keymap.label(*command), Does::Run(*command)));
            }
        }
        for theme in Theme::ALL {
            let words = t(
                cx.lang,
                "ui.palette.theme",
                &[("theme", &t(cx.lang, &format!("ui.theme.{}", theme.id()), &[]))],
            );
            items.push((words, String::new(), Does::Paint(theme)));
        }
        self.items = items
            .into_iter()
            .map(|(words, key, does)| {
                let keys = pinyin::keys(&words);
                let haystack = format!("{words} {} {}", keys.initials.join(" "), keys.full.join(" "));
                Item { words, haystack, key, does }
            })
            .collect();
    }

    fn search(&mut self) {
        let query = plain(&self.query.text());
        let pattern = Pattern::parse(&query, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = self
            .items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                let haystack = nucleo_matcher::Utf32Str::new(&item.haystack, &mut buffer);
                pattern.score(haystack, &mut matcher).map(|score| (score, index))
            })
            .collect();
        scored.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.found = scored.into_iter().map(|(_, index)| index).collect();
        self.list.set_len(self.found.len(), Some(0));
    }

    fn choose(&self, cx: &mut Cx) {
        let Some(item) =
            self.list.selected().and_then(|at| self.found.get(at)).map(|index| &self.items[*index])
        else {
            return;
        };
        cx.send(Message::Close);
        match item.does.clone() {
            Does::Run(command) => cx.send(Message::Run(command)),
            Does::New(kind) => cx.send(Message::NewCase(kind, Values::new())),
            Does::Paint(theme) => cx.send(Message::Paint(theme.id().to_owned())),
            Does::Resume(id) => cx.send(Message::Resume(id)),
        }
    }
}

impl Screen for Palette {
    fn refresh(&mut self, cx: &mut Cx) {
        self.collect(cx);
        self.search();
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "ui.palette.title", &[]), None, true);
        let line = Rect { height: 1, ..inner };
        self.query.draw(frame, line, look.theme.style(Role::FieldFocused), true);
        let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        for (y, at) in self.list.window(body).enumerate() {
            let item = &self.items[self.found[at]];
            let room = usize::from(inner.width).saturating_sub(12);
            let mut line = Line::from(vec![
                Span::styled(
                    format!(" {}", pad(&fit(&item.words, room), room, Align::Left)),
                    look.theme.style(Role::Text),
                ),
                Span::styled(item.key.clone(), look.theme.style(Role::Key)),
            ]);
            if self.list.selected() == Some(at) {
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
                Some(true) => self.search(),
                Some(false) => {}
                None => return false,
            },
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.choose", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "palette"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 66, 18))
    }
}
