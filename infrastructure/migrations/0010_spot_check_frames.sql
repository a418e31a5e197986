-- The frame of a spot-check is read from these events alone, record by record: few among all, in the order
-- in which the frame is sealed, and found without reading the log. (A query must name the topics it
-- wants as constants, all of them from this list; with others it reads the log, and is only slower.)
CREATE INDEX stored_events_frames ON stored_events (originator_id, originator_version)
    INCLUDE (topic, agency_code, notification_id)
    WHERE topic IN ('job_seeker_ledger.opened', 'job_seeker_ledger.moved', 'job_seeker_ledger.merged_into',
        'job_seeker_ledger.merged_from', 'job_seeker_ledger.needs_file_opened', 'employer_ledger.opened');
