"""处理决定 on promises not kept: proposed by the department, made by its principal, delivered, and the stop lifted
again (附件2·第十四条).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, forbid
from yinuo.engine.documents.queries import of_subject
from yinuo.engine.rules import pack
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.commitments import access, queries
from yinuo.rooms.commitments.actions import (
    consent_ruling,
    deliver_ruling,
    propose_ruling,
    refuse_lift,
    refuse_ruling,
)
from yinuo.rooms.commitments.models import Commitment, Measure, Ruling, RulingState
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import Versioned, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of


class ProposeForm(EvidenceForm):
    measures = forms.MultipleChoiceField(
        label="处理的措施", widget=forms.CheckboxSelectMultiple(), error_messages={"required": "选择处理的措施"}
    )
    facts = text_area(
        "认定的事实和理由",
        "写明认定的事实和理由",
        "写进决定书，项目单位和公众能看到。写明怎样整改过、还有什么没有达到。",
        rows=6,
    )
    key = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput())
    field_order = ("measures", "facts", "files", "key")

    def __init__(self, *args: Any, measures: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "measures", measures)


class LiftForm(EvidenceForm):
    facts = text_area("核查的情况和理由", "写明核查的情况和理由", "写进解除决定书。", rows=4)
    key = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput())
    field_order = ("facts", "files", "key")


class ConsentForm(Versioned):
    number = forms.CharField(label="文号", max_length=60, error_messages={"required": "填写处理决定的文号"})
    note = text_area("审签意见", "", rows=2)


class RefuseForm(Versioned):
    reason = text_area("不同意的理由", "写明不同意的理由", rows=2)


class DeliverForm(Versioned):
    how = forms.CharField(
        label="送达方式",
        max_length=120,
        help_text="例如：直接送达、邮寄、公告。",
        error_messages={"required": "填写送达方式"},
    )


class RefuseLiftForm(forms.Form):
    reason = text_area("还差什么、怎样整改", "写明还差什么、怎样整改", rows=3)


def _commitment(actor: Actor, commitment_id: int) -> Commitment:
    found = queries.one(commitment_id)
    if not access.can_handle(actor, found):
        raise forbid("处理决定由同意承诺的部门提出")
    return found


def _offered(found: Commitment) -> list[tuple[str, str]]:
    """The measures this place and this promise allow."""
    rules, day = pack(), found.project.rules_on
    codes = [Measure(code) for code in rules.parameter("ruling.measures", day).value]
    if found.field not in rules.parameter("commitment.terminate_fields", day).value:
        codes = [code for code in codes if code != Measure.TERMINATE]
    return [(code.value, str(code.label)) for code in codes]


@need_staff
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, commitment_id: int) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    found = _commitment(actor, commitment_id)
    form = ProposeForm(
        request.POST or None, request.FILES or None, measures=_offered(found), initial={"key": f"ruling:{uuid.uuid4()}"}
    )
    if request.method == "POST" and form.is_valid() and form.take(request, actor, now):
        made = attempt(
            form,
            lambda: propose_ruling(
                actor=actor,
                commitment_id=found.pk,
                measures=form.cleaned_data["measures"],
                facts=form.cleaned_data["facts"],
                evidence=form.file_ids,
                at=now,
                idempotency_key=form.cleaned_data["key"],
            ),
            {"evidence": "files"},
        )
        if made is not None:
            messages.success(request, "已提出，等待本部门主要负责同志审签。")
            return redirect("staff:ruling", made.pk)
    crumb = NavItem("信用承诺", reverse("staff:commitment", args=[found.pk]))
    context = {
        **head_of(found.project, crumb, NavItem("提出处理决定")),
        "commitment": found,
        "form": form,
        "cites": pack().cite_texts(pack().parameter("ruling.measures", found.project.rules_on).cites),
    }
    return render(request, "staff/ruling_propose.html", context, status=422 if form.is_bound else 200)


Step = tuple[forms.Form, Callable[[], Any], str]


@need_staff
@require_http_methods(["GET", "POST"])
def ruling(request: HttpRequest, ruling_id: int) -> HttpResponse:
    """One ruling with its grounds, its paper, and the one step the actor may take."""
    actor, now = actor_of(request), timezone.now()
    found = queries.ruling(ruling_id)
    if not access.can_see_ruling(actor, found):
        raise forbid("只能查看本大厅项目的处理决定")
    steps = _steps(request, actor, found, now)
    verb = request.POST.get("do", "")
    if request.method == "POST":
        if verb not in steps:
            raise forbid("这一步不由您办理，或者已经办过了")
        form, act, words = steps[verb]
        kept = form.take(request, actor, now) if form.is_valid() and isinstance(form, EvidenceForm) else True
        if form.is_valid() and kept and attempt(form, act) is not None:
            messages.success(request, words)
            return redirect("staff:ruling", found.pk)
    forms_by = {name: form for name, (form, _, _) in steps.items()}
    crumb = NavItem("信用承诺", reverse("staff:commitment", args=[found.commitment_id]))
    context = {
        **head_of(found.commitment.project, crumb, NavItem("处理决定")),
        "ruling": found,
        "rows": _rows(found),
        "documents": list(of_subject(found).defer("data")),
        "forms": forms_by,
        "form": forms_by.get(verb, forms.Form()),
        "asked": _asked(found),
        "lifting": next(iter(found.lifted_by.exclude(state__in=[RulingState.REFUSED, RulingState.MOOT])), None),
        "next": next_of(actor, now, request.path),
    }
    bound = verb in steps and steps[verb][0].errors
    return render(request, "staff/ruling.html", context, status=422 if bound else 200)


def _asked(found: Ruling) -> Any:
    """What the unit has put right, where it has asked that the stop be lifted and waits for the answer."""
    if queries.lift_request(found) is not None:
        return found.commitment.reports.select_related("person").order_by("-id").first()
    return None


def _steps(request: HttpRequest, actor: Actor, found: Ruling, now: datetime) -> dict[str, Step]:
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    base: dict[str, Any] = {"actor": actor, "ruling_id": found.pk, "at": now}

    def bound(name: str, kind: type[Versioned]) -> Versioned:
        return kind(request.POST if verb == name else None, initial={"version": found.version}, prefix=name)

    made: dict[str, Step] = {}
    if found.state == RulingState.PROPOSED and access.can_consent_ruling(actor, found.commitment):
        yes, no = bound("consent", ConsentForm), bound("refuse", RefuseForm)
        made["consent"] = (
            yes,
            lambda: consent_ruling(**base, **yes.cleaned_data),
            "处理决定已作出，决定书已出具，待送达。",
        )
        made["refuse"] = (no, lambda: refuse_ruling(**base, **no.cleaned_data), "已记录不同意，处理决定没有作出。")
    if not access.can_handle(actor, found.commitment) or found.state != RulingState.MADE:
        return made
    if found.delivered_at is None:
        hand = bound("deliver", DeliverForm)
        made["deliver"] = (hand, lambda: deliver_ruling(**base, **hand.cleaned_data), "已登记送达。")
    if found.stops and found in queries.standing_stops(found.commitment.project_id):
        data = (request.POST, request.FILES) if verb == "lift" else (None, None)
        lift = LiftForm(*data, prefix="lift", label_suffix="", initial={"key": f"lift:{uuid.uuid4()}"})
        made["lift"] = (
            lift,
            lambda: _propose_lift(actor, found, lift, now),
            "已提出解除，等待本部门主要负责同志审签。",
        )
    proposed = found.lifted_by.filter(state=RulingState.PROPOSED)
    if queries.lift_request(found) is not None and not proposed.exists():
        deny = RefuseLiftForm(request.POST if verb == "deny" else None, prefix="deny", label_suffix="")
        made["deny"] = (deny, lambda: refuse_lift(**base, reason=deny.cleaned_data["reason"]), "已答复项目单位。")
    return made


def _propose_lift(actor: Actor, found: Ruling, form: LiftForm, now: datetime) -> Ruling:
    return propose_ruling(
        actor=actor,
        commitment_id=found.commitment_id,
        measures=[Measure.LIFT],
        facts=form.cleaned_data["facts"],
        evidence=form.file_ids,
        lifts=found.pk,
        at=now,
        idempotency_key=form.cleaned_data["key"],
    )


def _rows(found: Ruling) -> list[Row]:
    commitment = found.commitment
    rows = [
        Row("承诺", commitment.title, reverse("staff:commitment", args=[commitment.pk]), "看承诺"),
        Row("措施", found.words),
        Row("事实和理由", found.facts),
        Row("依据", "；".join(pack().cite_texts(found.cites))),
        Row("提出", _who(commitment.department.short_name, found.proposed_by, found.proposed_at)),
    ]
    if found.lifts:
        rows.insert(2, Row("解除的决定", found.lifts.number, reverse("staff:ruling", args=[found.lifts_id]), "查看"))
    if found.difficulty_id:
        rows.append(
            Row("整改经过", "帮助指导和整改的记录", reverse("staff:difficulty", args=[found.difficulty_id]), "查看")
        )
    if found.answered_at:
        rows.append(Row("审签", _who("", found.answered_by, found.answered_at)))
    if found.answer:
        rows.append(Row("审签意见", found.answer))
    if found.number:
        rows.append(Row("文号", found.number))
    if found.delivered_at:
        rows.append(Row("送达", zh_datetime(found.delivered_at)))
    return rows


def _who(office: str, person: Any, at: datetime) -> str:
    return " · ".join(part for part in (office, person.name if person else "系统", zh_datetime(at)) if part)
