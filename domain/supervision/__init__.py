"""Supervision of the agencies below by their superior (Articles 56 and 58)."""
