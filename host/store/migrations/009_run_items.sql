-- The items of a run's loops that go on when one fails: those that failed, and all. Zero for runs made before.
ALTER TABLE runs ADD COLUMN failed_items INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
-- The run that this one tries again, and the step from which on it performs steps again. NULL for other runs.
ALTER TABLE runs ADD COLUMN retry_of TEXT;
ALTER TABLE runs ADD COLUMN retry_from TEXT;
