"""Service guides (附件7·第七条): the list and each matter's page."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import conditional_page, require_safe

from yinuo.core.findings import ON_REQUEST, condition, matter_rows
from yinuo.core.pack.types import Matter
from yinuo.core.wording import in_words
from yinuo.engine.documents.qr import qr_svg
from yinuo.engine.rules import pack
from yinuo.faces.deficient import panels as deficient
from yinuo.faces.projects.public_answers import line_of
from yinuo.rooms.projects import queries
from yinuo.site import guidebook
from yinuo.site.public_forms import GuideFilter
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem

# What the faces show on this page, in this order.
PANELS = (deficient,)

# How many published answers stand on a matter's own page, and on the list of all.
ANSWERS = 5


@require_safe
@conditional_page
def index(request: HttpRequest) -> HttpResponse:
    """Every published matter by stage, with four filters;
    unfiltered with the answers that belong to no matter's page.
    """
    day = timezone.localdate()
    rows = guidebook.lines(day, guidebook.offers(day))
    form = GuideFilter(request.GET, day=day)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = guidebook.matching(rows, wanted.get("q", ""))
    if wanted.get("stage"):
        found = [row for row in found if row.matter.stage == wanted["stage"]]
    if wanted.get("department"):
        found = [row for row in found if row.matter.department == wanted["department"]]
    if wanted.get("promise"):
        found = [row for row in found if row.promise.state in wanted["promise"].split("-")]
    filtered = any(wanted.values())
    asked = queries.QuestionPage([], 0) if filtered else queries.published_answers("", size=ANSWERS)
    context = {
        "filter": form,
        "stages": guidebook.by_stage(found, day),
        "count": len(found),
        "total": len(rows),
        "filtered": filtered,
        "answered": [line_of(row) for row in asked.questions],
    }
    return render(request, "public/guides.html", context)


@require_safe
@conditional_page
def guide(request: HttpRequest, matter_id: str) -> HttpResponse:
    """One matter whole; unverified text says so."""
    day = timezone.localdate()
    matter = pack().matters.get(matter_id)
    if matter is None or day not in matter.span:
        raise Http404
    chosen = guidebook.offers(day)
    answer = guidebook.answer(matter_id, day, chosen)
    standard = matter.standard_at(day)
    promised, statutory = matter.promised_at(day), matter.statutory_at(day)
    stage = next((row.name for row in guidebook.scheme(day).stages if row.id == matter.stage), "")
    asked = queries.published_answers(matter_id, size=ANSWERS)
    context = {
        "breadcrumbs": [NavItem("办事指南", "/guides/"), NavItem(matter.full_name)],
        "answered": [line_of(row) for row in asked.questions],
        "more_answered": bool(asked.after),
        "matter": matter,
        "day": day,
        "stage": stage,
        "department": pack().departments[matter.department],
        "level": words.LEVELS[matter.level],
        "handling": words.HANDLING[matter.handling],
        "kinds": "、".join(words.kinds()[kind] for kind in matter.kinds),
        "needed": _needed(matter, day),
        **_related(matter, day),
        "qr": mark_safe(qr_svg(request.build_absolute_uri(request.path))),  # noqa: S308
        "url": request.build_absolute_uri(request.path),
        "before": [row for name in matter.after if (row := pack().matters.get(name)) and day in row.span],
        "basis": words.cite_links(matter.basis),
        "promised": promised,
        "promised_text": words.limit_text(promised),
        "promised_cites": words.cite_links(promised.cites) if promised else [],
        "statutory": statutory,
        "statutory_text": words.limit_text(statutory),
        "statutory_cites": words.cite_links(statutory.cites) if statutory else [],
        "receipt_limit": pack().integer("receipt.limit", day),
        "handlers": guidebook.handlers(matter, day),
        "promise": guidebook.promise_of(matter.id, answer.outcome["listed"], answer.outcome["offered"]),
        "rows": list_rows(matter, day),
        "standard": standard,
        "standard_cites": words.cite_links(standard.cites) if standard else [],
        "history": [
            (row, words.span_text(row.from_on, row.to_on), words.cite_links(row.basis))
            for row in guidebook.offered_history(matter, day)
        ],
        "panels": [face.guide(matter, guidebook.hall_id(day), day) for face in PANELS],
        "unverified": matter.provenance == "unverified",
        "rules": pack(),
    }
    return render(request, "public/guide.html", context)


def _related(matter: Matter, day: date) -> dict[str, list[Matter]]:
    """What comes after it, and the other cases of the same matter."""
    others = pack().matters_at(day)
    return {
        "following": [row for row in others if matter.id in row.after],
        "siblings": [row for row in others if row.name == matter.name and row.id != matter.id],
    }


def _needed(matter: Matter, day: date) -> str:
    """Which projects need the matter, in words."""
    if matter.needed == "always":
        return "所列类型的项目都要办理"
    if matter.needed == "never":
        return "目前没有项目需要办理"
    if matter.needed == ON_REQUEST:
        return "项目单位提出申请时办理"
    return in_words(condition(matter.needed, pack(), day), pack().facts)


def list_rows(matter: Matter, day: date) -> list[dict[str, object]]:
    """The rows of the negative list that name the matter, with their condition and what re-admits it."""
    rows = matter_rows(matter, [row for row in pack().negative if day in row.span])
    return [
        {
            "row": row,
            "when": "" if row.when == "always" else in_words(condition(row.when, pack(), day), pack().facts),
            "exceptions": [(exception.label, words.cite_links(exception.cites)) for exception in row.exceptions],
            "cites": words.cite_links(row.cites),
        }
        for row in rows
    ]
