-- Copies of the book that were begun, and what came of each. Only one process at a time makes one.
CREATE TABLE copy (
    id         INTEGER PRIMARY KEY,
    reason     TEXT NOT NULL,            -- daily, sign-off, asked
    by         TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,                  -- none while it is being made, or where the process was torn off
    file       TEXT,
    bytes      INTEGER,
    entries    INTEGER,
    head       INTEGER,                  -- the last entry of the chain in the copy
    head_hash  BLOB,
    error      TEXT                      -- why there is none, as JSON: the key of a sentence and its values
) STRICT;
CREATE INDEX copy_started ON copy (started_at);
