"""Willingness surveys (就业意愿摸查) and the employment needs file (就业需求档案): Articles 18-21."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import OWN_STREAM, Event, Personal, RecordedEvent

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class SurveyMethod(StrEnum):
    """How a survey is made (Article 19)."""

    PHONE = "phone"
    FRONT_DESK = "front_desk"
    VISIT = "visit"

    @property
    def label_zh(self) -> str:
        """The method in the words of the regulation."""
        return {"phone": "电话访问", "front_desk": "前台接待", "visit": "主动上门"}[self]


class SurveyAnswer(StrEnum):
    """What a survey found. Nobody reached is an answer, too: the attempt counts (21.2b)."""

    WILLING = "willing"
    UNWILLING = "unwilling"
    NOT_REACHED = "not_reached"

    @property
    def label_zh(self) -> str:
        """The answer as an official writes it."""
        return {
            "willing": "有就业意愿",
            "unwilling": "暂无就业意愿",
            "not_reached": "未联系上",
        }[self]


class PutOff(StrEnum):
    """Why a follow-up survey may come later than usual (Article 21, item 2)."""

    CHILDBIRTH = "childbirth"
    CARING_FOR_FAMILY = "caring_for_family"
    ILLNESS = "illness"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The cause as an official writes it."""
        return {
            "childbirth": "生育",
            "caring_for_family": "陪护家人",
            "illness": "患病",
            "other": "其他类似情况",
        }[self]


class Hindrance(StrEnum):
    """What stands in the way of employment."""

    AGE = "age"
    HEALTH = "health"
    SKILLS = "skills"
    EDUCATION = "education"
    FAMILY = "family"
    DISTANCE = "distance"
    EXPECTATIONS = "expectations"
    CONFIDENCE = "confidence"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The hindrance as an official writes it."""
        return {
            "age": "年龄偏大",
            "health": "身体原因",
            "skills": "缺乏技能",
            "education": "学历偏低",
            "family": "家庭原因",
            "distance": "距离较远",
            "expectations": "择业观念",
            "confidence": "信心不足",
            "other": "其他",
        }[self]


class ServiceWanted(StrEnum):
    """What a person wants of the agency."""

    POLICY_ADVICE = "policy_advice"
    GUIDANCE = "guidance"
    REFERRAL = "referral"
    TRAINING = "training"
    INTERNSHIP = "internship"
    START_UP = "start_up"

    @property
    def label_zh(self) -> str:
        """The service in the words of the regulation."""
        return {
            "policy_advice": "政策咨询",
            "guidance": "就业指导",
            "referral": "匹配推荐",
            "training": "职业技能培训",
            "internship": "就业见习",
            "start_up": "创业服务",
        }[self]


class EmploymentNeeds(BaseModel):
    """The content of the needs file; an empty field was not stated. It names nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    occupations: tuple[str, ...] = Field(default=(), max_length=10)
    monthly_pay_from: int | None = Field(default=None, ge=0, le=1_000_000)
    full_time: bool | None = None
    training_wanted: tuple[str, ...] = ()
    services_wanted: tuple[ServiceWanted, ...] = ()
    hindrances: tuple[Hindrance, ...] = ()


# --- events -----------------------------------------------------------------------------------


class Surveyed(Event, name="job_seeker_ledger.surveyed", subject="person_id"):
    """A willingness survey: the method, what was found, and the concrete reason where unwilling.

    `number` is 0 for the first survey and counts the follow-ups since. `will_follow_up` says that
    the person is willing, or was when last reached, and did not register, so that another survey is
    due; `put_off` why it may come later than usual. `unwilling_often` and `surveyed_often` say that
    the counts of Article 21 are reached; `last_contact_on` is the last contact before a survey that
    reached nobody.
    """

    person_id: UUID
    method: SurveyMethod
    answer: SurveyAnswer
    reason: Personal
    other_findings: Personal
    number: int
    will_follow_up: bool
    put_off: PutOff | None
    unwilling_often: bool
    surveyed_often: bool
    last_contact_on: date | None


class NeedsFileOpened(Event, name="job_seeker_ledger.needs_file_opened"):
    """The employment needs file was opened on the day of the survey."""

    needs: EmploymentNeeds


class NeedsFileChanged(Event, name="job_seeker_ledger.needs_file_changed", subject=OWN_STREAM):
    """The person's needs are these now."""

    needs: EmploymentNeeds
    reason: Personal


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Surveys:
    """The surveys so far; registering for job seeking starts the count anew."""

    surveyed_on: date | None = None
    follow_ups: int = 0
    unwilling: int = 0
    """Follow-up surveys in a row in which the person was unwilling."""
    needs_file_on: date | None = None
    follow_up_from: date | None = None
    """The day of the survey after which a follow-up survey is due."""
    put_off: bool = False
    """Whether that one may come later than usual."""

    def start_anew(self) -> None:
        """Forget the counts: the person registered or found work, or services resumed."""
        self.follow_ups = self.unwilling = 0
        self.follow_up_from = None
        self.put_off = False

    def unwilling_with(self, answer: SurveyAnswer, number: int) -> int:
        """Return how many follow-up surveys in a row find the person unwilling, this one included."""
        if answer is SurveyAnswer.WILLING:
            return 0
        return self.unwilling + (answer is SurveyAnswer.UNWILLING and number > 0)


@changed_by(Surveyed)
def _surveyed(ledger: JobSeekerLedger, event: Surveyed, recorded: RecordedEvent) -> None:
    surveys = ledger.surveys
    surveys.surveyed_on = recorded.occurred_on
    surveys.unwilling = surveys.unwilling_with(event.answer, event.number)
    surveys.follow_ups = event.number
    surveys.follow_up_from = recorded.occurred_on if event.will_follow_up else None
    surveys.put_off = event.put_off is not None


@changed_by(NeedsFileOpened)
def _needs(ledger: JobSeekerLedger, _: NeedsFileOpened, recorded: RecordedEvent) -> None:
    ledger.surveys.needs_file_on = recorded.occurred_on


# --- decisions --------------------------------------------------------------------------------


def survey(
    ledger: JobSeekerLedger,
    occasion: Occasion,
    person_id: UUID,
    method: SurveyMethod,
    answer: SurveyAnswer,
    reason: str,
    other_findings: str,
    put_off: PutOff | None,
    needs: EmploymentNeeds,
) -> list[Event]:
    """Record a willingness survey; the first one opens the needs file on the same day.

    A survey that follows another is a follow-up survey until the person registers.

    Rules 18, 19, 20, 21.2a, 21.2b, 21.3.
    """
    ledger.require_served(occasion)
    if not (ledger.status.recognised or ledger.status.groups):
        raise RuleBroken("18", "surveyed are people who are recognised as hard-to-employ")
    if answer is SurveyAnswer.UNWILLING and not reason.strip():
        raise RuleBroken("19", "state the concrete reason why the person is not willing for now")
    surveys = ledger.surveys
    if surveys.surveyed_on is not None and occasion.occurred_on < surveys.surveyed_on:
        raise InvalidInput(f"the last survey was on {surveys.surveyed_on}", field="occurred_on")
    registered = ledger.registration.registered_on is not None
    # Who was willing and cannot be reached is still to be followed up.
    is_willing = answer is SurveyAnswer.WILLING or (
        answer is SurveyAnswer.NOT_REACHED and surveys.follow_up_from is not None
    )
    will_follow_up = is_willing and not registered
    if put_off is not None and (registered or answer is not SurveyAnswer.WILLING):
        raise RuleBroken(
            "21.2a", "put off is the follow-up of one who is willing and does not register"
        )
    number = 0 if surveys.surveyed_on is None or registered else surveys.follow_ups + 1
    edition = occasion.edition
    surveyed = Surveyed(
        person_id=person_id,
        method=method,
        answer=answer,
        reason=reason,
        other_findings=other_findings,
        number=number,
        will_follow_up=will_follow_up,
        put_off=put_off,
        unwilling_often=not registered
        and edition.unwilling_surveys.reached(surveys.unwilling_with(answer, number)),
        surveyed_often=not registered and edition.surveys_before_ceasing.reached(number),
        last_contact_on=ledger.contact.last_on if answer is SurveyAnswer.NOT_REACHED else None,
    )
    if surveys.needs_file_on is not None:
        return [surveyed]
    return [surveyed, NeedsFileOpened(needs=needs)]


def change_needs(
    ledger: JobSeekerLedger, occasion: Occasion, needs: EmploymentNeeds, reason: str
) -> list[Event]:
    """Bring the needs file up to date.

    Rules 20, 32.
    """
    ledger.require_served(occasion)
    if ledger.surveys.needs_file_on is None:
        raise RuleBroken("20", "the needs file is opened with the willingness survey: survey first")
    return [NeedsFileChanged(needs=needs, reason=reason)]
