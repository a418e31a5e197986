"""The duties to employers (Articles 38 to 41, 50)."""

from __future__ import annotations

from typing import Final

from ..employer import fairs, ledger, papers, services, training, vacancy
from ..events import Event
from .duty import Duty, EntryDuty, On, events_of

EVENTS: Final = events_of(ledger, papers, vacancy, services, training, fairs)
"""Every event of an employer's ledger."""

DUTIES: Final = (
    Duty(
        key="vacancy_review",
        rule="38.1",
        title_zh="审核招聘信息",
        subject="vacancy_id",
        arises_from=(vacancy.VacancySubmitted, vacancy.VacancyChanged),
        discharged_by=(vacancy.VacancyPassed, vacancy.VacancyReturned),
        cancelled_by=(vacancy.VacancyWithdrawn,),
    ),
    Duty(
        key="vacancy_publication",
        rule="39.1",
        title_zh="发布审核通过的招聘信息",
        subject="vacancy_id",
        arises_from=(vacancy.VacancyPassed,),
        discharged_by=(vacancy.VacancyPublished,),
        cancelled_by=(vacancy.VacancyWithdrawn,),
    ),
    # Known from publication on. Changed, the vacancy is published anew, with another last day;
    # withdrawn, it is to be archived counting from the withdrawal.
    Duty(
        key="vacancy_archive",
        rule="41",
        title_zh="归档失效或撤回的招聘信息",
        subject="vacancy_id",
        arises_from=(
            On(vacancy.VacancyPublished, counted_from="valid_until"),
            vacancy.VacancyWithdrawn,
        ),
        discharged_by=(vacancy.VacancyArchived,),
        cancelled_by=(vacancy.VacancyChanged, vacancy.VacancyWithdrawn),
    ),
    Duty(
        key="referral_outcome",
        rule="41",
        title_zh="了解匹配推荐结果",
        subject="referral_id",
        arises_from=(services.ReferralMade,),
        discharged_by=(services.ReferralOutcomeLearnt,),
    ),
)
"""The duties that stand open until they are discharged or cancelled."""

_NO_ENTRY: Final = frozenset(
    {
        # That time has run out is no service: it may be recorded whenever it is noticed.
        papers.RegistrationLapsed,
        vacancy.VacancyLapsed,
        # Nor is erasing.
        papers.AgentErased,
        # The referral is judged, the fair, the agreement: this is what they leave in the ledger.
        fairs.ReferralMadeAtFair,
        fairs.FairResultKnown,
        ledger.KeyServiceBegun,
        ledger.KeyServiceEnded,
    }
)

ENTRY_DUTIES: Final = (
    EntryDuty(
        key="employer_service_entry",
        rule="50",
        title_zh="及时录入用人单位服务台账",
        services=tuple(event for event in EVENTS if event not in _NO_ENTRY),
        subjects=("referral_id", "vacancy_id"),  # what a referral is about is the referral
    ),
)

TRIGGERS_ZH: Final[dict[type[Event], str]] = {
    vacancy.VacancySubmitted: "招聘信息提交审核",
    vacancy.VacancyChanged: "已发布招聘信息变更",
    vacancy.VacancyPassed: "招聘信息审核通过",
    vacancy.VacancyPublished: "招聘信息发布（自有效期最后一日起算）",
    vacancy.VacancyWithdrawn: "招聘信息撤回",
    services.ReferralMade: "匹配推荐",
}
"""What gives rise to these duties, as an explanation says it."""
