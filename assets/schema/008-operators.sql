-- Recovery codes of supervisors (argon2id, PHC string), and what operators were refused.
ALTER TABLE operator ADD COLUMN recovery TEXT;
CREATE INDEX entry_operators ON entry (day, seq)
    WHERE action IN ('refused', 'wrong-pin', 'vouched', 'recover', 'reveal');
