"""What a monthly ledger notice was counted from: sampled records, duties, problems, with their events.

Samples and problems are traced from the notice's own lists; duties and entries are counted again from the
read models as of the positions of the notice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from psycopg.rows import tuple_row

from ...domain.calendar import zh_date
from ...domain.duties.duty import duty_reference
from ...domain.errors import NotFound
from ...domain.obligations import TITLES_ZH, Outcome
from ...domain.organisation.staff import Role
from ...domain.regulation.rules import RULES
from ...domain.supervision.rectification.events import (
    ConcernedRecord,
    ProblemFound,
    ProblemFoundAgain,
    Source,
)
from ...domain.supervision.spot_check.closing import SpotCheckClosed
from ...domain.supervision.spot_check.drawing import FrameSealed, SampleDrawn
from ...domain.supervision.warning import Indicator
from ...projections.early_warning import Warned
from ...projections.explanation.model import Evidence, Explanation, Thing, facts
from ...projections.explanation.paths import Figure, figure_reference
from ...projections.history.events import EVENT_WORDS, EventWords
from ...projections.history.labels import OUTCOMES_ZH
from ...projections.history.model import MISSED
from ...projections.monthly_ledger_notice.figures import REVIEW
from ...projections.monthly_ledger_notice.labels import mode_label, rule_title
from ...projections.monthly_ledger_notice.model import (
    AgencyFigures,
    Checked,
    DutyLine,
    MonthlyLedgerNotice,
    Problem,
    RuleFigures,
    SampleItem,
)
from ...projections.monthly_ledger_notice.wording import warned_text
from ..store.event_store import PostgresEventStore
from .making import Making
from .scope import Scope

_DUTIES = """
    SELECT * FROM (
        SELECT duty, subject_id, arose_position, since_position, turn, due_on, agency_code, staff_id,
               CASE WHEN closed_position <= %(month_position)s THEN closed_position END,
               CASE WHEN closed_position > %(month_position)s THEN 'open' ELSE outcome END AS state
        FROM obligations_asof
        WHERE since_position <= %(month_position)s AND due_on BETWEEN %(first)s AND %(last)s
          AND agency_code = ANY(%(codes)s) AND (%(rule)s::text IS NULL OR rule = %(rule)s)
    ) AS at_its_end
    WHERE state = %(state)s ORDER BY agency_code, due_on, arose_position, turn
"""
_ENTRIES = """
    SELECT topic, position FROM ledger_entries_asof
    WHERE recorded_on BETWEEN %(first)s AND %(last)s AND agency_code = ANY(%(codes)s)
      AND (late OR NOT %(late)s)
    ORDER BY position
"""
_STREAMS = """
    SELECT originator_id, notification_id FROM stored_events
    WHERE originator_id = ANY(%(ids)s) AND notification_id <= %(position)s ORDER BY notification_id
"""
_MISSED = """
    SELECT DISTINCT subject_id, arose_position, turn FROM obligations_asof
    WHERE duty = %(duty)s AND arose_position = %(position)s AND agency_code = ANY(%(codes)s)
"""
_STATES: Final = {"met": Outcome.MET, "late": Outcome.LATE, "missed": Outcome.OPEN}
_TIMES: Final[dict[str, Callable[[int], bool]]] = {
    "first": lambda times: times == 1,
    "second": lambda times: times == 2,
    "third_or_more": lambda times: times >= 3,
}
_SAMPLED: Final[dict[str, Callable[[SampleItem], bool]]] = {
    "drawn": lambda one: one.mode == "random",
    "inspected": lambda one: one.mode == "random" and one.inspected_on is not None,
    "checked": lambda one: one.mode == "random" and one.inspected_on is not None,
    "passed": lambda one: one.mode == "random" and one.inspected_on is not None and not one.faulty,
    "targeted": lambda one: one.mode != "random" and one.inspected_on is not None,
    "targeted_faulty": lambda one: (
        one.mode != "random" and one.inspected_on is not None and bool(one.faulty)
    ),
}


class MonthlyLedgerEvidence:
    """Counts the figures of one notice again."""

    def __init__(
        self,
        store: PostgresEventStore,
        making: Making,
        notice: MonthlyLedgerNotice,
        notice_id: str,
    ) -> None:
        """Stand on the log, and on the read models as of the notice's position."""
        self._store = store
        self._making = making
        self._notice = notice
        self._notice_id = notice_id
        self._scope = Scope(making.directory, making.superior, notice.last_day)

    def figure(self, figure: Figure) -> Evidence:
        """Return what a figure was counted from. Rule 9.1."""
        warned = figure.part(Warned)
        if warned is not None:
            return self._warned(figure, warned)
        if type(figure.value) is not int:
            percent = figure.fields[-1] == "percent"
            return Evidence(
                None, figure.within or (figure.beside("passed", "checked") if percent else ())
            )
        under = self._under(figure)
        kind = figure.part(Checked)
        rule = figure.part(RuleFigures, DutyLine)
        match figure.fields:
            case (_, "rate_before", _) | (_, "checks", "rate_before", _) if self._notice.previous:
                return Evidence(None, note_zh=f"{self._notice.previous.number}所载，不再重新计数")
            case (_, "checks", "population"):
                return Evidence(tuple(self._population(kind.kind, under)))
            case (_, "checks", what) | (_, "checks", "rate", what):
                return Evidence(self._sampled(what, kind.kind, under))
            case (_, "rate", what):
                return Evidence(self._sampled(what, None, under))
            case (_, "duties", state):
                rule_id = None if rule is None else rule.rule
                return Evidence(self._duties(state, rule_id, under))
            case ("rules", "agencies"):
                return Evidence(
                    self._problems(lambda one: (one.rule, one.under) == (rule.rule, under))
                )
            case ("rules", "problems", times):
                return Evidence(
                    self._problems(
                        lambda one: one.rule == rule.rule and one.anew and _TIMES[times](one.times)
                    )
                )
            case ("rules", "running"):
                return Evidence(self._problems(lambda one: one.rule == rule.rule and not one.anew))
            case (_, "problems", times):
                return Evidence(
                    self._problems(
                        lambda one: (
                            under in (None, one.under) and one.anew and _TIMES[times](one.times)
                        )
                    )
                )
            case (_, "running"):
                return Evidence(
                    self._problems(lambda one: under in (None, one.under) and not one.anew)
                )
            case (_, "put_right"):
                return Evidence(self._put_right(under))
            case (_, "warnings"):
                return Evidence(self._warnings(under))
        return Evidence(None)

    def finding(self, number: int) -> Explanation:
        """Explain a problem: where it comes from, for the how-manieth time, and its events."""
        notice = self._notice
        if number > len(notice.problems):
            raise NotFound(
                f"the notice {self._notice_id} has {len(notice.problems)} problems, no {number}th",
                field="reference",
            )
        problem = notice.problems[number - 1]
        return Explanation(
            reference=f"finding:{self._notice_id}:{number}",
            title_zh=f"{rule_title(problem.rule)}：{problem.evidence}",
            rule=problem.rule,
            citation=RULES[problem.rule].citation,
            facts=facts(
                ("记录", f"{ConcernedRecord(problem.record_kind).label_zh} {problem.number or ''}"),
                ("机构", f"{problem.agency} {problem.agency_code}"),
                ("问题来源", Source(problem.source).label_zh),
                ("发现日期", problem.found_on),
                ("通报", f"{notice.number}（{notice.month:%Y-%m}）"),
                ("第几次通报", problem.times),
                ("本期是否通报", "是" if problem.anew else "否（整改期限未满）"),
                ("首次通报", problem.first_notified_on),
                ("应于何日前整改", problem.answer_by),
                ("整改措施", problem.measures),
                ("截至日志", f"第{notice.basis.position}位"),
            ),
            things=(*self._with_events([problem]), *self._origin(problem)),
        )

    # --- helpers ------------------------------------------------------------------------------

    def _under(self, figure: Figure) -> UUID | None:
        """Return the line of the roll-up that the figure is about, None for all together."""
        if figure.fields[0] == "overall":
            return None
        for part in figure.parts:
            match part:
                case AgencyFigures():
                    return part.agency.agency_id
                case DutyLine():
                    return part.under
                case (UUID() as agency_id, int()):
                    return agency_id
        return None

    def _rows(self, statement: str, under: UUID | None = None, **values: Any) -> list[Any]:
        placements = self._scope.placements.items()
        common = {
            "codes": [code for code, one in placements if under in (None, one.under)],
            "first": self._notice.month,
            "last": self._notice.last_day,
        }
        with self._making.connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(statement.encode(), common | values).fetchall()

    # --- spot-checks --------------------------------------------------------------------------

    def _population(self, kind: str, under: UUID | None) -> Iterator[Thing]:
        """Yield the sealed frames of the inspected agencies; `spot-check verify` lists a frame anew."""
        for check in self._notice.checks:
            if check.kind != kind:
                continue
            events = list(self._store.history(check.check_id, up_to=self._notice.basis.position))
            sealed = [e.position for e in events if isinstance(e.event, FrameSealed)]
            for closed in events:
                if not isinstance(closed.event, SpotCheckClosed):
                    continue
                for stratum in closed.event.results:
                    placement = self._scope.placements[stratum.agency_code]
                    if under in (None, placement.under) and stratum.population:
                        yield Thing(
                            text_zh=f"{placement.agency.name}抽样框（检查{check.check_id}）",
                            positions=(*sealed, closed.position),
                            number=stratum.population,
                        )

    def _sampled(self, what: str, kind: str | None, under: UUID | None) -> tuple[Thing, ...]:
        return tuple(
            Thing(
                text_zh=f"{one.number} {one.agency}（{mode_label(one.mode)}，检查{one.check_id}"
                f"第{one.item_no}件）",
                positions=self._item_events[one.check_id, one.item_no],
            )
            for one in self._notice.sample
            if kind in (None, one.kind) and under in (None, one.under) and _SAMPLED[what](one)
        )

    @cached_property
    def _item_events(self) -> dict[tuple[UUID, int], tuple[int, ...]]:
        """The events of a check that are about an item: its draw, examination, inspection, answers."""
        found: defaultdict[tuple[UUID, int], list[int]] = defaultdict(list)
        for check in self._notice.checks:
            numbers = [one.item_no for one in self._notice.sample if one.check_id == check.check_id]
            for recorded in self._store.history(check.check_id, up_to=self._notice.basis.position):
                number = getattr(recorded.event, "number", None)
                is_draw = isinstance(recorded.event, SampleDrawn)
                for one in numbers if is_draw else [number] if number else []:
                    found[check.check_id, one].append(recorded.position)
        return {key: tuple(positions) for key, positions in found.items()}

    # --- duties and entries -------------------------------------------------------------------

    def _duties(self, state: str, rule: str | None, under: UUID | None) -> tuple[Thing, ...]:
        rows = self._rows(
            _DUTIES,
            under,
            month_position=self._notice.basis.month_position,
            rule=rule,
            state=_STATES[state].value,
        )
        shown = OUTCOMES_ZH[MISSED if state == "missed" else _STATES[state].value]
        return tuple(
            Thing(
                text_zh=f"{TITLES_ZH[duty]}，应于{zh_date(due_on)}前办结，{shown}，{code} {staff}".rstrip(),
                positions=tuple(sorted({arose, since, *([closed] if closed else [])})),
                reference=duty_reference(duty, subject, arose, turn),
            )
            for duty, subject, arose, since, turn, due_on, code, staff, closed, _ in rows
        )

    def _entries(self, under: UUID, *, late: bool) -> tuple[Thing, ...]:
        return tuple(
            Thing(text_zh=EVENT_WORDS.get(topic, EventWords(topic)).title_zh, positions=(position,))
            for topic, position in self._rows(_ENTRIES, under, late=late)
        )

    # --- problems -----------------------------------------------------------------------------

    def _problems(self, wanted: Callable[[Problem], bool]) -> tuple[Thing, ...]:
        numbered = {
            f"finding:{self._notice_id}:{number}": problem
            for number, problem in enumerate(self._notice.problems, start=1)
            if wanted(problem)
        }
        things = self._with_events(numbered.values())
        return tuple(
            thing.model_copy(update={"reference": reference})
            for reference, thing in zip(numbered, things, strict=True)
        )

    def _put_right(self, under: UUID | None) -> tuple[Thing, ...]:
        return tuple(
            self._with_events(
                one.problem for one in self._notice.put_right if under in (None, one.problem.under)
            )
        )

    def _with_events(self, problems: Iterable[Problem]) -> list[Thing]:
        told = list(problems)
        found: defaultdict[UUID, list[int]] = defaultdict(list)
        for stream_id, position in self._rows(
            _STREAMS,
            ids=[one.rectification_id for one in told],
            position=self._notice.basis.position,
        ):
            found[stream_id].append(position)
        return [
            Thing(
                text_zh=f"{rule_title(one.rule)}：{one.agency} {one.number or ''} {one.evidence}",
                positions=tuple(found[one.rectification_id]),
            )
            for one in told
        ]

    def _origin(self, problem: Problem) -> Iterator[Thing]:
        """Yield what a problem was taken over from: a finding of a spot-check, a duty that was missed."""
        found = list(
            self._store.history(problem.rectification_id, up_to=self._notice.basis.position)
        )
        for recorded in found:
            event = recorded.event
            if not isinstance(event, ProblemFound | ProblemFoundAgain) or event.source_id is None:
                continue
            if event.source is Source.SPOT_CHECK:
                yield Thing(
                    text_zh=f"台账抽查第{event.item_no}件",
                    reference=f"finding:{event.source_id}:{event.item_no}:{problem.rule}",
                )
            elif event.source is Source.MISSED_DUTY and "@" in event.source_id:
                yield from self._missed(*event.source_id.split("@"))

    def _missed(self, duty: str, position: str) -> Iterator[Thing]:
        for subject_id, arose, turn in self._rows(_MISSED, duty=duty, position=int(position)):
            yield Thing(
                text_zh=f"逾期事项：{TITLES_ZH.get(duty, duty)}",
                positions=(arose,),
                reference=duty_reference(duty, subject_id, arose, turn),
            )

    # --- early warnings -----------------------------------------------------------------------

    def _warnings(self, under: UUID | None) -> tuple[Thing, ...]:
        return tuple(
            Thing(
                text_zh=f"{one.agency.name}：{warned_text(one)}",
                reference=figure_reference(self._notice_id, f"warnings.{place}"),
            )
            for place, one in enumerate(self._notice.warnings)
            if under in (None, one.agency.agency_id)
        )

    def _warned(self, figure: Figure, warned: Warned) -> Evidence:
        """Return what an early warning rests on: figures of the agency, late entries, roles."""
        under, code = warned.agency.agency_id, warned.agency.code
        names: tuple[str, ...] = ()
        match warned.indicator, figure.fields[-1]:
            case (Indicator.LATE_ENTRY_SHARE, "part" | "whole" as which):
                return Evidence(self._entries(under, late=which == "part"))
            case (Indicator.MISSING_ROLES, "part"):
                return Evidence(tuple(Thing(text_zh=Role(role).label_zh) for role in warned.roles))
            case (Indicator.REPEATED_PROBLEMS, "part"):
                return Evidence(self._problems(lambda one: one.under == under and one.times >= 2))
            case (Indicator.PASS_RATE, _):
                names = (f"agencies.{code}.rate.passed", f"agencies.{code}.rate.checked")
            case (Indicator.OVERDUE_SHARE, _):
                names = tuple(f"agencies.{code}.duties.{state}" for state in _STATES)
            case (Indicator.LATE_REVIEW_SHARE, _):
                names = tuple(f"duties.{code}.{REVIEW}.duties.{state}" for state in _STATES)
        return Evidence(
            None, tuple(figure_reference(self._notice_id, name) for name in names) or figure.within
        )
