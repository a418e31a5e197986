"""What a daily notice of vacancy checks was counted from: vacancies and duties, with their events.

What the notice itself lists (problems, late entries) is traced from its lists; all else is counted again
from the read models as of the notice's log position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg.rows import tuple_row

from ...domain.calendar import zh_date
from ...domain.duties.duty import duty_reference
from ...domain.employer.content import Item
from ...domain.errors import NotFound
from ...domain.obligations import TITLES_ZH
from ...domain.regulation.rules import RULES
from ...projections.daily_vacancy_notice.labels import RULE_TITLES, TOPIC_LABELS, how_label
from ...projections.daily_vacancy_notice.model import (
    ONCE,
    TOPICS,
    AgencyFigures,
    DailyVacancyNotice,
    DayFigures,
    Defect,
    RuleFigures,
    VacancyRef,
)
from ...projections.daily_vacancy_notice.wording import detail_with_span
from ...projections.explanation.model import Evidence, Explanation, Thing, facts
from ...projections.explanation.paths import Figure
from .daily_vacancy_facts import DUTY_RULES
from .making import Making
from .scope import Scope

_NAMED = "v.vacancy_id, coalesce(v.external_id, v.vacancy_id::text), v.title, e.name"
_FLOW = f"""
    SELECT {_NAMED}, array_agg(l.position ORDER BY l.position)
    FROM ledger_entries_asof l
    JOIN vacancies_asof v ON v.vacancy_id = l.subject_id
    LEFT JOIN employers_asof e ON e.stream_id = v.stream_id
    WHERE l.recorded_on = %(day)s AND l.topic = ANY(%(topics)s) AND v.agency_code = ANY(%(codes)s)
    GROUP BY 1, 2, 3, 4, {{by}} ORDER BY min(l.position)
"""
_PUBLIC = f"""
    SELECT {_NAMED}, ARRAY[coalesce(p.position, v.last_position), v.last_position],
           coalesce(v.headcount, 0), coalesce(v.concerns, 0) > 0
    FROM vacancies_asof v
    LEFT JOIN employers_asof e ON e.stream_id = v.stream_id
    LEFT JOIN (SELECT subject_id, max(position) AS position FROM ledger_entries_asof
               WHERE topic = 'vacancy.published' GROUP BY subject_id) p ON p.subject_id = v.vacancy_id
    WHERE v.status = 'published' AND v.agency_code = ANY(%(codes)s)
    ORDER BY v.first_position
"""
_OVERDUE = """
    SELECT duty, subject_id, arose_position, since_position, turn, due_on, agency_code, staff_id
    FROM obligations_asof
    WHERE outcome = 'open' AND due_on < %(day)s AND rule = ANY(%(rules)s)
      AND agency_code = ANY(%(codes)s)
    ORDER BY agency_code, duty, due_on, subject_id
"""
_OF_VACANCIES = """
    SELECT v.vacancy_id, l.position, l.topic LIKE 'employer_ledger.%%'
    FROM vacancies_asof v JOIN ledger_entries_asof l ON l.stream_id = v.stream_id
    WHERE v.vacancy_id = ANY(%(ids)s)
      AND (l.subject_id = v.vacancy_id OR l.topic LIKE 'employer_ledger.%%')
    ORDER BY l.position
"""
_TIMES: Final[dict[str, Callable[[int], bool]]] = {
    "first": lambda times: times == 1,
    "second": lambda times: times == 2,
    "third_or_more": lambda times: times >= 3,
}


class DailyVacancyEvidence:
    """Counts the figures of one notice again."""

    def __init__(self, making: Making, notice: DailyVacancyNotice, notice_id: str) -> None:
        """Stand on the read models as of the notice's position."""
        self._making = making
        self._notice = notice
        self._notice_id = notice_id
        self._scope = Scope(making.directory, making.superior, notice.day)

    def figure(self, figure: Figure) -> Evidence:
        """Return what a figure was counted from. Rule 9.1."""
        if type(figure.value) is not int:
            return Evidence(None, figure.within or self._percent(figure))
        line = figure.part(AgencyFigures)
        under = None if line is None or figure.fields[0] == "overall" else line.agency.agency_id
        point = figure.part(DayFigures)
        day = point.day if point else self._notice.day
        rule = figure.part(RuleFigures)
        match figure.fields:
            case (_, "flows", flow):
                return Evidence(self._flow(day, under, [f"vacancy.{flow}"]))
            case (_, "touched"):
                return Evidence(self._flow(day, under, TOPICS, by="v.vacancy_id"))
            case ("series", *_) if day != self._notice.day:
                return Evidence(None, note_zh=f"{zh_date(day)}通报所载，不再重新计数")
            case (_, "rate_before", _) if self._notice.previous:
                return Evidence(None, note_zh=f"{self._notice.previous.number}所载，不再重新计数")
            case (_, "rate", "checked"):
                return Evidence(self._public(under))
            case (_, "rate", "passed"):
                return Evidence(self._passed(under))
            case (_, "positions"):
                return Evidence(self._public(under, weighed=True))
            case (_, "concerned"):
                return Evidence(self._public(under, concerned=True))
            case ("rules", "problems", times):
                return Evidence(
                    self._problems(lambda d: d.rule == rule.rule and _TIMES[times](d.times))
                )
            case (_, "problems", times):
                return Evidence(
                    self._problems(lambda d: _is(under, d.vacancy) and _TIMES[times](d.times))
                )
            case ("series", "problems"):
                return Evidence(self._problems(lambda d: True))
            case ("rules", "vacancies"):
                return Evidence(self._vacancies(lambda d: d.rule == rule.rule))
            case (_, "faulty"):
                return Evidence(self._vacancies(lambda d: _is(under, d.vacancy)))
            case (_, "put_right"):
                return Evidence(self._put_right(under))
            case (_, "late"):
                return Evidence(self._late(under))
            case (_, "overdue"):
                return Evidence(self._overdue(under))
        return Evidence(None)

    def finding(self, number: int) -> Explanation:
        """Explain a problem: what was found, for the how-manieth time, and the events it rests on."""
        notice = self._notice
        if number > len(notice.defects):
            raise NotFound(
                f"the notice {self._notice_id} has {len(notice.defects)} problems, no {number}th",
                field="reference",
            )
        defect = notice.defects[number - 1]
        return Explanation(
            reference=f"finding:{self._notice_id}:{number}",
            title_zh=detail_with_span(defect),
            rule=defect.rule,
            citation=RULES[defect.rule].citation,
            facts=facts(
                ("问题", RULE_TITLES[defect.rule]),
                ("招聘信息", _named(defect.vacancy)),
                ("机构", f"{defect.vacancy.agency} {defect.vacancy.agency_code}"),
                ("通报", f"{notice.number}（{notice.day}）"),
                ("第几次通报", defect.times),
                ("首次通报", defect.first_notified_on),
                ("应于何日前答复", defect.answer_by),
                ("审核人", defect.reviewer_id),
                ("审核人理由", defect.overruled),
                ("截至日志", f"第{notice.basis.position}位"),
            ),
            things=self._with_events([defect]),
        )

    # --- helpers ------------------------------------------------------------------------------

    def _percent(self, figure: Figure) -> tuple[str, ...]:
        return figure.beside("passed", "checked") if figure.fields[-1] == "percent" else ()

    def _codes(self, under: UUID | None) -> list[str]:
        placements = self._scope.placements.items()
        return [code for code, one in placements if under in (None, one.under)]

    def _rows(self, statement: str, under: UUID | None, **values: Any) -> list[tuple[Any, ...]]:
        with self._making.connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(
                statement.encode(), {"codes": self._codes(under), **values}
            ).fetchall()

    def _flow(
        self, day: date, under: UUID | None, topics: Iterable[str], *, by: str = "l.position"
    ) -> tuple[Thing, ...]:
        rows = self._rows(_FLOW.format(by=by), under, day=day, topics=list(topics))
        return tuple(_vacancy(*row) for row in rows)

    def _public(
        self, under: UUID | None, *, weighed: bool = False, concerned: bool = False
    ) -> tuple[Thing, ...]:
        return tuple(
            _vacancy(*row, number=positions if weighed else 1)
            for *row, positions, is_concern in self._rows(_PUBLIC, under)
            if (is_concern or not concerned) and (positions or not weighed)
        )

    def _passed(self, under: UUID | None) -> tuple[Thing, ...]:
        failed = {
            defect.vacancy.vacancy_id
            for defect in self._notice.defects
            if defect.public and defect.kind not in ONCE
        }
        return tuple(
            _vacancy(*row) for *row, _, _ in self._rows(_PUBLIC, under) if row[0] not in failed
        )

    def _problems(self, wanted: Callable[[Defect], bool]) -> tuple[Thing, ...]:
        numbered = {
            f"finding:{self._notice_id}:{number}": defect
            for number, defect in enumerate(self._notice.defects, start=1)
            if wanted(defect)
        }
        things = self._with_events(list(numbered.values()))
        return tuple(
            thing.model_copy(update={"reference": reference})
            for reference, thing in zip(numbered, things, strict=True)
        )

    def _vacancies(self, wanted: Callable[[Defect], bool]) -> tuple[Thing, ...]:
        found = {d.vacancy.vacancy_id: d for d in reversed(self._notice.defects) if wanted(d)}
        things = self._with_events(list(found.values()))
        return tuple(
            thing.model_copy(update={"text_zh": _named(defect.vacancy)})
            for defect, thing in zip(found.values(), things, strict=True)
        )

    def _put_right(self, under: UUID | None) -> tuple[Thing, ...]:
        mended = [one for one in self._notice.put_right if _is(under, one.defect.vacancy)]
        things = self._with_events([one.defect for one in mended])
        return tuple(
            thing.model_copy(update={"text_zh": f"{thing.text_zh}（{how_label(one.how)}）"})
            for one, thing in zip(mended, things, strict=True)
        )

    def _late(self, under: UUID | None) -> tuple[Thing, ...]:
        return tuple(
            Thing(
                text_zh=f"{TOPIC_LABELS[entry.topic]}：{_named(entry.vacancy)}",
                positions=(entry.position,),
            )
            for entry in self._notice.late
            if _is(under, entry.vacancy)
        )

    def _overdue(self, under: UUID | None) -> tuple[Thing, ...]:
        return tuple(
            Thing(
                text_zh=f"{TITLES_ZH[duty]}，应于{zh_date(due_on)}前办结，{code} {staff or '（待确定）'}",
                positions=tuple(sorted({arose, since})),
                reference=duty_reference(duty, subject, arose, turn),
            )
            for duty, subject, arose, since, turn, due_on, code, staff in self._rows(
                _OVERDUE, under, day=self._notice.day, rules=list(DUTY_RULES)
            )
        )

    def _with_events(self, defects: list[Defect]) -> tuple[Thing, ...]:
        """Return problems with the vacancy's events, and the employer's where they are about that."""
        ids = list({defect.vacancy.vacancy_id for defect in defects})
        own: dict[UUID, list[int]] = {}
        employers: dict[UUID, list[int]] = {}
        for vacancy_id, position, is_employers in self._rows(_OF_VACANCIES, None, ids=ids):
            held = employers if is_employers else own
            held.setdefault(vacancy_id, []).append(position)
        return tuple(
            Thing(
                text_zh=f"{detail_with_span(defect)}：{_named(defect.vacancy)}",
                positions=tuple(
                    sorted(
                        own.get(defect.vacancy.vacancy_id, [])
                        + (
                            employers.get(defect.vacancy.vacancy_id, [])
                            if _is_employers(defect)
                            else []
                        )
                    )
                ),
            )
            for defect in defects
        )


def _is(under: UUID | None, vacancy: VacancyRef) -> bool:
    return under is None or vacancy.under == under


def _is_employers(defect: Defect) -> bool:
    return defect.rule == "35" or defect.item == Item.EMPLOYER_BASICS


def _named(vacancy: VacancyRef) -> str:
    return " ".join(filter(None, (vacancy.number, vacancy.title, vacancy.employer)))


def _vacancy(
    _: UUID,
    called: str,
    title: str | None,
    employer: str | None,
    positions: list[int],
    *,
    number: int = 1,
) -> Thing:
    return Thing(
        text_zh=" ".join(filter(None, (called, title, employer))),
        positions=tuple(sorted(set(positions))),
        number=number,
    )
