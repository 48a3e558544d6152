"""How this room's uses of a file are told."""

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.inspections.models import Interview, Statement, Visit

USES = [
    FileUse(
        Statement,
        "双随机检查：陈述意见或者改正情况报告",
        "{inspection__project__name}",
        "at",
        "unit:inspection",
        "inspection_id",
    ),
    FileUse(Visit, "双随机检查记录", "{inspection__project__name}", "recorded_at"),
    FileUse(Interview, "约谈记录", "{inspection__project__name}", "at"),
]
