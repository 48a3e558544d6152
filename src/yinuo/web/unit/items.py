"""One matter of one project, for the company: what it is, where it stands and why, what to hand in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.apps.documents.models import StoredFile
from yinuo.apps.documents.queries import of_subject
from yinuo.apps.onemap import queries
from yinuo.apps.onemap.actions import submit_materials, withdraw_application
from yinuo.apps.onemap.models import ItemState, MapItem, Submission
from yinuo.apps.rules import pack
from yinuo.apps.work import clocks
from yinuo.apps.work.models import ClockEvent, WorkItem, WorkKind
from yinuo.core.clock import ProofDay
from yinuo.web.acting import actor_of, need_unit
from yinuo.web.components.shapes import Row, State
from yinuo.web.components.text import closing, duration_left, zh_datetime
from yinuo.web.handling import attempt
from yinuo.web.unit import uploads
from yinuo.web.unit.own import crumbs, item_of, posted
from yinuo.web.unit.uploads import ManyFilesField

STATES: dict[str, State] = {
    "open": "ready",
    "received": "green",
    "incomplete": "yellow",
    "accepted": "green",
    "incorrect": "yellow",
    "paused": "paused",
    "notice": "notice",
    "decidable": "notice",
    "granted": "done",
    "refused": "ended",
    "exempt": "done",
    "cancelled": "ended",
}
TOLD = (WorkKind.RECEIPT, WorkKind.LIMIT, WorkKind.COMMITMENT_DECISION)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock with its proof, as the page tells it."""

    name: str
    state: State
    words: str
    rows: tuple[Row, ...]
    proof: tuple[ProofDay, ...]
    statutory: tuple[ProofDay, ...]
    pauses: tuple[str, ...]


@need_unit
@require_GET
def show(request: HttpRequest, item_id: int) -> HttpResponse:
    item, now = item_of(request, item_id), timezone.now()
    told = [clock_of(work, now) for work in queries.clocks_of(item) if work.kind in TOLD]
    waiting = queries.waiting_for(item) if item.state == ItemState.OPEN else []
    context = {
        "item": item,
        "project": item.project,
        "state": "wait" if waiting else current_state(item, told),
        "guide": guide(item),
        "guide_url": _guide_url(item),
        "may": queries.applicable(actor_of(request), item),
        "waiting": waiting,
        "opens": queries.opens(item),
        "clocks": told,
        "submissions": versions(item),
        "send_backs": sorted(item.send_backs.all(), key=lambda row: row.pk, reverse=True),
        "documents": list(of_subject(item).defer("data")),
        "option": option(item),
        "problems": list(item.problems.all()),
        "running": item.project.state == "confirmed",
        "breadcrumbs": crumbs(item.project, ("一张图", reverse("unit:map", args=[item.project_id])), item.name),
    }
    return render(request, "unit/item.html", context)


def versions(item: MapItem) -> list[dict[str, Any]]:
    """What was handed in, the newest first; from the second on, each file says whether it is new (U-2)."""
    made: list[dict[str, Any]] = []
    before: set[tuple[str, str]] | None = None
    for row in sorted(item.submissions.all(), key=lambda row: row.number):
        parts = [{**part, "new": before is not None and (part["id"], part["sha256"]) not in before} for part in row.materials]
        made.insert(0, {"row": row, "parts": parts})
        before = {(part["id"], part["sha256"]) for part in row.materials}
    return made


def current_state(item: MapItem, told: list[Clock]) -> State:
    """The mark in the head: while a clock runs its light, else what the item's state says."""
    if item.state in (ItemState.RECEIVED, ItemState.ACCEPTED) and told:
        return told[-1].state
    return STATES[item.state]


def guide(item: MapItem) -> dict[str, Any]:
    """The service guide in short, as of the project's rules."""
    rules = pack()
    matter = rules.matters[item.matter_id]
    return {
        "content": matter.content,
        "rows": [
            Row("承办部门", f"{item.department.name}{' · ' + item.handler.name if item.handler else ''}"),
            *([Row("咨询电话", item.department.phone)] if item.department.phone else []),
            Row("承诺时限", _days(item.limit_value, item.limit_unit)),
            Row("法定时限", _days(item.statutory_value, item.statutory_unit)),
            Row("收费", matter.fee),
            Row("办理结果", matter.result),
            Row("依据", "；".join(rules.cite_texts(matter.basis))),
        ],
        "conditions": matter.conditions,
        "process": matter.process,
        "unverified": matter.provenance == "unverified",
        "materials": item.materials,
    }


def _days(value: int | None, unit: str) -> str:
    if value is None:
        return "未规定"
    return "即时办结" if value == 0 else f"{value} {'个工作日' if unit == 'working' else '日（自然日）'}"


def _guide_url(item: MapItem) -> str:
    try:
        return reverse("public:guide", args=[item.matter_id])
    except NoReverseMatch:
        return ""


def option(item: MapItem) -> dict[str, Any]:
    """May it be promised, and why or why not, as it was decided when the map was drawn."""
    rules, kept = pack(), item.promisable_why
    reasons = [
        {"text": step["text"], "cites": [rules.cite_text(cite) for cite in step["cites"] if cite.partition("#")[0] in rules.sources]}
        for step in kept.get("trace", [])
    ]
    outcome = kept.get("outcome") or {}
    return {"promisable": item.promisable, "listed": outcome.get("listed"), "offered": outcome.get("offered"), "reasons": reasons}


def clock_of(work: WorkItem, now: datetime) -> Clock:
    events = list(work.events.all())
    events.sort(key=lambda row: row.pk)
    state = clocks.state_of(work, events, now)
    light: State = "paused" if work.state == "paused" else "done" if not work.is_open else work.light_at(now)  # type: ignore[assignment]
    words = ""
    if state is not None and work.is_open:
        overdue = now > state.due_at
        left = -clocks.calendar().working_time(state.due_at, now) if overdue else state.left
        words = duration_left(left)
    rows = [Row("开始", zh_datetime(work.started_at))]
    if state is not None:
        label = "如果今天恢复，应于" if work.state == "paused" else "应于"
        rows.append(Row(label, f"{closing(state.due_at)} 前办结{'（暂定）' if state.provisional else ''}"))
    if work.statutory_due_at is not None:
        rows.append(Row("法定期限", closing(work.statutory_due_at)))
    if work.closed_at is not None:
        rows.append(Row("结束", zh_datetime(work.closed_at)))
    return Clock(
        name=work.get_kind_display(),
        state=light,
        words=words,
        rows=tuple(rows),
        proof=tuple(clocks.proof_of(work, events, now)),
        statutory=tuple(clocks.proof_of(work, events, now, statutory=True)),
        pauses=tuple(_event_words(row) for row in events),
    )


def _event_words(row: ClockEvent) -> str:
    labels = {reason.id: reason.label for reason in pack().pauses}
    reason = labels.get(row.reason, row.reason)
    words = f"{zh_datetime(row.at)} {row.get_kind_display()}{'：' + reason if reason else ''}"
    return f"{words}，最迟 {zh_datetime(row.ends_by)} 自动恢复" if row.ends_by else words


# -- handing in


class MaterialsForm(forms.Form):
    """For each material: what is already chosen, one from the library, and new files."""

    note = forms.CharField(label="给承办人的说明", required=False, widget=forms.Textarea({"rows": 3}), max_length=1000)
    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(
        self, *args: Any, item: MapItem, shelf: dict[int, StoredFile], chosen: dict[str, list[int]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.materials = item.materials
        known = uploads.choices(shelf)
        for number, material in enumerate(self.materials):
            have = (chosen or {}).get(material["id"], [])
            picked = [(str(pk), uploads.label(shelf[pk])) for pk in have if pk in shelf]
            self.fields[f"m{number}-have"] = forms.MultipleChoiceField(
                label="已选的文件", choices=picked, initial=[pk for pk, _ in picked], required=False, widget=forms.CheckboxSelectMultiple()
            )
            self.fields[f"m{number}-library"] = forms.ChoiceField(label="从材料库选", choices=[("", "不选"), *known], required=False)
            self.fields[f"m{number}-new"] = ManyFilesField(label="上传新文件", required=False)

    def groups(self) -> list[dict[str, Any]]:
        """Each material with its fields, as the page shows them."""
        made = []
        for number, material in enumerate(self.materials):
            have = self[f"m{number}-have"]
            made.append(
                {
                    "material": material,
                    "have": have if have.field.choices else None,
                    "library": self[f"m{number}-library"],
                    "new": self[f"m{number}-new"],
                }
            )
        return made

    def field_of(self, material_id: str) -> str:
        number = next((n for n, material in enumerate(self.materials) if material["id"] == material_id), None)
        return material_id if number is None else f"m{number}-new"


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, item_id: int) -> HttpResponse:
    """The full material, once. Whatever was uploaded stays chosen, also where something is still missing."""
    item = item_of(request, item_id)
    last = max(item.submissions.all(), key=lambda row: row.number, default=None)
    chosen = _sent(request, item) if request.method == "POST" else _last_handed(last)
    shelf = uploads.shelf(actor_of(request).unit_id or 0, [pk for ids in chosen.values() for pk in ids])
    if request.method == "POST":
        form = MaterialsForm(request.POST, request.FILES, item=item, shelf=shelf, chosen=chosen)
        if form.is_valid():
            rows, shelf = _rows(request, form, shelf)
            made = _hand_in(request, item, form, rows) if form.is_valid() else None
            if made is not None:
                messages.success(request, f"已收到材料，回执编号 {made.receipt_no}。")
                return redirect("unit:item", item.pk)
            if getattr(getattr(form, "refusal", None), "code", "") == "idempotency.reused":
                messages.info(request, "这份申报已经提交过了。")
                return redirect("unit:item", item.pk)
            form = _again(request, item, form, rows, shelf)
    else:
        initial = {"version": item.version, "key": f"submit:{uuid.uuid4()}"}
        form = MaterialsForm(item=item, shelf=shelf, chosen=chosen, initial=initial)
    context = {
        "item": item,
        "form": form,
        "groups": form.groups(),
        "limit": uploads.mebibytes(),
        "waiting": queries.waiting_for(item),
        "send_back": _answering(item),
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "申报"),
    }
    return render(request, "unit/item_submit.html", context)


def _sent(request: HttpRequest, item: MapItem) -> dict[str, list[int]]:
    """The ids ticked among those already chosen: they must be choices of the form that reads them."""
    return {
        material["id"]: [int(pk) for pk in request.POST.getlist(f"m{number}-have") if pk.isdigit() and len(pk) < 16]
        for number, material in enumerate(item.materials)
    }


def _last_handed(last: Submission | None) -> dict[str, list[int]]:
    made: dict[str, list[int]] = {}
    for row in last.materials if last else []:
        made.setdefault(row["id"], []).append(row["file"])
    return made


def _answering(item: MapItem) -> Any:
    """The send-back the company is answering now."""
    if item.state not in (ItemState.INCOMPLETE, ItemState.INCORRECT):
        return None
    return max((row for row in item.send_backs.all() if row.kind == item.state), key=lambda row: row.pk, default=None)


def _rows(request: HttpRequest, form: MaterialsForm, shelf: dict[int, StoredFile]) -> tuple[list[dict[str, Any]], dict[int, StoredFile]]:
    """The materials with their files; new files go to the library first."""
    actor, at = actor_of(request), timezone.now()
    rows: list[dict[str, Any]] = []
    for number, material in enumerate(form.materials):
        ids = [int(pk) for pk in form.cleaned_data[f"m{number}-have"]]
        if form.cleaned_data[f"m{number}-library"]:
            ids.append(int(form.cleaned_data[f"m{number}-library"]))
        for file in uploads.keep(form, f"m{number}-new", form.cleaned_data[f"m{number}-new"], actor=actor, at=at):
            shelf = {file.pk: file, **shelf}
            ids.append(file.pk)
        rows += [{"id": material["id"], "file": pk} for pk in dict.fromkeys(ids)]
    return rows, shelf


def _hand_in(request: HttpRequest, item: MapItem, form: MaterialsForm, rows: list[dict[str, Any]]) -> Submission | None:
    return attempt(
        form,
        lambda: submit_materials(
            actor=actor_of(request),
            item_id=item.pk,
            materials=rows,
            note=form.cleaned_data["note"],
            version=form.cleaned_data["version"],
            idempotency_key=form.cleaned_data["key"],
            at=timezone.now(),
        ),
        {material["id"]: form.field_of(material["id"]) for material in item.materials},
    )


def _again(
    request: HttpRequest, item: MapItem, form: MaterialsForm, rows: list[dict[str, Any]], shelf: dict[int, StoredFile]
) -> MaterialsForm:
    """The form once more: new uploads are now among the chosen, with the same errors and a fresh key."""
    chosen: dict[str, list[int]] = {}
    for row in rows:
        chosen.setdefault(row["id"], []).append(row["file"])
    data = request.POST.copy()
    for number, material in enumerate(item.materials):
        data.setlist(f"m{number}-have", [str(pk) for pk in chosen.get(material["id"], [])])
        data[f"m{number}-library"] = ""
    data["key"] = f"submit:{uuid.uuid4()}"
    data["version"] = str(MapItem.objects.values_list("version", flat=True).get(pk=item.pk))
    again = MaterialsForm(data, item=item, shelf=shelf, chosen=chosen)
    again.is_valid()
    for name, errors in form.errors.items():
        for error in errors:
            again.add_error(None if name == "__all__" else name, error)
    return again


class WhyForm(forms.Form):
    why = forms.CharField(
        label="为什么撤回", widget=forms.Textarea({"rows": 3}), max_length=1000, error_messages={"required": "写明撤回的原因"}
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


@need_unit
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, item_id: int) -> HttpResponse:
    item = item_of(request, item_id)
    form = WhyForm(posted(request), initial={"version": item.version})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = attempt(
            form,
            lambda: withdraw_application(
                actor=actor_of(request), item_id=item.pk, why=values["why"], version=values["version"], at=timezone.now()
            ),
        )
        if done is not None:
            messages.success(request, "申报已撤回，可以随时重新申报。")
            return redirect("unit:item", item.pk)
    context = {
        "item": item,
        "form": form,
        "breadcrumbs": crumbs(item.project, (item.name, reverse("unit:item", args=[item.pk])), "撤回申报"),
    }
    return render(request, "unit/item_withdraw.html", context)
