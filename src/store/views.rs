//! One plain view for each kind, for readers with `sqlite3`.

use rusqlite::{Connection, OptionalExtension};

use super::Result;
use crate::desk::kinds::Kinds;

/// Makes one plain view a kind (`v_repair` …), so that a reader with `sqlite3` finds every field as a column.
pub(super) fn refresh_views(connection: &mut Connection, kinds: Kinds) -> Result<()> {
    if stale_views(connection, kinds)?.is_empty() {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have made them while this one waited for the lock.
    for (name, sql) in stale_views(&tx, kinds)? {
        tx.execute_batch(&format!("DROP VIEW IF EXISTS {name}; {sql};"))?;
    }
    Ok(tx.commit()?)
}

/// The views that are missing or differ from what the kinds declare, each with its statement.
fn stale_views(connection: &Connection, kinds: Kinds) -> Result<Vec<(String, String)>> {
    let mut stale = Vec::new();
    for kind in kinds.iter() {
        let name = format!("v_{}", kind.id.replace('-', "_"));
        let fields: Vec<String> = kind
            .all_fields()
            .filter(|field| !crate::desk::case::HEADER_FIELDS.contains(&field.key))
            .map(|field| format!("detail ->> '$.{0}' AS \"{0}\"", field.key))
            .collect();
        let sql = format!(
            "CREATE VIEW {name} AS SELECT number, state, unit, contact, phone, summary, category, urgency, \
             datetime(opened_at, 'unixepoch') AS opened_at, opened_by, owner, \
             datetime(due_at, 'unixepoch') AS due_at, datetime(closed_at, 'unixepoch') AS closed_at{}{} \
             FROM cases WHERE kind = '{}'",
            if fields.is_empty() { "" } else { ", " },
            fields.join(", "),
            kind.id
        );
        let present: Option<String> = connection
            .query_row("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1", [&name], |row| {
                row.get(0)
            })
            .optional()?;
        if present.as_deref() != Some(sql.as_str()) {
            stale.push((name, sql));
        }
    }
    Ok(stale)
}
