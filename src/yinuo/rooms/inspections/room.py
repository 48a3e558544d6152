"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Leaf, Register, Text, Words


class InspectionsWork(TextChoices):
    DRAW = "inspection_draw", "双随机抽取"
    INSPECTION = "inspection", "双随机检查"
    RECTIFY = "inspection_rectify", "检查问题改正"
    REVISIT = "inspection_revisit", "检查复查"
    PUBLISH = "inspection_publish", "检查结果公示"


VERBS = {
    "inspections.add_directed": Words("加入定向检查"),
    "inspections.announce_plan": Words("公布抽查计划"),
    "inspections.begin_plan": Words("编制抽查计划"),
    "inspections.cancel": Words("检查随项目终止"),
    "inspections.change_plan": Words("修改抽查计划"),
    "inspections.conclude_visit": Words("检查人员签齐"),
    "inspections.declare_avoidance": Words("申报检查回避"),
    "inspections.draw_plan": Words("双随机抽取"),
    "inspections.end_inspector": Words("停用检查人员"),
    "inspections.lift_avoidance": Words("解除检查回避"),
    "inspections.publish_result": Words("公示检查结果"),
    "inspections.record_interview": Words("记录约谈"),
    "inspections.record_visit": Words("记录检查"),
    "inspections.register_inspector": Words("登记检查人员"),
    "inspections.remove_directed": Words("去掉定向检查"),
    "inspections.replace_member": Words("替换检查人员"),
    "inspections.report_rectified": Words("报告检查问题改正"),
    "inspections.return_visit": Words("退回检查记录"),
    "inspections.sign_visit": Words("检查记录签名"),
    "inspections.state_opinion": Words("陈述检查意见"),
    "inspections.void_plan": Words("作废抽查计划"),
}


NOTICES = {
    "inspection_drawn": Text(
        "双随机抽中检查",
        "【一诺】您被抽中检查“{project}”（{subject}），请在 {until} 前完成。有应当回避情形的请先申报。",
        (SITE, SMS),
    ),
    "inspection_rectify": Text(
        "检查责令改正", "【一诺】“{project}”双随机检查发现问题，请在 {until} 前改正并报告。", (SITE, SMS)
    ),
    "inspection_rectified": Text(
        "检查问题已报告改正", "【一诺】“{project}”已报告改正情况，请在 {due} 前复查。", (SITE, SMS)
    ),
    "inspection_published": Text("检查结果已公示", "【一诺】“{project}”双随机检查的结果已公示：{outcome}。", (SITE,)),
}


EFFECTS = (
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
)


LEAVES = (
    Leaf(
        "inspection.announced",
        frozenset(["announcement_sha256"]),
        (),
        "leaves.announced_now",
        "leaves.announced_standing",
    ),
    Leaf("inspection.result", frozenset(["number", "round"]), ("number", "round"), "leaves.outcomes_now"),
    Leaf("inspection.drawn", frozenset(["drawn"]), (), "leaves.drawn_now", "leaves.drawn_standing"),
)


ROOM = Register(
    work=InspectionsWork,
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    leaves=LEAVES,
    caches="caches.CACHES",
    uses="uses.USES",
)
