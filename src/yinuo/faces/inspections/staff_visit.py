"""One inspection, on a phone at the site or at the desk: questions, signatures, what follows, publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, forbid
from yinuo.engine.rules import pack
from yinuo.faces.credit.staff import deeds
from yinuo.rooms.inspections import access, actions, queries
from yinuo.rooms.inspections.actions.common import departments_of
from yinuo.rooms.inspections.actions.inspecting import FAULTY, VISITING, may_be_interviewed
from yinuo.rooms.inspections.models import Answer, InspectionState, Member, Outcome, RandomInspection, Visit
from yinuo.rooms.inspections.questions import Question, questions_of
from yinuo.rooms.oversight.access import can_record
from yinuo.rooms.oversight.queries import penalties_of
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import Versioned, choice, day_field, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of


class QuestionForm(forms.Form):
    """One question; a prefix tells it from the others."""

    answer = choice("结论", Answer.choices, "选择结论", radio=True)
    note = forms.CharField(
        label="情况", required=False, max_length=1000, widget=forms.Textarea({"rows": 2}), help_text="不符合的必须写。"
    )

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "prefix": question.key, **kwargs})
        self.question = question

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("answer") == Answer.NO and not data.get("note", "").strip():
            self.add_error("note", "不符合的，请写明情况")
        return data


class VisitForm(EvidenceForm, Versioned):
    on = day_field("检查日期")
    outcome = choice("检查结果", Outcome.choices, "选择检查结果", radio=True)
    rectify_days = forms.IntegerField(
        label="几个工作日内改正", required=False, min_value=1, help_text="责令限期改正的填写。"
    )
    summary = text_area("检查情况", "写明检查的情况")

    field_order = ("on", "outcome", "rectify_days", "summary", "files", "version")


class ReturnForm(Versioned):
    why = text_area("哪里不符合实际", "写明哪里不符合实际", "记录退回重写；这一份留存，不算数。", rows=3)


class ReplaceForm(Versioned):
    member = choice("谁不能参加", (), "选择谁不能参加")
    why = forms.CharField(
        label="原因",
        max_length=200,
        error_messages={"required": "写明为什么不能参加"},
        help_text="公开，如“出差”“生病”；病情等个人的事不要写。",
    )

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "member", [("", "请选择"), *((str(one.pk), one.inspector.person.name) for one in members)])


class PointsForm(forms.Form):
    """A fault that breaks a promise, or an act of the document's list."""

    about = choice("为哪个问题", (), "选择为哪个问题")
    basis = text_area("依据", "写明加减分的依据", rows=3)

    def __init__(self, *args: Any, faults: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "about", [("", "请选择"), *faults])


class InterviewForm(EvidenceForm):
    on = day_field("约谈日期")
    attendees = text_area("参加人员", "写明参加约谈的人员", rows=2)
    content = text_area("约谈内容", "写明约谈的内容")
    demands = text_area("对企业的要求", "写明对企业的要求", rows=3)

    field_order = ("on", "attendees", "content", "demands", "files")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


DONE = {
    "record": "已记录并签名，等其他检查人员签名。",
    "sign": "已签名。",
    "return": "已退回。",
    "replace": "已替换，新的检查人员收到了消息。",
    "publish": "结果已公示。",
    "points": "已提出，等主要负责同志审签。",
    "interview": "约谈已记录。",
}


@need_role(*access.READERS)
@require_http_methods(["GET", "POST"])
def inspection(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """POST `do`: record, sign, return, replace, publish, points, interview – whichever is the actor's now."""
    actor, now = actor_of(request), timezone.now()
    found = queries.inspection(inspection_id)
    if not access.can_see(actor, found.plan.hall_id):
        raise forbid("只能查看本大厅的检查")
    visits = queries.visits_of(found)
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    steps = _steps(actor, found, visits, request, verb, now)
    if verb and verb not in steps:
        raise forbid("这次检查现在不能这样办理")
    asked = [
        QuestionForm(request.POST if verb == "record" else None, question=one)
        for one in (questions_of(found) if "record" in steps else [])
    ]
    if (
        verb
        and _valid(steps[verb], asked if verb == "record" else [], request, actor, now)
        and _done(actor, found, verb, steps[verb], asked, now)
    ):
        messages.success(request, DONE[verb])
        return redirect("staff:inspection", found.pk)
    context = {
        "row": found,
        "visits": visits,
        "handed_over": found.outcome == Outcome.PENALTY,
        "penalties": penalties_of(found) if found.outcome == Outcome.PENALTY else [],
        "may_penalise": found.outcome == Outcome.PENALTY and can_record(actor, found.project),
        "statements": queries.statements_of(found),
        "interviews": list(found.interviews.select_related("by").order_by("id")),
        "forms": steps,
        "form": steps.get(verb),
        "asked": asked,
        "sources": [steps[verb], *asked] if verb == "record" else [],
        "longest": pack().integer("inspection.rectify_longest", timezone.localdate(now)),
        "next": next_of(actor, now, f"/staff/inspections/{found.pk}/"),
        "breadcrumbs": [NavItem("双随机检查", reverse("staff:inspections")), NavItem(found.project.name)],
    }
    return render(request, "staff/inspection.html", context, status=422 if verb else 200)


def _steps(
    actor: Actor, found: RandomInspection, visits: Sequence[Visit], request: HttpRequest, verb: str, now: datetime
) -> dict[str, Any]:
    """The forms that are the actor's in this state, the one sent bound."""
    version = {"version": found.version}
    persons = {one.inspector.person_id: one for one in found.all_members if one.left_at is None}

    def bound(name: str) -> tuple[Any, Any]:
        return (request.POST, request.FILES) if verb == name else (None, None)

    steps: dict[str, Any] = {}
    if access.can_inspect(actor, persons):
        if found.state in VISITING:
            steps["record"] = VisitForm(*bound("record"), initial={**version, "on": timezone.localdate(now)})
        signed = {one.person_id for one in visits[-1].signatures.all()} if visits else set()
        if found.state == InspectionState.RECORDED and actor.person_id not in signed:
            steps["sign"] = Versioned(bound("sign")[0], initial=version)
        if found.state == InspectionState.RECORDED:
            steps["return"] = ReturnForm(bound("return")[0], initial=version)
    if access.can_see_to(actor, departments_of(found.plan)):
        own = [one for one in persons.values() if one.inspector.department_id == actor.department_id]
        if found.state in VISITING and own:
            steps["replace"] = ReplaceForm(bound("replace")[0], initial=version, members=own)
        if found.outcome and found.published_at is None:
            steps["publish"] = Versioned(bound("publish")[0], initial=version)
        faults = _faults(visits, timezone.localdate(now))
        if faults and found.project.kind == "filing":
            steps["points"] = PointsForm(bound("points")[0], faults=faults)
        if found.inspected_at and may_be_interviewed(found.project.unit_id, timezone.localdate(now)):
            steps["interview"] = InterviewForm(*bound("interview"), initial={"on": timezone.localdate(now)})
    return steps


def _faults(visits: Sequence[Visit], day: date) -> list[tuple[str, str]]:
    """What points may be proposed for: a promise left unkept, or an act; of visits that count."""
    counted = [visit for visit in visits if visit.signed_at and visit.outcome in FAULTY]
    found = [
        (f"broken-{check.pk}", f"违背承诺：{check.text[:60]}")
        for visit in counted
        for check in visit.checks.all()
        if check.answer == Answer.NO and check.commitment_id
    ]
    return found + [(f"act-{deed}", label) for deed, label in deeds(day)] if counted else []


def _valid(form: Any, asked: Sequence[QuestionForm], request: HttpRequest, actor: Actor, now: datetime) -> bool:
    """Every part is looked at, so that all faults show at once; files that are good stay with the form."""
    kept = form.take(request, actor, now) if isinstance(form, EvidenceForm) else True
    return all([form.is_valid(), kept, *(one.is_valid() for one in asked)])


def _done(
    actor: Actor, found: RandomInspection, verb: str, form: Any, asked: Sequence[QuestionForm], now: datetime
) -> bool:
    data: dict[str, Any] = {**form.cleaned_data}
    common: dict[str, Any] = {"actor": actor, "inspection_id": found.pk, "at": now}

    def act() -> object:
        match verb:
            case "record":
                answers = {
                    one.question.key: {"answer": one.cleaned_data["answer"], "note": one.cleaned_data["note"]}
                    for one in asked
                }
                values = {name: data[name] for name in ("on", "outcome", "summary", "rectify_days", "version")}
                return actions.record_visit(**common, **values, answers=answers, files=form.file_ids)
            case "sign":
                return actions.sign_visit(**common, version=data["version"])
            case "return":
                return actions.return_visit(**common, why=data["why"], version=data["version"])
            case "replace":
                return actions.replace_member(
                    **common, member_id=int(data["member"]), why=data["why"], version=data["version"]
                )
            case "publish":
                return actions.publish_result(**common, version=data["version"])
            case "points":
                kind, _, name = data["about"].partition("-")
                if kind == "broken":
                    return actions.propose_points(
                        **common, type="commitment_broken", data={}, check_id=int(name), basis=data["basis"]
                    )
                return actions.propose_points(**common, type="act", data={"act": name}, basis=data["basis"])
            case _:
                values = {name: data[name] for name in ("on", "attendees", "content", "demands")}
                return actions.record_interview(**common, **values, files=form.file_ids)

    return attempt(form, act, {"type": "about", "check_id": "about"}) is not None
