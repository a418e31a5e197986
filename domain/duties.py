"""The table of duties (应办事项): which events give rise to each, and which discharge or cancel it.

A duty is a line of `DUTIES`; its term is the number of the same key in the edition that was in force
on the day of the triggering event. A later part of the package adds lines. What the lines come to,
event by event, is in `obligations`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType, ModuleType
from typing import Any, Final
from uuid import UUID

from .employer import ledger, papers, services, vacancy
from .events import Event, RecordedEvent

SubjectOf = Callable[[Any], UUID]
DayOf = Callable[[RecordedEvent], date]


def service_day(recorded: RecordedEvent) -> date:
    """Count from the day of service, as most duties do."""
    return recorded.occurred_on


def _last_valid_day(recorded: RecordedEvent) -> date:
    event: Any = recorded.event
    valid_until: date = event.valid_until
    return valid_until


@dataclass(frozen=True, slots=True)
class Duty:
    """A line of the table: what a rule asks for after certain events.

    `key` also names the duty's term in the edition. `subject` is the field of these events that
    holds what the duty is about. `counted_from` gives the day from which the term runs where that is
    not the day of service. An event that both cancels and gives rise moves the obligation.
    """

    key: str
    rule: str
    title_zh: str
    subject: str
    arises_from: tuple[type[Event], ...]
    discharged_by: tuple[type[Event], ...]
    cancelled_by: tuple[type[Event], ...] = ()
    counted_from: tuple[tuple[type[Event], DayOf], ...] = ()


@dataclass(frozen=True, slots=True)
class EntryDuty:
    """The duty to enter each of these services in time (及时录入): it is open for no moment.

    An obligation is made only of an entry that came too late, closed from the start.
    """

    key: str
    rule: str
    title_zh: str
    services: tuple[type[Event], ...]


def events_of(*modules: ModuleType) -> tuple[type[Event], ...]:
    """Return the events that `modules` define, in the order of their text."""
    return tuple(
        held
        for module in modules
        for held in vars(module).values()
        if isinstance(held, type)
        and issubclass(held, Event)
        and held.event_name
        and held.__module__ == module.__name__
    )


EMPLOYER_EVENTS: Final = events_of(ledger, papers, vacancy, services)
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
        arises_from=(vacancy.VacancyPublished, vacancy.VacancyWithdrawn),
        discharged_by=(vacancy.VacancyArchived,),
        cancelled_by=(vacancy.VacancyChanged, vacancy.VacancyWithdrawn),
        counted_from=((vacancy.VacancyPublished, _last_valid_day),),
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

ENTRY_DUTIES: Final = (
    EntryDuty(
        key="employer_service_entry",
        rule="50",
        title_zh="及时录入用人单位服务台账",
        # That time has run out is no service: it may be recorded whenever it is noticed.
        services=tuple(event for event in EMPLOYER_EVENTS if event is not vacancy.VacancyLapsed),
    ),
)
"""The duties of prompt entry, by kind of ledger."""

TITLES_ZH: Final = MappingProxyType({duty.key: duty.title_zh for duty in (*DUTIES, *ENTRY_DUTIES)})
"""What each duty is called, by its key."""

TRIGGERS_ZH: Final = {
    "vacancy.submitted": "招聘信息提交审核",
    "vacancy.changed": "已发布招聘信息变更",
    "vacancy.passed": "招聘信息审核通过",
    "vacancy.published": "招聘信息发布（自有效期最后一日起算）",
    "vacancy.withdrawn": "招聘信息撤回",
    "referral.made": "匹配推荐",
}
"""What the triggering events are called in an explanation, by stored name."""
