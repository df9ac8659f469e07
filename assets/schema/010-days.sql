-- On which of the community's days something fell, and what else the totals count by. Filled in for an
-- existing book right after this step: a time zone is more than SQL knows.
ALTER TABLE cases ADD COLUMN hour INTEGER;          -- of the day, when it was opened
ALTER TABLE cases ADD COLUMN department TEXT;       -- which handles it
ALTER TABLE cases ADD COLUMN rings INTEGER;         -- noted at a call that is not void
ALTER TABLE cases ADD COLUMN done_day TEXT;         -- when its work was done, where its kind says so
ALTER TABLE cases ADD COLUMN done_minutes INTEGER;  -- from its opening until then
ALTER TABLE promise ADD COLUMN due_day TEXT;
ALTER TABLE promise ADD COLUMN kept_day TEXT;
ALTER TABLE callback ADD COLUMN due_day TEXT;
ALTER TABLE callback ADD COLUMN ended_day TEXT;
ALTER TABLE callback ADD COLUMN urgent INTEGER;     -- the case was urgent when the duty arose

CREATE INDEX cases_done ON cases (done_day) WHERE done_day IS NOT NULL;
CREATE INDEX promise_due_day ON promise (due_day);
CREATE INDEX callback_due_day ON callback (due_day);
CREATE INDEX callback_ended_day ON callback (ended_day) WHERE ended_day IS NOT NULL;

-- Who came how often is read from the index alone.
DROP INDEX cases_day;
CREATE INDEX cases_day ON cases (day, kind, category, unit);
