"""Forgetting a person: how long records are kept, when they may be erased, and what stands against it."""
