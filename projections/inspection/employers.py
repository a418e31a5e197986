"""The rules of an employer's ledger (用人单位服务台账): Articles 35, 38 and 50."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from ...domain.calendar import zh_date
from ...domain.employer.content import VacancyContent, WordingFinding
from ...domain.employer.ledger import EmployerLedger, Section, section_of
from ...domain.employer.papers import EmployerRegistered
from ...domain.employer.services import ReferralMade
from ...domain.employer.vacancy import (
    VacancyChanged,
    VacancyDrafted,
    VacancyPassed,
    VacancyPublished,
    VacancyRevised,
    VacancyStatus,
)
from ...domain.events import RecordedEvent
from ...domain.key_enterprise.agreement import AgreementSigned
from ...domain.key_enterprise.agreements import KeyEnterpriseAgreement
from ...domain.key_enterprise.agreements import section_of as agreement_section
from ...domain.screening import SCREENING_VERSION, Severity
from ...domain.supervision.spot_check.findings import Evidence, Finding, Verdict
from ..daily_vacancy_notice.check import screened_again
from .record import InspectedRecord, found, met_unless, not_applicable, seen

_NO_VACANCY = "当月没有公开发布的招聘信息"


@dataclass(slots=True)
class _Public:
    """A vacancy that was public in the month, with the content under which it was."""

    content: VacancyContent
    findings: tuple[WordingFinding, ...]
    published: RecordedEvent
    overruled: str | None


def papers(record: InspectedRecord) -> Iterator[Finding]:
    """Find an employer that is registered, or has public vacancies, on papers that are not valid.

    Rule 35.
    """
    title = "资格审核（营业执照、授权委托书、身份证明）"
    ledger = EmployerLedger.replay(_own(record))
    registered = record.first(EmployerRegistered)
    if registered is None:
        yield not_applicable("35", "35", title, "未办理招聘需求登记")
        return
    problem = ledger.papers.problem(record.cut_off)
    if problem is None:
        text = f"{zh_date(registered[1].occurred_on)}办理招聘需求登记，至{zh_date(record.cut_off)}证件有效"
        yield found("35", "35", title, Verdict.MET, seen(text, registered[1]))
        return
    public = sum(vacancy.status is VacancyStatus.PUBLISHED for vacancy in ledger.vacancies.values())
    text = f"至{zh_date(record.cut_off)}证件失效或缺失（{_paper_zh(ledger, record)}）"
    if public:
        yield found(
            "35",
            "35",
            title,
            Verdict.NOT_MET,
            seen(f"{text}，仍有{public}条招聘信息公开", registered[1]),
        )
    else:
        yield not_applicable("35", "35", title, f"{text}，招聘需求登记随之失效，无公开的招聘信息")


def vacancy_items(record: InspectedRecord) -> Iterator[Finding]:
    """Find vacancies that were public in the month without all that Article 38 wants stated.

    Rule 38.2.
    """
    title = "招聘信息内容齐全"
    public = _public(record)
    if not public:
        yield not_applicable("38.2", "38.2", title, _NO_VACANCY)
        return
    ledger = EmployerLedger.replay(_own(record))
    wrong = []
    for vacancy in public.values():
        missing = vacancy.content.missing_items(employer_stated=ledger.basics_stated)
        if missing:
            lacking = "、".join(item.label_zh for item in missing)
            wrong.append(seen(f"《{vacancy.content.title}》缺少：{lacking}", vacancy.published))
    right = Evidence(text_zh=f"当月公开的{len(public)}条招聘信息内容齐全")
    yield met_unless("38.2", "38.2", title, wrong, right)


def vacancy_wording(record: InspectedRecord) -> Iterator[Finding]:
    """Find discriminatory wording that was public; where the reviewer set it aside, the inspector judges.

    Rule 38.3.
    """
    title = "招聘信息不含歧视性内容"
    public = _public(record)
    if not public:
        yield not_applicable("38.3", "38.3", title, _NO_VACANCY)
        return
    wrong, overruled = [], []
    for vacancy in public.values():
        words = [one.text for one in vacancy.findings if one.severity is Severity.VIOLATION]
        if not words:
            continue
        text = f"《{vacancy.content.title}》：{'、'.join(f'“{word}”' for word in words)}"
        if vacancy.overruled:
            text = f"{text}（审核人认为不构成歧视：{vacancy.overruled}）"
            overruled.append(seen(text[:2000], vacancy.published))
        else:
            wrong.append(seen(text[:2000], vacancy.published))
    if overruled and not wrong:
        yield found("38.3", "38.3", title, Verdict.TO_BE_JUDGED, *overruled)
        return
    right = Evidence(text_zh=f"当月公开的{len(public)}条招聘信息未发现歧视性内容")
    yield met_unless("38.3", "38.3", title, [*wrong, *overruled] if wrong else [], right)


def sections(record: InspectedRecord) -> Iterator[Finding]:
    """Find sections of the ledger that hold nothing though something was to be entered there.

    Rule 50.
    """
    held: dict[Section, int] = {}
    for recorded in _own(record):
        section = section_of(recorded.event)
        held[section] = held.get(section, 0) + 1
    ledger = EmployerLedger.replay(_own(record))
    yield met_unless(
        "50",
        f"50/{Section.BASICS.value}",
        Section.BASICS.label_zh,
        [] if ledger.basics_stated else [Evidence(text_zh="用人单位基本情况未录入")],
        Evidence(text_zh=f"{held.get(Section.BASICS, 0)}条记录"),
    )
    referred = record.has(ReferralMade)
    for section in Section:
        if section in (Section.BASICS, Section.OTHER) or section.is_for_key_enterprises:
            continue
        entries = held.get(section, 0)
        if entries:
            verdict, text = Verdict.MET, f"{entries}条记录"
        elif section is Section.DEMAND_MET and referred:
            verdict, text = Verdict.TO_BE_JUDGED, "已匹配推荐，尚无推荐结果"
        else:
            verdict, text = Verdict.NOT_APPLICABLE, "未提供此类服务"
        yield found("50", f"50/{section.value}", section.label_zh, verdict, Evidence(text_zh=text))


def key_enterprise(record: InspectedRecord) -> Iterator[Finding]:
    """Find a key enterprise's ledger that lacks what Article 50 adds; one finding a section.

    It asks of the agreement in force with the inspected agency.

    Rule 50.
    """
    signed = next(
        (
            recorded
            for event, recorded in reversed(list(record.all(AgreementSigned)))
            if record.answers_for(event.agency_code)
        ),
        None,
    )
    case = record.only(lambda one: signed is not None and one.stream_id == signed.stream_id)
    agreement = KeyEnterpriseAgreement.replay(case.events)
    if signed is None or not agreement.is_live_on(record.cut_off):
        yield not_applicable(
            "50", "50/key_enterprise", "重点企业台账内容", "本机构未与其签订日常服务协议"
        )
        return
    opened = agreement.needs.content is not None
    entries = sum(agreement_section(one.event) is Section.SUPPORT for one in case.events)
    for section, verdict, text in (
        (Section.AGREEMENT, Verdict.MET, f"{zh_date(signed.occurred_on)}签订日常服务协议"),
        (Section.NEEDS_FILE, _met(opened), "已建立" if opened else "没有用人需求档案"),
        (
            Section.SPECIALIST_AND_TEAM,
            _met(bool(agreement.team)),
            f"专员{agreement.specialist_id}，团队{len(agreement.team)}人",
        ),
        (
            Section.SUPPORT,
            Verdict.MET if entries else Verdict.TO_BE_JUDGED,
            f"{entries}条服务支持记录",
        ),
    ):
        yield found("50", f"50/{section.value}", section.label_zh, verdict, seen(text, signed))


def _met(kept: bool) -> Verdict:
    return Verdict.MET if kept else Verdict.NOT_MET


def _own(record: InspectedRecord) -> list[RecordedEvent]:
    return [one for one in record.events if one.stream_id == record.record_id]


def _paper_zh(ledger: EmployerLedger, record: InspectedRecord) -> str:
    held, day = ledger.papers, record.cut_off
    if held.licence_valid_from is None:
        return "未核验营业执照或统一社会信用代码证件"
    if held.licence_valid_until is not None and held.licence_valid_until < day:
        return f"营业执照{zh_date(held.licence_valid_until)}到期"
    if not held.agents:
        return "无经办人授权委托书及身份证明"
    return "经办人授权委托书或身份证明已过期"


def _public(record: InspectedRecord) -> dict[UUID, _Public]:
    """Return the vacancies that were public on any day of the month until the cut-off, as last published."""
    contents: dict[UUID, tuple[VacancyContent, tuple[WordingFinding, ...], str]] = {}
    overruled: dict[UUID, str | None] = {}
    public: dict[UUID, _Public] = {}
    ledger = EmployerLedger()
    for recorded in _own(record):
        ledger.apply(recorded)
        event = recorded.event
        if isinstance(event, VacancyDrafted | VacancyRevised | VacancyChanged):
            screening = event.screening
            contents[event.vacancy_id] = event.content, screening.findings, screening.version
        elif isinstance(event, VacancyPassed):
            overruled[event.vacancy_id] = event.overruled
        elif isinstance(event, VacancyPublished) and event.valid_until >= record.month:
            content, findings, version = contents[event.vacancy_id]
            if version != SCREENING_VERSION:
                findings = screened_again(content.worded())
            reason = overruled.get(event.vacancy_id)
            public[event.vacancy_id] = _Public(content, findings, recorded, reason)
    still = ledger.vacancies
    return {
        vacancy_id: vacancy
        for vacancy_id, vacancy in public.items()
        if vacancy.published.occurred_on >= record.month
        or (vacancy_id in still and still[vacancy_id].status is VacancyStatus.PUBLISHED)
    }
