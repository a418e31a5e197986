"""Employers: their vacancies, what these state, and the employer ledger (Chapter 4)."""
