-- Appends like append_events, where decisions also rest on streams that they leave unchanged: such a stream
-- must still be at the version that was looked at. Error TZ003: it is not.
CREATE FUNCTION append_events_relying_on(
    relied_streams uuid[], relied_versions bigint[],
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
BEGIN
    -- The lock of append_events, taken before looking: held until the commit, nobody appends in between.
    PERFORM pg_advisory_xact_lock(hashtext(current_schema()), 1);
    IF EXISTS (
        SELECT FROM unnest(relied_streams, relied_versions) AS relied (stream, version)
        WHERE relied.version <> coalesce(
            (SELECT max(originator_version) FROM stored_events WHERE originator_id = relied.stream), 0)
    ) THEN
        RAISE EXCEPTION 'a stream that was relied on has changed' USING ERRCODE = 'TZ003';
    END IF;
    RETURN append_events(
        known_directory, acting_staff, acting_agency, moment,
        command_ids, command_names, command_digests, command_results,
        event_streams, event_versions, event_topics, event_states, event_days, event_commands,
        state_streams, state_versions, state_kinds, states, changes_directory);
END $$;
