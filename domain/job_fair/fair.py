"""The job fair (招聘会): one stream a fair, from plan to outcomes (Articles 42 and 43).

Its parts are in the modules beside: `planning` (42, 43.2), `admission` (43.1), `registrations` (43.3) and
`outcomes` (43.4), each with its events, its share of the state, and its decisions.
"""

from __future__ import annotations

from ..aggregate import changes_of
from . import admission, outcomes, planning, registrations
from .state import JobFair

__all__ = ["JobFair"]

JobFair.changes.update(changes_of(planning, admission, registrations, outcomes))
