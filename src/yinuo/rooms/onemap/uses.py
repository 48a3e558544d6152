"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.onemap.models import ENDED, Submission

USES = [
    FileUse(
        Submission,
        "申报：{application__item__name}",
        "{application__item__project__name}",
        "at",
        "unit:item",
        "application__item_id",
        running=~Q(application__item__state__in=ENDED),
    )
]
