-- A seal also covers what stands beside the log: the commands of the events since the seal before, and the refusals
-- since then (docs/proof-format.md). Null in seals from before, which stay as they were signed.
ALTER TABLE seals
    ADD COLUMN commands bytea, -- the digest of those commands
    ADD COLUMN refusals bigint, -- the last refusal that is covered
    ADD COLUMN refused bytea, -- the digest of those refusals
    ADD CHECK (num_nulls(commands, refusals, refused) IN (0, 3));

CREATE TRIGGER commands_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commands
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();
CREATE TRIGGER refusals_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refusals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();
REVOKE UPDATE, DELETE, TRUNCATE ON commands, refusals FROM PUBLIC;

-- Whoever seals holds this lock alone, so that no refusal is on its way with a number below the last one that is
-- sealed. It is taken before the number is drawn.
CREATE FUNCTION wait_for_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext(current_schema()), 5);
    RETURN NULL;
END $$;
CREATE TRIGGER refusals_wait_for_sealing BEFORE INSERT ON refusals
    FOR EACH STATEMENT EXECUTE FUNCTION wait_for_sealing();

-- Erasures are held against the keys of persons: few among all events, and found without reading the log.
CREATE INDEX stored_events_erasures ON stored_events (notification_id) WHERE topic LIKE 'person.erased%';

-- A stretch of the log is verified with the commands that ended in it.
CREATE INDEX commands_ended ON commands (last_position);
