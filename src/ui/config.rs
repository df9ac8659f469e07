//! What a person sets for the screen: language, theme, keys. One file in the configuration directory.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::keys::{KeyProblem, Keymap};
use super::theme::Theme;
use crate::paper::templates::configuration;
use crate::text::lang::Lang;

/// The file's name.
const FILE: &str = "qiantai.toml";

/// The configuration of the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Language.
    #[serde(default)]
    pub lang: Lang,
    /// Theme by name; by the terminal where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// Rebound keys: action → key.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    pub keys: toml::Table,
    /// Where it was read from.
    #[serde(skip)]
    path: Option<PathBuf>,
}

/// Why the configuration is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and can't be read as text.
    #[error("{path}: {source}")]
    Unread {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no TOML, or has values of the wrong type.
    #[error("{path}, {line}: {problem}")]
    Form {
        /// The file.
        path: PathBuf,
        /// In which line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A key can't be bound so.
    #[error("{path}: {problem}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: KeyProblem,
    },
}

impl Config {
    /// Reads the configuration from its directory, `QIANTAI_CONFIG` or the platform's.
    ///
    /// # Errors
    /// The file is there and wrong; a missing one means the defaults in `lang`.
    pub fn read(lang: Lang) -> Result<Self, ConfigError> {
        let path = configuration().map(|directory| directory.join(FILE));
        let default = Self { lang, theme: None, keys: toml::Table::new(), path: path.clone() };
        let Some(path) = path else { return Ok(default) };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(default),
            // Taken for missing, it would be written anew with the next change.
            Err(source) => return Err(ConfigError::Unread { path, source }),
        };
        let wrong = |problem: toml::de::Error| {
            let before = problem.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            ConfigError::Form { path: path.clone(), line, problem: problem.message().to_owned() }
        };
        let table: toml::Table = toml::from_str(&text).map_err(wrong)?;
        let speaks = table.contains_key("lang");
        let mut config: Self = toml::from_str(&text).map_err(wrong)?;
        if !speaks {
            config.lang = lang;
        }
        config.path = Some(path.clone());
        Keymap::from_table(&config.keys).map_err(|problem| ConfigError::Keys { path, problem })?;
        Ok(config)
    }

    /// The defaults, written nowhere; for tests.
    #[must_use]
    pub fn plain(lang: Lang) -> Self {
        Self { lang, theme: Some("dark".to_owned()), keys: toml::Table::new(), path: None }
    }

    /// Writes the configuration, whole or not at all: on a full disk the one before stays.
    ///
    /// # Errors
    /// The directory or file can't be written.
    pub fn save(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        // Whoever keeps the file elsewhere and has a link here goes on doing so.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let directory = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory)?;
        let text = toml::to_string(self).map_err(io::Error::other)?;
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    }

    /// The theme that was chosen, or the one that fits the terminal.
    #[must_use]
    pub fn theme(&self) -> Theme {
        Theme::choose(self.theme.as_deref())
    }

    /// The keys, rebound ones included.
    #[must_use]
    pub fn keymap(&self) -> Keymap {
        // Checked when it was read.
        Keymap::from_table(&self.keys).unwrap_or_default()
    }
}
