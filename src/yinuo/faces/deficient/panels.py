"""容缺受理 on the pages of the site: a matter's, for the company and for the hall, and its public guide."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from yinuo.core.pack.types import Matter
from yinuo.engine.rules import pack
from yinuo.rooms.deficient.queries import of_item
from yinuo.rooms.deficient.rules import published
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.ui import words
from yinuo.ui.panels import Panel, html

MARK = "容缺"


def unit_item(item: MapItem, *, may_apply: bool) -> Panel:
    """`may_apply`: nothing the matter waits for is missing, so that it may be applied for now."""
    deficient = item.present.deficient
    row = next(iter(of_item(item)), None) if deficient else None
    ask = item.state == ItemState.OPEN and may_apply
    return Panel(
        marks=((MARK, "blue"),) if deficient else (),
        links=(("次要材料不齐？看能不能容缺受理", reverse("unit:deficient", args=[item.pk])),) if ask else (),
        section=html("deficient/unit_item.html", row=row) if row else "",
    )


def staff_item(item: MapItem) -> Panel:
    rows = of_item(item)
    return Panel(
        marks=((MARK, "amber"),) if item.present.deficient else (),
        notice=html("deficient/staff_notice.html", rows=[row for row in rows if row.is_open]),
        section=html("deficient/staff_item.html", rows=rows) if rows else "",
    )


def guide(matter: Matter, hall_id: int | None, day: date) -> Panel:
    """What of the matter's material may come later, as the department has published it (附件5·三(二))."""
    cites = words.cite_links(pack().parameter("deficient.published", day).cites)
    return Panel(section=html("deficient/guide.html", gap=published(matter, hall_id, day), cites=cites))
