"""What was put right since the notice before, and how (Article 58)."""

from __future__ import annotations

from uuid import UUID

from ...domain.employer.content import Item
from ...domain.employer.vacancy import VacancyStatus
from ...domain.screening import SCREENING_VERSION
from .facts import NoticeFacts, VacancyRow
from .model import ONCE, DailyVacancyNotice, Defect, How, PutRight

_ENDED: dict[str, How] = {
    VacancyStatus.ARCHIVED: "archived",
    VacancyStatus.WITHDRAWN: "withdrawn",
    VacancyStatus.LAPSED: "lapsed",
}
_UNDER_REVIEW = (
    VacancyStatus.DRAFT,
    VacancyStatus.SUBMITTED,
    VacancyStatus.PASSED,
    VacancyStatus.RETURNED,
)


def put_right(
    facts: NoticeFacts,
    previous: DailyVacancyNotice | None,
    still_there: set[tuple[UUID, str, str]],
) -> tuple[PutRight, ...]:
    """Return the problems of the notice before that are no longer there, in its order.

    A delay is no such problem: it was told once and nobody can undo it.
    Rule 58.2a.
    """
    if previous is None:
        return ()
    rows = {row.vacancy_id: row for row in (*facts.former, *facts.candidates)}
    here = {agency.agency_id for agency in facts.direct}
    mended = []
    for defect in previous.defects:
        if defect.kind in ONCE or defect.identity in still_there:
            continue
        how = _how(defect, rows.get(defect.vacancy.vacancy_id), previous)
        placed = _placed(facts, defect, rows.get(defect.vacancy.vacancy_id))
        if placed.vacancy.under in here:
            mended.append(PutRight(defect=placed, how=how))
    return tuple(mended)


def _placed(facts: NoticeFacts, defect: Defect, row: VacancyRow | None) -> Defect:
    """Return the defect under the agency that answers for the vacancy now."""
    placement = facts.placements.get(row.agency_code) if row else None
    if placement is None or placement.under == defect.vacancy.under:
        return defect
    vacancy = defect.vacancy.model_copy(
        update={
            "under": placement.under,
            "agency_code": placement.agency.code,
            "agency": placement.agency.name,
        }
    )
    return defect.model_copy(update={"vacancy": vacancy})


def _how(defect: Defect, row: VacancyRow | None, previous: DailyVacancyNotice) -> How:
    if row is None:
        return "moved"
    if row.status in _ENDED:
        return _ENDED[row.status]
    if defect.rule == "35":
        return "papers_renewed"
    if defect.item == Item.EMPLOYER_BASICS:
        return "basics_stated"
    if row.status in _UNDER_REVIEW:
        return "under_review"
    if defect.rule == "38.1":
        return "reviewed"
    unchanged = row.last_position <= previous.basis.position
    if defect.rule == "38.3" and unchanged and previous.basis.screening != SCREENING_VERSION:
        return "reassessed"
    return "changed"
