//! The form of the file: what marks it as ours, and the steps that bring an older one to the present form.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::backup::{self, Stage, Watch};
use super::{Result, StoreError, codes, copies, find, settings, totals};
use crate::desk::kinds::Kinds;

/// Marks the file as ours (`PRAGMA application_id`): the bytes `QnTi`.
pub(super) const APPLICATION_ID: i32 = 0x516e_5469;

/// The steps that bring a file to the present form, oldest first; `PRAGMA user_version` counts them.
///
/// A list of steps instead of a migration crate: the kept ones do not take this version of `rusqlite` yet.
pub(super) const STEPS: &[Step] = &[
    // Cases, entries, promises, callbacks, operators, settings, drafts, signed days.
    Step::Sql(include_str!("../../assets/schema/001-book.sql")),
    // Households and residents.
    Step::Sql(include_str!("../../assets/schema/002-directory.sql")),
    // What cases hold of limited things, warnings before the clock ends a case.
    Step::Sql(include_str!("../../assets/schema/003-claims.sql")),
    // Which cases name which.
    Step::Sql(include_str!("../../assets/schema/004-references.sql")),
    // What the desk should know of a household.
    Step::Sql(include_str!("../../assets/schema/005-note.sql")),
    // Where a household's papers lie, what it owes charge by charge.
    Step::Sql(include_str!("../../assets/schema/006-file.sql")),
    // Check codes of passes.
    Step::Sql(include_str!("../../assets/schema/007-codes.sql")),
    // Recovery codes, what operators were refused.
    Step::Sql(include_str!("../../assets/schema/008-operators.sql")),
    // Which copies of the book were made.
    Step::Sql(include_str!("../../assets/schema/009-copies.sql")),
    // On which day things fell; the totals of the days.
    Step::Sql(include_str!("../../assets/schema/010-days.sql")),
    Step::Fill(totals::fill_days),
    Step::Sql(include_str!("../../assets/schema/011-totals.sql")),
    // What long closed cases lost.
    Step::Sql(include_str!("../../assets/schema/012-retention.sql")),
    // Texts by pieces that also find a single character.
    Step::Sql(include_str!("../../assets/schema/013-find.sql")),
    // Was filled here before 018, which makes the index anew.
    Step::Sql(""),
    // How often each case is named by others.
    Step::Sql(include_str!("../../assets/schema/014-used.sql")),
    // Totals that are touched only where a write changes what they count.
    Step::Sql(include_str!("../../assets/schema/015-kept.sql")),
    // Without the indexes that nothing reads.
    Step::Sql(include_str!("../../assets/schema/016-unread.sql")),
    // Without the index over the keys of a household, which are known.
    Step::Sql(include_str!("../../assets/schema/017-keys.sql")),
    // Texts by pieces that also know four digits, and where pinyin begins.
    Step::Sql(include_str!("../../assets/schema/018-read.sql")),
    Step::Fill(find::fill),
];

/// One step of the file's form.
pub(super) enum Step {
    /// Statements.
    Sql(&'static str),
    /// What statements alone can't work out.
    Fill(fn(&Connection, Kinds, &Watch) -> Result<()>),
}

impl Step {
    pub(super) fn take(&self, connection: &Connection, kinds: Kinds, watch: &Watch) -> Result<()> {
        match self {
            Self::Sql(sql) => Ok(connection.execute_batch(sql)?),
            Self::Fill(fill) => fill(connection, kinds, watch),
        }
    }
}

/// The form that this program writes.
pub(super) const VERSION: u32 = STEPS.len() as u32;

/// What a file says about itself.
#[derive(Debug)]
pub(super) struct Head {
    pub application: i32,
    pub version: u32,
    empty: bool,
}

impl Head {
    pub(super) fn read(connection: &Connection) -> Result<Self> {
        let found = |name| connection.pragma_query_value(None, name, |row| row.get(0));
        Ok(Self {
            application: found("application_id")?,
            // A negative version is nobody's; as the greatest one it is refused.
            version: u32::try_from(
                connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))?,
            )
            .unwrap_or(u32::MAX),
            empty: connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?,
        })
    }

    /// Refuses a file that this program can't work with.
    pub(super) fn refuse(&self, path: &Path) -> Result<()> {
        if self.is_foreign() {
            return Err(StoreError::Foreign(path.to_owned()));
        }
        if self.version > VERSION {
            return Err(StoreError::Newer { path: path.to_owned(), found: self.version, known: VERSION });
        }
        Ok(())
    }

    /// Another program's file: neither ours nor a file that holds nothing yet.
    const fn is_foreign(&self) -> bool {
        self.application != APPLICATION_ID && (self.application != 0 || self.version != 0 || !self.empty)
    }
}

/// Brings a file that was found older to the present form, in one transaction; one that holds something is kept
/// as it was first. `watch` hears how far that is: years of entries take minutes.
///
/// # Errors
/// The file is another program's or newer by now, can't be kept, or can't be written; `watch` broke it off, which
/// leaves the file as it was.
pub(super) fn bring_up(
    connection: &mut Connection,
    path: Option<&Path>,
    kinds: Kinds,
    watch: &Watch,
) -> Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster while this one waited for the lock.
    let head = Head::read(&tx)?;
    head.refuse(path.unwrap_or(Path::new("")))?;
    if let Some(path) = path.filter(|_| head.version > 0 && head.version < VERSION) {
        copies::before_form(path, head.version, watch)?;
    }
    for (done, step) in STEPS.iter().enumerate().skip(head.version as usize) {
        backup::step(watch, Stage::Form, done as u64 + 1, STEPS.len() as u64)?;
        step.take(&tx, kinds, watch)?;
    }
    if head.version > 0 {
        settings::complete(&tx)?;
        codes::complete(&tx, kinds)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    Ok(tx.commit()?)
}
