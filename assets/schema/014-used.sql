-- How many cases name each case: kept in the transaction that writes them, so that no form counts the history.
CREATE TABLE used (
    number TEXT PRIMARY KEY,
    n      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO used SELECT number, count(*) FROM reference GROUP BY number;
CREATE TRIGGER used_comes AFTER INSERT ON reference
BEGIN
    INSERT INTO used (number, n) VALUES (NEW.number, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER used_goes AFTER DELETE ON reference
BEGIN
    UPDATE used SET n = n - 1 WHERE number = OLD.number;
END;
