-- The peer *plain*: row tables, and a trigger that writes what a row was and is into an audit table.

CREATE TABLE employers (
    credit_code text PRIMARY KEY,
    agency_code text NOT NULL,
    name text NOT NULL,
    basics jsonb NOT NULL,
    licence_valid_from date,
    licence_valid_until date,
    registered_on date,
    changed_by text NOT NULL
);
CREATE TABLE agents (
    agent_id uuid,
    credit_code text REFERENCES employers,
    authority_valid_until date NOT NULL,
    identity_valid_until date,
    real_name_verified boolean NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (credit_code, agent_id)
);
CREATE TABLE vacancies (
    vacancy_id uuid PRIMARY KEY,
    credit_code text NOT NULL REFERENCES employers,
    status text NOT NULL,
    since date NOT NULL,
    headcount integer,
    stated_valid_until date,
    violations integer NOT NULL,
    content jsonb NOT NULL,
    screening jsonb NOT NULL,
    submitted_by text,
    revised boolean NOT NULL DEFAULT true,
    overruled text,
    valid_until date,
    reason text,
    note text,
    occurred_on date NOT NULL,
    changed_by text NOT NULL,
    changed_at text NOT NULL,
    command_id uuid NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX ON vacancies (credit_code);
CREATE TABLE referrals (
    referral_id uuid PRIMARY KEY,
    vacancy_id uuid NOT NULL REFERENCES vacancies,
    outcome text
);
CREATE INDEX ON referrals (vacancy_id);
CREATE TABLE commands (
    command_id uuid PRIMARY KEY,
    name text NOT NULL,
    vacancy_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relation text NOT NULL,
    operation text NOT NULL,
    row_id text NOT NULL,
    old jsonb,
    new jsonb,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON audit (row_id);

CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (relation, operation, row_id, old, new)
    VALUES (TG_TABLE_NAME, TG_OP,
        CASE TG_TABLE_NAME WHEN 'vacancies' THEN to_jsonb(NEW) ->> 'vacancy_id' ELSE to_jsonb(NEW) ->> 'credit_code' END,
        CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER audited AFTER INSERT OR UPDATE ON employers FOR EACH ROW EXECUTE FUNCTION write_audit();
CREATE TRIGGER audited AFTER INSERT OR UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION write_audit();
CREATE TRIGGER audited AFTER INSERT OR UPDATE ON vacancies FOR EACH ROW EXECUTE FUNCTION write_audit();
