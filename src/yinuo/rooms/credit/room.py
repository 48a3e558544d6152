"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Leaf, Register, Text, Words


class CreditWork(TextChoices):
    CONSENT = "credit_consent", "加减分审签"
    EXECUTION = "credit_execution", "加减分执行"
    REPAIR = "repair", "分值修复"
    OBJECTION = "credit_objection", "加减分异议"
    REVIEW = "credit_review", "信用复核"


VERBS = {
    "credit.accept_objection": Words("同意分值异议"),
    "credit.accept_repair": Words("同意分值修复"),
    "credit.accept_review": Words("同意复核申请"),
    "credit.ask_objection": Words("提出分值异议", at_window="对信用加减分提出异议"),
    "credit.ask_repair": Words("申请分值修复", at_window="申请信用分值修复"),
    "credit.ask_review": Words("申请信用复核"),
    "credit.check_evaluations": Words("核对信用评价表"),
    "credit.consent": Words("同意加减分"),
    "credit.execute": Words("执行加减分", story="信用分变动"),
    "credit.grade_changed": Words("信用等级变化"),
    "credit.import_score": Words("导入公共信用评价"),
    "credit.list_at_province": Words("登记省级信用等级"),
    "credit.propose": Words("提出加减分"),
    "credit.refuse_consent": Words("不同意加减分"),
    "credit.refuse_score": Words("信用分与签名的记录不符，拒绝办理"),
    "credit.reject_objection": Words("不同意分值异议"),
    "credit.reject_repair": Words("不同意分值修复"),
    "credit.reject_review": Words("复核维持原答复"),
    "credit.send_public": Words("信用信息送达公共信用平台"),
    "credit.take_evaluations": Words("确认导入信用评价"),
    "credit.withdraw_proposal": Words("撤回加减分建议"),
}


NOTICES = {
    "consent_due": Text("加减分待审签", "【一诺】{unit}信用加减分建议（{points} 分）待您审签：{why}", (SITE, SMS)),
    "execution_due": Text("加减分待执行", "【一诺】{unit}信用加减分（{points} 分）已审签，待执行。", (SITE,)),
    "proposal_ended": Text("加减分建议已终止", "【一诺】{unit}信用加减分建议（{points} 分）{outcome}：{why}", (SITE,)),
    "points": Text(
        "信用分变动", "【一诺】贵单位信用分变动 {points} 分，现为 {score} 分（{grade}）。依据：{why}", (SITE, SMS)
    ),
    "score_refused": Text(
        "信用分与签名的记录不符", "【一诺】{unit}的信用分与签名的记录不符，办理已被拒绝，请核对：{why}", (SITE, SMS)
    ),
    "relief_due": Text("信用修复或异议待办理", "【一诺】{unit}申请{kind}，请在 {due} 前办理。", (SITE,)),
    "relief_decided": Text("信用修复或异议结果", "【一诺】贵单位的{kind}申请：{outcome}。{why}", (SITE, SMS)),
}


LEAVES = (
    Leaf("credit.event", frozenset(["seq", "unit"]), ("unit", "seq"), "leaves.events_now", "leaves.events_standing"),
)


ROOM = Register(
    work=CreditWork,
    verbs=VERBS,
    notices=NOTICES,
    leaves=LEAVES,
    caches="caches.CACHES",
    uses="uses.USES",
)
