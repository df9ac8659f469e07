-- The book: cases, their timeline, and what the desk must not forget.
-- Instants are Unix seconds (UTC); days are text `2026-11-24` in the community's time zone.

-- Serial numbers of a day. A number is taken by raising `last` in the transaction that uses it.
CREATE TABLE serial (
    prefix TEXT NOT NULL,
    day    TEXT NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (prefix, day)
) STRICT, WITHOUT ROWID;

-- One row a case: what lists and counts need as columns, the kind's own fields as JSON.
CREATE TABLE cases (
    id        INTEGER PRIMARY KEY,
    number    TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL,
    state     TEXT NOT NULL,
    open      INTEGER NOT NULL,          -- 0 when the state is an end of the workflow
    front     INTEGER NOT NULL DEFAULT 0,-- 1: at the front of the queue (urgent, rework)
    unit      TEXT,
    contact   TEXT,
    phone     TEXT,
    summary   TEXT NOT NULL,
    category  TEXT,
    urgency   TEXT,
    opened_at INTEGER NOT NULL,
    opened_by TEXT NOT NULL,
    day       TEXT NOT NULL,             -- the community's day on which it was opened
    owner     TEXT NOT NULL,
    escalated TEXT,
    closed_at INTEGER,
    closed_day TEXT,
    due_at    INTEGER,                   -- the promise under way
    callback_at INTEGER,                 -- the next open callback
    inside    INTEGER NOT NULL DEFAULT 0,-- 1: a visitor who has not left
    expires_at INTEGER,                  -- when the clock ends it (a pass)
    revision  INTEGER NOT NULL,
    detail    TEXT NOT NULL
) STRICT;
CREATE INDEX cases_newest ON cases (kind, id);
CREATE INDEX cases_open ON cases (kind, id) WHERE open = 1;
CREATE INDEX cases_queue ON cases (kind, front, id) WHERE open = 1;
CREATE INDEX cases_escalated ON cases (id) WHERE open = 1 AND escalated IS NOT NULL;
CREATE INDEX cases_unit ON cases (unit, id) WHERE unit IS NOT NULL;
CREATE INDEX cases_day ON cases (day, kind, category);
CREATE INDEX cases_closed ON cases (closed_day, kind) WHERE closed_day IS NOT NULL;
CREATE INDEX cases_due ON cases (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX cases_callback ON cases (callback_at) WHERE callback_at IS NOT NULL;
CREATE INDEX cases_inside ON cases (opened_at) WHERE inside = 1;
CREATE INDEX cases_expires ON cases (expires_at) WHERE expires_at IS NOT NULL;

-- Timeline entries of all cases and of the book itself, one hash chain over all. Append-only.
CREATE TABLE entry (
    seq      INTEGER PRIMARY KEY,
    subject  TEXT NOT NULL,              -- a case number, or settings, operator:NAME, day:DAY, directory
    revision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    day      TEXT NOT NULL,
    by       TEXT NOT NULL,
    action   TEXT NOT NULL,
    body     TEXT NOT NULL,              -- the entry as JSON
    hash     BLOB NOT NULL,              -- SHA-256 over the hash before and this entry
    UNIQUE (subject, revision)
) STRICT;
CREATE INDEX entry_day ON entry (day, seq);
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;

-- Promises and callbacks of cases, for the timer and the figures.
CREATE TABLE promise (
    case_id   INTEGER NOT NULL REFERENCES cases (id),
    n         INTEGER NOT NULL,
    stage     TEXT NOT NULL,
    due       INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    basis     TEXT NOT NULL,
    kept_at   INTEGER,
    withdrawn_at INTEGER,
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX promise_due ON promise (due);
CREATE TABLE callback (
    case_id   INTEGER NOT NULL REFERENCES cases (id),
    n         INTEGER NOT NULL,
    stage     TEXT NOT NULL,
    due       INTEGER NOT NULL,
    next_at   INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    basis     TEXT NOT NULL,
    attempts  TEXT NOT NULL,
    open      INTEGER NOT NULL,
    outcome   TEXT,
    ended_at  INTEGER,
    ended_by  TEXT,
    score     INTEGER,
    cancelled_at INTEGER,
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX callback_open ON callback (next_at) WHERE open = 1;
CREATE INDEX callback_due ON callback (due);
CREATE INDEX callback_ended ON callback (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE link (
    case_id   INTEGER NOT NULL REFERENCES cases (id),
    n         INTEGER NOT NULL,
    number    TEXT NOT NULL,
    relation  TEXT NOT NULL,
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;

-- Who may log in.
CREATE TABLE operator (
    name      TEXT PRIMARY KEY,
    role      TEXT NOT NULL,
    secret    TEXT NOT NULL,             -- argon2id, PHC string
    disabled  INTEGER NOT NULL DEFAULT 0,
    failures  INTEGER NOT NULL DEFAULT 0,
    locked_until INTEGER
) STRICT, WITHOUT ROWID;

-- The settings as they are now; their history stands in the entries.
CREATE TABLE setting (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    body TEXT NOT NULL
) STRICT;

-- Forms begun and not yet saved.
CREATE TABLE draft (
    id       INTEGER PRIMARY KEY,
    operator TEXT NOT NULL,
    kind     TEXT NOT NULL,
    subject  TEXT,                       -- the case an action's form belongs to
    title    TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    parked   INTEGER NOT NULL,           -- 0: was being typed when it was last written
    body     TEXT NOT NULL
) STRICT;

-- Signed days, frozen, and what was settled or carried over on the way.
CREATE TABLE day_sheet (
    day       TEXT PRIMARY KEY,
    signed_at INTEGER NOT NULL,
    signed_by TEXT NOT NULL,
    head      INTEGER NOT NULL,          -- the last entry that the signature covers
    head_hash BLOB NOT NULL,
    body      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE day_mark (
    day       TEXT NOT NULL,
    finding   TEXT NOT NULL,             -- kind and subject of the finding
    mark      TEXT NOT NULL,             -- settled or carried
    note      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    by        TEXT NOT NULL,
    PRIMARY KEY (day, finding)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER day_sheet_stays BEFORE UPDATE ON day_sheet BEGIN SELECT RAISE(ABORT, 'a signed day is frozen'); END;
CREATE TRIGGER day_sheet_kept BEFORE DELETE ON day_sheet BEGIN SELECT RAISE(ABORT, 'a signed day is frozen'); END;
