"""What it runs on: the PostgreSQL event store, keys, jobs, settings and logging."""
