"""Passing on everything one person has in hand:
chosen, looked over – what goes, what must stay and why –, then done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.people.models import Person, StaffRole
from yinuo.engine.people.queries import active_members
from yinuo.engine.work import access, queries
from yinuo.engine.work.actions import reassign_all
from yinuo.engine.work.models import WorkItem
from yinuo.engine.work.queries import Turns
from yinuo.site.inbox import row_of
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import InboxRow, NavItem
from yinuo.ui.forms import choice, set_choices
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today

SHOWN = 100
WHO = ("general_convener", "principal", "approver")


class PassForm(forms.Form):
    """Who gives, who takes over, and why."""

    person = choice("把谁手上的事", (), "选择原来的办理人")
    to = choice("转交给", (), "选择接办的人")
    why = forms.CharField(
        label="原因",
        max_length=200,
        help_text="会记入每一件的办理记录。",
        error_messages={"required": "写明转交的原因"},
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], givers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "person", [("", "请选择"), *givers])
        set_choices(self, "to", [("", "请选择"), *people])

    def clean(self) -> dict[str, object]:
        data: dict[str, object] = super().clean() or {}
        if data.get("to") and data.get("to") == data.get("person"):
            self.add_error("to", "接办的人不能是原来的办理人")
        return data


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go over, and what the other may not handle."""

    going: list[InboxRow]
    staying: list[InboxRow]
    going_count: int
    staying_count: int


@need_role(*WHO)
@require_http_methods(["GET", "POST"])
def reassign(request: HttpRequest) -> HttpResponse:
    """POST shows what would move; POST with `sure` moves it."""
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    takers, givers = _people(actor, day)
    start = {"person": request.GET.get("person", "")}
    form = PassForm(
        request.POST if request.method == "POST" else None,
        initial=start,
        people=_named(takers),
        givers=_named({**takers, **givers}),
    )
    preview = None
    if request.method == "POST" and form.is_valid():
        person, to = {**takers, **givers}[int(form.cleaned_data["person"])], takers[int(form.cleaned_data["to"])]
        if "sure" in request.POST:
            why = form.cleaned_data["why"]
            done = attempt(form, lambda: reassign_all(actor=actor, person=person, to=to, at=now, why=why))
            if done is not None:
                messages.success(
                    request, f"已把{person.name}的 {done} 件转交给{to.name}。" if done else "没有可以转交的事。"
                )
                return redirect("staff:inbox")
        else:
            preview = look_over(actor, person, to, now)
    context = {
        "form": form,
        "preview": preview,
        "from_name": _name(form, "person", {**takers, **givers}),
        "to_name": _name(form, "to", takers),
        "breadcrumbs": [NavItem("待办", reverse("staff:inbox")), NavItem("转交全部事项")],
        "shown": SHOWN,
    }
    return render(request, "staff/reassign.html", context, status=422 if form.errors else 200)


def _people(actor: Actor, day: date) -> tuple[dict[int, Person], dict[int, Person]]:
    """Who may take over: approvers of the hall or of the actor's department.

    Who may give: they, and whoever still holds something.
    """
    members = active_members(actor.hall_id, day, [StaffRole.APPROVER]).order_by("person__name", "id")
    held = queries.open_of_hall(actor)
    if actor.role != "general_convener":
        members, held = (
            members.filter(department_id=actor.department_id or NO_ROW),
            held.filter(department_id=actor.department_id or NO_ROW),
        )
    takers = {row.person_id: row.person for row in members}
    return takers, {person.pk: person for person in queries.assignees(held)}


def _named(people: dict[int, Person]) -> list[tuple[str, str]]:
    return [(str(person.pk), person.name) for person in people.values()]


def _name(form: PassForm, field: str, people: dict[int, Person]) -> str:
    number = form.cleaned_data.get(field, "") if form.is_bound else ""
    return people[int(number)].name if number else ""


def look_over(actor: Actor, person: Person, to: Person, now: datetime) -> Preview:
    """As reassign_all would do it: what is in a department where the other works goes."""
    works = list(queries.held_by(person))
    offices = {work.department_id for work in works}
    fit = {number for number in offices if access.works_for(to, number, today(now))}
    going = [work for work in works if work.department_id in fit and access.can_reassign(actor, work)]
    moved = {work.pk for work in going}
    staying = [work for work in works if work.pk not in moved]
    return Preview(_rows(going, actor, now), _rows(staying, actor, now), len(going), len(staying))


def _rows(works: Sequence[WorkItem], actor: Actor, now: datetime) -> list[InboxRow]:
    return [row_of(work, actor, Turns.of(actor, ()), now) for work in works[:SHOWN]]
