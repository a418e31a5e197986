"""The course of the month: who hires when, what goes wrong, and the notice of each morning."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from ...application.commands.employers import ChangeEmployerBasics
from ...application.views.fairs import FairView
from ...application.views.service import DutyView
from ...domain.calendar import SHANGHAI, WorkingDayCalendar, add_months
from ...domain.organisation.agency import AgencyLevel
from ...domain.organisation.powers import Actor
from ...domain.organisation.staff import Role
from ...domain.supervision.notice import NoticeKind, notice_id
from ...infrastructure.taizhang import Taizhang
from ...projections.daily_vacancy_notice import DailyVacancyNotice
from . import enterprises, fairs, incidents, long_courses, ordinary, registry, short_courses
from .chance import Chance
from .city import City, Office
from .course import Course
from .desk import Desk, SetClock, WrongPlay
from .diary import Diary
from .employers import Employer, make_employer
from .jobs import TRADES
from .neighbourhood import MONTHS_BEFORE, Neighbourhood
from .people import People
from .plan import draw_plan
from .spot_checks import SpotChecks
from .supervision import Supervision
from .texts import jobs_of

LEAD_IN = 8
"""Working days before the month, in which employers register and the first vacancies come in."""
BEFORE_MONTH = 0.3
"""The share of vacancies that come in before the month."""
NEW_EMPLOYERS = 0.2
"""The share of employers that register only in the course of the month."""
NO_BASICS = 0.05
BY_JOBS = ("spot_check_close", "daily_vacancy_notice")
"""What the jobs do: they close what is over, and issue the notices of every superior."""


class Issued(NamedTuple):
    """A notice of the month, under its id."""

    notice_id: str
    content: DailyVacancyNotice


class Scale(NamedTuple):
    """How large the demo is."""

    subdistricts: int
    employers: int
    vacancies: int
    city_notices: int
    """For how many of the last days the city issues a notice as well."""
    people: int
    """How many come to the subdistrict that is followed, beside those with a course of their own."""


SCALES = {"full": Scale(99, 160, 580, 5, 70), "small": Scale(5, 36, 110, 2, 40)}

Report = Callable[[int, int], None]
"""Told how many days of how many are played."""


@dataclass
class Month:
    """One month of one district."""

    taizhang: Taizhang
    clock: SetClock
    chance: Chance
    first: date
    district_code: str
    scale: Scale

    def __post_init__(self) -> None:
        self.last = self.first.replace(day=monthrange(self.first.year, self.first.month)[1])
        self.calendar = WorkingDayCalendar()
        self.desk = Desk(self.taizhang, self.clock, self.chance)
        self.diary = Diary(self.clock, self.calendar, self.chance)
        self.people = People(self.taizhang, self.chance)
        self.notices: list[Issued] = []
        self.employers: list[Employer] = []
        self.courses: list[Course] = []
        self.fairs: list[FairView] = []
        self.reported = 0
        self.opening = self.calendar.previous_working_day(self.first, LEAD_IN).day

    def play(self, days: Report, folded: Report) -> list[DutyView]:
        """Play the month to its end, and return the worklist of its last day."""
        long_before = add_months(self.first, -MONTHS_BEFORE)
        self.clock.now = datetime.combine(long_before, datetime.min.time(), SHANGHAI)
        self.city = City(self.desk, self.chance, self.district_code, self.scale.subdistricts)
        self._enter_employers()
        self._enter_vacancies()
        incidents.enter(self)
        self.neighbourhood = self._enter_people()
        self.spot_checks = SpotChecks(self)
        self.supervision = Supervision(self)
        self.diary.work_off(datetime.combine(self.opening, time(8), SHANGHAI))
        day, played = self.opening, 0
        all_days = (self.last - self.opening).days + 1
        while day <= self.last:
            next_morning = datetime(day.year, day.month, day.day, 8, 30, tzinfo=SHANGHAI)
            next_morning += timedelta(days=1)
            self.diary.work_off(next_morning)
            self.clock.now = next_morning
            self.taizhang.projections.catch_up(progress=lambda at: folded(at.position, at.goal))
            self.spot_checks.morning(day)
            self._run_jobs()
            self.supervision.morning(day)
            if day >= self.first:
                self._collect(day)
            registry.send(self)
            day += timedelta(days=1)
            played += 1
            days(played, all_days)
        supervisor = self.city.district.people(Role.SUPERVISOR)[0]
        self.fairs = self.taizhang.queries().fairs.fairs(
            self.district_code, by=supervisor, since=self.first
        )
        return self.taizhang.queries().worklist(
            self.district_code, by=supervisor, day=self.last, limit=2000
        )

    def _run_jobs(self) -> None:
        """Let the jobs do what the days that are over have made due, as `taizhang run-due` does."""
        for job in BY_JOBS:
            report = self.taizhang.jobs.run_due(job=job)
            if report.errors:
                raise WrongPlay("; ".join(report.errors))

    def _collect(self, day: date) -> None:
        """Take up what the jobs issued about a day: the district's notice, and the city's of the last days."""
        offices = [self.city.district]
        if (self.last - day).days < self.scale.city_notices:
            offices.append(self.city.city)
        for office in offices:
            called = notice_id(NoticeKind.DAILY_VACANCIES, office.code, day)
            content = self.taizhang.notices.document(called, by=office.people(Role.SUPERVISOR)[0])
            assert isinstance(content, DailyVacancyNotice)
            self.notices.append(Issued(called, content))

    def issued_by(self, code: str) -> list[Issued]:
        """Return the notices that one agency issued, by day."""
        return [issued for issued in self.notices if issued.content.superior.code == code]

    def _enter_people(self) -> Neighbourhood:
        # By a chance of its own: what happens to the vacancies does not depend on it.
        place = Neighbourhood(self, self.chance.another("people"))
        place.publish_jobs()
        long_courses.enter(place)
        short_courses.enter(place)
        ordinary.enter(place, self.scale.people)
        fairs.enter(place)
        enterprises.enter(place)
        return place

    # --- what is entered in the diary beforehand ----------------------------------------------

    def _enter_employers(self) -> None:
        before = self.diary.working_days(self.opening, self.first - timedelta(days=1))
        during = self.diary.working_days(self.first, self.last)[:-3]
        offices = self._offices()
        for number in range(1, self.scale.employers + 1):
            office = offices[number % len(offices)]
            late = self.chance.happens(NEW_EMPLOYERS)
            day = self.chance.pick(during if late else before[:4])
            trade = self.chance.pick(tuple(TRADES))
            employer = make_employer(self.chance, number, trade, office, day)
            employer.registered_on = day
            self.employers.append(employer)
            basics = not self.chance.happens(NO_BASICS)
            self.diary.on(day, partial(self._register, employer, basics))

    def _register(self, employer: Employer, basics: bool) -> None:
        clerk = employer.office.clerks[0]
        self.desk.do(clerk, *employer.registration(basics=basics))
        if (needs := employer.training_needs()) is not None:
            self.desk.do(clerk, needs)
        if not basics:
            # Found out by the notices only: the basics are asked for some days after the first one.
            day = max(self.clock.today, self.first) + timedelta(days=self.chance.whole(6, 14))
            stated = ChangeEmployerBasics(
                credit_code=employer.credit_code, name=employer.name, basics=employer.basics
            )
            if day <= self.last:
                day = self.calendar.add_working_days(day, 1).day
                self.diary.on(day, partial(self.desk.carry_out, clerk, stated))

    def _enter_vacancies(self) -> None:
        before = self.diary.working_days(self.opening, self.first - timedelta(days=1))[1:]
        during = self.diary.working_days(self.first, self.last)
        for number in range(1, self.scale.vacancies + 1):
            early = self.chance.happens(BEFORE_MONTH)
            day = self.chance.pick(before if early else during)
            ready = [e for e in self.employers if e.registered_on < day]
            employer = self.chance.pick(ready or self.employers[:1])
            course = self.course(number, employer)
            self.diary.on(max(day, employer.registered_on + timedelta(days=1)), course.take_in)

    def course(self, number: int, employer: Employer, clerk: Actor | None = None) -> Course:
        """Return the course of a new vacancy of an employer."""
        plan = draw_plan(self.chance)
        if not employer.real_name_verified or employer.office.level is AgencyLevel.DISTRICT:
            plan.online = False
        course = Course(
            self.desk,
            self.diary,
            self.chance,
            self.people,
            number,
            employer,
            self.chance.pick(jobs_of(employer.trade)),
            plan,
            clerk or self.chance.pick(employer.office.clerks),
        )
        self.courses.append(course)
        return course

    def _offices(self) -> list[Office]:
        # The district serves a few employers itself.
        return [self.city.district, *self.city.subdistricts, *self.city.stations]
