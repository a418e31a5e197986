"""What holds of every lawful history of a person's cases: whatever happens, and whatever is tried."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.application.commands import assistance_course as course
from taizhang.application.commands.assistance import (
    AssessPerformance,
    AssessReadiness,
    BeginProgramme,
    ChangeSpecialist,
    ClassifyPerson,
    EndProgramme,
    GiveAssistedGuidance,
    MakeVisit,
    RedateProgramme,
    RevisePlan,
    SignAgreement,
)
from taizhang.application.commands.assisted_work import (
    ArchiveAssistedSearch,
    ConcludeReferral,
    EndWork,
    ReferAssisted,
    StartWork,
)
from taizhang.domain.assistance.case import AssistanceCase
from taizhang.domain.assistance.state import LIVE, CaseStage, case_stream
from taizhang.domain.calendar import shanghai_day
from taizhang.domain.duties import assistance
from taizhang.domain.duties.duty import Duty, On
from taizhang.domain.events import RecordedEvent
from taizhang.projections.obligations import ObligationRow

from ..lawful_histories import (
    History,
    assert_same_in_pages,
    assert_unbroken,
    checked,
    histories_of,
    identity,
    is_open_at,
)
from .conftest import CITY, CREDIT_CODE, DISTRICT, FAR, FIRST_DAY, HERE, NEXT_DOOR, Desk, rows_of

DUTIES = {duty.key: duty for duty in assistance.DUTIES}
SUBDISTRICTS = (HERE, NEXT_DOOR, FAR)
ITEMS = [UUID(int=0x1000 + n) for n in range(6)]
"""Few ids for many services, so that they meet."""

MOVES: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (AssessReadiness, {"tool": "t", "job_ready": True, "findings": "f"}),
    (AssessReadiness, {"tool": "t", "job_ready": False, "cause": "skills", "findings": "f"}),
    (ClassifyPerson, {"tool": "t", "category": "c", "obstacles": "o"}),
    (AssessPerformance, {"obligations_met": True, "effect": "e"}),
    (GiveAssistedGuidance, {"guidance": "specialised", "about": "a", "advice": "b"}),
    (BeginProgramme, {"programme": "training", "title": "t", "provider": "p"}),
    (RedateProgramme, {"reason": "r"}),
    (EndProgramme, {"completed": False, "result": "r"}),
    (ReferAssisted, {"credit_code": CREDIT_CODE, "reasons": ("r",), "consented": True}),
    (ConcludeReferral, {"credit_code": CREDIT_CODE, "outcome": "not_hired"}),
    (StartWork, {"work": "employed", "employer": "e"}),
    (EndWork, {"reason": "r"}),
    (ArchiveAssistedSearch, {}),
    (MakeVisit, {"method": "phone", "learnt": "l", "job_ready": True, "hired": False, "stable": True}),
    (MakeVisit, {"method": "phone", "learnt": "l", "willingness": "unwilling", "hired": False,
                 "job_ready": True, "stable": False}),
    (ChangeSpecialist, {"reason": "r"}),
    (course.ApplyForConsultation, {}),
    (course.AcceptConsultation, {}),
    (course.GiveOpinion, {"opinion": "o"}),
    (RevisePlan, {"cause": "expert_opinion", "reason": "r", "made_with_person": True}),
    (course.RequestTransfer, {"reason": "residence_moved"}),
    (course.VerifyTransfer, {"fits": True, "findings": "f"}),
    (course.ApplyForTransfer, {}),
    (course.PassTransferOn, {}),
    (course.ApproveTransfer, {}),
    (course.VerifyEnding, {"cause": "unwilling", "findings": "f"}),
    (course.ApproveEnding, {}),
    (course.ReportEnding, {"reference": "r"}),
    (course.RecommendPlacement, {"employer": "e", "fit": True, "fitness": "f"}),
    (course.PlacePerson, {"employer": "e", "post": "p"}),
    (course.EndPlacement, {"employed": False, "eligible": True, "reason": "r"}),
    (SignAgreement, {"place": "household"}),
)  # fmt: skip

# Whole courses that chance alone seldom meets, as numbers of MOVES; a second number chooses.
COURSES = [
    [(20, 0), (21, 0), (22, 0), (24, 0), (31, 0)],
    [(20, 1), (21, 0), (22, 0), (23, 0), (24, 0), (31, 0)],
    [(8, 0), (9, 0)] * 3 + [(16, 0), (17, 0), (18, 0), (19, 0)],
    [(14, 0), (25, 0), (26, 0), (27, 0)],
    [(8, 0), (9, 0)] * 5 + [(3, 0), *[(2, 0)] * 5, (28, 0), (29, 0), (30, 0), (31, 0)],
    [(8, 0), (9, 0)] * 5 + [(3, 0), *[(2, 0)] * 5, (28, 0), (29, 0), (4, 0), (30, 0)],
    [(5, 0), (6, 0), (13, 0), (7, 0), (13, 0)],
    [(10, 0), (13, 0), (12, 0), (13, 0), (11, 0)],
    [(4, 0), (8, 0), (10, 0)],
]

histories = histories_of(len(MOVES), len(ITEMS), COURSES, days=40, course_days=40, parts=14)


def happened(parts: History) -> Desk:
    """Try moves one after another; the lawful ones are recorded."""
    desk = Desk().called_for().signed()
    desk.planned()
    vacancies = [desk.vacancy() for _ in ITEMS]
    for number, item, days, late in (move for part in parts for move in part):
        desk.later(days)
        kind, fields = MOVES[number]
        if kind in (EndProgramme, MakeVisit, ConcludeReferral) or late == 0:
            known = [key for key in desk.case.items if key in ITEMS] or ITEMS
            item_id = known[item % len(known)]
        else:
            item_id = ITEMS[item]
        if kind in (ReferAssisted, GiveAssistedGuidance, BeginProgramme, StartWork):
            item_id = next((key for key in ITEMS if key not in desk.case.items), item_id)
        if kind is ConcludeReferral:
            undecided = desk.ledger.search.referrals
            item_id = next((key for key in ITEMS if key in undecided), item_id)
        try_move(desk, kind, dict(fields), item_id, vacancies[ITEMS.index(item_id)], late)
    return desk


def try_move(
    desk: Desk, kind: type[Any], fields: dict[str, Any], item: UUID, vacancy_id: UUID, late: int
) -> None:
    day, case = desk.day, desk.case
    agency = case.agency_code or HERE
    transfer = case.transfer
    elsewhere = [code for code in SUBDISTRICTS if code != agency]
    receiving = transfer.to_agency_code if transfer else elsewhere[late % 2]
    staff = case.specialist_id or f"specialist-{agency}"
    if kind in (course.AcceptConsultation, course.GiveOpinion):
        staff = f"chief-{DISTRICT}" if agency != FAR else "chief-110106"
    elif kind in (course.PassTransferOn, course.ApproveTransfer):
        staff = f"chief-{transfer.lies_with if transfer and transfer.lies_with else CITY}"
    elif kind is course.ApproveEnding:
        other = {"specialist": "colleague", "colleague": "specialist"}[staff.partition("-")[0]]
        staff = f"{other}-{agency}"
    elif kind is SignAgreement:
        agency = receiving if case.ending == "transferred" else agency
        staff = f"specialist-{agency}"
    stages = (desk.stage(case.plan.revision + 10),)
    known: dict[str, Any] = {
        "guidance_id": item, "programme_id": item, "referral_id": item, "employment_id": item,
        "visit_id": uuid5(item, str(desk.store.head())), "consultation_id": item,
        "about_id": item if item in case.items else None, "vacancy_id": vacancy_id,
        "specialist_id": f"colleague-{agency}",
        "starts_on": day + timedelta(days=late), "ends_on": day + timedelta(days=20 + late * 3),
        "ended_on": day, "started_on": day, "placed_on": day, "until": day + timedelta(days=200),
        "stages": stages, "to_agency_code": receiving,
        "experts": (staff, case.specialist_id or "x"),
        "person_id": desk.person_id, "number": desk.number + 1, "case_id": desk.case_id,
    }  # fmt: skip
    if kind in (AssessReadiness, GiveAssistedGuidance, ConcludeReferral):
        for field in ("programme_id", "started_on"):
            known.pop(field)
        if kind is GiveAssistedGuidance:
            known.pop("referral_id")
    if kind is SignAgreement:
        known["specialist_id"] = staff
    given_fields = {key: value for key, value in known.items() if key in kind.model_fields}
    command = kind(**{**given_fields, **fields})
    if late == 3 and kind not in (SignAgreement,):
        command = command.model_copy(
            update={"occurred_on": max(FIRST_DAY, day - timedelta(days=5))}
        )
    desk.by(staff).when(command)
    if kind is SignAgreement and desk.answer is None:
        desk.number += 1


@checked
@given(histories)
def test_the_state_kept_equals_the_state_replayed(parts: History) -> None:
    desk = happened(parts)
    for number in range(1, desk.number + 1):
        stream = case_stream(desk.person_id, number)
        kept = desk.service._cache.take(stream)
        replayed = AssistanceCase.replay(desk.store.history(stream))
        if kept is not None and kept.aggregate.version == replayed.version:
            assert kept.aggregate == replayed


@checked
@given(histories)
def test_one_live_case_a_person_at_any_position(parts: History) -> None:
    desk = happened(parts)
    cases = [case_stream(desk.person_id, number) for number in range(1, desk.number + 1)]
    state = {stream: AssistanceCase() for stream in cases}
    for recorded in desk.store.log:
        if recorded.stream_id in state:
            state[recorded.stream_id].apply(recorded)
            assert sum(case.stage in LIVE for case in state.values()) <= 1


@checked
@given(histories)
def test_no_duty_without_its_event_none_lost_none_twice(parts: History) -> None:
    desk = happened(parts)
    events = {held.position: held for held in desk.store.log}
    rows = [row for row in rows_of(desk.store.log) if row.duty in DUTIES]
    for row in rows:
        assert type(events[row.arose_position].event) in arising_events(row.duty)
    assert_unbroken(rows, frozenset({"moved", "redated"}))
    begun = Counter(
        (row.duty, row.arose_position) for row in rows if row.since_position == row.arose_position
    )
    assert set(begun.values()) <= {1}
    assert begun.keys() == {
        (duty.key, position)
        for position, held in events.items()
        for duty in DUTIES.values()
        if gives_rise(duty, held)
    }


def arising_events(key: str) -> set[type[Any]]:
    return {on.event if isinstance(on, On) else on for on in DUTIES[key].arises_from}


def gives_rise(duty: Duty, recorded: RecordedEvent) -> bool:
    lines = [on if isinstance(on, On) else On(on) for on in duty.arises_from]
    return any(
        type(recorded.event) is on.event and (on.when is None or on.when(recorded.event))
        for on in lines
    )


@checked
@given(histories)
def test_a_duty_is_at_exactly_one_agency_at_any_position(parts: History) -> None:
    desk = happened(parts)
    rows = [row for row in rows_of(desk.store.log) if row.duty in DUTIES]
    agency = ""
    for recorded in desk.store.log:
        event = recorded.event
        name = event.event_name
        if name == "assistance_case.agreement_signed":
            agency = event.agency_code  # type: ignore[attr-defined]
        elif name == "assistance_case.transfer_approved":
            agency = event.to_agency_code  # type: ignore[attr-defined]
        there = [row for row in rows if is_open_at(row, recorded.position)]
        assert len({identity(row) for row in there}) == len(there)
        if agency:
            ours = {
                row.agency_code
                for row in there
                if row.duty not in ("transfer_decision", "ending_report", "agreement_signing",
                                    "agreement_after_placement")
            }  # fmt: skip
            assert ours <= {agency}


@checked
@given(histories)
def test_a_person_without_agreement_is_given_no_services(parts: History) -> None:
    """Nothing but the report, the archive and another specialist for it follows the end of a case."""
    desk = happened(parts)
    ended: set[UUID] = set()
    after = {
        "assistance_case.ending_reported",
        "assistance_case.search_archived",
        "assistance_case.specialist_changed",
    }
    for recorded in desk.store.log:
        if recorded.stream_id in ended:
            assert recorded.event.event_name in after
        if recorded.event.event_name in (
            "assistance_case.ended",
            "assistance_case.transfer_approved",
            "assistance_case.placement_ended",
        ):
            ended.add(recorded.stream_id)


@checked
@given(histories)
def test_the_worklist_of_every_past_day_is_the_one_computed_then(
    parts: History,
) -> None:
    log = happened(parts).store.log
    now = rows_of(log)
    day = None
    for at, recorded in enumerate(log):
        today = shanghai_day(recorded.recorded_at)
        if at + 1 < len(log) and shanghai_day(log[at + 1].recorded_at) == today:
            continue  # the day is not over
        assert day is None or day < today
        day = today
        assert worklist(now, at + 1, day) == worklist(rows_of(log[: at + 1]), at + 1, day)


def worklist(rows: list[ObligationRow], position: int, day: Any) -> list[tuple[Any, ...]]:
    """Return what the query of the worklist selects and shows."""
    ended = ("closed_on", "closed_position", "outcome")
    shown = [
        tuple(value for key, value in asdict(row).items() if key not in ended)
        for row in rows
        if is_open_at(row, position) and row.opens_on <= day
    ]
    return sorted(shown, key=repr)


@checked
@given(histories, st.integers(1, 9))
def test_pages_of_any_size_give_the_same_rows(parts: History, page: int) -> None:
    log = happened(parts).store.log
    assert_same_in_pages(log, page, rows_of)


@checked
@given(histories)
def test_no_duty_stays_open_that_nobody_could_keep(parts: History) -> None:
    desk = happened(parts)
    case, open_now = desk.case, {row.duty for row in desk.open()}
    if case.stage is CaseStage.ENDED and case.ending != "transferred":
        still = {"ending_report", "agreement_after_placement", "assisted_job_search_archive"}
        assert open_now <= still
    for row in desk.open():
        if row.item_id is not None and case.stage is not CaseStage.ENDED:
            assert row.item_id in case.items or row.duty == "plan_adjustment"


def test_the_histories_reach_what_they_are_for() -> None:
    """Every course goes through from beginning to end, so that the properties speak of it."""
    names: set[str] = set()
    for steps in COURSES:
        desk = happened([tuple((number, 0, 40, choice) for number, choice in steps)])
        names |= {held.event.event_name for held in desk.store.log}
    wanted = {
        "assistance_case.transfer_approved", "assistance_case.transfer_passed_on",
        "assistance_case.plan_revised", "assistance_case.ending_reported",
        "assistance_case.programme_redated", "assistance_case.programme_ended",
        "assistance_case.work_ended", "assistance_case.visit_made",
        "assistance_case.placement_ended",
    }  # fmt: skip
    assert wanted <= names, wanted - names


pytestmark = pytest.mark.rule("24", "32")
