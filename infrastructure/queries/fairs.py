"""Queries about job fairs: an agency's list, one fair with what came of it, and what the public may see."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from ...application.views.fairs import (
    AnnouncedEmployer,
    AnnouncedFair,
    AnnouncedVacancy,
    FairDetail,
    FairEmployerView,
    FairView,
)
from ...domain.employer.services import ReferralOutcome
from ...domain.employer.vacancy import VacancyStatus
from ...domain.errors import NotFound
from ...domain.job_fair.planning import FairForm, FairScope
from ...domain.job_fair.state import FairStage
from ...domain.organisation.powers import Actor
from ...projections.job_fairs import ADMITTED
from .looking import Looking

_FAIRS = """
    SELECT f.*, f.stream_id AS fair_id,
        coalesce(e.employers, 0) AS employers, coalesce(e.vacancies, 0) AS vacancies,
        coalesce(e.agreements, 0) AS agreements, coalesce(e.started, 0) AS started,
        coalesce(r.referrals, 0) AS referrals, coalesce(r.hired, 0) AS hired
    FROM job_fairs f
    LEFT JOIN LATERAL (
        SELECT count(*) AS employers, sum((SELECT count(*) FROM jsonb_object_keys(e.vacancies))) AS vacancies,
            sum(agreements) AS agreements, sum(started) AS started
        FROM fair_employers e WHERE e.stream_id = f.stream_id AND e.status = %(admitted)s
    ) e ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS referrals, count(*) FILTER (WHERE outcome = %(hired)s) AS hired
        FROM fair_referrals r WHERE r.fair_id = f.stream_id
    ) r ON true
"""
_SUMS = {"admitted": ADMITTED, "hired": ReferralOutcome.HIRED.value}
_EMPLOYERS = """
    SELECT f.*, e.credit_code, e.name FROM fair_employers f JOIN employers e ON e.stream_id = f.employer_id
    WHERE f.stream_id = %s ORDER BY f.status, e.name, f.employer_id
"""
_REFERRALS = """
    SELECT vacancy_id, count(*) AS referrals, count(*) FILTER (WHERE outcome = %s) AS hired
    FROM fair_referrals WHERE fair_id = %s GROUP BY vacancy_id
"""
_VACANCIES = "SELECT vacancy_id, title, headcount, status FROM vacancies WHERE vacancy_id = ANY(%s)"
# What was announced once stays in sight: the public is told that it was put off or cancelled.
_ANNOUNCED = """
    SELECT * FROM job_fairs WHERE announced_before AND last_day >= %s ORDER BY first_day, stream_id LIMIT %s
"""
# What may be seen: employers admitted, with vacancies that passed their review and are open that day.
_OFFERED = """
    SELECT f.stream_id AS fair_id, e.name, e.stream_id AS employer_id, v.vacancy_id, v.title, v.headcount
    FROM fair_employers f
    JOIN job_fairs j USING (stream_id)
    JOIN employers e ON e.stream_id = f.employer_id
    CROSS JOIN LATERAL jsonb_object_keys(f.vacancies) AS offered (id)
    JOIN vacancies v ON v.vacancy_id = offered.id::uuid
    WHERE f.stream_id = ANY(%(fairs)s) AND f.status = %(admitted)s AND j.stage <> %(cancelled)s
        AND (v.status = %(passed)s
            OR v.status = %(published)s AND v.valid_until >= greatest(j.first_day, %(day)s::date))
    ORDER BY e.name, e.stream_id, v.title, v.vacancy_id
"""


class FairQueries(Looking):
    """What can be asked about job fairs."""

    def fairs(
        self,
        agency_code: str,
        *,
        by: Actor,
        since: date | None = None,
        until: date | None = None,
        limit: int = 200,
    ) -> list[FairView]:
        """Return the job fairs of an agency and those below it that fall into a time, latest first.

        Rules 42, 56.1.
        """
        rows = self._rows(
            f"{_FAIRS} WHERE f.agency_code = ANY(%(codes)s) AND f.last_day >= coalesce(%(since)s, f.last_day) "
            "AND f.first_day <= coalesce(%(until)s, f.first_day) "
            "ORDER BY f.first_day DESC, f.stream_id LIMIT %(limit)s",
            {
                **_SUMS,
                "codes": self._codes(by, agency_code),
                "since": since,
                "until": until,
                "limit": limit,
            },
        )
        return [_fair_view(row) for row in rows]

    def fair(self, fair_id: UUID, *, by: Actor) -> FairDetail:
        """Return a job fair with its employers and what came of each. Raises NotFound, NotAuthorised.

        Rules 43.1, 43.4.
        """
        rows = self._rows(f"{_FAIRS} WHERE f.stream_id = %(fair)s", {**_SUMS, "fair": fair_id})
        if not rows:
            raise NotFound(f"there is no job fair {fair_id}", field="fair_id")
        self._may_look(by, rows[0]["agency_code"])
        employers = self._rows(_EMPLOYERS, (fair_id,))
        offered = [_vacancies_of(row) for row in employers]
        named = [UUID(one) for held in offered for one in held]
        vacancies = {row["vacancy_id"]: row for row in self._rows(_VACANCIES, (named,))}
        referrals = {
            row["vacancy_id"]: row
            for row in self._rows(_REFERRALS, (ReferralOutcome.HIRED.value, fair_id))
        }
        return FairDetail(
            fair=_fair_view(rows[0]),
            employers=tuple(
                FairEmployerView.model_validate(
                    {
                        **row,
                        "wanted": _json(row["wanted"]),
                        "vacancies": [
                            {
                                **vacancies[UUID(one)],
                                **(result or {"agreements": None, "started": None}),
                                **referrals.get(UUID(one), {"referrals": 0, "hired": 0}),
                            }
                            for one, result in held.items()
                            if UUID(one) in vacancies
                        ],
                    },
                    extra="ignore",
                )
                for row, held in zip(employers, offered, strict=True)
            ),
        )

    def announced(self, *, day: date | None = None, limit: int = 200) -> list[AnnouncedFair]:
        """Return the job fairs announced to the public that are not over on `day` (today), soonest first.

        For anybody: it holds no person, and of vacancies only those that may be offered.

        Rules 43.2, 53.
        """
        day = day or self._today()
        rows = self._rows(_ANNOUNCED, (day, limit))
        offers: dict[UUID, dict[tuple[str, UUID], list[AnnouncedVacancy]]] = defaultdict(dict)
        for one in self._rows(
            _OFFERED,
            {
                "fairs": [row["stream_id"] for row in rows],
                "admitted": ADMITTED,
                "cancelled": FairStage.CANCELLED.value,
                "passed": VacancyStatus.PASSED.value,
                "published": VacancyStatus.PUBLISHED.value,
                "day": day,
            },
        ):
            employer = offers[one["fair_id"]].setdefault((one["name"], one["employer_id"]), [])
            employer.append(AnnouncedVacancy.model_validate(one, extra="ignore"))
        return [self._announced(row, offers[row["stream_id"]]) for row in rows]

    def _announced(
        self, row: dict[str, Any], offers: dict[tuple[str, UUID], list[AnnouncedVacancy]]
    ) -> AnnouncedFair:
        organiser = self._service.directory.holder(row["agency_code"], self._today())
        return AnnouncedFair.model_validate(
            {
                **row,
                **_labels(row),
                "fair_id": row["stream_id"],
                "organiser": organiser.name_on(self._today()) if organiser else row["agency_code"],
                "cancelled": row["stage"] == FairStage.CANCELLED.value,
                "change": row["reason"],
                "employers": [
                    AnnouncedEmployer(name=name, vacancies=tuple(vacancies))
                    for (name, _), vacancies in offers.items()
                ],
            },
            extra="ignore",
        )


def _fair_view(row: dict[str, Any]) -> FairView:
    return FairView.model_validate({**row, **_labels(row)}, extra="ignore")


def _labels(row: dict[str, Any]) -> dict[str, str]:
    return {
        "form_zh": FairForm(row["form"]).label_zh,
        "scope_zh": FairScope(row["scope"]).label_zh,
        "stage_zh": FairStage(row["stage"]).label_zh,
    }


def _vacancies_of(row: dict[str, Any]) -> dict[str, dict[str, int] | None]:
    held: dict[str, dict[str, int] | None] = _json(row["vacancies"])
    return held


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
