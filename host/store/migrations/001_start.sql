-- Times are milliseconds since 1970 in UTC. JSON is kept as text.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE connections (
    id           TEXT PRIMARY KEY,
    label        TEXT NOT NULL UNIQUE,
    connector    TEXT NOT NULL,
    method       TEXT NOT NULL,
    api_base     TEXT NOT NULL,
    oauth_base   TEXT NOT NULL,
    client_id    TEXT,
    state        TEXT NOT NULL,
    state_reason TEXT,
    identity     TEXT,
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

-- Sealed by the vault; nothing here can be read without its key. A token has a row to itself: nothing else writes it.
CREATE TABLE secrets (
    connection TEXT NOT NULL,
    field      TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (connection, field)
) STRICT;

-- A released lease keeps its row: the fencing number never goes back.
CREATE TABLE leases (
    name       TEXT PRIMARY KEY,
    holder     TEXT,
    fence      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Written before a token is sent away to be replaced, erased with the answer: what is left tells of a lost answer.
CREATE TABLE rotations (
    connection TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL,
    started_at INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
    id              TEXT PRIMARY KEY,
    automation      TEXT NOT NULL,
    document        TEXT NOT NULL,
    document_sha256 TEXT NOT NULL,
    inputs          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    outputs         TEXT,
    error           TEXT
) STRICT;

CREATE INDEX runs_by_start ON runs (started_at);

CREATE TABLE steps (
    run        TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path       TEXT NOT NULL,
    activity   TEXT,
    state      TEXT NOT NULL CHECK (state IN ('started', 'succeeded', 'failed', 'skipped')),
    attempt    INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    input      TEXT,
    output     TEXT,
    error      TEXT,
    PRIMARY KEY (run, path)
) STRICT;
