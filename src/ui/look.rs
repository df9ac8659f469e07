//! What drawing needs to know.

use chrono::{DateTime, Utc};

use super::keys::Keymap;
use super::theme::Theme;
use crate::desk::settings::Settings;
use crate::text::lang::Lang;

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
