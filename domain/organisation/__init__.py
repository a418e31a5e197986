"""Agencies and the people on their staff: the tree, roles, certificates and powers (Articles 4-5, 60-65)."""
