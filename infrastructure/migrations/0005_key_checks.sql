-- A fingerprint of each key that this database is used with: another key is refused when the service is opened.
CREATE TABLE key_checks (
    name text PRIMARY KEY,
    fingerprint bytea NOT NULL
);
