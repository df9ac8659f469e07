-- Which cases name which other case in a field: the answers to a survey, the calls that used an answer.
CREATE TABLE reference (
    case_id INTEGER NOT NULL REFERENCES cases (id),
    number  TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_to ON reference (number, case_id);

-- What somebody answers for.
CREATE INDEX cases_owned ON cases (owner, id) WHERE open = 1;
