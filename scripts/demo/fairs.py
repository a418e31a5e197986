"""The job fairs of the month: one of the subdistrict, announced a day late; one of the district, put off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from ...application.commands.base import Command
from ...application.commands.job_fairs import (
    AdmitEmployer,
    EnterFairOutcome,
    HoldFair,
    PlanFair,
    PreAnnounceFair,
    RescheduleFair,
    SignUpForFair,
    TakePaperRegistrations,
)
from ...application.commands.referrals import ReferJobSeeker
from ...domain.calendar import SHANGHAI
from ...domain.employer.papers import Channel
from ...domain.job_fair.outcomes import VacancyOutcome
from ...domain.job_fair.planning import FairForm, FairScope
from ...domain.organisation.powers import Actor

if TYPE_CHECKING:
    from .neighbourhood import Neighbourhood
    from .people import Person

HELD_ON = 9
"""The working day of the month on which the subdistrict holds its fair; 0 is the first."""
ENTERED_AFTER = (1, 1, 4)
"""Working days after which each paper form is entered: one is allowed, so that the last one is late."""


def enter(place: Neighbourhood) -> None:
    """Enter both fairs in the diary, after everything else of the subdistrict."""
    _at_the_doorstep(place)
    _of_the_district(place)


def _at_the_doorstep(place: Neighbourhood) -> None:
    fair_id, batch_id = (place.chance.uuid(f"fair {name}") for name in ("doorstep", "paper"))
    day = place.day(HELD_ON)
    employer, vacancies = _stand(place)
    here = {"fair_id": fair_id}
    mine = {**here, "credit_code": employer}
    _on(
        place, place.day(1), 10, place.clerk,
        PlanFair(
            **here, title=f"{place.office.place}家门口招聘会", form=FairForm.ON_SITE,
            scope=FairScope.TARGETED, theme="就近就业", place="街道政务服务中心一层", first_day=day,
        ),
        AdmitEmployer(**mine, vacancy_ids=vacancies),
    )  # fmt: skip
    # Due on the third working day before; it comes on the second.
    _on(place, place.earlier(day, 2), 10, place.clerk, PreAnnounceFair(**here))
    forms = [_visitor(place) for _ in ENTERED_AFTER]
    taken = TakePaperRegistrations(**here, batch_id=batch_id, forms=len(forms))
    _on(place, day, 11, place.clerk, taken)
    _on(place, day, 12, place.clerk, *_referred(place, employer, vacancies[0], fair_id))
    _on(place, day, 17, place.clerk, HoldFair(**here, visitors=126))
    for person, after in zip(forms, ENTERED_AFTER, strict=True):
        entered = person.application().model_copy(
            update={"fair_id": fair_id, "batch_id": batch_id, "occurred_on": day}
        )
        _on(place, place.later(day, after), 15, place.clerk, person.opening(day), entered)
    found = tuple(
        VacancyOutcome(vacancy_id=vacancy, agreements=4 - number, started=number % 2)
        for number, vacancy in enumerate(vacancies)
    )
    _on(place, place.later(day, 4), 16, place.clerk, EnterFairOutcome(**mine, outcomes=found))


def _of_the_district(place: Neighbourhood) -> None:
    fair_id = place.chance.uuid("fair online")
    employer, vacancies = _stand(place)
    district = place.month.city.district
    clerk, first_day = district.clerks[0], place.later(place.month.last, 5)
    here = {"fair_id": fair_id}
    mine = {**here, "credit_code": employer, "vacancy_ids": vacancies[:1]}
    agent = place.month.taizhang.identities.person(place.vacancies[0][0].agent_number)
    _on(
        place, place.day(5), 9, clerk,
        PlanFair(
            **here, title=f"{district.place}物业服务网络招聘会", form=FairForm.ONLINE,
            scope=FairScope.SPECIALISED, theme="物业服务", place="市公共就业服务网",
            first_day=first_day, last_day=first_day + timedelta(days=4),
        ),
    )  # fmt: skip
    _on(place, place.day(6), 9, clerk, PreAnnounceFair(**here))
    if place.vacancies[0][0].real_name_verified:
        platform = Actor.system(district.code)
        _on(place, place.day(7), 20, platform, SignUpForFair(**mine, agent_id=agent))
    _on(place, place.day(8), 10, clerk, AdmitEmployer(**mine))
    later = place.later(first_day, 3)
    put_off = RescheduleFair(
        **here, first_day=later, last_day=later + timedelta(days=4), reason="平台升级，顺延举办"
    )
    _on(place, place.day(12), 10, clerk, put_off)
    _on(place, place.day(12), 11, clerk, PreAnnounceFair(**here))


def _stand(place: Neighbourhood) -> tuple[str, tuple[UUID, ...]]:
    """Return the employer of the subdistrict's jobs, and their vacancies."""
    return place.vacancies[0][0].credit_code, tuple(vacancy for _, vacancy in place.vacancies)


def _visitor(place: Neighbourhood) -> Person:
    person = place.person()
    person.channel = Channel.JOB_FAIR
    return person


def _referred(
    place: Neighbourhood, employer: str, vacancy_id: UUID, fair_id: UUID
) -> tuple[Command, ...]:
    """Return what somebody does who registers at a desk of the fair and is referred there."""
    person = _visitor(place)
    opening, application, refined, ready = person.registration()
    referral = ReferJobSeeker(
        credit_code=employer,
        referral_id=place.chance.uuid("fair referral"),
        vacancy_id=vacancy_id,
        job_seeker_id=person.job_seeker_id,
        reasons=("住所临近", "岗位与求职意愿一致"),
        consented=True,
        fair_id=fair_id,
    )
    at_fair = application.model_copy(update={"fair_id": fair_id})
    return opening, at_fair, refined, ready, referral


def _on(place: Neighbourhood, day: date, hour: int, by: Actor, *commands: Command) -> None:
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
    place.month.diary.at(moment, partial(place.desk.carry_out, by, *commands))
