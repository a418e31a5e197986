-- The canonical content of what was issued, by its digest. Each can be made again from the log.
CREATE TABLE issued_documents (
    digest text PRIMARY KEY,
    content bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER documents_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON issued_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();
CREATE INDEX stored_events_notices ON stored_events (notification_id) WHERE topic LIKE 'notice.%';
