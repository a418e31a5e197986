"""Qualification (资格审核) and recruitment registration (招聘需求登记) of an employer: Articles 34-36.

A registration stands on its papers: the licence and one agent with a letter of authority and an
identity document, each verified and still valid. When they lapse, it lapses with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, Personal, RecordedEvent
from ..identity import CreditCode

if TYPE_CHECKING:
    from .ledger import EmployerLedger


class Channel(StrEnum):
    """By which way information was collected (Articles 10 and 34)."""

    SURVEY = "survey"
    FRONT_DESK = "front_desk"
    ONLINE = "online"
    JOB_FAIR = "job_fair"

    @property
    def label_zh(self) -> str:
        """The channel in the words of the regulation."""
        return {
            "survey": "摸底调查",
            "front_desk": "前台接待",
            "online": "网络登记",
            "job_fair": "招聘洽谈会",
        }[self]


class LicenceKind(StrEnum):
    """The paper by which an employer exists (Article 35, item 1)."""

    BUSINESS_LICENCE = "business_licence"
    CREDIT_CODE_CERTIFICATE = "credit_code_certificate"


class Paper(StrEnum):
    """What a registration stands on (Article 35): the licence, and an agent's two papers."""

    LICENCE = "licence"
    AGENT = "agent"


class EmployerBasics(BaseModel):
    """Employer basics (用人单位基本情况, Articles 38 and 50)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nature: str | None = None
    industry_code: str | None = None
    economic_type: str | None = None
    size: str | None = None
    address: str | None = None
    profile: str | None = None

    @property
    def is_stated(self) -> bool:
        """Say whether anything beyond the name is known."""
        return any((self.nature, self.industry_code, self.economic_type, self.size, self.profile))


# --- events -----------------------------------------------------------------------------------


class EmployerLedgerOpened(Event, name="employer_ledger.opened"):
    """An employer's service ledger (用人单位服务台账) is opened at the agency that acts."""

    credit_code: CreditCode
    name: str
    basics: EmployerBasics
    channel: Channel


class EmployerBasicsChanged(Event, name="employer_ledger.basics_changed"):
    """The employer's name or basics are now these."""

    name: str
    basics: EmployerBasics


class LicenceVerified(Event, name="employer_ledger.licence_verified"):
    """The licence or credit code certificate was seen; `valid_until` None means without term."""

    licence: LicenceKind
    valid_from: date
    valid_until: date | None


class AgentVerified(Event, name="employer_ledger.agent_verified", subject="agent_id"):
    """An agent's letter of authority and identity document were seen (经办人授权委托书及身份证明)."""

    agent_id: UUID
    name: Personal
    identity_number: Personal
    phone: Personal
    authority_valid_until: date
    identity_valid_until: date | None
    real_name_verified: bool


class AgentRevoked(Event, name="employer_ledger.agent_revoked"):
    """An agent no longer acts for the employer."""

    agent_id: UUID
    reason: str


class AgentErased(Event, name="employer_ledger.agent_erased"):
    """A former agent was erased (Article 51)."""

    agent_id: UUID


class EmployerRegistered(Event, name="employer_ledger.registered"):
    """Recruitment registration (招聘需求登记) after all papers were verified."""


class RegistrationLapsed(Event, name="employer_ledger.registration_lapsed"):
    """The registration lapsed with a paper, which is valid no longer from `lapsed_on` on.

    It stands again as soon as the paper is renewed, whether or not the lapse was recorded.
    """

    paper: Paper
    lapsed_on: date


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Agent:
    """What decisions need of an agent; who it is stays in the encrypted event."""

    authority_valid_until: date
    identity_valid_until: date | None
    real_name_verified: bool

    @property
    def valid_until(self) -> date:
        """The last day on which both papers are valid."""
        return min(self.authority_valid_until, self.identity_valid_until or date.max)

    def problem(self, day: date) -> str | None:
        """Say what is wrong with the agent's papers on `day`, None where nothing is."""
        if day > self.authority_valid_until:
            return f"the agent's letter of authority expired on {self.authority_valid_until}"
        if self.identity_valid_until is not None and day > self.identity_valid_until:
            return f"the agent's identity document expired on {self.identity_valid_until}"
        return None


@dataclass(slots=True)
class Papers:
    """The papers verified so far, and whether the employer is registered on them."""

    licence_valid_from: date | None = None
    licence_valid_until: date | None = None
    agents: dict[UUID, Agent] | None = None
    registered_on: date | None = None
    lapsed_on: date | None = None
    """Since when the registration is recorded as lapsed, None once the papers are good again."""

    def lapse(self, day: date) -> RegistrationLapsed | None:
        """Return with which paper a registration has lapsed on `day`, None where all are valid.

        Of two papers it is the one that expired first; of several agents the last one counts.
        """
        found = []
        if self.licence_valid_until is not None and self.licence_valid_until < day:
            found.append((self.licence_valid_until + timedelta(days=1), Paper.LICENCE))
        agents = (self.agents or {}).values()
        # Of an agent who was revoked nothing tells since when: the day of the look is taken.
        last = max((agent.valid_until for agent in agents), default=day - timedelta(days=1))
        if last < day:
            found.append((last + timedelta(days=1), Paper.AGENT))
        if not found:
            return None
        lapsed_on, paper = min(found)
        return RegistrationLapsed(paper=paper, lapsed_on=lapsed_on)

    def note_renewal(self, day: date) -> None:
        """Let a lapsed registration stand again if all papers are good on `day`."""
        if self.problem(day) is None:
            self.lapsed_on = None

    def problem(self, day: date) -> str | None:
        """Say which paper of Article 35 is missing or not valid on `day`, None where all are good."""
        if self.licence_valid_from is None:
            return "no business licence or credit code certificate was verified"
        if day < self.licence_valid_from:
            return f"the licence is valid only from {self.licence_valid_from}"
        if self.licence_valid_until is not None and day > self.licence_valid_until:
            return f"the licence expired on {self.licence_valid_until}"
        problems = [agent.problem(day) for agent in (self.agents or {}).values()]
        if not problems:
            return "no agent's letter of authority and identity were verified"
        return None if None in problems else problems[0]


@changed_by(LicenceVerified)
def _licence(ledger: EmployerLedger, event: LicenceVerified, recorded: RecordedEvent) -> None:
    ledger.papers.licence_valid_from = event.valid_from
    ledger.papers.licence_valid_until = event.valid_until
    ledger.papers.note_renewal(recorded.occurred_on)


@changed_by(AgentVerified)
def _agent(ledger: EmployerLedger, event: AgentVerified, recorded: RecordedEvent) -> None:
    agents = ledger.papers.agents = ledger.papers.agents or {}
    agents[event.agent_id] = Agent(
        event.authority_valid_until, event.identity_valid_until, event.real_name_verified
    )
    ledger.papers.note_renewal(recorded.occurred_on)


@changed_by(AgentRevoked)
def _revoked(ledger: EmployerLedger, event: AgentRevoked, _: RecordedEvent) -> None:
    (ledger.papers.agents or {}).pop(event.agent_id, None)


@changed_by(EmployerRegistered)
def _registered(ledger: EmployerLedger, _: EmployerRegistered, recorded: RecordedEvent) -> None:
    ledger.papers.registered_on = recorded.occurred_on


@changed_by(RegistrationLapsed)
def _lapsed(ledger: EmployerLedger, event: RegistrationLapsed, _: RecordedEvent) -> None:
    ledger.papers.lapsed_on = event.lapsed_on


# --- decisions --------------------------------------------------------------------------------


def verify_licence(
    occasion: Occasion, licence: LicenceKind, valid_from: date, valid_until: date | None
) -> list[Event]:
    """Record the licence with its period of validity. Rule 35.

    Raises InvalidInput for a period that ends before it begins, RuleBroken for an expired paper.
    """
    if valid_until is not None and valid_until < valid_from:
        raise InvalidInput(
            f"the licence ends on {valid_until}, before it begins", field="valid_until"
        )
    if valid_from > occasion.occurred_on:
        # It would take the place of the one in force: a renewed licence is verified once it is valid.
        raise RuleBroken(
            "35", f"the licence is valid only from {valid_from}: verify it from then on"
        )
    if valid_until is not None and valid_until < occasion.occurred_on:
        raise RuleBroken("35", f"the licence expired on {valid_until}: ask for the renewed one")
    return [LicenceVerified(licence=licence, valid_from=valid_from, valid_until=valid_until)]


def verify_agent(occasion: Occasion, verified: AgentVerified) -> list[Event]:
    """Record an agent's letter of authority and identity. Rule 35; rule 39.2 for the real name.

    Raises RuleBroken for a paper that has expired on the day it is shown.
    """
    agent = Agent(
        verified.authority_valid_until, verified.identity_valid_until, verified.real_name_verified
    )
    if problem := agent.problem(occasion.occurred_on):
        raise RuleBroken("35", problem)
    return [verified]


def revoke_agent(ledger: EmployerLedger, agent_id: UUID, reason: str) -> list[Event]:
    """Record that an agent no longer acts for the employer. Raises NotFound for an unknown one."""
    if agent_id not in (ledger.papers.agents or {}):
        raise NotFound("this person is no agent of the employer", field="agent_id")
    return [AgentRevoked(agent_id=agent_id, reason=reason)]


def register(ledger: EmployerLedger, occasion: Occasion) -> list[Event]:
    """Register the employer for recruitment once all papers are verified and valid. Rule 35.

    Registering again changes nothing: a registration that lapsed with a paper stands again once that
    paper is renewed.
    """
    if problem := ledger.papers.problem(occasion.occurred_on):
        raise RuleBroken("35", problem)
    if ledger.papers.registered_on is not None:
        return []
    return [EmployerRegistered()]


def lapse_registration(ledger: EmployerLedger, occasion: Occasion) -> list[Event]:
    """Record that the registration lapsed with its papers, once for each time. Rule 35.

    It has lapsed whether or not that is recorded: `require_registered` looks at the papers.
    """
    held, day = ledger.papers, occasion.occurred_on
    if held.registered_on is None or day < held.registered_on or held.lapsed_on is not None:
        return []
    lapsed = held.lapse(day)
    return [lapsed] if lapsed else []


def require_registered(ledger: EmployerLedger, day: date, rule_id: str) -> None:
    """Make sure that the employer is registered and its papers are valid on `day`. Rules 35, 36."""
    if ledger.papers.registered_on is None:
        raise RuleBroken(rule_id, "the employer has no recruitment registration: register it first")
    if day < ledger.papers.registered_on:
        raise RuleBroken(
            rule_id, f"the employer is registered only since {ledger.papers.registered_on}"
        )
    if problem := ledger.papers.problem(day):
        raise RuleBroken("35", f"the registration has lapsed with its papers: {problem}")
