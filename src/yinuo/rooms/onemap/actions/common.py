"""What every action on an item begins with: the project's lock, the item as it is now, and the question who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import About, Limits, open_of
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.mocking import open_before
from yinuo.rooms.onemap.models import ENDED, ItemState, MapItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions import lock, need_not_stopped
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import ProjectState

Rule = Callable[[Actor, MapItem], bool]
# An application under way goes on after completion; what has not been applied for by then is closed.
GOING_ON = (ProjectState.CONFIRMED, ProjectState.COMPLETED)


def locked(item_id: int) -> MapItem:
    """The item with its project locked first, then itself."""
    project_id = MapItem.objects.values_list("project_id", flat=True).get(pk=item_id)
    project = lock(project_id)
    item = (
        MapItem.objects.select_for_update(no_key=True, of=("self",))
        .select_related("department", "handler", "application__referred_to")
        .get(pk=item_id)
    )
    item.project = project
    return item


def take(
    actor: Actor,
    item_id: int,
    may: Rule,
    states: Iterable[str],
    version: int | None,
    projects: Iterable[str] = (ProjectState.CONFIRMED,),
) -> MapItem:
    """The item locked, allowed, fresh and in one of `states`, its project in one of `projects`.

    Raises Forbidden, Stale, Refused in this order.
    """
    item = locked(item_id)
    if not may(actor, item):
        raise forbid("这个事项不由您办理")
    check_version(item, version)
    need_state(item, states, projects)
    return item


def need_state(item: MapItem, states: Iterable[str], projects: Iterable[str] = (ProjectState.CONFIRMED,)) -> None:
    if item.project.state not in set(projects):
        raise Refused(
            "onemap.project_not_running", "项目未复核确认或已经结束，不能办理事项", remedy="请查看项目当前状态"
        )
    if item.state not in set(states):
        raise Refused(
            "onemap.state",
            f"“{item.name}”现在是“{item.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )


def page_of(item: MapItem) -> PageRef:
    return PageRef("unit:item", item_id=item.pk)


def words(item: MapItem, title: str = "", *, tags: tuple[str, ...] = (), unit_page: PageRef | None = None) -> About:
    """The words of a work item on this item."""
    page = PageRef("staff:item", item_id=item.pk)
    return about(
        item,
        item.project,
        title or item.name,
        page,
        unit_page=unit_page,
        stage=item.stage,
        tags=tags,
        matter_id=item.matter_id,
    )


def limits_of(item: MapItem) -> Limits:
    return Limits(item.limit_value, item.limit_unit, item.statutory_value, item.statutory_unit)


def clock(item: MapItem, kind: str = MapWork.LIMIT) -> WorkItem:
    """The item's running or paused clock. Raises Refused when there is none."""
    found = open_of(item, kind)
    if found is None:
        raise Refused("onemap.no_clock", f"“{item.name}”没有在计时", remedy="请刷新页面查看最新状态")
    return found


def waiting_for(item: MapItem) -> list[str]:
    """Names of the prerequisites on this map that still hold the item up, in the map's order."""
    return list(open_before(item).values_list("name", flat=True))


def need_prerequisites(item: MapItem) -> None:
    """Raises Refused naming what has to come first."""
    names = waiting_for(item)
    if names:
        listed = "、".join(f"“{name}”" for name in names)
        raise Refused(
            "onemap.prerequisites",
            f"“{item.name}”要等前置事项办结",
            remedy=f"请先办结{listed}",
            data={"waiting_for": names},
        )


def need_going_on(item: MapItem) -> None:
    """Raises Refused for a first hand-in on a project that is completed, or whose building is stopped."""
    if item.state == ItemState.OPEN:
        need_not_stopped(item.project)
    if item.project.state == ProjectState.COMPLETED and item.state == ItemState.OPEN:
        raise Refused("onemap.completed", "项目已经竣工，不能再申报新的事项", remedy="如确需办理，请到政务大厅窗口咨询")


def need_text(value: str, field: str, message: str) -> str:
    if not value.strip():
        raise Refused(f"onemap.{field}", message, field=field)
    return value.strip()


def day_of(at: datetime) -> Any:
    return at.astimezone(TZ).date()


def cites(names: Iterable[str]) -> list[str]:
    return pack().cite_texts(list(names))


def ended(item: MapItem) -> bool:
    return item.state in ENDED
