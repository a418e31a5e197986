"""What is to become of each vacancy: its faults and its fate, drawn by shares that one can read."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...domain.employer.content import Item
from .chance import Chance
from .texts import ARGUABLE, FAULTY, HARMLESS, MISSABLE, WORTH_A_LOOK, Phrase

# How many working days each step takes, with weights.
PROMPT_REVIEW = ((0, 5), (1, 4), (2, 1))
LATE_REVIEW = ((3, 3), (4, 1), (5, 1))
PROMPT_PUBLICATION = ((0, 6), (1, 4))
LATE_PUBLICATION = ((2, 3), (3, 2), (4, 1))
MENDED_AFTER = ((1, 9), (2, 5), (3, 3), (4, 1), (6, 1), (None, 3))
"""Working days from publication until a public fault is mended; None: never in this month."""
PROMPT_ARCHIVE = ((1, 6), (2, 4))
LATE_ARCHIVE = ((4, 3), (5, 2), (7, 2), (None, 3))
OUTCOME = ((1, 2), (2, 3), (3, 3), (5, 2), (8, 1), (None, 1))
REFERRALS = ((0, 13), (1, 3), (2, 2), (3, 1))
VALID_DAYS = ((7, 3), (10, 4), (15, 5), (20, 2), (30, 2))
LATE_ENTRY = ((1, 3), (2, 2), (3, 1))

SHARES = {
    "missing": 0.15,  # an item of Article 38 is not stated
    "missing_seen": 0.5,  # and the reviewer sees it
    "faulty": 0.08,  # discriminatory wording that is returned
    "arguable": 0.035,  # … that a reviewer lets pass with a reason
    "worth_a_look": 0.12,
    "harmless": 0.25,
    "other_return": 0.03,
    "given_up": 0.1,  # of those returned: never mended
    "online": 0.16,
    "late_review": 0.05,
    "late_publication": 0.06,
    "late_entry": 0.07,
    "late_archive": 0.10,
    "change": 0.07,
    "withdrawal": 0.06,
    "states_end": 0.35,
}


@dataclass
class Plan:
    """What is to become of one vacancy."""

    missing: Item | None = None
    missing_seen: bool = False
    phrases: list[Phrase] = field(default_factory=list)
    faulty: bool = False
    overruled: str | None = None
    other_return: bool = False
    given_up: bool = False
    online: bool = False
    review_days: int = 0
    publication_days: int = 0
    late_entry: int = 0
    valid_days: int = 30
    states_end: bool = False
    mended_after: int | None = None
    change: bool = False
    withdrawal: bool = False
    archive_days: int | None = 1
    referrals: int = 0

    @property
    def has_public_fault(self) -> bool:
        """Say whether it is published with a fault that somebody must mend."""
        return self.overruled is not None or (self.missing is not None and not self.missing_seen)


def draw_plan(chance: Chance) -> Plan:
    """Draw what is to become of a vacancy."""
    # Every draw is made whether it is used or not, so that a share can be changed alone.
    happens = {name: chance.happens(share) for name, share in SHARES.items()}
    fault, (arguable, reason) = chance.pick(FAULTY), chance.pick(ARGUABLE)
    look, harmless = chance.pick(WORTH_A_LOOK), chance.pick(HARMLESS)
    plan = Plan(
        missing_seen=happens["missing_seen"],
        other_return=happens["other_return"],
        given_up=happens["given_up"],
        online=happens["online"],
        review_days=chance.weighted(LATE_REVIEW if happens["late_review"] else PROMPT_REVIEW),
        publication_days=chance.weighted(
            LATE_PUBLICATION if happens["late_publication"] else PROMPT_PUBLICATION
        ),
        late_entry=chance.weighted(LATE_ENTRY) if happens["late_entry"] else 0,
        valid_days=chance.weighted(VALID_DAYS) + chance.whole(0, 3),
        states_end=happens["states_end"],
        mended_after=chance.weighted(MENDED_AFTER),
        change=happens["change"],
        withdrawal=happens["withdrawal"],
        archive_days=chance.weighted(LATE_ARCHIVE if happens["late_archive"] else PROMPT_ARCHIVE),
        referrals=chance.weighted(REFERRALS),
    )
    missing = chance.pick(MISSABLE)
    if happens["missing"]:
        plan.missing = missing
    if happens["faulty"]:
        plan.faulty = True
        plan.phrases.append(fault)
    elif happens["arguable"]:
        plan.overruled = reason
        plan.phrases.append(arguable)
    if happens["worth_a_look"]:
        plan.phrases.append(look)
    if happens["harmless"]:
        plan.phrases.append(harmless)
    # A phrase cannot stand in what is left out.
    if plan.missing in (Item.HIRING_CONDITIONS, Item.WORK_CONTENT) and plan.phrases:
        plan.missing = None
    return plan
