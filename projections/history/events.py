"""What each event is called in Chinese, and which rules of the regulation it touches.

By stored name, which is permanent. A test fails for an event without a line.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class EventWords(NamedTuple):
    """An event's title as an auditor reads it, and the ids of the rules under which it stands."""

    title_zh: str
    rules: tuple[str, ...] = ()


def _of(title_zh: str, *rules: str) -> EventWords:
    return EventWords(title_zh, rules)


EVENT_WORDS: Final[dict[str, EventWords]] = {
    # Agencies and staff
    "agency.founded": _of("设立机构", "4"),
    "agency.renamed": _of("机构更名", "4"),
    "agency.recoded": _of("机构代码变更", "4"),
    "agency.closed": _of("撤销机构", "4"),
    "staff_member.joined": _of("工作人员到岗", "60"),
    "staff_member.moved": _of("工作人员调动", "60"),
    "staff_member.left": _of("工作人员离岗", "60"),
    "staff_member.roles_changed": _of("岗位角色变更", "61"),
    "staff_member.certificate_recorded": _of("登记从业证书", "61"),
    # Job seekers' ledgers
    "job_seeker_ledger.opened": _of("建立个人服务台账", "10", "11.1"),
    "job_seeker_ledger.basics_recorded": _of("记载基本情况", "11.2", "17"),
    "job_seeker_ledger.moved": _of("服务机构变更", "17"),
    "job_seeker_ledger.registered": _of("求职登记", "11.2"),
    "job_seeker_ledger.refined_information_recorded": _of("记载精细化服务信息", "11.2"),
    "job_seeker_ledger.graded": _of("确定就业困难等级", "12", "22"),
    "job_seeker_ledger.status_registered": _of("登记失业（转移就业）状态", "13.1"),
    "job_seeker_ledger.status_registration_ended": _of("失业（转移就业）登记终止", "13.1"),
    "job_seeker_ledger.recognised": _of("就业困难人员认定", "13.1", "18"),
    "job_seeker_ledger.recognition_ended": _of("退出就业困难人员认定", "13.1"),
    "job_seeker_ledger.group_named": _of("列入重点帮扶群体", "33"),
    "job_seeker_ledger.assistance_called_for": _of("符合就业援助条件", "13.1", "23.1"),
    "job_seeker_ledger.advice_called_for": _of("应提供政策咨询", "13.2"),
    "job_seeker_ledger.advice_given": _of("提供政策咨询", "13.2"),
    "job_seeker_ledger.guidance_booked": _of("预约就业指导", "14"),
    "job_seeker_ledger.counsellor_assigned": _of("指定职业指导人员", "14.last"),
    "job_seeker_ledger.booking_cancelled": _of("取消预约", "14"),
    "job_seeker_ledger.aptitude_assessed": _of("职业素质测评", "14"),
    "job_seeker_ledger.guidance_given": _of("就业指导", "14"),
    "group_session.held": _of("开展分类指导", "14"),
    "job_seeker_ledger.led_to": _of("引导自助、匹配或线上服务", "14"),
    "job_seeker_ledger.readiness_judged": _of("判定是否具备上岗条件", "15.1"),
    "job_seeker_ledger.referred": _of("匹配推荐", "15.1", "15.2"),
    "job_seeker_ledger.referral_outcome_known": _of("了解匹配推荐结果", "16"),
    "job_seeker_ledger.employed": _of("实现就业", "16"),
    "job_seeker_ledger.search_archived": _of("求职信息归档", "16"),
    "job_seeker_ledger.contacted": _of("联系到本人", "13.3"),
    "job_seeker_ledger.contact_tried": _of("联系未果", "13.3"),
    "job_seeker_ledger.reported_to_registry": _of(
        "向失业登记管理部门反馈", "13.3", "21.2b", "21.3"
    ),
    "job_seeker_ledger.services_ceased": _of("不再提供服务", "13.3", "21.2b", "21.3"),
    "job_seeker_ledger.services_resumed": _of("恢复服务", "13.3"),
    "job_seeker_ledger.surveyed": _of("就业意愿摸查", "19", "21.2a"),
    "job_seeker_ledger.needs_file_opened": _of("建立就业需求档案", "20"),
    "job_seeker_ledger.needs_file_changed": _of("就业需求档案变动", "32"),
    "job_seeker_ledger.appeal_lodged": _of("申诉、投诉", "5.c", "59.2"),
    "job_seeker_ledger.appeal_handled": _of("处理申诉、投诉", "5.c", "59.2"),
    "job_seeker_ledger.appeal_answered": _of("答复申诉、投诉", "5.c", "59.2"),
    "job_seeker_ledger.merged_into": _of("台账并入另一台账", "9.1"),
    "job_seeker_ledger.merged_from": _of("并入重复台账", "9.1"),
    # Assistance cases
    "assistance_case.agreement_signed": _of("签订就业援助服务协议", "23.1", "24.2", "30.2"),
    "assistance_case.specialist_changed": _of("变更就业援助服务专员", "23.1"),
    "assistance_case.team_formed": _of("组成专门服务团队", "26"),
    "assistance_case.readiness_assessed": _of("就业准备状况评估", "26", "27.2"),
    "assistance_case.classified": _of("就业困难人员分类测评", "26"),
    "assistance_case.plan_made": _of("制定就业援助方案和行动计划", "26"),
    "assistance_case.plan_revised": _of("修改就业援助方案和行动计划", "26", "28.3"),
    "assistance_case.plan_stage_reached": _of("行动计划阶段完成", "26"),
    "assistance_case.performance_assessed": _of("评估协议履行和帮扶效果", "25"),
    "assistance_case.guidance_given": _of("专门指导", "26", "27.1"),
    "assistance_case.programme_begun": _of("参加培训、见习", "26", "27.2"),
    "assistance_case.programme_redated": _of("培训、见习日期变更", "27.2"),
    "assistance_case.programme_ended": _of("培训、见习结束", "27.2"),
    "assistance_case.referred": _of("匹配推荐", "15.1", "26", "27.3"),
    "assistance_case.referral_concluded": _of("了解匹配推荐结果", "27.3"),
    "assistance_case.work_started": _of("上岗", "27.4a", "27.4b"),
    "assistance_case.work_ended": _of("离岗", "27.4b"),
    "assistance_case.search_archived": _of("求职信息归档", "31"),
    "assistance_case.visit_made": _of("跟踪回访", "27.1", "27.2", "27.3", "27.4a", "27.4b"),
    "assistance_case.consultation_applied": _of("申请专家会诊", "28"),
    "assistance_case.consultation_accepted": _of("受理专家会诊", "28"),
    "assistance_case.consultation_declined": _of("不受理专家会诊", "28"),
    "assistance_case.opinion_given": _of("专家小组提出意见建议", "28"),
    "assistance_case.feedback_given": _of("向专家小组反馈", "28.3"),
    "assistance_case.placement_recommended": _of("推荐公益性岗位", "30.1"),
    "assistance_case.placed": _of("公益性岗位托底安置", "30.2"),
    "assistance_case.placement_ended": _of("托底安置期满", "30.2"),
    "assistance_case.transfer_requested": _of("本人申请服务关系划转", "24"),
    "assistance_case.transfer_verified": _of("专员核实划转申请", "24"),
    "assistance_case.transfer_applied": _of("提出服务关系划转申请", "23.3", "24"),
    "assistance_case.transfer_passed_on": _of("划转申请上报", "24"),
    "assistance_case.transfer_approved": _of("批准服务关系划转", "24"),
    "assistance_case.transfer_rejected": _of("不予批准划转", "24"),
    "assistance_case.transfer_withdrawn": _of("撤回划转申请", "24"),
    "assistance_case.ending_verified": _of("专员核实终止情形", "29"),
    "assistance_case.ended": _of("终止就业援助服务", "29"),
    "assistance_case.ending_reported": _of("向失业登记管理部门反馈终止情况", "29"),
    # Employers' ledgers and vacancies
    "employer_ledger.opened": _of("建立用人单位服务台账", "34", "36"),
    "employer_ledger.basics_changed": _of("用人单位基本情况变更", "50"),
    "employer_ledger.licence_verified": _of("核验营业执照（统一社会信用代码证件）", "35"),
    "employer_ledger.agent_verified": _of("核验经办人授权委托书及身份证明", "35", "39.2"),
    "employer_ledger.agent_revoked": _of("经办人授权终止", "35"),
    "employer_ledger.registered": _of("招聘需求登记", "35"),
    "employer_guidance.booked": _of("预约用人指导", "37"),
    "employer_guidance.given": _of("用人指导", "37"),
    "vacancy.drafted": _of("采集招聘信息", "38.2", "38.3"),
    "vacancy.revised": _of("修改招聘信息", "39.1"),
    "vacancy.submitted": _of("招聘信息提交审核", "38.1", "39.2"),
    "vacancy.passed": _of("招聘信息审核通过", "38.1"),
    "vacancy.returned": _of("招聘信息退回修改", "39.1"),
    "vacancy.published": _of("发布招聘信息", "39.1"),
    "vacancy.changed": _of("变更已发布招聘信息", "38.1"),
    "vacancy.withdrawn": _of("撤回招聘信息", "41"),
    "vacancy.lapsed": _of("招聘信息失效", "41"),
    "vacancy.archived": _of("招聘信息归档", "41"),
    "referral.made": _of("向用人单位推荐求职者", "40"),
    "referral.outcome_learnt": _of("了解用人单位匹配推荐结果", "41"),
    # Supervision
    "notice.issued": _of("印发通报", "56.2a", "56.2b"),
}
