"""Lists that are registers rather than queues, as files: who works in the hall on what, and a company's credit, each
with its dates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yinuo.engine.base import Actor
from yinuo.engine.catalogue.queries import handled
from yinuo.engine.people.models import Membership
from yinuo.engine.people.queries import delegations_on, members, unit_names
from yinuo.rooms.credit import access, queries
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import today
from yinuo.ui.words import stages

PEOPLE = (
    Field("部门", 28),
    Field("姓名", 10),
    Field("角色", 16),
    Field("阶段", 16),
    Field("自", 12, "date"),
    Field("办理的事项", 60),
    Field("代班人", 10),
    Field("代班自", 12, "date"),
    Field("代班至（不含）", 14, "date"),
    Field("代班原因", 24),
)
HISTORY = (
    Field("时间", 17, "moment"),
    Field("发生日期", 12, "date"),
    Field("项目代码", 27),
    Field("类别", 16),
    Field("事由", 50),
    Field("规定", 40),
    Field("变动（分）", 11, "number"),
    Field("是否计入", 9),
    Field("变动后分值", 11, "number"),
    Field("变动后等级", 10),
    Field("整改期限", 17, "moment"),
)


def people(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """Everybody with a role in the hall today, by department; four queries."""
    day = today(now)
    named = dict(stages(day))
    matters = handled(actor.hall_id, day)
    away = {row.person_id: row for row in delegations_on(day)}

    def lines(rows: Sequence[Membership]) -> Any:
        for row in rows:
            leave = away.get(row.person_id)
            yield (
                row.department.name,
                row.person.name,
                row.get_role_display(),
                named.get(row.stage, ""),
                row.from_on,
                "、".join(matters.get(row.person_id, [])) if row.role == "approver" else "",
                leave.substitute.name if leave else "",
                leave.from_on if leave else None,
                leave.to_on if leave else None,
                leave.reason if leave else "",
            )

    return Listing("人员与分工", PEOPLE, members(actor.hall_id, day), lines)


def unit_credit(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """Every event of a company's credit, newest first, with until when it may be put right."""
    number = data.get("unit", "")
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
    name = unit_names([pk]).get(pk, "") if access.can_see(actor, pk) else ""

    def lines(rows: Sequence[queries.HistoryLine]) -> Any:
        for row in rows:
            event = row.event
            yield (
                event.at,
                event.on,
                event.project_code,
                row.name,
                event.why,
                "；".join(event.cites),
                event.points,
                "计入" if event.applied else "不计",
                event.score_after,
                "未评级" if event.grade_after == "unrated" else event.grade_after,
                row.rectify_until,
            )

    return Listing(
        f"信用记录 {name}" if name else "信用记录", HISTORY, queries.history(pk, today(now)) if name else [], lines
    )
