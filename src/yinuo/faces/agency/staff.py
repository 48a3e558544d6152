"""代办 at the hall: what waits to be answered, the services under way with their figures, and one service with all that
is done in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.rules import pack
from yinuo.faces.agency import forms as fields
from yinuo.faces.agency.shared import facts_of, log_events, matters_words, plan_of, services_words
from yinuo.faces.projects.explaining import decision_view
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.agency import access, actions, queries
from yinuo.rooms.agency.models import AgencyRequest, Agreement
from yinuo.rooms.agency.room import SERVICE
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reviews.models import ServiceReview
from yinuo.rooms.reviews.queries import service_of
from yinuo.ui.acting import behind, may_stand_in, need_behind
from yinuo.ui.components.shapes import Column, NavItem, Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

READERS = ("agent", *access.WATCHING)
SHOWN = 50
FIGURES = [
    Column("代办员"),
    Column("服务中", "number"),
    Column("办结", "number"),
    Column("终止", "number"),
    Column("服务记录", "number"),
    Column("其中代办", "number"),
    Column("评价", "number"),
    Column("平均分", "number"),
    Column("年度考核"),
]


@need_behind(*READERS)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """An agent's own services, whoever heads or watches the hall's all; `?over=1` = those that have ended."""
    actor, now = behind(request), timezone.now()
    day, over = today(now), request.GET.get("over") == "1"
    here = reverse("staff:agency")
    heads = actor.role != "agent"
    context = {
        "waiting": queries.waiting(actor.hall_id or 0),
        "may_answer": access.can_head(actor, actor.hall_id or 0),
        "services": [
            (row, matters_words(row.matters), services_words(row.services))
            for row in queries.services(actor, over=over)[:SHOWN]
        ],
        "over": over,
        "may_list": actor.role in ("comprehensive", "administrator"),
        "heads": heads,
        "views": [NavItem("服务中", here, current=not over), NavItem("已结束", f"{here}?over=1", current=over)],
        "columns": FIGURES,
        "figures": _figures(actor, day.year) if heads else [],
        "year": day.year,
    }
    return render(request, "staff/agency.html", context)


def _figures(actor: Actor, year: int) -> list[list[Any]]:
    agents = queries.agents(timezone.localdate(), actor.hall_id)
    counted = queries.figures_of([agent.pk for agent in agents], year)
    graded = {row.agent_id: row.get_grade_display() for row in queries.appraisals(agents, year)}
    return [
        [
            f"{agent.person.name}（{agent.body.name}）",
            *(getattr(counted[agent.pk], name) for name in ("running", "done", "ended", "entries", "acts", "reviews")),
            "" if (score := counted[agent.pk].score) is None else f"{score.normalize():f}",
            graded.get(agent.pk, ""),
        ]
        for agent in agents
    ]


@need_behind(*READERS)
@never_cache
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, application_id: int) -> HttpResponse:
    """The application with the check; POST `do`: offer, refuse."""
    actor, now = behind(request), timezone.now()
    found = queries.application(application_id)
    if not access.can_see_application(actor, found):
        raise forbid("只能查看本大厅的代办申请")
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if request.method == "POST" and do not in ("offer", "refuse"):
        raise forbid("这个页面没有这项操作")
    decision = queries.check_of(found.project.unit, today(now))
    agents = [
        row for row in queries.agents(today(now), actor.hall_id) if found.body_id in (row.body_id, row.body.parent_id)
    ]
    reduced = decision.outcome["support"] == "reduced"
    offering = fields.OfferForm(
        request.POST if do == "offer" else None, auto_id="offer_%s", application=found, agents=agents, reduced=reduced
    )
    refusing = fields.WhyForm(
        request.POST if do == "refuse" else None, auto_id="refuse_%s", initial={"version": found.version}
    )
    form: forms.Form = offering if do == "offer" else refusing
    if do and form.is_valid() and attempt(form, _answer(actor, do, found, form)) is not None:
        messages.success(request, "已签署协议并送企业签署。" if do == "offer" else "已答复企业并说明理由。")
        return redirect("staff:agency")
    context = {
        **head_of(found.project, NavItem("代办申请")),
        "application": found,
        "rows": _application_rows(found),
        "decision": decision_view(decision.to_json()),
        "served": decision.outcome["served"],
        "may_answer": found.state == "applied" and access.can_head(actor, found.body.hall_id),
        "offering": offering,
        "refusing": refusing,
        "form": form if do else None,
        "agents": agents,
        "agreement": getattr(found, "agreement", None),
    }
    return render(request, "staff/agency_request.html", context, status=422 if do else 200)


def _answer(actor: Actor, do: str, found: AgencyRequest, form: forms.Form) -> Callable[[], object]:
    values = form.cleaned_data
    common: dict[str, Any] = {
        "actor": actor,
        "application_id": found.pk,
        "at": timezone.now(),
        "version": values["version"],
    }
    if do == "refuse":
        return lambda: actions.refuse_service(why=values["why"], **common)
    names = ("from_on", "to_on", "services", "note")
    return lambda: actions.offer_agreement(
        agent_id=int(values["agent"]), **{name: values[name] for name in names}, **common
    )


def _application_rows(found: AgencyRequest) -> list[Row]:
    entrance = {"web": "网上", "api": "接口", "window": "窗口"}.get(found.entrance, found.entrance)
    rows = [
        Row("机构", found.body.name),
        Row("申请", f"{zh_datetime(found.applied_at)}　{entrance}　{found.applied_by.name}"),
        Row("委托事项", matters_words(found.matters)),
        Row("需要的服务", services_words(found.services)),
        Row("项目负责人", f"{found.lead_name}　{found.lead_phone}"),
        Row("经办人", f"{found.handler_name}　{found.handler_phone}"),
    ]
    return [
        *rows,
        *([Row("说明", found.text)] if found.text else []),
        *([Row("答复", found.answer)] if found.answer else []),
    ]


DONE = {
    "log": "已记录，企业看得到。",
    "plan": "已制定申报进度计划，并告知企业。",
    "green": "已请办理部门优先办理。",
    "finish": "已请企业确认办结。",
    "law": "代办服务已终止，通知书已送企业。",
    "archive": "已归档，并告知企业核对交还的材料。",
    "assign": "已改派，并告知企业。",
}


@need_behind(*READERS)
@never_cache
@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement: its terms, plan, log and what is to be done; POST `do` is one of DONE."""
    actor, now = behind(request), timezone.now()
    found = queries.one(agreement_id)
    if not access.can_see(actor, found):
        raise forbid("只能查看本大厅的代办服务")
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if request.method == "POST" and do not in DONE:
        raise forbid("这个页面没有这项操作")
    items = queries.items_of(found)
    made = _forms(found, actor, items, request.POST if do else None, do)
    form = made.get(do)
    if (
        form is not None
        and form.is_valid()
        and attempt(form, _act(actor, do, found, form), {"matter": "matter_id"}) is not None
    ):
        messages.success(request, DONE[do])
        return redirect("staff:agency_service", found.pk)
    plan = plan_of(found, now, items)
    context = {
        **head_of(found.project, NavItem("代办", reverse("staff:agency")), NavItem(found.number)),
        "agreement": found,
        "facts": facts_of(found),
        "plan": plan,
        "log": log_events(found),
        "green": [(pack().matters[row.matter_id].full_name, row) for row in queries.green_channels(found)],
        "packages": list(queries.packages_of(found)[:10]),
        "serves": access.can_serve(actor, found),
        "heads": access.can_head(actor, found.body.hall_id),
        "running": found.state == "running",
        "in_force": found.state in ("running", "finishing"),
        "over": found.state in ("ended", "done"),
        "forms": made,
        "form": form,
        "hat": access.via_of(found) if actor.role == "agent" and may_stand_in(request, access.via_of(found)) else "",
        "review": _review(found),
    }
    return render(request, "staff/agency_service.html", context, status=422 if do else 200)


def _forms(
    found: Agreement, actor: Actor, items: list[MapItem], data: Mapping[str, Any] | None, do: str
) -> dict[str, forms.Form]:
    seen = {"version": found.version}
    agents = [
        row
        for row in queries.agents(timezone.localdate(), actor.hall_id)
        if found.body_id in (row.body_id, row.body.parent_id)
    ]

    def given(name: str) -> dict[str, Any]:
        return {"data": data if name == do else None, "auto_id": f"{name}_%s"}

    def key(name: str) -> str:
        return f"agency.{name}:{uuid.uuid4()}"

    return {
        "log": fields.LogForm(
            **given("log"), agreement=found, items=items, initial={"on": timezone.localdate(), "key": key("log")}
        ),
        "plan": fields.PlanForm(**given("plan"), initial={"key": key("plan")}),
        "green": fields.GreenForm(**given("green"), items=items),
        "finish": fields.FinishForm(**given("finish"), initial=seen),
        "law": fields.LawForm(**given("law"), initial=seen),
        "archive": fields.ArchiveForm(**given("archive"), initial=seen),
        "assign": fields.AssignForm(
            **given("assign"), agents=[row for row in agents if row.pk != found.agent_id], initial=seen
        ),
    }


def _act(actor: Actor, do: str, found: Agreement, form: forms.Form) -> Callable[[], object]:
    values = form.cleaned_data
    common: dict[str, Any] = {"actor": actor, "agreement_id": found.pk, "at": timezone.now()}
    if "version" in values:
        common["version"] = values["version"]
    if "key" in values:
        common["idempotency_key"] = values["key"]
    acts: dict[str, Callable[[], object]] = {
        "log": lambda: actions.log_service(
            **{name: values[name] for name in ("kind", "matter_id", "on", "text")}, **common
        ),
        "plan": lambda: actions.draw_plan(note=values["note"], **common),
        "green": lambda: actions.ask_green_channel(matters=values["matters"], reason=values["reason"], **common),
        "finish": lambda: actions.report_finished(text=values["text"], **common),
        "law": lambda: actions.end_by_law(why=values["why"], **common),
        "archive": lambda: actions.archive(returned=form.rows, **common),  # type: ignore[attr-defined]
        "assign": lambda: actions.assign_agent(agent_id=int(values["agent"]), why=values["why"], **common),
    }
    return acts[do]


def _review(found: Agreement) -> ServiceReview | None:
    """What the company said, without its giver: the supervisor reads who spoke on the review's own page."""
    service = service_of(SERVICE, found)
    return service.given if service else None
