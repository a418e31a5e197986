-- What jobs did: one run for each job, agency and period. An agency is known by its stream, whatever its code.
CREATE TABLE job_runs (
    job text NOT NULL,
    agency_id uuid NOT NULL,
    period_first date NOT NULL,
    period_last date NOT NULL,
    agency_code text NOT NULL, -- the one it bore on the last day of the period
    state text NOT NULL CHECK (state IN ('running', 'done', 'waiting', 'failed', 'skipped')),
    attempts integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    next_try_at timestamptz,
    outcome text NOT NULL DEFAULT '',
    PRIMARY KEY (job, agency_id, period_first)
);

-- What an operator decided about jobs. A job that is not here is on, and begins with its agencies.
CREATE TABLE job_switches (
    job text PRIMARY KEY,
    enabled boolean NOT NULL DEFAULT true,
    begins_on date
);

-- Runs are found by their series' latest; `status` also looks for the job's latest done anywhere.
CREATE INDEX job_runs_done ON job_runs (job, period_first, finished_at) WHERE state = 'done';
