"""One visit: what can be done for the unit, what has been done, documents against signature, and the receipt at the
end.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yinuo.engine.base import Actor, forbid
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.queries import of_subject
from yinuo.engine.register import window_words
from yinuo.faces.window.forms import HandoutForm
from yinuo.faces.window.shared import visit_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project, ProjectState
from yinuo.rooms.projects.queries import of_unit
from yinuo.rooms.window import access, actions, queries
from yinuo.rooms.window.access import WATCHING
from yinuo.rooms.window.models import Handout, Visit
from yinuo.rooms.window.papers import authority_of
from yinuo.rooms.window.room import WindowPaper
from yinuo.site.library import UploadForm
from yinuo.site.waiting import ready, work_of
from yinuo.ui.acting import behind, hat_of, need_behind, put_back
from yinuo.ui.components.shapes import Event, NavItem, Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.files import PRIVATE, stored
from yinuo.ui.handling import attempt
from yinuo.ui.uploads import keep, mebibytes

SHOWN_PROJECTS, WHOLE = 12, 120


@need_behind("window", *WATCHING)
@never_cache
@require_http_methods(["GET", "POST"])
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """POST takes scanned papers into the unit's library."""
    found, now = visit_of(request, visit_id), timezone.now()
    mine = access.can_act_in(behind(request), found) and queries.is_open(found, now)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST":
        if not mine:
            raise forbid("来访已经结束，或者不是您接待的")
        if form.is_valid():
            kept = keep(form, "files", form.cleaned_data["files"], actor=queries.acting_in(found), at=now)
            if kept and form.is_valid():
                messages.success(request, f"已存入{found.unit.name}的材料库：{len(kept)} 个文件。")
                return redirect("staff:window_visit", found.pk)
    hat = hat_of(request)
    projects = _projects(found) if mine else []
    context = {
        "visit": found,
        "open": queries.is_open(found, now),
        "mine": mine,
        "acting": hat is not None and hat.actor.via == found.via,
        "rows": _rows(found),
        "events": _events(found),
        "projects": projects,
        "owed": queries.owed_to(found.unit_id, found.hall_id).count(),
        "handouts": list(found.handouts.prefetch_related("lines__document").order_by("id")),
        "form": form,
        "limit": mebibytes(),
        "breadcrumbs": [NavItem("综合窗口", reverse("staff:window")), NavItem(found.unit.name)],
    }
    return render(request, "staff/window_visit.html", context, status=422 if form.errors else 200)


def _rows(found: Visit) -> list[Row]:
    times = queries.earlier_with(found)
    rows = [
        Row("来访人", found.visitor),
        Row("证件", f"{found.get_identity_kind_display()} {found.identity_masked}"),
        Row("代表单位", authority_of(found)),
        Row("来办什么", found.purpose),
        Row("接待", f"{found.clerk.name}，{zh_datetime(found.opened_at)} 起"),
    ]
    if times:
        rows.append(Row("以前", f"持同一证件为这个单位来过 {times} 次"))
    if found.closed_at is not None:
        over = "当天没有结束，过了当天自动结束" if found.unclosed else zh_datetime(found.closed_at)
        rows.append(Row("结束", over))
    return rows


def _events(found: Visit) -> list[Event]:
    made = []
    for row in queries.done_in(found):
        if row.verb in window_words():
            about = row.matter or (row.project.name if row.project else "")
            number = f"回执编号 {row.receipt_no}" if row.receipt_no else row.text
            made.append(
                Event(row.at, f"{window_words()[row.verb]}：{about}" if about else window_words()[row.verb], number)
            )
    return made


def _projects(found: Visit) -> list[tuple[Project, list[MapItem]]]:
    """The unit's projects of the hall, the newest first, each with what may be handed in now. Three queries."""
    states = [ProjectState.FILED, ProjectState.CONFIRMED, ProjectState.MANUAL, ProjectState.ASSIGNING]
    rows = list(of_unit(found.unit_id).filter(hall_id=found.hall_id, state__in=states)[:SHOWN_PROJECTS])
    work = work_of(rows)
    return [(row, ready(work.items_of(row.pk), row) if row.state == ProjectState.CONFIRMED else []) for row in rows]


@need_behind("window")
@require_POST
def close(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Back at the desk, in one's own role, with the receipt to print."""
    closed = actions.close_visit(actor=behind(request), visit_id=visit_id, at=timezone.now())
    put_back(request)
    messages.success(request, f"来访已结束，回执编号 {closed.receipt_no}，请打印交给来访人。")
    return redirect("staff:window_visit", closed.pk)


@need_behind("window")
@never_cache
@require_http_methods(["GET", "POST"])
def handout(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Documents of the unit, to be taken against signature (领证)."""
    found, now, actor = visit_of(request, visit_id), timezone.now(), behind(request)
    if not access.can_act_in(actor, found):
        raise forbid("只能在自己接待的来访里发证")
    whole = request.GET.get("all") == "1" or request.method == "POST"
    rows = queries.to_hand_out(found.unit_id, found.hall_id, WHOLE if whole else queries.FIRST)
    if request.method == "POST":
        form = HandoutForm(request.POST, request.FILES, ready=rows)
        if form.is_valid() and form.take(request, actor, now):
            made = attempt(form, lambda: _hand_out(form, found, actor), {"scan": "files"})
            if made is not None:
                messages.success(request, f"已发出 {made.lines.count()} 份文书，请打印领证登记单存档。")
                return redirect("staff:window_visit", found.pk)
    else:
        first = [str(row.document.pk) for row in rows if row.awaited]
        form = HandoutForm(
            initial={"documents": first, "signature": "paper", "key": f"handout:{uuid.uuid4()}"}, ready=rows
        )
    crumbs = [
        NavItem("综合窗口", reverse("staff:window")),
        NavItem(found.unit.name, reverse("staff:window_visit", args=[found.pk])),
        NavItem("领证"),
    ]
    context = {
        "visit": found,
        "form": form,
        "any": bool(rows),
        "awaited": any(row.awaited for row in rows),
        "more": not whole and len(rows) >= queries.FIRST,
        "open": queries.is_open(found, now),
        "breadcrumbs": crumbs,
    }
    return render(request, "staff/window_handout.html", context, status=422 if form.errors else 200)


def _hand_out(form: HandoutForm, found: Visit, actor: Actor) -> Handout:
    values = form.cleaned_data
    return actions.hand_out(
        actor=actor,
        visit_id=found.pk,
        document_ids=[int(pk) for pk in values["documents"]],
        signature=values["signature"],
        scan_id=form.file_ids[0] if form.file_ids else None,
        note=values["note"],
        at=timezone.now(),
        idempotency_key=values["key"],
    )


@need_behind("window", *WATCHING)
@require_GET
def receipt(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The receipt of a visit that is over, to print."""
    found = visit_of(request, visit_id)
    return _paper(list(of_subject(found).filter(kind=WindowPaper.RECEIPT)))


@need_behind("window", *WATCHING)
@require_GET
def handout_paper(request: HttpRequest, handout_id: int) -> HttpResponse:
    made = queries.handout(handout_id)
    visit_of(request, made.visit_id)
    return _paper(list(of_subject(made).filter(kind=WindowPaper.HANDOUT)))


def _paper(found: Sequence[Document]) -> HttpResponse:
    """Raises DoesNotExist while the visit is not over."""
    if not found:
        raise Document.DoesNotExist
    return stored(paper_of(document=found[-1], at=timezone.now()), cache=PRIVATE)
