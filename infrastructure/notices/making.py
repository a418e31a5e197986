"""What the notice office asks of each kind of notice: its period, where it stands, how it is made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

from psycopg import Connection

from ...application.commands.supervision import Notified
from ...domain.organisation.directory import Agency, Directory
from ...domain.organisation.powers import Actor
from ...domain.supervision.notice import NoticeKind
from ...projections.daily_vacancy_notice.model import DailyVacancyNotice
from ...projections.explanation.model import Evidence, Explanation
from ...projections.explanation.paths import Figure
from ...projections.monthly_ledger_notice.model import MonthlyLedgerNotice
from .erased_names import NamedAsIssued

AnyNotice = DailyVacancyNotice | MonthlyLedgerNotice
"""A notice of any kind, as it was issued."""

N = TypeVar("N", DailyVacancyNotice, MonthlyLedgerNotice)


class AsOf(Protocol):
    """Shows the read models as of a log position."""

    def catch_up(self) -> int:
        """Bring the read models level with the log, and return the position that they then show."""
        ...

    def rewound(self, position: int) -> AbstractContextManager[Connection[Any]]:
        """Show the live read models as of a position, as ``…_asof``."""
        ...

    def fold_to(self, position: int) -> AbstractContextManager[Connection[Any]]:
        """Show read models folded anew from the log up to a position, as ``…_asof``."""
        ...


class Period(NamedTuple):
    """The days that a notice is about, both included, and how people call them."""

    start: date
    end: date
    name: str


class Making(NamedTuple):
    """What a notice is made from: read models and directory as of `position`, and the notice before."""

    connection: Connection[Any]
    directory: Directory
    superior: Agency
    period: Period
    position: int
    dated: date


class NoticeEvidence(Protocol):
    """What an issued notice was counted from."""

    def figure(self, figure: Figure) -> Evidence:
        """Return what a figure of the notice was counted from."""
        ...

    def finding(self, number: int) -> Explanation:
        """Explain the n-th problem of the notice, from 1. Raises NotFound."""
        ...


class NoticeMaker(Protocol[N]):
    """Makes one kind of notice."""

    kind: NoticeKind
    model: type[N]

    def period(self, day: date) -> Period:
        """Return the period that holds `day`."""
        ...

    def ready_on(self, period: Period, superior: Agency) -> date:
        """Return the first day on which the notice can be issued, as things stand."""
        ...

    def prepare(self, period: Period, superior: Agency, by: Actor) -> None:
        """Record what has to be in the log before the notice stands on it."""
        ...

    def position(self, period: Period) -> int:
        """Return the log position on which a notice that is issued now stands."""
        ...

    def make(self, making: Making, previous: N | None) -> N:
        """Return the notice; the same log and the same data give the same notice."""
        ...

    def told(self, notice: N) -> Sequence[Notified]:
        """Return the problems of which issuing it notifies an agency."""
        ...

    def named_as_issued(self, connection: Connection[Any], again: N, issued: N) -> NamedAsIssued:
        """Return a notice made again, with the names of persons erased since as they were issued."""
        ...

    def changed_basis(self, notice: N) -> tuple[str, ...]:
        """Say what outside the log has changed since it was issued."""
        ...

    def evidence(self, making: Making, notice: N, notice_id: str) -> NoticeEvidence:
        """Return what an issued notice was counted from, as `making` shows it."""
        ...
