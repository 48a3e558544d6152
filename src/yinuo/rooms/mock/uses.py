"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.mock.models import OPEN, MockApplication

USES = [
    FileUse(
        MockApplication,
        "模拟审批：{role}",
        "{project__name}",
        "registered_at",
        "unit:mock",
        "project_id",
        running=Q(state__in=OPEN),
    )
]
