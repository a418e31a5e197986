"""What is common to the parts of an agreement: whose it is, where it stands, and its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

from ..aggregate import Aggregate, Change, Occasion
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event
from ..organisation.agency import AgencyCode
from ..transfer import Transfer
from .needs import StaffingNeeds


class AgreementStage(StrEnum):
    """Where an agreement stands."""

    NOT_BEGUN = "not_begun"
    IN_FORCE = "in_force"
    ENDED = "ended"

    @property
    def label_zh(self) -> str:
        """The stage as an official writes it."""
        return {"not_begun": "未签订", "in_force": "履行中", "ended": "已终止"}[self]


class ItemKind(StrEnum):
    """What of an agreement a follow-up may be about (Article 49)."""

    GUIDANCE = "guidance"
    REFERRAL = "referral"
    HIRING = "hiring"

    @property
    def label_zh(self) -> str:
        """The service as a follow-up's record names it."""
        return {"guidance": "用人指导", "referral": "匹配推荐", "hiring": "招聘完成"}[self]


class Item(BaseModel):
    """A service that is still to be followed up, since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ItemKind
    since: date


class OfAgreement(BaseModel):
    """What every event of an agreement says: the enterprise, the agency that serves, its specialist."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    employer_id: UUID
    agency_code: AgencyCode
    specialist_id: str

    @property
    def responsible(self) -> tuple[str, str]:
        """Who is responsible for the duties that follow: the specialist, whoever acted."""
        return self.agency_code, self.specialist_id


@dataclass(slots=True)
class NeedsFile:
    """The staffing needs file (用人需求档案) as it stands; `content` None before it is opened."""

    content: StaffingNeeds | None = None
    opened_on: date | None = None
    revised_on: date | None = None
    """When its content last changed; the day of opening at first."""
    revisions: int = 0


@dataclass(slots=True)
class Supports:
    """How much was done for the enterprise, and when its effect was last assessed (Article 46)."""

    given: int = 0
    last_on: date | None = None
    effect_on: date | None = None


@dataclass(slots=True)
class KeyEnterpriseAgreement(Aggregate):
    """What decisions about an agreement need. One per agreement: the `number`-th of the enterprise."""

    kind: ClassVar[str] = "key_enterprise_agreement"
    changes: ClassVar[dict[type[Event], Change]] = {}

    employer_id: UUID | None = None
    number: int = 0
    agency_code: str = ""
    specialist_id: str = ""
    industry_code: str = ""
    signed_on: date | None = None
    valid_until: date | None = None
    served_since: date | None = None
    """The first signing in a row of agreements that transfers joined."""
    stage: AgreementStage = AgreementStage.NOT_BEGUN
    stage_since: date | None = None
    ending: str | None = None
    no_longer_key: str | None = None
    """Why the enterprise was found to be no longer key, None while it is."""
    team: dict[str, str] = field(default_factory=dict)
    """The support team: the role of each member, by staff id."""
    needs: NeedsFile = field(default_factory=NeedsFile)
    last_contact_on: date | None = None
    items: dict[UUID, Item] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    """How often each plan was made or changed, by its kind."""
    supports: Supports = field(default_factory=Supports)
    performance_met: bool | None = None
    transfer: Transfer | None = None

    def weight(self) -> int:
        """Return about how many bytes the state takes: what is followed up makes it large."""
        return 1500 + 120 * len(self.items)

    @property
    def whose(self) -> dict[str, Any]:
        """The fields of `OfAgreement` for an event of this agreement."""
        return {
            "employer_id": self.employer_id,
            "agency_code": self.agency_code,
            "specialist_id": self.specialist_id,
        }

    def is_live_on(self, day: date) -> bool:
        """Say whether the agreement is in force on `day`: signed, not ended, its term not over."""
        return (
            self.stage is AgreementStage.IN_FORCE
            and self.signed_on is not None
            and self.valid_until is not None
            and self.signed_on <= day <= self.valid_until
        )

    def require(self, occasion: Occasion, rule_id: str) -> None:
        """Make sure that the agreement is in force.

        Raises NotFound before it is signed, RuleBroken `rule_id` once it has ended, 45.3 after its term,
        and InvalidInput for a service dated before it.
        """
        if self.signed_on is None:
            raise NotFound("there is no such agreement: sign it first", field="agreement_id")
        if self.stage is AgreementStage.ENDED:
            raise RuleBroken(rule_id, f"the agreement is ended since {self.stage_since}")
        if occasion.occurred_on < self.signed_on:
            raise InvalidInput(
                f"the agreement was signed only on {self.signed_on}", field="occurred_on"
            )
        if not self.is_live_on(occasion.occurred_on):
            raise RuleBroken(
                "45.3", f"the agreement ran to its term on {self.valid_until}: sign a new one"
            )

    def require_new(self, item_id: UUID, field: str) -> None:
        """Make sure that nothing to be followed up bears the id. Raises InvalidInput."""
        if item_id in self.items:
            raise InvalidInput(f"the agreement has {item_id} already: take a new id", field=field)


def last_agreement(
    look: Callable[[type[KeyEnterpriseAgreement], UUID], KeyEnterpriseAgreement], employer_id: UUID
) -> KeyEnterpriseAgreement:
    """Return the enterprise's last agreement, an empty one without any; `look` gives that of a stream."""
    last, number = KeyEnterpriseAgreement(), 1
    while True:
        found = look(KeyEnterpriseAgreement, agreement_stream(employer_id, number))
        if found.signed_on is None:
            return last
        last, number = found, number + 1


def agreement_stream(employer_id: UUID, number: int) -> UUID:
    """Return the stream of an enterprise's agreement: that of the first, second … one.

    Its agreements follow one another, so that two agencies that sign at once reach for the same stream,
    and only one of them gets it.
    """
    return uuid5(NAMESPACE_URL, f"taizhang:key_enterprise:{employer_id}:{number}")


def agreement_id_of(agreement: KeyEnterpriseAgreement) -> UUID:
    """Return the stream of an agreement that was signed."""
    assert agreement.employer_id is not None
    return agreement_stream(agreement.employer_id, agreement.number)
