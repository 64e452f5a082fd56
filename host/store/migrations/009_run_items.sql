-- The items of a run's loops that go on when one fails: those that failed, and all. Zero for runs made before.
ALTER TABLE runs ADD COLUMN failed_items INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
