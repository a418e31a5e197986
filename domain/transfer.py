"""The transfer of a service relation (服务关系划转): one course, for persons and key enterprises alike.

Asked for to the specialist → verified → applied for by the agency → passed upward level by level → decided
by the one with power: the lowest agency above both, a district within its bounds, the city across them
(Articles 23, 24 and 45). Each side (`domain.assistance.moving`, `domain.key_enterprise.moving`) has a
`Course`: its rules, the levels that may hold the relation, and its events, which are made of the models here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from .aggregate import Change, Occasion
from .errors import InvalidInput, NotFound, RuleBroken
from .events import Event, RecordedEvent
from .organisation.agency import AgencyCode, AgencyLevel
from .organisation.directory import Agency, Directory


class TransferStep(StrEnum):
    """How far a transfer has come."""

    REQUESTED = "requested"
    VERIFIED = "verified"
    APPLIED = "applied"

    @property
    def label_zh(self) -> str:
        """The step as an official writes it."""
        return {"requested": "已提出", "verified": "专员已核实", "applied": "已上报待批"}[self]


@dataclass(slots=True)
class Transfer:
    """A transfer under way: to which agency, how far it has come, with whom it lies, who decides.

    `confirmed` says that the receiving agency consents, where the side asks for that.
    """

    to_agency_code: str
    requested_on: date
    step: TransferStep = TransferStep.REQUESTED
    lies_with: str = ""
    decided_by: str = ""
    confirmed: bool = False


class Transferable(Protocol):
    """What a course asks of the aggregate whose relation is transferred."""

    agency_code: str
    specialist_id: str
    transfer: Transfer | None

    @property
    def whose(self) -> dict[str, Any]:
        """The fields that each of its events has."""
        ...

    def require(self, occasion: Occasion, rule_id: str) -> None:
        """Make sure that the agreement is in force."""
        ...


# --- what the events of every course say --------------------------------------------------------


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Towards(_Said):
    """To which agency the relation is to go, or goes."""

    to_agency_code: AgencyCode


class LiesWith(_Said):
    """With which superior agency the application lies from now on."""

    lies_with: AgencyCode

    @property
    def responsible(self) -> tuple[str, str]:
        """That superior, with nobody named yet."""
        return self.lies_with, ""


class AppliedFor(LiesWith, Towards):
    """The application, and which agency has the power to approve it."""

    decided_by: AgencyCode


class GoesTo(Towards):
    """The relation goes over."""

    @property
    def responsible(self) -> tuple[str, str]:
        """The receiving agency, which has no specialist before it signs."""
        return self.to_agency_code, ""


class CourseEvents(NamedTuple):
    """The events of a side, in the order of the course."""

    requested: type[Any]
    verified: type[Any]
    applied: type[Any]
    passed_on: type[Any]
    approved: type[Any]
    rejected: type[Any]
    withdrawn: type[Any]


# --- the course -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Course:
    """The course of a transfer on one side.

    `rule` is broken by a step out of turn, `power_rule` by an agency that may not take the relation
    over: one of none of `levels`. `asker` is who asks for it, as messages name them.
    """

    rule: str
    power_rule: str
    asker: str
    levels: frozenset[AgencyLevel]
    events: CourseEvents

    def request(
        self,
        held: Transferable,
        directory: Directory,
        occasion: Occasion,
        to_agency_code: str,
        **said: Any,
    ) -> list[Event]:
        """Record that a transfer is asked for: none is under way, and the other agency may serve.

        Raises RuleBroken, NotFound for an agency that does not exist, InvalidInput for the same agency.
        """
        held.require(occasion, self.rule)
        if held.transfer is not None:
            raise RuleBroken(
                self.rule, f"a transfer to {held.transfer.to_agency_code} is under way already"
            )
        day = occasion.occurred_on
        approver(directory, held.agency_code, to_agency_code, day)
        if _existing(directory, to_agency_code, day).level not in self.levels:
            raise RuleBroken(
                self.power_rule,
                f"{to_agency_code} is no {' or '.join(sorted(self.levels))} agency: it cannot take "
                "the service over",
            )
        return [self.events.requested(**held.whose, to_agency_code=to_agency_code, **said)]

    def verify(
        self, held: Transferable, occasion: Occasion, fits: bool, findings: str
    ) -> list[Event]:
        """Verify, as the specialist, what was said; what does not fit goes no further."""
        self.at(held, occasion, TransferStep.REQUESTED)
        if occasion.actor.staff_id != held.specialist_id:
            raise RuleBroken(self.rule, f"the specialist verifies: that is {held.specialist_id}")
        return [self.events.verified(**held.whose, fits=fits, findings=findings)]

    def apply(self, held: Transferable, directory: Directory, occasion: Occasion) -> list[Event]:
        """Apply for the transfer to the superior, from which it goes up to the one with power."""
        transfer = self.at(held, occasion, TransferStep.VERIFIED)
        to = transfer.to_agency_code
        way = route(directory, held.agency_code, to, occasion.occurred_on)
        return [
            self.events.applied(
                **held.whose, to_agency_code=to, lies_with=way[0], decided_by=way[-1]
            )
        ]

    def pass_on(self, held: Transferable, directory: Directory, occasion: Occasion) -> list[Event]:
        """Pass the application on to the next level up, as an agency without the power to decide."""
        transfer, day = self.at(held, occasion, TransferStep.APPLIED), occasion.occurred_on
        way = route(directory, held.agency_code, transfer.to_agency_code, day)
        lies_with = directory.holder(transfer.lies_with, day)
        here = lies_with.code_on(day) if lies_with else transfer.lies_with
        if here == way[-1]:
            raise RuleBroken(self.rule, f"{here} has the power to decide: it is not passed on")
        return [self.events.passed_on(**held.whose, lies_with=way[way.index(here) + 1])]

    def approve(
        self, held: Transferable, directory: Directory, occasion: Occasion, **said: Any
    ) -> list[Event]:
        """Approve the transfer, as the one with power; the agreement ends with it."""
        transfer = self._to_decide(held, directory, occasion)
        return [self.events.approved(**held.whose, to_agency_code=transfer.to_agency_code, **said)]

    def reject(
        self, held: Transferable, directory: Directory, occasion: Occasion, reason: str
    ) -> list[Event]:
        """Reject the transfer, as the one with power, with the reason; the agreement stays in force."""
        transfer = self._to_decide(held, directory, occasion)
        if not reason.strip():
            raise InvalidInput("say why the transfer is rejected", field="reason")
        return [
            self.events.rejected(
                **held.whose, to_agency_code=transfer.to_agency_code, reason=reason
            )
        ]

    def withdraw(self, held: Transferable, occasion: Occasion) -> list[Event]:
        """Record that it is no longer asked for."""
        held.require(occasion, self.rule)
        if held.transfer is None:
            raise RuleBroken(self.rule, "no transfer is under way")
        return [self.events.withdrawn(**held.whose)]

    def at(self, held: Transferable, occasion: Occasion, step: TransferStep) -> Transfer:
        """Return the transfer, which stands at `step`. Raises RuleBroken naming what comes first."""
        held.require(occasion, self.rule)
        transfer = held.transfer
        if transfer is None or transfer.step is not step:
            comes_first = {
                None: f"{self.asker} asks the specialist for it first",
                TransferStep.REQUESTED: "the specialist verifies it first",
                TransferStep.VERIFIED: "the agency applies for it first",
                TransferStep.APPLIED: "it lies with the superior agency",
            }
            raise RuleBroken(self.rule, comes_first[None if transfer is None else transfer.step])
        if occasion.occurred_on < transfer.requested_on:
            raise InvalidInput(
                f"it was asked for only on {transfer.requested_on}", field="occurred_on"
            )
        return transfer

    def changes(self) -> dict[type[Event], Change]:
        """Return how the course changes what is transferred, but for the approval, which ends it."""
        events = self.events
        return {
            events.requested: _requested,
            events.verified: _verified,
            events.applied: _applied,
            events.passed_on: _passed_on,
            events.rejected: _stays,
            events.withdrawn: _stays,
        }

    def _to_decide(self, held: Transferable, directory: Directory, occasion: Occasion) -> Transfer:
        """Return the application, which has come to the one with power. Raises RuleBroken."""
        transfer, day = self.at(held, occasion, TransferStep.APPLIED), occasion.occurred_on
        last = approver(directory, held.agency_code, transfer.to_agency_code, day)
        if directory.holder(transfer.lies_with, day) is not last:
            raise RuleBroken(
                self.rule,
                f"{transfer.lies_with} has no power to decide: it is passed on to "
                f"{last.code_on(day)}",
            )
        return transfer


def _requested(held: Transferable, event: Any, recorded: RecordedEvent) -> None:
    held.transfer = Transfer(event.to_agency_code, recorded.occurred_on)


def _verified(held: Transferable, event: Any, _: RecordedEvent) -> None:
    if not event.fits:
        held.transfer = None
    elif held.transfer is not None:
        held.transfer.step = TransferStep.VERIFIED


def _applied(held: Transferable, event: Any, _: RecordedEvent) -> None:
    if held.transfer is not None:
        held.transfer.step = TransferStep.APPLIED
        held.transfer.lies_with = event.lies_with
        held.transfer.decided_by = event.decided_by


def _passed_on(held: Transferable, event: Any, _: RecordedEvent) -> None:
    if held.transfer is not None:
        held.transfer.lies_with = event.lies_with


def _stays(held: Transferable, _: Any, __: RecordedEvent) -> None:
    held.transfer = None


# --- who decides ------------------------------------------------------------------------------------


def approver(directory: Directory, from_code: str, to_code: str, day: date) -> Agency:
    """Return the agency with power to approve: the lowest district or city above both, or one of them.

    Rules 23.3, 24, 45.1. Raises NotFound for an agency that does not exist, InvalidInput for a transfer to itself.
    """
    giving, receiving = _existing(directory, from_code, day), _existing(directory, to_code, day)
    if giving is receiving:
        raise InvalidInput("it is served by this agency already", field="to_agency_code")
    for superior in giving.line_upwards():
        if superior.level in _DECIDING and receiving.is_at_or_below(superior):
            return superior
    raise InvalidInput(f"{from_code} and {to_code} have no superior in common")


def route(directory: Directory, from_code: str, to_code: str, day: date) -> tuple[str, ...]:
    """Return the codes of the agencies through which the application goes, the one that decides last.

    A district that holds the relation itself and has the power decides at once.
    """
    giving = _existing(directory, from_code, day)
    last = approver(directory, from_code, to_code, day)
    upwards = list(giving.line_upwards())
    end = upwards.index(last)
    return tuple(agency.code_on(day) for agency in upwards[min(1, end) : end + 1])


_DECIDING = frozenset({AgencyLevel.DISTRICT, AgencyLevel.CITY})


def _existing(directory: Directory, code: str, day: date) -> Agency:
    agency = directory.holder(code, day)
    if agency is None or not agency.exists_on(day):
        raise NotFound(f"no agency answers for the code {code} on {day}", field="to_agency_code")
    return agency
