//! Courtesy phrases 服务规范用语 and etiquette (source §四(一), §四(二)), found by typing.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{Cursor, List};
use crate::desk::settings::{ETIQUETTE_TOPICS, PHRASE_SORTS, Settings};
use crate::text::lang::{Lang, t};
use crate::text::pinyin;
use crate::text::plain::{harmless, plain};
use crate::text::width::{Align, fit, pad, width, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Rows below the list, for the whole of the chosen text.
const WHOLE: u16 = 3;

/// A phrase or a rule.
struct Entry {
    /// Its sort or topic, in words.
    sort: String,
    text: String,
    /// What it is found by: both languages, and pinyin.
    haystack: String,
    /// A phrase can be said and written, a rule is to be followed.
    said: bool,
}

/// The page of phrases and etiquette.
pub struct Phrases {
    query: TextEdit,
    entries: Vec<Entry>,
    found: Vec<usize>,
    list: List,
    /// A text under way below can take a phrase.
    insertable: bool,
}

impl Phrases {
    /// The page; `insertable` if a text is being typed below that can take a phrase.
    #[must_use]
    pub fn new(insertable: bool) -> Self {
        Self {
            query: TextEdit::new(false, 60),
            entries: Vec::new(),
            found: Vec::new(),
            list: List::default(),
            insertable,
        }
    }

    fn search(&mut self, place: Option<usize>) {
        let query = plain(&self.query.text()).to_lowercase();
        let fits = |entry: &Entry| query.split_whitespace().all(|word| entry.haystack.contains(word));
        self.found = (0..self.entries.len()).filter(|index| fits(&self.entries[*index])).collect();
        self.list.set_len(self.found.len(), place);
    }

    fn chosen(&self) -> Option<&Entry> {
        self.entries.get(*self.found.get(self.list.selected()?)?)
    }

    /// The chosen phrase goes into the text that is being typed below.
    fn insert(&self, cx: &mut Cx) {
        let Some(entry) = self.chosen().filter(|entry| self.insertable && entry.said) else { return };
        cx.send(Message::Close);
        cx.send(Message::Type(entry.text.clone()));
    }
}

/// All phrases by sort, then the rules by topic. Sorts that the program does not know come last.
fn entries(settings: &Settings, lang: Lang) -> Vec<Entry> {
    let place = |known: &[&str], id: &str| known.iter().position(|other| *other == id).unwrap_or(known.len());
    let mut phrases: Vec<_> = settings.phrases.iter().collect();
    phrases.sort_by_key(|phrase| place(&PHRASE_SORTS, &phrase.sort));
    let mut rules: Vec<_> = settings.etiquette.iter().collect();
    rules.sort_by_key(|rule| place(&ETIQUETTE_TOPICS, &rule.topic));
    let phrases =
        phrases.into_iter().map(|phrase| (true, t(lang, &sort_key(&phrase.sort), &[]), &phrase.text));
    let rules = rules.into_iter().map(|rule| (false, t(lang, &topic_key(&rule.topic), &[]), &rule.text));
    phrases
        .chain(rules)
        .map(|(said, sort, text)| {
            let spoken = settings.spoken(text);
            let keys = pinyin::keys(&spoken.zh);
            let parts = [sort.as_str(), &spoken.zh, &spoken.en, &keys.initials.join(" ")];
            Entry {
                haystack: plain(&parts.join(" ")).to_lowercase(),
                text: lang.of(&spoken).to_owned(),
                sort,
                said,
            }
        })
        .collect()
}

/// The key of the words for a sort of phrases.
pub(super) fn sort_key(sort: &str) -> String {
    format!("phrases.sort.{sort}")
}

/// The key of the words for a topic of etiquette.
pub(super) fn topic_key(topic: &str) -> String {
    format!("phrases.topic.{topic}")
}

impl Screen for Phrases {
    fn refresh(&mut self, cx: &mut Cx) {
        self.entries = entries(cx.settings, cx.lang);
        self.search(None);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let count = self.found.len().to_string();
        let title = t(look.lang, "phrases.title", &[("count", &count)]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        let line = Rect { height: 1, ..inner };
        let hint = self.query.is_empty().then(|| t(look.lang, "phrases.hint", &[]));
        self.query.draw(frame, line, look.theme.style(Role::FieldFocused), true);
        if let Some(hint) = hint {
            let place = Rect { x: line.x + 2, width: line.width.saturating_sub(2), ..line };
            let style = look.theme.style(Role::FieldFocused).patch(look.theme.style(Role::Dim));
            frame.render_widget(Line::styled(fit(&hint, usize::from(place.width)), style), place);
        }
        let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1 + WHOLE), ..inner };
        if self.found.is_empty() {
            parts::centred(frame, body, look, &t(look.lang, "phrases.nothing", &[]));
            return;
        }
        let sorts = self.entries.iter().map(|entry| width(&entry.sort)).max().unwrap_or(0).min(16);
        let mut before = None;
        for (y, at) in self.list.window(body).enumerate() {
            let entry = &self.entries[self.found[at]];
            let sort = if before == Some(&entry.sort) { "" } else { &entry.sort };
            before = Some(&entry.sort);
            let room = usize::from(inner.width).saturating_sub(sorts + 3);
            let mut line = Line::from(vec![
                Span::styled(
                    format!(" {} ", pad(&fit(sort, sorts), sorts, Align::Left)),
                    look.theme.style(Role::Accent),
                ),
                Span::styled(fit(&harmless(&entry.text), room), look.theme.style(Role::Text)),
            ]);
            if self.list.selected() == Some(at) {
                line = line.patch_style(look.theme.style(Role::Selected));
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
        if let Some(entry) = self.chosen() {
            let text = wrap(&harmless(&entry.text), usize::from(inner.width).max(1));
            for (y, words) in text.into_iter().take(usize::from(WHOLE)).enumerate() {
                let place = Rect { y: body.bottom() + y as u16, height: 1, ..inner };
                frame.render_widget(Line::styled(words, look.theme.style(Role::Title)), place);
            }
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        match event {
            Event::Key(key) => match key.code {
                KeyCode::Enter if self.insertable => self.insert(cx),
                KeyCode::Enter | KeyCode::Esc => cx.send(Message::Close),
                KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                    self.list.key(key.code);
                }
                _ => return self.type_into(event),
            },
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                if self.list.click(mouse.column, mouse.row) == Cursor::Stayed {
                    self.insert(cx);
                }
            }
            other => return self.type_into(other),
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        let mut hints = Vec::new();
        if self.insertable && self.chosen().is_some_and(|entry| entry.said) {
            hints.push(hint("Enter".into(), "phrases.insert"));
        }
        hints.push(hint("Esc".into(), "ui.key.back"));
        hints.push(hint(look.keymap.label(Command::Language), "ui.key.language"));
        hints
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "phrases"
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 96, body.height.saturating_sub(2).min(30)))
    }
}

impl Phrases {
    fn type_into(&mut self, event: &Event) -> bool {
        match self.query.event(event) {
            Some(true) => self.search(Some(0)),
            Some(false) => {}
            None => return false,
        }
        true
    }
}
