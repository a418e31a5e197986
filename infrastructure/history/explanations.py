"""Explains a duty, a finding or a figure of a notice down to the events it was counted from."""

from __future__ import annotations

from ...application.ports import Clock
from ...application.service import CommandService
from ...domain.calendar import shanghai_day
from ...domain.events import RecordedEvent
from ...domain.organisation.powers import Actor
from ...projections.explanation.model import ExplainedEvent, Explanation
from ...projections.explanation.references import (
    CheckFindingReference,
    DutyReference,
    FigureReference,
    NoticeFindingReference,
    parse_reference,
)
from ...projections.history.events import EVENT_WORDS, EventWords
from ..database import Database
from ..queries.looking import Looking
from ..store.event_store import PostgresEventStore
from .explained_duties import ExplainedDuties
from .explained_figures import ExplainedFigures
from .explained_findings import ExplainedFindings

EVENTS = 1000
"""Events that an explanation shows at most, unless more are asked for."""


class Explanations(Looking):
    """Answers where a duty, a finding or a figure comes from."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        clock: Clock,
        duties: ExplainedDuties,
        findings: ExplainedFindings,
        figures: ExplainedFigures,
    ) -> None:
        """Stand on the log, and on what explains each form of reference."""
        super().__init__(database, service, clock)
        self._store = store
        self._duties = duties
        self._findings = findings
        self._figures = figures

    def explain(self, reference: str, *, by: Actor, events: int = EVENTS) -> Explanation:
        """Return what a reference comes to, with the events that it was counted from.

        There are three forms: ``duty:DUTY_KEY:SUBJECT_ID:AROSE_POSITION[:TURN]``, as worklists and histories
        give it; ``finding:NOTICE_ID:N`` for the n-th problem of a notice and
        ``finding:CHECK_ID:ITEM_NO:RULE`` for what was found in an item of a spot-check;
        ``figure:NOTICE_ID:PATH`` for a figure of a notice by its path into the notice's JSON. At most
        `events` events are shown; what is counted is listed whole. Nothing personal is shown.

        Raises InvalidInput for what is no reference, NotFound, NotAuthorised. Rules 5.b, 9.1.
        """
        asked = parse_reference(reference)
        match asked:
            case DutyReference():
                found = self._duties.explain(asked, by)
            case NoticeFindingReference():
                found = self._findings.of_notice(asked, by)
            case CheckFindingReference():
                found = self._findings.of_check(asked, by)
            case FigureReference():
                found = self._figures.explain(asked, by)
        positions = found.positions
        shown = self._store.events_at(positions[:events])
        return found.model_copy(
            update={
                "events": tuple(self._event(recorded) for recorded in shown),
                "events_left_out": max(len(positions) - events, 0),
            }
        )

    def _event(self, recorded: RecordedEvent) -> ExplainedEvent:
        name = recorded.event.event_name
        entered_on = shanghai_day(recorded.recorded_at)
        agency = self._service.directory.find(recorded.agency_code, entered_on)
        return ExplainedEvent(
            position=recorded.position,
            event=name,
            title_zh=EVENT_WORDS.get(name, EventWords(name)).title_zh,
            occurred_on=recorded.occurred_on,
            recorded_at=recorded.recorded_at,
            staff_id=recorded.staff_id,
            agency_code=recorded.agency_code,
            agency_name=None if agency is None else agency.name_on(entered_on),
        )
