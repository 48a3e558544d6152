"""The quarter's notice and the year's evaluation at the desk: figures open to their cases, words, each department's
own, consent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.people.queries import department_or_none, names_in_halls
from yinuo.faces.reform.shared import Cases, shown
from yinuo.rooms.reform import access, actions, figures, measures, queries
from yinuo.rooms.reform.models import DraftState, ReformReport, ReportDraft
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import Versioned, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of

SIZE = 40
SHOWN = 60


class WordsForm(Versioned):
    """The words around the figures; in a yearly evaluation a comment on each that is scored."""

    opening = text_area("总体情况", "", "数字已经固定，不能修改；这里写对数字的说明。", rows=5, most=actions.TEXT_LIMIT)
    problems = text_area(
        "存在的问题和整改要求", "", "下面列出的问题都要有要求和期限。", rows=5, most=actions.TEXT_LIMIT
    )
    next_steps = text_area("下一步工作", "", "", rows=4, most=actions.TEXT_LIMIT)

    def __init__(self, *args: Any, evaluated: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evaluated = evaluated
        for key, name in evaluated.items():
            self.fields[f"comment_{key}"] = text_area(f"评价意见：{name}", "", "", rows=2, most=actions.TEXT_LIMIT)

    @property
    def comments(self) -> dict[str, str]:
        return {key: self.cleaned_data[f"comment_{key}"] for key in self.evaluated}


class ReturnForm(Versioned):
    why = text_area("退回的理由", "写明退回的理由", "", rows=3, most=actions.TEXT_LIMIT)


class SelfForm(forms.Form):
    text = text_area(
        "本部门一年的情况",
        "写明本部门一年的情况",
        "随评价一起公布；请不要写个人的电话、身份证号。",
        rows=6,
        most=actions.TEXT_LIMIT,
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@need_role(*access.READERS)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Of the hall's region, the latest first."""
    actor = actor_of(request)
    mine = [place.region.pk for place in figures.places() if access.can_see(actor, place)]
    rows = queries.reports(mine)[:SHOWN]
    return render(request, "staff/reform.html", {"rows": [(row, getattr(row, "publication", None)) for row in rows]})


def _seen(request: HttpRequest, report_id: int) -> tuple[Actor, ReformReport, figures.Place]:
    actor = actor_of(request)
    found = queries.report(report_id)
    place = figures.place_of(found.region_id)
    if not access.can_see(actor, place):
        raise forbid("只能查看本大厅的通报和评价")
    return actor, found, place


@need_role(*access.READERS)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """POST `do`: edit, submit, return, publish, self – whichever is the actor's now."""
    actor, found, place = _seen(request, report_id)
    now, draft = timezone.now(), found.draft
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    steps = _steps(actor, found, draft, place, request, verb)
    if verb and verb not in steps:
        raise forbid("现在不能这样办理")
    if verb and steps[verb].is_valid() and _done(actor, found, verb, steps[verb], now):
        messages.success(request, SAID[verb])
        return redirect("staff:reform_report", found.pk)
    own = {f"d{row.department_id}": row.text for row in actions.self_reports(found)}
    body = {**found.figures, **actions.said_in(draft), "self_reports": own}
    context = {
        "report": found,
        "publication": getattr(found, "publication", None),
        "draft": draft,
        "body": body,
        **shown(body, _cases_of(found)),
        "forms": steps,
        "form": steps.get(verb),
        "own": department_or_none(actor.department_id) if "self" in steps else None,
        "breadcrumbs": [NavItem("改革推进情况", reverse("staff:reform")), NavItem(found.span_words)],
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/reform_report.html", context, status=422 if verb else 200)


def _cases_of(found: ReformReport) -> Cases:
    here = reverse("staff:reform_cases", args=[found.pk])

    def address(measure: str, hall: int | None, department: int | None) -> str:
        asked = {"measure": measure, "hall": hall, "department": department}
        return f"{here}?{urlencode({key: value for key, value in asked.items() if value is not None})}"

    return address


def _steps(
    actor: Actor, found: ReformReport, draft: ReportDraft, place: figures.Place, request: HttpRequest, verb: str
) -> dict[str, forms.Form]:
    """What the actor may do now, each with its form."""
    steps: dict[str, Callable[[Any], forms.Form]] = {}
    fresh = {"version": draft.version}
    if draft.state == DraftState.DRAFT and access.can_write(actor, place):
        words = {"opening": draft.opening, "problems": draft.problems, "next_steps": draft.next_steps}
        words |= {f"comment_{key}": text for key, text in draft.comments.items()}
        steps["edit"] = lambda data: WordsForm(data, initial={**fresh, **words}, evaluated=actions.evaluated(found))
        steps["submit"] = lambda data: Versioned(data, initial=fresh)
    if draft.state == DraftState.SUBMITTED and access.can_consent(actor, place):
        steps["publish"] = lambda data: Versioned(data, initial=fresh)
        steps["return"] = lambda data: ReturnForm(data, initial=fresh)
    office = department_or_none(actor.department_id)
    speaks = (
        office is not None
        and access.can_self_report(actor, office, place)
        and f"d{office.pk}" in actions.evaluated(found)
    )
    if draft.state == DraftState.DRAFT and speaks:
        key = f"self:{found.pk}:{actor.department_id}:{found.self_reports.filter(department=office).count()}"
        steps["self"] = lambda data: SelfForm(data, initial={"key": key})
    return {name: make(request.POST if name == verb else None) for name, make in steps.items()}


SAID = {
    "edit": "文字已保存。",
    "submit": "已报主要负责同志审签。",
    "return": "已退回修改。",
    "publish": "已公布，不再改动。",
    "self": "自评已收到，随评价公布。",
}


def _done(actor: Actor, found: ReformReport, verb: str, form: forms.Form, now: datetime) -> bool:
    data = form.cleaned_data
    about: dict[str, Any] = {"actor": actor, "report_id": found.pk, "at": now}
    acts: dict[str, Callable[[], object]] = {
        "edit": lambda: actions.edit_report(
            **about,
            opening=data["opening"],
            problems=data["problems"],
            next_steps=data["next_steps"],
            comments=form.comments,  # type: ignore[attr-defined]
            version=data["version"],
        ),
        "submit": lambda: actions.submit_report(**about, version=data["version"]),
        "return": lambda: actions.return_report(**about, why=data["why"], version=data["version"]),
        "publish": lambda: actions.publish_report(**about, version=data["version"]),
        "self": lambda: actions.hand_self_report(
            **about, department_id=actor.department_id or 0, text=data["text"], idempotency_key=data["key"]
        ),
    }
    return attempt(form, acts[verb]) is not None


@need_role(*access.READERS)
@require_safe
def cases(request: HttpRequest, report_id: int) -> HttpResponse:
    """The cases behind one figure, as the records have them now: `?measure=`, `hall`, `department`, `good`, `page`."""
    actor, found, place = _seen(request, report_id)
    asked = {name: _number(request.GET.get(name, "")) for name in ("hall", "department", "page")}
    key = request.GET.get("measure", "")
    if key not in measures.MEASURES:
        raise forbid("没有这个指标")
    only = {"yes": True, "no": False}.get(request.GET.get("good", ""))
    page = max(asked["page"] or 1, 1)
    rows = measures.cases(
        place.hall_ids, found.begins, found.until, timezone.now(), measure=key, hall_id=asked["hall"],
        department_id=asked["department"], good=only, offset=(page - 1) * SIZE, limit=SIZE + 1,
    )  # fmt: skip
    same: dict[str, str | int] = {"measure": key}
    same |= {name: number for name in ("hall", "department") if (number := asked[name]) is not None}
    here = reverse("staff:reform_cases", args=[found.pk])
    measure = measures.MEASURES[key]
    told = [("", "全部"), ("yes", measure.good), ("no", "其他")] if measure.shared else [("", "全部")]
    office = department_or_none(asked["department"])
    offices = names_in_halls(place.hall_ids)
    context = {
        "report": found,
        "measure": measure,
        "office": office,
        "rows": [(row, offices.get(row.department_id or 0, ""), _url_of(row)) for row in rows[:SIZE]],
        "views": [
            NavItem(
                label,
                f"{here}?{urlencode({**same, **({'good': value} if value else {})})}",
                current=request.GET.get("good", "") == value,
            )
            for value, label in told
        ],
        "next_url": f"{here}?{urlencode({**same, 'good': request.GET.get('good', ''), 'page': page + 1})}"
        if len(rows) > SIZE
        else "",
        "first_url": f"{here}?{urlencode(same)}" if page > 1 else "",
        "breadcrumbs": [
            NavItem("改革推进情况", reverse("staff:reform")),
            NavItem(found.span_words, reverse("staff:reform_report", args=[found.pk])),
            NavItem(measure.label),
        ],
        "actor": actor,
    }
    return render(request, "staff/reform_cases.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


PAGES = {
    "item": "staff:item",
    "project": "staff:project",
    "review": "staff:service_review",
    "warning": "staff:warning",
    "commitment": "staff:promise_review",
}


def _url_of(row: measures.Case) -> str:
    return reverse(PAGES[row.source], args=[row.source_id]) if row.source in PAGES else ""
