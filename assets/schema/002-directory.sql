-- Households and the residents who belong to them.
CREATE TABLE household (
    id        INTEGER PRIMARY KEY,
    unit      TEXT NOT NULL UNIQUE,
    area      INTEGER,
    occupancy TEXT NOT NULL,
    moved_in  TEXT,
    arrears   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE resident (
    id        INTEGER PRIMARY KEY,
    household INTEGER NOT NULL REFERENCES household (id),
    name      TEXT NOT NULL,
    relation  TEXT NOT NULL,
    phones    TEXT NOT NULL
) STRICT;
CREATE INDEX resident_household ON resident (household);
