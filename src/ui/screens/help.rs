//! Contextual help: what this screen is for, and every key.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::text::lang::{t, try_t};
use crate::text::width::{Align, pad, wrap};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Columns of the keys of a command.
const KEYS: usize = 24;
/// Columns that a command takes with its keys; where two of them have room they stand side by side.
const COLUMN: usize = 58;

/// The help on a topic.
pub struct Help {
    topic: &'static str,
    scroll: u16,
    lines: u16,
    height: u16,
}

impl Help {
    pub const fn new(topic: &'static str) -> Self {
        Self { topic, scroll: 0, lines: 0, height: 0 }
    }

    fn content(&self, width: usize, look: &Look) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        let words = try_t(look.lang, &format!("help.{}", self.topic), &[])
            .unwrap_or_else(|| t(look.lang, "help.desk", &[]));
        for paragraph in words.lines() {
            for line in wrap(paragraph, width.max(1)) {
                lines.push(Line::styled(line, look.theme.style(Role::Text)));
            }
        }
        for (place, title) in [
            (Place::List, "help.keys_list"),
            (Place::Form, "help.keys_form"),
            (Place::Everywhere, "help.keys_everywhere"),
        ] {
            lines.push(Line::default());
            lines.push(Line::styled(t(look.lang, title, &[]), look.theme.style(Role::Accent)));
            let commands: Vec<Command> =
                Command::ALL.iter().copied().filter(|command| command.place() == place).collect();
            let abreast = (width / COLUMN).clamp(1, 2);
            let rows = commands.len().div_ceil(abreast);
            for row in 0..rows {
                let beside = commands.iter().skip(row).step_by(rows);
                lines.push(beside.flat_map(|command| said(*command, width / abreast, look)).collect());
            }
        }
        lines
    }
}

/// A key and what it does, as wide as a column.
fn said(command: Command, width: usize, look: &Look) -> [Span<'static>; 2] {
    let keys = pad(&format!("  {}", look.keymap.labels(command).join("  ")), KEYS, Align::Left);
    let does = t(look.lang, &format!("keys.{}", command.id()), &[]);
    let does = pad(&does, width.saturating_sub(KEYS), Align::Left);
    [Span::styled(keys, look.theme.style(Role::Key)), Span::styled(does, look.theme.style(Role::Text))]
}

impl Screen for Help {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let lines = self.content(usize::from(area.width.saturating_sub(2)), look);
        self.lines = lines.len() as u16;
        self.height = area.height.saturating_sub(2);
        self.scroll = self.scroll.min(self.lines.saturating_sub(self.height));
        let rest = self.lines.saturating_sub(self.scroll + self.height).to_string();
        let more = (rest != "0").then(|| t(look.lang, "help.more", &[("count", &rest)]));
        let title = t(look.lang, "help.title", &[]);
        let inner = parts::framed(frame, area, look, &title, more.as_deref(), true);
        let shown: Vec<Line> = lines.into_iter().skip(usize::from(self.scroll)).collect();
        frame.render_widget(Paragraph::new(shown), inner);
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let Event::Key(key) = event else { return false };
        let page = self.height.saturating_sub(2).max(1);
        match key.code {
            KeyCode::Esc | KeyCode::Enter => cx.send(Message::Close),
            KeyCode::Down => self.scroll = self.scroll.saturating_add(1),
            KeyCode::Up => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::PageDown => self.scroll = self.scroll.saturating_add(page),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(page),
            KeyCode::Home => self.scroll = 0,
            KeyCode::End => self.scroll = self.lines,
            _ => return false,
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) }]
    }

    fn help_topic(&self) -> &'static str {
        self.topic
    }
}
