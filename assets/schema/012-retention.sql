-- When the personal fields of a closed case were taken out: the community's day; none while it has them.
ALTER TABLE cases ADD COLUMN cleared_day TEXT;
CREATE INDEX cases_lapsed ON cases (closed_day, id)
    WHERE closed_day IS NOT NULL AND cleared_day IS NULL AND open = 0;

-- The entries whose body the transaction under way may replace, because an entry that it made before says by
-- what. Empty outside of such a transaction.
CREATE TABLE clearing (
    seq INTEGER PRIMARY KEY
) STRICT;

-- Entries and signed days stay what they are, but for that.
DROP TRIGGER entry_stays;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
WHEN NEW.seq IS NOT OLD.seq OR NEW.subject IS NOT OLD.subject OR NEW.revision IS NOT OLD.revision
    OR NEW.at IS NOT OLD.at OR NEW.day IS NOT OLD.day OR NEW.by IS NOT OLD.by OR NEW.action IS NOT OLD.action
    OR NEW.hash IS NOT OLD.hash OR NOT EXISTS (SELECT 1 FROM clearing WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
DROP TRIGGER day_sheet_stays;
CREATE TRIGGER day_sheet_stays BEFORE UPDATE ON day_sheet
WHEN NEW.day IS NOT OLD.day OR NEW.signed_at IS NOT OLD.signed_at OR NEW.signed_by IS NOT OLD.signed_by
    OR NEW.head IS NOT OLD.head OR NEW.head_hash IS NOT OLD.head_hash OR NOT EXISTS (
        SELECT 1 FROM entry e JOIN clearing c ON c.seq = e.seq
        WHERE e.subject = 'day:' || OLD.day AND e.action = 'sign-off' AND e.body = NEW.body)
BEGIN SELECT RAISE(ABORT, 'a signed day is frozen'); END;

-- What is taken out of the index of texts leaves no trace in it.
INSERT INTO case_text (case_text, rank) VALUES ('secure-delete', 1);
