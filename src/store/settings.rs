//! The settings of the community as they are now, and the defaults a new book starts from.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rusqlite::{Connection, params};

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

/// The settings as they were last read, beside the text that they were read from.
///
/// Every action reads the settings, and they change a few times a year: while nobody committed anything they
/// are not read again, and while the text is the same it is not parsed again. Comparing texts is right whoever
/// changed them, this process or another.
#[derive(Debug, Default)]
pub(super) struct Cache {
    read: RefCell<Option<(String, Arc<Settings>)>>,
    /// Since which commit of another connection that is known to be right (`PRAGMA data_version`).
    version: Cell<Option<i64>>,
    /// The transaction under way has replaced them, which may yet be undone.
    replaced: Cell<bool>,
    /// Nobody else knows the file, so that no other connection can commit.
    alone: Cell<bool>,
}

impl Cache {
    pub(super) fn read(&self, connection: &Connection) -> Result<Option<Arc<Settings>>> {
        // Asked for first: who commits between the two is then heard of the next time.
        let version: i64 = if self.alone.get() {
            0
        } else {
            connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?
        };
        if self.version.get() == Some(version)
            && let Some((_, settings)) = self.read.borrow().as_ref()
        {
            return Ok(Some(Arc::clone(settings)));
        }
        let settings = self.read_text(connection)?;
        self.version.set(Some(version).filter(|_| settings.is_some() && !self.replaced.get()));
        Ok(settings)
    }

    fn read_text(&self, connection: &Connection) -> Result<Option<Arc<Settings>>> {
        let mut statement = connection.prepare_cached("SELECT body FROM setting WHERE id = 1")?;
        let mut rows = statement.query([])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let body = row.get_ref(0)?;
        let mut kept = self.read.borrow_mut();
        if let Some((text, settings)) = kept.as_ref()
            && body.as_bytes().map_err(rusqlite::Error::from)? == text.as_bytes()
        {
            return Ok(Some(Arc::clone(settings)));
        }
        let body = body.as_str().map_err(rusqlite::Error::from)?;
        let settings: Arc<Settings> = Arc::new(serde_json::from_str(body)?);
        *kept = Some((body.to_owned(), Arc::clone(&settings)));
        Ok(Some(settings))
    }

    /// From now on no other connection can change the settings.
    pub(super) fn is_alone(&self) {
        self.alone.set(true);
    }

    /// The transaction under way has replaced the settings.
    fn replace(&self) {
        self.replaced.set(true);
        self.forget();
    }

    /// A transaction has ended: what it replaced stands, or what was replaced stands again.
    pub(super) fn settle(&self) {
        if self.replaced.take() {
            self.forget();
        }
    }

    /// What was read may not stand: it is read again the next time.
    pub(super) fn forget(&self) {
        self.version.set(None);
    }
}

/// Gives an older book what the newer program needs in its settings ([`Settings::complete`]).
pub(super) fn complete(connection: &Connection) -> Result<()> {
    let Some(settings) = Cache::default().read(connection)? else { return Ok(()) };
    // The built-in file is well formed: a test reads it.
    let Ok(newer) = defaults(&settings.community) else { return Ok(()) };
    let mut completed = Settings::clone(&settings);
    completed.complete(&newer);
    put(connection, &completed)
}

/// The public key of copies in a book of any form; empty where there is none.
pub(super) fn copy_key(connection: &Connection) -> Result<String> {
    let mut statement =
        connection.prepare("SELECT coalesce(body ->> '$.backup.key', '') FROM setting WHERE id = 1")?;
    let mut rows = statement.query([])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?.unwrap_or_default())
}

fn put(connection: &Connection, settings: &Settings) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO setting (id, body) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET body = ?1",
        )?
        .execute(params![serde_json::to_string(settings)?])?;
    Ok(())
}

impl Store {
    /// The settings; `None` before the book was set up.
    pub fn settings(&self) -> Result<Option<Arc<Settings>>> {
        self.read_settings.read(self.read())
    }
}

impl Tx<'_> {
    /// The settings as this transaction sees them: nobody else changes them before it ends.
    pub fn settings(&self) -> Result<Option<Arc<Settings>>> {
        if let Some(settings) = self.settings.borrow().as_ref() {
            return Ok(Some(Arc::clone(settings)));
        }
        let read = self.read_settings.read(self.connection())?;
        self.settings.borrow_mut().clone_from(&read);
        Ok(read)
    }

    /// The number of a case that holds this text under one of these keys, also within its lines.
    pub fn case_holding(&self, keys: &[&str], text: &str) -> Result<Option<String>> {
        // Almost all cases are passed over by the text alone; only what has it somewhere is taken apart.
        let mut statement = self.connection().prepare_cached(
            "SELECT number FROM cases
             WHERE (category = ?1 AND EXISTS (SELECT 1 FROM json_each(?2) WHERE value = 'category'))
                OR (instr(detail, ?3) > 0 AND EXISTS (
                    SELECT 1 FROM json_tree(detail) AS held
                    WHERE held.value = ?1 AND held.key IN (SELECT value FROM json_each(?2))))
             LIMIT 1",
        )?;
        let keys = serde_json::to_string(keys)?;
        let quoted = serde_json::to_string(text)?;
        let mut rows = statement.query(params![text, keys, quoted])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// Replaces the settings.
    pub fn put_settings(&self, settings: &Settings) -> Result<()> {
        self.settings.take();
        self.read_settings.replace();
        put(self.connection(), settings)
    }
}
