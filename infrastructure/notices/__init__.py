"""Notices: made from the read models at a log position, issued once, and proven from the log."""
