"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.apps.deficient.models import OPEN, DeficientAcceptance
from yinuo.apps.documents.usage import FileUse

USES = [
    FileUse(
        DeficientAcceptance, "容缺受理（{role}）：{item__name}", "{item__project__name}", "applied_at", "unit:deficient", "item_id",
        running=Q(state__in=OPEN),
    )
]  # fmt: skip
