-- The index by which frames are read (0010) named neither the events of key enterprises nor the later shapes of events
-- that are stored under `name@version`. A query that names one topic beyond the index cannot use it and reads every
-- event of every stream: among a million ledgers that took minutes. Whoever adds a shape of one of these events, or a
-- kind of record, makes the index anew in a migration of its own; a test holds the two together.
DROP INDEX stored_events_frames;
CREATE INDEX stored_events_frames ON stored_events (originator_id, originator_version)
    INCLUDE (topic, agency_code, notification_id)
    WHERE topic IN ('employer_ledger.opened', 'job_seeker_ledger.merged_from', 'job_seeker_ledger.merged_from@2',
        'job_seeker_ledger.merged_into', 'job_seeker_ledger.merged_into@2', 'job_seeker_ledger.moved',
        'job_seeker_ledger.moved@2', 'job_seeker_ledger.needs_file_opened', 'job_seeker_ledger.opened',
        'key_enterprise_agreement.ended', 'key_enterprise_agreement.expired',
        'key_enterprise_agreement.signed', 'key_enterprise_agreement.transfer_approved');
