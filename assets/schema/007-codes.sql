-- What check codes are made with. It never leaves the file.
CREATE TABLE check_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL
) STRICT;

-- The check codes that papers bear. They follow from the key and the numbers of the cases.
CREATE TABLE check_code (
    code    TEXT PRIMARY KEY,
    case_id INTEGER NOT NULL UNIQUE REFERENCES cases (id)
) STRICT, WITHOUT ROWID;
