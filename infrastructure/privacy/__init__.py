"""Accesses to personal data, recorded; and persons forgotten."""
