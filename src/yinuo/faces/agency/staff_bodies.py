"""代办服务机构 and their people: opened, staffed, trained and appraised by the hall's convener (附件6·三, 五)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, forbid
from yinuo.faces.agency import forms as fields
from yinuo.rooms.agency import actions, queries
from yinuo.rooms.agency.models import AgencyBody, Appraisal, ServiceAgent
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

DONE = {
    "body": "已设立机构。",
    "agent": "已登记代办员。",
    "training": "已记录培训。",
    "appraisal": "已记录考核。",
    "end_agent": "已解除代办员。",
    "close_body": "已撤销机构。",
}
SHOWN = 20


@need_role("general_convener")
@never_cache
@require_http_methods(["GET", "POST"])
def bodies(request: HttpRequest) -> HttpResponse:
    """POST `do` is one of DONE."""
    actor, day = actor_of(request), today(timezone.now())
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if request.method == "POST" and do not in DONE:
        raise forbid("这个页面没有这项操作")
    there, agents = queries.bodies(day, actor.hall_id), queries.agents(day, actor.hall_id)
    made = _forms(actor, there, agents, request, do)
    form = made.get(do)
    if form is not None and form.is_valid() and attempt(form, _act(actor, do, form, there)) is not None:
        messages.success(request, DONE[do])
        return redirect("staff:agency_bodies")
    appraised: dict[int, list[Appraisal]] = {}
    for row in queries.appraisals(agents):
        appraised.setdefault(row.agent_id, []).append(row)
    names = {agent.pk: agent.person.name for agent in agents}
    context = {
        "bodies": [
            (body, [(agent, appraised.get(agent.pk, [])) for agent in agents if agent.body_id == body.pk])
            for body in there
        ],
        "trainings": [
            (row, "、".join(names[pk] for pk in row.agents if pk in names)) for row in queries.trainings(there)[:SHOWN]
        ],
        "forms": made,
        "form": form,
        "breadcrumbs": [NavItem("代办", reverse("staff:agency")), NavItem("机构和人员")],
    }
    return render(request, "staff/agency_bodies.html", context, status=422 if do else 200)


def _forms(
    actor: Actor, there: list[AgencyBody], agents: list[ServiceAgent], request: HttpRequest, do: str
) -> dict[str, forms.Form]:
    day = timezone.localdate()
    people = queries.candidates(actor.hall_id or 0, day)

    def given(name: str) -> dict[str, Any]:
        return {"data": request.POST if name == do else None, "auto_id": f"{name}_%s"}

    return {
        "body": fields.BodyForm(**given("body"), bodies=there),
        "agent": fields.AgentForm(**given("agent"), bodies=there, people=people),
        "training": fields.TrainingForm(
            **given("training"), agents=agents, initial={"on": day, "key": f"agency.training:{uuid.uuid4()}"}
        ),
        "appraisal": fields.AppraisalForm(**given("appraisal"), agents=agents, initial={"year": day.year}),
        "end_agent": fields.EndForm(**given("end_agent"), label_suffix=""),
        "close_body": fields.EndForm(**given("close_body"), label_suffix=""),
    }


def _act(actor: Actor, do: str, form: forms.Form, there: list[AgencyBody]) -> Callable[[], object]:
    values = form.cleaned_data
    common: dict[str, Any] = {"actor": actor, "at": timezone.now()}
    county: list[int] = [body.pk for body in there if body.parent_id is None]

    def open_it() -> object:
        parent = int(values["parent"]) if values["parent"] else None
        wanted = {name: values[name] for name in ("level", "name", "place", "phone")}
        return actions.open_body(hall_id=actor.hall_id or 0, parent_id=parent, **wanted, **common)

    def train() -> object:
        agents = [int(pk) for pk in values["agents"]]
        body = county[0] if county else 0
        return actions.record_training(
            body_id=body, on=values["on"], topic=values["topic"], agents=agents, idempotency_key=values["key"], **common
        )

    acts: dict[str, Callable[[], object]] = {
        "body": open_it,
        "agent": lambda: actions.add_agent(
            body_id=int(values["body"]), person_id=int(values["person"]), phone=values["phone"], **common
        ),
        "training": train,
        "appraisal": lambda: actions.appraise_agent(
            agent_id=int(values["agent"]), year=values["year"], grade=values["grade"], text=values["text"], **common
        ),
        "end_agent": lambda: actions.end_agent(agent_id=values["id"], why=values["why"], **common),
        "close_body": lambda: actions.close_body(body_id=values["id"], why=values["why"], **common),
    }
    return acts[do]
