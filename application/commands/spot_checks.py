"""Commands of spot-checks (Article 56).

The first five record what the service worked out from the log: a plan with its seed, a frame, records
named that are in it, a sample, an examination. They are not among the commands of a wire (`ALL`): what they
say is not for the asker to state, but made by the office of spot-checks.
"""

from __future__ import annotations

from abc import abstractmethod
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
from ...domain.organisation.staff import StaffId
from ...domain.supervision.spot_check import closing, drawing, inspecting, naming, planning
from ...domain.supervision.spot_check.check import SpotCheck
from ...domain.supervision.spot_check.drawing import DrawnItem
from ...domain.supervision.spot_check.findings import Evidence, Verdict
from ...domain.supervision.spot_check.frame import Frame, SealedStratum
from ...domain.supervision.spot_check.inspecting import ItemExamined
from ...domain.supervision.spot_check.kinds import RecordKind
from ..ports import Identities
from .base import Command, Context


class _OfCheck(Command):
    """A command about a check that was planned: its superior's, unless a command says otherwise."""

    aggregate: ClassVar[type[Aggregate]] = SpotCheck

    check_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the check's stream."""
        return self.check_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the superior that makes the check. Raises NotFound for none."""
        assert isinstance(aggregate, SpotCheck)
        aggregate.require_planned()
        return aggregate.agency_code

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Return what follows for the check."""
        assert isinstance(aggregate, SpotCheck)
        return self.follow(aggregate, context)

    @abstractmethod
    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Return what follows for the check."""


# --- what the service works out ---------------------------------------------------------------


class PlanSpotCheck(Command, name="plan_spot_check"):
    """Plan a check, with the seed that the sample will be drawn by (Article 56)."""

    power: ClassVar[Power] = Power.SPOT_CHECK
    aggregate: ClassVar[type[Aggregate]] = SpotCheck

    agency_code: AgencyCode
    kind: RecordKind
    month: date
    cut_off: date
    inspectors: tuple[StaffId, ...]
    inspect_by: date
    answer_by: date
    seed: str = Field(repr=False)

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the superior's check of this kind and month. Raises NotFound."""
        superior = directory.holder(self.agency_code, planning.last_day(self.month))
        if superior is None:
            raise NotFound(f"no agency bears the code {self.agency_code}", field="agency_code")
        return planning.check_stream(superior.stream_id, self.kind, self.month)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the superior that makes the check."""
        return self.agency_code

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Plan it, once."""
        assert isinstance(aggregate, SpotCheck)
        return planning.plan(
            aggregate,
            context.occasion,
            context.directory,
            agency_code=self.agency_code,
            kind=self.kind,
            month=self.month,
            cut_off=self.cut_off,
            inspectors=self.inspectors,
            inspect_by=self.inspect_by,
            answer_by=self.answer_by,
            seed=bytes.fromhex(self.seed),
        )


class SealFrame(_OfCheck, name="seal_spot_check_frame"):
    """Seal the frame that the log gave as of the cut-off."""

    power: ClassVar[Power] = Power.SPOT_CHECK

    log_position: int = Field(ge=0)
    strata: tuple[SealedStratum, ...]
    left_out: int = Field(ge=0)

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Seal it, once."""
        frame = Frame(self.strata, self.left_out)
        return drawing.seal_frame(check, context.occasion, self.log_position, frame)


class NameRecords(_OfCheck, name="name_spot_check_records"):
    """Name records of the sealed frame that are inspected beside the sample, each with the reason."""

    power: ClassVar[Power] = Power.SPOT_CHECK

    named: dict[UUID, str]

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Name them, before the draw."""
        return naming.name(check, self.named)


class DrawSample(_OfCheck, name="draw_spot_check_sample"):
    """Record the sample that the seed gave, and reveal the seed."""

    power: ClassVar[Power] = Power.SPOT_CHECK

    seed: str
    items: tuple[DrawnItem, ...]

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Draw it, once."""
        return drawing.draw(check, context.occasion, bytes.fromhex(self.seed), self.items)


class RecordExamination(_OfCheck, name="record_spot_check_examination"):
    """Record what the automatic examination of items found."""

    power: ClassVar[Power] = Power.SPOT_CHECK

    examined: tuple[ItemExamined, ...]

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Record each item's examination once."""
        return inspecting.record_examination(check, context.occasion, self.examined)


# --- what people ask for ----------------------------------------------------------------------


class ChangeInspector(_OfCheck, name="change_spot_check_inspector"):
    """Let somebody else inspect an item, with the reason."""

    power: ClassVar[Power] = Power.SPOT_CHECK

    number: int
    inspector: StaffId
    reason: str = Field(max_length=2000)

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Change the inspector."""
        return inspecting.change_inspector(
            check, context.occasion, context.directory, self.number, self.inspector, self.reason
        )


class _ByInspector(_OfCheck):
    """What the inspector of an item does, who may be of another agency below the superior."""

    power: ClassVar[Power] = Power.INSPECT_RECORDS

    number: int

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the inspector's own agency: whose item it is, the decision knows."""
        return None


class JudgeFinding(_ByInspector, name="judge_spot_check_finding"):
    """Overrule a finding, or judge what was left to the inspector, with the reason."""

    key: str
    verdict: Verdict
    reason: str = Field(max_length=2000)

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Give the finding its verdict."""
        return inspecting.judge(
            check, context.occasion, context.directory, self.number, self.key, self.verdict,
            self.reason,
        )  # fmt: skip


class AddFinding(_ByInspector, name="add_spot_check_finding"):
    """Add a rule that the record does not keep, as only a person sees, with the evidence."""

    rule: str
    evidence: tuple[Evidence, ...]

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Add the finding."""
        return inspecting.add_finding(
            check, context.occasion, context.directory, self.number, self.rule, self.evidence
        )


class InspectItem(_ByInspector, name="inspect_spot_check_item"):
    """Confirm the findings of an item as they stand."""

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Confirm them."""
        return inspecting.inspect(check, context.occasion, context.directory, self.number)


class AnswerSpotCheck(_OfCheck, name="answer_spot_check"):
    """Answer to the findings of an item, for the agency that was inspected."""

    power: ClassVar[Power] = Power.ANSWER_SPOT_CHECKS

    number: int
    answer: str = Field(max_length=5000)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that keeps the record. Raises NotFound."""
        assert isinstance(aggregate, SpotCheck)
        aggregate.require_planned()
        return aggregate.item(self.number).agency_code

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Record the answer."""
        return inspecting.answer(
            check, context.occasion, context.directory, self.number, self.answer
        )


class CloseSpotCheck(_OfCheck, name="close_spot_check"):
    """Close a check: what was not inspected by its date shows as such."""

    power: ClassVar[Power] = Power.SPOT_CHECK

    def follow(self, check: SpotCheck, context: Context) -> list[Event]:
        """Close it, once."""
        return closing.close(check, context.occasion)


ALL: tuple[type[Command], ...] = (
    ChangeInspector,
    JudgeFinding,
    AddFinding,
    InspectItem,
    AnswerSpotCheck,
    CloseSpotCheck,
)
