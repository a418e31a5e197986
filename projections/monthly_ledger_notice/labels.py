"""The monthly notice's fixed words in Chinese."""

from __future__ import annotations

from ...domain.regulation.rules import RULES, chinese_number
from ...domain.supervision.rectification.events import ConcernedRecord, Source
from ...domain.supervision.rectification.state import Stage

ANNEX_TITLES = {
    "agencies": "各机构台账抽查及应办事项情况表",
    "duties": "应办事项按期办理情况表",
    "problems": "问题清单",
    "put_right": "整改情况表",
    "warnings": "质量监测预警情况表",
    "sample": "抽查样本及验证方法",
}

RULE_TITLES = {
    "5": "投诉举报处理、首问负责制落实不到位",
    "11": "求职者信息采集和台账建立不规范",
    "12": "就业困难程度分级不规范",
    "13": "失业登记、困难认定引导或者失联处理不到位",
    "14": "职业指导记录不完整",
    "15": "匹配推荐不规范",
    "16": "推荐结果了解、求职归档不及时",
    "17": "个人服务台账记载不完整或者录入不及时",
    "19": "就业意愿摸查记录不完整",
    "20": "台账、就业需求档案建立不及时",
    "21": "跟踪摸查不及时",
    "22": "求职登记后分级不及时",
    "23": "就业援助服务协议签订不及时",
    "24": "服务关系划转办理不及时",
    "25": "协议履行情况记载不完整",
    "26": "就业援助方案、行动计划或者服务团队不完备",
    "27": "跟踪回访不及时",
    "28": "专家会诊后方案调整不及时",
    "29": "终止服务报告不及时",
    "31": "求职信息归档不及时",
    "32": "就业援助台账记载不完整或者录入不及时",
    "35": "用人单位资格审核不规范",
    "38": "招聘信息审核不规范、不及时",
    "39": "招聘信息发布不及时",
    "41": "推荐结果了解、招聘信息归档不及时",
    "43": "招聘会预发布、录入、跟踪不及时",
    "45": "重点企业服务关系划转办理不及时",
    "46": "重点企业台账、用人需求档案不完备",
    "47": "重点企业服务支持团队不完备",
    "48": "用人需求档案记载不完整或者联系不及时",
    "49": "重点企业跟踪回访不及时",
    "50": "用人单位服务台账记载不完整或者录入不及时",
    "56": "监督检查工作落实不到位",
    "58": "问题通报、整改、核实不及时",
    "60": "工作人员配备不到位",
}
"""What a problem is called, by the article that it is about."""

ROLE_LABELS = {
    "counsellor": "职业指导人员",
    "information_analyst": "职业信息分析人员",
    "service_staff": "其他人力资源服务人员",
    "community_coordinator": "劳动保障协理员",
}

MODE_LABELS = {"random": "随机", "targeted": "定向"}


def rule_title(rule_id: str) -> str:
    """Say what is wrong under a rule, as a heading."""
    article = RULES[rule_id].article
    return RULE_TITLES.get(str(article), f"第{chinese_number(article)}条规定落实不到位")


def kind_label(kind: str) -> str:
    """Name a kind of record."""
    return ConcernedRecord(kind).label_zh


def source_label(source: str) -> str:
    """Name how a problem was found."""
    return Source(source).label_zh


def stage_label(stage: str) -> str:
    """Name how far a problem has come."""
    return {Stage.PUT_RIGHT: "待核实", Stage.CLEARED: "已核实"}.get(
        Stage(stage), Stage(stage).label_zh
    )


def mode_label(mode: str) -> str:
    """Name how a record was picked."""
    return MODE_LABELS.get(mode, mode)
