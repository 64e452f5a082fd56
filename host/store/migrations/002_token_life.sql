-- Grants whose end the service has not confirmed. What is needed to ask again is sealed in `secrets` under the same id.
CREATE TABLE revocations (
    id         TEXT PRIMARY KEY,
    label      TEXT NOT NULL,
    connector  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    last_error TEXT
) STRICT;

-- Accounts that took the app away: until when what was copied from them may be kept, and what was decided.
CREATE TABLE retentions (
    connection TEXT PRIMARY KEY,
    label      TEXT NOT NULL,
    connector  TEXT NOT NULL,
    identity   TEXT,
    ended_at   INTEGER NOT NULL,
    delete_by  INTEGER,
    decision   TEXT NOT NULL CHECK (decision IN ('delete', 'retain')),
    done_at    INTEGER
) STRICT;
