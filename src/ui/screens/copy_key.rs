//! The secret key of encrypted copies, shown this once to be written down or saved elsewhere.

use std::path::Path;

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::counter::copy_key::{NewKey, write_secret};
use crate::counter::say::say;
use crate::store::sealed::ExposeSecret as _;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::wrap;
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Longest path that is taken, in characters.
const PATH_MAX: usize = 1_000;

/// Showing a key.
pub struct CopyKey {
    key: NewKey,
    /// The file that it is to be saved as, being typed.
    file: Option<TextEdit>,
    /// What is offered for that.
    offered: String,
    /// What came of saving it; bad or good.
    said: Option<(String, Role)>,
}

impl CopyKey {
    /// The key that was just made.
    pub fn new(key: NewKey, cx: &Cx) -> Self {
        let day = cx.settings.calendar.day_of(cx.now).format("%Y%m%d");
        let home = directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned()).unwrap_or_default();
        let offered = home.join(format!("qiantai-backup-key-{day}.txt")).to_string_lossy().into_owned();
        Self { key, file: None, offered, said: None }
    }

    fn save(&mut self, cx: &Cx) {
        let Some(file) = self.file.take() else { return };
        let path = file.text().trim().to_owned();
        self.said = Some(match write_secret(&self.key, Path::new(&path)) {
            Ok(()) => (t(cx.lang, "backup.secret.saved", &[("file", &path)]), Role::Done),
            Err(error) => {
                self.offered = path;
                (say(&error, cx.lang, cx.settings.calendar.tz()), Role::Error)
            }
        });
    }
}

impl Screen for CopyKey {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let inner = parts::framed(frame, area, look, &t(look.lang, "backup.secret.title", &[]), None, true);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let room = usize::from(inner.width);
        let mut y = 1;
        let mut put = |frame: &mut Frame, text: String, role: Role| {
            let line = Rect { y: inner.y + y, height: 1, ..inner }.intersection(inner);
            frame.render_widget(Line::styled(text, look.theme.style(role)), line);
            y += 1;
        };
        // In one piece as far as there is room: so it can be marked and taken along.
        for line in wrap(self.key.secret.expose_secret(), room) {
            put(frame, line, Role::Title);
        }
        put(frame, String::new(), Role::Text);
        for line in wrap(&t(look.lang, "backup.secret.words", &[]), room).into_iter().take(5) {
            put(frame, line, Role::Text);
        }
        put(frame, String::new(), Role::Text);
        if let Some(file) = &mut self.file {
            put(frame, t(look.lang, "backup.secret.file", &[]), Role::Text);
            let line = Rect { y: inner.y + y, height: 1, ..inner }.intersection(inner);
            file.draw(frame, line, look.theme.style(Role::FieldFocused), true);
        } else if let Some((words, role)) = &self.said {
            for line in wrap(&harmless(words), room).into_iter().take(3) {
                put(frame, line, *role);
            }
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if let Event::Key(key) = event {
            match (key.code, &self.file) {
                (KeyCode::Enter, Some(_)) => self.save(cx),
                (KeyCode::Esc, Some(_)) => self.file = None,
                (KeyCode::Enter, None) => cx.send(Message::Close),
                (_, None) if cx.keymap.resolve(key, Place::List) == Some(Command::Slot1) => {
                    let mut file = TextEdit::new(false, PATH_MAX);
                    file.set(&self.offered);
                    self.file = Some(file);
                    self.said = None;
                }
                (_, None) => {}
                (_, Some(_)) => {
                    self.file.as_mut().and_then(|file| file.event(event));
                }
            }
        } else if let (Event::Paste(_), Some(file)) = (event, &mut self.file) {
            file.event(event);
        }
        // It can't be seen again: a key that was meant for something else does not take it away.
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        if self.file.is_some() {
            return vec![hint("Enter".into(), "ui.key.save"), hint("Esc".into(), "ui.key.back")];
        }
        vec![
            hint("Enter".into(), "ui.key.written_down"),
            hint(look.keymap.label(Command::Slot1), "backup.key.save_key"),
        ]
    }

    fn takes_text(&self) -> bool {
        self.file.is_some()
    }

    fn help_topic(&self) -> &'static str {
        "copies"
    }

    fn park(&mut self, cx: &mut Cx) -> bool {
        // Copies are encrypted to it already: gone unseen, it would take them with it.
        cx.toast(Tone::Plain, cx.t("backup.secret.first", &[]));
        false
    }

    fn popup(&self, body: Rect) -> Option<Rect> {
        Some(parts::centre(body, 80, 15))
    }
}
