"""信用承诺专区: what is promised, what has become of it, and anybody's objection (正文·一(二), 三(四), 三(七))."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from yinuo.apps.base import Actor
from yinuo.apps.commitments import queries
from yinuo.apps.commitments.actions import raise_objection
from yinuo.apps.commitments.models import Commitment, Finding, Objection, ObjectionState
from yinuo.apps.rules import pack
from yinuo.web.components.shapes import NavItem
from yinuo.web.handling import attempt
from yinuo.web.public import readings, throttle, words
from yinuo.web.public.forms import ObjectionForm

SIZE = 20
LONGEST = 60
VIEWS = {"notice": "公示中", "decided": "公示后与履约", "pledges": "备案承诺"}
M = TypeVar("M", bound=Model)


@require_safe
@conditional_page
def index(request: HttpRequest) -> HttpResponse:
    """Three lists by keyset: in notice, what came after, and the filing pledges."""
    now = timezone.now()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "notice"
    text = words.typed(request.GET.get("q", ""), LONGEST)
    after = words.number(request.GET.get("after", ""))
    context: dict[str, Any] = {"view": view, "q": text, "views": _views(view, text), "period": pack().integer("notice.period", now.date())}
    if view == "notice":
        # Five working days of a county: one page.
        context["lines"] = [readings.zone_line(row, now) for row in readings.in_notice(now, text)[:200]]
    elif view == "decided":
        rows, more = _page(readings.after_notice(now, text), after)
        context |= {"lines": [readings.zone_line(row, now) for row in rows], "next_url": _url(view, text, more)}
    else:
        found, more = _page(readings.pledges(text), after)
        context |= {"pledges": [readings.pledge_line(row) for row in found], "next_url": _url(view, text, more)}
    context["first_url"] = _url(view, text, -1) if after else ""
    return render(request, "public/zone.html", context)


def _page(rows: QuerySet[M], after: int) -> tuple[list[M], int]:
    """The rows after a key, newest first, and the key of the next page; 0 = no more."""
    found = list((rows.filter(id__lt=after) if after else rows)[: SIZE + 1])
    return found[:SIZE], found[SIZE - 1].pk if len(found) > SIZE else 0


def _url(view: str, text: str, after: int) -> str:
    """The address of a page; `after` -1 is the first, 0 none."""
    if after == 0:
        return ""
    query = {"view": view, **({"q": text} if text else {}), **({"after": after} if after > 0 else {})}
    return f"/zone/?{urlencode(query)}"


def _views(current: str, text: str) -> list[NavItem]:
    return [NavItem(label, _url(key, text, -1), current=key == current) for key, label in VIEWS.items()]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def commitment(request: HttpRequest, commitment_id: int) -> HttpResponse:
    """One commitment whole, and the form to object while it is published."""
    findings = Finding.objects.select_related("completion").order_by("round", "requirement", "id")
    rows = readings.published_commitments().prefetch_related(
        Prefetch("findings", findings), Prefetch("objections", Objection.objects.order_by("id"))
    )
    found = get_object_or_404(rows, pk=commitment_id)
    now = timezone.now()
    line = readings.zone_line(found, now)
    form = ObjectionForm(request.POST if request.method == "POST" else None, initial={"key": str(uuid.uuid4())})
    if request.method == "POST" and form.is_valid():
        made = _object(request, form, found)
        if made is not None:
            return redirect("public:objection", receipt_no=made.receipt_no)
    context = {
        "breadcrumbs": [NavItem("承诺专区", "/zone/"), NavItem(line.matter)],
        "line": line,
        "commitment": found,
        "project": found.project,
        "open": line.days_left > 0,
        "requirements": _requirements(found),
        "findings": [finding for finding in found.findings.all() if finding.requirement is None],
        "objections": [_objection_line(row) for row in found.objections.all()],
        "form": form,
    }
    return render(request, "public/commitment.html", context, status=422 if form.errors else 200)


def _object(request: HttpRequest, form: ObjectionForm, found: Commitment) -> Objection | None:
    """Always as the public, whoever is signed in: the trail holds no name of an objector."""
    if not throttle.allow(request):
        form.add_error(None, "您提交得太频繁了，请过一小时再提交；紧急情况请拨打办理部门电话")
        return None
    data = form.cleaned_data
    return attempt(
        form,
        lambda: raise_objection(
            actor=Actor.public(),
            commitment_id=found.pk,
            text=data["text"],
            name=data["name"],
            contact=data["contact"],
            at=timezone.now(),
            idempotency_key=data["key"],
        ),
    )


def _requirements(found: Commitment) -> list[dict[str, Any]]:
    """Each requirement with the last inspection's word on it."""
    words: dict[int, Finding] = {row.requirement: row for row in found.findings.all() if row.requirement is not None}
    return [{"text": text, "finding": words.get(number)} for number, text in enumerate(found.requirements)]


def _objection_line(row: Objection) -> dict[str, Any]:
    """That there was one, when, and how it ended; neither its text nor anything of whoever raised it."""
    return {"raised_at": row.raised_at, "state": row.state, "word": row.get_state_display(), "answered_at": row.answered_at}


@never_cache
@require_safe
def objection(request: HttpRequest, receipt_no: str) -> HttpResponse:
    """The reply, for whoever holds the number; the number is the only key, so nothing personal is shown here either."""
    found = queries.objection_by_receipt(receipt_no)
    context = {
        "objection": found,
        "answered": found.state != ObjectionState.OPEN,
        "limit": pack().integer("objection.answer_limit", timezone.localdate()),
    }
    return render(request, "public/objection.html", context)
