"""Explains a finding: a problem that a notice names, or what was found in an item of a spot-check."""

from __future__ import annotations

from typing import Any

from psycopg.rows import tuple_row

from ...application.views.spot_checks import SpotCheckItemView
from ...domain.errors import NotFound
from ...domain.events import RecordedEvent
from ...domain.organisation.powers import Actor
from ...domain.regulation.rules import RULES
from ...domain.supervision.rectification.events import Source
from ...domain.supervision.spot_check.drawing import FrameSealed, SampleDrawn
from ...domain.supervision.spot_check.findings import Verdict
from ...domain.supervision.spot_check.kinds import RecordKind
from ...projections.explanation.model import Explanation, Thing, facts
from ...projections.explanation.references import CheckFindingReference, NoticeFindingReference
from ..database import Database
from ..notices.office import NoticeOffice
from ..queries.spot_checks import SpotCheckQueries
from ..store.event_store import PostgresEventStore

_NOTIFIED = b"""
    SELECT times, last_notice, last_notified_on FROM rectifications
    WHERE source = %s AND source_id = %s AND item_no = %s AND rule = %s
"""


class ExplainedFindings:
    """Traces findings to their evidence."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        notices: NoticeOffice,
        checks: SpotCheckQueries,
    ) -> None:
        """Stand on the log, the notices and the spot-checks."""
        self._database = database
        self._store = store
        self._notices = notices
        self._checks = checks

    def of_notice(self, reference: NoticeFindingReference, by: Actor) -> Explanation:
        """Return what a problem of a notice rests on. Raises NotFound, NotAuthorised. Rule 9.1."""
        with self._notices.evidence(reference.notice_id, by=by) as (_, evidence):
            return evidence.finding(reference.number)

    def of_check(self, reference: CheckFindingReference, by: Actor) -> Explanation:
        """Return what was found in an item under a rule. Raises NotFound, NotAuthorised. Rule 56.1.

        A finding is asked for alone by its key; by their rule all those together that do not keep it, or,
        where there is none, all that were judged.
        """
        check_id, item_no, asked = reference
        item = self._checks.item(check_id, item_no, by=by).item
        findings = [one for one in item.findings if asked in (one["key"], one["rule"])]
        if not findings:
            there = ", ".join(one["key"] for one in item.findings) or "nothing"
            raise NotFound(
                f"item {item_no} has no finding under {asked!r}; there is: {there}",
                field="reference",
            )
        findings = [one for one in findings if one["verdict"] == Verdict.NOT_MET] or findings
        rule = findings[0]["rule"]
        check = list(self._store.history(check_id))
        return Explanation(
            reference=f"finding:{check_id}:{item_no}:{asked}",
            title_zh="；".join(
                f"{one['title_zh']}：{Verdict(one['verdict']).label_zh}" for one in findings
            ),
            rule=rule,
            citation=RULES[rule].citation if rule in RULES else None,
            facts=facts(
                ("抽查对象", RecordKind(check[0].event.kind).label_zh),  # type: ignore[attr-defined]
                ("记录", item.record_number),
                ("机构", item.agency_code),
                ("检查人员", item.inspector),
                ("检查日期", item.inspected_on),
                ("答复日期", item.answered_on),
                *self._notified(item, rule),
            ),
            things=(
                *(thing for one in findings for thing in _evidence(one)),
                Thing(text_zh="抽查过程", positions=_course(check, item_no)),
            ),
        )

    def _notified(self, item: SpotCheckItemView, rule: str) -> tuple[tuple[str, Any], ...]:
        """Say for the how-manieth time the problem was notified, and by which notice."""
        asked = (Source.SPOT_CHECK.value, str(item.check_id), item.number, rule)
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(_NOTIFIED, asked).fetchone()
        if row is None:
            return ()
        times, notice, day = row
        return ("已通报次数", times), ("最近通报", notice and f"{notice}（{day}）")


def _evidence(finding: dict[str, Any]) -> list[Thing]:
    """Return a finding with each sentence that it rests on, and the events that this names."""
    verdict = Verdict(finding["verdict"]).label_zh
    said = f"{finding['title_zh']}（{finding['key']}）：{verdict}"
    reason = finding.get("overruled") or finding.get("judged")
    if reason:
        said += f"；检查人员理由：{reason}"
    return [
        Thing(text_zh=f"{said}；{one['text_zh']}", positions=tuple(one["positions"]))
        for one in finding["evidence"]
    ] or [Thing(text_zh=said)]


def _course(check: list[RecordedEvent], item_no: int) -> tuple[int, ...]:
    """Return where the check's own events stand that are about an item."""
    return tuple(
        recorded.position
        for recorded in check
        if isinstance(recorded.event, FrameSealed | SampleDrawn)
        or getattr(recorded.event, "number", None) == item_no
    )
