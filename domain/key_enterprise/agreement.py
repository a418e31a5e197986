"""The daily service agreement (日常服务协议): signed, renewed, its specialist and performance (Articles 44, 45, 50)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ..aggregate import Occasion, changed_by
from ..calendar import add_months
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from ..organisation.agency import AgencyCode
from ..organisation.directory import Directory
from ..organisation.specialist import require_specialist
from .catalogue import Asked
from .needs import StaffingNeeds
from .state import (
    AgreementStage,
    Item,
    KeyEnterpriseAgreement,
    NeedsFile,
    OfAgreement,
    agreement_id_of,
)

LONGEST_TERM_MONTHS = 120
"""A term beyond ten years is a slip of the pen."""


class ServedAt(StrEnum):
    """Where the enterprise chose to be served (Article 44, paragraph 2)."""

    REGISTERED = "registered"
    OPERATING = "operating"

    @property
    def label_zh(self) -> str:
        """The place in the words of the regulation."""
        return {"registered": "注册地", "operating": "经营地"}[self]


class Continued(BaseModel):
    """What an agreement signed after a transfer takes over from the one before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agreement_id: UUID
    served_since: date
    needs: StaffingNeeds | None
    needs_opened_on: date | None
    needs_revised_on: date | None
    needs_revisions: int
    plans: dict[str, int]
    items: dict[UUID, Item]


# --- events -----------------------------------------------------------------------------------


class AgreementSigned(OfAgreement, Event, name="key_enterprise_agreement.signed"):
    """The enterprise's `number`-th agreement was signed, to run until `valid_until`.

    `asked` is what the catalogues of restricted industries said. Of the quarters in each of which the
    enterprise is contacted the first begins after `contacts_after`.
    """

    number: int
    place: ServedAt
    registered_area: AgencyCode
    operating_area: AgencyCode
    industry_code: str
    valid_until: date
    contacts_after: date
    asked: tuple[Asked, ...]
    continued: Continued | None


class AgreementRenewed(OfAgreement, Event, name="key_enterprise_agreement.renewed"):
    """The agreement runs on, from its former term to `valid_until`."""

    former_valid_until: date
    valid_until: date
    asked: tuple[Asked, ...]


class SpecialistChanged(OfAgreement, Event, name="key_enterprise_agreement.specialist_changed"):
    """Another specialist of the agency (`specialist_id`) answers for the enterprise from now on."""

    former_specialist_id: str
    reason: str


class PerformanceRecorded(OfAgreement, Event, name="key_enterprise_agreement.performance_recorded"):
    """How both sides keep the agreement (协议履行情况)."""

    obligations_met: bool
    note: str


# --- state ------------------------------------------------------------------------------------


@changed_by(AgreementSigned)
def _signed(
    agreement: KeyEnterpriseAgreement, event: AgreementSigned, recorded: RecordedEvent
) -> None:
    agreement.employer_id = event.employer_id
    agreement.number = event.number
    agreement.agency_code = event.agency_code
    agreement.specialist_id = event.specialist_id
    agreement.industry_code = event.industry_code
    agreement.signed_on = agreement.served_since = recorded.occurred_on
    agreement.last_contact_on = recorded.occurred_on
    agreement.valid_until = event.valid_until
    agreement.stage = AgreementStage.IN_FORCE
    agreement.stage_since = recorded.occurred_on
    before = event.continued
    if before is not None:
        agreement.served_since = before.served_since
        agreement.needs = NeedsFile(
            before.needs, before.needs_opened_on, before.needs_revised_on, before.needs_revisions
        )
        agreement.plans = dict(before.plans)
        agreement.items = dict(before.items)


@changed_by(AgreementRenewed)
def _renewed(agreement: KeyEnterpriseAgreement, event: AgreementRenewed, _: RecordedEvent) -> None:
    agreement.valid_until = event.valid_until


@changed_by(SpecialistChanged)
def _specialist(
    agreement: KeyEnterpriseAgreement, event: SpecialistChanged, _: RecordedEvent
) -> None:
    agreement.specialist_id = event.specialist_id


@changed_by(PerformanceRecorded)
def _performance(
    agreement: KeyEnterpriseAgreement, event: PerformanceRecorded, _: RecordedEvent
) -> None:
    agreement.performance_met = event.obligations_met


# --- decisions --------------------------------------------------------------------------------


def sign(
    agreement: KeyEnterpriseAgreement,
    previous: KeyEnterpriseAgreement | None,
    directory: Directory,
    occasion: Occasion,
    employer_id: UUID,
    number: int,
    specialist_id: str,
    place: ServedAt,
    registered_area: str,
    operating_area: str,
    industry_code: str,
    valid_until: date,
    asked: tuple[Asked, ...],
) -> list[Event]:
    """Sign the enterprise's `number`-th agreement, by the agency that acts; `previous` is the one before.

    After an approved transfer the receiving agency signs: the needs file, the plans and what is still to
    be followed up go on.

    Rules 5.a, 44, 45.2.
    """
    day, agency_code = occasion.occurred_on, occasion.actor.agency_code
    if agreement.signed_on is not None:
        raise RuleBroken(
            "44",
            f"agreement {number} of the enterprise was signed on {agreement.signed_on}, at agency "
            f"{agreement.agency_code}: a further one has the number {number + 1}",
        )
    if (number > 1) != (previous is not None) or number < 1:
        raise InvalidInput("agreements are numbered from 1, one after another", field="number")
    if previous is not None:
        _require_over(previous, occasion, number - 1)
    continued = None if previous is None else _continued(previous, directory, occasion)
    area = registered_area if place is ServedAt.REGISTERED else operating_area
    if not (agency_code.startswith(area) or area.startswith(agency_code)):
        raise RuleBroken(
            "44",
            f"the enterprise chose to be served in {area}, which {agency_code} does not serve: it is "
            "served where it is registered or where it operates",
        )
    require_specialist(directory, specialist_id, agency_code, day)
    _require_term(valid_until, after=day)
    covered = None if continued is None or previous is None else previous.valid_until
    return [
        AgreementSigned(
            employer_id=employer_id,
            agency_code=agency_code,
            specialist_id=specialist_id,
            number=number,
            place=place,
            registered_area=registered_area,
            operating_area=operating_area,
            industry_code=industry_code,
            valid_until=valid_until,
            contacts_after=max(day, covered or day),
            asked=asked,
            continued=continued,
        )
    ]


def renew(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    valid_until: date,
    asked: tuple[Asked, ...],
) -> list[Event]:
    """Renew the agreement before its term is over, with an enterprise that is still key.

    Rules 44, 45.3.
    """
    require_renewable(agreement, occasion)
    assert agreement.valid_until is not None
    _require_term(valid_until, after=agreement.valid_until)
    return [
        AgreementRenewed(
            **agreement.whose,
            former_valid_until=agreement.valid_until,
            valid_until=valid_until,
            asked=asked,
        )
    ]


def require_renewable(agreement: KeyEnterpriseAgreement, occasion: Occasion) -> None:
    """Make sure that the agreement is in force, with an enterprise that is still key.

    Rule 45.3.
    """
    agreement.require(occasion, "45.3")
    if agreement.no_longer_key is not None:
        raise RuleBroken(
            "45.3",
            f"the enterprise is no longer key ({agreement.no_longer_key}): its agreement is ended by "
            "consent or runs to its term, and is not renewed",
        )


def change_specialist(
    agreement: KeyEnterpriseAgreement,
    directory: Directory,
    occasion: Occasion,
    specialist_id: str,
    reason: str,
) -> list[Event]:
    """Name another specialist of the same agency, to whom open duties go over.

    Rules 5.a, 44.
    """
    agreement.require(occasion, "44")
    if specialist_id == agreement.specialist_id:
        raise InvalidInput(f"{specialist_id} is the specialist already", field="specialist_id")
    require_specialist(directory, specialist_id, agreement.agency_code, occasion.occurred_on)
    whose = {**agreement.whose, "specialist_id": specialist_id}
    return [SpecialistChanged(**whose, former_specialist_id=agreement.specialist_id, reason=reason)]


def record_performance(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, obligations_met: bool, note: str
) -> list[Event]:
    """Record how the agreement is kept.

    Rule 50.
    """
    agreement.require(occasion, "50")
    return [PerformanceRecorded(**agreement.whose, obligations_met=obligations_met, note=note)]


def _require_over(previous: KeyEnterpriseAgreement, occasion: Occasion, number: int) -> None:
    if previous.signed_on is None:
        raise NotFound(f"the enterprise has no agreement {number}", field="number")
    assert previous.valid_until is not None
    if previous.stage is AgreementStage.IN_FORCE and occasion.occurred_on <= previous.valid_until:
        raise RuleBroken(
            "44",
            f"agreement {number} of the enterprise is in force until {previous.valid_until}, at agency "
            f"{previous.agency_code}: an enterprise has one; another agency takes it over by a transfer",
        )
    over_since = previous.stage_since if previous.stage is AgreementStage.ENDED else None
    if over_since is not None and occasion.occurred_on < over_since:
        raise InvalidInput(f"agreement {number} ended only on {over_since}", field="occurred_on")


def _require_term(valid_until: date, *, after: date) -> None:
    if valid_until <= after:
        raise InvalidInput(f"the term ends after {after}", field="valid_until")
    if valid_until > add_months(after, LONGEST_TERM_MONTHS):
        raise InvalidInput("a term is ten years at most", field="valid_until")


def _continued(
    previous: KeyEnterpriseAgreement, directory: Directory, occasion: Occasion
) -> Continued | None:
    transfer = previous.transfer
    if transfer is None or previous.stage is not AgreementStage.ENDED:
        return None
    assert previous.served_since is not None
    receiving = directory.holder(transfer.to_agency_code, occasion.occurred_on)
    acting = directory.holder(occasion.actor.agency_code, occasion.occurred_on)
    if receiving is not acting:
        raise RuleBroken(
            "45.2", f"the enterprise was transferred to {transfer.to_agency_code}, which signs"
        )
    needs = previous.needs
    return Continued(
        agreement_id=agreement_id_of(previous),
        served_since=previous.served_since,
        needs=needs.content,
        needs_opened_on=needs.opened_on,
        needs_revised_on=needs.revised_on,
        needs_revisions=needs.revisions,
        plans=dict(previous.plans),
        items=dict(previous.items),
    )
