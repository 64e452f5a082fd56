-- Which connection each of the document's names stood for, as JSON: name to label. NULL for runs made before.
ALTER TABLE runs ADD COLUMN connections TEXT;
