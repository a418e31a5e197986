"""What stays open to choice when notices had no effect: interview (警示约谈) and referral (问责).

Neither is ever taken by itself; a step says by which rule and on which facts it is open (Article 58).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ...aggregate import Occasion
from ...assistance.facts import Fact, Step, require
from ...calendar import zh_date
from ...errors import InvalidInput, NotFound
from ...events import Event
from ...regulation.edition import Edition
from .course import told
from .events import InterviewDeclined, InterviewHeld, ReferredForAccountability
from .state import Rectification, Stage


def available_steps(problem: Rectification, today: date, edition: Edition) -> tuple[Step, Step]:
    """Return the interview and the referral as they stand for a problem. Rules 58.2b, 58.2c."""
    return (
        Step("admonition_interview", "警示约谈", "58.2b", _for_interview(problem, edition)),
        Step(
            "accountability", "移送问责（造成恶劣影响或严重后果的）", "58.2c",
            _for_referral(problem, today),
        ),
    )  # fmt: skip


def hold_interview(
    problem: Rectification,
    occasion: Occasion,
    head_id: str,
    held_by: Sequence[str],
    minutes: str,
    put_right_by: date,
) -> list[Event]:
    """Record the interview with the agency's head: by whom, what was said, until when to put right.

    Raises RuleBroken 58.2b while it is not open.
    """
    _require_known(problem)
    require("58.2b", _for_interview(problem, occasion.edition))
    if put_right_by < occasion.occurred_on:
        raise InvalidInput(f"{put_right_by} is before the interview", field="put_right_by")
    if head_id in held_by:
        raise InvalidInput("nobody is interviewed by himself", field="held_by")
    return [
        InterviewHeld(
            head_id=head_id,
            held_by=tuple(held_by),
            minutes=told(minutes, "minutes"),
            put_right_by=put_right_by,
            times=problem.times,
        )
    ]


def decline_interview(problem: Rectification, occasion: Occasion, reason: str) -> list[Event]:
    """Record that no interview is held after this notice, and why. Raises RuleBroken 58.2b likewise."""
    _require_known(problem)
    require("58.2b", _for_interview(problem, occasion.edition))
    return [InterviewDeclined(reason=told(reason, "reason"), times=problem.times)]


def refer(
    problem: Rectification, occasion: Occasion, department: str, consequences: str
) -> list[Event]:
    """Refer the case to the department that holds to account, naming the grave consequences.

    Raises RuleBroken 58.2c without an interview, before its date has passed, or once put right.
    """
    _require_known(problem)
    require("58.2c", _for_referral(problem, occasion.occurred_on))
    return [
        ReferredForAccountability(
            department=told(department, "department"),
            consequences=told(consequences, "consequences"),
        )
    ]


def is_interview_open(problem: Rectification, edition: Edition) -> bool:
    """Say whether an interview may be held now. Rule 58.2b."""
    return all(fact.met for fact in _for_interview(problem, edition))


def _for_interview(problem: Rectification, edition: Edition) -> tuple[Fact, ...]:
    limit = edition.notices_before_interview
    return (
        Fact(
            limit.reached(problem.times),
            f"已通报{problem.times}次（{limit.amount}次（含）以上可约谈）",
            f"it was notified {problem.times} time(s), {limit.amount} are needed",
        ),
        _not_put_right(problem),
        Fact(
            problem.interview is None or problem.interview.at_times < problem.times,
            "本次通报后尚未就约谈作出决定",
            "it was decided on an interview since the last notice",
        ),
    )


def _for_referral(problem: Rectification, today: date) -> tuple[Fact, ...]:
    interview = problem.interview
    until = interview.put_right_by if interview is not None else None
    return (
        Fact(until is not None, "已警示约谈", "no interview was held"),
        Fact(
            until is not None and until < today,
            f"约谈要求的整改期限（{zh_date(until) if until else '未约谈'}）已过",
            f"the time given in the interview ({until or 'none was held'}) is not over",
        ),
        _not_put_right(problem),
        Fact(problem.referred_on is None, "尚未移送", "it was referred already"),
    )


def _not_put_right(problem: Rectification) -> Fact:
    return Fact(
        problem.stage is Stage.NOTIFIED,
        "问题经通报仍未得到有效整改",
        "the problem does not stand notified and not put right",
    )


def _require_known(problem: Rectification) -> None:
    if problem.stage is Stage.UNKNOWN:
        raise NotFound("no such problem was found at any agency", field="rectification_id")
