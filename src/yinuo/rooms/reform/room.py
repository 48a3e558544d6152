"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Register, Text, Words
from yinuo.rooms.reform import shapes


class ReformWork(TextChoices):
    REPORT = "reform_report", "改革通报草拟"
    CONSENT = "reform_consent", "改革通报审签"
    SELF_REPORT = "reform_self_report", "改革年度自评"


class ReformPaper(TextChoices):
    REPORT = "reform_report", "改革推进情况通报和评价"


VERBS = {
    "reform.draft": Words("生成改革通报的数字"),
    "reform.edit": Words("修改改革通报的文字"),
    "reform.hand_self_report": Words("交部门年度自评"),
    "reform.publish": Words("同意公布改革通报"),
    "reform.return": Words("退回改革通报"),
    "reform.submit": Words("改革通报报审"),
}


NOTICES = {
    "reform_drafted": Text(
        "改革通报请写文字", "【一诺】“{title}”的数字已经生成，请写明情况和整改要求后报审。", (SITE, SMS)
    ),
    "reform_self_report_due": Text("请交年度自评", "【一诺】“{title}”已经生成，请写本部门的年度自评。", (SITE, SMS)),
    "reform_submitted": Text("改革通报待审签", "【一诺】“{title}”请在 {due} 前审签。", (SITE, SMS)),
    "reform_returned": Text("改革通报退回修改", "【一诺】“{title}”退回修改：{why}"),
}


ROOM = Register(
    work=ReformWork,
    papers=ReformPaper,
    shapes={
        "reform_report": {1: shapes.ReformReportData},
    },
    verbs=VERBS,
    notices=NOTICES,
)
