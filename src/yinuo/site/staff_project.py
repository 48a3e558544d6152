"""One project for the hall's people: what was filed with its decision and trail, the review, and deciding by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.documents.queries import listed, of_project
from yinuo.engine.people.queries import bound_on
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import seen
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import Turns, open_of_projects
from yinuo.faces.oversight import panels as warned
from yinuo.faces.projects.explaining import DecisionView, decision_view, fact_groups, fact_words, label_of
from yinuo.faces.projects.heading import head_of, visible_project
from yinuo.rooms.credit import queries as credit
from yinuo.rooms.inspections import queries as inspections
from yinuo.rooms.inspections.access import READERS
from yinuo.rooms.onemap import building
from yinuo.rooms.onemap import queries as maps
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.oversight import queries as supervision
from yinuo.rooms.projects import access, gate
from yinuo.rooms.projects.actions import decide_by_hand, withdraw_filing
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.rooms.projects.actions.confirming import PREFIX, can_confirm, confirm_facts
from yinuo.rooms.projects.models import Project, ProjectKind, ProjectState
from yinuo.rooms.projects.queries import change_requests
from yinuo.site.history import OPEN_DAYS, history
from yinuo.site.inbox import row_of
from yinuo.site.story import filed_by
from yinuo.ui.acting import CONVENING, actor_of, need_staff
from yinuo.ui.components.shapes import InboxRow, NavItem, Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.forms import ConfirmForm, FactsForm, ManualForm, WithdrawForm
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of
from yinuo.ui.reading import today


@need_staff
@require_safe
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Everything kept of one project; the look at it is noted."""
    actor, now = actor_of(request), timezone.now()
    found = visible_project(actor, project_id)
    seen(actor, "project", at=now, project_code=found.code or "", unit_id=found.unit_id)
    days, more = history(found, everything=request.GET.get("history") == "all")
    filing = access.can_review(actor, found, filing_department(found))
    mocks = list(found.items.values_list("mock", flat=True))
    works = list(open_of_projects([found.pk]).select_related("department", "assignee"))
    context = {
        **head_of(found),
        "facts": fact_groups(found.facts, {found.hall.region.code: found.hall.region.name}),
        "decision": explained(found),
        "certificate": _certificate_rows(found),
        "warned": warned.shown(found, "staff"),
        "supervised": supervision.records(found.pk)[:5],
        "amendments": [
            (
                row,
                [
                    (label_of(path), fact_words(path, old), fact_words(path, new))
                    for path, (old, new) in row.changes.items()
                ],
            )
            for row in found.amendments.select_related("person").order_by("-id")
        ],
        "changes": change_requests(found.pk),
        "reports": list(found.reports.order_by("-id")[:20]),
        "participants": list(found.participants.filter(replaced_at=None).order_by("role", "id")),
        "guidances": maps.guidance_of(found.pk),
        "unit_rows": _unit_rows(found, now),
        "works": _working(works, actor, now),
        "papers": list(listed(of_project(found.code))) if found.code else [],
        "proposals": credit.proposals_of(found.code) if found.code else [],
        "inspections": inspections.of_project(found.pk) if actor.role in READERS else [],
        "days": days[:OPEN_DAYS],
        "older": days[OPEN_DAYS:],
        "history_more": more,
        "has_map": bool(mocks),
        "mocked": any(mocks),
        "may_mock": actor.role == "window" and found.state == ProjectState.CONFIRMED,
        "may_review": filing and found.state == ProjectState.FILED,
        "may_withdraw": filing and found.kind == ProjectKind.FILING and found.state == ProjectState.CONFIRMED,
        "may_manual": filing and found.state == ProjectState.MANUAL,
        "next": next_of(actor, now, request.path) if actor.role in ("approver", "principal") else None,
        "told_url": reverse("staff:told", args=[found.pk]) if actor.role in (*CONVENING, "principal") else "",
    }
    return render(request, "staff/project.html", context)


def _working(works: list[WorkItem], actor: Actor, now: datetime) -> list[InboxRow]:
    """What is going on now, by whom; the project's own name is not said again on each row."""
    rows = []
    for work in works:
        row = row_of(work, actor, Turns.of(actor, ()), now)
        who = work.assignee.name if work.assignee else "还没有指定办理人" if work.waits_for == "staff" else "等项目单位"
        place = work.department.name if work.department else "政务大厅"
        rows.append(replace(row, project=f"{place}　{who}", unit="", tags=list(work.tags)))
    return rows


def _unit_rows(found: Project, now: datetime) -> list[Row]:
    """The company and whom it sends."""
    unit = found.unit
    people = bound_on(unit.pk, today(now))
    sent = "；".join(f"{row.person.name} {row.person.phone}".strip() for row in people)
    rows = [
        Row("项目单位", unit.name, reverse("staff:unit_credit", args=[unit.pk]), "信用记录"),
        Row("统一社会信用代码", unit.credit_code or f"名称预先核准号 {unit.reservation_no}"),
        Row("法定代表人", unit.legal_representative),
        Row("经办人", sent),
        Row("备案经办", f"{filed_by(found)}，{zh_datetime(found.filed_at)}"),
    ]
    return [row for row in rows if row.value]


def explained(found: Project) -> DecisionView | None:
    return decision_view(found.decision.body) if found.decision else None


def _certificate_rows(found: Project) -> list[Row]:
    if not hasattr(found, "certificate"):
        return []
    rows = [Row("备案文号", found.certificate.number), Row("核发时间", zh_datetime(found.certificate.issued_at))]
    if found.code and found.unit.credit_code:
        address = reverse("public:certificate", args=[found.code, found.unit.credit_code])
        rows.append(Row("核验页", "扫码看到的就是这一页", address, "打开"))
    return rows


@need_staff
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, project_id: int) -> HttpResponse:
    """复核: confirm, or withdraw with the concrete problem (正文·三(二)); a confirmed filing may still be withdrawn."""
    actor, now = actor_of(request), timezone.now()
    found = visible_project(actor, project_id)
    verb = request.POST.get("do", "")
    may = access.can_review(actor, found, filing_department(found))
    start = {"version": found.version}
    confirm = ConfirmForm(request.POST if verb == "confirm" else None, initial=start, prefix="confirm")
    withdraw = WithdrawForm(request.POST if verb == "withdraw" else None, initial=start, prefix="withdraw")
    if request.method == "POST" and not may:
        raise forbid("只有备案机关可以复核")
    if verb == "confirm" and confirm.is_valid():
        done = attempt(
            confirm,
            lambda: confirm_review(actor=actor, project_id=found.pk, at=now, version=confirm.cleaned_data["version"]),
        )
        if done is not None:
            messages.success(request, "已复核确认，项目已转送各有关部门进行前期辅导。")
            return redirect("staff:project", found.pk)
    if verb == "withdraw" and withdraw.is_valid():
        done = attempt(
            withdraw,
            lambda: withdraw_filing(
                actor=actor,
                project_id=found.pk,
                problem=withdraw.text,
                at=now,
                version=withdraw.cleaned_data["version"],
            ),
        )
        if done is not None:
            messages.success(request, "已撤回备案，具体问题已告知项目单位。")
            return redirect("staff:project", found.pk)
    bad: list[BaseForm] = [form for form in (confirm, withdraw) if form.is_bound]
    context = {
        **head_of(found, NavItem("备案复核")),
        "facts": fact_groups(found.facts, {found.hall.region.code: found.hall.region.name}),
        "decision": explained(found),
        "confirm": confirm,
        "withdraw": withdraw,
        "form": bad[0] if bad else confirm,
        "may_confirm": may and found.state == ProjectState.FILED,
        "stops": [
            (stop["why"], stop["cites"])
            for stop in gate.stops_not_passed(found, gate.judged(found.facts, timezone.localdate()))
        ],
        "may_withdraw": may
        and found.kind == ProjectKind.FILING
        and found.state in (ProjectState.FILED, ProjectState.CONFIRMED),
        "questions": _questions(found) if may else [],
        "next": next_of(actor, now, f"/staff/projects/{found.pk}/review/"),
    }
    return render(request, "staff/review.html", context, status=422 if bad else 200)


def _questions(found: Project) -> list[tuple[str, str, str]]:
    """Facts the rules miss that only a clerk may confirm: those the filing turns on, and those its matters turn on."""
    missing = set(found.decision.body["missing"]) if found.decision else set()
    missing |= {path for path, _why in gate.to_confirm(found.facts, timezone.localdate())}
    for want in building.wanted(found):
        missing |= set(want.missing)
    known = found.facts.get("confirmations") or {}
    paths = sorted(path for path in missing if path.startswith(PREFIX) and path.removeprefix(PREFIX) not in known)
    return [(path, pack().facts.label(path), pack().facts[path].help) for path in paths]


@need_staff
@require_http_methods(["GET", "POST"])
def manual(request: HttpRequest, project_id: int) -> HttpResponse:
    """A filing the rules did not approve at once: which rule stopped it, by which clause, and the clerk's decision."""
    actor, now = actor_of(request), timezone.now()
    found = visible_project(actor, project_id)
    may = access.can_review(actor, found, filing_department(found))
    if request.method == "POST" and not may:
        raise forbid("只有备案机关可以办理")
    verb = request.POST.get("do", "")
    form = ManualForm(request.POST if verb == "decide" else None, initial={"version": found.version})
    if verb == "decide" and form.is_valid():
        approve = form.cleaned_data["approve"] == "yes"
        done = attempt(
            form,
            lambda: decide_by_hand(
                actor=actor,
                project_id=found.pk,
                approve=approve,
                why=form.cleaned_data["why"],
                at=now,
                version=form.cleaned_data["version"],
            ),
        )
        if done is not None:
            messages.success(
                request,
                "已准予备案，正在赋码并核发备案证。" if approve else "已作出不予备案的决定，理由已告知项目单位。",
            )
            return redirect("staff:project", found.pk)
    stops = (
        found.decision.outcome.get("stops", []) if found.decision and isinstance(found.decision.outcome, dict) else []
    )
    context = {
        **head_of(found, NavItem("人工办理")),
        "facts": fact_groups(found.facts, {found.hall.region.code: found.hall.region.name}),
        "decision": explained(found),
        "stops": [(stop["why"], stop["cites"]) for stop in stops],
        "form": form,
        "may_decide": may and found.state == ProjectState.MANUAL,
        "questions": _questions(found) if may else [],
        "next": next_of(actor, now, f"/staff/projects/{found.pk}/manual/"),
    }
    return render(request, "staff/manual.html", context, status=422 if form.is_bound else 200)


@need_staff
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, project_id: int) -> HttpResponse:
    """Facts only a clerk may confirm: industries the negative list marks with an asterisk."""
    actor, now = actor_of(request), timezone.now()
    found = visible_project(actor, project_id)
    questions = [row for row in _questions(found) if can_confirm(actor, found, row[0])]
    form = FactsForm(request.POST or None, initial={"version": found.version}, questions=questions)
    if request.method == "POST" and not questions:
        raise forbid("没有需要您确认的内容")
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: confirm_facts(
                actor=actor,
                project_id=found.pk,
                answers=form.answers,
                note=form.cleaned_data["note"],
                at=now,
                version=form.cleaned_data["version"],
            ),
        )
        if done is not None:
            messages.success(request, "已确认，规则会按确认后的情况判断。")
            return redirect("staff:project", found.pk)
    known = found.facts.get("confirmations") or {}
    context = {
        **head_of(found, NavItem("人工确认")),
        "form": form,
        "questions": questions,
        "known": [Row(label_of(f"{PREFIX}{key}"), "是" if value else "否") for key, value in known.items()],
        "industry": fact_words("industry", found.facts.get("industry")),
        "rules": pack().title,
    }
    return render(request, "staff/confirm_facts.html", context, status=422 if form.is_bound else 200)
