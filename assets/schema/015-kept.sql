-- The totals again, by narrower triggers: each touches only the sort whose day or words a write changes, and
-- is not even asked where the write leaves its columns alone. What is counted is still said by the views.
DROP TRIGGER total_case_goes;
DROP TRIGGER total_case_comes;
DROP TRIGGER total_promise_goes;
DROP TRIGGER total_promise_comes;
DROP TRIGGER total_callback_goes;
DROP TRIGGER total_callback_comes;

CREATE TRIGGER total_case_made AFTER INSERT ON cases
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_case WHERE case_id = NEW.id
        ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER total_opened_goes BEFORE UPDATE OF day, category, department, urgency ON cases
WHEN OLD.day IS NOT NEW.day OR OLD.category IS NOT NEW.category OR OLD.department IS NOT NEW.department
    OR OLD.urgency IS NOT NEW.urgency
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_case
        WHERE case_id = OLD.id AND sort = 'opened' ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_opened_comes AFTER UPDATE OF day, category, department, urgency ON cases
WHEN OLD.day IS NOT NEW.day OR OLD.category IS NOT NEW.category OR OLD.department IS NOT NEW.department
    OR OLD.urgency IS NOT NEW.urgency
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_case
        WHERE case_id = NEW.id AND sort = 'opened' ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;

CREATE TRIGGER total_hour_goes BEFORE UPDATE OF day ON cases
WHEN OLD.day IS NOT NEW.day
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_case
        WHERE case_id = OLD.id AND sort = 'hour' ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_hour_comes AFTER UPDATE OF day ON cases
WHEN OLD.day IS NOT NEW.day
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_case
        WHERE case_id = NEW.id AND sort = 'hour' ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;

CREATE TRIGGER total_rings_goes BEFORE UPDATE OF day, rings ON cases
WHEN OLD.day IS NOT NEW.day OR OLD.rings IS NOT NEW.rings
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_case
        WHERE case_id = OLD.id AND sort = 'rings' ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_rings_comes AFTER UPDATE OF day, rings ON cases
WHEN OLD.day IS NOT NEW.day OR OLD.rings IS NOT NEW.rings
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_case
        WHERE case_id = NEW.id AND sort = 'rings' ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;

CREATE TRIGGER total_closed_goes BEFORE UPDATE OF closed_day, category ON cases
WHEN OLD.closed_day IS NOT NEW.closed_day OR OLD.category IS NOT NEW.category
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_case
        WHERE case_id = OLD.id AND sort = 'closed' ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_closed_comes AFTER UPDATE OF closed_day, category ON cases
WHEN OLD.closed_day IS NOT NEW.closed_day OR OLD.category IS NOT NEW.category
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_case
        WHERE case_id = NEW.id AND sort = 'closed' ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;

CREATE TRIGGER total_done_goes BEFORE UPDATE OF done_day, category, done_minutes ON cases
WHEN OLD.done_day IS NOT NEW.done_day OR OLD.category IS NOT NEW.category
    OR OLD.done_minutes IS NOT NEW.done_minutes
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_case
        WHERE case_id = OLD.id AND sort = 'done' ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_done_comes AFTER UPDATE OF done_day, category, done_minutes ON cases
WHEN OLD.done_day IS NOT NEW.done_day OR OLD.category IS NOT NEW.category
    OR OLD.done_minutes IS NOT NEW.done_minutes
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_case
        WHERE case_id = NEW.id AND sort = 'done' ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;

CREATE TRIGGER total_promise_goes BEFORE UPDATE OF kept_at, withdrawn_at ON promise
WHEN OLD.kept_at IS NOT NEW.kept_at OR OLD.withdrawn_at IS NOT NEW.withdrawn_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_promise
        WHERE case_id = OLD.case_id AND n = OLD.n ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_promise_comes AFTER UPDATE OF kept_at, withdrawn_at ON promise
WHEN OLD.kept_at IS NOT NEW.kept_at OR OLD.withdrawn_at IS NOT NEW.withdrawn_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_promise
        WHERE case_id = NEW.case_id AND n = NEW.n ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;

CREATE TRIGGER total_callback_goes BEFORE UPDATE OF ended_at, outcome, score, ended_by, cancelled_at ON callback
WHEN OLD.ended_at IS NOT NEW.ended_at OR OLD.outcome IS NOT NEW.outcome OR OLD.score IS NOT NEW.score
    OR OLD.ended_by IS NOT NEW.ended_by OR OLD.cancelled_at IS NOT NEW.cancelled_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, -1 FROM counted_callback
        WHERE case_id = OLD.case_id AND n = OLD.n ON CONFLICT DO UPDATE SET n = n - 1;
END;
CREATE TRIGGER total_callback_comes AFTER UPDATE OF ended_at, outcome, score, ended_by, cancelled_at ON callback
WHEN OLD.ended_at IS NOT NEW.ended_at OR OLD.outcome IS NOT NEW.outcome OR OLD.score IS NOT NEW.score
    OR OLD.ended_by IS NOT NEW.ended_by OR OLD.cancelled_at IS NOT NEW.cancelled_at
BEGIN
    INSERT INTO total SELECT sort, day, kind, a, b, c, 1 FROM counted_callback
        WHERE case_id = NEW.case_id AND n = NEW.n ON CONFLICT DO UPDATE SET n = n + 1;
    DELETE FROM total WHERE n = 0;
END;
