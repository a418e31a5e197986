"""What the commands about key enterprises have in common: the agreement, its ledger, the catalogues asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

from ...domain.aggregate import Aggregate
from ...domain.employer import ledger as ledgers
from ...domain.employer.ledger import EmployerLedger
from ...domain.employer.services import GuidanceKind, ReferralOutcome
from ...domain.errors import NotFound
from ...domain.events import Event
from ...domain.key_enterprise import catalogue, guidance, hiring
from ...domain.key_enterprise.agreements import KeyEnterpriseAgreement
from ...domain.key_enterprise.catalogue import Asked, RestrictedIndustries, catalogue_stream
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ..ports import Identities
from .base import Addressed, CommandOn, Context


class AgreementCommand(CommandOn[KeyEnterpriseAgreement]):
    """A command about the agreement with this id: `agreement_stream` gives it for enterprise and number."""

    power: ClassVar[Power] = Power.SERVE_KEY_ENTERPRISES
    aggregate: ClassVar[type[Aggregate]] = KeyEnterpriseAgreement

    agreement_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the agreement."""
        return self.agreement_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that serves the enterprise. Raises NotFound for an agreement not signed."""
        agreement = self.own(aggregate)
        if agreement.signed_on is None:
            raise NotFound("there is no such agreement: sign it first", field="agreement_id")
        return agreement.agency_code


def ask_catalogues(
    context: Context, agency_code: str, industry_code: str, not_applying: str, rule_id: str
) -> tuple[Asked, ...]:
    """Ask the catalogues that apply at an agency on the day of the service.

    Rules 44, 45.2.
    """
    day = context.occasion.occurred_on
    areas = catalogue.areas_of(context.directory, agency_code, day)
    held = [context.look(RestrictedIndustries, catalogue_stream(area)) for area in areas]
    return catalogue.ask(held, areas, day, industry_code, not_applying, rule_id)


def no_longer_served(
    context: Context, agreement: KeyEnterpriseAgreement, agreement_id: UUID
) -> list[Addressed]:
    """Let the employer's ledger know that the agreement is over.

    Rule 45.3.
    """
    assert agreement.employer_id is not None
    ledger = context.look(EmployerLedger, agreement.employer_id)
    return addressed(agreement.employer_id, ledgers.end_key_service(ledger, agreement_id))


def addressed(stream_id: UUID, events: Iterable[Event]) -> list[Addressed]:
    """Return events as events of another stream."""
    return [Addressed(stream_id, event) for event in events]


class ServedAsKey:
    """What of a service that an employer's ledger records stands in its agreement, too.

    Nothing, for an ordinary employer, and where no agreement was in force on the day of the service.
    """

    def __init__(self, context: Context, ledger: EmployerLedger) -> None:
        """Look at the agreement, where the ledger names one."""
        self._id = ledger.key_agreement
        self._agreement = None
        if self._id is not None:
            agreement = context.look(KeyEnterpriseAgreement, self._id)
            if agreement.is_live_on(context.occasion.occurred_on):
                self._agreement = agreement
        self._occasion = context.occasion

    def guided(
        self, kind: GuidanceKind, about: str, advice: str, plan: str | None
    ) -> list[Addressed]:
        """Return the guidance as one that the specialist follows up.

        Rule 49.1.
        """
        if self._agreement is None or self._id is None:
            return []
        guidance_id = uuid5(self._id, f"guidance:{self._agreement.version + 1}")
        given = guidance.give(
            self._agreement, self._occasion, guidance_id, kind, about, advice, plan
        )
        return addressed(self._id, given)

    def referred(self, referral_id: UUID, vacancy_id: UUID) -> list[Addressed]:
        """Return the referral as one that the specialist follows up.

        Rule 49.2.
        """
        if self._agreement is None or self._id is None:
            return []
        return addressed(self._id, hiring.refer(self._agreement, referral_id, vacancy_id))

    def concluded(
        self, referral_id: UUID, outcome: ReferralOutcome, started_on: date | None
    ) -> list[Addressed]:
        """Return the outcome, and the hiring that the specialist follows up.

        Rule 49.3.
        """
        if self._agreement is None or self._id is None:
            return []
        return addressed(
            self._id, hiring.conclude(self._agreement, referral_id, outcome, started_on)
        )
