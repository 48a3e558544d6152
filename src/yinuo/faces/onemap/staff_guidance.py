"""前期辅导 and 二次辅导 in one form: each proposed matter with yes or no, level, time, materials, prerequisites, and
why it may be promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.core.pack.types import Matter
from yinuo.core.screen import MatterAnswer, screen
from yinuo.engine.base import forbid
from yinuo.engine.catalogue.queries import offered
from yinuo.engine.rules import pack
from yinuo.faces.projects.explaining import label_of
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.onemap import access, building, queries
from yinuo.rooms.onemap.actions import answer_guidance
from yinuo.rooms.onemap.models import GuidanceAnswer, GuidanceKind
from yinuo.rooms.projects.actions.confirming import PREFIX, can_confirm
from yinuo.rooms.projects.models import Project
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.forms import DecimalInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import Versioned, choice, quiet, typed_data
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of
from yinuo.ui.reading import UNIT_WORDS

NEEDED = [("yes", "需要办理"), ("no", "不需要")]
LEVELS = [("county", "县级"), ("prefecture", "州级"), ("province", "省级"), ("state", "国家级")]
ADDED_MOST = 20


class GuidanceForm(Versioned):
    """One form for the whole answer; the fields of a matter begin with its id."""

    def __init__(
        self,
        *args: Any,
        rows: list[dict[str, Any]],
        others: Mapping[str, list[tuple[str, str]]],
        whole: bool,
        **kwargs: Any,
    ) -> None:
        """`whole` False = second guidance, which asks only whether and a note.

        `others`: what a matter may be made to wait for.
        """
        super().__init__(*args, **kwargs)
        self.rows, self.whole = rows, whole
        for row in rows:
            name = row["matter_id"]
            self.fields[f"{name}-needed"] = choice(
                "本项目是否需要办理", NEEDED, f"选择是否需要办理“{row['name']}”", radio=True
            )
            self.initial[f"{name}-needed"] = "" if row["needed"] == "unknown" else row["needed"]
            if whole:
                self._details(row, others.get(name, []))
            self.fields[f"{name}-note"] = forms.CharField(
                label="告诉企业的话", required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
            )
            self.initial[f"{name}-note"] = row.get("note", "")

    def _details(self, row: dict[str, Any], others: list[tuple[str, str]]) -> None:
        name = row["matter_id"]
        self.fields[f"{name}-level"] = forms.ChoiceField(label="哪一级审批", choices=LEVELS)
        days = forms.IntegerField(
            label="办理时限",
            required=False,
            min_value=0,
            max_value=365,
            widget=DecimalInput({"class": "w-4"}),
            error_messages={
                "invalid": f"“{row['name']}”的办理时限应为整数",
                "min_value": f"“{row['name']}”的办理时限应为 0 到 365",
                "max_value": f"“{row['name']}”的办理时限应为 0 到 365",
            },
            help_text="0 为即时办结，不填为没有时限。",
        )
        self.fields[f"{name}-days"] = days
        self.fields[f"{name}-unit"] = forms.ChoiceField(label="时限单位", choices=list(UNIT_WORDS.items()))
        self.initial.update({f"{name}-level": row["level"], f"{name}-days": row["days"], f"{name}-unit": row["unit"]})
        if row["materials"]:
            self.fields[f"{name}-materials"] = forms.MultipleChoiceField(
                label="需要的材料",
                required=False,
                choices=[(m["id"], m["name"] if m["main"] else f"{m['name']}（次要）") for m in row["materials"]],
                widget=forms.CheckboxSelectMultiple(),
            )
            self.initial[f"{name}-materials"] = [m["id"] for m in row["materials"]]
        self.fields[f"{name}-more"] = forms.CharField(
            label="另外需要的材料",
            required=False,
            max_length=1000,
            widget=forms.Textarea({"rows": 2}),
            help_text="每行一份。",
        )
        if others:
            self.fields[f"{name}-after"] = forms.MultipleChoiceField(
                label="还要等哪些事项办结", required=False, choices=others, widget=forms.CheckboxSelectMultiple()
            )

    def answer(self) -> list[dict[str, Any]]:
        """The rows as the action takes them."""
        made = []
        for row in self.rows:
            name, data = row["matter_id"], self.cleaned_data
            said: dict[str, Any] = {
                "matter_id": name,
                "needed": data[f"{name}-needed"],
                "note": data[f"{name}-note"].strip(),
            }
            if self.whole:
                kept = [m for m in row["materials"] if m["id"] in data.get(f"{name}-materials", [])]
                said |= {
                    "level": data[f"{name}-level"],
                    "days": data[f"{name}-days"],
                    "unit": data[f"{name}-unit"],
                    "materials": [*kept, *_more_materials(data[f"{name}-more"])],
                    "after": list(dict.fromkeys([*row["after"], *data.get(f"{name}-after", [])])),
                }
            made.append(said)
        return made

    def of(self, name: str, *parts: str) -> list[forms.BoundField]:
        return [self[f"{name}-{part}"] for part in parts if f"{name}-{part}" in self.fields]


def _more_materials(text: str) -> list[dict[str, Any]]:
    lines = [line.strip()[:160] for line in text.splitlines() if line.strip()]
    return [
        {"id": f"extra_{n}", "name": line, "main": True, "note": "辅导意见增加", "issued_by": ""}
        for n, line in enumerate(lines, 1)
    ]


@dataclass(frozen=True, slots=True)
class Section:
    """One matter of the form with what the rules say of it."""

    row: dict[str, Any]
    option: MatterAnswer | None
    promise: str
    missing: list[str]
    after: list[str]
    first: list[forms.BoundField]
    rest: list[forms.BoundField]
    limits: list[forms.BoundField]
    waits: list[forms.BoundField]
    opened: bool
    basis: list[str]
    added: bool


@need_staff
@require_http_methods(["GET", "POST"])
def guidance(request: HttpRequest, answer_id: int) -> HttpResponse:
    """The department answers for all its matters at once; 增加事项 adds a row without checking the others."""
    actor, now = actor_of(request), timezone.now()
    answer = queries.answer_of(answer_id)
    project = answer.guidance.project
    if not access.can_see(actor, project):
        raise forbid("只能查看本大厅的项目")
    may = access.can_answer(actor, answer) and answer.answered_at is None
    if request.method == "POST" and not may:
        raise forbid("只能反馈本部门还没有反馈的辅导意见")
    whole = answer.guidance.kind == GuidanceKind.PRE_START
    free = _free(answer, project) if whole else {}
    added = _added(request, free)
    on_map = {row["matter_id"] for row in answer.matters} | set(added)
    rows = [*answer.matters, *(_new_row(free[name], on_map, project) for name in added)]
    form = GuidanceForm(
        request.POST or None,
        rows=rows,
        others=_others(answer, rows, project),
        whole=whole,
        initial={"version": answer.version},
    )
    adds = "add" in request.POST
    if adds:
        for name in added:
            _fill(form, name)
        quiet(form)
    if request.method == "POST" and not adds and form.is_valid():
        places = {row["matter_id"]: f"{row['matter_id']}-needed" for row in rows}
        done = attempt(
            form,
            lambda: answer_guidance(
                actor=actor, answer_id=answer.pk, matters=form.answer(), at=now, version=form.cleaned_data["version"]
            ),
            fields=places,
        )
        if done is not None:
            messages.success(
                request, "辅导意见已反馈。所有部门反馈后自动生成“一张图”。" if whole else "二次辅导意见已反馈。"
            )
            return redirect("staff:guidance", answer.pk)
    options = _options(project) if whole else {}
    asks = (
        {path for row in rows for path in options[row["matter_id"]].missing if path.startswith(PREFIX)}
        if whole
        else set()
    )
    context = {
        **head_of(project, NavItem(f"{answer.guidance.get_kind_display()}：{answer.department.short_name}")),
        "answer": answer,
        "heading": f"{answer.guidance.get_kind_display()}意见",
        "form": form,
        "sections": [_section(form, row, options.get(row["matter_id"]), added, project) for row in rows],
        "added": added,
        "free": [(matter.id, matter.full_name) for matter in free.values() if matter.id not in added],
        "whole": whole,
        "may": may,
        "confirm": [pack().facts.label(path) for path in sorted(asks) if can_confirm(actor, project, path)]
        if may
        else [],
        "answered": answered_rows(answer) if answer.answered_at else [],
        "next": next_of(actor, now, request.path),
    }
    failed = form.is_bound and not adds
    return render(request, "staff/guidance.html", context, status=422 if failed else 200)


def _free(answer: GuidanceAnswer, project: Project) -> dict[str, Matter]:
    """The department's other matters that such a project could need."""
    taken = {row["matter_id"] for row in answer.matters}
    return {
        matter.id: matter
        for matter in pack().matters_at(project.rules_on)
        if matter.department == answer.department.key
        and matter.id not in taken
        and project.kind in matter.kinds
        and matter.id != building.opening_matter(project)
    }


def _added(request: HttpRequest, free: Mapping[str, Matter]) -> list[str]:
    """Matters added on this page so far; nothing but the department's own gets in."""
    names = request.POST.getlist("added") if request.method == "POST" else []
    if "add" in request.POST:
        names.append(request.POST.get("extra", ""))
    return list(dict.fromkeys(name for name in names if name in free))[:ADDED_MOST]


def _new_row(matter: Matter, on_map: set[str], project: Project) -> dict[str, Any]:
    want = building.Wanted(matter, "yes", ("部门前期辅导时增加",), (), None)
    return building.proposal(want, on_map, project.rules_on)


def _fill(form: GuidanceForm, name: str) -> None:
    """A row just added is shown with its proposal: the request has nothing of it yet."""
    if f"{name}-needed" in form.data:
        return
    data = typed_data(form)
    for field in form.fields:
        if field.startswith(f"{name}-"):
            value = form.initial.get(field, "")
            data.setlist(field, value if isinstance(value, list) else ["" if value is None else str(value)])
    form.data = data


def _others(
    answer: GuidanceAnswer, rows: Iterable[dict[str, Any]], project: Project
) -> dict[str, list[tuple[str, str]]]:
    """What each matter may be made to wait for:
    everything proposed for the project that does not wait for it already.
    """
    beside = queries.matters_beside(answer)
    known = {row["matter_id"]: row for matters in beside for row in matters if row["needed"] != "no"}
    known |= {row["matter_id"]: row for row in rows}
    after = {name: {*row["after"], *pack().matters[name].after} for name, row in known.items()}

    def waits(name: str, target: str, seen: set[str]) -> bool:
        if name in seen:
            return False
        seen.add(name)
        return any(before == target or waits(before, target, seen) for before in after.get(name, ()))

    return {
        row["matter_id"]: [
            (name, other["name"])
            for name, other in known.items()
            if name != row["matter_id"] and name not in row["after"] and not waits(name, row["matter_id"], set())
        ]
        for row in rows
    }


def _options(project: Project) -> dict[str, MatterAnswer]:
    """What the rules say of promising each matter of the project, all at once."""
    choices = offered(project.hall_id, project.rules_on)
    answers = screen(building.with_grade(project), pack(), project.rules_on, offered=choices, filed=True).matters
    return {answer.id: answer for answer in answers}


def _section(
    form: GuidanceForm, row: dict[str, Any], option: MatterAnswer | None, added: list[str], project: Project
) -> Section:
    name = row["matter_id"]
    matter = pack().matters[name]
    words = {True: "可以承诺，为什么", False: "不能承诺，为什么", None: "还不能判断能不能承诺，为什么"}
    return Section(
        row=row,
        option=option,
        promise=words[option.promisable] if option else "",
        missing=[label_of(path) for path in row.get("missing", ())],
        after=[pack().matters[before].full_name for before in row["after"] if before in pack().matters],
        first=form.of(name, "needed"),
        rest=form.of(name, "materials", "more", "note"),
        limits=form.of(name, "days", "unit", "level"),
        waits=form.of(name, "after"),
        opened=bool(form.is_bound and form[f"{name}-after"].value()) if f"{name}-after" in form.fields else False,
        basis=pack().cite_texts(matter.basis),
        added=name in added,
    )


def answered_rows(answer: GuidanceAnswer) -> list[tuple[str, str, str]]:
    """What was answered, for whoever reads it later: name, word, note."""
    words = {"yes": "需要办理", "no": "不需要", "unknown": "未判断"}
    made = []
    for row in answer.matters:
        details = []
        if row["needed"] == "yes":
            if row["days"] is not None:
                details.append(f"{row['days']} {UNIT_WORDS[row['unit']]}" if row["days"] else "即时办结")
            details.append(dict(LEVELS).get(row["level"], row["level"]))
            if row["materials"]:
                details.append("材料：" + "、".join(part["name"] for part in row["materials"]))
        if row.get("note"):
            details.append(row["note"])
        made.append((row["name"], words[row["needed"]], "；".join(details)))
    return made
