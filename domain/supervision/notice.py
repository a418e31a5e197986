"""A notice (通报): issued once for one agency, kind and period; a correction supersedes it (Article 56).

The event holds where in the log the notice stands and the digest of its canonical content, so that
anyone can make it again from the log and compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from ..aggregate import Aggregate, Change, changed_by
from ..errors import InvalidInput, NotFound
from ..events import Event, RecordedEvent


class NoticeKind(StrEnum):
    """What a notice is about."""

    DAILY_VACANCIES = "daily_vacancies"
    MONTHLY_LEDGERS = "monthly_ledgers"


# --- events -----------------------------------------------------------------------------------


class NoticeIssued(Event, name="notice.issued"):
    """A notice was issued. `supersedes` and `reason` are given for a correction."""

    kind: NoticeKind
    notice_id: str
    agency_code: str
    period_start: date
    period_end: date
    log_position: int
    digest: str
    previous: str | None
    supersedes: str | None = None
    reason: str | None = None


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Notice(Aggregate):
    """The notice of one agency, kind and period in its present edition."""

    kind: ClassVar[str] = "notice"
    changes: ClassVar[dict[type[Event], Change]] = {}

    notice_id: str = ""
    digest: str = ""
    corrections: int = 0


@changed_by(NoticeIssued)
def _issued(notice: Notice, event: NoticeIssued, _: RecordedEvent) -> None:
    notice.corrections += event.supersedes is not None
    notice.notice_id = event.notice_id
    notice.digest = event.digest


Notice.changes[NoticeIssued] = _issued


def notice_stream(kind: NoticeKind, agency_id: UUID, period_end: date) -> UUID:
    """Return the stream of the notice of this kind, agency and period."""
    return uuid5(NAMESPACE_URL, f"taizhang:notice:{kind}:{agency_id}:{period_end.isoformat()}")


def notice_id(kind: NoticeKind, agency_code: str, period_end: date, correction: int = 0) -> str:
    """Return the id by which a notice is asked for, such as ``daily_vacancies-110105-20261102``."""
    base = f"{kind}-{agency_code}-{period_end:%Y%m%d}"
    return f"{base}-{correction}" if correction else base


# --- decisions --------------------------------------------------------------------------------


def issue(notice: Notice, issued: NoticeIssued) -> list[Event]:
    """Issue the notice, or a correction of it. Rules 56.2a, 56.2b.

    Raises InvalidInput for a second notice that does not say what it corrects and why: what was
    issued is never overwritten.
    """
    if issued.reason is None:
        if notice.notice_id:
            raise InvalidInput(
                f"{notice.notice_id} is issued already; a correction gives its reason"
            )
        return [issued]
    if not notice.notice_id:
        raise NotFound("there is no notice to correct: issue it first")
    if not issued.reason.strip():
        raise InvalidInput("a correction gives its reason", field="reason")
    if issued.digest == notice.digest:
        raise InvalidInput("the content is the same as issued: nothing to correct")
    return [issued]
