"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.deficient.models import OPEN, DeficientAcceptance

USES = [
    FileUse(
        DeficientAcceptance,
        "容缺受理（{role}）：{item__name}",
        "{item__project__name}",
        "applied_at",
        "unit:deficient",
        "item_id",
        running=Q(state__in=OPEN),
    )
]
