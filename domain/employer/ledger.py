"""The employer ledger (用人单位服务台账): one per employer, by its credit code (Articles 34-43, 50).

Its parts are in the modules beside: `papers`, `vacancy`, `services`, each with its events, its share
of the state, and its decisions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ..aggregate import Aggregate, Change, Occasion, changed_by, changes_of
from ..errors import InvalidInput, NotFound
from ..events import Event, RecordedEvent
from ..organisation.agency import AgencyCode
from . import fairs, papers, services, training, vacancy
from .fairs import FairHires
from .papers import Channel, EmployerBasics, EmployerBasicsChanged, EmployerLedgerOpened, Papers
from .services import Referral
from .vacancy import Vacancy


class Section(StrEnum):
    """The sections of an employer's ledger (Article 50, paragraph 2), then those of a key enterprise (3)."""

    BASICS = "basics"
    REGISTRATION_AND_VACANCIES = "registration_and_vacancies"
    DEMAND_MET = "demand_met"
    GUIDANCE_AND_REFERRALS = "guidance_and_referrals"
    TRACKING_CHECKS = "tracking_checks"
    OTHER = "other"
    NEEDS_FILE = "needs_file"
    AGREEMENT = "agreement"
    SPECIALIST_AND_TEAM = "specialist_and_team"
    SUPPORT = "support"

    @property
    def label_zh(self) -> str:
        """The section in the words of the regulation."""
        return {
            "basics": "用人单位基本情况",
            "registration_and_vacancies": "招聘需求登记和发布招聘信息情况",
            "demand_met": "招聘需求满足情况",
            "guidance_and_referrals": "用人指导和匹配推荐情况",
            "tracking_checks": "服务跟踪检查情况",
            "other": "其他服务留痕内容",
            "needs_file": "重点企业用人需求档案及其变动情况",
            "agreement": "日常服务协议及其履行情况",
            "specialist_and_team": "企业服务专员及服务支持团队的情况",
            "support": "对重点企业的历次服务支持情况",
        }[self]

    @property
    def is_for_key_enterprises(self) -> bool:
        """Say whether only the ledger of a key enterprise has the section."""
        return self in _OF_KEY_ENTERPRISES


_OF_KEY_ENTERPRISES = frozenset(
    {Section.NEEDS_FILE, Section.AGREEMENT, Section.SPECIALIST_AND_TEAM, Section.SUPPORT}
)


class KeyServiceBegun(Event, name="employer_ledger.key_service_begun"):
    """The employer is served as a key enterprise (重点企业) from now on, by this agency's agreement."""

    agreement_id: UUID
    agency_code: AgencyCode


class KeyServiceEnded(Event, name="employer_ledger.key_service_ended"):
    """That agreement is over: the employer goes on as an ordinary one, until another is signed."""

    agreement_id: UUID


def section_of(event: Event) -> Section:
    """Return the section of the ledger in which an event is shown. Rule 50."""
    return _SECTIONS.get(type(event), Section.OTHER)


_SECTIONS: dict[type[Event], Section] = {
    **dict.fromkeys((KeyServiceBegun, KeyServiceEnded), Section.AGREEMENT),
    **dict.fromkeys(
        (EmployerLedgerOpened, EmployerBasicsChanged, papers.LicenceVerified, papers.AgentVerified,
         papers.AgentRevoked, papers.AgentErased),
        Section.BASICS,
    ),
    **dict.fromkeys(
        (papers.EmployerRegistered, papers.RegistrationLapsed, training.EmployerTrainingNeedsStated,
         vacancy.VacancyDrafted, vacancy.VacancyRevised,
         vacancy.VacancySubmitted, vacancy.VacancyPublished, vacancy.VacancyChanged,
         vacancy.VacancyWithdrawn, vacancy.VacancyLapsed, vacancy.VacancyArchived),
        Section.REGISTRATION_AND_VACANCIES,
    ),
    **dict.fromkeys((vacancy.VacancyPassed, vacancy.VacancyReturned), Section.TRACKING_CHECKS),
    **dict.fromkeys(
        (services.ReferralOutcomeLearnt, fairs.FairResultKnown, fairs.VacancyFilledAtFair),
        Section.DEMAND_MET,
    ),
    **dict.fromkeys(
        (services.EmployerGuidanceBooked, services.EmployerGuidanceGiven, services.ReferralMade,
         fairs.FairJoined, fairs.FairLeft, fairs.ReferralMadeAtFair),
        Section.GUIDANCE_AND_REFERRALS,
    ),
}  # fmt: skip


@dataclass(slots=True)
class EmployerLedger(Aggregate):
    """What decisions about an employer need. Archived vacancies are not in it, so it stays small."""

    kind: ClassVar[str] = "employer_ledger"
    shape: ClassVar[int] = 3
    changes: ClassVar[dict[type[Event], Change]] = {}

    credit_code: str = ""
    agency_code: str = ""
    basics_stated: bool = False
    papers: Papers = field(default_factory=Papers)
    vacancies: dict[UUID, Vacancy] = field(default_factory=dict)
    referrals: dict[UUID, Referral] = field(default_factory=dict)
    fair_hires: dict[UUID, dict[UUID, FairHires]] = field(default_factory=dict)
    """Who started through fairs: by vacancy, archived ones as well, and by fair."""
    key_agreement: UUID | None = None
    """The agreement by which it is served as a key enterprise, None for an ordinary employer."""

    @property
    def is_open(self) -> bool:
        """Say whether the ledger was opened."""
        return bool(self.credit_code)

    def weight(self) -> int:
        """Return about how many bytes the state takes: what is open makes it large."""
        return 300 * (len(self.vacancies) + len(self.referrals) + len(self.fair_hires))

    def require_open(self) -> None:
        """Make sure that the ledger was opened. Raises NotFound."""
        if not self.is_open:
            raise NotFound("this employer has no ledger: open it first", field="credit_code")


@changed_by(EmployerLedgerOpened)
def _opened(ledger: EmployerLedger, event: EmployerLedgerOpened, recorded: RecordedEvent) -> None:
    ledger.credit_code = event.credit_code
    ledger.agency_code = recorded.agency_code
    ledger.basics_stated = event.basics.is_stated


@changed_by(EmployerBasicsChanged)
def _basics(ledger: EmployerLedger, event: EmployerBasicsChanged, _: RecordedEvent) -> None:
    ledger.basics_stated = event.basics.is_stated


@changed_by(KeyServiceBegun)
def _key(ledger: EmployerLedger, event: KeyServiceBegun, _: RecordedEvent) -> None:
    ledger.key_agreement = event.agreement_id


@changed_by(KeyServiceEnded)
def _ordinary(ledger: EmployerLedger, event: KeyServiceEnded, _: RecordedEvent) -> None:
    if ledger.key_agreement == event.agreement_id:
        ledger.key_agreement = None


def begin_key_service(ledger: EmployerLedger, agreement_id: UUID, agency_code: str) -> list[Event]:
    """Let the ledger know that the employer is a key enterprise. Rules 46, 50."""
    ledger.require_open()
    return [KeyServiceBegun(agreement_id=agreement_id, agency_code=agency_code)]


def end_key_service(ledger: EmployerLedger, agreement_id: UUID) -> list[Event]:
    """Let the ledger know that it no longer is, where it does not yet. Rules 45.3, 50."""
    if ledger.key_agreement != agreement_id:
        return []
    return [KeyServiceEnded(agreement_id=agreement_id)]


def open_ledger(
    ledger: EmployerLedger,
    credit_code: str,
    name: str,
    basics: EmployerBasics,
    channel: Channel,
) -> list[Event]:
    """Open an employer's ledger. Rules 34, 36. Raises InvalidInput when it is open already."""
    if ledger.is_open:
        raise InvalidInput(
            f"the employer has a ledger already, at agency {ledger.agency_code}",
            field="credit_code",
        )
    return [
        EmployerLedgerOpened(credit_code=credit_code, name=name, basics=basics, channel=channel)
    ]


def change_basics(ledger: EmployerLedger, name: str, basics: EmployerBasics) -> list[Event]:
    """Record the employer's present name and basics. Rule 50."""
    ledger.require_open()
    return [EmployerBasicsChanged(name=name, basics=basics)]


def overdue_vacancies(ledger: EmployerLedger, day: date) -> list[UUID]:
    """Return the published vacancies whose time is over on `day`. Rule 41."""
    return [
        vacancy_id
        for vacancy_id, held in ledger.vacancies.items()
        if held.status is vacancy.VacancyStatus.PUBLISHED and not held.is_open_on(day)
    ]


def lapse_overdue(ledger: EmployerLedger, occasion: Occasion) -> list[Event]:
    """Record the lapse of every vacancy whose time is over. Rule 41."""
    return [
        vacancy.VacancyLapsed(vacancy_id=vacancy_id)
        for vacancy_id in overdue_vacancies(ledger, occasion.occurred_on)
    ]


EmployerLedger.changes.update(changes_of(papers, vacancy, services, fairs))
EmployerLedger.changes.update({EmployerLedgerOpened: _opened, EmployerBasicsChanged: _basics})
EmployerLedger.changes.update({KeyServiceBegun: _key, KeyServiceEnded: _ordinary})
