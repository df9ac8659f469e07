-- The file of a household: where its papers lie and how long they are kept.
ALTER TABLE household ADD COLUMN cabinet TEXT NOT NULL DEFAULT '';
ALTER TABLE household ADD COLUMN box TEXT NOT NULL DEFAULT '';
ALTER TABLE household ADD COLUMN keep_until TEXT;
CREATE INDEX household_keep ON household (keep_until) WHERE keep_until IS NOT NULL;

-- Changes of the directory by household.
CREATE INDEX entry_household
    ON entry (coalesce(json_extract(body, '$.after.unit'), json_extract(body, '$.unit')), seq)
    WHERE subject = 'directory';

-- What households owe, charge by charge; `household.arrears` is their sum.
CREATE TABLE owed (
    household INTEGER NOT NULL REFERENCES household (id),
    n         INTEGER NOT NULL,          -- from 1, in the order of the list
    item      TEXT NOT NULL,
    period    TEXT NOT NULL,
    amount    INTEGER NOT NULL,          -- fen
    PRIMARY KEY (household, n)
) STRICT, WITHOUT ROWID;

-- When the finance office's list was taken in last.
CREATE TABLE owed_list (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL,
    day TEXT NOT NULL,
    by  TEXT NOT NULL
) STRICT;
