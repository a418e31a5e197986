"""The notice as a workbook: one sheet a table, typed cells, the same notice giving the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from ...domain.regulation import rule
from ..collector import collector_paused
from ..notice.labels import duty_label, zh_moment
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
from .model import AgencyFigures, DailyVacancyNotice, VacancyRef, Wording

_VACANCY = (
    Column("信息编号", 14),
    Column("招聘信息", 26),
    Column("用人单位", 30),
    Column("统一社会信用代码", 21),
    Column("经办机构", 24),
    Column("机构代码", 14),
)
_WORDINGS = (
    Column("性质", 8),
    *_VACANCY,
    Column("类别", 10),
    Column("位置", 12),
    Column("前文", 34, Look.RIGHT),
    Column("标注用语", 18, Look.MARKED),
    Column("后文", 34),
    Column("说明", 40),
)


@collector_paused()
def render_xlsx(notice: DailyVacancyNotice, target: Path | BinaryIO) -> None:
    """Write the notice's tables to a file or a binary buffer.

    Codes and numbers that name something are text; dates are dates; a text that looks like a formula
    or an address stays text. The workbook's date of creation is the notice's cut-off.
    """
    title = wording.title(notice)
    write_notice(notice, target, _sheets(notice), title=title, basis=notice.basis)


def _sheets(notice: DailyVacancyNotice) -> Iterator[Sheet]:
    yield Sheet("汇总", (Column("项目", 26), Column("内容", 60, Look.PLAIN)), _summary(notice))
    yield Sheet("分机构", _AGENCIES, agency_rows(notice.agencies, notice.overall, _figures))
    yield Sheet("问题清单", _DEFECTS, _defects(notice))
    yield Sheet("用语标注", _WORDINGS, _wordings(notice))
    yield Sheet("迟录", _LATE, _late(notice))
    yield Sheet("整改情况", _PUT_RIGHT, _put_right(notice))
    yield Sheet("逾期事项", _OVERDUE, _overdue(notice))
    yield Sheet("近七日", _SERIES, _series(notice))


def _summary(notice: DailyVacancyNotice) -> Iterator[Sequence[Any]]:
    overall, basis = notice.overall, notice.basis
    yield from head_rows(notice, wording.title(notice))
    yield "核查日期", notice.day
    yield "核查在发布招聘信息（条）", overall.rate.checked
    yield "合格（条）", overall.rate.passed
    yield "合格率", share(overall.rate)
    yield "前一日合格率", share(overall.rate_before)
    yield "招用人数", overall.positions
    yield "当日办理招聘信息（条）", overall.touched
    yield "当日办理（件次）", overall.flows.total
    yield "问题（个）", overall.problems.total
    yield from repeats_rows(overall.problems)
    yield "有问题的招聘信息（条）", overall.faulty
    yield "已整改（个）", overall.put_right
    yield "当日迟录（件次）", overall.late
    yield "逾期未办事项（件）", overall.overdue
    yield "含需关注用语的在发布信息（条）", overall.concerned
    yield "整改反馈期限", notice.requirements.answer_by
    for figures in notice.rules:
        yield f"{labels.RULE_TITLES[figures.rule]}（{figures.citation}）", figures.problems.total
    yield "依据", basis.edition_title
    yield "业务记录号", basis.position
    yield from seal_rows(notice)
    yield "数据截至", zh_moment(basis.cutoff)
    yield "用语核查规则", basis.screening
    yield "工作日历", basis.calendar
    yield from previous_rows(notice.previous)


_AGENCIES = (
    *AGENCY,
    *rate_columns("核查（条）", "合格（条）", Column("前一日合格率", 12, Look.PERCENT)),
    Column("招用人数", 10),
    Column("当日办理信息（条）", 12),
    *(Column(label, 9) for label in labels.TOPIC_LABELS.values()),
    Column("问题（个）", 10),
    *REPEATS,
    Column("有问题信息（条）", 12),
    Column("已整改（个）", 10),
    Column("迟录（件次）", 10),
    Column("逾期事项（件）", 10),
)


def _figures(line: AgencyFigures) -> Sequence[Any]:
    return (
        *rate_cells(line),
        line.positions,
        line.touched,
        *line.flows.model_dump().values(),
        line.problems.total,
        *repeats_cells(line.problems),
        line.faulty,
        line.put_right,
        line.late,
        line.overdue,
    )


_DEFECTS = (
    *_VACANCY,
    Column("审核人", 12),
    Column("审核人编号", 14),
    Column("规则", 8),
    Column("依据", 18),
    Column("问题", 46),
    Column("第几次通报", 10),
    Column("首次通报日期", 13),
)


def _defects(notice: DailyVacancyNotice) -> Iterator[Sequence[Any]]:
    citations = {figures.rule: figures.citation for figures in notice.rules}
    for defect in notice.defects:
        yield (
            *_vacancy(defect.vacancy),
            defect.reviewer,
            defect.reviewer_id,
            defect.rule,
            citations[defect.rule],
            wording.detail_with_span(defect),
            defect.times,
            defect.first_notified_on,
        )


def _wordings(notice: DailyVacancyNotice) -> Iterator[Sequence[Any]]:
    for defect in notice.defects:
        if defect.wording is not None:
            yield ("问题", *_vacancy(defect.vacancy), *_span(defect.wording))
    for concern in notice.concerns:
        yield ("提示", *_vacancy(concern.vacancy), *_span(concern.wording))


_LATE = (
    *_VACANCY,
    Column("办理事项", 12),
    Column("办理日期", 12),
    Column("录入日期", 12),
    Column("迟录天数", 9),
    Column("应录入日期", 12),
    Column("录入人", 12),
    Column("录入人编号", 14),
    Column("业务记录号", 12),
)


def _late(notice: DailyVacancyNotice) -> Iterator[Sequence[Any]]:
    for entry in notice.late:
        yield (
            *_vacancy(entry.vacancy),
            labels.TOPIC_LABELS[entry.topic],
            entry.occurred_on,
            notice.day,
            (notice.day - entry.occurred_on).days,
            entry.due_on,
            entry.staff,
            entry.staff_id,
            entry.position,
        )


_PUT_RIGHT = (
    *_VACANCY,
    Column("规则", 8),
    Column("依据", 18),
    Column("原问题", 46),
    Column("首次通报日期", 13),
    Column("通报次数", 9),
    Column("整改方式", 24),
)


def _put_right(notice: DailyVacancyNotice) -> Iterator[Sequence[Any]]:
    for mended in notice.put_right:
        defect = mended.defect
        yield (
            *_vacancy(defect.vacancy),
            *rule_cells(defect.rule),
            wording.detail_with_span(defect),
            defect.first_notified_on,
            defect.times,
            labels.how_label(mended.how),
        )


_OVERDUE = (
    Column("事项", 28),
    *_VACANCY,
    Column("依据", 18),
    Column("起算日期", 12),
    Column("应办日期", 12),
    Column("逾期天数", 9),
    Column("责任人", 12),
    Column("责任人编号", 14),
)


def _overdue(notice: DailyVacancyNotice) -> Iterator[Sequence[Any]]:
    for duty in notice.overdue:
        yield (
            duty_label(duty.duty),
            *_vacancy(duty.vacancy),
            rule(duty.rule).citation,
            duty.arose_on,
            duty.due_on,
            (notice.day - duty.due_on).days,
            duty.staff,
            duty.staff_id,
        )


_SERIES = (
    Column("日期", 12),
    Column("办理信息（条）", 12),
    *(Column(label, 9) for label in labels.TOPIC_LABELS.values()),
    Column("核查（条）", 10),
    Column("合格（条）", 10),
    Column("合格率", 9, Look.PERCENT),
    Column("问题（个）", 10),
)


def _series(notice: DailyVacancyNotice) -> Iterator[Sequence[Any]]:
    for point in notice.series:
        yield (
            point.day,
            point.touched,
            *point.flows.model_dump().values(),
            point.rate.checked if point.rate else None,
            point.rate.passed if point.rate else None,
            share(point.rate),
            point.problems,
        )


def _vacancy(vacancy: VacancyRef) -> Sequence[Any]:
    return (
        vacancy.number,
        vacancy.title,
        vacancy.employer,
        vacancy.credit_code,
        vacancy.agency,
        vacancy.agency_code,
    )


def _span(span: Wording) -> Sequence[Any]:
    return (
        wording.category_label(span.category),
        labels.FIELD_LABELS.get(span.field, span.field),
        span.before,
        span.marked,
        span.after,
        span.reason,
    )
