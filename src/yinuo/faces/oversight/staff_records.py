"""监管记录 of a project's whole life for the hall: read, entered by kind, corrected beside what was there
(附件7·第十四条).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.people.queries import departments
from yinuo.faces.projects.heading import head_of, visible_project
from yinuo.rooms.inspections.models import RandomInspection
from yinuo.rooms.oversight import access, actions, queries
from yinuo.rooms.oversight.actions.common import TEXT_LIMIT as WHY_LIMIT
from yinuo.rooms.oversight.actions.dispatches import office_of
from yinuo.rooms.oversight.models import LifeRecord, RecordKind
from yinuo.rooms.oversight.specs import SPECS, TEXT_LIMIT, FieldSpec, KindSpec
from yinuo.rooms.projects.models import Project
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.forms import DateInput, DecimalInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import text_area
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

LONG = ("question", "measure", "outcome", "fact", "note", "reason", "subject")


class RecordForm(EvidenceForm, forms.Form):
    """The fields of one kind, as `specs` says; what is right, the action says."""

    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    def __init__(
        self,
        *args: Any,
        spec: KindSpec,
        offices: Sequence[tuple[str, str]],
        correcting: bool = False,
        handed: Sequence[RandomInspection] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.names = [one.name for one in spec.fields]
        made: dict[str, forms.Field] = {}
        if spec.steps and not correcting:
            made["step"] = forms.ChoiceField(
                label="环节", choices=[("", "请选择"), *spec.steps.items()], required=False
            )
        made["on"] = forms.DateField(
            label=spec.on_label,
            widget=DateInput(),
            error_messages={"required": f"填写{spec.on_label}", "invalid": "日期请写成 2026-11-30"},
        )
        if spec.number_label:
            made["number"] = forms.CharField(label=spec.number_label, required=False, max_length=80)
        made |= {one.name: _field(one, offices) for one in spec.fields}
        if handed:
            listed = [(str(one.pk), f"{one.plan.title}（{one.plan.lead.short_name}）") for one in handed]
            made["inspection_id"] = forms.ChoiceField(
                label="由哪次检查移送", choices=[("", "不是由双随机检查移送"), *listed], required=False
            )
        if correcting:
            made["why"] = text_area("更正的理由", "写明更正的理由", rows=2, most=WHY_LIMIT)
        for name, one in made.items():
            self.fields[name] = one
        self.order_fields([*made, "files", "key"])

    def said(self) -> dict[str, Any]:
        """What the action takes, but for who and when."""
        values = self.cleaned_data
        return {
            "on": values["on"],
            "number": values.get("number", ""),
            "data": {name: values[name] for name in self.names if values[name] != ""},
            "evidence": self.file_ids,
        }


def _field(spec: FieldSpec, offices: Sequence[tuple[str, str]]) -> forms.Field:
    """Nothing is required here: the action names everything that is missing at once."""
    label, help_text = spec.label, spec.help
    match spec.type:
        case "office":
            return forms.ChoiceField(
                label=label, choices=[("", "监督员自己督办"), *offices], required=False, help_text=help_text
            )
        case "choice":
            return forms.ChoiceField(
                label=label, choices=[("", "请选择"), *spec.choices.items()], required=False, help_text=help_text
            )
        case "amount":
            return forms.CharField(
                label=label, required=False, widget=DecimalInput(), help_text=help_text, max_length=24
            )
        case "date":
            return forms.CharField(label=label, required=False, widget=DateInput(), help_text=help_text, max_length=10)
    widget = forms.Textarea({"rows": 3}) if spec.name in LONG else forms.TextInput()
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text, max_length=TEXT_LIMIT)


@need_staff
@require_safe
def records(request: HttpRequest, project_id: int) -> HttpResponse:
    """Everything recorded of a project, by kind, and its warnings."""
    actor = actor_of(request)
    found = visible_project(actor, project_id)
    rows = queries.records(found.pk)
    context = {
        **head_of(found, NavItem("监管记录")),
        "groups": grouped_by_kind(rows),
        "warnings": queries.of_project(found.pk),
        "kinds": [NavItem(kind.label, reverse("staff:record_new", args=[found.pk, kind.value])) for kind in RecordKind]
        if access.can_record(actor, found)
        else [],
    }
    return render(request, "staff/records.html", context)


def grouped_by_kind(rows: Sequence[LifeRecord]) -> list[tuple[str, list[LifeRecord]]]:
    """Kinds that have any, in the order of a project's life."""
    return [(kind.label, found) for kind in RecordKind if (found := [row for row in rows if row.kind == kind])]


@need_staff
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, project_id: int, kind: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    found = visible_project(actor, project_id)
    if kind not in SPECS:
        raise Http404
    if not access.can_record(actor, found):
        raise forbid("只有监督员、综合管理部门和项目的有关部门可以登记监管记录")
    spec = SPECS[kind]
    start = {"key": f"record:{uuid.uuid4()}", "on": today(now)}
    start["inspection_id"] = request.GET.get("inspection", "")
    handed = queries.handed_to_penalty(found) if kind == RecordKind.PENALTY else []
    form = RecordForm(
        request.POST or None, request.FILES or None, spec=spec, offices=offices_of(found), initial=start, handed=handed
    )
    if request.method == "POST" and form.is_valid() and form.take(request, actor, now):
        told = {**form.said(), "step": form.cleaned_data.get("step", ""), "idempotency_key": form.cleaned_data["key"]}
        told["inspection_id"] = int(form.cleaned_data.get("inspection_id") or 0) or None
        if attempt(
            form,
            lambda: actions.record_life(actor=actor, project_id=found.pk, kind=kind, at=now, **told),
            {"evidence": "files"},
        ):
            messages.success(request, f"{spec.kind.label}已登记。")
            return redirect("staff:records", found.pk)
    context = {**_head(found, f"登记{spec.kind.label}"), "form": form, "spec": spec}
    return render(request, "staff/record_new.html", context, status=422 if form.is_bound else 200)


def _head(found: Project, label: str) -> dict[str, Any]:
    return head_of(found, NavItem("监管记录", reverse("staff:records", args=[found.pk])), NavItem(label))


@need_staff
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record with every version of it; POST enters a new version beside."""
    actor, now = actor_of(request), timezone.now()
    asked = queries.record(record_id)
    found = visible_project(actor, asked.project_id)
    rows = queries.versions(asked)
    last = rows[0]
    verb = request.POST.get("do", "correct") if request.method == "POST" else ""
    spec = SPECS[last.kind]
    may = access.can_correct(actor, last, found) and not last.system
    form, outcome = None, None
    if can_answer(actor, last, found):
        outcome = OutcomeForm(*((request.POST, request.FILES) if verb == "outcome" else (None, None)), prefix="outcome")
    if may:
        sent = (request.POST, request.FILES) if verb == "correct" else (None, None)
        start = {**last.data, "on": last.on, "number": last.number}
        form = RecordForm(*sent, spec=spec, offices=offices_of(found), correcting=True, initial=start)
    if verb and (outcome if verb == "outcome" else form) is None:
        raise forbid("这条记录不能由您这样办理")
    if verb == "outcome" and outcome is not None and outcome.is_valid() and outcome.take(request, actor, now):
        said = {"outcome": outcome.cleaned_data["outcome"], "evidence": outcome.file_ids}
        if attempt(
            outcome,
            lambda: actions.answer_dispatch(actor=actor, record_id=last.pk, at=now, **said),
            {"evidence": "files"},
        ):
            messages.success(request, "已办结。")
            return redirect("staff:record", _latest(last).pk)
    if (
        verb == "correct"
        and form
        and form.is_valid()
        and form.take(request, actor, now)
        and _corrected(form, last, actor, now)
    ):
        messages.success(request, "已更正，原来的一版仍然保留。")
        return redirect("staff:record", _latest(last).pk)
    context = {
        **_head(found, f"{spec.kind.label}{f' {last.number}' if last.number else ''}"),
        "row": last,
        "versions": rows[1:],
        "form": form,
        "outcome": outcome,
        "warnings": list(last.warnings.all()),
        "public": queries.is_public(last, today(now)),
    }
    return render(request, "staff/record.html", context, status=422 if verb else 200)


class OutcomeForm(EvidenceForm, forms.Form):
    outcome = text_area("办理结果", "写明办理结果", most=TEXT_LIMIT)
    field_order = ("outcome", "files")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


def can_answer(actor: Actor, row: LifeRecord, project: Project) -> bool:
    if row.kind != RecordKind.DISPATCH or row.data.get("outcome"):
        return False
    row.project = project
    return access.can_answer_dispatch(actor, project, office_of(row))


def offices_of(project: Project) -> list[tuple[str, str]]:
    return list(departments(project.hall_id).order_by("name").values_list("key", "name"))


def _corrected(form: RecordForm, last: LifeRecord, actor: Any, now: datetime) -> object:
    return attempt(
        form,
        lambda: actions.correct_record(
            actor=actor, record_id=last.pk, at=now, why=form.cleaned_data["why"], **form.said()
        ),
        {"evidence": "files"},
    )


def _latest(row: LifeRecord) -> LifeRecord:
    return queries.versions(row)[0]
