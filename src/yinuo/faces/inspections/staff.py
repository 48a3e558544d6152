"""双随机、一公开 for departments: who may inspect, plans, their announcement and draw (正文·一(二))."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.rules import pack
from yinuo.rooms.inspections import access, actions, pools, queries
from yinuo.rooms.inspections.actions.plans import draw_by, earliest, overdue
from yinuo.rooms.inspections.models import DirectedReason, InspectionPlan, Inspector, Interest, PlanState
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.forms import CodeInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import Versioned, choice, day_field, set_choices, text_area
from yinuo.ui.handling import attempt

VIEWS = (("mine", "我要检查的"), ("plans", "抽查计划"), ("all", "全部检查"))


class PlanForm(Versioned):
    title = forms.CharField(label="计划的名称", max_length=80, error_messages={"required": "填写计划的名称"})
    subject = choice("抽查事项", (), "选择抽查事项")
    departments = forms.MultipleChoiceField(
        label="联合检查的部门",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="只由本部门检查的，不选。",
    )
    from_on = day_field("检查自")
    until_on = day_field("检查至", "最后一天。")
    issue = forms.CharField(
        label="用哪一期开奖号码", max_length=20, error_messages={"required": "填写期号"}, help_text="期号，如 2026137。"
    )
    value_on = day_field("开奖日期", "须在公布以后。")
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, actor: Actor, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].required = False
        set_choices(self, "subject", [("", "请选择"), *((one, one) for one in pools.subjects(day))])
        rows = [(str(one.pk), one.short_name) for one in queries.partners(actor, day)]
        set_choices(self, "departments", rows)
        if not rows:
            del self.fields["departments"]

    @property
    def values(self) -> dict[str, Any]:
        data = {
            name: self.cleaned_data[name] for name in ("title", "subject", "from_on", "until_on", "issue", "value_on")
        }
        return {**data, "departments": [int(one) for one in self.cleaned_data.get("departments", [])]}


class DirectedForm(Versioned):
    project_code = forms.CharField(
        label="项目代码", max_length=24, widget=CodeInput(), error_messages={"required": "填写项目代码"}
    )
    reason = choice("为什么定向检查", DirectedReason.choices, "选择为什么定向检查", "公开。")
    note = text_area("具体情形", "写明具体情形", "不公开。", rows=2)


class RemoveForm(Versioned):
    directed = forms.IntegerField(widget=forms.HiddenInput())


class AnnounceForm(Versioned):
    """Nothing to write: the lists are taken as they stand."""


class DrawForm(Versioned):
    value = forms.CharField(
        label="开奖号码",
        max_length=120,
        widget=CodeInput({"inputmode": "numeric"}),
        error_messages={"required": "填写开奖号码"},
        help_text="只取数字，中间的空格、逗号不影响。填错了结果就不同，也不能重抽，请两人核对。",
    )
    sure = forms.BooleanField(label="已与公开的开奖公告核对无误", error_messages={"required": "核对以后才能抽取"})


class VoidForm(Versioned):
    why = text_area("作废的理由", "写明作废的理由", "公开。作废以后不能恢复，只能另订计划。", rows=3)


class InspectorForm(forms.Form):
    who = choice("检查人员", (), "选择检查人员", "本部门的办理人员。")
    certificate_no = forms.CharField(label="执法证号", max_length=40, error_messages={"required": "填写执法证号"})
    subjects = forms.MultipleChoiceField(
        label="可以检查的事项", required=False, widget=forms.CheckboxSelectMultiple, help_text="都可以检查的，不选。"
    )
    to_on = day_field("执法证有效期至", "不填为没有期限。", required=False)

    def __init__(self, *args: Any, actor: Actor, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        people = queries.may_become(actor, day)
        set_choices(
            self,
            "who",
            [
                ("", "请选择"),
                *((f"{person.pk}-{office}", f"{person.name}（{name}）") for person, office, name in people),
            ],
        )
        set_choices(self, "subjects", [(one, one) for one in pools.subjects(day)])


class EndForm(forms.Form):
    why = forms.CharField(label="停用的原因", max_length=200, error_messages={"required": "写明停用的原因"})


class AvoidForm(forms.Form):
    credit_code = forms.CharField(
        label="应当回避的单位（统一社会信用代码）",
        max_length=18,
        widget=CodeInput(),
        error_messages={"required": "填写统一社会信用代码"},
    )
    interest = choice("是什么关系", Interest.choices, "选择是什么关系")
    note = forms.CharField(label="说明", required=False, max_length=200, help_text="只有本部门看得到。")


def _number(text: str) -> int:
    """A key as it stands in an address or a form; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


@need_role(*access.READERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`?view=`; keyset by `after`."""
    actor = actor_of(request)
    shown = VIEWS if actor.role == "approver" else VIEWS[1:]
    view = request.GET.get("view", "")
    view = view if view in dict(shown) else shown[0][0]
    after = _number(request.GET.get("after", ""))
    here = reverse("staff:inspections")
    page = {"mine": queries.mine, "plans": queries.plans, "all": queries.of_hall}[view](actor, after)
    context = {
        "page": page,
        "view": view,
        "views": [NavItem(label, f"{here}?view={key}", current=key == view) for key, label in shown],
        "next_url": f"{here}?view={view}&after={page.after}" if page.after else "",
        "first_url": f"{here}?view={view}" if after else "",
        "can_plan": access.can_plan(actor),
    }
    return render(request, "staff/inspections.html", context)


@need_role("approver")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    posted = request.POST if request.method == "POST" else None
    form = PlanForm(posted, actor=actor, day=timezone.localdate(now), initial={"key": uuid4().hex})
    if posted is not None and form.is_valid():
        made = attempt(
            form,
            lambda: actions.begin_plan(actor=actor, at=now, idempotency_key=form.cleaned_data["key"], **form.values),
        )
        if made is not None:
            messages.success(request, "计划已保存。补上定向检查的项目以后，就可以公布。")
            return redirect("staff:inspection_plan", made.pk)
    context = {"form": form, "public_value": _public_value(now), "breadcrumbs": [_root(), NavItem("编制抽查计划")]}
    return render(request, "staff/inspection_new.html", context, status=422 if posted is not None else 200)


def _root() -> NavItem:
    return NavItem("双随机检查", reverse("staff:inspections"))


def _public_value(at: datetime) -> str:
    return str(pack().parameter("inspection.public_value", timezone.localdate(at)).value)


@need_role(*access.READERS)
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """POST `do`: the steps that the plan's state lets its leader take."""
    actor, now = actor_of(request), timezone.now()
    found = queries.plan(plan_id)
    leads = access.can_lead(actor, found)
    if not access.can_see(actor, found.hall_id) or (
        found.state == PlanState.DRAFT and not leads and actor.role in ("approver", "principal")
    ):
        raise forbid("只能查看本大厅已经公布的计划")
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    steps = _forms(actor, found, request, verb, now) if leads else {}
    if verb and verb not in steps:
        raise forbid("这个计划现在不能这样办理")
    if verb and steps[verb].is_valid() and _done(actor, found, verb, steps[verb], now):
        messages.success(request, DONE[verb])
        return redirect("staff:inspection_plan", found.pk)
    context = {
        "plan": found,
        "forms": steps,
        "form": steps.get(verb),
        "directed": list(found.directed.select_related("project").order_by("id")),
        "departments": [
            one.department.short_name for one in found.departments.select_related("department").order_by("id")
        ],
        "rows": queries.of_plan(found) if found.state == PlanState.DRAWN else [],
        "value": _public_value(found.announced_at or now),
        "earliest": found.earliest or earliest(now, found.value_on),
        "early": found.earliest is not None and now < found.earliest,
        "draw_by": draw_by(found),
        "overdue": overdue(found, now),
        "counts": _counts(found, now) if found.state == PlanState.DRAFT else None,
        "rates": pools.RATES,
        "breadcrumbs": [_root(), NavItem(found.title)],
    }
    return render(request, "staff/inspection_plan.html", context, status=422 if verb else 200)


DONE = {
    "change": "已保存。",
    "directed": "已加入定向检查。",
    "remove": "已去掉。",
    "announce": "已公布。名录、比例和种子的散列值从现在起不能再改。",
    "draw": "已抽取，抽中的检查人员已经收到消息。",
    "void": "已作废。",
}


def _forms(actor: Actor, found: InspectionPlan, request: HttpRequest, verb: str, now: datetime) -> dict[str, Any]:
    """The forms of the state, the one sent bound."""
    version = {"version": found.version}

    def bound(name: str) -> Any:
        return request.POST if verb == name else None

    if found.state == PlanState.ANNOUNCED:
        return {"draw": DrawForm(bound("draw"), initial=version), "void": VoidForm(bound("void"), initial=version)}
    if found.state != PlanState.DRAFT:
        return {}
    joint = [
        str(one)
        for one in found.departments.exclude(department_id=found.lead_id).values_list("department_id", flat=True)
    ]
    values = {name: getattr(found, name) for name in ("title", "subject", "from_on", "until_on", "issue", "value_on")}
    change = PlanForm(
        bound("change"), actor=actor, day=timezone.localdate(now), initial={**version, **values, "departments": joint}
    )
    return {
        "change": change,
        "directed": DirectedForm(bound("directed"), initial=version),
        "remove": RemoveForm(bound("remove"), initial=version),
        "announce": AnnounceForm(bound("announce"), initial=version),
        "void": VoidForm(bound("void"), initial=version),
    }


def _done(actor: Actor, found: InspectionPlan, verb: str, form: Any, now: datetime) -> bool:
    data: dict[str, Any] = {**form.cleaned_data}
    common: dict[str, Any] = {"actor": actor, "plan_id": found.pk, "at": now, "version": data.get("version")}

    def act() -> object:
        match verb:
            case "change":
                return actions.change_plan(**common, **form.values)
            case "directed":
                return actions.add_directed(
                    **common, project_code=data["project_code"], reason=data["reason"], note=data["note"]
                )
            case "remove":
                return actions.remove_directed(**common, directed_id=data["directed"])
            case "announce":
                return actions.announce_plan(**common)
            case "draw":
                return actions.draw_plan(**common, value=data["value"])
            case _:
                return actions.void_plan(**common, why=data["why"])

    return attempt(form, act) is not None


def _counts(found: InspectionPlan, now: datetime) -> dict[str, Any]:
    """What an announcement would hold if it were made now."""
    day = timezone.localdate(now)
    directed = set(found.directed.values_list("project_id", flat=True))
    projects = [one for one in pools.projects_in_reach(found.hall_id, day) if one.pk not in directed]
    rates = [one.rate for one in pools.rated(projects, day)]
    offices = list(found.departments.select_related("department").order_by("id"))
    people = pools.inspectors_for(found, [one.department_id for one in offices], day)
    return {
        "rates": [
            (label, rates.count(name), pools.percent(str(pack().parameter(f"inspection.rate_{name}", day).value)))
            for name, label in pools.RATES.items()
        ],
        "people": [
            (one.department.short_name, sum(row.department_id == one.department_id for row in people))
            for one in offices
        ],
    }


@need_role(*access.READERS)
@require_http_methods(["GET", "POST"])
def inspectors(request: HttpRequest) -> HttpResponse:
    """名录. POST `do`: register, or end:N, avoid:N, lift:N."""
    actor, now = actor_of(request), timezone.now()
    day = timezone.localdate(now)
    rows = queries.inspectors(actor, day)
    keeps = actor.role in ("principal", "general_convener")
    do, _, number = request.POST.get("do", "").partition(":") if request.method == "POST" else ("", "", "")
    register = InspectorForm(request.POST if do == "register" else None, actor=actor, day=day) if keeps else None
    lines = [_line(actor, row, request, do, number) for row in rows]
    sent = register if do == "register" else next((line[do] for line in lines if line["sent"] and do in line), None)
    if do == "lift" and (avoidance_id := _number(number)):
        actions.lift_avoidance(actor=actor, avoidance_id=avoidance_id, at=now)
        return redirect("staff:inspectors")
    if do and sent is None:
        raise forbid("只能登记本部门的检查人员和回避")
    if sent is not None and sent.is_valid() and _kept(actor, do, number, sent, now):
        messages.success(request, {"register": "已登记。", "end": "已停用。", "avoid": "已申报回避。"}[do])
        return redirect("staff:inspectors")
    context = {
        "lines": lines,
        "register": register,
        "form": sent,
        "keeps": keeps,
        "breadcrumbs": [_root(), NavItem("检查人员名录")],
    }
    return render(request, "staff/inspectors.html", context, status=422 if do else 200)


def _line(actor: Actor, row: Inspector, request: HttpRequest, do: str, number: str) -> dict[str, Any]:
    sent = number == str(row.pk)
    line: dict[str, Any] = {"row": row, "sent": sent, "lifts": access.can_keep_inspectors(actor, row.department)}
    if access.can_keep_inspectors(actor, row.department):
        line["end"] = EndForm(request.POST if sent and do == "end" else None, prefix=f"e{row.pk}", label_suffix="")
    if access.can_declare(actor, row):
        line["avoid"] = AvoidForm(
            request.POST if sent and do == "avoid" else None, prefix=f"a{row.pk}", label_suffix=""
        )
    return line


def _kept(actor: Actor, do: str, number: str, form: forms.Form, now: datetime) -> bool:
    data = form.cleaned_data
    if do == "register":
        person, _, office = data["who"].partition("-")
        made: object = attempt(
            form,
            lambda: actions.register_inspector(
                actor=actor, person_id=int(person), department_id=int(office), certificate_no=data["certificate_no"],
                subjects=data["subjects"], to_on=data["to_on"], at=now,
            ),
            {"person": "who"},
        )  # fmt: skip
    elif do == "end":
        made = attempt(
            form, lambda: actions.end_inspector(actor=actor, inspector_id=int(number), why=data["why"], at=now)
        )
    else:
        made = attempt(form, lambda: actions.declare_avoidance(actor=actor, inspector_id=int(number), at=now, **data))
    return made is not None
