"""The notice in official Chinese: every sentence is made here, out of the notice's figures alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from ...domain.calendar import zh_date
from ...domain.employer.content import Item
from ...domain.screening import Category
from ..notice.labels import short_name
from ..notice.wording import (
    Prose,
    Section,
    addressee,
    answer_by,
    by_rate,
    concerned,
    counted,
    grounds,
    interview_may_be_held,
    lowest,
    numbered,
    rate_change,
    rate_text,
    worst,
)
from .labels import KIND_TEXTS, REMEDIES, RULE_TITLES, TOPIC_LABELS
from .model import DailyVacancyNotice, Defect, Kind, LateEntry, RuleFigures


def title(notice: DailyVacancyNotice) -> str:
    """Return the title of the notice."""
    return f"关于{zh_date(notice.day)}招聘信息核查情况的通报"


def prose(notice: DailyVacancyNotice) -> Prose[Defect]:
    """Return the text of the notice.

    Rule 58.2b: from the third notice on it says that an interview may be held, never that it will be.
    """
    sections = tuple(
        _section(notice, place, figures) for place, figures in enumerate(notice.rules, start=1)
    )
    return Prose(
        title=title(notice),
        addressee=addressee(notice.superior.level),
        opening=_opening(notice),
        situation=tuple(part for part in _situation(notice) if part),
        no_problems="" if notice.defects else _no_problems(notice),
        sections=sections,
        requirements=tuple(_requirements(notice)),
        warning=_warning(notice),
        signed=notice.superior.name,
        dated=zh_date(notice.dated),
    )


def detail(defect: Defect) -> str:
    """Say what is wrong, without the marked span: 营业执照已于2026年11月1日到期."""
    text = KIND_TEXTS[defect.kind].format(
        on=zh_date(defect.on) if defect.on else "",
        done_on=zh_date(defect.done_on) if defect.done_on else "",
        item=Item(defect.item).label_zh if defect.item else "",
        category=category_label(defect.wording.category) if defect.wording else "",
    )
    if defect.overruled:
        text += f"（审核人认定不构成歧视，理由：{defect.overruled.rstrip('。')}）"
    return text


def detail_with_span(defect: Defect) -> str:
    """Say what is wrong, and in which words: 涉嫌性别歧视：“限男性”."""
    return detail(defect) + (f"：“{defect.wording.marked}”" if defect.wording else "")


def category_label(category: str) -> str:
    """Return the Chinese name of a category of wording."""
    return Category(category).label_zh


def delay_text(entry: LateEntry, day: date) -> str:
    """Say whether an entry of `day` came within the term for entering a service."""
    return "超出录入时限" if entry.due_on < day else "时限内"


def chart_text(notice: DailyVacancyNotice) -> str:
    """Say in words what the chart shows, for whoever cannot see it."""
    rated = [line for line in notice.agencies if line.rate.percent is not None]
    if not rated:
        return "当日无在发布的招聘信息，未计算合格率。"
    parts = [f"{short_name(line.agency.name)}{rate_text(line.rate)}" for line in by_rate(rated)]
    return f"各机构招聘信息核查合格率，由低到高：{'，'.join(parts)}；总体{rate_text(notice.overall.rate)}。"


def _opening(notice: DailyVacancyNotice) -> str:
    return (
        f"{grounds(notice.basis.edition_title, '56.2a')}{notice.superior.name}"
        f"对下级机构{zh_date(notice.day)}办理的招聘信息"
        "及截至当日24时在发布的全部招聘信息进行了核查。现将有关情况通报如下。"
    )


def _situation(notice: DailyVacancyNotice) -> Iterable[str]:
    yield _flows(notice)
    yield _stock(notice)
    yield _follow_up(notice)
    yield _late_and_overdue(notice)


def _flows(notice: DailyVacancyNotice) -> str:
    flows, touched = notice.overall.flows, notice.overall.touched
    if not flows.total:
        return "当日无招聘信息办理记录。"
    counts = [
        f"{label}{number}件次"
        for topic, label in TOPIC_LABELS.items()
        if (number := getattr(flows, topic.partition(".")[2]))
    ]
    text = f"当日共办理招聘信息{touched}条、{flows.total}件次，其中{'，'.join(counts)}。"
    day_before = notice.series[-2].flows.total
    if day_before:
        change = flows.total - day_before
        text += (
            "办理量与前一日持平。"
            if not change
            else (f"办理量较前一日{'增加' if change > 0 else '减少'}{abs(change)}件次。")
        )
    return text


def _stock(notice: DailyVacancyNotice) -> str:
    rate = notice.overall.rate
    if rate.percent is None:
        return "截至当日24时，无在发布的招聘信息。"
    text = (
        f"截至当日24时，在发布招聘信息共{rate.checked}条，招用{notice.overall.positions}人。"
        f"经逐条核查，合格{rate.passed}条，合格率{rate_text(rate)}"
    )
    change = rate_change(rate, notice.overall.rate_before)
    if change == "持平":
        text += "，与前一日持平"
    elif change:
        text += f"，较前一日{change}"
    if last := lowest(notice.agencies):
        text += f"；{last}"
    points = [p.rate.percent for p in notice.series if p.rate is not None and p.rate.percent]
    if len(points) > 2:
        values = sorted(map(Decimal, points))
        text += "。" + (
            f"近七日合格率均为{values[0]}%"
            if values[0] == values[-1]
            else f"近七日合格率在{values[0]}%至{values[-1]}%之间"
        )
    return text + "。"


def _follow_up(notice: DailyVacancyNotice) -> str:
    problems, mended = notice.overall.problems, len(notice.put_right)
    if notice.previous is None:
        return f"本次核查发现问题{problems.total}个。" if problems.total else ""
    text = f"与上期通报（{notice.previous.number}）相比，"
    if not problems.total and not mended:
        return text + "无新增问题，也无待整改问题。"
    still = problems.total - problems.first
    return text + (
        f"已整改问题{mended}个，仍未整改{still}个，新发现{problems.first}个，"
        f"现有问题{problems.total}个。"
    )


def _late_and_overdue(notice: DailyVacancyNotice) -> str:
    parts = []
    if notice.late:
        parts.append(f"当日迟录{len(notice.late)}件次")
    if notice.overdue:
        parts.append(f"尚有逾期未办事项{len(notice.overdue)}件")
    return "，".join(parts) + "。" if parts else ""


def _no_problems(notice: DailyVacancyNotice) -> str:
    if notice.overall.rate.percent is None and not notice.overall.flows.total:
        return "当日无应核查的招聘信息，未发现问题。"
    return "本次核查未发现问题。"


def _section(notice: DailyVacancyNotice, place: int, figures: RuleFigures) -> Section[Defect]:
    defects = [defect for defect in notice.defects if defect.rule == figures.rule]
    text = f"共有{figures.vacancies}条招聘信息存在此类问题，计{figures.problems.total}个"
    kinds = Counter(
        Item(defect.item).label_zh
        if defect.item
        else category_label(defect.wording.category)
        if defect.wording
        else ""
        for defect in defects
    )
    if defects[0].kind in (Kind.ITEM_MISSING, Kind.WORDING):
        verb = "未载明" if defects[0].kind is Kind.ITEM_MISSING else "按类别分"
        text += f"；{verb}：{counted(kinds.most_common(), '处')}"
    text += f"。涉及机构：{_concerned(notice, defects)}。"
    overruled = sum(defect.overruled is not None for defect in defects)
    if overruled:
        text += f"其中{overruled}处由审核人认定不构成歧视后发布，请重新研判。"
    return Section(
        heading=f"{numbered(place)}{RULE_TITLES[figures.rule]}（{figures.citation}）",
        text=text,
        repeated=_repeated(notice, defects),
        examples=worst(
            defects,
            lambda defect: defect.times,
            lambda defect: defect.vacancy.under,
        ),
    )


def _repeated(notice: DailyVacancyNotice, defects: Sequence[Defect]) -> str:
    second = sum(defect.times == 2 for defect in defects)
    often = [defect for defect in defects if defect.times >= 3]
    parts = []
    if second:
        parts.append(f"第2次通报{second}个")
    if often:
        parts.append(f"第3次及以上通报{len(often)}个（{_concerned(notice, often)}）")
    return f"其中{'，'.join(parts)}。" if parts else ""


def _concerned(notice: DailyVacancyNotice, defects: Iterable[Defect]) -> str:
    return concerned(notice.agencies, (defect.vacancy.under for defect in defects))


def _requirements(notice: DailyVacancyNotice) -> Iterable[str]:
    asked = notice.requirements
    if not notice.defects and not notice.overdue:
        yield "请各机构继续落实招聘信息审核发布各项规定，确保信息真实、合法、有效。"
        return
    n = 1
    if notice.defects:
        yield (
            f"{numbered(n)}立即整改。请有关机构对照附件2逐条核实整改："
            + "；".join(REMEDIES[figures.rule] for figures in notice.rules)
            + "。"
        )
        n += 1
    if notice.overdue:
        yield (
            f"{numbered(n)}清理逾期事项。请有关机构对照附件6，"
            "抓紧办结逾期的审核、发布、归档和推荐结果了解事项。"
        )
        n += 1
    yield (
        f"{numbered(n)}按期反馈。请于{answer_by(asked)}前（{asked.answer_working_days}个工作日内）"
        f"将整改情况报{notice.superior.name}。"
    )


def _warning(notice: DailyVacancyNotice) -> str:
    limit = notice.requirements.notices_before_interview
    # Daily notices count up over days off too: before the time to answer is over nobody was idle.
    often = [
        defect
        for defect in notice.defects
        if defect.times >= limit and defect.answer_by < notice.dated
    ]
    if not often:
        return ""
    return (
        f"截至本次，已通报{limit}次（含）以上、超过反馈期限仍未整改的问题有{len(often)}个，"
        f"涉及{_concerned(notice, often)}。{interview_may_be_held(limit)}"
    )
