"""The projector: read models kept level with the log, rebuilt beside the live ones, and shown as of a position."""
