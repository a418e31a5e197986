"""The notice's fixed words in Chinese."""

from __future__ import annotations

from .model import Kind

RULE_TITLES = {
    "35": "用人单位资格证件缺失或者失效",
    "38.1": "招聘信息未经审核或者由提交人自行审核",
    "38.2": "招聘信息内容不完整",
    "38.3": "招聘信息含有歧视性内容",
    "39.1": "招聘信息审核、发布不及时或者退回后仍在发布",
    "39.2": "线上信息发布人员未经实名认证",
    "41": "失效招聘信息未及时归档",
}

REMEDIES = {
    "35": "对用人单位证件缺失或者失效的，先行撤回其招聘信息，督促用人单位补齐、更新证件并重新核验",
    "38.1": "对未经审核或者由提交人自行审核的，撤回后由其他审核人员重新审核",
    "38.2": "对内容不完整的，联系用人单位补充完善，重新审核后发布",
    "38.3": "对含有歧视性内容的，立即撤回，由用人单位修改无误后再予发布",
    "39.1": "对审核、发布不及时的，查明原因、改进流程，退回的信息未经修改和审核通过不得发布",
    "39.2": "对信息发布人员未经实名认证的，补办实名认证，未完成的先行撤回",
    "41": "对失效的招聘信息，核实匹配推荐结果后及时归档",
}

KIND_TEXTS = {
    Kind.NOT_REGISTERED: "用人单位未办理招聘需求登记",
    Kind.LICENCE_MISSING: "未核验营业执照或者统一社会信用代码证件",
    Kind.LICENCE_EXPIRED: "营业执照等证件已于{on}到期",
    Kind.AGENT_MISSING: "未核验经办人授权委托书及身份证明",
    Kind.AGENT_EXPIRED: "经办人授权委托书或者身份证明已于{on}到期",
    Kind.UNREVIEWED: "未经审核即发布",
    Kind.SELF_REVIEWED: "审核人与提交人为同一人",
    Kind.ITEM_MISSING: "未载明{item}",
    Kind.WORDING: "涉嫌{category}歧视",
    Kind.REVIEWED_LATE: "应不晚于{on}审核，实际于{done_on}审核",
    Kind.PUBLISHED_LATE: "应不晚于{on}发布，实际于{done_on}发布",
    Kind.PUBLISHED_THOUGH_RETURNED: "已于{on}退回修改，仍在发布",
    Kind.PUBLISHER_UNVERIFIED: "线上信息发布人员未经实名认证",
    Kind.NOT_ARCHIVED: "应不晚于{on}归档，尚未归档",
}

TOPIC_LABELS = {
    "vacancy.submitted": "提交审核",
    "vacancy.passed": "审核通过",
    "vacancy.returned": "退回修改",
    "vacancy.published": "发布",
    "vacancy.changed": "变更",
    "vacancy.withdrawn": "撤回",
    "vacancy.lapsed": "失效",
    "vacancy.archived": "归档",
}
"""What the notice calls the events it counts, in the order of a vacancy's life."""

FIELD_LABELS = {
    "title": "岗位名称",
    "text": "招聘信息原文",
    "work_content": "工作内容",
    "hiring_conditions": "招录条件",
    "education": "学历要求",
    "experience": "经验要求",
    "benefits": "福利待遇",
}

ANNEX_TITLES = {
    "agencies": "各机构招聘信息核查情况表",
    "defects": "问题清单",
    "concerns": "用语提示清单",
    "put_right": "整改情况表",
    "late": "迟录情况表",
    "overdue": "逾期未办事项表",
    "series": "近七日情况表",
}

_HOW = {
    "archived": "已归档",
    "withdrawn": "已撤回",
    "lapsed": "已失效",
    "under_review": "已停止发布，待重新审核",
    "papers_renewed": "证件已补齐或者更新",
    "basics_stated": "用人单位基本情况已补充",
    "reviewed": "已重新审核",
    "changed": "已修改并重新发布",
    "reassessed": "按现行核查规则不再认定",
    "moved": "已不在本辖区",
}


def how_label(how: str) -> str:
    """Say how a problem was put right."""
    return _HOW[how]
