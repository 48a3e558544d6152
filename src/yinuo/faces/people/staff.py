"""Who works in the hall, in which roles, on what;
standing in for each other, and whom companies send (附件7·第九条).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import NO_ROW, Actor, forbid
from yinuo.engine.catalogue.actions import set_handler
from yinuo.engine.catalogue.queries import handled
from yinuo.engine.people import queries
from yinuo.engine.people.access import can_manage_people
from yinuo.engine.people.actions import confirm_binding, delegate, end_delegation, end_role, give_role
from yinuo.engine.people.models import Department, InForce, Membership, Person, StaffRole
from yinuo.engine.register import delegable, work_kinds
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import held_by
from yinuo.rooms.projects.queries import worked_on
from yinuo.ui.acting import actor_of, need_role, need_staff
from yinuo.ui.components.forms import DateInput
from yinuo.ui.forms import choice, set_choices
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today
from yinuo.ui.words import stages

STAGED = "stage_convener"
LAST_YEAR = 2100
LISTED = 100


def named(people: Iterable[Person]) -> list[tuple[str, str]]:
    return [(str(person.pk), person.name) for person in people]


class RoleForm(forms.Form):
    """A role in a department, from today."""

    person = choice("人员", (), "选择人员")
    department = choice("部门", (), "选择部门")
    role = choice("角色", StaffRole.choices, "选择角色")
    stage = choice("阶段（仅阶段召集人）", ())

    def __init__(
        self, *args: Any, people: list[tuple[str, str]], offices: list[Department], day: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "person", [("", "请选择"), *people])
        set_choices(self, "department", [("", "请选择"), *((str(row.pk), row.short_name) for row in offices)])
        set_choices(self, "stage", [("", "不适用"), *stages(day)])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("role") == STAGED and not data.get("stage"):
            self.add_error("stage", "阶段召集人须选择阶段")
        if data.get("role") != STAGED:
            data["stage"] = ""
        return data


class HandlerForm(forms.Form):
    """Who handles a matter from now on; new items go to them."""

    matter = choice("事项", (), "选择事项")
    person = choice("办理人", (), "选择办理人")

    def __init__(self, *args: Any, people: list[tuple[str, str]], day: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        matters = [(matter.id, matter.full_name) for matter in pack().matters_at(day)]
        set_choices(self, "matter", [("", "请选择"), *matters])
        set_choices(self, "person", [("", "请选择"), *people])


class DelegationForm(forms.Form):
    """While it holds the substitute may handle what is the person's."""

    substitute = choice("代班人", (), "选择代班人")
    from_on = forms.DateField(
        label="从哪天起", widget=DateInput(), error_messages={"required": "填写开始日期", "invalid": "开始日期有误"}
    )
    to_on = forms.DateField(
        label="到哪天止（含当天）",
        widget=DateInput(),
        error_messages={"required": "填写结束日期", "invalid": "结束日期有误"},
    )
    reason = forms.CharField(label="原因", max_length=120, error_messages={"required": "写明原因"})
    matters = forms.MultipleChoiceField(
        label="只代办哪些事项",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一个也不选，就是全部事项。",
    )
    kinds = forms.MultipleChoiceField(
        label="只代办哪类工作",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(kind, name) for kind, name in work_kinds() if kind in delegable()],
        help_text="一类也不选，就是全部工作。",
    )
    projects = forms.MultipleChoiceField(
        label="只代办哪些项目",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一个也不选，就是全部项目，新来的也算。",
    )

    def clean_to_on(self) -> date:
        last: date = self.cleaned_data["to_on"]
        if last.year > LAST_YEAR:
            raise forms.ValidationError(f"请写 {LAST_YEAR} 年以前的日期")
        return last

    def __init__(self, *args: Any, people: list[tuple[str, str]], of: Person, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "substitute", [("", "请选择"), *people])
        offices = set(of.memberships.filter(InForce.on(day)).values_list("department__key", flat=True))
        matters = [(matter.id, matter.full_name) for matter in pack().matters_at(day) if matter.department in offices]
        for name, choices in (("matters", matters), ("projects", worked_on(of))):
            if choices:
                set_choices(self, name, choices)
            else:
                del self.fields[name]

    @property
    def parts(self) -> list[forms.BoundField]:
        """What the arrangement may be limited to."""
        return [self[name] for name in ("matters", "kinds", "projects") if name in self.fields]

    @property
    def parted(self) -> bool:
        """Whether some limit was chosen: the form then shows what."""
        return any(bound.value() or bound.errors for bound in self.parts)


@dataclass(frozen=True, slots=True)
class Office:
    """A department with its people and what each handles."""

    department: Department
    members: list[tuple[Membership, list[str]]]


@need_role("general_convener", "administrator")
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """POST `do`: role, end, handler, confirm, back."""
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    members = list(queries.members(actor.hall_id, day))
    known = {row.person_id: row.person for row in members}
    desk = PeopleDesk(request, actor, members, known)
    if request.method == "POST":
        words = desk.run()
        if words:
            messages.success(request, words)
            return redirect("staff:people")
    matters = handled(actor.hall_id, day)
    offices: dict[int, Office] = {}
    named_stages = dict(stages(day))
    for member in members:
        member.stage_name = named_stages.get(member.stage, "")  # type: ignore[attr-defined]
        office = offices.setdefault(member.department_id, Office(member.department, []))
        office.members.append((member, matters.get(member.person_id, []) if member.role == "approver" else []))
    context = {
        "offices": list(offices.values()),
        "bindings": list(queries.bindings_to_confirm(day)[:LISTED]),
        "substitutions": list(queries.delegations_after(set(known), day)[:LISTED]),
        "forms": desk.forms,
        "form": desk.failed or forms.Form(),
        "verb": desk.verb,
    }
    return render(request, "staff/people.html", context, status=422 if desk.failed is not None else 200)


class PeopleDesk:
    """The forms of the page and what each does; only people and departments of the hall can be chosen."""

    def __init__(self, request: HttpRequest, actor: Actor, members: list[Membership], known: dict[int, Person]) -> None:
        self.actor, self.members, self.known, self.now = actor, members, known, timezone.now()
        self.data = request.POST if request.method == "POST" else None
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.failed: forms.Form | None = None
        self.offices = list(queries.departments(actor.hall_id))
        choices, day = named(known.values()), today(self.now)
        self.forms: dict[str, forms.Form] = {
            "handler": HandlerForm(self._of("handler"), people=choices, day=day, prefix="handler"),
            "role": RoleForm(self._of("role"), people=choices, offices=self.offices, day=day, prefix="role"),
        }

    def _of(self, verb: str) -> Any:
        return self.data if self.verb == verb else None

    def run(self) -> str:
        if self.verb in ("confirm", "end", "back"):
            return self._press()
        form = self.forms.get(self.verb)
        if form is None:
            raise forbid("这个页面没有这项操作")
        if not form.is_valid():
            self.failed = form
            return ""
        done = attempt(form, self._act(form))
        if done is None:
            self.failed = form
            return ""
        return {"role": "已授予角色。", "handler": "已指定办理人，新的事项会交给他。"}[self.verb]

    def _act(self, form: forms.Form) -> Callable[[], Any]:
        data, actor, now = form.cleaned_data, self.actor, self.now
        person = self.known[int(data["person"])]
        if self.verb == "handler":
            key = pack().matters[data["matter"]].department
            office = next(row for row in self.offices if row.key == key)
            return lambda: set_handler(actor=actor, department=office, matter_id=data["matter"], person=person, at=now)
        place = next(row for row in self.offices if str(row.pk) == data["department"])
        return lambda: give_role(
            actor=actor,
            person=person,
            department=place,
            role=data["role"],
            at=now,
            from_on=today(now),
            stage=data["stage"],
        )

    def _press(self) -> str:
        """Buttons of the lists: confirm a binding, end a role, end a substitution."""
        assert self.data is not None
        number = str(self.data.get("id", ""))
        pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
        if self.verb == "confirm":
            binding = queries.binding(pk)
            confirm_binding(actor=self.actor, binding=binding, may_sign="may_sign" in self.data, at=self.now)
            return f"已确认{binding.person.name}可以代表{binding.unit.name}办事。"
        if self.verb == "back":
            ended = end_delegation(actor=self.actor, delegation_id=pk, at=self.now, why="总召集人结束代班")
            return f"已结束{ended.person.name}的代班。"
        membership = next((row for row in self.members if row.pk == pk), None)
        if membership is None:
            raise forbid("只能终止本大厅人员的角色")
        end_role(actor=self.actor, membership=membership, at=self.now, why="总召集人调整分工")
        return f"已终止{membership.person.name}的“{membership.get_role_display()}”角色。"


@need_staff
@require_http_methods(["GET", "POST"])
def delegation(request: HttpRequest) -> HttpResponse:
    """代班: nothing waits for somebody on leave (U-5).

    One's own; the hall's manager arranges it for others too (`?for=`).
    """
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    person = _absent(request, actor, day)
    by_id = {str(row.pk): row for row in queries.colleagues(person, day)}
    verb = request.POST.get("do", "arrange")
    form = DelegationForm(
        request.POST if request.method == "POST" and verb == "arrange" else None,
        people=named(by_id.values()),
        of=person,
        day=day,
    )
    own = person.pk == actor.person_id
    here = reverse("staff:delegation") + ("" if own else f"?for={person.pk}")
    if request.method == "POST" and verb == "back":
        ended = end_delegation(actor=actor, delegation_id=_number(request.POST.get("id", "")), at=now, why="提前回来")
        messages.success(request, f"已结束代班，{ended.person.name}的事项由本人办理。")
        return redirect(here)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: delegate(
                actor=actor,
                person=person,
                substitute=by_id[data["substitute"]],
                from_on=data["from_on"],
                to_on=data["to_on"] + timedelta(days=1),
                reason=data["reason"],
                kinds=data["kinds"],
                matters=data.get("matters", []),
                projects=[int(number) for number in data.get("projects", [])],
                at=now,
            ),
        )
        if done is not None:
            messages.success(request, f"已安排{done.substitute.name}代班。")
            return redirect(here)
    context = {
        "form": form,
        "rows": list(queries.delegations_by(person)[:20]),
        "today": day,
        "alone": not by_id,
        "person": person,
        "own": own,
        "held": held_by(person).filter(waits_for="staff").count(),
    }
    return render(request, "staff/delegation.html", context, status=422 if form.is_bound else 200)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def _absent(request: HttpRequest, actor: Actor, day: date) -> Person:
    """Whose absence is arranged: the actor's own, or – for who manages the hall – somebody's of the hall."""
    wanted = _number(request.GET.get("for", ""))
    if not wanted or wanted == actor.person_id:
        return queries.person(actor.person_id or NO_ROW)
    if not can_manage_people(actor) or not queries.has_role_in(wanted, actor.hall_id, day):
        raise forbid("只能由本人或总召集人安排代班")
    return queries.person(wanted)
