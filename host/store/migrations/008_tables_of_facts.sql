-- Facts that were kept in `meta` under names with prefixes get columns and tables.
ALTER TABLE connections ADD COLUMN plan TEXT;
-- What a sign-in asked for, as JSON.
ALTER TABLE connections ADD COLUMN requested_access TEXT;
ALTER TABLE connections ADD COLUMN is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1));
CREATE UNIQUE INDEX connections_default ON connections (is_default) WHERE is_default = 1;
UPDATE connections SET
    plan = (SELECT nullif(value, '') FROM meta WHERE name = 'plan.' || connections.id),
    requested_access = (SELECT value FROM meta WHERE name = 'made.' || connections.id AND json_valid(value)),
    is_default = EXISTS (SELECT 1 FROM meta WHERE name = 'connection.default' AND value = connections.id);

-- What used a connection: a row for each automation.
CREATE TABLE connection_usage (
    connection TEXT NOT NULL,
    automation TEXT NOT NULL,
    run        TEXT NOT NULL,
    runs       INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    PRIMARY KEY (connection, automation)
) STRICT, WITHOUT ROWID;
INSERT INTO connection_usage (connection, automation, run, runs, last_at)
    SELECT connections.id, substr(name, length('used.' || connections.id || '.') + 1),
           json_extract(value, '$.run'), json_extract(value, '$.runs'), json_extract(value, '$.at')
    FROM meta JOIN connections ON instr(name, 'used.' || connections.id || '.') = 1
    WHERE CASE WHEN json_valid(value) THEN json_type(value, '$.run') = 'text'
                    AND typeof(json_extract(value, '$.runs')) = 'integer' AND typeof(json_extract(value, '$.at')) = 'integer' ELSE 0 END;

-- Sign-ins that did not end well, the last one of each label. Nothing secret is in them.
CREATE TABLE sign_in_attempts (
    label           TEXT PRIMARY KEY,
    at              INTEGER NOT NULL,
    client_id       TEXT,
    redirect        TEXT,
    expected        TEXT,
    oauth_base      TEXT,
    authorize       TEXT,
    failure_code    TEXT,
    failure_message TEXT,
    failure_remedy  TEXT,
    -- Arguments, as JSON.
    command         TEXT,
    classic_app     INTEGER,
    -- As JSON.
    scopes          TEXT NOT NULL,
    -- While it waits for an answer: the process, and until when.
    waiting_process INTEGER,
    waiting_until   INTEGER
) STRICT;
INSERT OR REPLACE INTO sign_in_attempts
    SELECT substr(name, length('attempt.') + 1), json_extract(value, '$.at_ms'), json_extract(value, '$.client_id'),
           json_extract(value, '$.redirect'), json_extract(value, '$.expected'), json_extract(value, '$.oauth_base'),
           json_extract(value, '$.authorize'), json_extract(value, '$.failure.code'),
           json_extract(value, '$.failure.message'), json_extract(value, '$.failure.remedy'),
           json_extract(value, '$.given'), CASE json_type(value, '$.classic_app') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END,
           coalesce(json_extract(value, '$.scopes'), '[]'), CASE WHEN typeof(json_extract(value, '$.waits[0]')) = 'integer' THEN json_extract(value, '$.waits[0]') END,
           CASE WHEN typeof(json_extract(value, '$.waits[1]')) = 'integer' THEN json_extract(value, '$.waits[1]') END
    FROM meta
    WHERE instr(name, 'attempt.') = 1
          AND CASE WHEN json_valid(value) THEN typeof(json_extract(value, '$.at_ms')) = 'integer' ELSE 0 END;

-- Until when a token service is left alone by an app: the hash of the service's address and the app's id.
CREATE TABLE token_pauses (
    app   TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;
INSERT INTO token_pauses
    SELECT substr(name, length('pause.') + 1), CAST(value AS INTEGER) FROM meta WHERE instr(name, 'pause.') = 1;

-- How the last refresh of a connection failed, for those who waited for it.
CREATE TABLE refresh_failures (
    connection    TEXT PRIMARY KEY,
    at            INTEGER NOT NULL,
    message       TEXT NOT NULL,
    retryable     INTEGER NOT NULL,
    token_error   TEXT,
    token_code    TEXT,
    token_message TEXT,
    token_status  INTEGER
) STRICT;

-- Codes that are on their way. One that outlives its process is of a sign-in that was interrupted.
CREATE TABLE exchange_notes (
    id         TEXT PRIMARY KEY,
    connector  TEXT NOT NULL,
    label      TEXT NOT NULL,
    client_id  TEXT NOT NULL,
    oauth_base TEXT NOT NULL,
    at         INTEGER NOT NULL,
    shown      INTEGER NOT NULL
) STRICT;
INSERT INTO exchange_notes
    SELECT name, json_extract(value, '$.connector'), coalesce(json_extract(value, '$.label'), ''),
           json_extract(value, '$.client_id'), json_extract(value, '$.oauth_base'), json_extract(value, '$.at'),
           json_type(value, '$.shown') IS 'true'
    FROM meta
    WHERE instr(name, 'exchange.') = 1
          AND CASE WHEN json_valid(value) THEN json_type(value, '$.connector') = 'text'
                    AND json_type(value, '$.client_id') = 'text' AND json_type(value, '$.oauth_base') = 'text'
                    AND typeof(json_extract(value, '$.at')) = 'integer' ELSE 0 END;

-- What could not be read is dropped with the rest, and so is what refreshes failed with: it is of seconds.
DELETE FROM meta
    WHERE name = 'connection.default' OR instr(name, 'plan.') = 1 OR instr(name, 'made.') = 1
       OR instr(name, 'used.') = 1 OR instr(name, 'attempt.') = 1 OR instr(name, 'pause.') = 1
       OR instr(name, 'refresh-failure.') = 1 OR instr(name, 'exchange.') = 1;
