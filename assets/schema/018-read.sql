-- Texts as pieces, once more: the row is the case's id, so that words of different entries find a case
-- together. Four digits are one piece, and the pinyin of contacts is there by its beginnings, not by its
-- pieces. Filled in right after this step for an existing book.
DROP TABLE case_text;
CREATE VIRTUAL TABLE case_text USING fts5 (pieces, content = '', detail = 'none', columnsize = 0, tokenize = 'ascii');
-- What is taken out of it leaves no trace.
INSERT INTO case_text (case_text, rank) VALUES ('secure-delete', 1);
