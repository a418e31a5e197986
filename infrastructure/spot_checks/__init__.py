"""Spot-checks: drawn from the log, examined by replay, proven from the log alone."""
