"""Commands of supervision: notices (Articles 56 and 58)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ...domain.aggregate import Aggregate
from ...domain.errors import NotFound, RuleBroken
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
from ...domain.supervision.rectification import course
from ...domain.supervision.rectification.course import Finding
from ...domain.supervision.rectification.events import (
    ConcernedRecord,
    Source,
    rectification_stream,
)
from ...domain.supervision.rectification.state import Rectification
from ...domain.supervision.spot_check.check import SpotCheck
from ...domain.supervision.spot_check.closing import Problem
from ..ports import Identities
from .base import Addressed, Command, Context, Decided


class Notified(NamedTuple):
    """A problem of which a notice tells, for the `times`-th time."""

    rectification_id: UUID
    times: int


class IssuingCommand(Command):
    """A command of the notice office about one notice: of a kind, an agency and a period."""

    power: ClassVar[Power] = Power.ISSUE_NOTICES
    aggregate: ClassVar[type[Aggregate]] = Notice

    kind: NoticeKind
    agency_code: AgencyCode
    period_start: date
    period_end: date

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


class IssueNotice(IssuingCommand, name="issue_notice"):
    """Issue a notice whose content stands at a log position and has this digest (Article 56).

    An integrator asks for a notice by day and agency; this command records what was made.
    """

    log_position: int = Field(ge=0)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    previous: str | None = None
    correction_reason: str | None = None
    problems: tuple[Notified, ...] = ()
    """The problems of which the notice tells once more."""

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Issue it once, and notify its problems with it; a correction supersedes it.

        Raises RuleBroken 58.2a where a problem was put right, or notified, since the notice was made.

        Rules 56.2a, 56.2b, 58.2a.
        """
        assert isinstance(aggregate, Notice)
        corrects = self.correction_reason is not None
        number = aggregate.corrections + corrects
        issued = NoticeIssued(
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
        )
        return [
            *issue(aggregate, issued),
            *(
                Addressed(problem.rectification_id, event)
                for problem in self.problems
                for event in _notify(problem, issued.notice_id, context)
            ),
        ]


def _notify(problem: Notified, notice_id: str, context: Context) -> list[Event]:
    held = context.look(Rectification, problem.rectification_id)
    if held.times + 1 != problem.times:
        raise RuleBroken("58.2a", "a problem was notified since the notice was made: make it again")
    return course.notify(held, notice_id)


class MissedDuty(BaseModel):
    """What is missed under one rule in one record of an agency, with what shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_code: AgencyCode
    rule: str
    record_kind: ConcernedRecord
    record_id: UUID
    source_id: str
    evidence: str


class MadeUpFor(BaseModel):
    """A problem whose missed duties are none any more, as the log shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rectification_id: UUID
    evidence: str


class TakeOverMissedDuties(IssuingCommand, name="take_over_missed_duties"):
    """Record missed duties as problems of the agencies below, and those made up for as put right.

    What is missed is not for the asker to state: the notice office reads it from the obligations.
    """

    missed: tuple[MissedDuty, ...] = ()
    made_up_for: tuple[MadeUpFor, ...] = ()

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Record what is not known yet. Rule 58.2a."""
        decided: list[Addressed] = []
        day = context.occasion.occurred_on
        for one in self.missed:
            agency = context.directory.holder(one.agency_code, day)
            if agency is None:
                continue
            finding = Finding(
                agency_id=agency.stream_id,
                agency_code=agency.code_on(day),
                superior_code=self.agency_code,
                rule=one.rule,
                record_kind=one.record_kind,
                record_id=one.record_id,
                source=Source.MISSED_DUTY,
                source_id=one.source_id,
                item_no=None,
                evidence=one.evidence,
            )
            stream = rectification_stream(agency.stream_id, one.rule, one.record_id)
            found = course.find(context.look(Rectification, stream), finding)
            decided += [Addressed(stream, event) for event in found]
        for cleared in self.made_up_for:
            problem = context.look(Rectification, cleared.rectification_id)
            if problem.is_standing:
                decided += [
                    Addressed(cleared.rectification_id, event)
                    for event in course.put_right(problem, "逾期事项已补办", cleared.evidence)
                ]
        return decided


class TakeOverCheckProblems(Command, name="take_over_check_problems"):
    """Record what a closed spot-check found as problems of the inspected agencies; once, however often asked.

    What is wrong under one rule in one record is one problem, whatever was found of it.
    """

    power: ClassVar[Power] = Power.ISSUE_NOTICES
    aggregate: ClassVar[type[Aggregate]] = SpotCheck

    check_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the check's stream."""
        return self.check_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency whose check it is. Raises NotFound for one that was never planned."""
        check = _as_check(aggregate)
        check.require_planned()
        return check.agency_code

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Record each problem at the agency that was inspected. Rules 56.2b, 58.2a."""
        check = _as_check(aggregate)
        day = context.occasion.occurred_on
        grouped: dict[tuple[UUID, str, UUID], list[Problem]] = {}
        for problem in check.problems():
            agency = context.directory.holder(check.items[problem.number].stratum_code, day)
            if agency is not None:
                key = agency.stream_id, problem.rule_id, problem.record_id
                grouped.setdefault(key, []).append(problem)
        decided: list[Addressed] = []
        for (agency_id, rule, record_id), problems in grouped.items():
            held = context.directory.agency(agency_id)
            assert held is not None
            finding = Finding(
                agency_id=agency_id,
                agency_code=held.code_on(day),
                superior_code=check.agency_code,
                rule=rule,
                record_kind=ConcernedRecord(problems[0].kind.value),
                record_id=record_id,
                source=Source.SPOT_CHECK,
                source_id=str(self.check_id),
                item_no=problems[0].number,
                evidence=course.masked(_evidence_of(problems)),
            )
            stream = rectification_stream(agency_id, rule, record_id)
            found = course.find(context.look(Rectification, stream), finding)
            decided += [Addressed(stream, event) for event in found]
        return decided


def _evidence_of(problems: Iterable[Problem]) -> str:
    texts = {
        evidence.text_zh.rstrip("。；"): None
        for problem in problems
        for evidence in problem.evidence
    }
    return "；".join(texts) or "检查人员认定不符合"


def _as_check(aggregate: Aggregate) -> SpotCheck:
    assert isinstance(aggregate, SpotCheck)
    return aggregate
