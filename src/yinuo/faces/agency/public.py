"""代办服务 for everybody: what it is, that it is free, who may have it, and whom to call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.core.dated import all_at
from yinuo.engine.rules import pack
from yinuo.rooms.agency import queries
from yinuo.rooms.agency.models import ServiceKind
from yinuo.rooms.agency.papers import SERVICES
from yinuo.ui.acting import actor_of

SAID = ("fee", "principle", "agent_duties", "unit_duties", "endings")
TERMS = ("application_limit", "enhanced_limit", "sign_limit", "confirm_limit", "archive_limit")


@require_safe
def agency(request: HttpRequest) -> HttpResponse:
    """Three queries: who is looking, the bodies, their agents."""
    day, rules = timezone.localdate(), pack()
    agents = queries.agents(day)
    bodies = [(body, [agent for agent in agents if agent.body_id == body.pk]) for body in queries.bodies(day)]
    said = {name: rules.parameter(f"agency.{name}", day).value for name in SAID}
    classes = [
        (measure.class_, measure.text, rules.cite_texts(measure.cites))
        for measure in all_at(rules.measures, day)
        if measure.effect == "agency"
    ]
    context = {
        "services": [(kind.label, SERVICES[kind]) for kind in ServiceKind],
        "said": said,
        "terms": [(rules.parameters[f"agency.{name}"].label, rules.integer(f"agency.{name}", day)) for name in TERMS],
        "classes": classes,
        "provincial": "、".join(rules.parameter("agency.provincial_grades", day).value),
        "bodies": bodies,
        "unit": actor_of(request).role == "unit",
        "cites": rules.cite_texts(rules.parameter("agency.unit_types", day).cites),
    }
    return render(request, "public/agency.html", context)
