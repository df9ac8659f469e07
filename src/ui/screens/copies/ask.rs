//! What opens an encrypted copy: its secret key, the file that holds it, or its passphrase.

use std::path::PathBuf;

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::counter::backup::Copy;
use crate::counter::copy_key;
use crate::counter::say::say;
use crate::store::StoreError;
use crate::store::sealed::{Key, Needs, needs};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::width::{fit, wrap};
use crate::ui::cx::Cx;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Longest text that is taken, in characters: a path.
const MAX: usize = 1_000;

/// What came of an event.
pub(super) enum Answer {
    /// It is for somebody else.
    Ignored,
    /// Taken.
    Taken,
    /// Nothing is to be opened.
    Left,
    /// What opens the copy, as far as can be told before it is tried.
    Given(Key),
}

/// Asking for it.
pub(super) struct Ask {
    pub name: String,
    pub file: PathBuf,
    /// The copy is to take the place of the book, else it is proved.
    pub restores: bool,
    needs: Needs,
    typed: TextEdit,
    problem: Option<String>,
}

impl Ask {
    /// Asks for what opens a copy; nothing where it is not encrypted.
    ///
    /// # Errors
    /// The file can't be read, or is not whole.
    pub(super) fn of(copy: &Copy, restores: bool) -> Result<Option<Self>, StoreError> {
        let needs = needs(&copy.file)?;
        Ok((needs != Needs::Nothing).then(|| Self {
            name: copy.name.clone(),
            file: copy.file.clone(),
            restores,
            needs,
            typed: TextEdit::secret(MAX),
            problem: None,
        }))
    }

    /// The key of the words for going on.
    pub(super) const fn does(&self) -> &'static str {
        if self.restores { "backup.key.restore" } else { "backup.key.prove" }
    }

    pub(super) fn event(&mut self, event: &Event, cx: &Cx) -> Answer {
        match event {
            Event::Key(key) if key.code == KeyCode::Esc => Answer::Left,
            Event::Key(key) if key.code == KeyCode::Enter => {
                match copy_key::typed_key(&self.typed.text(), self.needs) {
                    Ok(key) => Answer::Given(key),
                    Err(error) => {
                        self.problem = Some(say(&error, cx.lang, cx.settings.calendar.tz()));
                        Answer::Taken
                    }
                }
            }
            Event::Key(_) | Event::Paste(_) => {
                self.problem = None;
                if self.typed.event(event).is_some() { Answer::Taken } else { Answer::Ignored }
            }
            _ => Answer::Ignored,
        }
    }

    pub(super) fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let popup = parts::centre(area, 76, 10);
        parts::clear_under(frame, popup);
        let inner = parts::framed(frame, popup, look, &t(look.lang, self.does(), &[]), None, true);
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let room = usize::from(inner.width);
        let line = |y: u16| Rect { y: inner.y + y, height: 1, ..inner }.intersection(inner);
        let name = fit(&harmless(&self.name), room);
        frame.render_widget(Line::styled(name, look.theme.style(Role::Title)), line(0));
        let words = if self.needs == Needs::Passphrase { "backup.ask.passphrase" } else { "backup.ask.key" };
        for (y, text) in wrap(&t(look.lang, words, &[]), room).into_iter().take(2).enumerate() {
            frame.render_widget(Line::styled(text, look.theme.style(Role::Text)), line(2 + y as u16));
        }
        self.typed.draw(frame, line(5), look.theme.style(Role::FieldFocused), true);
        let problem = self.problem.as_deref().unwrap_or_default();
        for (y, text) in wrap(&harmless(problem), room).into_iter().take(2).enumerate() {
            frame.render_widget(Line::styled(text, look.theme.style(Role::Error)), line(6 + y as u16));
        }
    }
}
