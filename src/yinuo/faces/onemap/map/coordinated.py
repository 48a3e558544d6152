"""What the map says of a coordination under way: who leads it, since when, and when each matter would be due if it went
on today.
"""

from __future__ import annotations

from dataclasses import dataclass

from yinuo.engine.work import clocks
from yinuo.rooms.onemap.actions.pausing import COORDINATED
from yinuo.rooms.onemap.coordinating import open_of
from yinuo.rooms.onemap.models import Coordination
from yinuo.rooms.onemap.queries import MapView
from yinuo.ui.components.text import closing


@dataclass(frozen=True, slots=True)
class Shown:
    made: Coordination
    others: str
    dues: tuple[tuple[str, str], ...]


def shown(view: MapView) -> list[Shown]:
    """Asks nothing more where no clock of the map stands still for one."""
    paused = {card.item.pk: card for card in view.cards if card.work is not None and COORDINATED in card.work.tags}
    if not paused:
        return []
    made = []
    for row in open_of(view.project.pk):
        if row.state != "running":
            continue
        dues = []
        for link in row.affected.all():
            card = paused.get(link.item_id)
            if card is not None and card.work is not None:
                state = clocks.state_of(card.work, list(card.work.events.order_by("id")), view.now)
                dues.append((link.item.name, closing(state.due_at) if state else ""))
        others = "、".join(one.department.short_name for one in row.opinions.all() if one.department_id != row.lead_id)
        made.append(Shown(row, others, tuple(dues)))
    return made
