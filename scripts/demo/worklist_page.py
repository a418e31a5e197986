"""The worklist of the subdistrict as a page: by specialist, what is late first, and the steps now open."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from jinja2 import Environment
from markupsafe import Markup, escape

from ...application.views.people import OfferedVacancy
from ...application.views.service import DutyView, StepView
from ...domain.assistance.state import CaseStage
from ...domain.errors import NotAuthorised, RuleBroken
from ...domain.identity import mask_name
from ...domain.person_ledger import ledger_number
from ..sample_matching import SampleMatchingTool
from .month import Month
from .people import Person
from .tally import PERSONAL, Tally, case_of, ledger_of

FIRST_STEPS = (
    "recommend_placement",
    "apply_for_consultation",
    "end_for_unwillingness",
    "psychological_adjustment",
    "programme",
    "sign_agreement",
)
"""For each of these steps one person is shown to whom it stands open."""

OFFERS = 4
"""How many persons with matching vacancies are shown, and how many for one vacancy."""
ALSO_SHOWN = frozenset({"refer", "apply_for_consultation", "recommend_placement"})
"""Of an assisted person these are shown with what they still want, too."""
CALENDAR = "（确定；工作日历："
"""What every explanation with a settled date ends with: on the page it stands once."""


class Line(NamedTuple):
    """A duty to a person."""

    duty: DutyView

    @property
    def why(self) -> Markup:
        """Why the duty stands, without the calendar where it is settled; its dates do not break."""
        # As plain text again: a Markup would escape what is put into it.
        text = str(escape(self.duty.why.partition(CALENDAR)[0]))
        return Markup(re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"<span class=day>\g<0></span>", text))


class Desk(NamedTuple):
    """What one person on the staff has to do, what is late first."""

    name: str
    role: str
    lines: list[Line]
    late: int


class Choice(NamedTuple):
    """A person and the steps that stand open, and those that do not."""

    number: str
    name: str
    stage: str
    specialist: str
    open: list[StepView]
    closed: list[StepView]


class Offer(NamedTuple):
    """A person, and the vacancies that match by the sample tool."""

    number: str
    name: str
    vacancies: list[OfferedVacancy]


def whose(month: Month, duty: DutyView) -> Person | None:
    """Return to whom a duty is owed, None for one to an employer."""
    people = month.people
    if duty.duty not in PERSONAL:
        return None
    return people.by_id.get(duty.subject_id) or people.referred.get(duty.subject_id)


def write_worklist(
    environment: Environment,
    month: Month,
    worklist: list[DutyView],
    tally: Tally,
    staff: Callable[[str], str],
) -> str:
    """Return the page."""
    desks = _desks(month, worklist, staff)
    lines = [line for desk in desks for line in desk.lines]
    return environment.get_template("worklist.html.j2").render(
        office=month.neighbourhood.office,
        district=month.city.district,
        last=month.last,
        tally=tally,
        stages=CaseStage,
        desks=desks,
        total=len(lines),
        late=sum(desk.late for desk in desks),
        choices=_choices(month, staff),
        offers=_offers(month),
        matched=month.taizhang.queries().matching.job_seekers_for(
            month.neighbourhood.vacancies[0][1], by=month.neighbourhood.supervisor, limit=OFFERS
        ),
        tool=SampleMatchingTool.name,
        calendar=next(
            (d.why.partition(CALENDAR)[2] for d in worklist if CALENDAR in d.why), ""
        ).removesuffix("）。"),
        provisional=any(line.duty.provisional for line in lines),
    )


def _offers(month: Month) -> list[Offer]:
    """Return some persons who may be referred, each with the vacancies of the district that match best."""
    place, found = month.neighbourhood, list[Offer]()
    for person in place.people:
        if len(found) == OFFERS:
            break
        try:
            vacancies = month.taizhang.queries().matching.vacancies_for(
                person.job_seeker_id, by=place.supervisor, within=month.city.district.code, limit=2
            )
        except (NotAuthorised, RuleBroken):  # served elsewhere now, not ready, or no longer served
            continue
        if vacancies:
            number, name = ledger_number(person.job_seeker_id), mask_name(person.name)
            found.append(Offer(number, name, vacancies))
    return found


def _desks(month: Month, worklist: list[DutyView], staff: Callable[[str], str]) -> list[Desk]:
    place = month.neighbourhood
    own = {place.office.code, *place.stations}
    followed = {person.job_seeker_id for person in place.people}
    lines: dict[str, list[Line]] = {}
    for duty in worklist:
        person = whose(month, duty)
        if person is None:
            continue
        above = duty.agency_code == month.city.district.code
        if duty.agency_code in own or (above and person.job_seeker_id in followed):
            line = Line(duty)
            lines.setdefault("district" if above else duty.staff_id, []).append(line)
    specialists = [actor.staff_id for actor in place.specialists]
    order = [*specialists, *sorted(lines.keys() - set(specialists) - {"district", ""})]
    desks = [
        _desk(staff(who), "就业援助服务专员" if who in specialists else "服务人员", lines[who])
        for who in order
        if who in lines
    ]
    if "" in lines:
        desks.append(_desk("待确定责任人", "本机构", lines[""]))
    if "district" in lines:
        desks.append(_desk(month.city.district.name, "上级机构", lines["district"]))
    return desks


def _desk(name: str, role: str, lines: list[Line]) -> Desk:
    ordered = sorted(
        lines,
        key=lambda line: (-line.duty.days_late, line.duty.duty, line.duty.ledger_number or ""),
    )
    return Desk(name, role, ordered, sum(line.duty.days_late > 0 for line in lines))


def _choices(month: Month, staff: Callable[[str], str]) -> list[Choice]:
    place, queries = month.neighbourhood, month.taizhang.queries()
    wanted, found = list(FIRST_STEPS), []
    for person in place.people:
        case = case_of(month, person)
        is_here = case.agency_code == place.office.code and case.stage is CaseStage.ASSISTED
        called = ledger_of(month, person).status.assistance_called_for and not case.is_live
        if not wanted or not (is_here or called):
            continue
        steps = queries.available_steps(person.job_seeker_id, by=place.supervisor)
        stand_open = [step for step in steps if step.is_open]
        new = [step.key for step in stand_open if step.key in wanted]
        if new:
            wanted = [key for key in wanted if key not in new]
            found.append(
                Choice(
                    ledger_number(person.job_seeker_id),
                    mask_name(person.name),
                    case.stage.label_zh,
                    staff(case.specialist_id) if is_here else "—",
                    stand_open,
                    [step for step in steps if step.key in ALSO_SHOWN and not step.is_open]
                    if case.is_live
                    else [],
                )
            )
    return found
