"""The rules of the ledger of a person in assistance (Chapter 3): Articles 25, 26 and 32.

They ask of the last case that the inspected agency serves; what went before a transfer was another's.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from ...domain.assistance.agreement import AgreementSigned
from ...domain.assistance.case import section_of
from ...domain.assistance.guidance import GuidanceGiven
from ...domain.assistance.readiness import (
    PerformanceAssessed,
    PersonClassified,
    ReadinessAssessed,
)
from ...domain.assistance.referrals import PersonReferred
from ...domain.assistance.state import OfCase
from ...domain.assistance.team_and_plan import PlanMade, PlanRevised, TeamFormed, TeamRole
from ...domain.calendar import zh_date
from ...domain.events import RecordedEvent
from ...domain.job_seeker.surveys import NeedsFileChanged, NeedsFileOpened
from ...domain.person_ledger import Section
from ...domain.supervision.spot_check.findings import Evidence, Finding, Verdict
from .record import InspectedRecord, found, met_unless, not_applicable, seen

_NO_CASE = "本机构未与其签订就业援助服务协议"
_SERVICES = (PersonReferred, GuidanceGiven)


def _case(record: InspectedRecord) -> tuple[RecordedEvent, InspectedRecord] | None:
    """Return the signing of the last agreement of the inspected agency, and that case's own events."""
    case_id: UUID | None = None
    signed = None
    for event, recorded in record.all(AgreementSigned):
        if record.answers_for(event.agency_code):
            case_id, signed = recorded.stream_id, recorded
    if signed is None:
        return None
    return signed, record.only(lambda one: one.stream_id == case_id)


def follow_through(record: InspectedRecord) -> Iterator[Finding]:
    """Find a case in which readiness, or how the agreement is kept and what it effects, was not assessed.

    Rule 25.
    """
    held = _case(record)
    readiness, effect = "评估就业准备情况", "记录协议履行情况并评估帮扶效果"
    if held is None:
        yield not_applicable("25", "25/readiness", readiness, _NO_CASE)
        yield not_applicable("25", "25/performance", effect, _NO_CASE)
        return
    signed, case = held
    assessed = [recorded for _, recorded in case.all(ReadinessAssessed)]
    served = [recorded for recorded in case.events if isinstance(recorded.event, _SERVICES)]
    if assessed:
        yield found("25", "25/readiness", readiness, Verdict.MET, seen("已评估", assessed[-1]))
    elif served:
        text = "未评估就业准备情况即提供服务"
        yield found("25", "25/readiness", readiness, Verdict.NOT_MET, seen(text, served[0]))
    else:
        text = f"自{zh_date(signed.occurred_on)}签订协议，至{zh_date(record.cut_off)}未评估"
        yield found("25", "25/readiness", readiness, Verdict.TO_BE_JUDGED, seen(text, signed))
    performance = [recorded for _, recorded in case.all(PerformanceAssessed)]
    if performance:
        yield found("25", "25/performance", effect, Verdict.MET, seen("已评估", performance[-1]))
    else:
        text = f"自{zh_date(signed.occurred_on)}签订协议，至{zh_date(record.cut_off)}未评估"
        yield found("25", "25/performance", effect, Verdict.TO_BE_JUDGED, seen(text, signed))


def team(record: InspectedRecord) -> Iterator[Finding]:
    """Find a case without a team around the specialist, or one that lacks a profession.

    Rule 26.
    """
    title, held = "组成专门服务团队", _case(record)
    if held is None:
        yield not_applicable("26", "26/team", title, _NO_CASE)
        return
    signed, case = held
    formed = case.last(TeamFormed)
    if formed is None:
        text = f"自{zh_date(signed.occurred_on)}签订协议，未组成专门服务团队"
        yield found("26", "26/team", title, Verdict.NOT_MET, seen(text, signed))
        return
    roles = {member.role for member in formed[0].members}
    lacking = [
        what
        for what, is_there in (
            ("职业信息分析", TeamRole.INFORMATION_ANALYST in roles),
            (
                "就业或创业服务",
                bool(roles & {TeamRole.EMPLOYMENT_SERVICE, TeamRole.STARTUP_SERVICE}),
            ),
        )
        if not is_there
    ]
    wrong = [seen(f"团队缺少{'、'.join(lacking)}人员", formed[1])] * bool(lacking)
    right = seen(f"团队{len(formed[0].members)}人", formed[1])
    yield met_unless("26", "26/team", title, wrong, right)


def plan(record: InspectedRecord) -> Iterator[Finding]:
    """Find a case without plan, made without assessment or classification, or revised without the reason.

    Rule 26.
    """
    title, held = "制定就业援助方案和行动计划", _case(record)
    if held is None:
        yield not_applicable("26", "26/plan", title, _NO_CASE)
        return
    signed, case = held
    made = case.first(PlanMade)
    if made is None:
        text = f"自{zh_date(signed.occurred_on)}签订协议，未制定就业援助方案和行动计划"
        yield found("26", "26/plan", title, Verdict.NOT_MET, seen(text, signed))
        return
    event, recorded = made
    wrong = []
    if not event.stages:
        wrong.append(seen("方案没有阶段目标和时间表", recorded))
    before = [one for one in case.events if one.position < recorded.position]
    for needed, text in (
        (ReadinessAssessed, "制定方案前未进行就业准备状况评估"),
        (PersonClassified, "制定方案前未进行分类测评"),
    ):
        if not any(isinstance(one.event, needed) for one in before):
            wrong.append(seen(text, recorded))
    for revised, one in case.all(PlanRevised):
        if not revised.reason.strip():
            wrong.append(seen("调整方案未说明原因", one))
    yield met_unless("26", "26/plan", title, wrong, seen("方案有阶段目标和时间表", recorded))


def contents(record: InspectedRecord) -> Iterator[Finding]:
    """Find an assisted person's ledger that lacks what Article 32 adds; one finding a content.

    Rule 32.
    """
    held = _case(record)
    if held is None:
        yield not_applicable("32", "32", "就业援助台账内容", _NO_CASE)
        return
    signed, case = held
    needs = record.last(NeedsFileOpened, NeedsFileChanged)
    yield found(
        "32",
        "32/needs_file",
        Section.NEEDS_FILE.label_zh,
        Verdict.MET if needs else Verdict.NOT_MET,
        seen("已建立", needs[1]) if needs else seen("台账中没有就业需求档案", signed),
    )
    specialist = signed.event.specialist_id if isinstance(signed.event, OfCase) else ""
    yield met_unless(
        "32",
        "32/agreement",
        "就业援助服务协议和就业援助服务专员",
        [] if specialist.strip() else [seen("协议未指定就业援助服务专员", signed)],
        seen(f"{zh_date(signed.occurred_on)}签订，专员{specialist}", signed),
    )
    services = [
        one
        for one in case.events
        if section_of(one.event)
        in (Section.ASSISTANCE_GUIDANCE, Section.ASSISTANCE_REFERRALS, Section.VISITS, Section.PLAN)
    ]
    title = "历次专门服务情况"
    if services:
        yield found(
            "32", "32/services", title, Verdict.MET, Evidence(text_zh=f"{len(services)}条记录")
        )
    else:
        text = f"自{zh_date(signed.occurred_on)}签订协议，至{zh_date(record.cut_off)}无专门服务记录"
        yield found("32", "32/services", title, Verdict.TO_BE_JUDGED, seen(text, signed))
