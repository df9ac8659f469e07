//! The settings of the community as they are now, and the defaults a new book starts from.

use rusqlite::{OptionalExtension, params};

use super::{Result, Store, Tx};
use crate::desk::settings::Settings;

/// What a new book starts from.
const DEFAULT: &str = include_str!("../../assets/settings/default.toml");

/// The defaults of the program for a community of that name.
///
/// # Errors
/// The built-in file is not well formed, which a test rules out.
pub fn defaults(community: &str) -> std::result::Result<Settings, toml::de::Error> {
    let mut settings: Settings = toml::from_str(DEFAULT)?;
    community.clone_into(&mut settings.community);
    Ok(settings)
}

impl Store {
    /// The settings; `None` before the book was set up.
    pub fn settings(&self) -> Result<Option<Settings>> {
        let mut statement = self.read().prepare_cached("SELECT body FROM setting WHERE id = 1")?;
        let body: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }
}

impl Tx<'_> {
    /// The settings as this transaction sees them.
    pub fn settings(&self) -> Result<Option<Settings>> {
        let mut statement = self.connection().prepare_cached("SELECT body FROM setting WHERE id = 1")?;
        let body: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
    }

    /// Replaces the settings.
    pub fn put_settings(&self, settings: &Settings) -> Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO setting (id, body) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET body = ?1",
            )?
            .execute(params![serde_json::to_string(settings)?])?;
        Ok(())
    }
}
