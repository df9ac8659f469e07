-- How many there were of everything on each day, kept by the triggers below in the transaction that
-- writes a case: no report walks through the history.
--
-- The views say what is counted, one row for each thing: its sort, its day and instant, the kind of its
-- case, and three more words (a, b, c) that depend on the sort. A total is the number of rows of a view
-- that are alike; `qiantai doctor` counts them again.

CREATE VIEW counted_case AS
    -- a category, b department, c urgency
    SELECT id AS case_id, 'opened' AS sort, day, opened_at AS at, kind,
           coalesce(category, '') AS a, coalesce(department, '') AS b, coalesce(urgency, '') AS c
        FROM cases WHERE revision > 0
    UNION ALL -- a category
    SELECT id, 'closed', closed_day, closed_at, kind, coalesce(category, ''), '', ''
        FROM cases WHERE closed_day IS NOT NULL
    UNION ALL -- a hour of the day
    SELECT id, 'hour', day, opened_at, kind, printf('%02d', hour), '', ''
        FROM cases WHERE revision > 0
    UNION ALL -- a rings until the call was answered
    SELECT id, 'rings', day, opened_at, kind, printf('%03d', rings), '', ''
        FROM cases WHERE rings IS NOT NULL
    UNION ALL -- a category, b minutes from the opening until the work was done
    SELECT id, 'done', done_day, opened_at + done_minutes * 60, kind, coalesce(category, ''),
           printf('%08d', done_minutes), ''
        FROM cases WHERE done_day IS NOT NULL;

CREATE VIEW counted_promise AS
    -- a what was promised, b open, in-time or late, c the day on which it was kept
    SELECT p.case_id, p.n, 'due' AS sort, p.due_day AS day, p.due AS at, c.kind, p.stage AS a,
           CASE WHEN p.kept_at IS NULL THEN 'open' WHEN p.kept_at <= p.due THEN 'in-time' ELSE 'late' END AS b,
           coalesce(p.kept_day, '') AS c
        FROM promise p CROSS JOIN cases c ON c.id = p.case_id WHERE p.withdrawn_at IS NULL;

CREATE VIEW counted_callback AS
    -- a what it is for, b open, in-time or late, c the day on which it was made
    SELECT b.case_id, b.n, 'call-due' AS sort, b.due_day AS day, b.due AS at, c.kind, b.stage AS a,
           CASE WHEN b.outcome IS NULL THEN 'open' WHEN b.ended_at <= b.due THEN 'in-time' ELSE 'late' END AS b,
           coalesce(b.ended_day, '') AS c
        FROM callback b CROSS JOIN cases c ON c.id = b.case_id WHERE b.cancelled_at IS NULL
    UNION ALL -- the same of urgent cases
    SELECT b.case_id, b.n, 'urgent-due', b.due_day, b.due, c.kind, b.stage,
           CASE WHEN b.outcome IS NULL THEN 'open' WHEN b.ended_at <= b.due THEN 'in-time' ELSE 'late' END,
           coalesce(b.ended_day, '')
        FROM callback b CROSS JOIN cases c ON c.id = b.case_id WHERE b.cancelled_at IS NULL AND b.urgent = 1
    UNION ALL -- a by whom it was made, b outcome, c score
    SELECT b.case_id, b.n, 'called', b.ended_day, b.ended_at, c.kind, coalesce(b.ended_by, ''), b.outcome,
           coalesce(CAST(b.score AS TEXT), '')
        FROM callback b CROSS JOIN cases c ON c.id = b.case_id WHERE b.outcome IS NOT NULL;

CREATE TABLE total (
    sort TEXT NOT NULL,
    day  TEXT NOT NULL,
    kind TEXT NOT NULL,
    a    TEXT NOT NULL,
    b    TEXT NOT NULL,
    c    TEXT NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (sort, day, kind, a, b, c)
) STRICT, WITHOUT ROWID;
CREATE INDEX total_empty ON total (n) WHERE n = 0;

INSERT INTO total SELECT sort, day, kind, a, b, c, count(*) FROM counted_case GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO total SELECT sort, day, kind, a, b, c, count(*) FROM counted_promise GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO total SELECT sort, day, kind, a, b, c, count(*) FROM counted_callback GROUP BY 1, 2, 3, 4, 5, 6;

-- What a row counted for goes, what it counts for now comes. A row without a revision is not written yet.
CREATE TRIGGER total_case_goes BEFORE UPDATE ON cases
WHEN OLD.revision > 0 AND (OLD.day IS NOT NEW.day OR OLD.category IS NOT NEW.category OR OLD.urgency IS NOT NEW.urgency
    OR OLD.department IS NOT NEW.department OR OLD.closed_day IS NOT NEW.closed_day
    OR OLD.closed_at IS NOT NEW.closed_at OR OLD.rings IS NOT NEW.rings
    OR OLD.done_day IS NOT NEW.done_day OR OLD.done_minutes IS NOT NEW.done_minutes)
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_case WHERE case_id = OLD.id
        ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_case_comes AFTER UPDATE ON cases
WHEN OLD.revision = 0 OR OLD.day IS NOT NEW.day OR OLD.category IS NOT NEW.category OR OLD.urgency IS NOT NEW.urgency
    OR OLD.department IS NOT NEW.department OR OLD.closed_day IS NOT NEW.closed_day
    OR OLD.closed_at IS NOT NEW.closed_at OR OLD.rings IS NOT NEW.rings
    OR OLD.done_day IS NOT NEW.done_day OR OLD.done_minutes IS NOT NEW.done_minutes
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_case WHERE case_id = NEW.id
        ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;
CREATE TRIGGER total_promise_made AFTER INSERT ON promise
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_promise
        WHERE case_id = NEW.case_id AND n = NEW.n ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER total_promise_goes BEFORE UPDATE ON promise
WHEN OLD.kept_at IS NOT NEW.kept_at OR OLD.withdrawn_at IS NOT NEW.withdrawn_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_promise
        WHERE case_id = OLD.case_id AND n = OLD.n ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_promise_comes AFTER UPDATE ON promise
WHEN OLD.kept_at IS NOT NEW.kept_at OR OLD.withdrawn_at IS NOT NEW.withdrawn_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_promise
        WHERE case_id = NEW.case_id AND n = NEW.n ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;
CREATE TRIGGER total_callback_made AFTER INSERT ON callback
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_callback
        WHERE case_id = NEW.case_id AND n = NEW.n ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER total_callback_goes BEFORE UPDATE ON callback
WHEN OLD.ended_at IS NOT NEW.ended_at OR OLD.outcome IS NOT NEW.outcome OR OLD.score IS NOT NEW.score
    OR OLD.ended_by IS NOT NEW.ended_by OR OLD.cancelled_at IS NOT NEW.cancelled_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_callback
        WHERE case_id = OLD.case_id AND n = OLD.n ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_callback_comes AFTER UPDATE ON callback
WHEN OLD.ended_at IS NOT NEW.ended_at OR OLD.outcome IS NOT NEW.outcome OR OLD.score IS NOT NEW.score
    OR OLD.ended_by IS NOT NEW.ended_by OR OLD.cancelled_at IS NOT NEW.cancelled_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_callback
        WHERE case_id = NEW.case_id AND n = NEW.n ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;
