"""The worklist: what is due, for whom, by when and why, read in one statement.

A line about a person gives the ledger number and the surname, no more (Article 51). No read model holds a
name: the job seekers' rows say where in the log it stands, and it comes with the line, as it is stored,
and with the person's key. What was erased stays unreadable here, too.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.service import DutyView
from ...domain.calendar import WorkingDayCalendar, day_bounds
from ...domain.errors import NotFound
from ...domain.events import ERASED
from ...domain.identity import mask_name
from ...domain.obligations import Obligation, explain
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Actor
from ...domain.person_ledger import ledger_number
from ...domain.regulation.edition import Edition, edition_on
from ..database import Database
from ..store.keys import KeyRing
from ..store.mapper import Mapper
from .looking import Looking

# What is open now; or what was open at a log position: what is open since before it, and what was closed only
# after it.
_NOW: tuple[str, ...] = ("outcome = 'open'",)
_THEN = (
    "outcome = 'open' AND since_position <= passed.position",
    "closed_position > passed.position AND since_position <= passed.position",
)
_PASSED = """passed AS (
        SELECT coalesce(max(notification_id), 0) AS position FROM stored_events WHERE recorded_at < %(end)s
    ), """
# Line by line, each look-up by a key: however many there are of the others, and whatever the planner knows
# of them. Of a line's ids one may be a person's ledger; where it was merged, the one that goes on counts.
_LINES = """
    WITH {passed}held AS (
        SELECT * FROM ({open}) AS one WHERE opens_on <= %(day)s
        ORDER BY due_on, arose_position, duty LIMIT %(limit)s
    )
    SELECT {columns}, e.name, e.credit_code,
        coalesce(
            (SELECT title FROM vacancies WHERE vacancy_id = held.subject_id),
            (SELECT title FROM job_fairs WHERE stream_id = held.subject_id),
            (SELECT evidence FROM rectifications WHERE stream_id = held.stream_id)
        ),
        (SELECT person_id FROM registry_reports WHERE stream_id = held.subject_id),
        p.stream_id, n.originator_id, n.originator_version, n.topic, n.state, k.wrapped
    FROM held
    LEFT JOIN LATERAL (
        SELECT name, credit_code FROM employers WHERE stream_id IN (held.stream_id, held.subject_id)
        ORDER BY stream_id = held.stream_id DESC LIMIT 1
    ) AS e ON true
    LEFT JOIN LATERAL (
        WITH RECURSIVE upwards AS (
            SELECT stream_id AS asked, stream_id, merged_into, basics_position
            FROM job_seekers WHERE stream_id IN (held.subject_id, held.stream_id)
            UNION ALL
            SELECT u.asked, j.stream_id, j.merged_into, j.basics_position
            FROM upwards u JOIN job_seekers j ON j.stream_id = u.merged_into
        )
        SELECT stream_id, basics_position FROM upwards WHERE merged_into IS NULL
        ORDER BY asked = held.subject_id DESC LIMIT 1
    ) AS p ON true
    LEFT JOIN stored_events n ON n.notification_id = p.basics_position
    LEFT JOIN personal_keys k ON k.subject_id = n.originator_id
    ORDER BY held.due_on, held.arose_position, held.duty
"""
_COLUMNS = ", ".join(f"held.{field}" for field in Obligation._fields)
_WIDTH = len(Obligation._fields)


class _About(NamedTuple):
    """What a line is about, beside the duty: the columns after those of the obligation."""

    employer_name: str | None
    credit_code: str | None
    subject: str | None
    reported_person: UUID | None
    person_id: UUID | None
    stream_id: UUID | None
    version: int | None
    topic: str | None
    basics: bytes | None
    key: bytes | None


class Worklists(Looking):
    """Reads the worklist of an agency, or of one of its staff, today or as it stood on a past day."""

    def __init__(
        self,
        database: Database,
        service: CommandService,
        clock: Clock,
        keys: KeyRing,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
    ) -> None:
        """Stand on the read models, on the keys for names, and on what duties were counted by."""
        super().__init__(database, service, clock)
        self._keys = keys
        self._mapper = Mapper(keys)
        self._calendar = calendar
        self._editions = editions

    def worklist(
        self, agency_code: str, *, by: Actor, day: date | None, staff_id: str | None, limit: int
    ) -> list[DutyView]:
        """Return what is due, by due date: see `Queries.worklist`. Raises NotAuthorised."""
        today = self._today()
        day = day or today
        codes = self._codes(by, agency_code)
        rows = self._tuples(
            _statement(of_one=bool(staff_id), past=day < today),
            {
                "codes": codes,
                "own": self._codes_of(staff_id, codes, day) if staff_id else [],
                "staff": staff_id,
                "day": day,
                "end": day_bounds(day)[1],
                "limit": limit,
            },
        )
        view = _Views(
            day, self._service.directory, self._editions, self._calendar, self._mapper, self._keys
        )
        return [view.of(Obligation(*row[:_WIDTH]), _About(*row[_WIDTH:])) for row in rows]

    def _codes_of(self, staff_id: str, among: list[str], day: date) -> list[str]:
        """Return the codes of the agency where somebody served on the day, as far as they are `among` these."""
        directory = self._service.directory
        member = directory.member(staff_id)
        if member is None:
            raise NotFound(f"nobody on staff has the id {staff_id}", field="staff_id")
        code = member.agency_codes.on(day)
        agency = directory.holder(code, day) if code else None
        return [one for one in among if agency and directory.holder(one, day) is agency]


class _Views:
    """Makes the lines of one worklist; what several lines have in common is found out once."""

    def __init__(
        self,
        day: date,
        directory: Directory,
        editions: tuple[Edition, ...],
        calendar: WorkingDayCalendar,
        mapper: Mapper,
        keys: KeyRing,
    ) -> None:
        self._day = day
        self._directory = directory
        self._editions = editions
        self._calendar = calendar
        self._mapper = mapper
        self._keys = keys
        self._persons: dict[UUID, tuple[str, str | None]] = {}
        self._left: dict[str, bool] = {}

    def of(self, duty: Obligation, about: _About) -> DutyView:
        explanation = explain(duty, edition_on(duty.arose_on, self._editions), self._calendar)
        standing = duty.standing(self._day)
        number, name = self._person(about)
        subject = about.subject
        if about.reported_person is not None:
            subject = f"台账{ledger_number(about.reported_person)}"
        return DutyView(
            reference=duty.reference,
            rule=duty.rule,
            citation=explanation.citation,
            duty=duty.duty,
            title_zh=explanation.duty_zh,
            subject_id=duty.subject_id,
            subject=subject,
            employer_name=about.employer_name or "",
            credit_code=about.credit_code,
            person_id=about.person_id,
            ledger_number=number,
            person_name_masked=name,
            agency_code=duty.agency_code,
            staff_id=duty.staff_id,
            trigger=duty.trigger,
            item_id=duty.item_id,
            arose_on=duty.arose_on,
            opens_on=duty.opens_on,
            due_on=duty.due_on,
            days_late=(self._day - duty.due_on).days,
            standing=standing.value,
            standing_zh=standing.label_zh,
            provisional=duty.provisional,
            staff_left=self._has_left(duty.staff_id),
            why=explanation.text_zh,
        )

    def _person(self, about: _About) -> tuple[str | None, str | None]:
        """Return ledger number and surname of whom a line is about, None where it is about nobody."""
        if about.person_id is None:
            return None, None
        known = self._persons.get(about.person_id)
        if known is None:
            known = self._persons[about.person_id] = (
                ledger_number(about.person_id),
                self._masked_name(about),
            )
        return known

    def _masked_name(self, about: _About) -> str | None:
        stream_id, version, topic, basics = (
            about.stream_id,
            about.version,
            about.topic,
            about.basics,
        )
        if stream_id is None or version is None or topic is None or basics is None:
            return None
        if about.key is None:
            return ERASED
        self._keys.take(stream_id, about.key)
        name = self._mapper.read_personal(stream_id, version, topic, basics, "name")
        return name if name == ERASED else mask_name(name) or None

    def _has_left(self, staff_id: str) -> bool:
        left = self._left.get(staff_id)
        if left is None:
            member = self._directory.member(staff_id)
            left = member is not None and member.agency_codes.on(self._day) is None
            self._left[staff_id] = left
        return left


def _statement(*, of_one: bool, past: bool) -> str:
    """Return the statement for an agency's worklist or for one of its staff, today's or a past day's."""
    whose = ["agency_code = ANY(%(codes)s)"]
    if of_one:
        whose = [
            "agency_code = ANY(%(codes)s) AND staff_id = %(staff)s",
            "agency_code = ANY(%(own)s) AND staff_id = ''",
        ]
    relation, states, passed = "obligations", _NOW, ""
    if past:
        relation, states, passed = "obligations, passed", _THEN, _PASSED
    held = " UNION ALL ".join(
        f"SELECT obligations.* FROM {relation} WHERE {one} AND {state}"
        for one in whose
        for state in states
    )
    return _LINES.format(columns=_COLUMNS, open=held, passed=passed)
