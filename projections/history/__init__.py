"""The history of a record, replayed: every event with what it changed, raised and met, and the state after it."""
