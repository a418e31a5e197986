"""The monthly notice as a workbook: one sheet a table, typed cells, the same notice giving the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from ..collector import collector_paused
from ..notice.labels import zh_moment
from ..notice.sheets import Column, Look, Sheet, share
from ..notice.tables import (
    AGENCY,
    REPEATS,
    agency_rows,
    head_rows,
    previous_rows,
    rate_cells,
    rate_columns,
    repeats_cells,
    repeats_rows,
    rule_cells,
    seal_rows,
    write_notice,
)
from . import labels, wording
from .model import AgencyFigures, Duties, MonthlyLedgerNotice, Problem

_BEFORE = Column("上月合格率", 11, Look.PERCENT)
_PROBLEM = (
    Column("机构", 24),
    Column("机构代码", 14),
    Column("规则", 8),
    Column("依据", 18),
    Column("记录类别", 16),
    Column("记录编号", 21),
    Column("名称", 28),
    Column("问题", 60),
)


@collector_paused()
def render_xlsx(notice: MonthlyLedgerNotice, target: Path | BinaryIO) -> None:
    """Write the notice's tables to a file or a binary buffer.

    Codes and numbers that name something are text; dates are dates. The workbook's date of creation is
    the notice's cut-off.
    """
    title = wording.title(notice)
    write_notice(notice, target, _sheets(notice), title=title, basis=notice.basis)


def _sheets(notice: MonthlyLedgerNotice) -> Iterator[Sheet]:
    yield Sheet("汇总", (Column("项目", 30), Column("内容", 70, Look.PLAIN)), _summary(notice))
    yield Sheet("分机构", _AGENCIES, agency_rows(notice.agencies, notice.overall, _figures))
    yield Sheet("分机构分类别抽查", _CHECKED, _checked(notice))
    if notice.domains:
        yield Sheet("下级机构分项", _DOMAINS, _domains(notice))
    yield Sheet("应办事项", _DUTIES, _duties(notice))
    yield Sheet("问题清单", _PROBLEMS, _problems(notice))
    yield Sheet("整改情况", _PUT_RIGHT, _put_right(notice))
    yield Sheet("监测预警", _WARNINGS, _warnings(notice))
    yield Sheet("样本", _SAMPLE, _sample(notice))
    yield Sheet("抽样验证", _CHECKS, _checks(notice))


def _summary(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    overall, basis = notice.overall, notice.basis
    yield from head_rows(notice, wording.title(notice))
    yield "月份", f"{notice.month:%Y-%m}"
    yield "通报日期", notice.dated
    yield "随机抽取并检查（份）", overall.rate.checked
    yield "合格（份）", overall.rate.passed
    yield "合格率", share(overall.rate)
    yield "上月合格率", share(overall.rate_before)
    yield "到期应办事项（件）", overall.duties.due
    yield "按期办结（件）", overall.duties.met
    yield "逾期办结（件）", overall.duties.late
    yield "月末未办（件）", overall.duties.missed
    yield "未整改问题（个）", len(notice.problems)
    yield from repeats_rows(overall.problems)
    yield "其中尚在整改期限内", overall.running
    yield "已整改（个）", overall.put_right
    yield "预警（项）", overall.warnings
    yield "整改期限", notice.requirements.answer_by
    for figures in notice.rules:
        problems = figures.problems.total + figures.running
        yield f"{labels.rule_title(figures.rule)}（{figures.citation}）", problems
    yield "依据", basis.edition_title
    yield "月末业务记录号", basis.month_position
    yield "通报时业务记录号", basis.position
    yield from seal_rows(notice)
    yield "到期事项截至", zh_moment(basis.cutoff)
    yield "工作日历", basis.calendar
    yield from previous_rows(notice.previous)


_AGENCIES = (
    *AGENCY,
    *rate_columns("检查（份）", "合格（份）", _BEFORE),
    Column("到期事项（件）", 10),
    Column("按期办结", 9),
    Column("逾期办结", 9),
    Column("未办", 9),
    Column("按期办结率", 10, Look.PERCENT),
    *REPEATS,
    Column("整改期限内", 10),
    Column("已整改（个）", 10),
    Column("预警（项）", 9),
)


def _figures(line: AgencyFigures) -> Sequence[Any]:
    return (
        *rate_cells(line),
        *_kept(line.duties),
        *repeats_cells(line.problems),
        line.running,
        line.put_right,
        line.warnings,
    )


_CHECKED = (
    *AGENCY,
    Column("记录类别", 18),
    Column("总数（份）", 10),
    Column("抽取（份）", 10),
    Column("抽取比例", 10, Look.PERCENT),
    *rate_columns("检查（份）", "合格（份）", _BEFORE),
    Column("定向检查（份）", 10),
    Column("其中有问题", 10),
)


def _checked(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    for line in (*notice.agencies, notice.overall):
        total = line is notice.overall
        for one in line.checks:
            yield (
                "" if total else line.agency.code,
                "合计" if total else line.agency.name,
                labels.kind_label(one.kind),
                one.population,
                one.drawn,
                share(one.share),
                one.inspected,
                one.rate.passed,
                share(one.rate),
                share(one.rate_before),
                one.targeted,
                one.targeted_faulty,
            )


_DOMAINS = (
    Column("被检查机构", 30),
    Column("保管机构代码", 14),
    Column("保管机构", 30),
    Column("记录类别", 18),
    Column("总数（份）", 10),
    Column("抽到（份）", 10),
    Column("检查（份）", 10),
    Column("不合格（份）", 11),
    Column("不合格率", 9, Look.PERCENT),
    Column("95%区间下限", 12, Look.PERCENT),
    Column("95%区间上限", 12, Look.PERCENT),
)


def _domains(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    called = {line.agency.agency_id: line.agency.name for line in notice.agencies}
    for one in notice.domains:
        yield (
            called.get(one.under, ""),
            one.agency.code,
            one.agency.name,
            labels.kind_label(one.kind),
            one.population,
            one.drawn,
            one.inspected,
            one.faulty,
            one.faulty_rate,
            one.low,
            one.high,
        )


_DUTIES = (
    Column("机构", 30),
    Column("规则", 8),
    Column("依据", 20),
    Column("到期（件）", 10),
    Column("按期办结", 10),
    Column("逾期办结", 10),
    Column("未办", 10),
    Column("按期办结率", 11, Look.PERCENT),
)


def _duties(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    called = {line.agency.agency_id: line.agency.name for line in notice.agencies}
    for line in notice.duties:
        yield (
            "合计" if line.under is None else called[line.under],
            *rule_cells(line.rule),
            *_kept(line.duties),
        )


_PROBLEMS = (
    *_PROBLEM,
    Column("来源", 14),
    Column("发现日期", 12),
    Column("第几次通报", 10),
    Column("本期是否通报", 12),
    Column("首次通报日期", 13),
    Column("整改期限", 12),
    Column("机构答复", 40),
    Column("编号", 38),
)


def _problems(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    for one in notice.problems:
        yield (
            *_problem(one),
            labels.source_label(one.source),
            one.found_on,
            one.times,
            "是" if one.anew else "否（整改期限内）",
            one.first_notified_on,
            one.answer_by,
            one.measures,
            str(one.rectification_id),
        )


_PUT_RIGHT = (
    *_PROBLEM,
    Column("整改情况", 40),
    Column("佐证", 40),
    Column("整改日期", 12),
    Column("通报次数", 9),
    Column("核实", 10),
)


def _put_right(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    for one in notice.put_right:
        yield (
            *_problem(one.problem),
            one.how,
            one.evidence,
            one.put_right_on,
            one.problem.times,
            labels.stage_label(one.stage),
        )


_WARNINGS = (
    *AGENCY,
    Column("指标", 20),
    Column("情况", 50),
    Column("数值", 10),
    Column("分子", 10),
    Column("分母", 10),
    Column("预警线", 10),
)


def _warnings(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    for one in notice.warnings:
        yield (
            one.agency.code,
            one.agency.name,
            one.indicator.label_zh,
            wording.warned_text(one),
            one.value,
            one.part,
            one.whole,
            one.limit,
        )


_SAMPLE = (
    Column("检查编号", 38),
    Column("序号", 8),
    Column("记录类别", 18),
    Column("记录编号", 21),
    Column("经办机构", 28),
    Column("抽取方式", 10),
    Column("检查日期", 12),
    Column("结果", 12),
)


def _sample(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    for one in notice.sample:
        result = "未检查" if one.inspected_on is None else "有不符合项" if one.faulty else "合格"
        yield (
            str(one.check_id),
            one.item_no,
            labels.kind_label(one.kind),
            one.number,
            one.agency,
            labels.mode_label(one.mode),
            one.inspected_on,
            result,
        )


_CHECKS = (
    Column("检查编号", 38),
    Column("月份", 10),
    Column("记录类别", 18),
    Column("业务记录号", 12),
    Column("承诺值", 66),
    Column("种子", 66),
    Column("抽样框摘要", 66),
    Column("结束日期", 12),
)


def _checks(notice: MonthlyLedgerNotice) -> Iterator[Sequence[Any]]:
    for one in (*notice.checks, *notice.pending):
        yield (
            str(one.check_id),
            f"{one.month:%Y-%m}",
            labels.kind_label(one.kind),
            one.position,
            one.commitment,
            one.seed,
            one.frame_digest,
            one.closed_on,
        )


def _problem(one: Problem) -> Sequence[Any]:
    return (
        one.agency,
        one.agency_code,
        *rule_cells(one.rule),
        labels.kind_label(one.record_kind),
        one.number,
        one.title,
        one.evidence,
    )


def _kept(duties: Duties) -> Sequence[Any]:
    return duties.due, duties.met, duties.late, duties.missed, share(duties.rate)
