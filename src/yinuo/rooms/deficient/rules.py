"""Whether a gap can be tolerated, and if not, why and by which clause: said on the spot (附件5·二(二))."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.core.grades import allows
from yinuo.core.pack.types import Matter, Measure
from yinuo.engine.base import Refused
from yinuo.engine.catalogue.models import Tolerance
from yinuo.engine.catalogue.queries import tolerance
from yinuo.engine.rules import pack
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.queries import grade_of

REGULAR = "请补齐全部材料后按常规申报"
SCOPE, PUBLISHED = "deficient.excluded", "deficient.published"


def not_tolerated(matter: Matter, day: date) -> str | None:
    """Why a matter of its kind is outside 容缺受理 (即办件、上报件); None where it is not."""
    if matter.handling not in pack().parameter("deficient.excluded", day).value:
        return None
    kind = {"instant": "即办件", "reported_upward": "上报件"}.get(matter.handling, "不适用容缺受理的事项")
    return f"“{matter.full_name}”是{kind}，不适用容缺受理"


@dataclass(frozen=True, slots=True)
class Gap:
    """What of a matter's material may come later, at most how many working days; `why_not` where none may."""

    names: tuple[str, ...]
    days: int
    why_not: str


def published(matter: Matter, hall_id: int | None, day: date) -> Gap:
    """容缺受理 as the department has published it (附件5·三(二))."""
    why = not_tolerated(matter, day)
    found = tolerance(hall_id, matter.id, day) if why is None and hall_id is not None else None
    if found is None:
        return Gap((), 0, why or "")
    return Gap(tuple(row.name for row in matter.materials if row.id in found.materials), found.days, "")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether this matter of this project tolerates a gap at all: `tolerance` says which, or `against` says why not."""

    tolerance: Tolerance | None
    measure: Measure | None
    against: Refused | None

    @property
    def reduced(self) -> bool:
        """Of a company in the middle class the department may reduce or cancel it (附件2·第二十二条)."""
        return self.measure is not None and self.measure.value == "reduced"

    def materials(self, item: MapItem) -> list[dict[str, Any]]:
        """The materials of this item that may come later."""
        allowed = set(self.tolerance.materials) if self.tolerance else set()
        return [row for row in item.materials if row["id"] in allowed and not row["main"]]


def standing_of(item: MapItem, day: date) -> Standing:
    """By the kind of the matter, the company's grade and what the department has published on `day`, in this order."""
    rules_on = item.project.rules_on
    measure = allows("deficient", grade_of(item.project), pack(), rules_on)
    if (why := not_tolerated(pack().matters[item.matter_id], rules_on)) is not None:
        return Standing(None, measure, _refused("deficient.handling", why, _law(SCOPE, rules_on)))
    if measure is not None and measure.value == "refused":
        return Standing(None, measure, _refused("deficient.grade", measure.text, measure.cites))
    published = tolerance(item.project.hall_id, item.matter_id, day)
    if published is None:
        message = f"{item.department.name}没有公布“{item.name}”可以容缺的材料"
        return Standing(None, measure, _refused("deficient.not_published", message, _law(PUBLISHED, rules_on)))
    return Standing(published, measure, None)


def _refused(code: str, message: str, cites: Iterable[str], field: str = "", remedy: str = REGULAR) -> Refused:
    return Refused(code, message, field=field, remedy=remedy, cites=pack().cite_texts(list(cites)))


def _law(parameter: str, day: date) -> tuple[str, ...]:
    return pack().parameter(parameter, day).cites


def checked_gap(item: MapItem, missing: Sequence[str], day: date) -> tuple[Tolerance, list[dict[str, Any]]]:
    """The gap as rows of id and name, each tolerable. Raises Refused with the clause and what to do instead."""
    standing = standing_of(item, day)
    if standing.against is not None:
        raise standing.against
    assert standing.tolerance is not None
    known, rules_on = {row["id"]: row for row in item.materials}, item.project.rules_on
    wanted = list(dict.fromkeys(missing))
    if not wanted:
        raise Refused(
            "deficient.no_gap", "没有空缺的材料，不需要容缺受理", field="missing", remedy="材料齐全的请直接申报"
        )
    for name in wanted:
        if name not in known:
            raise Refused("deficient.material", "空缺的不是这个事项的材料", field="missing")
        if known[name]["main"]:
            raise _refused(
                "deficient.main_missing",
                f"“{known[name]['name']}”是主要材料，主件不齐全的不能容缺受理",
                _law(SCOPE, rules_on),
                "missing",
            )
    allowed = {row["id"] for row in standing.materials(item)}
    for name in wanted:
        if name not in allowed:
            message = f"“{known[name]['name']}”不在部门公布的容缺材料里"
            raise _refused(
                "deficient.not_tolerable", message, _law(PUBLISHED, rules_on), "missing", "请补齐这份材料后再申请"
            )
    return standing.tolerance, [{"id": name, "name": known[name]["name"]} for name in wanted]
