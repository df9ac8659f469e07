-- Households and the residents who belong to them, and what households and cases are found by.
CREATE TABLE household (
    id        INTEGER PRIMARY KEY,
    unit      TEXT NOT NULL UNIQUE,      -- 3-2-1501: building-unit-room
    place     TEXT NOT NULL UNIQUE,      -- the unit so written that places sort as people count: 3-2-902 before 3-2-1501
    area      INTEGER,                   -- hundredths of a square metre
    occupancy TEXT NOT NULL,
    moved_in  TEXT,
    arrears   INTEGER NOT NULL DEFAULT 0 -- fen
) STRICT;
CREATE INDEX household_occupancy ON household (occupancy, place);
CREATE TABLE resident (
    household INTEGER NOT NULL REFERENCES household (id),
    position  INTEGER NOT NULL,          -- from 1, owner first
    name      TEXT NOT NULL,
    relation  TEXT NOT NULL,
    phones    TEXT NOT NULL,             -- JSON list, plain form, the one to ring first in front
    PRIMARY KEY (household, position)
) STRICT, WITHOUT ROWID;

-- What households and residents are found by, each key a text that a search begins with:
-- u unit, d unit without separators, r room, p phone, t phone backwards (a tail is a beginning then),
-- n name, m name from a later character on, i pinyin initials, f pinyin.
CREATE TABLE find_key (
    sort      TEXT NOT NULL,
    key       TEXT NOT NULL,
    household INTEGER NOT NULL REFERENCES household (id),
    position  INTEGER NOT NULL,          -- of the resident; 0 for the household itself
    PRIMARY KEY (sort, key, household, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX find_key_household ON find_key (household);

-- Texts of entries as overlapping pairs of characters; the row is the entry's place in the chain.
-- Holds no text: what is found is checked against the case itself.
CREATE VIRTUAL TABLE case_text USING fts5 (pairs, content = '', detail = 'none', columnsize = 0, tokenize = 'ascii');

-- Numbers as they are read out: the day and serial, or the serial alone.
CREATE INDEX cases_day_serial ON cases (substr(number, -8), id);
CREATE INDEX cases_serial ON cases (substr(number, -3), id);
