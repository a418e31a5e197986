"""Commands of rectification (Article 58): the superior finds, notifies, checks; the agency puts right."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.errors import InvalidInput, NotFound
from ...domain.events import Event
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ...domain.organisation.staff import StaffId
from ...domain.regulation.rules import RULES
from ...domain.supervision.rectification import course, escalation
from ...domain.supervision.rectification.course import Finding
from ...domain.supervision.rectification.events import ConcernedRecord, Source, rectification_stream
from ...domain.supervision.rectification.state import Rectification
from ..ports import Identities
from .base import Command, CommandOn, Context

_BY_HAND = frozenset(Source) - {Source.SPOT_CHECK, Source.MISSED_DUTY}


class RecordProblem(CommandOn[Rectification], name="record_problem"):
    """Record a problem that was found at an agency below: by monitoring, a complaint, a daily check.

    It is under one rule, in one record or (without `record_id`) at the agency as a whole; the same one
    found again is the same problem. `occurred_on` is the day on which it was found, which is always said:
    the agency meant is the one that bore the code on it. Problems of spot-checks and missed duties are
    taken over by themselves.
    """

    power: ClassVar[Power] = Power.SUPERVISE
    aggregate: ClassVar[type[Aggregate]] = Rectification

    agency_code: AgencyCode
    rule: str
    record_kind: ConcernedRecord
    record_id: UUID | None = None
    source: Source
    reference: str | None = None
    """The number of the paper or page where it was found; it makes the finding known again."""
    evidence: str

    @property
    def found_on(self) -> date:
        """The day on which it was found. Raises InvalidInput where it is not said."""
        if self.occurred_on is None:
            raise InvalidInput("say on which day it was found", field="occurred_on")
        return self.occurred_on

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the problem's stream. Raises NotFound for an unknown agency."""
        agency = directory.holder(self.agency_code, self.found_on)
        if agency is None:
            raise NotFound(f"no agency bears the code {self.agency_code}", field="agency_code")
        return rectification_stream(agency.stream_id, self.rule, self.record_id)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency at which it was found."""
        return self.agency_code

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Record it, unless this very finding is known."""
        if self.rule not in RULES:
            raise InvalidInput(f"no rule has the id {self.rule!r}", field="rule")
        if (self.record_kind is ConcernedRecord.AGENCY) is not (self.record_id is None):
            raise InvalidInput(
                "a problem in a record names the record; one of the agency as a whole names none",
                field="record_id",
            )
        if self.source not in _BY_HAND:
            raise InvalidInput(f"{self.source} is taken over by itself", field="source")
        agency = context.directory.holder(self.agency_code, self.found_on)
        assert agency is not None
        finding = Finding(
            agency_id=agency.stream_id,
            agency_code=agency.code_on(self.found_on),
            superior_code=context.occasion.actor.agency_code,
            rule=self.rule,
            record_kind=self.record_kind,
            record_id=self.record_id,
            source=self.source,
            source_id=self.reference,
            item_no=None,
            evidence=self.evidence,
        )
        return course.find(problem, finding)


class ProblemCommand(CommandOn[Rectification]):
    """A command about a problem that was found."""

    aggregate: ClassVar[type[Aggregate]] = Rectification

    rectification_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the problem's stream."""
        return self.rectification_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the inspected agency. Raises NotFound for a problem that nobody found."""
        problem = self.own(aggregate)
        if not problem.agency_code:
            raise NotFound("no such problem was found at any agency", field="rectification_id")
        return problem.agency_code


class NotifyProblem(ProblemCommand, name="notify_problem"):
    """Notify the agency of one problem by a letter of its own, outside the monthly notice."""

    power: ClassVar[Power] = Power.SUPERVISE

    letter: str = Field(min_length=1, max_length=100)
    """The letter's number; the same letter counts once."""

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Notify it. Rule 58.2a."""
        return course.notify(problem, self.letter.strip())


class AnswerNotice(ProblemCommand, name="answer_notice"):
    """Answer a notice, for the agency at which the problem was found: cause, measures, until when."""

    power: ClassVar[Power] = Power.RECTIFY

    cause: str
    measures: str
    done_by: date | None = None

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Take the answer in. Rule 58.2a."""
        return course.answer(problem, context.occasion, self.cause, self.measures, self.done_by)


class PutProblemRight(ProblemCommand, name="put_problem_right"):
    """Report, for the agency at which it was found, that a problem is put right, and what shows it."""

    power: ClassVar[Power] = Power.RECTIFY

    how: str
    evidence: str

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Record it. Rule 58.2a."""
        return course.put_right(problem, self.how, self.evidence)


class CheckRectification(ProblemCommand, name="check_rectification"):
    """Check, for the superior, what was put right; a no gives its reason."""

    power: ClassVar[Power] = Power.SUPERVISE

    accepted: bool
    reason: str | None = None

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Record the check. Rule 58.2a."""
        return course.check(problem, self.accepted, self.reason)


class WithdrawProblem(ProblemCommand, name="withdraw_problem"):
    """Take a finding back, for the superior: it was no problem."""

    power: ClassVar[Power] = Power.SUPERVISE

    reason: str

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Take it back. Rule 58.2a."""
        return course.withdraw(problem, self.reason)


class HoldInterview(ProblemCommand, name="hold_interview"):
    """Record the admonition interview with the agency's head (警示约谈)."""

    power: ClassVar[Power] = Power.SUPERVISE

    head_id: StaffId
    held_by: tuple[StaffId, ...] = Field(min_length=1)
    minutes: str
    put_right_by: date

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Record it while it is open; the head is on the agency's staff, who held it above it.

        Rule 58.2b.
        """
        directory, day = context.directory, context.occasion.occurred_on
        inspected = directory.holder(problem.agency_code, day)
        for field, staff_ids in (("head_id", (self.head_id,)), ("held_by", self.held_by)):
            for staff_id in staff_ids:
                member = directory.member(staff_id)
                code = member.agency_codes.on(day) if member is not None else None
                agency = directory.holder(code, day) if code is not None else None
                if agency is None or inspected is None:
                    raise InvalidInput(f"{staff_id} is on no staff on {day}", field=field)
                if field == "head_id" and agency is not inspected:
                    raise InvalidInput(
                        f"{staff_id} is not on the staff of {problem.agency_code}", field=field
                    )
                if field == "held_by" and (
                    agency is inspected or not inspected.is_at_or_below(agency)
                ):
                    raise InvalidInput(
                        f"{staff_id} is on the staff of no superior agency", field=field
                    )
        return escalation.hold_interview(
            problem,
            context.occasion,
            self.head_id,
            self.held_by,
            self.minutes,
            self.put_right_by,
        )


class DeclineInterview(ProblemCommand, name="decline_interview"):
    """Record that no admonition interview is held after the last notice, and why."""

    power: ClassVar[Power] = Power.SUPERVISE

    reason: str

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Record it while the interview is open. Rule 58.2b."""
        return escalation.decline_interview(problem, context.occasion, self.reason)


class ReferForAccountability(ProblemCommand, name="refer_for_accountability"):
    """Record that the case was referred for accountability (问责), with the grave consequences."""

    power: ClassVar[Power] = Power.SUPERVISE

    department: str
    consequences: str

    def decide_on(self, problem: Rectification, context: Context) -> list[Event]:
        """Record it after an interview without effect. Rule 58.2c."""
        return escalation.refer(problem, context.occasion, self.department, self.consequences)


ALL: tuple[type[Command], ...] = (
    RecordProblem,
    NotifyProblem,
    AnswerNotice,
    PutProblemRight,
    CheckRectification,
    WithdrawProblem,
    HoldInterview,
    DeclineInterview,
    ReferForAccountability,
)
