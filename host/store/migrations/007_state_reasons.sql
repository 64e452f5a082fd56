-- Why a connection is in its state: a kind, whom or what it names, and the refusal of the token service. The sentences of
-- `state_reason` are read once into these columns, which take its place.
ALTER TABLE connections ADD COLUMN reason TEXT;
ALTER TABLE connections ADD COLUMN reason_subject TEXT;
ALTER TABLE connections ADD COLUMN token_error TEXT;
ALTER TABLE connections ADD COLUMN token_code TEXT;
ALTER TABLE connections ADD COLUMN token_message TEXT;
ALTER TABLE connections ADD COLUMN token_status INTEGER;

-- Whether the grant was of the connection `label`, or of a sign-in that made none.
ALTER TABLE revocations ADD COLUMN origin TEXT NOT NULL DEFAULT 'connection' CHECK (origin IN ('connection', 'sign-in'));
UPDATE revocations SET origin = 'sign-in', label = '' WHERE label = 'an unfinished sign-in';
