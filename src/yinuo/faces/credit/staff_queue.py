"""加减分 in its queues: what waits for the role, oldest first, one after another; and everything of the hall, newest
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.people.queries import works_in
from yinuo.engine.rules import roles
from yinuo.engine.work import clocks
from yinuo.rooms.credit import queries
from yinuo.rooms.credit.actions.common import signed
from yinuo.rooms.credit.models import CreditRelief, PointProposal, ProposalState
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import Cell, Column, NavItem
from yinuo.ui.components.text import iso
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.reading import today

SIZE = 30
QUEUES = {
    "principal": ([ProposalState.PROPOSED], "待您审签的加减分"),
    "general_convener": ([ProposalState.CONSENTED], "待您执行的加减分"),
    "approver": ([ProposalState.PROPOSED, ProposalState.CONSENTED], "办理中的加减分"),
}
STEPPING = ("principal", "general_convener")
COLUMNS = [
    Column("单位"),
    Column("情形"),
    Column("预计变动", "number"),
    Column("状态"),
    Column("已等", "number"),
    Column("提出", "date"),
]
FIELDS = (
    Field("项目单位", 32),
    Field("项目代码", 27),
    Field("情形", 16),
    Field("事实和依据", 50),
    Field("规定", 40),
    Field("预计变动（分）", 14, "number"),
    Field("状态", 18),
    Field("提出部门", 16),
    Field("提出人", 9),
    Field("提出时间", 17, "moment"),
    Field("审签人", 9),
    Field("审签时间", 17, "moment"),
    Field("执行人", 9),
    Field("执行时间", 17, "moment"),
)


@need_staff
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the role first; everybody of the hall may look through all."""
    actor, now = actor_of(request), timezone.now()
    own = own_queue(actor)
    everything = own is None or request.GET.get("view") == "all"
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    found = _found(actor, everything)
    if after:
        found = found.filter(pk__lt=after) if everything else found.filter(pk__gt=after)
    rows = list(found[: SIZE + 1])
    more, rows = len(rows) > SIZE, rows[:SIZE]
    here = reverse("staff:credit")
    keep = {"view": "all"} if everything and own else {}
    reliefs = _reliefs(actor)
    views = (
        [NavItem(own[1], here, current=not everything), NavItem("全部", f"{here}?view=all", current=everything)]
        if own
        else []
    )
    context = {
        "title": own[1] if own and not everything else "加减分",
        "everything": everything,
        "views": views,
        "columns": COLUMNS,
        "rows": [_line(row, now) for row in rows],
        "reliefs": reliefs,
        "may_propose": actor.role == "approver",
        "may_share": actor.role in ("supervisor", "comprehensive", "administrator"),
        "may_import": actor.role in ("comprehensive", "administrator"),
        "next_url": f"{here}?{urlencode({**keep, 'after': rows[-1].pk})}" if more else "",
        "first_url": f"{here}?{urlencode(keep)}" if after else "",
        "export_url": f"{reverse('staff:export', args=['credit'])}?{urlencode(keep)}",
        "start_url": reverse("staff:proposal", args=[rows[0].pk])
        if rows and not everything and actor.role in STEPPING
        else "",
    }
    return render(request, "staff/credit.html", context)


def _reliefs(actor: Actor) -> list[CreditRelief]:
    """What the units asked that waits for the actor: a department's applications, for the body that manages credit the
    reviews.
    """
    if actor.role == "approver":
        return list(queries.reliefs(department_id=actor.department_id, states=["asked"]).exclude(kind="review")[:50])
    if actor.role == "comprehensive":
        return list(queries.reviews(actor.hall_id or 0)[:50])
    return []


def own_queue(actor: Actor) -> tuple[list[ProposalState], str] | None:
    """What waits for the actor; only the filing unit's principal consents, the others' may look."""
    if actor.role == "principal" and not works_in(actor, roles().filing_department):
        return None
    return QUEUES.get(actor.role)


def _found(actor: Actor, everything: bool) -> QuerySet[PointProposal]:
    """A queue is worked off from its beginning, the whole is read from its end."""
    found = queries.visible(actor).select_related("unit", "department", "proposed_by", "consented_by", "executed_by")
    if everything:
        return found.order_by("-id")
    found = found.filter(state__in=QUEUES[actor.role][0])
    if actor.role == "approver":
        found = found.filter(department_id=actor.department_id or NO_ROW)
    return found.order_by("id")


def next_waiting(actor: Actor, after: int) -> int | None:
    """What the actor would take up after this one: the next, else the first that was passed over."""
    if actor.role not in STEPPING or own_queue(actor) is None:
        return None
    waiting = list(_found(actor, everything=False).values_list("pk", flat=True)[:200])
    return next((pk for pk in waiting if pk > after), next((pk for pk in waiting if pk != after), None))


def place(actor: Actor, found: PointProposal) -> str:
    """第 2 件，共 5 件: where the proposal stands in the actor's queue; nothing where it does not wait for them."""
    if actor.role not in STEPPING or own_queue(actor) is None or found.state not in QUEUES[actor.role][0]:
        return ""
    waiting = list(_found(actor, everything=False).values_list("pk", flat=True)[:200])
    return (
        f"{QUEUES[actor.role][1]}：第 {waiting.index(found.pk) + 1} 件，共 {len(waiting)} 件"
        if found.pk in waiting
        else ""
    )


def _line(row: PointProposal, now: datetime) -> list[Any]:
    waited = "—"
    if row.state in (ProposalState.PROPOSED, ProposalState.CONSENTED):
        since = row.consented_at or row.proposed_at
        waited = f"{clocks.calendar().working_days_between(today(since), today(now))} 个工作日"
    return [
        Cell(row.unit.name, reverse("staff:proposal", args=[row.pk]), row.project_code),
        Cell(queries.EVENT_NAMES[row.type], note=row.basis if len(row.basis) <= 60 else f"{row.basis[:60]}……"),
        signed(row.expected_points),
        row.get_state_display(),
        waited,
        iso(today(row.proposed_at)),
    ]


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    own = own_queue(actor)
    everything = own is None or data.get("view") == "all"
    return Listing(own[1] if own and not everything else "加减分", FIELDS, _found(actor, everything), _cells)


def _cells(rows: Sequence[PointProposal]) -> Iterable[Sequence[object]]:
    for row in rows:
        yield (
            row.unit.name,
            row.project_code,
            queries.EVENT_NAMES[row.type],
            row.basis,
            "；".join(row.cites),
            row.expected_points,
            row.get_state_display(),
            row.department.short_name if row.department else "",
            row.proposed_by.name if row.proposed_by else "系统",
            row.proposed_at,
            row.consented_by.name if row.consented_by else "",
            row.consented_at,
            row.executed_by.name if row.executed_by else "",
            row.executed_at,
        )
