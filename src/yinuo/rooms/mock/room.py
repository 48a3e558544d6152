"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Register, Text, Words
from yinuo.rooms.mock import shapes

# The special service a unit may review.
SERVICE = "mock"


class MockWork(TextChoices):
    OPINION = "mock_opinion", "模拟审批初审"


class MockPaper(TextChoices):
    APPLICATION = "mock_application", "模拟审批申请表"
    COMMITMENT = "mock_commitment", "模拟审批承诺书"
    NOTICE = "mock_notice", "模拟审批告知单"
    CIRCULATION = "mock_circulation", "模拟审批告知流转单"


VERBS = {
    "mock.distribute": Words("分发模拟审批", story="列入模拟审批，分发各部门"),
    "mock.end": Words("模拟审批结束", story="模拟审批结束", mark="notice"),
    "mock.give_opinion": Words("提出模拟审批意见"),
    "mock.keep_signed": Words("留存模拟审批申请表和承诺书"),
    "mock.register": Words("窗口登记模拟审批", story="窗口登记模拟审批申请"),
    "mock.register_land": Words("登记土地手续，进入文件转换", story="登记土地手续，进入文件转换"),
    "mock.report_change": Words("登记重新报批的情形"),
}


NOTICES = {
    "mock_registered": Text(
        "模拟审批已登记", "【一诺】“{project}”的模拟审批申请已在综合窗口登记，请签署申请表和承诺书。", (SITE, SMS)
    ),
    "mock_opinion_due": Text(
        "请提出模拟审批意见", "【一诺】“{project}”申请模拟审批，请在 {due} 前提出意见。", (SITE, SMS)
    ),
    "mock_agreed": Text(
        "模拟审批审核通过", "【一诺】“{project}”的模拟审批申请已审核通过，请分发各审批部门。", (SITE, SMS)
    ),
    "mock_refused_entry": Text("不予列入模拟审批", "【一诺】“{project}”不予列入模拟审批：{why}", (SITE, SMS)),
    "mock_distributed": Text(
        "列入模拟审批", "【一诺】“{project}”已列入模拟审批（{number}），请按模拟审批要求办理。", (SITE, SMS)
    ),
    "mock_converting": Text(
        "模拟审批进入文件转换", "【一诺】“{project}”已取得土地手续，各部门请在 {due} 前作出正式批复。", (SITE, SMS)
    ),
    "mock_again": Text("模拟审批须重新报批", "【一诺】“{project}”的模拟审批须重新报批：{why}", (SITE, SMS)),
    "mock_lapsed": Text(
        "模拟审批文件失效", "【一诺】“{project}”的“{matter}”模拟审批文件有效期届满，已失效，请重新申报。", (SITE, SMS)
    ),
    "mock_ended": Text("模拟审批已撤回", "【一诺】“{project}”的模拟审批已撤回：{why}", (SITE,)),
}


EFFECTS = (
    Effect("work.lapsed", "effects.lapsed"),
    Effect("onemap.grant_mock", "effects.item_mocked"),
    Effect("onemap.refuse_mock", "effects.item_not_mocked"),
    Effect("onemap.grant", "effects.item_decided"),
    Effect("onemap.refuse", "effects.item_decided"),
    Effect("projects.report_start", "effects.start_reported"),
    Effect("projects.amend", "effects.facts_changed"),
    Effect("projects.withdraw_filing", "effects.project_ended"),
    Effect("projects.terminate", "effects.project_ended"),
)


ROOM = Register(
    approval=frozenset({MockWork.OPINION}),
    services={SERVICE: "模拟审批"},
    handles=True,
    work=MockWork,
    papers=MockPaper,
    shapes={
        "mock_application": {1: shapes.MockApplicationData},
        "mock_commitment": {1: shapes.MockCommitmentData},
        "mock_notice": {1: shapes.MockNoticeData},
        "mock_circulation": {1: shapes.MockCirculationData},
    },
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
    uses="uses.USES",
)
