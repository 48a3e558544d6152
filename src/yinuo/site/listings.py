"""Work items as lines of a file, deadlines included (U-8): for the inbox and for every other list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F

from yinuo.engine.base import Actor
from yinuo.engine.people.queries import delegations_around
from yinuo.engine.work import queries as work
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit.queries import grades_of
from yinuo.site.filters import LIGHTS, Filters
from yinuo.site.inbox import TITLES, whose
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import look, term, today
from yinuo.ui.timing import amount_left
from yinuo.ui.words import stages

WORK = (
    Field("事项", 30),
    Field("环节", 14),
    Field("项目", 36),
    Field("项目代码", 27),
    Field("项目单位", 30),
    Field("信用等级", 9),
    Field("承办部门", 16),
    Field("办理人", 9),
    Field("阶段", 14),
    Field("状态", 10),
    Field("还剩", 16),
    Field("开始计时", 17, "moment"),
    Field("办理时限", 12),
    Field("预警时间", 17, "moment"),
    Field("到期时间", 17, "moment"),
    Field("法定到期时间", 17, "moment"),
    Field("暂停于", 17, "moment"),
    Field("最迟恢复", 17, "moment"),
    Field("期限暂定", 9),
)
STATES = {**LIGHTS, "notice": "公示中", "wait": "等项目单位", "ready": "待办"}


def work_lines(now: datetime) -> Callable[[Sequence[WorkItem]], Iterable[Sequence[object]]]:
    """Lines of work items as they stand at `now`; one query for the units' grades of a chunk."""
    named = dict(stages(today(now)))

    def lines(items: Sequence[WorkItem]) -> Iterable[Sequence[object]]:
        grades = grades_of(row.unit_id for row in items if row.unit_id)
        for row in items:
            seen, due = look(row, now), row.due_shown(now)
            project, _, unit = row.subtitle.partition("　")
            grade = grades.get(row.unit_id or 0, "")
            yield (
                row.title,
                row.get_kind_display(),
                project if unit else "",
                row.project_code,
                unit or project,
                "未评级" if grade == "unrated" else grade,
                row.department.short_name if row.department else "",
                row.assignee.name if row.assignee else "",
                named.get(row.stage, ""),
                STATES.get(seen.state, ""),
                amount_left(due, now, row.limit_unit)
                if due and seen.state in ("red", "yellow", "green")
                else seen.left,
                row.started_at,
                term(row.limit_value, row.limit_unit),
                row.yellow_from,
                due,
                row.statutory_due_at,
                row.paused_at,
                row.pause_ends_at,
                "暂定" if row.provisional else "",
            )

    return lines


def inbox(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    day = today(now)
    filters = Filters.read(data, day)
    persons = whose(actor, delegations_around(actor.person_id or 0, day))
    found = work.box(actor, filters.box, now, persons).filter(filters.where(now, day))
    ordered = found.select_related("department", "assignee").order_by(F("due_at").asc(nulls_last=True), "id")
    return Listing(TITLES[filters.box], WORK, ordered, work_lines(now))
