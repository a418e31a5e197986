"""Queries that match persons and published vacancies by the integrator's tool (Articles 15 and 40)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from ...application.ports import Clock, MatchingTool
from ...application.service import CommandService
from ...application.views.people import JobSeekerInformation, MatchedJobSeeker, OfferedVacancy
from ...domain.employer.vacancy import VacancyChanged, VacancyDrafted, VacancyRevised
from ...domain.errors import InvalidInput, NotFound, RuleBroken
from ...domain.job_seeker.registration import Education, SkillLevel
from ...domain.matching import Match, SeekerProfile, VacancyProfile
from ...domain.organisation.agency import AgencyLevel
from ...domain.organisation.powers import Actor
from ...domain.person_ledger import ledger_number
from ..database import Database
from ..store.event_store import PostgresEventStore
from .looking import Looking
from .people import PeopleQueries

AT_ONCE = 500
"""Of how many vacancies the content is read in one round trip."""

_OPEN = """
    v.status = 'published' AND (v.valid_until IS NULL OR v.valid_until >= %(day)s)
        AND (v.headcount IS NULL OR v.filled < v.headcount)
"""
_VACANCIES = f"""
    SELECT v.vacancy_id, v.content_position, v.agency_code, v.headcount, v.filled, v.valid_until,
        e.name AS employer_name, e.credit_code
    FROM vacancies v JOIN employers e USING (stream_id)
    WHERE {_OPEN} AND (%(codes)s::text[] IS NULL OR v.agency_code = ANY(%(codes)s))
    ORDER BY v.published_on DESC, v.vacancy_id
"""
_VACANCY = f"""
    SELECT v.vacancy_id, v.content_position, v.agency_code, v.headcount, v.filled, v.valid_until,
        e.name AS employer_name, e.credit_code, ({_OPEN}) AS is_open, v.status
    FROM vacancies v JOIN employers e USING (stream_id) WHERE v.vacancy_id = %(vacancy)s
"""
_SEEKERS = """
    SELECT * FROM job_seekers
    WHERE merged_into IS NULL AND ceased_on IS NULL AND registered_on IS NOT NULL
        AND employed_on IS NULL AND job_ready AND agency_code = ANY(%(codes)s)
    ORDER BY registered_on, stream_id
"""


class MatchingQueries(Looking):
    """Vacancies for a person, and persons for a vacancy; every answer says why."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        clock: Clock,
        people: PeopleQueries,
        tool: MatchingTool | None,
    ) -> None:
        """Stand on the read models, the log for what vacancies say, and the integrator's tool."""
        super().__init__(database, service, clock)
        self._store = store
        self._people = people
        self._tool = tool

    def vacancies_for(
        self, person_id: UUID, *, by: Actor, within: str | None = None, limit: int = 20
    ) -> list[OfferedVacancy]:
        """Return published vacancies that match a person's ability and wishes, the best first.

        They are those of all agencies, or of the agency `within` and those below it. Raises NotFound,
        NotAuthorised; RuleBroken 15.1 for one who is not registered or not ready for a job, 13.3 for
        one whose services ceased. Rules 15.1, 15.2.
        """
        tool = self._require_tool()
        person = self._people.job_seeker(person_id, by=by)
        if person.ceased_on is not None:
            raise RuleBroken(person.ceased_for or "13.3", "services to this person have ceased")
        if person.registered_on is None or person.employed_on is not None:
            raise RuleBroken("15.1", "the person is not registered for job seeking")
        if not person.job_ready:
            raise RuleBroken(
                "15.1", "the person is not found ready to start within two weeks: give advice"
            )
        (row,) = self._rows("SELECT * FROM job_seekers WHERE stream_id = %s", (person.person_id,))
        rows = self._rows(_VACANCIES, {"day": self._today(), "codes": self._codes_within(within)})
        seen = {one["vacancy_id"]: one for one in rows}
        profiles: dict[UUID, VacancyProfile] = {}
        matches = tool.vacancies_for(_seeker(row), self._vacancies(rows, profiles), limit)
        return [
            OfferedVacancy(
                vacancy_id=match.key,
                credit_code=seen[match.key]["credit_code"],
                employer_name=profiles[match.key].employer_name,
                agency_code=profiles[match.key].area,
                title=profiles[match.key].content.title,
                place=profiles[match.key].content.place,
                places_left=profiles[match.key].places_left,
                valid_until=profiles[match.key].valid_until,
                score=match.score,
                reasons=match.reasons,
                tool=tool.name,
            )
            for match in _known(matches, seen, limit)
        ]

    def job_seekers_for(
        self, vacancy_id: UUID, *, by: Actor, limit: int = 20
    ) -> list[MatchedJobSeeker]:
        """Return job seekers who match a published vacancy, the best first.

        They are those that the district of the vacancy's agency serves, registered and ready for a
        job. What is said of them names nobody. Raises NotFound, NotAuthorised, and RuleBroken 40 for a
        vacancy that is not public or is full. Rules 40, 51.2.
        """
        tool = self._require_tool()
        rows = self._rows(_VACANCY, {"vacancy": vacancy_id, "day": self._today()})
        if not rows:
            raise NotFound(f"there is no vacancy {vacancy_id}")
        self._may_look(by, rows[0]["agency_code"])
        if not rows[0]["is_open"]:
            raise RuleBroken("40", f"the vacancy is {rows[0]['status']}, has lapsed or is full")
        (vacancy,) = self._vacancies(rows, {})
        codes = self._codes_within(self._district_of(vacancy.area))
        seekers = {row["stream_id"]: row for row in self._rows(_SEEKERS, {"codes": codes})}
        matches = tool.seekers_for(vacancy, map(_seeker, seekers.values()), limit)
        return [
            MatchedJobSeeker(
                person_id=match.key,
                ledger_number=ledger_number(match.key),
                information=JobSeekerInformation.model_validate(seekers[match.key], extra="ignore"),
                score=match.score,
                reasons=match.reasons,
                tool=tool.name,
            )
            for match in _known(matches, seekers, limit)
        ]

    # --- helpers ------------------------------------------------------------------------------

    def _require_tool(self) -> MatchingTool:
        if self._tool is None:
            raise InvalidInput(
                "there is no matching tool: the application supplies it, "
                "Taizhang.open(matching_tool=…)"
            )
        return self._tool

    def _district_of(self, agency_code: str) -> str:
        today = self._today()
        agency = self._service.directory.holder(agency_code, today)
        upwards = agency.line_upwards() if agency else ()
        districts = (one for one in upwards if one.level is AgencyLevel.DISTRICT)
        return next((one.code_on(today) for one in districts), agency_code)

    def _codes_within(self, agency_code: str | None) -> list[str] | None:
        """Return the codes of an agency and those below it, None for all there are."""
        if agency_code is None:
            return None
        directory, today = self._service.refresh_directory(), self._today()
        agency = directory.holder(agency_code, today)
        if agency is None:
            raise NotFound(f"no agency answers for the code {agency_code}", field="within")
        return directory.codes_held(agency, today)

    def _vacancies(
        self, rows: Sequence[dict[str, Any]], kept: dict[UUID, VacancyProfile]
    ) -> Iterator[VacancyProfile]:
        """Yield the vacancies with what they say, and keep them."""
        for start in range(0, len(rows), AT_ONCE):
            at = {row["content_position"]: row for row in rows[start : start + AT_ONCE]}
            for recorded in self._store.at(list(at)):
                event, row = recorded.event, at[recorded.position]
                assert isinstance(event, VacancyDrafted | VacancyRevised | VacancyChanged)
                left = None if row["headcount"] is None else row["headcount"] - row["filled"]
                profile = kept[row["vacancy_id"]] = VacancyProfile(
                    key=row["vacancy_id"],
                    employer_name=row["employer_name"],
                    area=row["agency_code"],
                    content=event.content,
                    places_left=left,
                    valid_until=row["valid_until"],
                )
                yield profile


def _seeker(row: dict[str, Any]) -> SeekerProfile:
    return SeekerProfile(
        key=row["stream_id"],
        occupations=tuple(row["occupations"]),
        areas=tuple(row["areas"]),
        residence_area=row["residence_area"],
        monthly_pay_from=row["monthly_pay_from"],
        full_time=row["full_time"],
        education=Education(row["education"]) if row["education"] else None,
        skill_level=SkillLevel(row["skill_level"]) if row["skill_level"] else None,
        skills=tuple(row["skills"]),
    )


def _known(matches: Sequence[Match], known: dict[UUID, Any], limit: int) -> list[Match]:
    """Return the matches as far as asked for. Raises InvalidInput for what the tool was not given."""
    strange = [match.key for match in matches if match.key not in known]
    if strange:
        raise InvalidInput(f"the matching tool names {strange[0]}, which it was not asked about")
    return list(matches[:limit])
