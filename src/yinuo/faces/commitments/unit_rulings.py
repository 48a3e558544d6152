"""处理决定 as the company reads it: paper, grounds, remedies, and how a stop is lifted (附件2·第十四条)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import forbid
from yinuo.engine.documents.queries import of_subject
from yinuo.engine.rules import pack
from yinuo.faces.projects.own import crumbs
from yinuo.rooms.commitments import access, queries
from yinuo.rooms.commitments.actions import ask_lift
from yinuo.rooms.commitments.models import RulingState
from yinuo.rooms.projects.papers import remedies
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.evidence_forms import EvidenceForm, again, ticked_in
from yinuo.ui.handling import attempt


class LiftForm(EvidenceForm):
    """What has been put right, with what shows it."""


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, ruling_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    found = queries.ruling(ruling_id)
    if not access.can_see_ruling(actor, found):
        raise forbid("只能查看本单位项目的处理决定")
    project = found.commitment.project
    standing = found in queries.standing_stops(project.pk)
    waiting = queries.lift_request(found) if standing else None
    words: dict[str, Any] = {"label": "整改的情况", "hint": "须附整改到位的证明。"}
    form = LiftForm(actor=actor, **words)
    if request.method == "POST":
        form = LiftForm(request.POST, request.FILES, actor=actor, ticked=ticked_in(request.POST), **words)
        if form.is_valid():
            ids, text = form.evidence(now), form.cleaned_data["text"]
            if (
                form.is_valid()
                and attempt(
                    form,
                    lambda: ask_lift(actor=actor, ruling_id=found.pk, text=text, evidence=ids, at=now),
                    {"evidence": "files"},
                )
                is not None
            ):
                messages.success(request, "已申请解除停止建设，答复发短信通知。")
                return redirect("unit:ruling", found.pk)
            form = again(form, ids)
    context = {
        "project": project,
        "ruling": found,
        "documents": list(of_subject(found).defer("data")),
        "rows": [
            Row("文号", found.number),
            Row("作出", zh_datetime(found.answered_at) if found.answered_at else ""),
            Row("送达", zh_datetime(found.delivered_at) if found.delivered_at else "尚未登记送达"),
            Row("依据", "；".join(pack().cite_texts(found.cites))),
        ],
        "law": remedies(project.rules_on),
        "form": form,
        "standing": standing,
        "waiting": waiting,
        "lifted": found.lifted_by.filter(state=RulingState.MADE).first(),
        "days": pack().integer("stop.lift_limit", project.rules_on),
        "breadcrumbs": crumbs(project, "处理决定"),
    }
    return render(request, "unit/ruling.html", context, status=422 if form.errors else 200)
