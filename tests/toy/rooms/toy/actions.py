from __future__ import annotations

from datetime import datetime

from yinuo.engine.base import Actor, PageRef
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Person
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, open_item
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions.common import words
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.toy.room import ToyWork


@action
def ask(*, actor: Actor, item: MapItem, person: Person, at: datetime) -> WorkItem:
    made = open_item(
        actor=actor,
        kind=ToyWork.LOOK,
        about=words(item, f"再看一眼：{item.name}"),
        limits=Limits(2),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=person.pk,
    )
    record(actor, "toy.ask", item, at=at, project_code=item.project.code or "", data={"item": item.pk})
    tell("toy_asked", at=at, persons=[person], page=PageRef("staff:toy"), matter=item.name)
    return made
