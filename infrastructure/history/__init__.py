"""Histories of records, and explanations down to the events."""
