"""What an office is asked for a land list: the survey, what others said before,
and the points to write (正文·二(七)).
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Refused, forbid
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import of_subject
from yinuo.faces.land.forms import CorrectForm, PointsForm, points_of
from yinuo.faces.onemap.staff_item import clock_views
from yinuo.rooms.land import access, queries, rules
from yinuo.rooms.land.actions import answer_input, correct_input
from yinuo.rooms.land.models import UNDER_WAY, ListInput
from yinuo.rooms.land.room import LandWork
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of


@need_staff
@require_http_methods(["GET", "POST"])
def land_input(request: HttpRequest, input_id: int) -> HttpResponse:
    """GET shows; POST answers, or corrects what stands in a list already put together."""
    actor, now = actor_of(request), timezone.now()
    row = queries.asked(input_id)
    land_list, parcel = row.land_list, row.land_list.parcel
    if actor.hall_id != parcel.hall_id:
        raise forbid("只能查看本大厅的地块")
    form = _form(request, row, actor)
    if request.method == "POST":
        if form is None:
            raise _shut(actor, row)
        if "more" not in request.POST and form.is_valid() and _done(request, form, row, actor, now):
            return redirect(
                "staff:parcel" if isinstance(form, CorrectForm) else "staff:land_input",
                parcel.pk if isinstance(form, CorrectForm) else row.pk,
            )
        if "more" in request.POST:
            form = _more(request, form, row)
    views = clock_views(of_subject(row, kind=LandWork.INPUT), now)
    before = queries.said_before(land_list, "indicators") if row.part == "design" else []
    context: dict[str, Any] = {
        "asked": row,
        "land_list": land_list,
        "parcel": parcel,
        "form": form,
        "correcting": isinstance(form, CorrectForm),
        "before": before,
        "basics": list(rules.basics_of(parcel).values()),
        "clocks": views,
        "cites": pack().cite_texts(pack().parameter("land_list.indicator_departments", timezone.localdate(now)).cites),
        "breadcrumbs": [
            NavItem("地块", reverse("staff:parcels")),
            NavItem(parcel.number, reverse("staff:parcel", args=[parcel.pk])),
            NavItem(row.get_part_display()),
        ],
        "next": next_of(actor, now, reverse("staff:land_input", args=[row.pk])),
    }
    bad = form is not None and form.is_bound and "more" not in request.POST
    return render(request, "staff/land_input.html", context, status=422 if bad else 200)


def _form(request: HttpRequest, row: ListInput, actor: Any) -> PointsForm | None:
    """The form the list's state leaves open to who looks; None = nothing to write."""
    data = request.POST if request.method == "POST" else None
    if (
        row.land_list.state in UNDER_WAY
        and row.answered_at is None
        and row.asked_at is not None
        and access.can_answer(actor, row)
    ):
        return PointsForm(data, initial={"version": row.version})
    if row.land_list.state == "ready" and access.can_correct(actor, row):
        return CorrectForm(data, points=points_of(row), initial={"version": row.land_list.version})
    return None


def _more(request: HttpRequest, form: PointsForm, row: ListInput) -> PointsForm:
    """Further empty rows, with everything typed still there and nothing complained about."""
    typed = {name: form.data.get(name, "") for name in form.fields}
    points = [{name: typed.get(f"{n}-{name}", "") for name in ("subject", "text", "basis")} for n in form.numbers]
    kind = type(form)
    made = kind(points=points, more=True, initial={"version": typed["version"]})
    if "why" in made.fields:
        made.initial["why"] = typed.get("why", "")
    return made


def _shut(actor: Any, row: ListInput) -> Exception:
    if not access.can_correct(actor, row):
        return forbid("由被征求意见的部门或者单位提出")
    return Refused("land.answered", "这一项现在不能提出或者更正", remedy="请刷新页面查看最新状态")


def _done(request: HttpRequest, form: PointsForm, row: ListInput, actor: Any, now: Any) -> bool:
    data = form.cleaned_data
    said: dict[str, Any] = {
        "actor": actor,
        "input_id": row.pk,
        "points": form.points,
        "nothing": data["nothing"],
        "version": data["version"],
        "at": now,
    }
    fields = {"points": "0-text"}
    if isinstance(form, CorrectForm):
        if attempt(form, lambda: correct_input(why=data["why"], **said), fields) is None:
            return False
        messages.success(request, "已更正，用地清单形成新的版本。")
        return True
    if attempt(form, lambda: answer_input(**said), fields) is None:
        return False
    messages.success(request, "已提出，谢谢。各部门齐备后由自然资源部门汇总。")
    return True
