"""Sums over persons for an agency and those below it: counts, training needs, published information, surveys."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...application.views.people import (
    CountsView,
    JobSeekerInformation,
    PersonCounts,
    SurveyCounts,
    SurveyResults,
    TrainingNeed,
    TrainingNeedsView,
)
from ...domain.duties import assistance, job_seekers
from ...domain.errors import InvalidInput
from ...domain.organisation.powers import Actor
from .looking_back import OVERDUE, LookingBack
from .places import Places, together

_DUTIES = [duty.key for duty in (*job_seekers.DUTIES, *assistance.DUTIES)]
_SERVED = "merged_into IS NULL AND ceased_on IS NULL"

# Whoever has a case in force is at work when the case says so; of others the ledger says it.
_LEDGERS = f"""
    SELECT p.agency_code, p.level,
        count(*) AS ledgers,
        count(*) FILTER (WHERE {_SERVED} AND p.registered_on IS NOT NULL) AS registered,
        count(*) FILTER (WHERE coalesce(c.at_work, p.employed_on IS NOT NULL)) AS employed,
        count(*) FILTER (WHERE p.ceased_on IS NOT NULL) AS ceased
    FROM job_seekers{{asof}} p
    LEFT JOIN (
        SELECT person_id, bool_or(stage = 'employed') AS at_work FROM assistance_cases{{asof}}
        WHERE stage IN ('assisted', 'employed') GROUP BY person_id
    ) c ON c.person_id = p.stream_id
    WHERE p.merged_into IS NULL AND p.agency_code = ANY(%(codes)s)
    GROUP BY p.agency_code, p.level
"""
_CASES = """
    SELECT agency_code,
        count(*) FILTER (WHERE stage IN ('assisted', 'employed')) AS in_assistance,
        count(*) FILTER (WHERE stage = 'placed') AS placed
    FROM assistance_cases{asof} WHERE agency_code = ANY(%(codes)s) GROUP BY agency_code
"""
# Work that goes on across a transfer is one: the visits before it count for the agency that took over.
_STABLE = """
    SELECT agency_code, count(one) AS stable_one, count(three) AS stable_three, count(six) AS stable_six
    FROM (
        SELECT (array_agg(agency_code ORDER BY number DESC))[1] AS agency_code,
            min(stable_one_on) AS one, min(stable_three_on) AS three, min(stable_six_on) AS six
        FROM assistance_cases{asof} WHERE employment_id IS NOT NULL
        GROUP BY person_id, employment_id
    ) AS work
    WHERE agency_code = ANY(%(codes)s) GROUP BY agency_code
"""
_SURVEYS = """
    SELECT s.agency_code, s.answer, s.method, coalesce(s.put_off, '') AS put_off,
        coalesce(p.hindrances, '[]'::jsonb) AS hindrances, s.number = 0 AS is_first,
        p.needs_file_on IS NULL AS without_needs_file, count(*) AS surveys
    FROM willingness_surveys s LEFT JOIN job_seekers p USING (stream_id)
    WHERE s.agency_code = ANY(%(codes)s) AND s.occurred_on BETWEEN %(since)s AND %(until)s
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_TRAINING = f"""
    SELECT agency_code, training, count(*) AS wanted
    FROM job_seekers, jsonb_array_elements_text(training_wanted) AS training
    WHERE {_SERVED} AND employed_on IS NULL AND agency_code = ANY(%(codes)s)
    GROUP BY agency_code, training ORDER BY training, agency_code
"""
_EMPLOYERS_TRAINING = """
    SELECT agency_code, need->>'training' AS training, count(*) AS employers,
        sum((need->>'trainees')::integer)::integer AS trainees
    FROM employers, jsonb_array_elements(training_needs) AS need
    WHERE agency_code = ANY(%(codes)s)
    GROUP BY 1, 2 ORDER BY 2, 1
"""
_UNSPECIFIED = f"""
    SELECT count(*) AS wanted FROM job_seekers
    WHERE {_SERVED} AND employed_on IS NULL AND agency_code = ANY(%(codes)s)
        AND training_wanted = '[]' AND services_wanted @> '["training"]'
"""
_LACKING = """
    SELECT count(*) AS lacking FROM assistance_cases
    WHERE stage = 'assisted' AND unready_for = 'skills' AND agency_code = ANY(%(codes)s)
"""
_INFORMATION = f"""
    SELECT registered_on, education, skill_level, job_ready, occupations, areas, monthly_pay_from,
        full_time
    FROM job_seekers
    WHERE {_SERVED} AND registered_on IS NOT NULL AND employed_on IS NULL
        AND agency_code = ANY(%(codes)s)
    ORDER BY registered_on DESC, last_position DESC LIMIT %(limit)s
"""


_COUNTED = (_LEDGERS, _CASES, _STABLE, OVERDUE)


class PeopleSummaries(LookingBack):
    """Sums over persons; each by the agency that answers for the record."""

    def counts(self, agency_code: str, *, by: Actor, day: date | None = None) -> CountsView:
        """Count the persons of an agency and those below it, rolled up by the agencies directly below.

        Ledgers count where the ledger is held, cases where the agreement is signed. A day in the past
        gives what stood in the log at its end; that costs in proportion to what was recorded since.

        Raises NotAuthorised; InvalidInput for a day to come. Rules 17, 32, 56.1.
        """
        today = self._today()
        day = day or today
        if day > today:
            raise InvalidInput(f"{day} is still to come: today is {today}", field="day")
        self._codes(by, agency_code)
        places = Places(self._service, agency_code, day)
        rows = self._rows_of_day(
            _COUNTED, day, {"codes": places.codes, "day": day, "duties": _DUTIES}
        )
        held = [PersonCounts(agency_code=code, name=name) for code, name in places.agencies]
        sums = {one.agency_code: one for one in held}
        for row in rows:
            place = places.place_of(row.pop("agency_code"))
            sums[place] = _with(sums[place], row)
        total = PersonCounts(agency_code=agency_code, name=places.name)
        for one in sums.values():
            total = together(total, one)
        return CountsView(
            day=day, total=total, agencies=tuple(sums[one.agency_code] for one in held)
        )

    def training_needs(self, agency_code: str, *, by: Actor) -> TrainingNeedsView:
        """Sum up which trainings the job seekers and employers of an agency and those below it want.

        Counted is who is served and not at work, and what each employer stated last. Raises
        NotAuthorised. Rule 54.
        """
        asked = {"codes": self._codes(by, agency_code)}
        wanted: dict[str, dict[str, int]] = {}
        for row in self._rows(_TRAINING, asked):
            wanted.setdefault(row["training"], {})[row["agency_code"]] = row["wanted"]
        stated: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows(_EMPLOYERS_TRAINING, asked):
            stated.setdefault(row["training"], []).append(row)
        needs = [
            _training_need(training, wanted.get(training, {}), stated.get(training, []))
            for training in {**wanted, **stated}
        ]
        needs.sort(key=lambda need: (-need.total, need.training))
        return TrainingNeedsView(
            agency_code=agency_code,
            day=self._today(),
            needs=tuple(needs),
            unspecified=self._rows(_UNSPECIFIED, asked)[0]["wanted"],
            lacking_skills=self._rows(_LACKING, asked)[0]["lacking"],
        )

    def job_seeker_information(
        self, agency_code: str, *, by: Actor, limit: int = 500
    ) -> list[JobSeekerInformation]:
        """Return what may be published of those who look for work now, newest registration first.

        Nothing in it names a person or leads to a ledger. Raises NotAuthorised. Rules 51.2, 53.
        """
        rows = self._rows(_INFORMATION, {"codes": self._codes(by, agency_code), "limit": limit})
        return [JobSeekerInformation.model_validate(row) for row in rows]

    def survey_results(
        self, agency_code: str, *, since: date, until: date, by: Actor
    ) -> SurveyResults:
        """Sum up the willingness surveys made from `since` to `until`, by the agency that made them.

        The concrete reason of an unwilling person is personal: counted are the hindrances that the
        needs file names today. Raises NotAuthorised; InvalidInput for a time that ends before it begins.

        Rules 19, 20.
        """
        if until < since:
            raise InvalidInput(f"{until} is before {since}", field="until")
        codes = self._codes(by, agency_code)
        places = Places(self._service, agency_code, self._today())
        sums = {code: SurveyCounts(agency_code=code, name=name) for code, name in places.agencies}
        for row in self._rows(_SURVEYS, {"codes": codes, "since": since, "until": until}):
            place = places.place_of(row["agency_code"])
            sums[place] = together(sums[place], _survey_counts(row))
        total = SurveyCounts(agency_code=agency_code, name=places.name)
        for one in sums.values():
            total = together(total, one)
        return SurveyResults(since=since, until=until, total=total, agencies=tuple(sums.values()))


def _training_need(
    training: str, job_seekers: dict[str, int], employers: list[dict[str, Any]]
) -> TrainingNeed:
    return TrainingNeed(
        training=training,
        job_seekers=sum(job_seekers.values()),
        by_agency=job_seekers,
        employers=sum(row["employers"] for row in employers),
        trainees=sum(row["trainees"] for row in employers),
        trainees_by_agency={row["agency_code"]: row["trainees"] for row in employers},
    )


def _with(counts: PersonCounts, row: dict[str, Any]) -> PersonCounts:
    """Add a row of one of the statements."""
    level, rule = row.pop("level", None), row.pop("rule", None)
    overdue = row.pop("overdue", 0)
    added: dict[str, Any] = dict(row)
    if level is not None and row["registered"]:
        added["by_level"] = {level: row["registered"]}
    if rule is not None:
        added["overdue"] = {rule: overdue}
    return together(counts, PersonCounts(agency_code="", name="", **added))


def _survey_counts(row: dict[str, Any]) -> SurveyCounts:
    number, answer = row["surveys"], row["answer"]
    hindrances: list[str] = row["hindrances"] or [""]
    unwilling: dict[str, int] = {}
    if answer == "unwilling":
        unwilling = {hindrance: number for hindrance in hindrances}
    return SurveyCounts(
        agency_code="",
        name="",
        surveys=number,
        first_surveys=number if row["is_first"] else 0,
        by_answer={answer: number},
        by_method={row["method"]: number},
        put_off={row["put_off"]: number} if row["put_off"] else {},
        unwilling_by_hindrance=unwilling,
        without_needs_file=number if row["without_needs_file"] else 0,
    )
