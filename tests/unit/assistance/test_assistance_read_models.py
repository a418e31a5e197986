"""The read model of assistance cases, and the course that a case's events tell."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taizhang.application.case_course import plan_of, programmes_of, stages_of
from taizhang.application.commands import assistance_course as course
from taizhang.application.commands.assistance import (
    BeginProgramme,
    EndProgramme,
    ReachPlanStage,
    RedateProgramme,
    RevisePlan,
)
from taizhang.application.commands.assisted_work import EndWork, StartWork
from taizhang.domain.assistance.case import AssistanceCase
from taizhang.domain.assistance.state import case_stream
from taizhang.projections.assistance_cases import AssistanceCases
from taizhang.projections.catalogue import read_models
from taizhang.projections.ledger_entries import LedgerEntries
from taizhang.projections.read_model import Unfoldable, fold_in_memory

from ..lawful_histories import History
from .conftest import CALENDAR, DISTRICT, HERE, NEXT_DOOR, Desk
from .test_assistance_properties import happened, histories


def rows_of(desk: Desk) -> dict[UUID, dict[str, Any]]:
    model = AssistanceCases()
    names = model.table.column_names
    rows = fold_in_memory(model, [desk.store.log])
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def row_of(desk: Desk) -> dict[str, Any]:
    return rows_of(desk)[desk.case_id]


checked = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@checked
@given(histories, st.sets(st.integers(1, 150), max_size=8))
def test_a_row_says_what_the_case_says_whatever_the_pages(parts: History, cuts: set[int]) -> None:
    desk = happened(parts)
    log, rows = desk.store.log, rows_of(desk)
    for number in range(1, desk.number + 1):
        stream = case_stream(desk.person_id, number)
        case, row = AssistanceCase.replay(desk.store.history(stream)), rows[stream]
        assert row["stage"] == case.stage
        assert row["stage_since"] == case.stage_since
        assert (row["person_id"], row["number"]) == (case.person_id, case.number)
        assert (row["agency_code"], row["specialist_id"]) == (case.agency_code, case.specialist_id)
        assert (row["assisted_since"], row["ending"]) == (case.assisted_since, case.ending)
        assert bool(row["job_ready"]) == case.readiness.job_ready
        assert row["referrals_failed"] == case.referrals_failed
        assert row["placed_on"] == case.placement.placed_on
        assert row["agreement_kept"] == case.performance_met
        spells = stages_of(list(desk.store.history(stream)))
        assert (spells[-1].stage, spells[-1].since) == (row["stage"], row["stage_since"])
        assert spells[-1].until is None
    ends = sorted(cut for cut in cuts if cut < len(log))
    pages = [log[a:b] for a, b in zip([0, *ends], [*ends, len(log)], strict=True)]
    for model in read_models(CALENDAR):
        assert fold_in_memory(model, pages) == fold_in_memory(model, [log])


@pytest.mark.rule("27.4b")
def test_work_is_stable_after_one_three_and_six_months_when_visits_say_so(desk: Desk) -> None:
    desk.assisted().planned()
    work, started = uuid4(), desk.day
    desk.done(
        desk.of(StartWork, employment_id=work, work="employed", employer="e", started_on=started)
    )
    desk.later(10).visited(work, stable=True)
    assert (row_of(desk)["stage"], row_of(desk)["stable_one_on"]) == ("employed", None)
    desk.later(21).visited(work, stable=True)
    first = desk.day
    desk.later(60).visited(work, stable=False)
    assert (row_of(desk)["stable_one_on"], row_of(desk)["stable_three_on"]) == (first, None)
    desk.later(3).visited(work, stable=True)
    row = row_of(desk)
    assert (row["stable_one_on"], row["stable_three_on"]) == (first, desk.day)
    assert row["stable_six_on"] is None
    desk.later(90).visited(work, stable=True)
    assert row_of(desk)["stable_six_on"] == desk.day
    desk.done(desk.of(EndWork, employment_id=work, ended_on=desk.day, reason="企业搬迁"))
    row = row_of(desk)
    assert (row["stage"], row["started_work_on"], row["stable_one_on"]) == ("assisted", None, None)


@pytest.mark.rule("24")
def test_a_transfer_ends_one_row_and_begins_the_next(desk: Desk) -> None:
    desk.assisted().planned()
    first = desk.case_id
    desk.done(desk.of(course.RequestTransfer, to_agency_code=NEXT_DOOR, reason="residence_moved"))
    assert row_of(desk)["transfer_to"] == NEXT_DOOR
    desk.done(desk.of(course.VerifyTransfer, fits=True, findings="f"))
    desk.done(desk.of(course.ApplyForTransfer))
    desk.by(f"chief-{DISTRICT}").done(desk.of(course.ApproveTransfer))
    desk.later(3).by(f"specialist-{NEXT_DOOR}").signed(2)
    rows = rows_of(desk)
    assert (rows[first]["ending"], rows[first]["transferred_to"]) == ("transferred", NEXT_DOOR)
    assert (rows[first]["agency_code"], rows[first]["transfer_to"]) == (HERE, None)
    after = row_of(desk)
    assert (after["continued_from"], after["agency_code"]) == (first, NEXT_DOOR)
    assert after["assisted_since"] == rows[first]["signed_on"]


@pytest.mark.rule("26")
def test_the_plan_stands_against_what_happened(desk: Desk) -> None:
    desk.assisted().planned()
    planned = desk.stage(1)
    desk.later(35).done(desk.of(ReachPlanStage, number=1, achieved=False, result="r"))
    for numbers in ((2, 3), (3,)):
        stages = tuple(desk.stage(number) for number in numbers)
        desk.later(1).done(
            desk.of(
                RevisePlan, cause="new_situation", reason="r", stages=stages, made_with_person=True
            )
        )
    stages_seen, revisions = plan_of(list(desk.store.history(desk.case_id)), in_clear=True)
    one, two, three = stages_seen
    assert (one.until, one.days_late, one.achieved) == (planned.until, 5, False)
    assert (two.dropped, two.reached_on, two.days_late) == (True, None, None)
    assert (three.dropped, three.revision) == (False, 2)
    assert [revision.cause for revision in revisions] == ["new_situation", "new_situation"]
    assert row_of(desk)["plan_revisions"] == 2


@pytest.mark.rule("27.2")
def test_programmes_are_shown_by_their_last_dates(desk: Desk) -> None:
    desk.assisted().assessed(job_ready=False)
    programme = uuid4()
    begun = {"programme_id": programme, "starts_on": desk.day}
    desk.done(
        desk.of(BeginProgramme, **begun, programme="training", title="电工", provider="p",
                ends_on=desk.day)
    )  # fmt: skip
    until = date(2026, 2, 2)
    desk.done(desk.of(RedateProgramme, **begun, ends_on=until, reason="r"))
    desk.later(10)
    desk.done(
        desk.of(
            EndProgramme, programme_id=programme, ended_on=desk.day, completed=False, result="r"
        )
    )
    (line,) = programmes_of(list(desk.store.history(desk.case_id)))
    assert (line.ends_on, line.ended_on, line.completed) == (until, desk.day, False)
    assert (row_of(desk)["programmes"], row_of(desk)["unready_for"]) == (1, "skills")


@pytest.mark.rule("32")
def test_every_event_of_a_case_is_an_entry_in_a_section_of_its_own(desk: Desk) -> None:
    desk.assisted().planned()
    desk.visited()
    model = LedgerEntries(CALENDAR)
    names = model.table.column_names
    rows = [dict(zip(names, row, strict=True)) for row in fold_in_memory(model, [desk.store.log])]
    sections = [row["section"] for row in rows if row["stream_id"] == desk.case_id]
    assert sections == ["agreement", "plan", "plan", "plan", "visits"]
    assert {row["subject_id"] for row in rows if row["stream_id"] == desk.case_id} == {
        desk.person_id
    }


def test_an_agreement_is_signed_once(desk: Desk) -> None:
    log = desk.assisted().store.log
    signed = [held for held in log if held.stream_id == desk.case_id]
    with pytest.raises(Unfoldable, match="signed already"):
        fold_in_memory(AssistanceCases(), [signed * 2])
