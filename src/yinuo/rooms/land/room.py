"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Leaf, Register, Text, Words
from yinuo.rooms.land import shapes

# The special service a unit may review.
LAND_LIST, STANDARD_LAND = "land_list", "standard_land"


class LandWork(TextChoices):
    INPUT = "land_input", "用地清单要素"


class LandPaper(TextChoices):
    LIST = "land_list", "用地清单"


VERBS = {
    "land.answer_input": Words("提出用地清单要素"),
    "land.assemble_list": Words("汇总形成用地清单"),
    "land.correct_input": Words("更正用地清单"),
    "land.decide_at_once": Words("“标准地”项目按承诺即时决定"),
    "land.declare_standard": Words("认定“标准地”"),
    "land.enter_parcel": Words("登记地块"),
    "land.input_lapsed": Words("用地清单要素逾期未提出"),
    "land.issue_list": Words("发放用地清单"),
    "land.leave_to_department": Words("不能即时决定，转部门办理"),
    "land.offer_parcel": Words("公开出让地块"),
    "land.open_list": Words("发起用地清单"),
    "land.record_assessment": Words("登记地块区域评估"),
    "land.record_basic": Words("登记地块基本条件"),
    "land.record_title": Words("登记地块权属"),
    "land.register_interest": Words("登记用地意向"),
    "land.sell_parcel": Words("登记土地出让合同"),
    "land.set_indicators": Words("设定控制性指标"),
    "land.settle_project": Words("项目确认用地"),
    "land.undo_standard": Words("撤销“标准地”认定"),
}


NOTICES = {
    "land_input_due": Text(
        "请提出用地清单要素", "【一诺】地块 {number}（{name}）请在 {due} 前提出{part}。", (SITE, SMS)
    ),
    "land_input_lapsed": Text(
        "用地清单要素逾期未提出", "【一诺】{office}没有在期限内提出地块 {number} 的{part}，清单不再等待。", (SITE,)
    ),
    "land_assembly_due": Text(
        "请汇总用地清单", "【一诺】地块 {number}（{name}）的要素已齐备，请在 {due} 前汇总形成清单。", (SITE, SMS)
    ),
    "land_sold": Text(
        "土地出让合同已登记",
        "【一诺】地块 {number}（{name}）的出让合同 {contract} 已登记，可以在项目中确认用地。",
        (SITE, SMS),
    ),
    "land_list_issued": Text(
        "用地清单已发放", "【一诺】地块 {number}（{name}）的用地清单已发放，可据此开展工程方案设计。", (SITE, SMS)
    ),
    "land_list_corrected": Text(
        "用地清单有更正", "【一诺】地块 {number}（{name}）的用地清单有新的版本：{why}。请以最新版本为准。", (SITE, SMS)
    ),
    "decided_at_once": Text(
        "“标准地”项目已按承诺决定",
        "【一诺】“{project}”的“{matter}”公示期满，已以贵部门名义作出决定，文号 {number}，请送达。",
        (SITE, SMS),
    ),
}


EFFECTS = (
    Effect("commitments.close_notice", "effects.notice_over"),
    Effect("commitments.answer_objection", "effects.notice_over"),
    Effect("work.lapsed", "effects.term_over"),
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
    Effect("onemap.land", "effects.landed"),
)


LEAVES = (
    Leaf("approval.document", frozenset(["contract", "indicators"]), (), "leaves.sales_now", "leaves.sales_standing"),
)


ROOM = Register(
    services={STANDARD_LAND: "“标准地”", LAND_LIST: "用地清单制"},
    handles=True,
    work=LandWork,
    papers=LandPaper,
    shapes={
        "land_list": {1: shapes.LandListData},
    },
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    leaves=LEAVES,
)
