"""Credit for the hall's people: the queue of each role, one proposal with its evidence and effect, reliefs, a unit's
history.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.core.decision import plain
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people import queries as people
from yinuo.engine.trail.actions import seen
from yinuo.faces.credit.staff_queue import next_waiting, place
from yinuo.rooms.credit import access, queries
from yinuo.rooms.credit.actions import (
    consent,
    decide_relief,
    execute,
    propose_points,
    refuse_consent,
    withdraw_proposal,
)
from yinuo.rooms.credit.actions.common import filing_department, signed
from yinuo.rooms.credit.actions.reliefs import department_of
from yinuo.rooms.credit.models import PointProposal, ProposalState
from yinuo.rooms.projects.models import Project, ProjectKind
from yinuo.rooms.projects.queries import visible
from yinuo.ui.acting import actor_of, need_role, need_staff
from yinuo.ui.components.forms import CodeInput, DateInput
from yinuo.ui.components.shapes import Cell, Column, NavItem, Row
from yinuo.ui.components.text import iso, zh_date, zh_datetime
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import Versioned, choice, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of
from yinuo.ui.reading import today

HISTORY = [
    Column("时间", "date"),
    Column("事由"),
    Column("变动", "number"),
    Column("分值", "number"),
    Column("等级", "date"),
]


def deeds(day: date) -> list[tuple[str, str]]:
    """The acts listed on `day` with the article each is listed in and what it costs, to be picked from."""
    return [
        (act.id, f"{act.text}（{_article(act)}，{signed(act.points).replace('-', '−')} 分{_cap(act)}）")
        for act in queries.acts(day)
    ]


def _cap(act: queries.ActLine) -> str:
    return f"，单个项目最多 {plain(act.cap)} 分" if act.cap is not None else ""


def _article(act: queries.ActLine) -> str:
    """The provincial measures' article by itself; which measures, the list's head says."""
    cite = act.cites[1] if len(act.cites) > 1 else act.cites[0]
    return cite.rpartition("·")[2]


def sources(day: date) -> str:
    """The texts the list of `day` rests on, each once."""
    return "、".join(dict.fromkeys(cite.partition("·")[0] for act in queries.acts(day) for cite in act.cites))


class ProposeForm(EvidenceForm):
    """加减分 by hand, for an act the provincial measures name; points are the rules', never typed."""

    code = forms.CharField(
        label="项目代码", max_length=24, widget=CodeInput(), error_messages={"required": "填写项目代码"}
    )
    act = choice("违规情形", (), "选择违规情形", radio=True)
    on = forms.DateField(
        label="发生日期", widget=DateInput(), error_messages={"required": "填写发生日期", "invalid": "日期有误"}
    )
    basis = text_area("事实和依据", "写明事实和依据", "写明何时、何地、何事，由什么文书认定。")
    key = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput())

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        # The list in force on the day it happened; what is picked from another is told at the field.
        set_choices(self, "act", deeds(self._day() or day))
        self.fields["act"].help_text = f"按发生之日的清单，依据{sources(self._day() or day)}。"
        self.order_fields(["code", "act", "on", "basis", "files"])

    def _day(self) -> date | None:
        try:
            return date.fromisoformat(str(self.data.get("on", "")))
        except ValueError:
            return None


class ConsentForm(Versioned):
    note = text_area("审签意见", "", rows=2)


class RefuseForm(Versioned):
    reason = text_area("不同意的理由", "写明不同意的理由", rows=2)


class ExecuteForm(Versioned):
    """The convener carries out what was consented."""


class TakeBackForm(Versioned):
    why = text_area("撤回的理由", "写明撤回的理由", rows=2)


class ReliefForm(Versioned):
    accept = choice("办理意见", [("yes", "同意，恢复分值"), ("no", "不同意")], "选择办理意见", radio=True)
    answer = text_area("理由", "写明办理意见和理由", "项目单位会看到。同意的，按加减分程序审签、执行后恢复。")


@need_role("approver")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """提出加减分 for an act, with its evidence: named basis, then consent, then execution by three people."""
    actor, now = actor_of(request), timezone.now()
    start = {"code": request.GET.get("code", "")[:24], "key": f"points:{uuid.uuid4()}"}
    form = ProposeForm(request.POST or None, request.FILES or None, day=today(now), initial=start)
    if request.method == "POST" and form.is_valid() and form.take(request, actor, now):
        found = _project(actor, form.cleaned_data["code"])
        if found is None:
            form.add_error("code", "本大厅没有这个代码的项目")
        else:
            made = attempt(
                form, lambda: _propose(actor, found, form, now), fields={"project_code": "code", "evidence": "files"}
            )
            if made is not None:
                messages.success(request, "已提出，等待项目备案单位主要负责同志审签。")
                return redirect("staff:proposal", made.pk)
    return render(request, "staff/propose.html", {"form": form}, status=422 if form.is_bound else 200)


def _project(actor: Actor, code: str) -> Project | None:
    return visible(actor).filter(code=code.strip()).first()


def _propose(actor: Actor, found: Project, form: ProposeForm, now: datetime) -> PointProposal:
    return propose_points(
        actor=actor,
        unit_id=found.unit_id,
        project_code=found.code or "",
        type="act",
        on=form.cleaned_data["on"],
        data={"act": form.cleaned_data["act"]},
        basis=form.cleaned_data["basis"],
        evidence=form.file_ids,
        project_id=found.pk,
        at=now,
        idempotency_key=form.cleaned_data["key"],
    )


@need_staff
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """One change of points: basis, clause, evidence, what the score would be; and the one step the actor may take."""
    actor, now = actor_of(request), timezone.now()
    found = queries.one(proposal_id)
    if not access.can_see_proposal(actor, found):
        raise forbid("只能查看本大厅的加减分")
    steps = _steps(request, actor, found, now)
    verb = request.POST.get("do", "")
    if request.method == "POST":
        if verb not in steps:
            raise forbid("这一步不由您办理，或者已经办过了")
        form, act, words = steps[verb]
        if form.is_valid() and attempt(form, act) is not None:
            return _onwards(request, actor, found, verb, words)
    forms_by = {name: form for name, (form, _, _) in steps.items()}
    event = queries.event_of(found) if found.state == ProposalState.EXECUTED else None
    context = {
        "proposal": found,
        "rows": _rows(found),
        "effect": _effect(found, now),
        "event": event,
        "moved": {"points": signed(event.points), "after": score_words(event.score_after, event.grade_after)}
        if event
        else {},
        "evidence": found.evidence,
        "forms": forms_by,
        "form": forms_by.get(verb, forms.Form()),
        "breadcrumbs": [NavItem("信用", reverse("staff:credit")), NavItem("加减分")],
        "place": place(actor, found),
        "project_url": _project_url(actor, found.project_code),
        "next": next_of(actor, now, request.path),
    }
    bound = verb in steps and steps[verb][0].errors
    return render(request, "staff/proposal.html", context, status=422 if bound else 200)


def _onwards(request: HttpRequest, actor: Actor, found: PointProposal, verb: str, words: str) -> HttpResponse:
    """After a decision the next of the queue stands there at once; when it was the last, the empty queue says so."""
    stepping = verb != "withdraw"
    following = next_waiting(actor, found.pk) if stepping else None
    messages.success(request, f"{found.unit.name}：{words}")
    if following is not None:
        return redirect("staff:proposal", following)
    return redirect("staff:credit") if stepping else redirect("staff:proposal", found.pk)


def _project_url(actor: Actor, code: str) -> str:
    number = visible(actor).filter(code=code).values_list("pk", flat=True).first() if code else None
    return reverse("staff:project", args=[number]) if number else ""


Step = tuple[forms.Form, Callable[[], Any], str]


def _steps(request: HttpRequest, actor: Actor, found: PointProposal, now: datetime) -> dict[str, Step]:
    """What the actor may do with the proposal as it stands."""
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    start = {"version": found.version}
    base: dict[str, Any] = {"actor": actor, "proposal_id": found.pk, "at": now}

    def bound(name: str, kind: type[Versioned]) -> Versioned:
        return kind(request.POST if verb == name else None, initial=start, prefix=name)

    made: dict[str, Step] = {}
    assert found.department is not None
    if found.state == ProposalState.PROPOSED and access.can_consent(
        actor, found, filing_department(found.department).pk
    ):
        yes, no = bound("consent", ConsentForm), bound("refuse", RefuseForm)
        made["consent"] = (
            yes,
            lambda: consent(**base, note=yes.cleaned_data["note"], version=yes.cleaned_data["version"]),
            "已同意，转总召集人执行。",
        )
        made["refuse"] = (
            no,
            lambda: refuse_consent(**base, reason=no.cleaned_data["reason"], version=no.cleaned_data["version"]),
            "已记录不同意，分值不变。",
        )
    if found.state == ProposalState.CONSENTED and access.can_execute(actor, found):
        run = bound("execute", ExecuteForm)
        made["execute"] = (
            run,
            lambda: execute(**base, version=run.cleaned_data["version"]),
            "已执行，分值和证书颜色已更新。",
        )
    if found.state in (ProposalState.PROPOSED, ProposalState.CONSENTED) and access.can_withdraw(actor, found):
        back = bound("withdraw", TakeBackForm)
        made["withdraw"] = (
            back,
            lambda: withdraw_proposal(**base, why=back.cleaned_data["why"], version=back.cleaned_data["version"]),
            "已撤回。",
        )
    return made


def _rows(found: PointProposal) -> list[Row]:
    rows = [
        Row("单位", found.unit.name, reverse("staff:unit_credit", args=[found.unit_id]), "信用记录"),
        Row("项目代码", found.project_code),
        Row("情形", queries.case_words(found.type, found.data)),
        Row("发生日期", zh_date(found.on)),
        Row("事实和依据", found.basis),
        Row("规定", "；".join(found.cites)),
        Row(
            "提出", _who(found.department.short_name if found.department else "", found.proposed_by, found.proposed_at)
        ),
    ]
    if found.consented_at:
        rows.append(Row("审签", _who("", found.consented_by, found.consented_at)))
    if found.consent_note:
        rows.append(Row("审签意见", found.consent_note))
    if found.executed_at:
        rows.append(Row("执行", _who("", found.executed_by, found.executed_at)))
    return rows


def _who(office: str, person: Any, at: datetime) -> str:
    name = person.name if person is not None else "系统"
    return " · ".join(part for part in (office, name, zh_datetime(at)) if part)


def _effect(found: PointProposal, now: datetime) -> dict[str, str]:
    """Score and grade before and after, by the rules of today; empty once it has been carried out or dropped."""
    if found.state not in (ProposalState.PROPOSED, ProposalState.CONSENTED):
        return {}
    head = queries.head(found.unit_id)
    try:
        step = queries.preview(found.unit_id, found.type, found.on, found.project_code, found.data, today(now))
    except Refused as refusal:
        return {"why": str(refusal), "before": score_words(head.score, head.grade), "after": "", "points": ""}
    after = step.after.fold
    return {
        "why": step.event.why,
        "before": score_words(head.score, head.grade),
        "after": score_words(step.after.score, after.grade),
        "points": signed(step.points),
    }


def score_words(score: Decimal | None, grade: str) -> str:
    return "未评级" if score is None or grade == "unrated" else f"{plain(score)} 分，{grade} 级"


@need_staff
@require_http_methods(["GET", "POST"])
def relief(request: HttpRequest, relief_id: int) -> HttpResponse:
    """分值修复 or 异议, decided by the department that had proposed the points (附件2·第二十四条)."""
    actor, now = actor_of(request), timezone.now()
    found = queries.relief(relief_id)
    office = department_of(found.event)
    if office.hall_id != actor.hall_id or not access.can_see_relief(actor, found):
        raise forbid("只能查看本大厅的申请")
    decides = access.can_decide_relief(actor, found, office)
    if request.method == "POST" and not decides:
        raise forbid("复核由信用综合管理部门办理" if found.of_id else "请由提出扣分的部门办理")
    form = ReliefForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: decide_relief(
                actor=actor,
                relief_id=found.pk,
                accept=data["accept"] == "yes",
                answer=data["answer"],
                at=now,
                version=data["version"],
            ),
        )
        if done is not None:
            messages.success(request, "已办理，结果已告知项目单位。")
            return redirect("staff:relief", relief_id)
    event = found.event
    until = queries.rectify_until(event)
    rows = [
        Row("单位", event.unit.name, reverse("staff:unit_credit", args=[event.unit_id]), "信用记录"),
        Row("原来的变动", f"{signed(event.points)} 分：{event.why}"),
        Row("规定", "；".join(event.cites)),
        Row("扣分时间", zh_datetime(event.at)),
        Row("申请", _who("", found.asked_by, found.asked_at)),
    ]
    if found.of is not None:
        rows.append(
            Row(
                "原申请",
                f"{found.of.get_kind_display()}：{found.of.text}",
                reverse("staff:relief", args=[found.of_id]),
                "查看",
            )
        )
        rows.append(
            Row(
                "原答复", f"{found.of.answer}（{_who('', found.of.decided_by, found.of.decided_at or found.asked_at)}）"
            )
        )
    if found.kind == "repair":
        rows.append(Row("整改期限", f"{zh_datetime(until)}{'（申请时已过期限）' if found.asked_at > until else ''}"))
    context = {
        "relief": found,
        "rows": rows,
        "evidence": found.evidence,
        "form": form,
        "may": decides and found.state == "asked",
        "office": "信用综合管理部门" if found.of_id else office.name,
        "breadcrumbs": [NavItem("信用", reverse("staff:credit")), NavItem(found.get_kind_display())],
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/relief.html", context, status=422 if form.is_bound else 200)


@need_staff
@require_safe
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """A company's credit as staff see it: standing, measures, and every event with its clause."""
    actor, now = actor_of(request), timezone.now()
    if not access.can_see(actor, unit_id):
        raise forbid()
    found = people.unit(unit_id)
    seen(actor, "credit", at=now, unit_id=found.pk)
    day = today(now)
    standing = queries.standing(unit_id, day)
    lines = queries.history(unit_id, day)
    projects = visible(actor).filter(unit_id=unit_id, kind=ProjectKind.FILING).order_by("-id")[:20]
    context = {
        "unit": found,
        "standing": standing,
        "score": "" if standing.score is None else plain(standing.score),
        "evaluation": queries.evaluation_words(lines),
        "columns": HISTORY,
        "rows": list(_history(lines)),
        "projects": projects,
        "may_propose": actor.role == "approver",
        "export_url": f"{reverse('staff:export', args=['unit-credit'])}?unit={unit_id}",
        "breadcrumbs": [NavItem("信用", reverse("staff:credit")), NavItem(found.name)],
    }
    return render(request, "staff/unit_credit.html", context)


def _history(lines: Iterable[queries.HistoryLine]) -> Iterable[list[Any]]:
    for line in lines:
        event = line.event
        notes = [*event.cites]
        if line.open_relief is not None:
            notes.append(f"{line.open_relief.get_kind_display()}申请办理中")
        if line.returning:
            notes.append("恢复分值审签执行中")
        url = reverse("staff:proposal", args=[event.proposal_id]) if event.proposal_id else ""
        yield [
            iso(today(event.at)),
            Cell(event.why, url, "；".join(notes)),
            "评价" if event.type == "rebase" else signed(event.points) if event.applied else "不计",
            "" if event.score_after is None else plain(event.score_after),
            "未评级" if event.grade_after == "unrated" else event.grade_after,
        ]
