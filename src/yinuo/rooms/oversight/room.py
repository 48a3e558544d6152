"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Leaf, Register, Text, Words


class OversightWork(TextChoices):
    HANDLE = "warning_handle", "预警处置"
    RECTIFY = "warning_rectify", "预警改正"
    DISPATCH = "dispatch", "督查调度"


VERBS = {
    "oversight.close_warning": Words("预警办结", story="预警办结"),
    "oversight.correct_record": Words("更正监管记录"),
    "oversight.explain_warning": Words("项目单位说明预警情况", story="说明预警情况", mark="notice"),
    "oversight.hand_clue": Words("移送线索"),
    "oversight.hand_warning": Words("预警转交处置"),
    "oversight.order_rectification": Words("预警责令限期改正", story="责令限期改正", mark="yellow"),
    "oversight.propose_for_warning": Words("因预警提出信用扣分"),
    "oversight.record_clue_answer": Words("登记线索答复"),
    "oversight.record_life": Words("登记监管记录"),
    "oversight.rectification_overdue": Words("预警逾期未改正"),
    "oversight.remind_start": Words("提醒开工"),
    "oversight.report_rectified": Words("报告预警改正情况", story="报告改正情况", mark="notice"),
    "oversight.warn": Words("异常预警", story="异常预警", mark="red"),
}


NOTICES = {
    "warning_found": Text("异常预警待处置", "【一诺】“{project}”预警：{kind}。{why}。请在 {due} 前处置。", (SITE, SMS)),
    "warning_found_unit": Text(
        "项目出现异常预警", "【一诺】“{project}”预警：{kind}。{why}。请登录说明情况；属实的请尽快改正。", (SITE, SMS)
    ),
    "warning_explained": Text(
        "项目单位已说明情况", "【一诺】“{project}”的预警（{kind}），项目单位已说明情况，请在 {due} 前处置。", (SITE,)
    ),
    "warning_ordered": Text(
        "请限期改正", "【一诺】“{project}”预警（{kind}），请在 {until} 前改正并报告：{why}", (SITE, SMS)
    ),
    "warning_rectified": Text(
        "已报改正，请核查",
        "【一诺】“{project}”的预警（{kind}），项目单位已报告改正情况，请在 {due} 前核查。",
        (SITE, SMS),
    ),
    "warning_overdue": Text(
        "逾期未改正", "【一诺】“{project}”的预警（{kind}）逾期没有改正，请在 {due} 前依法处置。", (SITE, SMS)
    ),
    "warning_closed": Text("预警已办结", "【一诺】“{project}”的预警（{kind}）已办结：{outcome}。{why}", (SITE, SMS)),
    "warning_unfounded": Text("预警认定不成立", "【一诺】“{project}”的预警（{kind}）认定不成立：{why}", (SITE,)),
    "dispatched": Text("督查调度待办", "【一诺】“{project}”督查调度：{text}。请在 {due} 前办结。", (SITE, SMS)),
    "start_reminder": Text(
        "提醒开工",
        "【一诺】“{project}”核准或者备案已满 {months} 个月还没有报送开工；满 {limit} 个月仍未开工的将预警。",
        (SITE, SMS),
    ),
}


EFFECTS = (
    Effect("onemap.confirm_review", "effects.watched"),
    Effect("onemap.move_rules_on", "effects.watched"),
    Effect("onemap.grant", "effects.decided"),
    Effect("onemap.take_in_result", "effects.decided_elsewhere"),
    Effect("inspections.publish_result", "effects.inspected"),
    Effect("onemap.refuse", "effects.decided"),
    Effect("projects.report_start", "effects.start_reported"),
    Effect("work.lapsed", "effects.lapsed"),
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
)


LEAVES = (
    Leaf("penalty.decided", frozenset(["digest"]), ("digest",), "leaves.penalties_now", "leaves.penalties_standing"),
)


ROOM = Register(
    work=OversightWork,
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    leaves=LEAVES,
    caches="caches.CACHES",
    uses="uses.USES",
)
