//! Choosing the file: a path that is typed and completed, beside a list of what the directory holds.

use std::path::{Path, PathBuf};

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::list::{Cursor, List};
use crate::exchange::files::{Entry, entries, parted};
use crate::text::lang::t;
use crate::text::pinyin;
use crate::text::plain::harmless;
use crate::text::width::{fit, width};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Longest path that is taken, in characters.
const PATH_MAX: usize = 1_000;
/// The directory above.
const ABOVE: &str = "..";

/// What an event did.
pub(super) enum Picked {
    Ignored,
    Taken,
    /// This file is meant.
    File(PathBuf),
}

/// The choice of a file.
pub(super) struct Files {
    typed: TextEdit,
    /// Where paths that begin at no root begin.
    from: PathBuf,
    home: Option<PathBuf>,
    /// The directory that was read last, with what it holds.
    directory: PathBuf,
    held: Vec<Entry>,
    /// What of it goes on what is typed.
    left: Vec<usize>,
    list: List,
    /// The person went through the list: the chosen row counts, not what is typed.
    chosen: bool,
    unreadable: Option<String>,
}

impl Files {
    pub(super) fn new() -> Self {
        let home = directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let from = std::env::current_dir().ok().or_else(|| home.clone()).unwrap_or_default();
        let mut files = Self {
            typed: TextEdit::new(false, PATH_MAX),
            from,
            home,
            directory: PathBuf::new(),
            held: Vec::new(),
            left: Vec::new(),
            list: List::default(),
            chosen: false,
            unreadable: None,
        };
        files.go(&files.from.clone());
        files
    }

    /// Shows a file's directory with the file typed.
    pub(super) fn show(&mut self, file: &Path) {
        self.typed.set(&file.to_string_lossy());
        self.directory = PathBuf::new();
        self.read();
    }

    /// Goes into a directory.
    fn go(&mut self, directory: &Path) {
        let mut text = directory.to_string_lossy().into_owned();
        if !text.ends_with(std::path::is_separator) {
            text.push(std::path::MAIN_SEPARATOR);
        }
        self.typed.set(&text);
        self.read();
    }

    /// Reads the directory, if another one is typed, and keeps what goes on what is typed.
    fn read(&mut self) {
        let (directory, name) = parted(&self.typed.text(), &self.from, self.home.as_deref());
        if directory != self.directory {
            let above = directory.parent().map(|above| Entry {
                name: ABOVE.to_owned(),
                path: above.to_owned(),
                is_directory: true,
            });
            let (held, unreadable) = match entries(&directory) {
                Ok(held) => (held, None),
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            self.held = above.into_iter().chain(held).collect();
            self.unreadable = unreadable;
            self.directory = directory;
        }
        let wanted = name.to_lowercase();
        let begins = |entry: &Entry| {
            entry.name.to_lowercase().starts_with(&wanted)
                || pinyin::keys(&entry.name).initials.iter().any(|key| key.starts_with(&wanted))
        };
        let fits =
            |entry: &Entry| wanted.is_empty() || entry.name.to_lowercase().contains(&wanted) || begins(entry);
        self.left = (0..self.held.len()).filter(|at| fits(&self.held[*at])).collect();
        self.left.sort_by_key(|at| !begins(&self.held[*at]));
        // The first file is more likely meant than the way up.
        let first = self.left.iter().position(|at| self.held[*at].name != ABOVE).unwrap_or(0);
        self.list.set_len(self.left.len(), Some(first));
        self.chosen = false;
    }

    fn entry(&self) -> Option<&Entry> {
        self.held.get(*self.left.get(self.list.selected()?)?)
    }

    fn typed_path(&self) -> PathBuf {
        let (directory, name) = parted(self.typed.text().trim(), &self.from, self.home.as_deref());
        directory.join(name)
    }

    fn take(&mut self) -> Picked {
        let typed = self.typed_path();
        let entry = self.entry().cloned();
        if !self.chosen && typed.is_file() {
            return Picked::File(typed);
        }
        match entry {
            Some(entry) if entry.is_directory => {
                self.go(&entry.path);
                Picked::Taken
            }
            Some(entry) => Picked::File(entry.path),
            // What can't be found is tried all the same: the refusal says what is wrong with it.
            None => Picked::File(typed),
        }
    }

    fn complete(&mut self) {
        let Some(entry) = self.entry().cloned() else { return };
        if entry.is_directory {
            self.go(&entry.path);
        } else {
            self.typed.set(&entry.path.to_string_lossy());
            self.read();
        }
    }

    pub(super) fn event(&mut self, event: &Event) -> Picked {
        match event {
            Event::Key(key) => match key.code {
                KeyCode::Enter => return self.take(),
                KeyCode::Tab => self.complete(),
                KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                    self.chosen |= self.list.key(key.code) == Cursor::Moved;
                }
                // At the end of a path one step to the right goes into the chosen directory.
                _ => return self.type_into(event),
            },
            Event::Mouse(mouse) if matches!(mouse.kind, crossterm::event::MouseEventKind::Down(_)) => {
                if self.list.click(mouse.column, mouse.row) == Cursor::Ignored {
                    return Picked::Ignored;
                }
                self.chosen = true;
                return self.take();
            }
            other => return self.type_into(other),
        }
        Picked::Taken
    }

    fn type_into(&mut self, event: &Event) -> Picked {
        match self.typed.event(event) {
            Some(true) => {
                self.read();
                Picked::Taken
            }
            Some(false) => Picked::Taken,
            None => Picked::Ignored,
        }
    }

    pub(super) fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look, typing: bool) {
        let label = format!("{} ", t(look.lang, "import.file", &[]));
        let columns = width(&label) as u16;
        let line = Rect { height: 1, ..area };
        frame.render_widget(Line::styled(label, look.theme.style(Role::Accent)), line);
        let field =
            Rect { x: area.x + columns, width: area.width.saturating_sub(columns), height: 1, ..area };
        let role = if typing { Role::FieldFocused } else { Role::Field };
        self.typed.draw(frame, field, look.theme.style(role), typing);
        let hint = fit(&t(look.lang, "import.file_hint", &[]), usize::from(area.width));
        let below = Rect { y: area.y + 1, height: 1, ..area };
        frame.render_widget(Line::styled(hint, look.theme.style(Role::Dim)), below);
        let body = Rect { y: area.y + 3, height: area.height.saturating_sub(3), ..area };
        if let Some(error) = &self.unreadable {
            let directory = self.directory.to_string_lossy().into_owned();
            let words = t(
                look.lang,
                "import.no_directory",
                &[("directory", &harmless(&directory)), ("error", error)],
            );
            parts::centred(frame, body, look, &words);
            return;
        }
        if self.left.is_empty() {
            parts::centred(frame, body, look, &t(look.lang, "import.no_file", &[]));
            return;
        }
        for (y, at) in self.list.window(body).enumerate() {
            let entry = &self.held[self.left[at]];
            let sign = if entry.is_directory { "/" } else { "" };
            let name = fit(&harmless(&entry.name), usize::from(body.width).saturating_sub(4));
            let role = if entry.is_directory { Role::Accent } else { Role::Text };
            let mut line = Line::from(Span::styled(format!("  {name}{sign}"), look.theme.style(role)));
            if self.list.selected() == Some(at) {
                line = line.patch_style(look.theme.style(Role::Selected));
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
    }
}
