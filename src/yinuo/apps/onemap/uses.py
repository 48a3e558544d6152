"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.apps.documents.usage import FileUse
from yinuo.apps.onemap.models import ENDED, Submission

USES = [FileUse(Submission, "申报：{item__name}", "{item__project__name}", "at", "unit:item", "item_id", running=~Q(item__state__in=ENDED))]
