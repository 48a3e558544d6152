"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Register, Text, Words
from yinuo.rooms.window import shapes


class WindowPaper(TextChoices):
    RECEIPT = "window_receipt", "窗口收件回执"
    HANDOUT = "handout_record", "领证登记单"


VERBS = {
    "window.bind_visitor": Words("窗口开通或者找回账号", at_window="开通或者找回上网账号"),
    "window.close_visit": Words("窗口来访结束"),
    "window.hand_out": Words("窗口发放文书", story="在综合窗口领取文书", at_window="领取文书"),
    "window.open_visit": Words("窗口登记来访"),
}


NOTICES = {
    "window_opened": Text(
        "有人在窗口为贵单位办事",
        "【一诺】{visitor}（{authority}）正在{hall}综合窗口为贵单位办事：{purpose}。如非贵单位委托，请立即联系综合窗口{phone}。",
        (SITE, SMS),
    ),
    "window_closed": Text(
        "窗口办理结果",
        "【一诺】{visitor}今天在综合窗口为贵单位办理：{what}。来访回执 {receipt}，登录即可查看。",
        (SITE, SMS),
    ),
}


ROOM = Register(
    handles=True,
    papers=WindowPaper,
    shapes={
        "window_receipt": {1: shapes.WindowReceiptData},
        "handout_record": {1: shapes.HandoutRecordData},
    },
    verbs=VERBS,
    notices=NOTICES,
    uses="uses.USES",
)
