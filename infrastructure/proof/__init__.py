"""Proof: seals over the log, verification, and audit packs."""
