"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Leaf, Register, Text, Words
from yinuo.rooms.commitments import shapes


class CommitmentsWork(TextChoices):
    DIFFICULTY = "difficulty", "履约困难帮扶"
    REVIEW = "commitment_review", "承诺复核"
    VERIFICATION = "verification", "竣工核验"
    AUDIT_CHECK = "audit_check", "审计报告核对"
    RULING_CONSENT = "ruling_consent", "处理决定审签"
    STOPPED = "stopped", "停止建设整改"
    LIFT_REQUEST = "lift_request", "解除停止建设核查"
    CLOSING = "promise_closing", "终止项目的承诺认定"


class CommitmentsPaper(TextChoices):
    LETTER = "commitment_letter", "信用承诺书"
    RULING = "promise_ruling", "违诺处理决定书"
    COMPLETION = "completion_opinion", "竣工验收意见书"


VERBS = {
    "commitments.answer_objection": Words("答复公示异议", story="答复公示异议", on_map="异议已答复"),
    "commitments.apply_again": Words(
        "整改后再次申请验收", story="整改后再次申请竣工验收", at_window="整改后再次申请竣工验收"
    ),
    "commitments.apply_completion": Words("申请竣工验收", story="申请竣工验收", at_window="申请竣工验收"),
    "commitments.ask_lift": Words("申请解除停止建设", story="申请解除停止建设", mark="notice"),
    "commitments.check_audit": Words("核对审计报告", story="核对审计报告"),
    "commitments.carry_over": Words(
        "承诺转入新代码", story="原代码的承诺继续有效：{matter}", on_map="原代码的承诺和决定继续有效"
    ),
    "commitments.close": Words("认定终止项目的承诺", story="认定终止项目的承诺：{matter}"),
    "commitments.close_notice": Words("公示期满", story="公示期满：{matter}", on_map="公示期满"),
    "commitments.commit": Words(
        "签署信用承诺书", story="签署承诺并公示：{matter}", mark="notice", on_map="签署承诺书，开始公示"
    ),
    "commitments.commit_on_paper": Words(
        "窗口收下纸质信用承诺书",
        story="纸质承诺书收件并公示：{matter}",
        mark="notice",
        on_map="交来纸质承诺书，开始公示",
        at_window="提交签字盖章的信用承诺书",
    ),
    "commitments.consent_ruling": Words("作出违诺处理决定", story="作出违诺处理决定", mark="red"),
    "commitments.decide": Words("按承诺作出决定", story="按承诺直接决定：{matter}"),
    "commitments.deliver_ruling": Words("送达违诺处理决定", story="违诺处理决定送达"),
    "commitments.fail_completion": Words("竣工验收不通过", story="竣工验收未通过", mark="ended"),
    "commitments.hand_in_audit": Words("提交审计报告", story="提交审计报告"),
    "commitments.handle_difficulty": Words("处理履约困难", story="处理履约困难"),
    "commitments.no_points": Words("按规定不加分"),
    "commitments.object": Words("提出公示异议", story="公示收到异议", mark="yellow", on_map="公示中收到异议"),
    "commitments.open_review": Words("承诺到期待复核"),
    "commitments.pass_completion": Words("竣工验收通过", story="竣工验收通过"),
    "commitments.promise_in_contract": Words("随出让合同作出控制性指标承诺"),
    "commitments.propose_ruling": Words("提出违诺处理决定"),
    "commitments.record_finding": Words("记录验收意见"),
    "commitments.rectify": Words("竣工验收要求整改", story="竣工验收提出整改", mark="yellow"),
    "commitments.refuse_lift": Words("不解除停止建设", story="停止建设没有解除", mark="yellow"),
    "commitments.refuse_ruling": Words("不同意违诺处理决定"),
    "commitments.report_difficulty": Words(
        "报告履约困难", story="报告履约困难", mark="yellow", at_window="报告履约困难"
    ),
    "commitments.report_fulfilment": Words("报告履约情况", story="报告履约情况", at_window="报告履约情况"),
    "commitments.review": Words("复核承诺", story="部门复核承诺"),
    "commitments.to_regular": Words(
        "转为常规办理",
        story="转为常规办理：{matter}",
        mark="ended",
        on_map="转为常规办理",
        at_window="承诺转为常规办理",
    ),
}


NOTICES = {
    "commitment_review_due": Text(
        "承诺该复核了", "【一诺】“{project}”的“{matter}”承诺正在履行，请在 {due} 前复核。", (SITE, SMS)
    ),
    "commitment_reviewed": Text(
        "承诺已复核", "【一诺】“{project}”的“{matter}”承诺经部门复核：{outcome}。{said}下次复核{next}前后。"
    ),
    "commitment_published": Text("承诺已公示", "【一诺】“{matter}”的信用承诺已公示，{until} 公示期满。", (SITE,)),
    "commitment_on_paper": Text(
        "窗口收下了贵单位的纸质承诺书",
        "【一诺】盖有贵单位公章的“{matter}”信用承诺书已由{hall}综合窗口收下，公示到 {until}。"
        "如非贵单位签署，请立即登录转为常规办理，并联系综合窗口{phone}。",
        (SITE, SMS),
    ),
    "objection": Text(
        "公示收到异议", "【一诺】“{matter}”的信用承诺收到异议（{receipt}），请在 {due} 前答复。", (SITE, SMS)
    ),
    "objection_raised": Text(
        "承诺公示收到异议", "【一诺】“{matter}”的承诺公示收到异议，答复之前不能直接决定。", (SITE,)
    ),
    "objection_answered": Text("公示异议已答复", "【一诺】“{matter}”公示异议{outcome}：{answer}", (SITE,)),
    "decidable": Text("公示期满可决定", "【一诺】“{matter}”承诺公示期满无未结异议，可以直接作出决定。", (SITE, SMS)),
    "difficulty": Text("企业报告履约困难", "【一诺】“{matter}”的承诺履行遇到困难：{why}。请指导帮助。", (SITE, SMS)),
    "difficulty_handled": Text("履约困难已有答复", "【一诺】“{matter}”履约困难的处理：{outcome}。{answer}", (SITE,)),
    "completion_applied": Text("竣工验收申请", "【一诺】“{project}”已申请竣工验收。", (SITE,)),
    "verify_due": Text(
        "请集中验收", "【一诺】“{project}”请在 {due} 前对照承诺和标准逐项验收，共 {count} 项。", (SITE, SMS)
    ),
    "completion_result": Text("竣工验收结果", "【一诺】“{project}”竣工验收：{outcome}。{why}", (SITE, SMS)),
    "ruling_due": Text("处理决定待审签", "【一诺】“{project}”违诺处理决定（{measures}）待您审签。", (SITE, SMS)),
    "ruling_refused": Text("处理决定未获同意", "【一诺】“{project}”违诺处理决定（{measures}）未获同意：{why}", (SITE,)),
    "ruling_made": Text(
        "违诺处理决定",
        "【一诺】“{project}”收到处理决定 {number}：{measures}。决定书、理由和救济途径请登录查看。",
        (SITE, SMS),
    ),
    "lift_asked": Text("请核查整改", "【一诺】“{project}”申请解除停止建设，请在 {due} 前核查答复。", (SITE, SMS)),
    "lift_refused": Text("停止建设没有解除", "【一诺】“{project}”的停止建设没有解除：{why}", (SITE, SMS)),
    "audit_due": Text("审计报告待核对", "【一诺】“{project}”提交了审计报告，请在 {due} 前核对。", (SITE,)),
    "audit_checked": Text("审计报告核对结果", "【一诺】“{project}”的审计报告{outcome}。{why}", (SITE, SMS)),
    "audit_missing": Text(
        "请提交审计报告",
        "【一诺】“{project}”竣工验收通过，承诺全部履行，加分还缺审计报告。请在项目的“审计报告”里提交。",
        (SITE, SMS),
    ),
    "closing_due": Text(
        "项目终止，请认定承诺",
        "【一诺】“{project}”已终止，“{matter}”的承诺还没有认定履行情况，请在 {due} 前认定。",
        (SITE, SMS),
    ),
    "closing_waits": Text(
        "项目终止，承诺由部门认定",
        "【一诺】“{project}”已终止，{count} 项承诺由同意承诺的部门认定履行情况，可以报告履约情况。",
        (SITE,),
    ),
    "closed": Text("终止项目的承诺已认定", "【一诺】“{project}”的“{matter}”承诺认定为：{outcome}。{why}", (SITE, SMS)),
    "rectify": Text(
        "请整改", "【一诺】“{project}”的承诺验收有 {count} 项未达到，请在 {due} 前整改后再次申请验收。", (SITE, SMS)
    ),
}


EFFECTS = (
    Effect("work.lapsed", "effects.lapsed"),
    Effect("credit.grade_changed", "tasks.grade_changed", after=True),
    Effect("credit.list_at_province", "tasks.grade_changed", after=True),
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
    Effect("projects.decide_by_hand", "effects.decided_by_hand"),
    Effect("onemap.draw", "effects.map_drawn"),
    Effect("onemap.completion_ready", "effects.completion_ready"),
    Effect("onemap.grant", "effects.item_concluded"),
    Effect("onemap.take_in_result", "effects.item_concluded"),
)


LEAVES = (
    Leaf(
        "approval.document",
        frozenset(["item", "letter_sha256"]),
        ("item", "letter_sha256"),
        "leaves.promises_now",
        "leaves.promises_standing",
    ),
    Leaf(
        "anomaly.reported",
        frozenset(["commitment", "measures"]),
        ("commitment", "number"),
        "leaves.rulings_now",
        "leaves.orders_standing",
    ),
    Leaf(
        "anomaly.closed",
        frozenset(["commitment", "measures"]),
        ("commitment", "number"),
        "leaves.rulings_now",
        "leaves.lifts_standing",
    ),
)


ROOM = Register(
    delegable=frozenset({CommitmentsWork.VERIFICATION}),
    handles=True,
    outlives=frozenset({CommitmentsWork.CLOSING}),
    work=CommitmentsWork,
    papers=CommitmentsPaper,
    shapes={
        "commitment_letter": {1: shapes.CommitmentLetterData},
        "promise_ruling": {1: shapes.PromiseRulingData},
        "completion_opinion": {1: shapes.CompletionOpinionData},
    },
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    leaves=LEAVES,
    caches="caches.CACHES",
    uses="uses.USES",
)
