"""The assistance agreement (就业援助服务协议) and its specialist (Articles 13, 23, 24, 30 and 33)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import REGISTRY, Event, Personal, RecordedEvent
from ..job_seeker.status import Unmet
from ..organisation.directory import Directory
from ..organisation.specialist import require_specialist
from .facts import Fact, require
from .state import AssistanceCase, CaseStage, Item, ItemKind, OfCase, later_of


class ServicePlace(StrEnum):
    """Where the person chose to be served (Article 23, paragraph 2)."""

    HOUSEHOLD = "household"
    RESIDENCE = "residence"

    @property
    def label_zh(self) -> str:
        """The place in the words of the regulation."""
        return {"household": "户籍所在地", "residence": "常住地"}[self]


class LedgerFacts(NamedTuple):
    """What a case needs to know of the person's ledger.

    `problem` is the condition of Chapter 3 that is not met (None: all are); `residence_area` is the
    division in which the person lives, where it is stated.
    """

    problem: Unmet | None
    residence_area: str | None = None


class Continued(BaseModel):
    """What an agreement signed after a transfer takes over from the one before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: UUID
    assisted_since: date
    referrals_failed: int
    referrals_at_fault: int
    items: dict[UUID, Item]


# --- events -----------------------------------------------------------------------------------


class AgreementSigned(OfCase, Event, name="assistance_case.agreement_signed"):
    """The person's `number`-th agreement was signed, at the place that the person chose."""

    number: int
    place: ServicePlace
    continued: Continued | None


class SpecialistChanged(
    OfCase, Event, name="assistance_case.specialist_changed", version=2, subject="person_id"
):
    """Another specialist of the agency (`specialist_id`) answers for the case from now on."""

    former_specialist_id: str
    reason: Personal


REGISTRY.was_in_clear(SpecialistChanged.event_name, 1, "reason")


# --- state ------------------------------------------------------------------------------------


@changed_by(AgreementSigned)
def _signed(case: AssistanceCase, event: AgreementSigned, recorded: RecordedEvent) -> None:
    case.case_id = recorded.stream_id
    case.person_id = event.person_id
    case.number = event.number
    case.agency_code = event.agency_code
    case.specialist_id = event.specialist_id
    case.signed_on = case.assisted_since = recorded.occurred_on
    case.stage = CaseStage.ASSISTED
    case.stage_since = recorded.occurred_on
    if event.continued is not None:
        case.assisted_since = event.continued.assisted_since
        case.referrals_failed = event.continued.referrals_failed
        case.referrals_at_fault = event.continued.referrals_at_fault
        case.items = {key: item.model_copy() for key, item in event.continued.items.items()}
        if any(item.kind is ItemKind.EMPLOYMENT for item in case.items.values()):
            case.stage = CaseStage.EMPLOYED


@changed_by(SpecialistChanged)
def _specialist(case: AssistanceCase, event: SpecialistChanged, _: RecordedEvent) -> None:
    case.specialist_id = event.specialist_id


# --- decisions --------------------------------------------------------------------------------


def signing_facts(case: AssistanceCase, ledger: LedgerFacts) -> tuple[Fact, ...]:
    """Return the facts on which a first or a further agreement depends; `case` is the last one.

    Rules 13.1, 23.1, 30.2, 33.
    """
    in_placement = case.stage is CaseStage.PLACED
    return (
        Fact(
            ledger.problem is None,
            "已求职登记，经评估为重点帮扶对象，已办理失业（转移就业）登记和就业困难人员认定，或属本市、区确定的重点帮扶人员",
            ledger.problem.text if ledger.problem else "",
            ledger.problem.text_zh if ledger.problem else "",
        ),
        Fact(
            not case.is_live,
            "没有履行中的就业援助服务协议",
            f"agreement {case.number} of the person is in force, at agency {case.agency_code}",
            "终止履行中的协议",
        ),
        Fact(
            not in_placement,
            "未在公益性岗位安置期内",
            "the person is placed in a public-welfare post: record the end of the placement first",
            "公益性岗位安置期满",
        ),
    )


def sign(
    case: AssistanceCase,
    previous: AssistanceCase | None,
    ledger: LedgerFacts,
    directory: Directory,
    occasion: Occasion,
    person_id: UUID,
    number: int,
    specialist_id: str,
    place: ServicePlace,
    taken_over: Sequence[AssistanceCase] = (),
) -> list[Event]:
    """Sign the person's `number`-th agreement, by the agency that acts; `previous` is the one before.

    `taken_over` are the cases under ledgers that were merged into the person's.

    After an approved transfer the receiving agency signs, and services that are followed up go on.

    Rules 5.a, 13.1, 23.1, 24.2, 30.2, 33.
    """
    if case.signed_on is not None:
        raise RuleBroken(
            "23.1",
            f"agreement {number} of the person was signed on {case.signed_on}, at agency "
            f"{case.agency_code}: a further one has the number {number + 1}",
        )
    if (number > 1) != (previous is not None) or number < 1:
        raise InvalidInput("agreements are numbered from 1, one after another", field="number")
    if previous is not None and previous.signed_on is None:
        raise NotFound(f"the person has no agreement {number - 1}", field="number")
    last = later_of(previous or case, *taken_over)
    in_placement = last.stage is CaseStage.PLACED
    require(
        "30.2" if in_placement else "23.1" if last.is_live else "13.1", signing_facts(last, ledger)
    )
    agency_code = occasion.actor.agency_code
    continued = _continued(last, directory, occasion)
    _require_place(ledger, place, agency_code)
    require_specialist(directory, specialist_id, agency_code, occasion.occurred_on)
    return [
        AgreementSigned(
            person_id=person_id,
            agency_code=agency_code,
            specialist_id=specialist_id,
            number=number,
            place=place,
            continued=continued,
        )
    ]


def change_specialist(
    case: AssistanceCase, directory: Directory, occasion: Occasion, specialist_id: str, reason: str
) -> list[Event]:
    """Name another specialist of the same agency, to whom open duties go over.

    Rules 5.a, 23.1.
    """
    also = (CaseStage.ENDED,) if case.report_owed else ()
    case.require(occasion, "23.1", CaseStage.ASSISTED, CaseStage.EMPLOYED, CaseStage.PLACED, *also)
    if specialist_id == case.specialist_id:
        raise InvalidInput(f"{specialist_id} is the specialist already", field="specialist_id")
    require_specialist(directory, specialist_id, case.agency_code, occasion.occurred_on)
    whose = {**case.whose, "specialist_id": specialist_id}
    return [SpecialistChanged(**whose, former_specialist_id=case.specialist_id, reason=reason)]


def _require_place(ledger: LedgerFacts, place: ServicePlace, agency_code: str) -> None:
    area = ledger.residence_area
    if place is ServicePlace.RESIDENCE and area and not agency_code.startswith(area):
        raise RuleBroken(
            "23.1",
            f"the person lives in {area}, which {agency_code} does not serve: bring the residence in "
            "the ledger up to date, or let the agency sign that serves it",
        )


def _continued(
    previous: AssistanceCase, directory: Directory, occasion: Occasion
) -> Continued | None:
    transfer = previous.transfer
    if transfer is None or previous.case_id is None or previous.assisted_since is None:
        return None
    day = occasion.occurred_on
    if directory.holder(transfer.to_agency_code, day) is not directory.holder(
        occasion.actor.agency_code, day
    ):
        raise RuleBroken(
            "24.2", f"the person was transferred to {transfer.to_agency_code}, which signs"
        )
    if previous.stage_since is not None and day < previous.stage_since:
        raise InvalidInput(
            f"the transfer was approved only on {previous.stage_since}", field="occurred_on"
        )
    return Continued(
        case_id=previous.case_id,
        assisted_since=previous.assisted_since,
        referrals_failed=previous.referrals_failed,
        referrals_at_fault=previous.referrals_at_fault,
        items={key: item.model_copy() for key, item in previous.items.items()},
    )
