-- Texts of entries as pieces of one, two and three characters, and the kind of the case as one word. The
-- row is the case's id times 256 plus the entry's revision. Filled in right after this step for an
-- existing book. Holds no text: what is found is checked against the case itself.
DROP TABLE case_text;
CREATE VIRTUAL TABLE case_text USING fts5 (pieces, content = '', detail = 'none', columnsize = 0, tokenize = 'ascii');
-- What is taken out of it leaves no trace.
INSERT INTO case_text (case_text, rank) VALUES ('secure-delete', 1);

-- When a day was signed last and a copy failed last, without reading all sheets and attempts.
CREATE INDEX day_sheet_signed ON day_sheet (signed_at);
CREATE INDEX copy_failed ON copy (started_at) WHERE error IS NOT NULL;
