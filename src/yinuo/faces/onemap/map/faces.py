"""How each side of the counter reaches the same map: its addresses, and the one next thing each reader can do with a
matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yinuo.engine.base import Actor
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.queries import Card


@dataclass(frozen=True, slots=True)
class Face:
    """`root` stands before every address; `action` gives the next action's words and address; the unit `chooses` a
    route.
    """

    root: str
    action: Callable[[Card], tuple[str, str]]
    chooses: bool = False

    def item(self, item: MapItem) -> str:
        return f"{self.root}items/{item.pk}/"

    def map(self, project_id: int) -> str:
        return f"{self.root}projects/{project_id}/map/"

    def due(self, item: MapItem) -> str:
        return f"{self.map(item.project_id)}due/{item.pk}/"

    def landing(self, project_id: int) -> str:
        return f"{self.map(project_id)}landing/"

    def routes(self, item: MapItem) -> str:
        return f"{self.map(item.project_id)}routes/{item.pk}/"


def _unit_action(card: Card) -> tuple[str, str]:
    item, url = card.item, f"/items/{card.item.pk}/"
    if item.mock:
        return "看模拟审批", f"/projects/{item.project_id}/mock/"
    if item.state in (ItemState.INCOMPLETE, ItemState.INCORRECT):
        return "补充材料", f"{url}submit/"
    if card.look == "ready":
        return ("去承诺", f"{url}commit/") if item.promisable else ("去申报", f"{url}submit/")
    if item.state in (ItemState.NOTICE, ItemState.DECIDABLE):
        return "看承诺", f"{url}commit/"
    if item.state == ItemState.PAUSED:
        return "看原因", url
    if item.state == ItemState.GRANTED:
        return "看结果", url
    return ("", "") if card.look == "wait" else ("查看", url)


UNIT = Face("/", _unit_action, chooses=True)

HANDLING = {
    ItemState.RECEIVED: "审查收件",
    ItemState.ACCEPTED: "办理",
    ItemState.NOTICE: "看公示",
    ItemState.DECIDABLE: "作决定",
    ItemState.PAUSED: "看暂停",
    ItemState.INCORRECT: "看退回",
}


def staff(actor: Actor) -> Face:
    """The department's own approver handles, the general convener coordinates what is late, everybody else looks."""

    def action(card: Card) -> tuple[str, str]:
        item = card.item
        if card.look in ("wait", "ready"):
            return "", ""
        url = f"/staff/items/{item.pk}/"
        if item.state == ItemState.MOCK_GRANTED and card.work is not None and actor.department_id == item.department_id:
            return ("作正式批复" if actor.role == "approver" else "查看"), url
        if actor.role == "approver" and actor.department_id == item.department_id and item.state in HANDLING:
            return HANDLING[ItemState(item.state)], url
        if card.look == "red" and actor.role == "general_convener":
            return "去协调", url
        return "查看", url

    return Face("/staff/", action)
