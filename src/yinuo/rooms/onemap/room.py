"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Leaf, Register, Text, UnitTerm, Words
from yinuo.rooms.onemap import shapes


class MapWork(TextChoices):
    GUIDANCE = "guidance", "前期辅导"
    COMPLETION_GUIDANCE = "completion_guidance", "二次辅导"
    RECEIPT = "receipt", "收件审查"
    LIMIT = "limit", "事项办理"
    DELIVERY = "delivery", "决定送达"
    OBJECTION = "objection", "公示异议处理"
    DECISION = "commitment_decision", "承诺事项决定"
    RECTIFICATION = "rectification", "整改"
    ESCALATION = "escalation", "红灯协调"
    MOCK_CONVERSION = "mock_conversion", "模拟转正式"
    GAP = "deficient_gap", "容缺补交"
    COORDINATION = "coordination", "1+X 协调"
    COMPLAINT = "complaint", "投诉办理"


class MapPaper(TextChoices):
    ACCEPTANCE = "acceptance_notice", "受理通知书"
    SUPPLEMENT = "supplement_notice", "一次性告知书"
    DECISION = "decision", "决定书"
    NON_ACCEPTANCE = "non_acceptance", "不予受理决定书"
    RECEIPT = "receipt", "回执"
    GUIDANCE = "guidance_summary", "辅导意见告知书"
    DELIVERY = "delivery_record", "送达回证"
    MOCK_RESULT = "mock_result", "模拟审批意见"
    COORDINATION = "coordination_minutes", "协调会议纪要"


VERBS = {
    "onemap.accept": Words("受理", story="受理：{matter}", on_map="已受理"),
    "onemap.accept_document_request": Words("受理补办审批文件"),
    "onemap.answer_guidance": Words("反馈辅导意见", story="部门反馈辅导意见"),
    "onemap.apply_anew": Words("重新申报", story="重新申报：{matter}", mark="ready", at_window="重新申报"),
    "onemap.ask_document": Words("申请补办审批文件", story="申请补办审批文件：{matter}", at_window="申请补办审批文件"),
    "onemap.call_meeting": Words("召集协调会议"),
    "onemap.close_escalation": Words("协调办结"),
    "onemap.close_unused": Words("竣工时关闭未申报事项", story="竣工时没有申报，关闭：{matter}", mark="ended"),
    "onemap.completion_ready": Words("二次辅导完成", story="竣工辅导完成"),
    "onemap.conclude_coordination": Words("“1+X”协调结束"),
    "onemap.conclude_remedy": Words("登记复议、诉讼或者投诉的结果"),
    "onemap.confirm_review": Words("复核确认", story="复核确认，转各部门前期辅导"),
    "onemap.decline_coordination": Words("不启动“1+X”协调"),
    "onemap.decline_document": Words("不予出具审批文件", story="不予出具补办的审批文件：{matter}", mark="ended"),
    "onemap.deliver": Words("送达", story="送达：{matter}"),
    "onemap.deliver_document": Words("送达审批文件"),
    "onemap.draw": Words("生成“一张图”", story="“一张图”生成"),
    "onemap.end_mock": Words("模拟审批失效，恢复未申报", story="模拟审批失效：{matter}", mark="ended"),
    "onemap.enter_remedy": Words("登记复议、诉讼或者投诉", at_window="登记复议、诉讼或者投诉"),
    "onemap.escalate": Words("启动协调", on_map="启动了红灯协调"),
    "onemap.extend": Words("延长办理期限", story="延长期限：{matter}", mark="paused", on_map="延长了期限"),
    "onemap.give_coordination_opinion": Words("提出协调意见"),
    "onemap.give_document": Words("出具审批文件", story="出具补办的审批文件：{matter}"),
    "onemap.grant": Words("准予许可", story="办结：{matter}", on_map="已办结"),
    "onemap.grant_mock": Words("模拟通过", story="模拟通过：{matter}", mark="notice"),
    "onemap.handle_problem": Words("处理发现的问题", story="处理问题：{matter}", on_map="问题已处理"),
    "onemap.land": Words("项目落地", story="开工前事项全部办结，项目落地"),
    "onemap.move_rules_on": Words("改变适用的规则日期"),
    "onemap.pause": Words("暂停计时", story="暂停计时：{matter}", mark="paused", on_map="暂停计时"),
    "onemap.refuse": Words("不予许可", story="不予许可：{matter}", mark="ended", on_map="不予许可"),
    "onemap.refuse_acceptance": Words("不予受理", story="不予受理：{matter}", mark="ended", on_map="不予受理"),
    "onemap.refuse_mock": Words("模拟审批未通过", story="模拟审批未通过：{matter}", mark="yellow"),
    "onemap.regional_misfit": Words("区域评估结果不适用"),
    "onemap.report_problem": Words("记录发现的问题", story="发现问题：{matter}", mark="red", on_map="发现问题"),
    "onemap.request_coordination": Words("提请“1+X”协调"),
    "onemap.resume": Words("恢复计时", story="恢复计时：{matter}", mark="green", on_map="恢复计时"),
    "onemap.return_document_request": Words("补办审批文件一次性告知"),
    "onemap.revoke": Words("撤销按承诺作出的决定", story="撤销按承诺作出的决定：{matter}", mark="ended"),
    "onemap.send_back": Words(
        "一次性告知退回", story="一次性告知补正：{matter}", mark="yellow", on_map="一次性告知退回"
    ),
    "onemap.share_result": Words("共享区域评估结果"),
    "onemap.start_coordination": Words("启动“1+X”协调"),
    "onemap.submit_materials": Words("提交材料", story="申报：{matter}", on_map="提交了材料", at_window="提交申报材料"),
    "onemap.redraw": Words("变更以后核对一张图", story="变更以后核对“一张图”"),
    "onemap.take_over": Words("原代码的决定继续有效", on_map="原代码的决定继续有效"),
    "onemap.take_in_contract": Words("登记出让合同，用地供应办结"),
    "onemap.take_in_result": Words(
        "接收工程审批系统结果", story="外部系统办理结果：{matter}", on_map="收到工程审批系统结果"
    ),
    "onemap.unshare": Words("不再共享区域评估结果"),
    "onemap.withdraw_application": Words(
        "撤回申请", story="撤回申报：{matter}", mark="ended", on_map="撤回了申请", at_window="撤回申报"
    ),
    "onemap.withdraw_document_request": Words("撤回补办审批文件", at_window="撤回补办审批文件的申请"),
}


NOTICES = {
    "confirmed": Text("备案已复核确认", "【一诺】“{project}”已复核确认，正在请各部门前期辅导。", (SITE,)),
    "guidance_due": Text(
        "请作前期辅导", "【一诺】“{project}”（{code}）请在 {due} 前反馈审批层级、要件、时限和前置手续。", (SITE, SMS)
    ),
    "completion_guidance_due": Text(
        "请作竣工验收辅导", "【一诺】“{project}”（{code}）申请竣工验收，请在 {due} 前反馈是否需要验收。", (SITE, SMS)
    ),
    "map_ready": Text(
        "“一张图”已生成", "【一诺】“{project}”的“一张图”已生成，共 {count} 项，预计 {landing} 落地。", (SITE, SMS)
    ),
    "received": Text(
        "收到申报材料", "【一诺】“{project}”的“{matter}”已收件，请在 {due} 前受理或一次性告知。", (SITE, SMS)
    ),
    "accepted": Text("事项已受理", "【一诺】“{matter}”已受理，承诺 {due} 前办结。", (SITE,)),
    "sent_back": Text(
        "材料需要补正", "【一诺】“{matter}”的材料需要补正或修改：{why}。请按一次性告知书办理。", (SITE, SMS)
    ),
    "paused": Text("事项暂停计时", "【一诺】“{matter}”因{why}暂停计时。", (SITE,)),
    "resumed": Text("事项恢复计时", "【一诺】“{matter}”已恢复计时，应于 {due} 前办结。", (SITE,)),
    "concluded": Text("事项已办结", "【一诺】“{matter}”已办结，文号 {number}。", (SITE, SMS)),
    "not_accepted": Text(
        "事项不予受理",
        "【一诺】“{matter}”不予受理：{why}。可以向有权机关申请，或者依法申请行政复议、提起行政诉讼。",
        (SITE, SMS),
    ),
    "refused": Text(
        "事项不予许可", "【一诺】“{matter}”不予许可：{why}。可依法申请行政复议或提起行政诉讼。", (SITE, SMS)
    ),
    "mock_granted": Text(
        "事项模拟通过", "【一诺】“{matter}”模拟审批通过，不具有法律效力，正式审批以前不得开工。{why}", (SITE,)
    ),
    "mock_refused": Text(
        "事项模拟审批未通过", "【一诺】“{matter}”模拟审批未通过：{why}。可以在窗口修改后再报。", (SITE, SMS)
    ),
    "complaint": Text("收到投诉", "【一诺】“{matter}”收到投诉：{text}。请在 {due} 前核实并答复。", (SITE, SMS)),
    "complaint_received": Text(
        "投诉已收到", "【一诺】您对“{matter}”的投诉已由大厅总召集人办理，{due} 前答复。", (SITE, SMS)
    ),
    "remedy_entered": Text("决定被提请复议、诉讼或者投诉", "【一诺】“{matter}”的决定已登记{kind}：{why}", (SITE,)),
    "remedy_concluded": Text("复议、诉讼或者投诉已有结果", "【一诺】“{matter}”的{kind}已有结果：{why}", (SITE,)),
    "map_changed": Text(
        "变更以后“一张图”有变化",
        "【一诺】“{project}”变更以后，“一张图”：{changes}。已办结的和正在办理的不受影响。",
        (SITE, SMS),
    ),
    "major_changed": Text(
        "项目作了重大变更，请核对",
        "【一诺】“{project}”变更了{what}。{matters}已办结或者正在办理，请核对是否受影响。",
        (SITE,),
    ),
    "rules_moved": Text(
        "项目适用的规则日期已改变",
        "【一诺】“{project}”自即日起适用 {to} 的规则，“一张图”有 {count} 处变化。理由：{why}",
        (SITE, SMS),
    ),
    "coordination_asked": Text(
        "请决定是否启动“1+X”协调", "【一诺】{department}就“{project}”提请协调：{why}。请决定是否启动。", (SITE, SMS)
    ),
    "coordination_started": Text(
        "“1+X”协调已启动", "【一诺】“{project}”已由{lead}牵头协调，受影响事项暂停计时：{why}", (SITE, SMS)
    ),
    "coordination_declined": Text("“1+X”协调没有启动", "【一诺】“{project}”的协调没有启动：{why}。计时照常。", (SITE,)),
    "coordination_meeting": Text("协调会议", "【一诺】“{project}”协调会：{when}，{place}。", (SITE, SMS)),
    "coordination_concluded": Text(
        "“1+X”协调已结束", "【一诺】“{project}”协调形成意见：{why}。受影响事项恢复计时。", (SITE, SMS)
    ),
    "gap_soon": Text(
        "容缺材料快到期", "【一诺】“{title}”应在 {due} 前补齐，逾期视为放弃申请，作退件处理。", (SITE, SMS)
    ),
    "gap_today": Text(
        "容缺材料今天到期", "【一诺】“{title}”今天到期（{due}），逾期视为放弃申请，作退件处理。", (SITE, SMS)
    ),
    "regional_shared": Text(
        "共享区域评估结果",
        "【一诺】“{project}”落户{zone}，共享区域评估结果：{matters}不再单独评估评审，结果要求项目做到的请照办。",
        (SITE, SMS),
    ),
    "regional_unshared": Text("事项不再共享区域评估", "【一诺】“{matter}”须单独办理。{why}", (SITE, SMS)),
}


EFFECTS = (
    Effect("work.lapsed", "effects.lapsed"),
    Effect("work.pause_ended", "effects.pause_ended"),
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
    Effect("projects.complete", "effects.project_completed"),
    Effect("projects.confirm_facts", "effects.facts_changed"),
    Effect("projects.amend", "effects.amended"),
    Effect("work.reassign", "effects.reassigned"),
)


LEAVES = (
    Leaf(
        "approval.document",
        frozenset(["granted", "matter", "route"]),
        ("matter", "document_number"),
        "leaves.decisions_now",
        "leaves.decisions_standing",
    ),
    Leaf(
        "approval.document",
        frozenset(["granted", "item"]),
        ("item", "document_number"),
        "leaves.later_now",
        "leaves.later_standing",
    ),
    Leaf(
        "approval.document",
        frozenset(["item", "system"]),
        ("item", "system", "document_number"),
        "leaves.results_now",
        "leaves.results_standing",
    ),
)


ROOM = Register(
    approval=frozenset(
        {MapWork.GUIDANCE, MapWork.RECEIPT, MapWork.LIMIT, MapWork.OBJECTION, MapWork.DECISION, MapWork.MOCK_CONVERSION}
    ),
    delegable=frozenset(
        {
            MapWork.GUIDANCE,
            MapWork.RECEIPT,
            MapWork.LIMIT,
            MapWork.DELIVERY,
            MapWork.DECISION,
            MapWork.OBJECTION,
            MapWork.COMPLETION_GUIDANCE,
        }
    ),
    handles=True,
    work=MapWork,
    papers=MapPaper,
    shapes={
        "acceptance_notice": {1: shapes.AcceptanceNoticeData},
        "supplement_notice": {1: shapes.SupplementNoticeData},
        "decision": {1: shapes.DecisionData},
        "receipt": {1: shapes.ReceiptData},
        "non_acceptance": {1: shapes.NonAcceptanceData},
        "guidance_summary": {1: shapes.GuidanceSummaryData},
        "delivery_record": {1: shapes.DeliveryRecordData},
        "coordination_minutes": {1: shapes.CoordinationMinutesData},
        "map_print": {1: shapes.MapPrintData},
        "mock_result": {1: shapes.MockResultData},
    },
    outlives=frozenset({MapWork.COMPLAINT}),
    unit_terms={MapWork.GAP: UnitTerm(soon="gap_soon", today="gap_today")},
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    leaves=LEAVES,
    uses="uses.USES",
)
