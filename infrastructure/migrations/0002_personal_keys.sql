-- One key per person, wrapped by the master key, apart from the events. Destroying a key is erasure:
-- the row stays as a tombstone, so that the person does not get a second key.
CREATE TABLE personal_keys (
    subject_id uuid PRIMARY KEY,
    wrapped bytea,
    created_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
