from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.engine.base import Actor
from yinuo.engine.work.actions import close, open_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.toy.room import ToyWork


def application_ended(*, actor: Actor, subject: MapItem, at: datetime, why: str, **_: Any) -> None:
    if work := open_of(subject, ToyWork.LOOK):
        close(actor=actor, item=work, at=at, outcome="withdrawn")
