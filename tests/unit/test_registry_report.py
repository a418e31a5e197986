"""Reports to the unemployment registry: each ground is a duty by its own rule."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.job_seeker.contact import Ground
from taizhang.domain.obligations import explain
from taizhang.domain.registry.report import (
    RegistryReport,
    ReportQueued,
    ReportRejected,
    ReportSent,
    queue,
    report_stream,
)
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.obligations import ObligationRow, Obligations
from taizhang.projections.read_model import fold_in_memory

PERSON, STREAM = UUID(int=1), UUID(int=2)


def history(*dated: tuple[date, Event]) -> list[RecordedEvent]:
    return [
        RecordedEvent(
            event, STREAM, number, number, day, datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
            "clerk", "110105001", uuid4(),
        )
        for number, (day, event) in enumerate(dated, 1)
    ]  # fmt: skip


@pytest.mark.rule("13.3", "21.2b", "21.3", "29")
@pytest.mark.parametrize("ground", Ground)
def test_sending_is_due_by_the_rule_of_its_ground(ground: Ground) -> None:
    queued = ReportQueued(person_id=PERSON, ground=ground, reference="", source_id=PERSON)
    events = history(
        (date(2026, 11, 2), queued),
        (date(2026, 11, 3), ReportSent(attempt=1, means="接口")),
        (date(2026, 11, 4), ReportRejected(ground=ground, reason="缺项")),
        (date(2026, 11, 9), ReportSent(attempt=2, means="接口")),
    )
    rows = [
        ObligationRow(*row) for row in fold_in_memory(Obligations(WorkingDayCalendar()), [events])
    ]
    rows.sort(key=lambda row: row.arose_position)
    assert [(row.rule, row.due_on, row.outcome) for row in rows] == [
        (ground.value, date(2026, 11, 3), "met"),
        (ground.value, date(2026, 11, 5), "late"),
    ]
    text = explain(rows[1], EDITION_2018, WorkingDayCalendar()).text_zh  # type: ignore[arg-type]
    assert "反馈被失业登记管理部门退回" in text


def test_a_report_is_queued_once_under_an_id_of_its_decision() -> None:
    report = RegistryReport()
    (queued,) = queue(report, PERSON, Ground.UNWILLING, "17", PERSON)
    report.apply(history((date(2026, 11, 2), queued))[0])
    assert queue(report, PERSON, Ground.UNWILLING, "17", PERSON) == []
    assert report_stream(PERSON, 4) != report_stream(PERSON, 5)
    assert report_stream(PERSON, 4) == report_stream(PERSON, 4)
