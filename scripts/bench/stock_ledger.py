"""The employer's ledger as users of the library `eventsourcing` write it.

An aggregate with decorated event methods; the checks stand in the methods that call them, because what
is decorated runs again whenever the aggregate is read. Days and ids are text in the events, which is what
the library's transcoder is fastest with. Each event bears what is recorded around it (day, staff, agency,
command), and the aggregate remembers the ids of its commands: the cheapest check against repeats.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate, event

from ...domain.employer.content import Screening
from ...domain.employer.vacancy import VacancyStatus
from ...domain.errors import InvalidInput, NotFound, RuleBroken
from ...domain.regulation.edition import edition_on
from .workload import TODAY

Held = dict[str, Any]
"""A vacancy as the aggregate keeps it: plain data, so that the library can take snapshots of it."""


class EmployerLedger(Aggregate):
    """An employer's papers, and its vacancies that are not archived."""

    @staticmethod
    def create_id(credit_code: str) -> UUID:
        """Return the id of an employer's aggregate: one for each credit code."""
        return uuid5(NAMESPACE_URL, f"/employers/{credit_code}")

    @event("Opened")
    def __init__(
        self, credit_code: str, name: str, basics: Held, channel: str,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        self.credit_code = credit_code
        self.agency_code = agency_code
        self.licence: list[str | None] = []
        self.agents: dict[str, list[Any]] = {}
        self.registered_on: str | None = None
        self.vacancies: dict[str, Held] = {}
        self.referrals: dict[str, str] = {}
        self.commands: dict[str, int] = {command_id: 1}

    # --- commands -----------------------------------------------------------------------------

    def draft_vacancy(
        self, vacancy_id: str, content: Held, screening: Held, meta: dict[str, str]
    ) -> None:
        """Take a vacancy in."""
        self._require_registered(meta["day"], "36")
        if vacancy_id in self.vacancies:
            raise InvalidInput(f"the vacancy {vacancy_id} is in the ledger already")
        self.drafted(
            vacancy_id=vacancy_id, content=content, screening=screening, external_id=None, **meta
        )

    def submit_vacancy(self, vacancy_id: str, channel: str, meta: dict[str, str]) -> None:
        """Submit it for review."""
        self._require_registered(meta["day"], "36")
        held = self._require(vacancy_id, meta["day"], "38.1", "draft", "returned")
        if held["status"] == "returned" and not held["revised"]:
            raise RuleBroken("39.1", "it was returned with defects: revise it first")
        self.submitted(vacancy_id=vacancy_id, channel=channel, publisher_id=None, **meta)

    def pass_vacancy(self, vacancy_id: str, overruled: str | None, meta: dict[str, str]) -> None:
        """Pass it."""
        held = self._require(vacancy_id, meta["day"], "38.1", "submitted")
        if held["submitted_by"] == meta["staff_id"]:
            raise RuleBroken("38.1", "who submitted a vacancy does not review it")
        if held["violations"] and not (overruled and overruled.strip()):
            raise RuleBroken("38.3", "the screening found discriminatory wording")
        self.passed(vacancy_id=vacancy_id, overruled=overruled, **meta)

    def publish_vacancy(
        self, vacancy_id: str, valid_until: str | None, meta: dict[str, str]
    ) -> None:
        """Publish it."""
        held = self._require(vacancy_id, meta["day"], "38.1", "passed")
        self._require_registered(meta["day"], "35")
        until = valid_until or held["stated_valid_until"]
        if until is None:
            validity = edition_on(TODAY).vacancy_validity.amount
            until = (TODAY + timedelta(days=validity)).isoformat()
        if until < meta["day"]:
            raise RuleBroken("38.1", "its period has ended")
        self.published(vacancy_id=vacancy_id, valid_until=until, **meta)

    def withdraw_vacancy(
        self, vacancy_id: str, reason: str, note: str, meta: dict[str, str]
    ) -> None:
        """Take it back."""
        self._require(
            vacancy_id, meta["day"], "41", "draft", "submitted", "passed", "returned", "published"
        )
        self.withdrawn(vacancy_id=vacancy_id, reason=reason, note=note, **meta)

    def archive_vacancy(self, vacancy_id: str, meta: dict[str, str]) -> None:
        """File it."""
        self._require(vacancy_id, meta["day"], "41", "withdrawn", "lapsed")
        if any(of == vacancy_id for of in self.referrals.values()):
            raise RuleBroken("41", "the outcome of a referral to it is not known yet")
        self.archived(vacancy_id=vacancy_id, **meta)

    def _require_registered(self, day: str, rule_id: str) -> None:
        if self.registered_on is None:
            raise RuleBroken(rule_id, "the employer has no recruitment registration")
        if not self.licence:
            raise RuleBroken("35", "no licence was verified")
        valid_from, valid_until = self.licence
        if day < (valid_from or "") or (valid_until is not None and day > valid_until):
            raise RuleBroken("35", "the licence is not valid")
        for authority_until, identity_until, _ in self.agents.values():
            if day <= authority_until and (identity_until is None or day <= identity_until):
                return
        raise RuleBroken("35", "no agent has valid papers")

    def _require(self, vacancy_id: str, day: str, rule_id: str, *allowed: str) -> Held:
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
        self, licence: str, valid_from: str, valid_until: str | None,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Take the licence."""
        self.licence = [valid_from, valid_until]
        self.commands[command_id] = self.version

    @event("AgentVerified")
    def agent_verified(
        self, agent_id: str, name: str, identity_number: str, phone: str,
        authority_valid_until: str, identity_valid_until: str | None, real_name_verified: bool,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Take an agent."""
        self.agents[agent_id] = [authority_valid_until, identity_valid_until, real_name_verified]
        self.commands[command_id] = self.version

    @event("Registered")
    def registered(self, day: str, staff_id: str, agency_code: str, command_id: str) -> None:
        """Take the registration."""
        self.registered_on = day
        self.commands[command_id] = self.version

    @event("VacancyDrafted")
    def drafted(
        self, vacancy_id: str, content: Held, screening: Held, external_id: str | None,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Take a vacancy in."""
        self.vacancies[vacancy_id] = {"status": "draft", "revised": True, "filled": 0}
        self._take(vacancy_id, content, screening, day)
        self.commands[command_id] = self.version

    @event("VacancyRevised")
    def revised(
        self, vacancy_id: str, content: Held, screening: Held,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Take other content."""
        self._take(vacancy_id, content, screening, day)
        self.vacancies[vacancy_id]["revised"] = True
        self.commands[command_id] = self.version

    @event("VacancySubmitted")
    def submitted(
        self, vacancy_id: str, channel: str, publisher_id: str | None,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Await the review."""
        held = self._move(vacancy_id, VacancyStatus.SUBMITTED, day)
        held["submitted_by"] = staff_id
        self.commands[command_id] = self.version

    @event("VacancyPassed")
    def passed(
        self, vacancy_id: str, overruled: str | None,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Have passed."""
        self._move(vacancy_id, VacancyStatus.PASSED, day)
        self.commands[command_id] = self.version

    @event("VacancyReturned")
    def returned(
        self, vacancy_id: str, defects: list[Any],
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Await a revision."""
        self._move(vacancy_id, VacancyStatus.RETURNED, day)["revised"] = False
        self.commands[command_id] = self.version

    @event("VacancyPublished")
    def published(
        self, vacancy_id: str, valid_until: str,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Be public."""
        self._move(vacancy_id, VacancyStatus.PUBLISHED, day)["valid_until"] = valid_until
        self.commands[command_id] = self.version

    @event("VacancyWithdrawn")
    def withdrawn(
        self, vacancy_id: str, reason: str, note: str,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Be taken back."""
        self._move(vacancy_id, VacancyStatus.WITHDRAWN, day)
        self.commands[command_id] = self.version

    @event("VacancyLapsed")
    def lapsed(
        self, vacancy_id: str, day: str, staff_id: str, agency_code: str, command_id: str
    ) -> None:
        """Have run out."""
        self._move(vacancy_id, VacancyStatus.LAPSED, day)
        self.commands[command_id] = self.version

    @event("VacancyArchived")
    def archived(
        self, vacancy_id: str, day: str, staff_id: str, agency_code: str, command_id: str
    ) -> None:
        """Leave the state."""
        self.vacancies.pop(vacancy_id, None)
        self.commands[command_id] = self.version

    @event("ReferralMade")
    def referred(
        self, referral_id: str, vacancy_id: str, job_seeker_id: str, reasons: list[str],
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Await the outcome."""
        self.referrals[referral_id] = vacancy_id
        self.commands[command_id] = self.version

    @event("ReferralOutcomeLearnt")
    def outcome_learnt(
        self, referral_id: str, vacancy_id: str, outcome: str, started_on: str | None,
        day: str, staff_id: str, agency_code: str, command_id: str,
    ) -> None:  # fmt: skip
        """Have the outcome."""
        self.referrals.pop(referral_id, None)
        self.commands[command_id] = self.version

    def _move(self, vacancy_id: str, status: VacancyStatus, day: str) -> Held:
        held = self.vacancies[vacancy_id]
        held["status"] = status.value
        held["since"] = day
        return held

    def _take(self, vacancy_id: str, content: Held, screening: Held, day: str) -> None:
        held = self.vacancies[vacancy_id]
        held["headcount"] = content["headcount"]
        held["stated_valid_until"] = content["valid_until"]
        held["violations"] = screening["violations"]
        held["since"] = day


def screening_data(screening: Screening) -> Held:
    """Return a screening as data for an event, with its count of violations."""
    return {**screening.model_dump(mode="json"), "violations": screening.violations}
