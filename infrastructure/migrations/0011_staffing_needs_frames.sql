-- The frame of staffing needs files is read from the agreements of key enterprises, in the same way as the other
-- frames (0010): apart from them, because agreements are few, and each index holds all that its query names.
CREATE INDEX stored_events_agreement_frames ON stored_events (originator_id, originator_version)
    INCLUDE (topic, agency_code, notification_id)
    WHERE topic IN ('key_enterprise_agreement.signed', 'key_enterprise_agreement.ended',
        'key_enterprise_agreement.expired', 'key_enterprise_agreement.transfer_approved');
