-- What open cases hold of things of which there is only so much: a facility's hour, a borrowed umbrella.
CREATE TABLE claim (
    case_id  INTEGER NOT NULL REFERENCES cases (id),
    n        INTEGER NOT NULL,
    resource TEXT NOT NULL,              -- facility:pool, loan-item:umbrella
    from_at  INTEGER NOT NULL,
    until_at INTEGER NOT NULL,           -- left out itself; the greatest number while nobody knows
    count    INTEGER NOT NULL,
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_resource ON claim (resource, until_at, from_at);

-- From when a case that the clock will end is flagged, where its kind says so.
ALTER TABLE cases ADD COLUMN warn_at INTEGER;
CREATE INDEX cases_warn ON cases (warn_at) WHERE warn_at IS NOT NULL;

-- What is open for a household.
CREATE INDEX cases_unit_open ON cases (unit, id) WHERE open = 1 AND unit IS NOT NULL;
