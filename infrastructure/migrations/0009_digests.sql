-- A digest of each event: over its stored bytes, what was recorded around it, and the digest before it in its
-- stream. The bytes that are digested are those of docs/proof-format.md: 32 bytes of the digest before (zeros for
-- the first), then nine fields, each as four bytes of length and its value, as PostgreSQL's binary COPY writes them.
CREATE FUNCTION event_digest(
    before bytea, stream uuid, version bigint, topic text, occurred_on date, recorded_at timestamptz,
    staff_id text, agency_code text, command_id uuid, state bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE RETURN sha256(
    before
    || '\x00000010' || uuid_send(stream)
    || '\x00000008' || int8send(version)
    || int4send(octet_length(convert_to(topic, 'UTF8'))) || convert_to(topic, 'UTF8')
    || '\x00000004' || date_send(occurred_on)
    || '\x00000008' || timestamptz_send(recorded_at)
    || int4send(octet_length(convert_to(staff_id, 'UTF8'))) || convert_to(staff_id, 'UTF8')
    || int4send(octet_length(convert_to(agency_code, 'UTF8'))) || convert_to(agency_code, 'UTF8')
    || '\x00000010' || uuid_send(command_id)
    || int4send(octet_length(state)) || state
);

-- Whoever inserts, and however, the digest is made here: by the row that is the one before in its stream. Under the
-- lock of append_events nobody else can be adding to it.
CREATE FUNCTION digest_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bytea := '\x0000000000000000000000000000000000000000000000000000000000000000';
BEGIN
    IF NEW.originator_version <> 1 THEN
        SELECT digest INTO before FROM stored_events
        WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version - 1;
    END IF;
    NEW.digest := event_digest(before, NEW.originator_id, NEW.originator_version, NEW.topic, NEW.occurred_on,
        NEW.recorded_at, NEW.staff_id, NEW.agency_code, NEW.command_id, NEW.state);
    RETURN NEW;
END $$;

-- What is in the log already gets its digests: made stream by stream, then put in by one rewrite of the table, which
-- keeps the rows in their places on disk (an UPDATE would leave them in another order than that of the log).
ALTER TABLE stored_events ADD COLUMN digest bytea;
CREATE TEMPORARY TABLE first_digests (position bigint PRIMARY KEY, digest bytea NOT NULL) ON COMMIT DROP;
DO $$
DECLARE
    event stored_events;
    before bytea;
BEGIN
    FOR event IN SELECT * FROM stored_events ORDER BY originator_id, originator_version LOOP
        IF event.originator_version = 1 THEN
            before := '\x0000000000000000000000000000000000000000000000000000000000000000';
        END IF;
        before := event_digest(before, event.originator_id, event.originator_version, event.topic,
            event.occurred_on, event.recorded_at, event.staff_id, event.agency_code, event.command_id, event.state);
        INSERT INTO first_digests VALUES (event.notification_id, before);
    END LOOP;
END $$;
CREATE FUNCTION first_digest(wanted bigint) RETURNS bytea LANGUAGE sql STABLE AS
    'SELECT digest FROM first_digests WHERE position = wanted';
ALTER TABLE stored_events ALTER COLUMN digest TYPE bytea USING first_digest(notification_id);
DROP FUNCTION first_digest(bigint);
ALTER TABLE stored_events ALTER COLUMN digest SET NOT NULL;
CREATE TRIGGER events_have_digests BEFORE INSERT ON stored_events
    FOR EACH ROW EXECUTE FUNCTION digest_event();

-- Public keys by which seals are verified, for ever: `key_id` is the SHA-256 of the key.
CREATE TABLE signing_keys (
    key_id bytea PRIMARY KEY,
    public_key bytea NOT NULL
);
CREATE TRIGGER keys_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON signing_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();

-- Seals: signed statements of what the whole log was up to a position. `events` counts the events up to there,
-- `chain` runs over their positions and digests, `day` is given where the seal ends that day of Shanghai.
CREATE TABLE seals (
    number bigint PRIMARY KEY,
    position bigint NOT NULL,
    events bigint NOT NULL,
    chain bytea NOT NULL,
    day date,
    sealed_at timestamptz NOT NULL,
    before bytea NOT NULL, -- the digest of the seal before, zeros for the first
    key_id bytea NOT NULL REFERENCES signing_keys,
    signature bytea NOT NULL
);
CREATE INDEX seals_position ON seals (position, number);
CREATE TRIGGER seals_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();
REVOKE UPDATE, DELETE, TRUNCATE ON seals, signing_keys FROM PUBLIC;
