"""What the record's duties come to at the cut-off: kept in time, late, or missed, one finding a rule.

What was due before the month and was done, in time or late, was the matter of an earlier month; what is still
missing at the cut-off counts, whenever it was due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from ...domain.calendar import zh_date
from ...domain.obligations import TITLES_ZH, Obligation, Outcome
from ...domain.regulation.rules import RULES
from ...domain.supervision.spot_check.findings import Evidence, Finding, Verdict
from ..obligations import Obligations
from ..read_model import fold_in_memory
from .record import InspectedRecord, found

_DONE = (Outcome.MET.value, Outcome.LATE.value)
_SHOWN = 20
"""Duties of one rule that are named one by one at most."""


def duties(
    *, but: Collection[str] = (), only: Collection[str] | None = None
) -> Callable[[InspectedRecord], Iterable[Finding]]:
    """Return the check of a record's duties: of these rules `only`, or of all `but` these duties."""

    def check(record: InspectedRecord) -> list[Finding]:
        by_rule: dict[str, list[Obligation]] = defaultdict(list)
        for held in owed(record):
            if held.duty not in but and (only is None or held.rule in only):
                by_rule[held.rule].append(held)
        return [_judged(rule, by_rule[rule], record) for rule in sorted(by_rule)]

    return check


def owed(record: InspectedRecord) -> list[Obligation]:
    """Return the obligations that count at the cut-off: due in the month, or still missing."""
    rows = fold_in_memory(Obligations(record.calendar, record.editions), [record.events])
    held = [Obligation(*row) for row in rows]
    return [
        one
        for one in held
        if record.answers_for(one.agency_code)
        and (is_missed(one, record) or (one.outcome in _DONE and one.due_on >= record.month))
        and one.due_on <= record.cut_off
    ]


def is_missed(held: Obligation, record: InspectedRecord) -> bool:
    """Say whether a duty was open at the end of the cut-off day, and that day was its last or later."""
    return held.outcome == Outcome.OPEN.value and held.due_on <= record.cut_off


def _judged(rule: str, held: list[Obligation], record: InspectedRecord) -> Finding:
    wrong = [one for one in held if one.outcome != Outcome.MET.value]
    title_zh = "、".join(sorted({TITLES_ZH[one.duty] for one in wrong or held}))
    key = f"{rule}/duties"
    if not wrong:
        text = f"{RULES[rule].citation}：当月到期{len(held)}项，均按期办结"
        return found(rule, key, title_zh, Verdict.MET, Evidence(text_zh=text))
    evidence = [_evidence(one, record) for one in sorted(wrong, key=lambda one: one.due_on)]
    if len(evidence) > _SHOWN:
        evidence = [*evidence[:_SHOWN], Evidence(text_zh=f"等共{len(wrong)}项")]
    return found(rule, key, title_zh, Verdict.NOT_MET, *evidence)


def _evidence(held: Obligation, record: InspectedRecord) -> Evidence:
    what = TITLES_ZH[held.duty]
    due = f"应于{zh_date(held.due_on)}前（含当日）办理{'（暂定）' if held.provisional else ''}"
    if is_missed(held, record):
        return Evidence(
            text_zh=f"{what}：{due}，截至{zh_date(record.cut_off)}未办理",
            positions=(held.arose_position,),
            days=(held.due_on,),
        )
    assert held.closed_on is not None
    assert held.closed_position is not None
    positions = dict.fromkeys((held.arose_position, held.closed_position))
    return Evidence(
        text_zh=f"{what}：{due}，实际于{zh_date(held.closed_on)}办理",
        positions=tuple(positions),
        days=(held.due_on, held.closed_on),
    )
