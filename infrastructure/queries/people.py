"""Queries about one person: the ledger as it stands and by its sections, and the course of assistance.

Persons are asked for by the id of their ledger. What is personal in an entry is shown only to the
serving agency, for a reason that is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from ...application.case_course import plan_of, programmes_of, stages_of
from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.people import (
    CaseCourse,
    CaseView,
    CourseDuty,
    JobSeekerView,
    PersonLedgerView,
    SectionView,
)
from ...application.views.service import LedgerEntry
from ...domain.access import Purpose
from ...domain.assistance.state import LIVE
from ...domain.duties import assistance
from ...domain.errors import NotAuthorised, NotFound
from ...domain.events import RecordedEvent
from ...domain.obligations import TITLES_ZH, Outcome
from ...domain.organisation.powers import Actor, Power, reaches
from ...domain.person_ledger import Section, ledger_number
from ...domain.privacy.erasure import erasure_stream
from ...domain.regulation.rules import RULES
from ..database import Database
from ..privacy.access import Access, AccessBook
from ..store.event_store import PostgresEventStore
from .looking_back import AsOf
from .people_summaries import PeopleSummaries

__all__ = ["AsOf", "PeopleQueries"]

LEDGERS_OF_PERSON = """
    WITH RECURSIVE up AS (
        SELECT stream_id, merged_into FROM job_seekers WHERE stream_id = %s
        UNION SELECT j.stream_id, j.merged_into FROM job_seekers j JOIN up ON j.stream_id = up.merged_into
    ), all_of AS (
        SELECT stream_id FROM up WHERE merged_into IS NULL
        UNION SELECT j.stream_id FROM job_seekers j JOIN all_of a ON j.merged_into = a.stream_id
    )
    SELECT j.* FROM job_seekers j JOIN all_of USING (stream_id)
    ORDER BY j.merged_into IS NOT NULL, j.opened_on, j.stream_id
"""
"""A person's ledgers: the one that goes on, and all that were merged into it, one after the other."""
_CASES = "SELECT *, stream_id AS case_id FROM assistance_cases WHERE person_id = ANY(%s) ORDER BY signed_on, number"
_ENTRIES = "SELECT position, section, late FROM ledger_entries WHERE stream_id = ANY(%s)"
_DUTIES = """
    SELECT * FROM obligations
    WHERE subject_id = ANY(%(persons)s) AND duty = ANY(%(duties)s) AND stream_id = ANY(%(streams)s)
        AND outcome NOT IN ('moved', 'redated')
    ORDER BY due_on, arose_position, duty
"""
_CASE_DUTIES = [
    *(duty.key for duty in assistance.DUTIES),
    *(duty.key for duty in assistance.ENTRY_DUTIES),
]
MISSED = "missed"
"""`outcome` of a duty that is open after its day; otherwise a `domain.obligations.Outcome`."""


class _Person:
    """The rows of one person: ledgers, the one that goes on first, and cases in their order."""

    def __init__(self, ledgers: list[dict[str, Any]], cases: list[dict[str, Any]]) -> None:
        self.ledger, self.merged = ledgers[0], ledgers[1:]
        self.cases = cases
        self.ids: list[UUID] = [row["stream_id"] for row in ledgers]

    @property
    def streams(self) -> list[UUID]:
        """Every stream that holds a part of the ledger."""
        return [*self.ids, *(case["stream_id"] for case in self.cases)]

    @property
    def serving(self) -> list[str]:
        """The codes of the agencies that serve the person: the ledger's, and that of a case in force."""
        live = [case["agency_code"] for case in self.cases if case["stage"] in LIVE]
        return [self.ledger["agency_code"], *live]


class PeopleQueries(PeopleSummaries):
    """What can be asked about persons, one by one and summed up."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        clock: Clock,
        as_of: AsOf,
        accesses: AccessBook,
    ) -> None:
        """Stand on the read models, on the events for what they do not hold, and on the book of accesses."""
        super().__init__(database, service, clock, as_of)
        self._accesses = accesses
        self._store = store

    def job_seeker(self, person_id: UUID, *, by: Actor) -> JobSeekerView:
        """Return a person's ledger as it stands; one that was merged gives the one that goes on.

        Raises NotFound, NotAuthorised. Rules 9.1, 51.2.
        """
        return _job_seeker_view(self._person(person_id, by))

    def job_seeker_ledger(
        self, person_id: UUID, *, by: Actor, reason: str | None = None
    ) -> PersonLedgerView:
        """Return a person's ledger by the sections of Articles 17 and 32, from all its streams.

        Personal fields are left out. With a `reason`, staff of the serving agency see them, and that
        they do is recorded first. Raises NotFound; NotAuthorised (51.2 for personal fields).

        Rules 9.1, 17, 32, 51.2.
        """
        person = self._person(person_id, by)
        in_clear = reason is not None
        history = self._store.histories(person.streams, sealed=not in_clear)
        if reason is not None:
            # Whatever is shown was read, whether the read models know of it or not.
            self._record_reading(person, by, reason, history)
        held = {
            position: (section, late)
            for position, section, late in self._tuples(_ENTRIES, (person.streams,))
        }
        entries: dict[str, list[LedgerEntry]] = {section.value: [] for section in Section}
        for recorded in sorted(history, key=attrgetter("position")):
            entry = held.get(recorded.position)
            if entry is None:
                continue  # recorded after the read models' position
            section, late = entry
            hidden = None if in_clear else set(recorded.event.personal_fields)
            entries[section].append(
                LedgerEntry(
                    position=recorded.position,
                    section=section,
                    event=recorded.event.event_name,
                    what=recorded.event.model_dump(mode="json", exclude=hidden),
                    occurred_on=recorded.occurred_on,
                    recorded_at=recorded.recorded_at,
                    staff_id=recorded.staff_id,
                    agency_code=recorded.agency_code,
                    late=late,
                )
            )
        return PersonLedgerView(
            job_seeker=_job_seeker_view(person),
            sections=tuple(
                SectionView(
                    section=section.value,
                    label_zh=section.label_zh,
                    entries=tuple(entries[section.value]),
                )
                for section in Section
            ),
            shows_personal_data=in_clear,
        )

    def case_course(
        self, case_or_person_id: UUID, *, by: Actor, reason: str | None = None
    ) -> tuple[CaseCourse, ...]:
        """Return the course of a case, or of every case of a person, the first one first.

        A course is the stages, the plan against what happened, and the duties met and missed; who sees
        one case of a person sees those before it. What the stages of the plan are about is left out;
        with a `reason`, staff of the serving agency see it, and that they do is recorded first.

        Raises NotFound; NotAuthorised (51.2 for what is personal). Rules 25, 26, 32, 51.2.
        """
        rows = self._rows(
            "SELECT person_id FROM assistance_cases WHERE stream_id = %s", (case_or_person_id,)
        )
        person = self._person(rows[0]["person_id"] if rows else case_or_person_id, by)
        wanted = [
            case for case in person.cases if not rows or case["stream_id"] == case_or_person_id
        ]
        if reason is not None:
            shown = self._store.histories([case["stream_id"] for case in wanted])
            self._record_reading(person, by, reason, shown)
        today, in_clear = self._today(), reason is not None
        return tuple(self._course(person, case, today, in_clear=in_clear) for case in wanted)

    def streams(self, person_id: UUID, *, by: Actor) -> tuple[list[UUID], list[str]]:
        """Return every stream that holds a part of a person's record, and the agencies that serve the person.

        The ledger that goes on is the first; reports to the registry come last, and the erasure, where
        the person was erased. Raises NotFound, NotAuthorised.
        """
        person = self._person(person_id, by)
        reports = self._rows(
            "SELECT stream_id FROM registry_reports WHERE person_id = ANY(%s) ORDER BY decided_on, stream_id",
            (person.ids,),
        )
        streams = [*person.streams, *(row["stream_id"] for row in reports)]
        if person.ledger["erased_on"] is not None:
            streams.append(erasure_stream(person.ids[0]))
        return streams, person.serving

    # --- helpers ------------------------------------------------------------------------------

    def _person(self, person_id: UUID, by: Actor) -> _Person:
        ledgers = self._rows(LEDGERS_OF_PERSON, (person_id,))
        if not ledgers:
            raise NotFound(f"no person has the ledger {person_id}")
        cases = self._rows(_CASES, ([row["stream_id"] for row in ledgers],))
        person = _Person(ledgers, cases)
        directory, today = self._service.refresh_directory(), self._today()
        codes = person.serving
        shown = [code for code in codes if reaches(directory, by, Power.LOOK, code, today)]
        self._may_look(by, (shown or codes)[0])
        return person

    def _require_serving(self, person: _Person, by: Actor, reason: str) -> str:
        """Return the code under which the actor's own agency serves the person."""
        directory, today = self._service.directory, self._today()
        serving = {
            holder.code_on(today): code
            for code in person.serving
            if (holder := directory.holder(code, today)) is not None
        }
        if by.is_system or by.agency_code not in serving or not reason.strip():
            raise NotAuthorised(
                "persons in clear are for the serving agency's own staff, with a reason",
                rule_id="51.2",
            )
        return serving[by.agency_code]

    def _record_reading(
        self, person: _Person, by: Actor, reason: str, read: Iterable[RecordedEvent]
    ) -> None:
        held_by = self._require_serving(person, by, reason)
        access = Access(by, person.ids[0], held_by, Purpose.LEDGER, reason)
        self._accesses.record(access, read)

    def _course(
        self, person: _Person, case: dict[str, Any], day: date, *, in_clear: bool
    ) -> CaseCourse:
        history = list(self._store.history(case["stream_id"]))
        plan, revisions = plan_of(history, in_clear=in_clear)
        before = next(
            (one for one in person.cases if one["stream_id"] == case["continued_from"]), None
        )
        gap = None
        if before is not None and before["ended_on"] is not None:
            gap = (case["signed_on"] - before["ended_on"]).days
        # The agreement itself is owed before there is a case: that duty stands in the ledger's stream.
        streams = [case["stream_id"], *(person.ids if case is person.cases[0] else ())]
        duties = self._rows(
            _DUTIES, {"persons": person.ids, "duties": _CASE_DUTIES, "streams": streams}
        )
        return CaseCourse(
            case=CaseView.model_validate(case, extra="ignore"),
            stages=stages_of(history),
            plan=plan,
            revisions=revisions,
            programmes=programmes_of(history),
            gap_days=gap,
            duties=tuple(course_duty(row, day) for row in duties),
            shows_personal_data=in_clear,
        )


def course_duty(row: dict[str, Any], day: date) -> CourseDuty:
    """Return a row of `obligations` as a duty of a course, with what became of it as of `day`."""
    is_missed = row["outcome"] == Outcome.OPEN.value and row["due_on"] < day
    return CourseDuty.model_validate(
        {
            **row,
            "title_zh": TITLES_ZH[row["duty"]],
            "citation": RULES[row["rule"]].citation,
            "outcome": MISSED if is_missed else row["outcome"],
        },
        extra="ignore",
    )


def _job_seeker_view(person: _Person) -> JobSeekerView:
    row = person.ledger
    cases = tuple(CaseView.model_validate(case, extra="ignore") for case in person.cases)
    contacts = [row["last_contact_on"], *(case["last_contact_on"] for case in person.cases)]
    return JobSeekerView.model_validate(
        {
            **row,
            "person_id": row["stream_id"],
            "ledger_number": ledger_number(row["stream_id"]),
            "last_contact_on": max((day for day in contacts if day is not None), default=None),
            "merged_ids": tuple(one["stream_id"] for one in person.merged),
            "cases": cases,
        },
        extra="ignore",
    )
