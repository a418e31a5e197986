"""Commands of supervision: notices (Articles 56 and 58)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.errors import NotFound
from ...domain.events import Event
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ...domain.supervision.notice import (
    Notice,
    NoticeIssued,
    NoticeKind,
    issue,
    notice_id,
    notice_stream,
)
from ..ports import Identities
from .base import Command, Context


class IssueNotice(Command, name="issue_notice"):
    """Issue a notice whose content stands at a log position and has this digest (Article 56).

    An integrator asks for a notice by day and agency; this command records what was made.
    """

    power: ClassVar[Power] = Power.ISSUE_NOTICES
    aggregate: ClassVar[type[Aggregate]] = Notice

    kind: NoticeKind
    agency_code: AgencyCode
    period_start: date
    period_end: date
    log_position: int = Field(ge=0)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    previous: str | None = None
    correction_reason: str | None = None

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the notice's stream. Raises NotFound for an unknown agency."""
        agency = directory.find(self.agency_code, self.period_end)
        if agency is None:
            raise NotFound(
                f"no agency bears the code {self.agency_code} on {self.period_end}",
                field="agency_code",
            )
        return notice_stream(self.kind, agency.stream_id, self.period_end)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the issuing agency as it is today: its own supervisors issue, or a superior's."""
        issuer = context.directory.find(self.agency_code, self.period_end)
        if issuer is None:
            return self.agency_code
        return context.directory.present_code(issuer, context.occasion.today)

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Issue it once; a correction supersedes it."""
        assert isinstance(aggregate, Notice)
        corrects = self.correction_reason is not None
        number = aggregate.corrections + corrects
        return issue(
            aggregate,
            NoticeIssued(
                kind=self.kind,
                notice_id=notice_id(self.kind, self.agency_code, self.period_end, number),
                agency_code=self.agency_code,
                period_start=self.period_start,
                period_end=self.period_end,
                log_position=self.log_position,
                digest=self.digest,
                previous=self.previous,
                supersedes=(aggregate.notice_id or None) if corrects else None,
                reason=self.correction_reason,
            ),
        )
