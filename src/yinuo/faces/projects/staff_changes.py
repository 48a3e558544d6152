"""A change that the gate held back: what would change, which rules stand in the way, and the decision on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import forbid
from yinuo.faces.projects.explaining import fact_groups, fact_words, label_of
from yinuo.faces.projects.heading import head_of, visible_project
from yinuo.rooms.projects import access, queries
from yinuo.rooms.projects.actions import decide_change
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.rooms.projects.models import ChangeRequest, ChangeState
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import ManualForm, choice, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of


class ChangeForm(ManualForm):
    approve = choice("审核结果", [("yes", "同意变更"), ("no", "不同意变更")], "选择审核结果", radio=True)
    why = text_area("理由和依据", "写明理由和依据", "同意的，写明为什么可以；不同意的，写明依据和项目单位可以怎样办。")


@need_staff
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, request_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    asked = queries.change_request(request_id)
    found = visible_project(actor, asked.project_id)
    may = access.can_review(actor, found, filing_department(found))
    if request.method == "POST" and not may:
        raise forbid("只有备案机关可以审核变更")
    form = ChangeForm(request.POST or None, initial={"version": asked.version})
    if request.method == "POST" and form.is_valid():
        approve = form.cleaned_data["approve"] == "yes"
        done = attempt(
            form,
            lambda: decide_change(
                actor=actor,
                request_id=asked.pk,
                approve=approve,
                why=form.cleaned_data["why"],
                at=now,
                version=form.cleaned_data["version"],
            ),
        )
        if done is not None:
            said = "已同意变更，变更自现在起生效。" if approve else "已作出不同意变更的决定，理由已告知项目单位。"
            messages.success(request, said)
            return redirect("staff:project", found.pk)
    context = {
        **head_of(found, NavItem("变更审核")),
        "asked": asked,
        "changes": lines(asked),
        "stops": [(stop["why"], stop["cites"]) for stop in asked.stops],
        "facts": fact_groups(found.facts, {found.hall.region.code: found.hall.region.name}),
        "form": form,
        "may_decide": may and asked.state == ChangeState.PENDING,
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/change.html", context, status=422 if form.is_bound else 200)


def lines(asked: ChangeRequest) -> list[tuple[str, str, str]]:
    """Each fact that would change: label, before, after."""
    return [
        (label_of(path), fact_words(path, old), fact_words(path, new)) for path, (old, new) in asked.changes.items()
    ]
