"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import Register, Words

VERBS = {
    "work.due_today": Words("提醒今天到期"),
    "work.extend": Words("时钟延长"),
    "work.hand_over": Words("转交承办部门"),
    "work.import_calendar": Words("导入节假日通知"),
    "work.lapsed": Words("期限届满"),
    "work.pause": Words("时钟暂停"),
    "work.pause_ended": Words("暂停期限届满，自动恢复"),
    "work.reassign": Words("转交"),
    "work.red": Words("亮红灯"),
    "work.remind": Words("催办"),
    "work.resume": Words("时钟恢复"),
    "work.yellow": Words("亮黄灯"),
}


ROOM = Register(
    handles=True,
    verbs=VERBS,
    caches="caches.CACHES",
)
