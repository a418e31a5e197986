"""A SAMPLE matching tool, for the demo and for tests: NOT a tool of the city, and no basis for any service.

The tool for precise matching (精准职业匹配工具, Articles 15 and 40) is supplied by the integrator, as
`Taizhang.open(matching_tool=…)`. This one compares a few words and numbers, and shows the shape of a tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest

from ..domain.employer.pay import PayUnit
from ..domain.job_seeker.registration import SkillLevel
from ..domain.matching import Match, SeekerProfile, VacancyProfile

FULL = 100


class SampleMatchingTool:
    """Asks for an occupation that the vacancy names; place, pay and skill make a match better."""

    name = "样例匹配工具 sample-1（非正式工具，仅供演示）"

    def vacancies_for(
        self, seeker: SeekerProfile, vacancies: Iterable[VacancyProfile], limit: int
    ) -> Sequence[Match]:
        """Return the vacancies that match, the best first."""
        found = ((vacancy.key, reasons_for(seeker, vacancy)) for vacancy in vacancies)
        return _best(
            (Match(key=key, **_scored(reasons)) for key, reasons in found if reasons), limit
        )

    def seekers_for(
        self, vacancy: VacancyProfile, seekers: Iterable[SeekerProfile], limit: int
    ) -> Sequence[Match]:
        """Return the persons who match, the best first."""
        found = ((seeker.key, reasons_for(seeker, vacancy)) for seeker in seekers)
        return _best(
            (Match(key=key, **_scored(reasons)) for key, reasons in found if reasons), limit
        )


def reasons_for(seeker: SeekerProfile, vacancy: VacancyProfile) -> dict[str, int]:
    """Return why they match, each reason with its points; nothing where they do not."""
    content = vacancy.content
    said = " ".join(filter(None, (content.title, content.work_content, content.text)))
    wanted = next((one for one in seeker.occupations if one in said), None)
    if wanted is None:
        return {}
    monthly = _monthly_yuan(vacancy)
    if seeker.monthly_pay_from and monthly and monthly < seeker.monthly_pay_from:
        return {}
    reasons = {f"求职意向“{wanted}”与招聘岗位“{content.title}”相符": 50}
    if wanted not in content.title:
        reasons = {f"招聘岗位“{content.title}”的工作内容涉及求职意向“{wanted}”": 40}
    areas = seeker.areas or ((seeker.residence_area,) if seeker.residence_area else ())
    near = next((area for area in areas if vacancy.area.startswith(area[:6])), None)
    if near is not None:
        reasons["工作地点在期望区域内" if seeker.areas else "工作地点与常住地在同一区"] = 20
    if seeker.monthly_pay_from and monthly:
        reasons[f"月薪最高{monthly}元，不低于期望的{seeker.monthly_pay_from}元"] = 20
    if seeker.skill_level not in (None, SkillLevel.NONE):
        skill = next((one for one in seeker.skills if one in said), seeker.skill_level.label_zh)
        reasons[f"具备职业技能：{skill}"] = 10
    return reasons


def _monthly_yuan(vacancy: VacancyProfile) -> int | None:
    pay = vacancy.content.pay
    if pay is None or pay.unit is not PayUnit.MONTH:
        return None
    most = pay.maximum_fen or pay.minimum_fen
    return most // 100 if most else None


def _scored(reasons: dict[str, int]) -> dict[str, object]:
    return {"score": min(sum(reasons.values()), FULL), "reasons": tuple(reasons)}


def _best(matches: Iterator[Match], limit: int) -> list[Match]:
    return nlargest(limit, matches, key=lambda match: (match.score, match.key.int))
