from __future__ import annotations

from yinuo.engine.work.actions import open_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.toy.room import ToyWork
from yinuo.ui.panels import Panel


def unit_item(item: MapItem, *, may_apply: bool) -> Panel:
    return Panel(marks=(("正在再看一眼", "blue"),) if open_of(item, ToyWork.LOOK) else ())
