"""Case management of a public employment service, kept as an event-sourced ledger (台账)."""
