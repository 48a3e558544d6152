"""The map's sheet of A3 as a file to keep or send: what the printed page shows, from the same slips."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect

from yinuo.engine.documents.qr import verification_url
from yinuo.engine.documents.render import render_pdf
from yinuo.engine.documents.wording import iso, moment
from yinuo.faces.onemap.map import head
from yinuo.faces.onemap.map.cards import Ties
from yinuo.faces.onemap.map.faces import Face
from yinuo.faces.onemap.map.paper import Slip, sheet
from yinuo.faces.onemap.map.serving import Looked
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.queries import MapView
from yinuo.ui.files import PRIVATE, named

WAITS = "等："


def printed(looked: Looked) -> HttpResponse:
    """The sheet as PDF; before guidance has drawn the map there is none, and the map's page says why."""
    view = queries.map_of(looked.project.pk, looked.now, looked.standing)
    if view.plan is None:
        return HttpResponseRedirect(looked.root)
    answer = HttpResponse(
        render_pdf("map_print", sheet_data(view, looked.face), looked.now), content_type="application/pdf"
    )
    name = f"一张图 {view.project.code or view.project.name} {iso(looked.now)}.pdf"
    return named(answer, name, cache=PRIVATE)


def sheet_data(view: MapView, face: Face) -> dict[str, Any]:
    """shapes.MapPrintData."""
    project, plan, slips = view.project, view.plan, sheet(view, Ties(view), face)
    code, credit_code = project.code or "", project.unit.credit_code or ""
    letter = head.badge(view, view.now).get("letter")
    landed = view.landed_at is not None
    return {
        "project_name": project.name,
        "project_code": code,
        "unit_name": project.unit.name,
        "credit_code": credit_code,
        "hall": project.hall.name,
        "grade": None if letter in (None, "unrated") else letter,
        "stages": [
            {
                "name": part.name,
                "department": part.department,
                "done": part.done,
                "matters": [_matter(slip) for slip in part.slips],
            }
            for part in slips.parts
        ],
        "chain": [] if landed else [{"number": number, "name": name} for number, name in slips.chain],
        "landing_on": plan.landing_on.isoformat() if plan and not landed else None,
        "landed_on": iso(view.landed_at) if view.landed_at else None,
        "working_days": plan.working_days if plan else 0,
        "provisional": any(card.work is not None and card.work.provisional for card in view.cards),
        "done": view.done,
        "total": view.total,
        "as_of": moment(view.now),
        "verify_url": verification_url(settings.YINUO_ORIGIN, code, credit_code) if code and credit_code else None,
    }


def _matter(slip: Slip) -> dict[str, Any]:
    card = slip.card
    return {
        "number": slip.number,
        "name": card.name,
        "state": card.state,
        "word": slip.word,
        "who": card.who,
        # On paper the numbers tell what a matter waits for, not its last line.
        "when": "" if card.when.startswith(WAITS) else card.when,
        "tags": list(card.tags),
        "after": list(slip.after),
        "critical": slip.step > 0,
        "problem": card.problem,
    }
