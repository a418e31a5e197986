-- What an integrator's own code has taken of the log: one row for each subscription. Everything up to its
-- position is acknowledged, or of no matter to it.
CREATE TABLE subscriptions (
    name text PRIMARY KEY,
    types text[], -- stored names of events; null: all of them
    position bigint NOT NULL,
    in_clear text, -- why it reads personal fields; null: they are masked
    created_at timestamptz NOT NULL DEFAULT now(),
    moved_at timestamptz,
    -- The event at which it stands still, and when that is tried again.
    failed_position bigint,
    failed_topic text,
    error text,
    attempts integer NOT NULL DEFAULT 0,
    failed_at timestamptz,
    retry_at timestamptz
) WITH (fillfactor = 50);

-- Events that an operator let a subscription pass over: kept for ever.
CREATE TABLE subscription_skips (
    skip_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    position bigint NOT NULL,
    topic text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    reason text NOT NULL,
    skipped_at timestamptz NOT NULL,
    staff_id text NOT NULL,
    agency_code text NOT NULL
);
CREATE TRIGGER skips_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscription_skips
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_events();
