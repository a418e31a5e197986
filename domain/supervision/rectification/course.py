"""The course of a problem: found, notified, answered, put right, checked (Article 58). Pure decisions."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple
from uuid import UUID

from ...aggregate import Occasion
from ...errors import InvalidInput, NotFound, RuleBroken
from ...events import Event
from .events import (
    ConcernedRecord,
    ProblemAnswered,
    ProblemFound,
    ProblemFoundAgain,
    ProblemNotified,
    ProblemPutRight,
    ProblemWithdrawn,
    RectificationChecked,
    Source,
)
from .state import Rectification, Stage, finding_key

_OF_PERSONS = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


class Finding(NamedTuple):
    """A problem as it was found: at which agency, by which superior, under which rule, in which record."""

    agency_id: UUID
    agency_code: str
    superior_code: str
    rule: str
    record_kind: ConcernedRecord
    record_id: UUID | None
    source: Source
    source_id: str | None
    item_no: int | None
    evidence: str


def find(problem: Rectification, finding: Finding) -> list[Event]:
    """Record that a problem was found; a finding that is known gives no event.

    What was put right and is found once more was not put right; what was cleared begins a new round.
    A duty that is still missed shows the same without being found anew.

    Rule 58.2a.
    """
    evidence = told(finding.evidence, "evidence")
    key = finding_key(finding.source, finding.source_id, finding.item_no, evidence)
    is_known = key in problem.known
    again = ProblemFoundAgain(
        source=finding.source,
        source_id=finding.source_id,
        item_no=finding.item_no,
        evidence=evidence,
    )
    if problem.stage is Stage.PUT_RIGHT:
        if is_known and finding.source is not Source.MISSED_DUTY:
            return []
        return [again, _rejected(problem, evidence)]
    if is_known:
        return []
    if problem.is_standing:
        return [again]
    return [
        ProblemFound(
            agency_id=finding.agency_id,
            agency_code=finding.agency_code,
            superior_code=finding.superior_code,
            rule=finding.rule,
            record_kind=finding.record_kind,
            record_id=finding.record_id,
            source=finding.source,
            source_id=finding.source_id,
            item_no=finding.item_no,
            evidence=evidence,
            round=problem.round + 1,
        )
    ]


def notify(problem: Rectification, notice_id: str) -> list[Event]:
    """Notify the agency of the problem once more; one notice counts once.

    Raises RuleBroken 58.2a for a problem that is put right: nobody is reminded of what is cleared.
    """
    _require_known(problem)
    if notice_id in problem.notices:
        return []
    if not problem.is_standing:
        raise RuleBroken("58.2a", f"the problem {_stands(problem)}: it is not notified any more")
    return [
        ProblemNotified(
            agency_code=problem.agency_code,
            notice_id=_given(notice_id, "notice_id"),
            times=problem.times + 1,
        )
    ]


def answer(
    problem: Rectification, occasion: Occasion, cause: str, measures: str, done_by: date | None
) -> list[Event]:
    """Take in the agency's answer to a notice: the cause, the measures, and until when.

    Raises RuleBroken 58.2a where there is nothing to answer.
    """
    _require_known(problem)
    if problem.stage is not Stage.NOTIFIED:
        raise RuleBroken("58.2a", f"the problem {_stands(problem)}: there is no notice to answer")
    if done_by is not None and done_by < occasion.occurred_on:
        raise InvalidInput(f"{done_by} is before the day of the answer", field="done_by")
    return [
        ProblemAnswered(
            cause=told(cause, "cause"), measures=told(measures, "measures"), done_by=done_by
        )
    ]


def put_right(problem: Rectification, how: str, evidence: str) -> list[Event]:
    """Record that the agency put the problem right, and what shows it; before a notice, too.

    Raises RuleBroken 58.2a for a problem that does not stand.
    """
    _require_known(problem)
    if not problem.is_standing:
        raise RuleBroken("58.2a", f"the problem {_stands(problem)}: there is nothing to put right")
    return [
        ProblemPutRight(
            superior_code=problem.superior_code,
            how=told(how, "how"),
            evidence=told(evidence, "evidence"),
        )
    ]


def check(problem: Rectification, accepted: bool, reason: str | None) -> list[Event]:
    """Record the superior's check of what was put right. A problem not accepted stands as before.

    Raises RuleBroken 58.2a before anything was put right, InvalidInput for a no without its reason.
    """
    _require_known(problem)
    if problem.stage is not Stage.PUT_RIGHT:
        raise RuleBroken("58.2a", f"the problem {_stands(problem)}: there is nothing to check")
    if not accepted:
        return [_rejected(problem, told(reason or "", "reason"))]
    return [
        RectificationChecked(
            agency_code=problem.agency_code,
            superior_code=problem.superior_code,
            accepted=True,
            reason=told(reason, "reason") if reason else None,
            times=problem.times,
        )
    ]


def withdraw(problem: Rectification, reason: str) -> list[Event]:
    """Take the finding back, with the reason: there was no problem.

    Raises RuleBroken 58.2a for one that is closed.
    """
    _require_known(problem)
    if not problem.is_standing and problem.stage is not Stage.PUT_RIGHT:
        raise RuleBroken("58.2a", f"the problem {_stands(problem)}: it cannot be withdrawn")
    return [ProblemWithdrawn(reason=told(reason, "reason"))]


def told(text: str, field: str) -> str:
    """Return a text for a notice, trimmed.

    Raises InvalidInput for an empty one, and for one with a phone or identity number: persons are
    named by the number of their ledger (Article 51).
    """
    if _OF_PERSONS.search(text):
        raise InvalidInput(
            "it holds a phone or identity number: name a person by the number of the ledger",
            field=field,
        )
    return _given(text, field)


def masked(text: str) -> str:
    """Return a text with phone and identity numbers masked, for what the system takes over."""
    return _OF_PERSONS.sub(lambda number: "*" * len(number[0]), text)


def _given(text: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput("is empty: say it", field=field)
    return text


def _rejected(problem: Rectification, reason: str) -> RectificationChecked:
    return RectificationChecked(
        agency_code=problem.agency_code,
        superior_code=problem.superior_code,
        accepted=False,
        reason=reason,
        times=problem.times,
    )


def _require_known(problem: Rectification) -> None:
    if problem.stage is Stage.UNKNOWN:
        raise NotFound("no such problem was found at any agency", field="rectification_id")


def _stands(problem: Rectification) -> str:
    return {
        Stage.FOUND: "was found and not notified yet",
        Stage.NOTIFIED: "was notified and is not put right",
        Stage.PUT_RIGHT: "is put right and waits for the superior's check",
        Stage.CLEARED: "is cleared",
        Stage.WITHDRAWN: "was withdrawn",
    }[problem.stage]
