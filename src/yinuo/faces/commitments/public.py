"""信用承诺专区: what is promised, what has become of it, and anybody's objection (正文·一(二), 三(四), 三(七))."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor
from yinuo.engine.documents.qr import qr_svg, verification_url
from yinuo.engine.rules import pack
from yinuo.faces.commitments import throttle
from yinuo.faces.commitments.forms import ObjectionForm
from yinuo.rooms.commitments import published as readings
from yinuo.rooms.commitments import queries
from yinuo.rooms.commitments.actions import raise_objection
from yinuo.rooms.commitments.models import (
    Commitment,
    CommitmentState,
    Finding,
    Fulfilment,
    Objection,
    ObjectionState,
    Ruling,
)
from yinuo.rooms.commitments.queries import made_rulings, public_review
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt

SIZE = 20
LONGEST = 60
VIEWS = {"notice": "公示中", "decided": "公示后与履约", "results": "验收评估", "pledges": "备案证"}
KEPT = {"": "全部", **dict(Fulfilment.choices)}
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=TZ), timedelta(microseconds=1)
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the zone is asked for; `after` is the key of the last row seen."""

    view: str
    text: str
    department: str
    fulfilment: str
    after: str

    def url(self, **changes: str) -> str:
        """The address of this list, or of another that differs in `changes`; a new choice begins at the first page."""
        asked = {
            "view": self.view,
            "q": self.text,
            "department": self.department,
            "fulfilment": self.fulfilment,
            "after": "",
            **changes,
        }
        return f"{reverse('public:zone')}?{urlencode({name: value for name, value in asked.items() if value})}"


def wanted(request: HttpRequest) -> Wanted:
    asked = request.GET
    view, fulfilment = asked.get("view", ""), asked.get("fulfilment", "")
    department = asked.get("department", "")
    return Wanted(
        view=view if view in VIEWS else "notice",
        text=words.typed(asked.get("q", ""), LONGEST),
        department=department if department in pack().departments else "",
        fulfilment=fulfilment if fulfilment in KEPT else "",
        after=asked.get("after", ""),
    )


@require_safe
@conditional_page
def index(request: HttpRequest) -> HttpResponse:
    """Four lists by keyset: in notice, what came after, what verification found, and the filing pledges with their
    certificates.
    """
    now, asked = timezone.now(), wanted(request)
    lines, more = LISTS[asked.view](asked, now)
    context: dict[str, Any] = {
        "view": asked.view,
        "q": asked.text,
        "views": [
            NavItem(label, asked.url(view=key, fulfilment="", department=""), current=key == asked.view)
            for key, label in VIEWS.items()
        ],
        "period": pack().integer("notice.period", now.date()),
        "lines": lines,
        "filtered": bool(asked.text or asked.department or asked.fulfilment),
        "departments": _departments(asked) if asked.view in ("notice", "decided") else [],
        "fulfilments": [(value, label, value == asked.fulfilment) for value, label in KEPT.items()]
        if asked.view == "decided"
        else [],
        "next_url": asked.url(after=more) if more else "",
        "first_url": asked.url() if asked.after else "",
        "all_url": asked.url(q="", department="", fulfilment=""),
    }
    return render(request, "public/zone.html", context)


def _departments(asked: Wanted) -> list[tuple[str, str, bool]]:
    """Those that decide matters a promise may be made for."""
    rules, day = pack(), timezone.localdate()
    deciding = {matter.department for matter in rules.matters_at(day)}
    named = [
        (key, row.short_name, key == asked.department) for key, row in rules.departments.items() if key in deciding
    ]
    return [("", "全部", not asked.department), *named]


def _page(rows: QuerySet[M], after: str) -> tuple[list[M], str]:
    """The rows after a key, newest first, and the key of the next page; nothing = no more."""
    last = words.number(after)
    found = list((rows.filter(id__lt=last) if last else rows)[: SIZE + 1])
    return found[:SIZE], str(found[SIZE - 1].pk) if len(found) > SIZE else ""


def _of_department(rows: QuerySet[Commitment], asked: Wanted) -> QuerySet[Commitment]:
    return rows.filter(department__key=asked.department) if asked.department else rows


def _in_notice(asked: Wanted, now: datetime) -> tuple[list[Any], str]:
    """The soonest to end first; the key is its end and, of several that end together, the row."""
    rows = _of_department(readings.in_notice(now, asked.text), asked)
    stamp, _, last = asked.after.partition("-")
    if words.number(stamp) and words.number(last):
        until = EPOCH + words.number(stamp) * MICROSECOND
        rows = rows.filter(Q(notice_until__gt=until) | Q(notice_until=until, id__gt=words.number(last)))
    found = list(rows[: SIZE + 1])
    end = found[SIZE - 1] if len(found) > SIZE else None
    key = f"{(end.notice_until - EPOCH) // MICROSECOND}-{end.pk}" if end else ""
    return [readings.zone_line(row, now) for row in found[:SIZE]], key


def _decided(asked: Wanted, now: datetime) -> tuple[list[Any], str]:
    rows = _of_department(readings.after_notice(now, asked.text), asked)
    if asked.fulfilment:
        rows = rows.filter(state=CommitmentState.DECIDED, fulfilment=asked.fulfilment)
    found, more = _page(rows, asked.after)
    return [readings.zone_line(row, now) for row in found], more


def _results(asked: Wanted, now: datetime) -> tuple[list[Any], str]:
    found, more = _page(readings.results(asked.text), asked.after)
    return [readings.result_line(row) for row in found], more


def _pledges(asked: Wanted, now: datetime) -> tuple[list[Any], str]:
    found, more = _page(readings.pledges(asked.text), asked.after)
    return [readings.pledge_line(row) for row in found], more


LISTS: dict[str, Callable[[Wanted, datetime], tuple[list[Any], str]]] = {
    "notice": _in_notice,
    "decided": _decided,
    "results": _results,
    "pledges": _pledges,
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def commitment(request: HttpRequest, commitment_id: int) -> HttpResponse:
    """One commitment whole, and the form to object while it is published."""
    found = readings.published_commitment(commitment_id)
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
        "qr": _qr(found),
        "open": line.days_left > 0,
        "requirements": _requirements(found),
        "findings": [finding for finding in found.findings.all() if finding.requirement is None],
        "reviews": [public_review(row) for row in found.reviews.all()],
        "rulings": [_ruling(row) for row in made_rulings(found.project_id) if row.commitment_id == found.pk],
        "objections": [_objection_line(row) for row in found.objections.all()],
        "form": form,
    }
    return render(request, "public/commitment.html", context, status=422 if form.errors else 200)


def _qr(found: Commitment) -> str:
    """The code published with the promise: it opens the certificate of the project and its unit (附件2·第十三条)."""
    code, unit = found.project.code, found.project.unit.credit_code
    return mark_safe(qr_svg(verification_url(settings.YINUO_ORIGIN, code, unit))) if code and unit else ""  # noqa: S308


def _ruling(row: Ruling) -> dict[str, Any]:
    """A ruling as everybody may read it."""
    lifted = row.stops and row.lifted_by.filter(state="made").exists()
    return {
        "words": row.words,
        "number": row.number,
        "facts": row.facts,
        "answered_at": row.answered_at,
        "lifted": lifted,
    }


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
    return {
        "raised_at": row.raised_at,
        "state": row.state,
        "word": row.get_state_display(),
        "answered_at": row.answered_at,
    }


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
