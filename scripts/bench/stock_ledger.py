"""The employer's ledger as users of the library `eventsourcing` write it.

An aggregate with decorated event methods; the checks stand in the methods that call them, because what
is decorated runs again whenever the aggregate is read. Each event bears what is recorded around it (day,
staff, agency, command), and the aggregate remembers the ids of its commands: the cheapest check against
repeats. Ids and days are what the application gives it: `UUID` and `date`, or text for both.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate, event

from ...domain.employer.content import Screening
from ...domain.employer.vacancy import VacancyStatus
from ...domain.errors import InvalidInput, NotFound, RuleBroken
from ...domain.regulation.edition import edition_on

Held = dict[str, Any]
"""A vacancy as the aggregate keeps it: plain data, so that the library can take snapshots of it."""
Id = Any  # UUID | str: the one or the other throughout
Day = Any  # date | str
Meta = dict[str, Any]


class EmployerLedger(Aggregate):
    """An employer's papers, and its vacancies that are not archived."""

    @staticmethod
    def create_id(credit_code: str) -> UUID:
        """Return the id of an employer's aggregate: one for each credit code."""
        return uuid5(NAMESPACE_URL, f"/employers/{credit_code}")

    @event("Opened")
    def __init__(
        self, credit_code: str, name: str, basics: Held, channel: str,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        self.credit_code = credit_code
        self.agency_code = agency_code
        self.licence: list[Day] = []
        self.agents: dict[Id, list[Any]] = {}
        self.registered_on: Day = None
        self.vacancies: dict[Id, Held] = {}
        self.referrals: dict[Id, Id] = {}
        self.commands: dict[Id, int] = {command_id: 1}

    # --- commands -----------------------------------------------------------------------------

    def draft_vacancy(self, vacancy_id: Id, content: Held, screening: Held, meta: Meta) -> None:
        """Take a vacancy in."""
        self._require_registered(meta["day"], "36")
        if vacancy_id in self.vacancies:
            raise InvalidInput(f"the vacancy {vacancy_id} is in the ledger already")
        self.drafted(
            vacancy_id=vacancy_id, content=content, screening=screening, external_id=None, **meta
        )

    def submit_vacancy(self, vacancy_id: Id, channel: str, meta: Meta) -> None:
        """Submit it for review."""
        self._require_registered(meta["day"], "36")
        held = self._require(vacancy_id, meta["day"], "38.1", "draft", "returned")
        if held["status"] == "returned" and not held["revised"]:
            raise RuleBroken("39.1", "it was returned with defects: revise it first")
        self.submitted(vacancy_id=vacancy_id, channel=channel, publisher_id=None, **meta)

    def pass_vacancy(self, vacancy_id: Id, overruled: str | None, meta: Meta) -> None:
        """Pass it."""
        held = self._require(vacancy_id, meta["day"], "38.1", "submitted")
        if held["submitted_by"] == meta["staff_id"]:
            raise RuleBroken("38.1", "who submitted a vacancy does not review it")
        if held["violations"] and not (overruled and overruled.strip()):
            raise RuleBroken("38.3", "the screening found discriminatory wording")
        self.passed(vacancy_id=vacancy_id, overruled=overruled, **meta)

    def publish_vacancy(self, vacancy_id: Id, valid_until: Day, meta: Meta) -> None:
        """Publish it."""
        held = self._require(vacancy_id, meta["day"], "38.1", "passed")
        self._require_registered(meta["day"], "35")
        until = valid_until or held["stated_valid_until"]
        if until is None:
            today = date.fromisoformat(str(meta["day"]))
            until = today + timedelta(days=edition_on(today).vacancy_validity.amount)
            until = until.isoformat() if isinstance(meta["day"], str) else until
        if until < meta["day"]:
            raise RuleBroken("38.1", "its period has ended")
        self.published(vacancy_id=vacancy_id, valid_until=until, **meta)

    def withdraw_vacancy(self, vacancy_id: Id, reason: str, note: str, meta: Meta) -> None:
        """Take it back."""
        self._require(
            vacancy_id, meta["day"], "41", "draft", "submitted", "passed", "returned", "published"
        )
        self.withdrawn(vacancy_id=vacancy_id, reason=reason, note=note, **meta)

    def archive_vacancy(self, vacancy_id: Id, meta: Meta) -> None:
        """File it."""
        self._require(vacancy_id, meta["day"], "41", "withdrawn", "lapsed")
        if any(of == vacancy_id for of in self.referrals.values()):
            raise RuleBroken("41", "the outcome of a referral to it is not known yet")
        self.archived(vacancy_id=vacancy_id, **meta)

    def _require_registered(self, day: Day, rule_id: str) -> None:
        if self.registered_on is None:
            raise RuleBroken(rule_id, "the employer has no recruitment registration")
        if not self.licence:
            raise RuleBroken("35", "no licence was verified")
        valid_from, valid_until = self.licence
        if day < valid_from or (valid_until is not None and day > valid_until):
            raise RuleBroken("35", "the licence is not valid")
        for authority_until, identity_until, _ in self.agents.values():
            if day <= authority_until and (identity_until is None or day <= identity_until):
                return
        raise RuleBroken("35", "no agent has valid papers")

    def _require(self, vacancy_id: Id, day: Day, rule_id: str, *allowed: str) -> Held:
        held = self.vacancies.get(vacancy_id)
        if held is None:
            raise NotFound(f"the ledger has no vacancy {vacancy_id}")
        if held["status"] not in allowed:
            raise RuleBroken(rule_id, f"the vacancy is {held['status']}")
        if day < held["since"]:
            raise InvalidInput(f"it has been {held['status']} only since {held['since']}")
        return held

    # --- events -------------------------------------------------------------------------------

    @event("LicenceVerified")
    def licence_verified(
        self, licence: str, valid_from: Day, valid_until: Day,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Take the licence."""
        self.licence = [valid_from, valid_until]
        self.commands[command_id] = self.version

    @event("AgentVerified")
    def agent_verified(
        self, agent_id: Id, name: str, identity_number: str, phone: str,
        authority_valid_until: Day, identity_valid_until: Day, real_name_verified: bool,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Take an agent."""
        self.agents[agent_id] = [authority_valid_until, identity_valid_until, real_name_verified]
        self.commands[command_id] = self.version

    @event("Registered")
    def registered(self, day: Day, staff_id: str, agency_code: str, command_id: Id) -> None:
        """Take the registration."""
        self.registered_on = day
        self.commands[command_id] = self.version

    @event("VacancyDrafted")
    def drafted(
        self, vacancy_id: Id, content: Held, screening: Held, external_id: str | None,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Take a vacancy in."""
        self.vacancies[vacancy_id] = {"status": "draft", "revised": True, "filled": 0}
        self._take(vacancy_id, content, screening, day)
        self.commands[command_id] = self.version

    @event("VacancyRevised")
    def revised(
        self, vacancy_id: Id, content: Held, screening: Held,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Take other content."""
        self._take(vacancy_id, content, screening, day)
        self.vacancies[vacancy_id]["revised"] = True
        self.commands[command_id] = self.version

    @event("VacancySubmitted")
    def submitted(
        self, vacancy_id: Id, channel: str, publisher_id: Id,
        day: Day, staff_id: str, agency_code: str, command_id: Id, review_agency_code: str = "",
    ) -> None:  # fmt: skip
        """Await the review."""
        held = self._move(vacancy_id, VacancyStatus.SUBMITTED, day)
        held["submitted_by"] = staff_id
        self.commands[command_id] = self.version

    @event("VacancyPassed")
    def passed(
        self, vacancy_id: Id, overruled: str | None,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Have passed."""
        self._move(vacancy_id, VacancyStatus.PASSED, day)
        self.commands[command_id] = self.version

    @event("VacancyReturned")
    def returned(
        self, vacancy_id: Id, defects: list[Any],
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Await a revision."""
        self._move(vacancy_id, VacancyStatus.RETURNED, day)["revised"] = False
        self.commands[command_id] = self.version

    @event("VacancyPublished")
    def published(
        self, vacancy_id: Id, valid_until: Day,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Be public."""
        self._move(vacancy_id, VacancyStatus.PUBLISHED, day)["valid_until"] = valid_until
        self.commands[command_id] = self.version

    @event("VacancyWithdrawn")
    def withdrawn(
        self, vacancy_id: Id, reason: str, note: str,
        day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Be taken back."""
        self._move(vacancy_id, VacancyStatus.WITHDRAWN, day)
        self.commands[command_id] = self.version

    @event("VacancyLapsed")
    def lapsed(
        self, vacancy_id: Id, day: Day, staff_id: str, agency_code: str, command_id: Id
    ) -> None:
        """Have run out."""
        self._move(vacancy_id, VacancyStatus.LAPSED, day)
        self.commands[command_id] = self.version

    @event("VacancyArchived")
    def archived(
        self, vacancy_id: Id, day: Day, staff_id: str, agency_code: str, command_id: Id
    ) -> None:
        """Leave the state."""
        self.vacancies.pop(vacancy_id, None)
        self.commands[command_id] = self.version

    @event("ReferralMade")
    def referred(
        self, referral_id: Id, vacancy_id: Id, job_seeker_id: Id, reasons: list[str],
        fair_id: Id | None, day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Await the outcome."""
        self.referrals[referral_id] = vacancy_id
        self.commands[command_id] = self.version

    @event("ReferralOutcomeLearnt")
    def outcome_learnt(
        self, referral_id: Id, vacancy_id: Id, outcome: str, started_on: Day,
        fair_id: Id | None, counted_by_fair: bool, day: Day, staff_id: str, agency_code: str, command_id: Id,
    ) -> None:  # fmt: skip
        """Have the outcome."""
        self.referrals.pop(referral_id, None)
        self.commands[command_id] = self.version

    def _move(self, vacancy_id: Id, status: VacancyStatus, day: Day) -> Held:
        held = self.vacancies[vacancy_id]
        held["status"] = status.value
        held["since"] = day
        return held

    def _take(self, vacancy_id: Id, content: Held, screening: Held, day: Day) -> None:
        held = self.vacancies[vacancy_id]
        held["headcount"] = content["headcount"]
        held["stated_valid_until"] = content["valid_until"]
        held["violations"] = screening["violations"]
        held["since"] = day


def screening_data(screening: Screening) -> Held:
    """Return a screening as data for an event, with its count of violations."""
    return {**screening.model_dump(mode="json"), "violations": screening.violations}
