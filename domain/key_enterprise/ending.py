"""The end of an agreement: by consent once the enterprise is no longer key, or at term (Article 45, paragraph 3).

The enterprise then goes on as an ordinary employer at the agency of its recruitment registration.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .state import AgreementStage, KeyEnterpriseAgreement, OfAgreement


class LostBy(StrEnum):
    """Why an enterprise is no longer key (Article 45, paragraph 3)."""

    MOVED_AWAY = "moved_away"
    POLICY_CHANGED = "policy_changed"
    CLOSED = "closed"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The cause as an official writes it."""
        return {
            "moved_away": "地域变更",
            "policy_changed": "政策调整（列入产业禁止和限制目录）",
            "closed": "注销、歇业",
            "other": "其他原因",
        }[self]


class Ending(StrEnum):
    """How an agreement came to its end."""

    CONSENT = "consent"
    TERM = "term"
    TRANSFERRED = "transferred"

    @property
    def label_zh(self) -> str:
        """The ending as an official writes it."""
        return {"consent": "协商终止", "term": "期满未续订", "transferred": "服务关系划转"}[self]


# --- events -----------------------------------------------------------------------------------


class KeyStatusLost(OfAgreement, Event, name="key_enterprise_agreement.key_status_lost"):
    """The enterprise was found to be no longer key; the agreement goes on until it is ended or over."""

    cause: LostBy
    findings: str


class AgreementEnded(OfAgreement, Event, name="key_enterprise_agreement.ended"):
    """Agency and enterprise ended the agreement by consent."""

    note: str


class AgreementExpired(OfAgreement, Event, name="key_enterprise_agreement.expired"):
    """The agreement ran to its term, `ran_until`, and was not renewed."""

    ran_until: date


# --- state ------------------------------------------------------------------------------------


@changed_by(KeyStatusLost)
def _lost(agreement: KeyEnterpriseAgreement, event: KeyStatusLost, _: RecordedEvent) -> None:
    agreement.no_longer_key = event.cause
    agreement.transfer = None


@changed_by(AgreementEnded)
def _ended(agreement: KeyEnterpriseAgreement, _: AgreementEnded, recorded: RecordedEvent) -> None:
    end(agreement, Ending.CONSENT, recorded.occurred_on)


@changed_by(AgreementExpired)
def _expired(agreement: KeyEnterpriseAgreement, event: AgreementExpired, _: RecordedEvent) -> None:
    end(agreement, Ending.TERM, event.ran_until)


def end(agreement: KeyEnterpriseAgreement, ending: Ending, day: date) -> None:
    """Let the agreement be ended since `day`; what was to be followed up is so no longer."""
    agreement.stage = AgreementStage.ENDED
    agreement.stage_since = day
    agreement.ending = ending
    if ending is not Ending.TRANSFERRED:  # else the next agreement takes both over
        agreement.transfer = None
        agreement.items = {}


# --- decisions --------------------------------------------------------------------------------


def find_no_longer_key(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, cause: LostBy, findings: str
) -> list[Event]:
    """Record that the enterprise is no longer key, and on what that rests.

    Rule 45.3.
    """
    agreement.require(occasion, "45.3")
    if agreement.no_longer_key is not None:
        raise InvalidInput(f"it is found so already: {agreement.no_longer_key}")
    if not findings.strip():
        raise InvalidInput("say on what the finding rests", field="findings")
    return [KeyStatusLost(**agreement.whose, cause=cause, findings=findings)]


def end_by_consent(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, consented: bool, note: str
) -> list[Event]:
    """End the agreement with an enterprise that is no longer key, by consent of both sides.

    Rule 45.3.
    """
    agreement.require(occasion, "45.3")
    if agreement.no_longer_key is None:
        raise RuleBroken(
            "45.3", "the enterprise is still key: record first why it no longer is, if it is not"
        )
    if not consented:
        raise RuleBroken(
            "45.3",
            f"without its consent the agreement runs to its term on {agreement.valid_until}",
        )
    return [AgreementEnded(**agreement.whose, note=note)]


def expire(agreement: KeyEnterpriseAgreement, occasion: Occasion) -> list[Event]:
    """Record that the term is over; nothing where that is recorded already.

    Rule 45.3.
    """
    if agreement.signed_on is None or agreement.valid_until is None:
        raise NotFound("there is no such agreement: sign it first", field="agreement_id")
    if agreement.stage is AgreementStage.ENDED:
        return []
    if occasion.occurred_on <= agreement.valid_until:
        raise RuleBroken("45.3", f"the agreement runs until {agreement.valid_until}")
    return [AgreementExpired(**agreement.whose, ran_until=agreement.valid_until)]
