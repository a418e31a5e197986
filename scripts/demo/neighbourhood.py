"""The subdistrict whose people the demo follows: its specialists, its neighbour, and jobs for its people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from ...application.commands.base import Command
from ...application.commands.employers import (
    DraftVacancy,
    PassVacancy,
    PublishVacancy,
    SubmitVacancy,
)
from ...domain.calendar import SHANGHAI, add_months
from ...domain.organisation.powers import Actor
from ...domain.organisation.staff import Role
from .chance import Chance
from .employers import Employer, make_employer
from .people import Person
from .texts import jobs_of, write_content

if TYPE_CHECKING:
    from .month import Month

MONTHS_BEFORE = 9
"""So many months before the month the first of its courses begins."""
MORE_SPECIALISTS = 2
WANTED = ("保洁员", "门卫", "理货员", "护理员", "收银员", "绿化养护员", "家政服务员", "话务员")


class Neighbourhood:
    """One subdistrict, its staff, and the people who come to it."""

    def __init__(self, month: Month, chance: Chance) -> None:
        """Choose the subdistrict of the last station, and let it have specialists enough."""
        self.month, self.desk, self.chance = month, month.desk, chance
        station = month.city.stations[-1]
        assert station.above is not None
        self.office, self.coordinator = station.above, station.clerks[0]
        self.clerk = self.office.clerks[0]
        self.analyst = self.office.people(Role.INFORMATION_ANALYST)[0]
        self.specialists = [
            *self.office.people(Role.COUNSELLOR),
            *(month.city.employ_counsellor(self.office, chance) for _ in range(MORE_SPECIALISTS)),
        ]
        self.supervisor = month.city.district.people(Role.SUPERVISOR)[0]
        self.expert = month.city.district.people(Role.COUNSELLOR)[0]
        self.beyond = month.city.found_beyond(chance)
        self.people: list[Person] = []
        self.stations = [o.code for o in month.city.stations if o.above is self.office]
        self.days = month.diary.working_days(month.first, month.last)
        self.vacancies: list[tuple[Employer, UUID]] = []

    def person(self) -> Person:
        """Return somebody new of the subdistrict."""
        found = self.month.people.make(self.office, self.chance.pick(WANTED), self.chance)
        self.people.append(found)
        return found

    # --- days ---------------------------------------------------------------------------------

    def before(self, months: int, days: int = 0) -> date:
        """Return the working day some months before the month begins, and so many days later."""
        return self.working(add_months(self.month.first, -months) + timedelta(days=days))

    def working(self, day: date) -> date:
        """Return the day, or the first working day after it."""
        calendar = self.month.calendar
        return day if calendar.is_working_day(day) else calendar.add_working_days(day, 1).day

    def day(self, number: int) -> date:
        """Return a working day of the month, the first is 0."""
        return self.days[min(number, len(self.days) - 1)]

    def later(self, day: date, working_days: int) -> date:
        """Return the day so many working days later."""
        if working_days == 0:
            return day
        return self.month.calendar.add_working_days(day, working_days).day

    def earlier(self, day: date, working_days: int) -> date:
        """Return the day so many working days earlier."""
        return self.month.calendar.previous_working_day(day, working_days).day

    # --- jobs ---------------------------------------------------------------------------------

    def publish_jobs(self) -> None:
        """Enter an employer who takes people of the subdistrict, with jobs that stay public."""
        day = self.before(MONTHS_BEFORE, 3)
        employer = make_employer(self.chance, 300, "物业", self.office, day)
        employer.licence_until = None
        employer.authority_until = self.month.last + timedelta(days=90)
        self._on(day, 10, self.clerk, *employer.registration())
        for place, job in enumerate(jobs_of("物业")[:3]):
            vacancy_id = self.chance.uuid(f"neighbourhood job:{place}")
            names = {"credit_code": employer.credit_code, "vacancy_id": vacancy_id}
            content = write_content(self.chance, employer, job, None)
            content = content.model_copy(update={"headcount": 40})
            self._on(
                day, 11, self.clerk,
                DraftVacancy(**names, content=content), SubmitVacancy(**names),
            )  # fmt: skip
            self._on(day, 14, self.specialists[0], PassVacancy(**names))
            until = self.month.last + timedelta(days=45)
            self._on(day, 15, self.clerk, PublishVacancy(**names, valid_until=until))
            self.vacancies.append((employer, vacancy_id))

    def _on(self, day: date, hour: int, by: Actor, *commands: Command) -> None:
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
        self.month.diary.at(moment, partial(self.desk.carry_out, by, *commands))
