"""What became of the people of the subdistrict, and of the duties to them: counted at the end of the month."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple
from uuid import UUID

from ...domain.aggregate import Aggregate
from ...domain.assistance.state import AssistanceCase, CaseStage, last_case
from ...domain.duties import assistance, job_seekers
from ...domain.job_seeker.ledger import JobSeekerLedger
from .month import Month
from .people import Person

PERSONAL: Final = frozenset(
    duty.key
    for duty in (
        *job_seekers.DUTIES,
        *assistance.DUTIES,
        *job_seekers.ENTRY_DUTIES,
        *assistance.ENTRY_DUTIES,
    )
)
"""The duties to people, by key: the others are to employers."""


class Tally(NamedTuple):
    """Counts of people, and of duties to them."""

    ledgers: int
    merged: int
    levels: tuple[tuple[int, int], ...]
    stages: Counter[CaseStage]
    """Of the cases at the subdistrict."""
    moved: int
    """Of these people some are assisted elsewhere now."""
    employed: int
    ceased: int
    open: int
    overdue: int
    met: int
    late: int


def tally(month: Month) -> Tally:
    """Count the people of the subdistrict, by their ledgers and cases, and the duties to them."""
    ledgers = [(person, ledger_of(month, person)) for person in month.neighbourhood.people]
    present = [
        (person, ledger)
        for person, ledger in ledgers
        if ledger.is_open and ledger.merging.into is None
    ]
    levels = Counter(ledger.grading.level for _, ledger in present if ledger.grading.level)
    cases = [case_of(month, person) for person, _ in present]
    duties, here = _duties(month), month.neighbourhood.office.code
    return Tally(
        ledgers=len(present),
        merged=sum(ledger.merging.into is not None for _, ledger in ledgers),
        levels=tuple(sorted(levels.items())),
        stages=Counter(case.stage for case in cases if case.agency_code == here),
        moved=sum(case.is_live for case in cases if case.agency_code != here),
        employed=sum(ledger.search.employed_on is not None for _, ledger in present),
        ceased=sum(ledger.contact.ceased is not None for _, ledger in present),
        open=duties["open"],
        overdue=duties["overdue"],
        met=duties["met"],
        late=duties["late"],
    )


def ledger_of(month: Month, person: Person) -> JobSeekerLedger:
    """Return a person's ledger as it stands, empty where none was opened."""
    ledger: Aggregate = month.taizhang.events.load(JobSeekerLedger, person.job_seeker_id).aggregate
    assert isinstance(ledger, JobSeekerLedger)
    return ledger


def case_of(month: Month, person: Person) -> AssistanceCase:
    """Return a person's last case as it stands, empty where there is none."""

    def look(kind: type[AssistanceCase], stream_id: UUID) -> AssistanceCase:
        case: Aggregate = month.taizhang.events.load(kind, stream_id).aggregate
        assert isinstance(case, AssistanceCase)
        return case

    return last_case(look, person.job_seeker_id)


def _duties(month: Month) -> Counter[str]:
    """Return how many duties of the subdistrict are open, overdue, met, and kept late."""
    codes = [month.neighbourhood.office.code, *month.neighbourhood.stations]
    found: Counter[str] = Counter()
    head = month.taizhang.events.head()
    with month.taizhang.projections.rewound(head) as connection:
        rows = connection.execute(
            b"SELECT outcome, due_on < %s, count(*) FROM obligations_asof "
            b"WHERE agency_code = ANY(%s) AND duty = ANY(%s) AND opens_on <= %s GROUP BY 1, 2",
            (month.last, codes, sorted(PERSONAL), month.last),
        ).fetchall()
    for outcome, is_past, count in rows:
        found[outcome] += count
        if outcome == "open" and is_past:
            found["overdue"] += count
    return found
