"""One assessment on one screen: where it stands, what the departments said, the report, and the step its state leaves
to who looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.core.calendar import DAY
from yinuo.core.regional import Conditions, regional_rows, which_projects
from yinuo.engine.base import Actor, forbid
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import open_clock
from yinuo.faces.regional.forms import (
    ApproveForm,
    CommissionForm,
    OpinionForm,
    ReasonForm,
    ReportForm,
    WithdrawForm,
)
from yinuo.faces.regional.staff_zones import CRUMB
from yinuo.rooms.onemap.regional import ended
from yinuo.rooms.regional import access, actions, queries
from yinuo.rooms.regional.models import AssessmentState, RegionalAssessment
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import closing, grouped, zh_date, zh_datetime
from yinuo.ui.forms import Versioned
from yinuo.ui.handling import attempt

ENDABLE = tuple(state for state in AssessmentState.values if state not in ("published", "cancelled"))


@dataclass(frozen=True, slots=True)
class Step:
    """A verb open to who looks: its words, its form, and what does it."""

    do: str
    title: str
    press: str
    kind: str
    hint: str
    form: forms.Form
    act: Callable[[dict[str, Any]], object]
    done: str
    first: bool = True


def steps_of(request: HttpRequest, found: RegionalAssessment, actor: Actor) -> list[Step]:
    """What the state leaves open to the actor, the first the one the assessment waits for."""
    bound = request.POST if request.method == "POST" else None
    verb = request.POST.get("do", "")
    common: dict[str, Any] = {"actor": actor, "assessment_id": found.pk}

    def form(kind: type[forms.Form], do: str, **initial: Any) -> forms.Form:
        data = bound if do == verb else None
        files = request.FILES if do == verb and bound is not None else None
        return kind(data, files, prefix=do, initial={"version": found.version, **initial})

    def step(
        do: str,
        words: tuple[str, str, str, str],
        kind: type[forms.Form],
        act: Callable[..., object],
        done: str,
        **more: Any,
    ) -> Step:
        first = more.pop("first", True)
        return Step(
            do, *words, form(kind, do, **more), lambda data: act(**common, at=timezone.now(), **data), done, first
        )

    made: list[Step] = []
    opinion = next(
        (row for row in found.opinions.all() if access.can_answer(actor, row) and row.answered_at is None), None
    )
    if opinion is not None and found.state == AssessmentState.CONSULTING:
        number = opinion.pk
        made.append(
            Step(
                "opinion",
                *("提出本部门的意见", "提出意见", "primary", ""),
                form(OpinionForm, "opinion"),
                lambda data: actions.give_opinion(actor=actor, opinion_id=number, text=data["text"], at=timezone.now()),
                "意见已提出。",
            )
        )
    if access.can_run(actor, found.zone):
        made += _of_body(found, step)
    if access.can_approve(actor, found) and found.state == AssessmentState.SUBMITTED:
        words = ("批准", "批准报告", "primary", "批准后由主体单位向社会公布，区内项目共享。")
        made.append(step("approve", words, ApproveForm, actions.approve_assessment, "报告已批准。"))
        words = ("退回修改", "退回修改", "secondary", "")
        made.append(step("return", words, ReasonForm, actions.return_assessment, "报告已退回。", first=False))
    if found.result is not None and not ended(found.result) and access.can_withdraw(actor, found.result):
        result = found.result
        made.append(
            Step(
                "withdraw",
                *("撤回结果", "撤回结果", "danger", "撤回后新的项目不再共享；已经共享的项目不受影响。"),
                form(WithdrawForm, "withdraw", version=result.version),
                lambda data: actions.withdraw_result(actor=actor, result_id=result.pk, at=timezone.now(), **data),
                "结果已撤回。",
                False,
            )
        )
    return made


def _of_body(found: RegionalAssessment, step: Callable[..., Step]) -> list[Step]:
    made = []
    if found.state == AssessmentState.CONSULTING:
        words = ("委托评估机构", "委托", "primary", "意见齐备或者期满后才能委托。费用由财政支付，记入台账。")
        made.append(step("commission", words, CommissionForm, actions.commission_assessment, "已委托评估机构。"))
    if found.state in (AssessmentState.COMMISSIONED, AssessmentState.REPORTED, AssessmentState.RETURNED):
        words = ("录入评估报告", "保存报告", "primary" if found.state != AssessmentState.REPORTED else "secondary", "")
        report = step(
            "report", words, ReportForm, actions.record_report, "报告已保存。", **ReportForm.initial_of(found)
        )
        made.append(report)
    if found.state == AssessmentState.REPORTED:
        words = ("报部门审查审批", "报送审查", "primary", "")
        made.insert(0, step("submit", words, Versioned, actions.submit_assessment, "已报送审查。"))
    if found.state == AssessmentState.APPROVED:
        words = (
            "向社会公布",
            "公布结果",
            "primary",
            "公布后区内符合条件的项目即可共享；同一事项原来的结果同时停止使用。",
        )
        made.append(step("publish", words, Versioned, actions.publish_assessment, "结果已公布。"))
    if found.state in ENDABLE:
        words = ("终止这项评估", "终止评估", "danger", "")
        made.append(step("cancel", words, ReasonForm, actions.cancel_assessment, "评估已终止。", first=False))
    return made


@need_staff
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, assessment_id: int) -> HttpResponse:
    """GET shows; POST does the verb in `do` and comes back here, or shows what has to be mended."""
    actor, found = actor_of(request), queries.assessment_of(assessment_id)
    if not access.can_see(actor, found):
        raise forbid("只能查看本大厅的区域评估")
    steps = steps_of(request, found, actor)
    failed: forms.Form | None = None
    if request.method == "POST":
        chosen = next((step for step in steps if step.do == request.POST.get("do")), None)
        if chosen is None:
            messages.info(request, "这一步已经办过，或者不由您办理。")
            return redirect("staff:assessment", assessment_id)
        failed = chosen.form
        if _ready(failed, actor) and attempt(failed, lambda: chosen.act(_values(chosen.form))) is not None:
            messages.success(request, chosen.done)
            return redirect("staff:assessment", assessment_id)
    day = timezone.localdate()
    work = open_clock(found)
    context = {
        "found": found,
        "matter": pack().matters[found.matter_id].full_name,
        "rows": _rows(found),
        "conditions": Conditions.from_json(found.conditions, pack().facts).in_words(pack().facts)
        if found.title
        else (),
        "excluded": [which_projects(row) for row in regional_rows(found.matter_id, pack(), day)],
        "opinions": list(found.opinions.all()),
        "first": [step for step in steps if step.first],
        "others": [step for step in steps if not step.first],
        "work": work,
        "light": work.light_at(timezone.now()) if work else "",
        "due": f"应于 {closing(work.due_at)} 前审查" if work and work.due_at else "",
        "may_renew": found.state == AssessmentState.PUBLISHED and access.can_run(actor, found.zone),
        "ended": ended(found.result) if found.result else "",
        "fees": queries.fees_of(found),
        "form": failed or forms.Form(),
        "breadcrumbs": [
            CRUMB,
            NavItem(found.zone.name, f"/staff/zones/{found.zone_id}/"),
            NavItem(pack().matters[found.matter_id].full_name),
        ],
    }
    return render(request, "staff/assessment.html", context, status=422 if failed is not None else 200)


def _ready(form: forms.Form, actor: Actor) -> bool:
    if not form.is_valid():
        return False
    return form.take(actor, timezone.now()) if isinstance(form, ReportForm) else True


def _values(form: forms.Form) -> dict[str, Any]:
    """The form's values as the action takes them."""
    return form.values() if isinstance(form, ReportForm) else form.cleaned_data


def _rows(found: RegionalAssessment) -> list[Row]:
    rows = [
        Row("园区", found.zone.name),
        Row("主体单位", found.zone.body.name),
        Row("审批部门", found.department.name),
        Row("内容和要求", found.requirements),
    ]
    if found.replaces is not None:
        rows.append(Row("更新", f"{found.replaces.document_number}，公布后停止使用"))
    if found.institution:
        rows.append(Row("评估机构", f"{found.institution}（{found.qualification}）"))
    if found.cost is not None:
        rows.append(Row("费用", f"{grouped(found.cost)} 元，{found.get_payer_display()}"))
    if found.title and found.to_on is not None:
        rows.append(Row("报告", f"{found.title}（{found.report_number}，{zh_date(found.report_on)}）"))
        rows.append(Row("适用范围", found.scope))
        rows.append(Row("有效期", f"{zh_date(found.from_on)}至{zh_date(found.to_on - DAY)}"))
    if found.document_number:
        rows.append(Row("批准文号", found.document_number))
    if found.decided_at is not None:
        who = found.decided_by.name if found.decided_by else ""
        rows.append(Row("审查", f"{zh_datetime(found.decided_at)} {who}"))
    if found.reason:
        rows.append(Row("审查意见" if found.state != "cancelled" else "终止理由", found.reason))
    return rows
