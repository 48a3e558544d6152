"""One item on one screen: what was handed in, its clocks, and the actions its state leaves open to who looks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import forbid
from yinuo.engine.people.queries import names_of
from yinuo.engine.trail.actions import seen
from yinuo.faces.deficient import panels as deficient
from yinuo.faces.onemap.item_desk import ItemDesk
from yinuo.faces.onemap.reminders import reminders_of
from yinuo.faces.onemap.staff_item import clock_views, documents_of, item_rows, story_of
from yinuo.faces.onemap.versions import versions_of
from yinuo.faces.projects.explaining import decision_view
from yinuo.faces.projects.heading import head_of, marks_of
from yinuo.faces.regional.panels import fee_of, panel_of
from yinuo.rooms.commitments import queries as commitments
from yinuo.rooms.onemap import access, coordinating, history, queries
from yinuo.rooms.onemap.actions.coordination import UNDER_WAY
from yinuo.rooms.onemap.models import ItemState
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.desks import ActionView, posted
from yinuo.ui.next import next_of
from yinuo.ui.reading import today

# What the faces show on this page, in this order.
PANELS = (deficient,)


@need_staff
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """GET shows; POST does the verb in `do` and comes back here, or shows what has to be mended."""
    now = timezone.now()
    found = queries.item_of(item_id)
    actor = actor_of(request)
    if not access.can_see(actor, found.project):
        raise forbid("只能查看本大厅的事项")
    desk = ItemDesk(request, found, now)
    if request.method == "POST":
        if (done := posted(request, desk, "staff/item.html", page_of, ("staff:item", item_id))) is not None:
            return done
    else:
        seen(actor, "item", at=now, project_code=found.project.code or "", unit_id=found.project.unit_id)
    failed = desk.forms.get(desk.verb)
    status = 422 if failed is not None and failed.is_bound and failed.errors else 200
    return render(request, "staff/item.html", page_of(desk), status=status)


def page_of(desk: ItemDesk) -> dict[str, Any]:
    found, now = desk.item, desk.now
    head = head_of(found.project, NavItem(found.name))
    failed = desk.forms.get(desk.verb)
    opens = queries.opens(found)
    clocks, coordinated = clock_views(desk.works, now), coordinating.of_item(found)
    return {
        **head,
        "item": found,
        "marks": marks_of(head["grade"], today(now)),
        "rows": item_rows(found, desk.waiting, opens),
        "versions": versions_of(found),
        "materials": found.materials,
        "clocks": [view for view in clocks if view.work.is_open],
        "ended": [view for view in clocks if not view.work.is_open],
        "documents": documents_of(found),
        "escalation": desk.escalation,
        "urged": list(names_of(desk.escalation.urged).values()) if desk.escalation else [],
        "reminders": reminders_of(found, desk.works),
        "past": desk.past,
        "number": desk.number,
        "from_elsewhere": any(row.application_id == found.application_id for row in found.external_results.all()),
        "later": history.later_of(found),
        "remedies": [(row, desk.forms.get(f"ruled-{row.pk}"), f"ruled-{row.pk}") for row in desk.remedies],
        "story": story_of(found),
        "commitments": commitments.of_item(found.pk),
        "difficulties": commitments.open_difficulties(found.pk),
        "promise": decision_view(found.promisable_why) if found.promisable_why else None,
        "panel": panel_of(found, now),
        "fee": fee_of(found, now),
        **actions_of(desk),
        "handles": [
            (row, desk.forms.get(f"handle-{row.pk}"), f"handle-{row.pk}")
            for row in sorted(found.problems.all(), key=lambda row: row.pk)
        ],
        "form": failed if failed is not None else forms.Form(),
        "waiting": desk.waiting,
        "next": next_of(desk.actor, now, f"/staff/items/{found.pk}/"),
        "panels": [face.staff_item(found) for face in PANELS],
        "coordinations": coordinated,
        "may_coordinate": access.can_handle(desk.actor, found)
        and found.state in UNDER_WAY
        and not any(row.is_open for row in coordinated),
        "late": None,
        "typed": [],
    }


# do: (title, button, kind, hint, folded)
ACTION_WORDS = {
    "accept": ("受理", "受理", "primary", "受理后承诺时限和法定时限开始计算。", False),
    "decide": ("作出决定", "作出决定", "primary", "", False),
    "resume": ("恢复计时", "恢复计时", "primary", "", False),
    "deliver": ("送达", "记录送达", "primary", "", False),
    "escalate": ("启动协调", "启动协调", "primary", "红灯事项由总召集人协调，计时照常。", False),
    "close_escalation": ("办结协调", "办结协调", "secondary", "", True),
    "send_back": ("退回（一次性告知）", "", "secondary", "", True),
    "refuse_acceptance": (
        "不予受理",
        "作出不予受理决定",
        "secondary",
        "依法不需要办理，或者不属于本部门职权范围的。",
        True,
    ),
    "end_sharing": ("终止共享区域评估结果", "终止这个项目的共享", "danger", "", True),
    "pause": ("暂停计时", "暂停计时", "secondary", "", True),
    "extend": ("延长办理期限", "延长期限", "secondary", "须经本部门主要负责同志批准，只能延长一次。", True),
    "problem": ("记录发现的问题", "记录问题", "secondary", "", True),
    "remind": ("催办", "催办", "secondary", "", True),
    "reassign": ("转交他人", "转交", "secondary", "", True),
    "remedy": ("登记复议、诉讼或者投诉", "登记", "secondary", "按收到的文书登记，项目单位会收到消息。", True),
}

# Under 模拟审批: the answer before the land is there, and after.
MOCK_WORDS = {
    False: (
        "出具模拟审批意见",
        "视同已取得土地作实质性审查。意见注“模拟”字样，没有法律效力，由综合窗口保管；不送达，不上信息链。",
    ),
    True: ("作出正式批复", "土地手续已登记，把模拟审批文件转为正式批复；各部门合计 3 个工作日，依前置次序。"),
}


def actions_of(desk: ItemDesk) -> dict[str, list[ActionView]]:
    """The next thing to do, open above everything on a phone; the rest folded below."""
    made = []
    for do, (title, press, kind, hint, folded) in ACTION_WORDS.items():
        if do == "decide" and desk.item.mock:
            title, hint = MOCK_WORDS[desk.item.state == ItemState.MOCK_GRANTED]
            press = title
        if do in desk.forms:
            made.append(ActionView(do, title, press, kind, hint, folded, desk.forms[do], desk.verb == do))
    return {"first": [view for view in made if not view.folded], "others": [view for view in made if view.folded]}
