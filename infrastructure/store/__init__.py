"""The event store: events appended and read, personal fields under their persons' keys."""
