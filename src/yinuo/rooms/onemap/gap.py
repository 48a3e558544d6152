"""An application that was accepted with a gap (容缺受理): how it is marked, and what its papers say of the gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.engine.documents.attachments import AttachedFile
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.room import MapWork

# The pack's pause while the department waits for what is missing.
PAUSE = "deficient_gap"
# The pause is not chosen by hand: message and remedy.
NOT_BY_HAND = ("容缺材料待补请在容缺受理中办理", "审查已毕、只差容缺材料的，在容缺受理页面说明，计时随之暂停")


def tags(item: MapItem) -> tuple[str, ...]:
    return ("容缺",) if item.present.deficient else ()


def missing_lines(item: MapItem, handed: Sequence[AttachedFile]) -> list[dict[str, Any]]:
    """What is still to come, as lines of a receipt."""
    given = {one.id for one in handed}
    missing = [row for row in item.materials if row["id"] not in given] if item.present.deficient else []
    return [{"name": row["name"], "note": "容缺，待补"} for row in missing]


def passed(item: MapItem) -> str:
    """What the decision says of it: the gap was filled, and when. "" where there was none."""
    if not item.present.deficient:
        return ""
    gap = WorkItem.objects.filter(
        subject_kind=item._meta.label_lower, subject_id=item.pk, kind=MapWork.GAP, outcome="completed"
    ).latest("id")
    assert gap.closed_at is not None
    day = day_words(gap.closed_at.astimezone(TZ).date())
    return f"本事项容缺受理，容缺材料已于{day}补齐，容缺通过。"
