"""Explains a duty: by which rule and event it arose, by when, who was responsible, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ...application.ports import Clock
from ...application.service import CommandService
from ...domain.calendar import WorkingDayCalendar, zh_date
from ...domain.errors import NotFound
from ...domain.obligations import Obligation, Outcome, ending, explain
from ...domain.organisation.powers import Actor, Power, reaches
from ...domain.person_ledger import ledger_number
from ...domain.regulation.edition import Edition, edition_on
from ...projections.explanation.model import Explanation, Thing, facts
from ...projections.explanation.references import DutyReference
from ...projections.history.labels import OUTCOMES_ZH
from ...projections.history.model import MISSED
from ..database import Database
from ..queries.looking import Looking
from ..store.event_store import PostgresEventStore

_SPELLS = """
    SELECT * FROM obligations
    WHERE subject_id = %s AND duty = %s AND arose_position = %s AND turn = %s ORDER BY since_position
"""
_WHOSE = """
    SELECT (SELECT stream_id FROM job_seekers WHERE stream_id = %(id)s) AS person,
           (SELECT person_id FROM assistance_cases WHERE stream_id = %(stream)s) AS case_person,
           (SELECT name FROM employers WHERE stream_id = %(stream)s) AS employer,
           (SELECT title FROM vacancies WHERE vacancy_id = %(id)s) AS vacancy
"""


class ExplainedDuties(Looking):
    """Reads the spells of a duty."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
        clock: Clock,
    ) -> None:
        """Stand on the read models and the log, and on what duties are judged by."""
        super().__init__(database, service, clock)
        self._store = store
        self._calendar = calendar
        self._editions = editions

    def explain(self, reference: DutyReference, by: Actor) -> Explanation:
        """Return what a duty rests on, spell by spell. Raises NotFound, NotAuthorised. Rule 5.b."""
        spells = self._spells(reference)
        last = spells[-1]
        self._require_looking(spells, by)
        edition = edition_on(last.arose_on, self._editions)
        why = explain(last, edition, self._calendar)
        today = self._today()
        return Explanation(
            reference=last.reference,
            title_zh=why.duty_zh,
            rule=why.rule,
            citation=why.citation,
            facts=facts(
                ("对象", self._whose(last)),
                ("起因", why.trigger_zh),
                ("起算日", why.counted_from),
                ("期限", why.term_zh),
                ("可办理之日", last.opens_on if last.opens_on != last.arose_on else None),
                ("应办结日", f"{last.due_on}{'（暂定）' if last.provisional else ''}"),
                ("工作日历", why.calendar_version),
                ("适用版本", edition.title),
                ("责任机构", last.agency_code),
                ("责任人", last.staff_id or "（待确定）"),
                ("办理情况", _standing(last, today)),
                ("说明", why.text_zh),
            ),
            things=tuple(self._thing(spell, today) for spell in spells),
        )

    def _spells(self, reference: DutyReference) -> list[Obligation]:
        """Return the spells in order, also those under another subject that it came from or went to."""
        spells = self._under(reference, reference.subject_id)
        if not spells:
            raise NotFound(
                f"no duty {reference.duty!r} of {reference.subject_id} arose at log position "
                f"{reference.arose_position}; a worklist gives the reference of each",
                field="reference",
            )
        seen = {reference.subject_id}
        while spells[0].since_position > spells[0].arose_position:
            came_from = self._ending_at(spells[0].since_position)
            former = [e.subject_id for e in came_from if e.heir_id == spells[0].subject_id]
            earlier = self._more(reference, former, seen)
            if not earlier:
                break
            spells = earlier + spells
        while spells[-1].outcome == Outcome.MOVED.value and spells[-1].closed_position is not None:
            went_to = self._ending_at(spells[-1].closed_position)
            heirs = [e.heir_id for e in went_to if e.subject_id == spells[-1].subject_id]
            later = self._more(reference, [heir for heir in heirs if heir], seen)
            if not later:
                break
            spells = spells + later
        return spells

    def _more(
        self, reference: DutyReference, subjects: Sequence[UUID], seen: set[UUID]
    ) -> list[Obligation]:
        for subject in subjects:
            if subject not in seen and (found := self._under(reference, subject)):
                seen.add(subject)
                return found
        return []

    def _under(self, reference: DutyReference, subject_id: UUID) -> list[Obligation]:
        rows = self._rows(
            _SPELLS, (subject_id, reference.duty, reference.arose_position, reference.turn)
        )
        return [Obligation(**{name: row[name] for name in Obligation._fields}) for row in rows]

    def _ending_at(self, position: int) -> list[Any]:
        return [end for recorded in self._store.events_at([position]) for end in ending(recorded)]

    def _require_looking(self, spells: Sequence[Obligation], by: Actor) -> None:
        """Let look who may at whoever was responsible in any spell."""
        directory, today = self._service.refresh_directory(), self._today()
        codes = [spell.agency_code for spell in reversed(spells)]
        shown = [code for code in codes if reaches(directory, by, Power.LOOK, code, today)]
        self._may_look(by, (shown or codes)[0])

    def _whose(self, spell: Obligation) -> str:
        row = self._rows(_WHOSE, {"id": spell.subject_id, "stream": spell.stream_id})[0]
        person = row["person"] or row["case_person"]
        if person is not None:
            return f"台账{ledger_number(person)}"
        return " ".join(filter(None, (row["employer"], row["vacancy"]))) or str(spell.subject_id)

    def _thing(self, spell: Obligation, today: date) -> Thing:
        closed = () if spell.closed_position is None else (spell.closed_position,)
        held_by = f"{spell.agency_code} {spell.staff_id or '（待确定）'}"
        return Thing(
            text_zh=f"{held_by}，应于{zh_date(spell.due_on)}前办结，{_standing(spell, today)}",
            positions=tuple(
                sorted({spell.arose_position, *self._trigger(spell), spell.since_position, *closed})
            ),
        )

    def _trigger(self, spell: Obligation) -> tuple[int, ...]:
        """Return where the event stands from which the term runs, where a later one gave another date."""
        stands_at = [spell.arose_position, spell.since_position]
        if any(e.event.event_name == spell.trigger for e in self._store.events_at(stands_at)):
            return ()
        found = [
            recorded.position
            for recorded in self._store.history(spell.stream_id, up_to=spell.closed_position)
            if recorded.event.event_name == spell.trigger
            and recorded.position != spell.closed_position
        ]
        return tuple(found[-1:])


def _standing(spell: Obligation, today: date) -> str:
    if spell.outcome == Outcome.OPEN.value:
        return OUTCOMES_ZH[MISSED] if spell.due_on < today else OUTCOMES_ZH[spell.outcome]
    return f"{OUTCOMES_ZH[spell.outcome]}（{spell.closed_on}）"
