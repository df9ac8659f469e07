//! What drawing needs to know.

use chrono::{DateTime, Utc};

use super::keys::Keymap;
use super::theme::Theme;
use crate::desk::case::Case;
use crate::desk::kinds::STANDARD;
use crate::desk::settings::Settings;
use crate::text::lang::Lang;
use crate::text::shown::Reader;

/// What every part is handed when it draws or takes a key.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Colours and marks.
    pub theme: &'a Theme,
    /// The language.
    pub lang: Lang,
    /// Now.
    pub now: DateTime<Utc>,
    /// The settings.
    pub settings: &'a Settings,
    /// Keys.
    pub keymap: &'a Keymap,
}

impl Look<'_> {
    /// The one-line summary of a case in the language of whoever looks.
    #[must_use]
    pub fn summary(&self, case: &Case) -> String {
        self.reader().summary(STANDARD, case)
    }

    /// Whoever looks, for showing values.
    #[must_use]
    pub const fn reader(&self) -> Reader<'_> {
        Reader { lang: self.lang, now: self.now, settings: self.settings }
    }
}
