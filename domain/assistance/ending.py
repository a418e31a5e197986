"""The end of a case: unwillingness or refusal, or a condition of the agreement (Articles 26, 28, 29)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from ..aggregate import Occasion, changed_by
from ..calendar import zh_date
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent
from .facts import Fact, being_assisted, require
from .state import AssistanceCase, CaseStage, ItemKind, OfCase


class EndingCause(StrEnum):
    """Why a case ends. The first two are Article 29's: verified, approved, and reported."""

    UNWILLING = "unwilling"
    REFUSES = "refuses"
    STABLE_EMPLOYMENT = "stable_employment"
    RECOGNITION_ENDED = "recognition_ended"
    AGREED_CONDITION = "agreed_condition"

    @property
    def label_zh(self) -> str:
        """The cause as an official writes it."""
        return {
            "unwilling": "明确表示无就业意愿",
            "refuses": "拒绝接受公共就业服务",
            "stable_employment": "实现稳定就业",
            "recognition_ended": "退出就业困难人员认定",
            "agreed_condition": "出现协议约定的终止情形",
        }[self]


REPORTED = frozenset({EndingCause.UNWILLING, EndingCause.REFUSES})
"""The causes that are reported to the unemployment registry (Article 29)."""

# --- events -----------------------------------------------------------------------------------


class EndingVerified(OfCase, Event, name="assistance_case.ending_verified", subject="person_id"):
    """The specialist verified that the person wants no work or refuses the service."""

    cause: EndingCause
    visited_on: date
    findings: Personal


class CaseEnded(OfCase, Event, name="assistance_case.ended", subject="person_id"):
    """The agency approved the end of the case (Article 29), or the case came to its agreed end."""

    cause: EndingCause
    note: Personal


class EndingReported(OfCase, Event, name="assistance_case.ending_reported"):
    """The unemployment registry (失业登记管理部门) was told; `reference` finds the report there."""

    reference: str


# --- state ------------------------------------------------------------------------------------


@changed_by(EndingVerified)
def _verified(case: AssistanceCase, event: EndingVerified, _: RecordedEvent) -> None:
    case.ending_verified = event.cause


@changed_by(CaseEnded)
def _ended(case: AssistanceCase, event: CaseEnded, recorded: RecordedEvent) -> None:
    case.stage = CaseStage.ENDED
    case.stage_since = recorded.occurred_on
    case.ending = event.cause
    case.report_owed = event.cause in REPORTED
    case.transfer = None
    case.consultation = None


@changed_by(EndingReported)
def _reported(case: AssistanceCase, _: EndingReported, __: RecordedEvent) -> None:
    case.report_owed = False


# --- decisions --------------------------------------------------------------------------------


def ending_facts(case: AssistanceCase) -> tuple[Fact, ...]:
    """Return the facts on which an ending for unwillingness depends, before it is verified.

    Rule 29.
    """
    on = zh_date(case.visits.unwilling_on) if case.visits.unwilling_on else ""
    return (
        being_assisted(case),
        Fact(
            case.visits.unwilling_on is not None,
            f"{on}跟踪回访时，本人明确表示无就业意愿或拒绝接受服务",
            "the person was not visited yet"
            if case.visits.last_on is None
            else f"at the last visit on {case.visits.last_on} the person was willing",
            "跟踪回访时本人明确表示无就业意愿或拒绝接受服务"
            + (
                f"（最近一次{zh_date(case.visits.last_on)}回访，有就业意愿）"
                if case.visits.last_on
                else "（尚未回访）"
            ),
        ),
    )


def verify(
    case: AssistanceCase, occasion: Occasion, cause: EndingCause, findings: str
) -> list[Event]:
    """Verify, as the specialist, what the person said at the visit.

    Rule 29.
    """
    case.require(occasion, "29", CaseStage.ASSISTED)
    require("29", ending_facts(case))
    visited_on = case.visits.unwilling_on
    assert visited_on is not None
    if cause not in REPORTED:
        raise InvalidInput("verified are unwillingness and refusal", field="cause")
    if occasion.actor.staff_id != case.specialist_id:
        raise RuleBroken("29", f"the specialist verifies: that is {case.specialist_id}")
    if occasion.occurred_on < visited_on:
        raise InvalidInput(f"the visit was on {visited_on}", field="occurred_on")
    return [EndingVerified(**case.whose, cause=cause, visited_on=visited_on, findings=findings)]


def approve(case: AssistanceCase, occasion: Occasion, note: str) -> list[Event]:
    """Approve the end, for the agency, by somebody other than the specialist.

    Rule 29.
    """
    case.require(occasion, "29", CaseStage.ASSISTED)
    facts = (
        *ending_facts(case),
        Fact(
            case.ending_verified is not None,
            "已经就业援助服务专员核实",
            f"the specialist {case.specialist_id} has not verified it",
        ),
        Fact(
            occasion.actor.staff_id != case.specialist_id,
            "由本级机构批准",
            "the agency approves: the specialist does not approve what the specialist verified",
        ),
    )
    require("29", facts)
    assert case.ending_verified is not None
    return [CaseEnded(**case.whose, cause=EndingCause(case.ending_verified), note=note)]


def close(case: AssistanceCase, occasion: Occasion, cause: EndingCause, note: str) -> list[Event]:
    """Close a case whose agreed end has come: stable work, the end of recognition, or an agreed condition.

    Rules 26, 28.
    """
    case.require(occasion, "28")
    if cause in REPORTED:
        raise RuleBroken("29", "unwillingness and refusal are verified and approved first")
    if cause is EndingCause.STABLE_EMPLOYMENT:
        edition = occasion.edition
        work = [item for item in case.items.values() if item.kind is ItemKind.EMPLOYMENT]
        opens = max(
            (edition.visit_after_six_months.window(item.since).opens for item in work), default=None
        )
        if opens is None:
            raise RuleBroken("28", "the person is not at work")
        if occasion.occurred_on < opens:
            raise RuleBroken("27.4b", f"the last visit on stability is due from {opens} on")
    if not note.strip():
        raise InvalidInput("say what the end rests on", field="note")
    return [CaseEnded(**case.whose, cause=cause, note=note)]


def report(case: AssistanceCase, occasion: Occasion, reference: str) -> list[Event]:
    """Record that the registry was told of the end.

    Rule 29.
    """
    case.require(occasion, "29", CaseStage.ENDED)
    if not case.report_owed:
        raise RuleBroken("29", "nothing is to be reported of this case")
    return [EndingReported(**case.whose, reference=reference)]
