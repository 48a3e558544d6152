"""A department decides from when its matters may be promised (正文·二(一)，自主确定): what is in force, what is
planned, what was.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.core.pack.types import Matter
from yinuo.core.screen import MatterAnswer, screen
from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, forbid
from yinuo.engine.catalogue.actions import offer_commitment
from yinuo.engine.catalogue.models import CommitmentOffer
from yinuo.engine.catalogue.queries import NOTHING_ANNOUNCED, announcements, offered
from yinuo.engine.people.queries import own_department
from yinuo.engine.rules import pack, roles
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.announced import MatterLine, history, planned_words
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.forms import choice
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

LISTED, OFFERED, NOT_OFFERED = "负面清单内，不能承诺", "已开办", "未开办"


class OfferForm(forms.Form):
    """From a day on the matter may be promised, or may no longer."""

    offered = choice("从生效日期起", [("yes", "开办承诺"), ("no", "停办承诺")], "选择开办或者停办", radio=True)
    from_on = forms.DateField(
        label="生效日期",
        widget=DateInput(),
        help_text="可以是今天或者以后。原来安排在这一天以后的，都由这次公布代替；这一天以前的不变。",
        error_messages={"required": "填写生效日期"},
    )
    basis = forms.CharField(
        label="依据",
        max_length=240,
        help_text="写进办事指南，例如公告或者会议纪要的文号。",
        error_messages={"required": "写明依据"},
    )


def what_of(row: CommitmentOffer) -> str:
    return "开办承诺" if row.offered else "停办承诺"


def _answers(actor: Actor, day: date) -> list[tuple[Matter, MatterAnswer]]:
    """The department's matters on `day`, with what list and department say of their promise before a project is known.

    The filing that opens a map is made with a pledge: nobody decides on its promise.
    """
    office = own_department(actor)
    found = screen({}, pack(), day, offered=offered(actor.hall_id or 0, day)).matters
    own = [(pack().matters[answer.id], answer) for answer in found]
    return [
        (matter, answer)
        for matter, answer in own
        if matter.department == office.key and matter.id != roles().filing_matter
    ]


def _line(matter: Matter, answer: MatterAnswer, day: date, found: Any) -> MatterLine[CommitmentOffer]:
    planned = planned_words(found, what_of)
    if answer.listed is True:
        return MatterLine(matter, found.current, planned, LISTED, note="公布开办以后也要等清单改变才能承诺")
    if not answer.offered:
        return MatterLine(
            matter, found.current, planned, NOT_OFFERED, note="" if matter.standard_at(day) else "还没有承诺标准"
        )
    note = "视项目是否在负面清单内" if answer.listed is None else ""
    return MatterLine(matter, found.current, planned, OFFERED, "green", note)


def _since(line: MatterLine[CommitmentOffer], day: date) -> date | None:
    """Since when it is as it is: by the department's own decision, else by the pack's offer."""
    if line.current is not None:
        return line.current.from_on
    offer = line.matter.offered_at(day)
    return offer.span.from_on if offer is not None else None


@need_role("approver", "principal")
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """Every matter of the department: offered or not, since when, what is planned; those the negative list keeps out
    stand apart.
    """
    actor, day = actor_of(request), timezone.localdate()
    said = announcements(CommitmentOffer, actor.department_id or 0, day)
    lines = [
        _line(matter, answer, day, said.get(matter.id, NOTHING_ANNOUNCED)) for matter, answer in _answers(actor, day)
    ]
    crumbs = [NavItem("待办", reverse("staff:inbox")), NavItem("承诺事项")]
    context = {
        "rows": [(line, _since(line, day)) for line in lines if line.word != LISTED],
        "listed": [line for line in lines if line.word == LISTED],
        "breadcrumbs": crumbs,
    }
    return render(request, "staff/offers.html", context)


@need_role("approver", "principal")
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, matter_id: str) -> HttpResponse:
    """One matter with its standard and all that was published of it; POST publishes from a day on."""
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    known = next(((matter, answer) for matter, answer in _answers(actor, day) if matter.id == matter_id), None)
    if known is None:
        raise forbid("只有承办部门可以决定本部门事项是否实行信用承诺")
    matter, answer = known
    form = OfferForm(request.POST if request.method == "POST" else None, initial={"from_on": day}, label_suffix="")
    if request.method == "POST" and form.is_valid():
        office, data = own_department(actor), form.cleaned_data
        said = {"offered": data["offered"] == "yes", "from_on": data["from_on"], "basis": data["basis"]}
        done = attempt(
            form, lambda: offer_commitment(actor=actor, department=office, matter_id=matter_id, at=now, **said)
        )
        if done is not None:
            messages.success(request, f"已公布：{day_words(done.from_on)}起{what_of(done)}。办事指南随之更新。")
            return redirect("staff:offer", matter_id)
    found = announcements(CommitmentOffer, actor.department_id or 0, day, matter_id).get(matter_id, NOTHING_ANNOUNCED)
    line = _line(matter, answer, day, found)
    context = {
        "line": line,
        "since": _since(line, day),
        "matter": matter,
        "standard": matter.standard_at(day),
        "lines": history(found, what_of),
        "form": form,
        "breadcrumbs": [
            NavItem("待办", reverse("staff:inbox")),
            NavItem("承诺事项", reverse("staff:offers")),
            NavItem(matter.full_name),
        ],
    }
    return render(request, "staff/offer.html", context, status=422 if form.errors else 200)
