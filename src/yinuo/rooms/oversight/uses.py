"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.oversight.models import LifeRecord, WarningState, WarningStep

USES = [
    FileUse(
        WarningStep, "预警：说明或者改正情况", "{warning__project__name}", "at", "unit:warning", "warning_id",
        running=~Q(warning__state=WarningState.CLOSED),
    ),
    FileUse(LifeRecord, "监管记录", "{project__name}", "at"),
]  # fmt: skip
