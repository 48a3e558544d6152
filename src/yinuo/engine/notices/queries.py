from __future__ import annotations

from django.db.models import Q, QuerySet

from yinuo.engine.base import Actor
from yinuo.engine.notices.models import Channel, Message


def of_actor(actor: Actor) -> QuerySet[Message]:
    """The in-site messages to the person and, acting for their own unit, to the unit; newest first."""
    mine = Q(person_id=actor.person_id)
    if actor.unit_id is not None and not actor.via:
        mine |= Q(unit_id=actor.unit_id)
    return Message.objects.filter(mine, channel=Channel.SITE).order_by("-queued_at", "id")
