"""The monthly notice in official Chinese: every sentence is made here, out of the notice's figures alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from ...domain.calendar import zh_date
from ...domain.regulation import rule
from ...domain.supervision.warning import Indicator
from ..early_warning import Warned
from ..notice.labels import short_name, zh_month
from ..notice.model import Rate
from ..notice.wording import (
    NAMED,
    Prose,
    Section,
    addressee,
    answer_by,
    concerned,
    counted,
    grounds,
    interview_may_be_held,
    lowest,
    names,
    numbered,
    rate_change,
    rate_text,
    worst,
)
from .labels import ROLE_LABELS, kind_label, rule_title
from .model import AgencyFigures, Checked, MonthlyLedgerNotice, Problem, RuleFigures

MAIN = 8
"""Sections of main problems at most; what comes up less often is summed up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthProse(Prose[Problem]):
    """The running text of the monthly notice: with what was put right, and the early warnings."""

    others: str
    """What else was found, in one sentence; empty where the sections tell all."""
    put_right: tuple[str, ...]
    early_warning: str


def title(notice: MonthlyLedgerNotice) -> str:
    """Return the title of the notice."""
    return f"关于{zh_month(notice.month)}台账抽查情况的通报"


def prose(notice: MonthlyLedgerNotice) -> MonthProse:
    """Return the text of the notice.

    Rule 58.2b: from the third notice on it says that an interview may be held, never that it will be.
    """
    return MonthProse(
        title=title(notice),
        addressee=addressee(notice.superior.level),
        opening=_opening(notice),
        situation=tuple(_situation(notice)),
        no_problems="" if notice.problems else "本期未发现需要通报的问题。",
        sections=tuple(
            _section(notice, place, figures) for place, figures in enumerate(_main(notice), start=1)
        ),
        others=_others(notice),
        put_right=tuple(_put_right(notice)),
        requirements=tuple(_requirements(notice)),
        warning=_interviews(notice),
        early_warning=_early_warning(notice),
        signed=notice.superior.name,
        dated=zh_date(notice.dated),
    )


def chart_text(notice: MonthlyLedgerNotice) -> str:
    """Say in words what the chart shows, for whoever cannot see it."""
    rated = [line for line in notice.agencies if charted(notice, line).percent is not None]
    what = chart_title(notice)
    if not rated:
        return f"{what}：本月无可比较的数据。"
    parts = [f"{short_name(line.agency.name)}{rate_text(charted(notice, line))}" for line in rated]
    return f"{what}：{'，'.join(parts)}；总体{rate_text(charted(notice, notice.overall))}。"


def chart_title(notice: MonthlyLedgerNotice) -> str:
    """Return what the chart compares: what was inspected or, in a month without, what was due."""
    return "各机构台账抽查合格率" if notice.overall.rate.checked else "各机构应办事项按期办结率"


def charted(notice: MonthlyLedgerNotice, line: AgencyFigures) -> Rate:
    """Return the rate of a line that the chart shows."""
    return line.rate if notice.overall.rate.checked else line.duties.rate


def warned_text(warned: Warned) -> str:
    """Say what is beyond its threshold: 应办事项逾期率12.5%（预警线10%）."""
    unit = {"repeated_problems": "个", "missing_roles": "类"}.get(warned.indicator, "%")
    value = warned.value if warned.indicator.is_share else f"{warned.value}{unit}"
    if warned.indicator is Indicator.MISSING_ROLES:
        return f"未配备{'、'.join(ROLE_LABELS[one] for one in warned.roles)}"
    return f"{warned.indicator.label_zh}{value}（预警线{warned.limit}{unit}）"


def _opening(notice: MonthlyLedgerNotice) -> str:
    return (
        f"{grounds(notice.basis.edition_title, '56.2b', '58.2a')}{notice.superior.name}对下级机构"
        f"{zh_month(notice.month)}个人服务台账、就业需求档案、用人单位服务台账和用人需求档案等记载信息"
        "进行了抽查，并汇总了当月到期事项的办理情况。现将有关情况通报如下。"
    )


def _situation(notice: MonthlyLedgerNotice) -> Iterator[str]:
    overall = notice.overall
    if overall.checks:
        yield _checked(notice)
        yield from (_by_kind(one) for one in overall.checks)
    elif not notice.pending:
        yield "本月未实施台账抽查。"
    if notice.pending:
        kinds = "、".join(f"{zh_month(one.month)}{kind_label(one.kind)}" for one in notice.pending)
        yield f"{kinds}的抽查尚未结束，结果在结束后的通报中公布。"
    yield _duties(notice)
    yield _progress(notice)


def _checked(notice: MonthlyLedgerNotice) -> str:
    overall = notice.overall
    drawn = sum(one.drawn for one in overall.checks)
    missing = sum(one.drawn - one.inspected for one in overall.checks)
    text = (
        f"本期抽查共涉及记录{sum(one.population for one in overall.checks)}份，随机抽取{drawn}份，"
        f"检查{overall.rate.checked}份，合格{overall.rate.passed}份，"
        f"合格率{rate_text(overall.rate)}{_change(overall)}"
    )
    if missing:
        text += f"；{missing}份未在规定时间内检查"
    if last := lowest(notice.agencies):
        text += f"。{last}"
    return text + "。"


def _by_kind(one: Checked) -> str:
    text = (
        f"{kind_label(one.kind)}：共{one.population}份，抽取{one.drawn}份（占{rate_text(one.share)}），"
        f"检查{one.inspected}份，合格率{rate_text(one.rate)}"
    )
    change = rate_change(one.rate, one.rate_before)
    if change:
        text += f"，与上月相比{change}"
    if one.targeted:
        text += f"；另定向检查{one.targeted}份，发现有问题的{one.targeted_faulty}份，不计入合格率"
    return text + "。"


def _change(overall: AgencyFigures) -> str:
    change = rate_change(overall.rate, overall.rate_before)
    if not change:
        return ""
    return "，与上月持平" if change == "持平" else f"，较上月{change}"


def _duties(notice: MonthlyLedgerNotice) -> str:
    duties = notice.overall.duties
    if not duties.due:
        return "本月无到期应办事项。"
    text = (
        f"本月到期应办事项{duties.due}件，按期办结{duties.met}件，逾期办结{duties.late}件，"
        f"截至月末未办{duties.missed}件，按期办结率{rate_text(duties.rate)}"
    )
    overall = [line for line in notice.duties if line.under is None]
    worst = sorted(overall, key=lambda line: -(line.duties.late + line.duties.missed))
    shown = [line for line in worst if line.duties.late + line.duties.missed][:3]
    if shown:
        parts = counted(
            ((rule(line.rule).citation, line.duties.late + line.duties.missed) for line in shown),
            "件",
        )
        text += f"。未按期办结较多的为{parts}"
    return text + "。"


def _progress(notice: MonthlyLedgerNotice) -> str:
    standing, mended = len(notice.problems), len(notice.put_right)
    if not standing and not mended:
        return "无待整改问题。"
    problems = notice.overall.problems
    parts = [f"首次通报{problems.first}个"]
    if problems.second:
        parts.append(f"第2次通报{problems.second}个")
    if problems.third_or_more:
        parts.append(f"第3次及以上通报{problems.third_or_more}个")
    if notice.overall.running:
        parts.append(f"已通报、尚在整改期限内{notice.overall.running}个")
    since = f"自上期通报（{notice.previous.number}）以来" if notice.previous else "至今"
    text = f"现有未整改问题{standing}个" + (f"，其中{'，'.join(parts)}" if standing else "")
    return f"{text}；{since}已整改{mended}个。"


def _main(notice: MonthlyLedgerNotice) -> list[RuleFigures]:
    """Return the groups told in full, in the order of the rules: the most often notified, the largest."""

    def weight(figures: RuleFigures) -> tuple[int, int, int]:
        problems = figures.problems
        return problems.third_or_more, problems.second, problems.total + figures.running

    chosen = sorted(notice.rules, key=weight, reverse=True)[:MAIN]
    return [figures for figures in notice.rules if figures in chosen]


def _others(notice: MonthlyLedgerNotice) -> str:
    main = {figures.rule for figures in _main(notice)}
    rest = [figures for figures in notice.rules if figures.rule not in main]
    if not rest:
        return ""
    parts = counted(((one.citation, one.problems.total + one.running) for one in rest), "个")
    return f"此外，还发现违反下列规定的问题：{parts}，详见附件3。"


def _section(notice: MonthlyLedgerNotice, place: int, figures: RuleFigures) -> Section[Problem]:
    problems = [problem for problem in notice.problems if problem.rule == figures.rule]
    return Section(
        heading=f"{numbered(place)}{rule_title(figures.rule)}（{figures.citation}）",
        text=f"共{len(problems)}个问题，涉及机构：{_concerned(notice, problems)}。",
        repeated=_repeated(notice, problems),
        examples=worst(
            problems,
            lambda problem: problem.times,
            lambda problem: problem.under,
        ),
    )


def _repeated(notice: MonthlyLedgerNotice, problems: Sequence[Problem]) -> str:
    second = [problem for problem in problems if problem.anew and problem.times == 2]
    often = [problem for problem in problems if problem.anew and problem.times >= 3]
    parts = []
    if second:
        parts.append(f"第2次通报{len(second)}个（{_concerned(notice, second)}）")
    if often:
        parts.append(f"第3次及以上通报{len(often)}个（{_concerned(notice, often)}）")
    return f"其中{'，'.join(parts)}。" if parts else ""


def _concerned(notice: MonthlyLedgerNotice, problems: Iterable[Problem]) -> str:
    return concerned(notice.agencies, (problem.under for problem in problems))


def _put_right(notice: MonthlyLedgerNotice) -> Iterator[str]:
    if not notice.put_right:
        yield "本期无新增整改完成的问题。" if notice.previous else "首期通报，无上期问题。"
        return
    before = sum(not one.notified for one in notice.put_right)
    waiting = sum(one.stage == "put_right" for one in notice.put_right)
    text = (
        f"{'自上期通报以来' if notice.previous else '至今'}共整改问题{len(notice.put_right)}个，涉及机构："
        f"{_concerned(notice, (one.problem for one in notice.put_right))}"
    )
    if before:
        text += f"；其中{before}个在通报前已主动整改，不再通报"
    if waiting:
        text += f"；{waiting}个已报整改，待核实"
    yield text + "。"


def _requirements(notice: MonthlyLedgerNotice) -> Iterator[str]:
    asked = notice.requirements
    if not notice.problems:
        yield "请各机构继续落实台账记载和各项服务时限要求，保证服务过程可追溯。"
        return
    yield (
        "（一）逐条整改。请有关机构对照附件3核实问题、分析原因，补办应办事项、补正台账记载，"
        "并举一反三开展自查。"
    )
    yield (
        f"（二）按期反馈。请于{answer_by(asked)}前（{asked.answer_working_days}个工作日内）完成整改，"
        f"将整改情况和佐证材料报{notice.superior.name}，由其核实。"
    )
    yield "（三）压实责任。对第2次及以上通报的问题，由机构主要负责人牵头限期解决。"


def _interviews(notice: MonthlyLedgerNotice) -> str:
    limit = notice.requirements.notices_before_interview
    often = [problem for problem in notice.problems if problem.times >= limit]
    if not often:
        return ""
    held = sum(problem.interview == "held" for problem in often)
    return (
        f"截至本期，已通报{limit}次（含）以上仍未有效整改的问题有{len(often)}个，"
        f"涉及{_concerned(notice, often)}"
        + (f"，其中已约谈{held}个" if held else "")
        + f"。{interview_may_be_held(limit)}"
    )


def _early_warning(notice: MonthlyLedgerNotice) -> str:
    if not notice.warnings:
        return "各机构各项监测指标均未超过预警线。"
    called = names(notice.agencies)
    by_agency: dict[UUID, list[Warned]] = {}
    for warned in notice.warnings:
        by_agency.setdefault(warned.agency.agency_id, []).append(warned)
    parts = [
        f"{called[agency_id]}（{'，'.join(one.indicator.label_zh for one in found)}）"
        for agency_id, found in list(by_agency.items())[:NAMED]
    ]
    rest = f"等{len(by_agency)}家" if len(by_agency) > NAMED else ""
    return f"以下机构有监测指标超过预警线：{'、'.join(parts)}{rest}，详见附件5。"
