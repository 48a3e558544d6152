"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Register, Text, Words
from yinuo.rooms.deficient import shapes

# The special service a unit may review.
SERVICE = "deficient"


class DeficientWork(TextChoices):
    OPINION = "deficient_opinion", "容缺审核"


class DeficientPaper(TextChoices):
    APPLICATION = "deficient_application", "容缺受理申请表"
    NOTICE = "deficient_notice", "容缺受理通知书"


VERBS = {
    "catalogue.tolerate": Words("公布容缺材料和时限"),
    "catalogue.tolerate_no_more": Words("不再容缺受理"),
    "deficient.accept": Words("容缺受理：签署承诺并受理"),
    "deficient.agree": Words("同意容缺受理"),
    "deficient.apply": Words("申请容缺受理", at_window="申请容缺受理"),
    "deficient.decline": Words("不予容缺受理"),
    "deficient.end": Words("容缺受理终止"),
    "deficient.give_up": Words("容缺材料逾期未补，退件"),
    "deficient.only_gap": Words("审查已毕，只差容缺材料"),
    "deficient.supply": Words("补齐容缺材料"),
}


NOTICES = {
    "gap_deemed": Text(
        "容缺申请视为受理",
        "【一诺】“{matter}”的容缺受理申请部门逾期没有答复，自收到申请之日起视为受理，所缺材料等部门一次性告知。",
        (SITE, SMS),
    ),
    "gap_asked": Text("容缺受理申请待审核", "【一诺】“{matter}”申请容缺受理，请在 {due} 前提出审核意见。", (SITE, SMS)),
    "gap_declined": Text(
        "不予容缺受理", "【一诺】“{matter}”不予容缺受理：{why}。可以补齐材料后按常规申报。", (SITE, SMS)
    ),
    "gap_noticed": Text(
        "请签署容缺受理承诺",
        "【一诺】“{matter}”同意容缺受理，请到综合窗口签署承诺，{until}前补齐：{what}。",
        (SITE, SMS),
    ),
    "gap_open": Text(
        "已容缺受理", "【一诺】“{matter}”已容缺受理，请在 {until} 前补齐：{what}。逾期视为放弃申请。", (SITE, SMS)
    ),
    "gap_filled": Text("容缺材料已补齐", "【一诺】“{matter}”的容缺材料已补齐，请继续办理。", (SITE, SMS)),
    "gap_given_up": Text(
        "逾期未补齐，已退件",
        "【一诺】“{matter}”的容缺材料没有在 {until} 前补齐，视为放弃申请，作退件处理。可以重新申报。",
        (SITE, SMS),
    ),
}


EFFECTS = (
    Effect("work.lapsed", "effects.lapsed"),
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
    Effect("onemap.submit_materials", "effects.overtaken"),
    Effect("commitments.commit", "effects.overtaken"),
    Effect("commitments.commit_on_paper", "effects.overtaken"),
    Effect("onemap.withdraw_application", "effects.application_ended"),
    Effect("onemap.refuse", "effects.application_ended"),
)


ROOM = Register(
    approval=frozenset({DeficientWork.OPINION}),
    delegable=frozenset({DeficientWork.OPINION}),
    services={SERVICE: "容缺受理"},
    handles=True,
    work=DeficientWork,
    papers=DeficientPaper,
    shapes={
        "deficient_application": {1: shapes.DeficientApplicationData},
        "deficient_notice": {1: shapes.DeficientNoticeData},
    },
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    uses="uses.USES",
)
