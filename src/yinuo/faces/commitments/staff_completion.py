"""竣工集中验收: commitment by commitment, requirement by requirement, each department its own (正文·三(八))."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, forbid
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.documents.queries import of_subject
from yinuo.faces.projects.heading import head_of, visible_project
from yinuo.rooms.commitments import access, queries
from yinuo.rooms.commitments.actions.audit import check_audit
from yinuo.rooms.commitments.actions.completion import fail_completion, propose_cycle, record_finding
from yinuo.rooms.commitments.auditing import (
    accepted_audit,
    cycle_proposed,
    earns_points,
    kept_promises,
    needs_audit,
)
from yinuo.rooms.commitments.inspection import Point
from yinuo.rooms.commitments.models import AuditConclusion, AuditReport
from yinuo.rooms.commitments.queries import CompletionPart, CompletionView
from yinuo.rooms.projects.actions.amending import filing_department
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.forms import DecimalInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import Versioned, choice, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of


class FindingForm(EvidenceForm):
    """The inspection's word on one requirement."""

    met = choice("核验结果", [("yes", "达到要求"), ("no", "没有达到")], "选择核验结果", radio=True)
    note = text_area("核验情况", "", "没有达到的，写明具体情况。", rows=2)

    def __init__(self, *args: Any, numbered: bool, indicator: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if indicator:
            self.fields["measured"] = forms.CharField(
                label="实测值",
                max_length=24,
                widget=DecimalInput(unit=indicator["unit"]),
                error_messages={"required": "填写实测值"},
            )
        if numbered:
            self.fields["document_number"] = forms.CharField(
                label="验收意见文号", required=False, max_length=60, help_text="达到要求的，填写文号。"
            )

        self.order_fields(["measured", "met", "document_number", "note", "files"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("met") == "no" and not data.get("note"):
            self.add_error("note", "写明没有达到要求的情况")
        if data.get("met") == "yes" and "document_number" in self.fields and not data.get("document_number"):
            self.add_error("document_number", "填写验收意见的文号")
        return data


class FailForm(Versioned):
    reason = text_area("情节严重的事实和依据", "写明情节严重的事实和依据", "认定后不再整改，未履行的承诺进入信用扣分。")


class CycleForm(forms.Form):
    """The points of a kept cycle, proposed anew."""


class AuditForm(Versioned):
    """The filing unit's word on an audit report (附件2·第十七条)."""

    accept = choice("核对结果", [("yes", "采信"), ("no", "退回，请补正")], "选择核对结果", radio=True)
    conclusion = choice("报告的审计结论", AuditConclusion.choices, "", radio=True)
    note = text_area("说明", "", "退回的，写明缺什么、怎样补正。", rows=2)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("accept") == "yes" and not data.get("conclusion"):
            self.add_error("conclusion", "选择审计结论")
        if data.get("accept") == "no" and not data.get("note"):
            self.add_error("note", "写明退回的理由和怎样补正")
        return data


@dataclass(frozen=True, slots=True)
class PointView:
    """One requirement with what was found, and the form where it is the actor's to look at now."""

    point: Point
    key: str
    form: FindingForm | None
    state: str
    word: str


@dataclass(frozen=True, slots=True)
class PartView:
    part: CompletionPart
    points: list[PointView]


def key_of(point: Point) -> str:
    """The point's name on the page: a requirement of a commitment, or a verification."""
    return f"c{point.commitment.pk}-{point.requirement}" if point.commitment else f"i{point.item.pk}"


@need_staff
@require_http_methods(["GET", "POST"])
def completion(request: HttpRequest, project_id: int) -> HttpResponse:
    """POST `do` = a point's key, `fail`, `cycle` or `audit`."""
    actor, now = actor_of(request), timezone.now()
    project = visible_project(actor, project_id)
    head = head_of(project, NavItem("竣工验收"))
    view = queries.completion_of(project_id)
    if view is None:
        if request.method == "POST":
            raise forbid("项目还没有申请竣工验收")
        return render(request, "staff/completion.html", {**head, "view": None, "form": forms.Form(), "next": None})
    desk = Desk(request, view, actor, now)
    if request.method == "POST":
        words = desk.run()
        if words:
            messages.success(request, words)
            return redirect("staff:completion", project_id)
    context = {
        **head,
        "view": view,
        "completion": view.completion,
        "documents": list(of_subject(view.completion).defer("data")),
        "parts": desk.parts,
        "done": sum(point.met is True for point in view.points),
        "total": len(view.points),
        "fail": desk.fail,
        "cycle": desk.cycle,
        "audit": desk.audit,
        "audit_form": desk.audit_form,
        "form": desk.failed or forms.Form(),
        "next": next_of(actor, now, request.path),
    }
    return render(request, "staff/completion.html", context, status=422 if desk.failed is not None else 200)


class Desk:
    """The forms open to the actor, and what each does."""

    def __init__(self, request: HttpRequest, view: CompletionView, actor: Actor, now: datetime) -> None:
        self.request, self.view, self.actor, self.now = request, view, actor, now
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.failed: forms.Form | None = None
        load_files(finding for part in view.parts for point in part.points for finding in point.findings)
        self.parts = [PartView(part, [self._point(point) for point in part.points]) for part in view.parts]
        self.fail = self._fail()
        self.cycle = self._cycle()
        self.audit = queries.audit_of(view.completion.project)
        self.audit_form = self._audit()

    def _data(self, verb: str) -> Any:
        return self.request.POST if self.verb == verb else None

    def _point(self, point: Point) -> PointView:
        key, round_number = key_of(point), self.view.completion.round
        pending = point.pending(round_number)
        form = None
        if (
            pending
            and self.view.completion.state == "inspection"
            and access.can_verify(self.actor, point.department.pk)
        ):
            files = self.request.FILES if self.verb == key else None
            form = FindingForm(
                self._data(key), files, numbered=point.commitment is None, indicator=point.indicator, prefix=key
            )
        if point.met is True:
            state, word = "done", "达到要求"
        elif pending:
            state, word = ("yellow", "整改后待核验") if point.met is False else ("ready", "待核验")
        else:
            state, word = "ended", "没有达到"
        return PointView(point, key, form, state, word)

    def _fail(self) -> FailForm | None:
        completion = self.view.completion
        unmet = {point.department.pk for point in self.view.points if point.met is False}
        if completion.state != "rectifying" or not any(access.can_verify(self.actor, pk) for pk in unmet):
            return None
        return FailForm(self._data("fail"), initial={"version": completion.version}, prefix="fail")

    def _cycle(self) -> CycleForm | None:
        """Where what was proposed for the cycle has been refused or withdrawn."""
        completion, project = self.view.completion, self.view.completion.project
        office = filing_department(project)
        if (
            completion.state != "passed"
            or not access.can_propose_cycle(self.actor, office)
            or not earns_points(project)
        ):
            return None
        if cycle_proposed(completion) or not kept_promises(project):
            return None
        audit = accepted_audit(project)
        if needs_audit(project) and (audit is None or audit.conclusion != "clean"):
            return None
        return CycleForm(self._data("cycle"), prefix="cycle", label_suffix="")

    def _audit(self) -> AuditForm | None:
        report = self.audit.latest if self.audit else None
        if report is None or report.state != "handed_in":
            return None
        if not access.can_check_audit(self.actor, filing_department(self.view.completion.project)):
            return None
        return AuditForm(
            self._data("audit"), initial={"version": report.version, "conclusion": report.conclusion}, prefix="audit"
        )

    def run(self) -> str:
        form, act, words = self._asked()
        if not form.is_valid() or (isinstance(form, FindingForm) and not form.take(self.request, self.actor, self.now)):
            self.failed = form
            return ""
        if attempt(form, act) is None:
            self.failed = form
            return ""
        return words

    def _asked(self) -> tuple[forms.Form, Callable[[], Any], str]:
        """Raises Forbidden for what this page does not offer to the actor."""
        completion = self.view.completion
        base: dict[str, Any] = {"actor": self.actor, "completion_id": completion.pk, "at": self.now}
        fail, cycle = self.fail, self.cycle
        if self.verb == "fail" and fail is not None:
            data = fail
            return (
                fail,
                lambda: fail_completion(
                    **base, reason=data.cleaned_data["reason"], version=data.cleaned_data["version"]
                ),
                "已认定竣工验收未通过，未履行的承诺已进入信用扣分程序。",
            )
        if self.verb == "cycle" and cycle is not None:
            return cycle, lambda: (propose_cycle(**base), True), "已按规定提出完整周期的加分。"
        audit, report = self.audit_form, self.audit.latest if self.audit else None
        if self.verb == "audit" and audit is not None and report is not None:
            return audit, lambda: _check(self.actor, report, audit, self.now), "已核对审计报告，结果已告知项目单位。"
        for part in self.parts:
            for view in part.points:
                if view.key == self.verb and view.form is not None:
                    return view.form, self._finding(view), f"已记录：{view.point.text}，{_word(view.form)}。"
        raise forbid("这一项不由您核验，或者已经核验过了")

    def _finding(self, view: PointView) -> Callable[[], Any]:
        form, point = view.form, view.point
        assert form is not None

        def act() -> Any:
            data = form.cleaned_data
            return record_finding(
                actor=self.actor,
                completion_id=self.view.completion.pk,
                met=data["met"] == "yes",
                at=self.now,
                commitment_id=point.commitment.pk if point.commitment else None,
                requirement=point.requirement,
                item_id=None if point.commitment else point.item.pk,
                note=data["note"],
                evidence=form.file_ids,
                document_number=data.get("document_number", ""),
                measured=data.get("measured", ""),
            )

        return act


def _check(actor: Actor, report: AuditReport, form: AuditForm, now: datetime) -> AuditReport:
    data = form.cleaned_data
    return check_audit(
        actor=actor,
        audit_id=report.pk,
        accept=data["accept"] == "yes",
        conclusion=data["conclusion"],
        note=data["note"],
        version=data["version"],
        at=now,
    )


def _word(form: FindingForm) -> str:
    return "达到要求" if form.data.get(form.add_prefix("met")) == "yes" else "没有达到"
