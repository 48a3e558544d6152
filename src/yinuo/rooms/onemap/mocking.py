"""What 模拟审批 changes on a map (附件4): a mock document lets other mock matters go on, and holds nothing else up nor
down.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from yinuo.engine.base import Actor, Refused
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.models import CONCLUDED, ItemState, MapItem
from yinuo.rooms.onemap.room import MapWork

FORMAL = (ItemState.GRANTED, ItemState.EXEMPT, ItemState.CANCELLED)


def land_matters(day: date) -> tuple[str, ...]:
    """The land formalities that count as done while a project is under mock approval."""
    return tuple(pack().parameter("mock.land_matters", day).value)


def open_before(item: MapItem) -> QuerySet[MapItem]:
    """The prerequisites that still hold the item up, in the map's order.

    Under mock approval the land counts as there, and a mock document of another matter as its document; once the item
    itself has its mock document, what it waits for is the formal ones.
    """
    rows = MapItem.objects.filter(project_id=item.project_id, matter_id__in=item.after).exclude(state__in=FORMAL)
    if item.mock:
        rows = rows.exclude(matter_id__in=land_matters(item.project.rules_on))
        if item.state != ItemState.MOCK_GRANTED:
            rows = rows.exclude(mock=True, state=ItemState.MOCK_GRANTED)
    return rows.order_by("position")


def counted_done(item: MapItem, others: Sequence[MapItem], day: date) -> set[str]:
    """The matters that count as done for this item, of all on its map: the same rule, for rows already read."""
    done = {other.matter_id for other in others if other.state in CONCLUDED}
    if item.mock:
        done |= set(land_matters(day))
        if item.state != ItemState.MOCK_GRANTED:
            done |= {other.matter_id for other in others if other.mock and other.state == ItemState.MOCK_GRANTED}
    return done


def cites_of(item: MapItem, name: str) -> list[str]:
    return pack().cite_texts(pack().parameter(name, item.project.rules_on).cites)


def need_counter(actor: Actor, item: MapItem) -> None:
    """Raises Refused for what comes in online: 模拟审批只在线下操作."""
    if item.mock and actor.entrance != "window":
        raise Refused(
            "onemap.mock_offline",
            f"“{item.name}”正在模拟审批，模拟审批只在线下操作",
            remedy=f"请把材料交到{item.project.hall.name}的投资建设项目审批服务窗口（综合窗口）",
            cites=cites_of(item, "mock.offline"),
        )


def conversion_of(item: MapItem) -> WorkItem | None:
    """The clock of the conversion, once the land is there; before, only the validity of the mock document runs."""
    return WorkItem.objects.filter(
        subject_kind="onemap.mapitem",
        subject_id=item.pk,
        kind=MapWork.MOCK_CONVERSION,
        waits_for="staff",
        state__in=["running", "paused"],
    ).first()


def need_land(item: MapItem) -> None:
    """Raises Refused while a mock document cannot become a formal one."""
    if item.state == ItemState.MOCK_GRANTED and conversion_of(item) is None:
        raise Refused(
            "onemap.mock_land",
            f"“{item.name}”已模拟通过，土地出让合同或者划拨决定书登记以后才能作出正式批复",
            remedy="请项目单位取得土地手续后及时提交综合窗口",
            cites=cites_of(item, "mock.conversion_limit"),
        )


def months_after(day: date, count: int) -> date:
    """The day of the same number `count` months on, or the month's last where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def valid_days(day: date, rules_on: date) -> int:
    """Calendar days a mock document given on `day` is valid."""
    return (months_after(day, pack().integer("mock.validity", rules_on)) - day).days
