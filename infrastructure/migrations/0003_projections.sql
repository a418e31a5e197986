-- Read models: which generations of each there are, which one is live, and how far each has come.
-- The tables of a generation are called <name>_g<generation>; the view <name> shows the live one.
CREATE TABLE read_models (
    name text NOT NULL,
    generation integer NOT NULL,
    version integer NOT NULL,
    basis text NOT NULL,
    position bigint NOT NULL,
    live boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    switched_at timestamptz, -- when it became live last; null while it is being built
    PRIMARY KEY (name, generation)
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX read_models_live ON read_models (name) WHERE live;

-- Events that could not be folded, and the later ones of their streams that wait behind them (error IS NULL).
CREATE TABLE projection_set_aside (
    name text NOT NULL,
    generation integer NOT NULL,
    position bigint NOT NULL,
    stream_id uuid NOT NULL,
    topic text NOT NULL,
    error text,
    attempts integer NOT NULL,
    retry_asked boolean NOT NULL DEFAULT false,
    set_aside_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, generation, position),
    FOREIGN KEY (name, generation) REFERENCES read_models ON DELETE CASCADE
);
