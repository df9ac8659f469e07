-- What the desk should know of a household beside its figures: a dog, a key left with a neighbour.
ALTER TABLE household ADD COLUMN note TEXT NOT NULL DEFAULT '';
