-- The place of a grant among all of this database: a later one has a greater number, and 0 has no place.
ALTER TABLE connections ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;

ALTER TABLE revocations ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
