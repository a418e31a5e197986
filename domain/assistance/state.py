"""What is common to the parts of a case: whose it is, where it stands, and its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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


class CaseStage(StrEnum):
    """Where a case stands."""

    NOT_BEGUN = "not_begun"
    ASSISTED = "assisted"
    EMPLOYED = "employed"
    PLACED = "placed"
    ENDED = "ended"

    @property
    def label_zh(self) -> str:
        """The stage as an official writes it."""
        return {
            "not_begun": "未建立援助关系",
            "assisted": "就业援助中",
            "employed": "已上岗，跟踪稳岗",
            "placed": "公益性岗位托底安置",
            "ended": "已终止",
        }[self]


LIVE = frozenset({CaseStage.ASSISTED, CaseStage.EMPLOYED})
"""The stages in which the agreement is in force."""


class ItemKind(StrEnum):
    """What of a case a follow-up visit may be about (Article 27)."""

    GUIDANCE = "guidance"
    PROGRAMME = "programme"
    REFERRAL = "referral"
    EMPLOYMENT = "employment"

    @property
    def label_zh(self) -> str:
        """The service as a visit's record names it."""
        return {
            "guidance": "就业指导",
            "programme": "培训、见习",
            "referral": "匹配推荐",
            "employment": "上岗",
        }[self]


class Item(BaseModel):
    """A service that is followed up. Programmes have a middle and an end."""

    model_config = ConfigDict(extra="forbid")

    kind: ItemKind
    since: date
    middle_on: date | None = None
    end_on: date | None = None
    is_settled: bool = False
    """For a referral: its outcome is known; for a programme: it is over."""
    is_visited: bool = False

    @property
    def is_done(self) -> bool:
        """Say whether nothing is left to be followed up, so that the case need not remember it."""
        if self.kind is ItemKind.GUIDANCE:
            return self.is_visited
        return self.kind is ItemKind.REFERRAL and self.is_visited and self.is_settled


class OfCase(BaseModel):
    """What every event of a case says: the person, the agency that serves, and its specialist."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    person_id: UUID
    agency_code: AgencyCode
    specialist_id: str

    @property
    def responsible(self) -> tuple[str, str]:
        """Who is responsible for the duties that follow: the specialist, whoever acted."""
        return self.agency_code, self.specialist_id


@dataclass(slots=True)
class Readiness:
    """The last assessment of readiness; `cause` is why the person was found not ready."""

    assessed_on: date | None = None
    job_ready: bool = False
    cause: str | None = None
    classified_on: date | None = None


@dataclass(slots=True)
class Plan:
    """The assistance plan and action plan: revision 0 before it is made."""

    revision: int = 0
    open_stages: list[int] = field(default_factory=list)
    reached_stages: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Visits:
    """What of past visits decisions need."""

    last_on: date | None = None
    unwilling_on: date | None = None
    """The day of the last visit, where the person said there that help is not wanted."""


@dataclass(slots=True)
class Consultation:
    """The expert consultation that is under way."""

    consultation_id: UUID
    level_code: str
    accepted: bool = False
    opinion_open: bool = False
    """Whether the last opinion is still to be worked into the plan."""


@dataclass(slots=True)
class Placement:
    """Recommendation to a public-welfare post, and the placement there."""

    recommended_on: date | None = None
    placed_on: date | None = None
    until: date | None = None
    ended_on: date | None = None
    eligible_after: bool = False


@dataclass(slots=True)
class AssistanceCase(Aggregate):
    """What decisions about a case need. One per agreement: the `number`-th of the person."""

    kind: ClassVar[str] = "assistance_case"
    shape: ClassVar[int] = 2
    changes: ClassVar[dict[type[Event], Change]] = {}

    case_id: UUID | None = None
    person_id: UUID | None = None
    number: int = 0
    agency_code: str = ""
    specialist_id: str = ""
    signed_on: date | None = None
    assisted_since: date | None = None
    """The first signing in a row of agreements that transfers joined."""
    stage: CaseStage = CaseStage.NOT_BEGUN
    stage_since: date | None = None
    ending: str | None = None
    team: list[str] = field(default_factory=list)
    readiness: Readiness = field(default_factory=Readiness)
    plan: Plan = field(default_factory=Plan)
    items: dict[UUID, Item] = field(default_factory=dict)
    referrals_failed: int = 0
    """Referrals without employment since the person was last at work."""
    referrals_at_fault: int = 0
    """Those of them that failed through the person's own fault."""
    performance_met: bool | None = None
    visits: Visits = field(default_factory=Visits)
    consultation: Consultation | None = None
    placement: Placement = field(default_factory=Placement)
    transfer: Transfer | None = None
    ending_verified: str | None = None
    report_owed: bool = False
    search_archived: bool = False

    def weight(self) -> int:
        """Return about how many bytes the state takes: what is followed up makes it large."""
        return 800 + 150 * len(self.items)

    @property
    def is_live(self) -> bool:
        """Say whether the agreement is in force."""
        return self.stage in LIVE

    @property
    def whose(self) -> dict[str, Any]:
        """The fields of `OfCase` for an event of this case."""
        return {
            "person_id": self.person_id,
            "agency_code": self.agency_code,
            "specialist_id": self.specialist_id,
        }

    def require(self, occasion: Occasion, rule_id: str, *stages: CaseStage) -> None:
        """Make sure that the case stands at one of `stages` (any live one, where none is named).

        Raises NotFound before the agreement is signed, RuleBroken `rule_id` at another stage, and
        InvalidInput for a service dated before the agreement.
        """
        if self.signed_on is None:
            raise NotFound("there is no such assistance case: sign the agreement first")
        if self.stage not in (stages or LIVE):
            raise RuleBroken(
                rule_id,
                f"the case is {self.stage} since {self.stage_since}; this needs one that is "
                f"{' or '.join(stages or sorted(LIVE))}",
            )
        if occasion.occurred_on < self.signed_on:
            raise InvalidInput(
                f"the agreement was signed only on {self.signed_on}", field="occurred_on"
            )

    def item(self, item_id: UUID, kind: ItemKind, field: str) -> Item:
        """Return a service of this kind. Raises NotFound."""
        item = self.items.get(item_id)
        if item is None or item.kind is not kind:
            raise NotFound(f"the case has no {kind} {item_id}", field=field)
        return item

    def forget_if_done(self, item_id: UUID) -> None:
        """Let go of a service with which nothing is left to do."""
        item = self.items.get(item_id)
        if item is not None and item.is_done:
            del self.items[item_id]

    def require_new(self, item_id: UUID, field: str) -> None:
        """Make sure that no service of the case bears the id. Raises InvalidInput."""
        if item_id in self.items:
            raise InvalidInput(f"the case has {item_id} already: take a new id", field=field)


def last_case(
    look: Callable[[type[AssistanceCase], UUID], AssistanceCase],
    person_id: UUID,
    taken_over: Iterable[UUID] = (),
) -> AssistanceCase:
    """Return the person's last case, an empty one where there is none; `look` gives that of a stream.

    `taken_over` are the cases under ledgers that were merged into the person's.
    """
    last = AssistanceCase()
    for case in cases_of(look, person_id):
        last = case
    return later_of(last, *(look(AssistanceCase, case_id) for case_id in taken_over))


def cases_of(
    look: Callable[[type[AssistanceCase], UUID], AssistanceCase], person_id: UUID
) -> Iterator[AssistanceCase]:
    """Yield the cases that were signed under a ledger, the first one first."""
    number = 1
    while (case := look(AssistanceCase, case_stream(person_id, number))).signed_on is not None:
        yield case
        number += 1


def later_of(case: AssistanceCase, *others: AssistanceCase) -> AssistanceCase:
    """Return the case that was signed last."""
    return max((case, *others), key=lambda one: one.signed_on or date.min)


def case_stream(person_id: UUID, number: int) -> UUID:
    """Return the stream of a person's case: that of the first, second … agreement.

    One person's cases follow one another, so that two agencies that sign at once reach for the same
    stream, and only one of them gets it.
    """
    return uuid5(NAMESPACE_URL, f"taizhang:assistance:{person_id}:{number}")
