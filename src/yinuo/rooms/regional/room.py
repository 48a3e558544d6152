"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Leaf, Register, Text, Words
from yinuo.rooms.regional import shapes


class RegionalWork(TextChoices):
    APPROVAL = "regional_approval", "区域评估审查"
    UPKEEP = "regional_upkeep", "区域评估更新"


class RegionalPaper(TextChoices):
    REPORT = "regional_result", "区域评估评审结果"


VERBS = {
    "regional.approve_assessment": Words("批准区域评估报告"),
    "regional.begin_assessment": Words("组织区域评估"),
    "regional.cancel_assessment": Words("终止区域评估"),
    "regional.close_zone": Words("撤销特殊功能区"),
    "regional.commission_assessment": Words("委托区域评估"),
    "regional.expire": Words("区域评估结果到期"),
    "regional.give_opinion": Words("对区域评估提出意见"),
    "regional.open_zone": Words("登记特殊功能区"),
    "regional.publish_assessment": Words("公布区域评估结果"),
    "regional.record_report": Words("录入区域评估报告"),
    "regional.return_assessment": Words("退回区域评估报告"),
    "regional.settle_fee": Words("登记返还区域评估费用"),
    "regional.submit_assessment": Words("报送区域评估报告"),
    "regional.withdraw_result": Words("撤回区域评估结果"),
}


NOTICES = {
    "regional_used": Text("区域评估结果的使用", "【一诺】“{project}”{what}{zone}“{matter}”的区域评估结果。", (SITE,)),
    "regional_opinion_due": Text(
        "请对区域评估提出意见", "【一诺】{zone}拟开展“{matter}”区域评估，请在 {due} 前提出意见。", (SITE, SMS)
    ),
    "regional_approval_due": Text(
        "区域评估报告待审查", "【一诺】{zone}报送“{matter}”区域评估报告，请在 {due} 前审查。", (SITE, SMS)
    ),
    "regional_decided": Text(
        "区域评估报告审查结果", "【一诺】{zone}“{matter}”区域评估报告：{outcome}。{why}", (SITE, SMS)
    ),
    "regional_ended": Text(
        "区域评估结果停止使用", "【一诺】{zone}“{matter}”区域评估结果{outcome}。已共享的项目不受影响。{why}", (SITE,)
    ),
    "regional_new": Text(
        "所在园区公布了新的区域评估结果",
        "【一诺】{zone}公布了“{matter}”区域评估结果，“{project}”可以共享，请到事项页面选择。",
        (SITE,),
    ),
}


EFFECTS = (
    Effect("work.lapsed", "effects.lapsed"),
    Effect("onemap.share_result", "effects.shared"),
    Effect("onemap.unshare", "effects.given_back"),
    Effect("onemap.grant", "effects.granted"),
)


LEAVES = (
    Leaf(
        "approval.document", frozenset(["report_sha256", "zone"]), (), "leaves.results_now", "leaves.results_standing"
    ),
    Leaf("approval.document", frozenset(["granted", "zone"]), (), "leaves.approvals_now", "leaves.approvals_standing"),
)


ROOM = Register(
    handles=True,
    work=RegionalWork,
    papers=RegionalPaper,
    shapes={
        "regional_result": {1: shapes.RegionalResultData},
    },
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    leaves=LEAVES,
    uses="uses.USES",
)
