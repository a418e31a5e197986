"""Inspecting the items: examined automatically, judged and confirmed by the inspector (Article 56).

The automatic examination decides what can be decided from the record; a person confirms it, overrules it with
a reason, judges what was left to judgement, or adds what only a person sees. The inspected agency may answer
until the check is closed, and the inspector may change the verdicts upon its answer.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from ...aggregate import Occasion, changed_by
from ...errors import InvalidInput, NotAuthorised, NotFound, RuleBroken
from ...events import OWN_STREAM, Event, Personal, RecordedEvent
from ...organisation.directory import Directory
from ...regulation.rules import RULES
from .findings import Evidence, Finding, FoundBy, Verdict
from .frame import Strata
from .item import Item
from .planning import own_strata, require_supervisor

if TYPE_CHECKING:
    from .check import SpotCheck


# --- events -----------------------------------------------------------------------------------


class ItemExamined(Event, name="spot_check.item_examined", subject="name_of"):
    """An item was examined automatically, as it stood at the cut-off.

    `record_number` is what people call the record. `name_of` is whose key hides the masked name: the
    record's; the check's own where the person was erased. `later_entries` counts what was entered after
    the cut-off, up to the log position `examined_to`: shown, and not judged.
    """

    number: int
    record_number: str
    name_of: UUID
    masked_name: Personal
    findings: tuple[Finding, ...]
    later_entries: int
    examined_to: int


class FindingJudged(Event, name="spot_check.finding_judged"):
    """The inspector gave a finding another verdict than it had: overruled it, or judged what was left open."""

    number: int
    key: str
    was: Verdict
    verdict: Verdict
    reason: str


class FindingAdded(Event, name="spot_check.finding_added"):
    """The inspector found what the automatic examination did not."""

    number: int
    finding: Finding


class ItemInspected(Event, name="spot_check.item_inspected"):
    """The inspector confirmed the findings as they stand; `faulty` says whether any rule is not kept."""

    number: int
    faulty: bool


class InspectorChanged(Event, name="spot_check.inspector_changed"):
    """Somebody else inspects an item than the draw assigned: who is ill or has left cannot."""

    number: int
    former: str
    inspector: str
    reason: str


class ItemAnswered(Event, name="spot_check.item_answered", subject=OWN_STREAM):
    """The inspected agency answered to the findings of an item."""

    number: int
    answer: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(ItemExamined)
def _examined(check: SpotCheck, event: ItemExamined, _: RecordedEvent) -> None:
    item = check.items[event.number]
    item.is_examined = True
    for finding in event.findings:
        _hold(item, finding)


@changed_by(FindingJudged)
def _judged(check: SpotCheck, event: FindingJudged, _: RecordedEvent) -> None:
    item = check.items[event.number]
    held = item.findings.get(event.key)
    if held is None:  # it was met, or did not apply: such are not kept
        rule = event.key.partition("/")[0]
        held = Finding(
            rule=rule,
            key=event.key,
            title_zh=RULES[rule].citation if rule in RULES else event.key,
            verdict=event.was,
        )
    _hold(item, judged(held, event))


@changed_by(FindingAdded)
def _added(check: SpotCheck, event: FindingAdded, _: RecordedEvent) -> None:
    _hold(check.items[event.number], event.finding)


@changed_by(InspectorChanged)
def _changed(check: SpotCheck, event: InspectorChanged, _: RecordedEvent) -> None:
    check.items[event.number].inspector = event.inspector


@changed_by(ItemInspected)
def _inspected(check: SpotCheck, event: ItemInspected, recorded: RecordedEvent) -> None:
    check.items[event.number].inspected_on = recorded.occurred_on


@changed_by(ItemAnswered)
def _answered(check: SpotCheck, event: ItemAnswered, recorded: RecordedEvent) -> None:
    check.items[event.number].answered_on = recorded.occurred_on


def judged(finding: Finding, event: FindingJudged) -> Finding:
    """Return a finding as the inspector judged it: what he or she found wrong rests on the reason, too."""
    if event.verdict is not Verdict.NOT_MET:
        return finding.model_copy(update={"verdict": event.verdict})
    evidence = (*finding.evidence, Evidence(text_zh=event.reason))
    changes = {"verdict": event.verdict, "by": FoundBy.INSPECTOR, "evidence": evidence}
    return finding.model_copy(update=changes)


def _hold(item: Item, finding: Finding) -> None:
    """Keep what is wrong or left to judgement; of the rest the verdict is enough for any decision."""
    item.verdicts[finding.key] = finding.verdict
    if finding.verdict in (Verdict.NOT_MET, Verdict.TO_BE_JUDGED):
        item.findings[finding.key] = finding
    else:
        item.findings.pop(finding.key, None)


# --- decisions --------------------------------------------------------------------------------


def record_examination(
    check: SpotCheck, occasion: Occasion, examined: tuple[ItemExamined, ...]
) -> list[Event]:
    """Record what the automatic examination of items found; one that was examined stays as it is.

    Rule 56.1.
    """
    check.require_drawn()
    _require_time(check, occasion.today)
    return [event for event in examined if not check.item(event.number).is_examined]


def judge(
    check: SpotCheck,
    occasion: Occasion,
    directory: Directory,
    number: int,
    key: str,
    verdict: Verdict,
    reason: str,
) -> list[Event]:
    """Give a finding another verdict, with the reason: overrule it, or judge what was left open.

    Rule 56.1.
    """
    item = _under_inspection(check, occasion, directory, number)
    was = item.verdicts.get(key)
    if was is None:
        raise NotFound(f"item {number} has no finding {key!r}", field="key")
    if verdict is Verdict.TO_BE_JUDGED:
        raise InvalidInput("an inspector judges: met, not met or not applicable", field="verdict")
    if was is verdict:
        raise InvalidInput(f"{key} is {verdict} already", field="verdict")
    if not reason.strip():
        raise RuleBroken("56.1", "who overrules or judges a finding gives the reason")
    return [FindingJudged(number=number, key=key, was=was, verdict=verdict, reason=reason)]


def add_finding(
    check: SpotCheck,
    occasion: Occasion,
    directory: Directory,
    number: int,
    rule: str,
    evidence: tuple[Evidence, ...],
) -> list[Event]:
    """Add what only a person sees in the record: a rule that it does not keep, with the evidence.

    Rule 56.1.
    """
    item = _under_inspection(check, occasion, directory, number)
    if rule not in RULES:
        raise InvalidInput(f"no rule has the id {rule!r}", field="rule")
    if not evidence:
        raise RuleBroken("56.1", "a finding names its evidence")
    added = sum(key.startswith(f"{rule}/added") for key in item.verdicts) + 1
    finding = Finding(
        rule=rule,
        key=f"{rule}/added-{added}",
        title_zh=RULES[rule].citation,
        verdict=Verdict.NOT_MET,
        evidence=evidence,
        by=FoundBy.INSPECTOR,
    )
    return [FindingAdded(number=number, finding=finding)]


def inspect(check: SpotCheck, occasion: Occasion, directory: Directory, number: int) -> list[Event]:
    """Confirm an item's findings as they stand.

    Raises RuleBroken 56.1 while the record is not examined or something is left to judgement, and once
    its day is past.
    """
    item = _under_inspection(check, occasion, directory, number)
    _require_time(check, occasion.today)
    if item.inspected_on is not None:
        raise InvalidInput(f"item {number} was inspected on {item.inspected_on}", field="number")
    still_open = sorted(
        key for key, verdict in item.verdicts.items() if verdict is Verdict.TO_BE_JUDGED
    )
    if still_open:
        raise RuleBroken("56.1", f"still to be judged by the inspector: {', '.join(still_open)}")
    return [ItemInspected(number=number, faulty=item.is_faulty)]


def change_inspector(
    check: SpotCheck,
    occasion: Occasion,
    directory: Directory,
    number: int,
    inspector: str,
    reason: str,
) -> list[Event]:
    """Let somebody else inspect an item, with the reason: a supervisor, and not of the inspected agency.

    Rule 56.1.
    """
    check.require_drawn()
    check.require_not_closed()
    item = check.item(number)
    if not reason.strip():
        raise RuleBroken("56.1", "who takes an item from the inspector assigned gives the reason")
    if inspector == item.inspector:
        raise InvalidInput(f"{inspector} inspects the item already", field="inspector")
    superior = directory.agency(check.agency_id)
    assert superior is not None
    assert check.month is not None
    strata = Strata(directory, superior, occasion.today)
    require_supervisor(inspector, directory, superior, occasion.today)
    if item.stratum_id in own_strata([inspector], directory, strata, check.month)[inspector]:
        raise RuleBroken("56.1", "nobody inspects the records of the own agency")
    return [
        InspectorChanged(number=number, former=item.inspector, inspector=inspector, reason=reason)
    ]


def answer(
    check: SpotCheck, occasion: Occasion, directory: Directory, number: int, text: str
) -> list[Event]:
    """Record what the inspected agency says to the findings, before the check is closed.

    The agency that keeps the record answers, or the one directly below the superior that answers for it.

    Rule 56.1.
    """
    check.require_drawn()
    check.require_not_closed()
    item = check.item(number)
    if item.inspected_on is None:
        raise RuleBroken("56.1", "the item is not inspected yet: there is nothing to answer to")
    if not text.strip():
        raise InvalidInput("an answer says something", field="answer")
    actor = directory.holder(occasion.actor.agency_code, occasion.today)
    stratum = directory.agency(item.stratum_id)
    successor = directory.holder(item.stratum_code, occasion.today) if stratum else None
    if actor is None or not any(
        actor.is_at_or_below(one) for one in (stratum, successor) if one is not None
    ):
        raise NotAuthorised("the inspected agency answers, not its superior", rule_id="56.1")
    return [ItemAnswered(number=number, answer=text)]


def _under_inspection(
    check: SpotCheck, occasion: Occasion, directory: Directory, number: int
) -> Item:
    """Return an examined item that the actor is to inspect, who is not of the inspected agency."""
    check.require_drawn()
    check.require_not_closed()
    item = check.item(number)
    if not item.is_examined:
        raise RuleBroken("56.1", f"item {number} was not examined yet: examine it first")
    if item.inspector != occasion.actor.staff_id:
        raise NotAuthorised(
            f"item {number} is assigned to {item.inspector or 'nobody'}", rule_id="56.1"
        )
    superior = directory.agency(check.agency_id)
    assert superior is not None
    own = Strata(directory, superior, occasion.today).of(occasion.actor.agency_code)
    if own is not None and own.stream_id == item.stratum_id:
        raise NotAuthorised("nobody inspects the records of the own agency", rule_id="56.1")
    return item


def _require_time(check: SpotCheck, today: date) -> None:
    check.require_not_closed()
    assert check.inspect_by is not None
    if today > check.inspect_by:
        raise RuleBroken(
            "56.1", f"it was to be inspected by {check.inspect_by}: what was not, shows as such"
        )
