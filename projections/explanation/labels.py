"""What a figure of a notice is called in Chinese, by the fields on the way to it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from ...domain.regulation.rules import RULES
from ..daily_vacancy_notice import model as daily
from ..daily_vacancy_notice.labels import TOPIC_LABELS
from ..monthly_ledger_notice import model as monthly
from ..monthly_ledger_notice.labels import kind_label
from ..notice.model import Part
from .paths import AnyNotice, Figure

_FIELDS_ZH: Final = {
    "overall": "合计",
    "agencies": "各机构",
    "rules": "各类问题",
    "series": "近七日",
    "rate": "合格率",
    "rate_before": "上期合格率",
    "checked": "核查数",
    "passed": "合格数",
    "percent": "百分比",
    "positions": "在招岗位数",
    "concerned": "用语提示数",
    "touched": "有记录的招聘信息数",
    "flows": "办理情况",
    "problems": "问题数",
    "first": "首次通报",
    "second": "第二次通报",
    "third_or_more": "第三次以上通报",
    "faulty": "有问题的招聘信息数",
    "vacancies": "涉及招聘信息数",
    "put_right": "已整改",
    "late": "迟录",
    "overdue": "逾期未办",
    "defects": "问题清单",
    "concerns": "用语提示清单",
    "checks": "抽查情况",
    "population": "记录总数",
    "drawn": "抽取数",
    "inspected": "检查数",
    "targeted": "定向检查数",
    "targeted_faulty": "定向检查不合格数",
    "duties": "应办事项",
    "met": "按期办结",
    "missed": "逾期未办",
    "running": "整改期限未满",
    "warnings": "预警",
    "part": "分子",
    "whole": "分母",
}
_IN_ZH: Final[dict[type[Part], dict[str, str]]] = {
    daily.Flows: {topic.partition(".")[2]: label for topic, label in TOPIC_LABELS.items()},
    monthly.Duties: {"late": "逾期办结"},
}
"""Fields that are called otherwise there."""


def figure_label(notice: AnyNotice, figure: Figure) -> str:
    """Return what a figure is called, such as 合计 › 办理情况 › 发布."""
    names = {line.agency.agency_id: line.agency.name for line in notice.agencies}
    told: list[str] = []
    holder: Any = notice
    fields = iter(figure.fields)
    for part in figure.parts:
        if isinstance(holder, Part):
            field = next(fields)
            told.append(_IN_ZH.get(type(holder), {}).get(field) or _FIELDS_ZH.get(field, field))
        else:
            told.append(_item(part, names))
        holder = part
    return " › ".join(filter(None, told))


def _item(item: Any, names: dict[UUID, str]) -> str:
    match item:
        case daily.AgencyFigures() | monthly.AgencyFigures():
            return item.agency.name
        case daily.RuleFigures() | monthly.RuleFigures():
            return item.citation
        case daily.DayFigures():
            return item.day.isoformat()
        case monthly.Checked():
            return kind_label(item.kind)
        case monthly.DutyLine():
            whose = "合计" if item.under is None else names.get(item.under, "")
            return f"{whose} › {RULES[item.rule].citation}"
        case (UUID() as agency_id, int()):
            return names.get(agency_id, "")
    return ""
