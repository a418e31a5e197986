-- The event store: events in one order, the commands that caused them, and the state that decisions need.
-- Plain SQL, applied once, in the order of the file names, with search_path set to the schema wanted.

CREATE SEQUENCE event_position;

CREATE TABLE stored_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL DEFAULT nextval('event_position'),
    occurred_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    staff_id text NOT NULL,
    agency_code text NOT NULL,
    command_id uuid NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
ALTER SEQUENCE event_position OWNED BY stored_events.notification_id;
CREATE UNIQUE INDEX stored_events_position ON stored_events (notification_id);
-- The log grows in the order of recorded_at, so that a block-range index finds a day at almost no cost.
CREATE INDEX stored_events_recorded ON stored_events USING brin (recorded_at) WITH (pages_per_range = 32);
-- A vacancy's id is used once, whichever employer's ledger it is in. Its event begins with it:
-- {"vacancy_id":"…36 characters…"
CREATE UNIQUE INDEX stored_events_vacancy_id ON stored_events (substring(state from 1 for 51))
    WHERE topic = 'vacancy.drafted';
CREATE INDEX stored_events_directory ON stored_events (notification_id)
    WHERE topic LIKE 'agency.%' OR topic LIKE 'staff_member.%';
ALTER TABLE stored_events SET (autovacuum_analyze_scale_factor = 0.05, autovacuum_freeze_min_age = 0);

-- Events are never changed: neither by an UPDATE or DELETE nor by a TRUNCATE, whoever tries.
CREATE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only: % refused', TG_OP USING ERRCODE = 'TZ002';
END $$;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();
REVOKE UPDATE, DELETE, TRUNCATE ON stored_events FROM PUBLIC;

-- One row for every command that was accepted: a repeat finds its first result here.
CREATE TABLE commands (
    command_id uuid PRIMARY KEY,
    name text NOT NULL,
    digest bytea NOT NULL,
    result bytea NOT NULL,
    last_position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    staff_id text NOT NULL,
    agency_code text NOT NULL
);

-- Refused attempts are worth auditing. No personal data: neither the command's fields nor its stream.
CREATE TABLE refusals (
    refusal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command_id uuid NOT NULL,
    name text NOT NULL,
    error text NOT NULL,
    rule_id text,
    refused_at timestamptz NOT NULL,
    staff_id text NOT NULL,
    agency_code text NOT NULL
);
CREATE INDEX refusals_by_agency ON refusals (agency_code, refused_at);

-- The state of each aggregate, kept so that a command costs the same on a short and on a long ledger.
-- It can be thrown away at any time: it is rebuilt from the events.
CREATE TABLE stream_states (
    stream_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    kind text NOT NULL,
    state bytea NOT NULL
) WITH (fillfactor = 70);

-- The log position of the last change of the directory of agencies and staff: a decision taken on an
-- older directory is refused and taken again.
CREATE TABLE directory_head (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), position bigint NOT NULL);
INSERT INTO directory_head (position) VALUES (0);

-- Appends in one round trip and in commit order: the lock is held until the commit, so that a reader of
-- the log never passes over a position that is filled later. Events, commands and states are parallel
-- arrays. Errors: TZ001 directory changed; unique violation of commands_pkey: command known; of
-- stored_events_pkey: another writer was first.
CREATE FUNCTION append_events(
    known_directory bigint,
    acting_staff text,
    acting_agency text,
    moment timestamptz,
    command_ids uuid[], command_names text[], command_digests bytea[], command_results bytea[],
    event_streams uuid[], event_versions bigint[], event_topics text[], event_states bytea[],
    event_days date[], event_commands uuid[],
    state_streams uuid[], state_versions bigint[], state_kinds text[], states bytea[],
    changes_directory boolean
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head bigint;
    last bigint;
BEGIN
    -- A key of our own schema, so that two installations in one database do not wait for each other.
    PERFORM pg_advisory_xact_lock(hashtext(current_schema()), 1);
    SELECT position INTO head FROM directory_head;
    IF head <> known_directory THEN
        RAISE EXCEPTION 'the directory has changed: % is now %', known_directory, head USING ERRCODE = 'TZ001';
    END IF;

    IF cardinality(event_streams) = 1 THEN
        INSERT INTO stored_events (originator_id, originator_version, topic, state, occurred_on,
            recorded_at, staff_id, agency_code, command_id)
        VALUES (event_streams[1], event_versions[1], event_topics[1], event_states[1], event_days[1],
            moment, acting_staff, acting_agency, event_commands[1])
        RETURNING notification_id INTO last;
    ELSE
        INSERT INTO stored_events (originator_id, originator_version, topic, state, occurred_on,
            recorded_at, staff_id, agency_code, command_id)
        SELECT e.stream, e.version, e.topic, e.state, e.day, moment, acting_staff, acting_agency, e.command
        FROM unnest(event_streams, event_versions, event_topics, event_states, event_days, event_commands)
            WITH ORDINALITY AS e (stream, version, topic, state, day, command, place)
        ORDER BY e.place;
        SELECT coalesce(max(notification_id), 0) INTO last FROM stored_events;
    END IF;

    INSERT INTO commands (command_id, name, digest, result, last_position, recorded_at, staff_id, agency_code)
    SELECT c.id, c.name, c.digest, c.result, last, moment, acting_staff, acting_agency
    FROM unnest(command_ids, command_names, command_digests, command_results) AS c (id, name, digest, result);

    IF cardinality(state_streams) > 0 THEN
        INSERT INTO stream_states AS kept (stream_id, version, kind, state)
        SELECT * FROM unnest(state_streams, state_versions, state_kinds, states)
        ON CONFLICT (stream_id) DO UPDATE
            SET version = excluded.version, kind = excluded.kind, state = excluded.state;
    END IF;
    IF changes_directory THEN
        UPDATE directory_head SET position = last;
    END IF;
    PERFORM pg_notify('taizhang_events', current_schema());
    RETURN last;
END $$;

-- The same for one command with one event, which most are: without arrays it takes a third less time.
-- A state of NULL is not kept.
CREATE FUNCTION append_event(
    known_directory bigint,
    acting_staff text,
    acting_agency text,
    moment timestamptz,
    command_id uuid, command_name text, command_digest bytea, command_result bytea,
    event_stream uuid, event_version bigint, event_topic text, event_state bytea, event_day date,
    state_version bigint, state_kind text, stream_state bytea,
    changes_directory boolean
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head bigint;
    last bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(current_schema()), 1);
    SELECT position INTO head FROM directory_head;
    IF head <> known_directory THEN
        RAISE EXCEPTION 'the directory has changed: % is now %', known_directory, head USING ERRCODE = 'TZ001';
    END IF;
    INSERT INTO stored_events (originator_id, originator_version, topic, state, occurred_on,
        recorded_at, staff_id, agency_code, command_id)
    VALUES (event_stream, event_version, event_topic, event_state, event_day,
        moment, acting_staff, acting_agency, append_event.command_id)
    RETURNING notification_id INTO last;
    INSERT INTO commands (command_id, name, digest, result, last_position, recorded_at, staff_id, agency_code)
    VALUES (append_event.command_id, command_name, command_digest, command_result, last, moment,
        acting_staff, acting_agency);
    IF stream_state IS NOT NULL THEN
        UPDATE stream_states SET version = state_version, kind = state_kind, state = stream_state
            WHERE stream_id = event_stream;
        IF NOT FOUND THEN
            INSERT INTO stream_states (stream_id, version, kind, state)
            VALUES (event_stream, state_version, state_kind, stream_state);
        END IF;
    END IF;
    IF changes_directory THEN
        UPDATE directory_head SET position = last;
    END IF;
    PERFORM pg_notify('taizhang_events', current_schema());
    RETURN last;
END $$;
