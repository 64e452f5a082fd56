-- Signatures of deliveries that came in, for as long as their time would still be accepted.
CREATE TABLE deliveries_seen (
    proof BLOB PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_seen_until ON deliveries_seen (until);
