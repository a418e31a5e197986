"""The rules of a personal ledger (个人服务台账) as Chapter 2 has it kept: Articles 11, 12 and 17."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from ...domain.assistance.case import section_of as assisted_section
from ...domain.calendar import shanghai_day, zh_date
from ...domain.duties.assistance import EVENTS as ASSISTANCE_EVENTS
from ...domain.events import ERASED
from ...domain.job_seeker.documents import DocumentKind
from ...domain.job_seeker.grading import Graded
from ...domain.job_seeker.ledger import Section, section_of
from ...domain.job_seeker.merging import LedgerMergedFrom
from ...domain.job_seeker.registration import (
    BasicsRecorded,
    JobSeekerLedgerOpened,
    JobSeekingRegistered,
    RefinedInformationRecorded,
)
from ...domain.job_seeker.surveys import Surveyed
from ...domain.person_ledger import Section as LedgerSection
from ...domain.supervision.spot_check.findings import Evidence, Finding, Verdict
from .record import InspectedRecord, found, met_unless, not_applicable, seen

OF_CASES = frozenset(ASSISTANCE_EVENTS)
_SERVICES = {
    Section.REFERRALS_AND_HIRES: Section.ASSISTANCE_REFERRALS,
    Section.GUIDANCE: Section.ASSISTANCE_GUIDANCE,
    Section.TRACKING_CHECKS: Section.VISITS,
}
"""The sections of services, each with the one in which the same service of an assistance case is entered."""


def opening(record: InspectedRecord) -> Iterator[Finding]:
    """Find a ledger that was not opened on the day on which the information was collected.

    Rule 11.1.
    """
    title = "采集信息当天建立台账"
    wrong, right = [], None
    for _, recorded in record.all(JobSeekerLedgerOpened):
        entered_on = shanghai_day(recorded.recorded_at)
        days = (recorded.occurred_on, entered_on)
        text = f"{zh_date(recorded.occurred_on)}采集信息，{zh_date(entered_on)}建立台账"
        if entered_on > recorded.occurred_on:
            wrong.append(seen(text, recorded, days=days))
        right = seen(text, recorded, days=days)
    yield met_unless("11.1", "11.1", title, wrong, right)


def information(record: InspectedRecord) -> Iterator[Finding]:
    """Find a person registered without refined information, or neither registered nor surveyed.

    Rule 11.2.
    """
    title = "录入求职登记信息和精细化服务信息"
    registered = record.last(JobSeekingRegistered)
    refined = record.last(RefinedInformationRecorded)
    if registered is None and record.has(Surveyed):
        yield not_applicable("11.2", "11.2", title, "因就业意愿摸查建立台账，本人未进行求职登记")
        return
    wrong = [
        Evidence(text_zh=text)
        for held, text in (
            (registered, "无求职登记信息"),
            (refined, "无精细化服务信息（失业时间、技能水平、家庭因素）"),
        )
        if held is None
    ]
    held = [one[1] for one in (registered, refined) if one is not None]
    yield met_unless("11.2", "11.2", title, wrong, seen("两类信息均已录入", *held))


def grading(record: InspectedRecord) -> Iterator[Finding]:
    """Find a level without the tool, its version, the answers or the score; or a registered person without one.

    Rule 12.
    """
    title = "使用分级工具确定就业困难等级并留存依据"
    if not record.has(Graded):
        if record.has(LedgerMergedFrom) or not record.has(JobSeekingRegistered):
            yield not_applicable("12", "12", title, "本人未进行求职登记")
        else:
            yield found(
                "12",
                "12",
                title,
                Verdict.NOT_MET,
                Evidence(text_zh="已求职登记，未确定就业困难等级"),
            )
        return
    wrong, graded = [], None
    for event, graded in record.all(Graded):
        lacking = [
            what
            for what, is_there in (
                ("分级工具名称", bool(event.tool.strip())),
                ("工具版本", bool(event.tool_version.strip())),
                ("测评答案", _answered(event.answers)),
            )
            if not is_there
        ]
        if lacking:
            wrong.append(seen(f"等级{event.level}缺少依据：{'、'.join(lacking)}", graded))
    assert graded is not None
    last = record.last(Graded)
    assert last is not None
    text = f"{last[0].tool} {last[0].tool_version}，得分{last[0].score}，等级{last[0].level}"
    yield met_unless("12", "12", title, wrong, seen(text, graded))


def sections(record: InspectedRecord) -> Iterator[Finding]:
    """Find sections that hold nothing though something was to be entered there; one finding a section.

    A service that was never given leaves its section empty. Whether somebody who is registered and got
    no service at all was rightly left alone is for the inspector to say.

    Rule 17.
    """
    held: dict[LedgerSection, int] = {}
    for recorded in record.events:
        of_case = type(recorded.event) in OF_CASES
        section = assisted_section(recorded.event) if of_case else section_of(recorded.event)
        held[section] = held.get(section, 0) + 1
    yield _basics(record)
    registered = record.last(JobSeekingRegistered)
    yield _section(
        Section.REGISTRATION,
        Verdict.MET if held.get(Section.REGISTRATION) else Verdict.NOT_APPLICABLE,
        f"{held.get(Section.REGISTRATION, 0)}条记录",
    )
    services = {
        section: held.get(section, 0) + held.get(assisted, 0)
        for section, assisted in _SERVICES.items()
    }
    for section, entries in services.items():
        verdict = Verdict.MET if entries else Verdict.NOT_APPLICABLE
        yield _section(section, verdict, f"{entries}条记录" if entries else "未提供此类服务")
    if registered is not None and not any(services.values()):
        since = registered[1].occurred_on
        yield found(
            "17",
            "17/no_service",
            "求职登记后的服务",
            Verdict.TO_BE_JUDGED,
            seen(
                f"自{zh_date(since)}求职登记，至{zh_date(record.cut_off)}无任何服务记录",
                registered[1],
            ),
        )


def _basics(record: InspectedRecord) -> Finding:
    last = record.last(BasicsRecorded)
    key, title = "17/basics", Section.BASICS.label_zh
    if last is None:
        return found("17", key, title, Verdict.NOT_MET, Evidence(text_zh="无求职者基本情况"))
    event, recorded = last
    if event.name == ERASED:
        return not_applicable("17", key, title, "个人信息已依法删除")
    opened = record.first(JobSeekerLedgerOpened)
    told = opened is not None and opened[0].document_kind is DocumentKind.CITIZEN
    lacking = [
        what
        for what, is_there in (
            ("姓名", event.name.strip()),
            ("性别", told or event.sex.strip()),  # a citizen's number tells sex and birth date
            ("出生日期", told or event.birth_date.strip()),
            ("联系电话", event.phone.strip()),
        )
        if not is_there
    ]
    wrong = [seen(f"基本情况缺少：{'、'.join(lacking)}", recorded)] * bool(lacking)
    return met_unless("17", key, title, wrong, seen("基本情况已录入", recorded))


def _section(section: LedgerSection, verdict: Verdict, text_zh: str) -> Finding:
    return found("17", f"17/{section.value}", section.label_zh, verdict, Evidence(text_zh=text_zh))


def _answered(answers: str) -> bool:
    if answers == ERASED:
        return True  # there were some: they went with the person's key
    try:
        return bool(orjson.loads(answers))
    except orjson.JSONDecodeError:
        return bool(answers.strip())
