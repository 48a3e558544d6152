"""容缺受理 for the hall: what waits, the department's opinion, the signed notice at the window, and what a department
tolerates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.core.pack.types import Matter
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.catalogue.models import Tolerance
from yinuo.engine.catalogue.queries import NOTHING_ANNOUNCED, announcements
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.queries import own_department
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import of_subject
from yinuo.faces.onemap.staff_item import clock_views
from yinuo.faces.projects.heading import head_of, marks_of
from yinuo.rooms.deficient import access, queries
from yinuo.rooms.deficient.actions import (
    agree_to_gap,
    decline_gap,
    publish_tolerance,
    say_only_gap_left,
    sign_gap_commitment,
)
from yinuo.rooms.deficient.models import OPEN, DeficientAcceptance
from yinuo.rooms.deficient.rules import not_tolerated, standing_of
from yinuo.ui.acting import actor_of, need_role, need_staff
from yinuo.ui.announced import MatterLine, history, planned_words
from yinuo.ui.components.forms import DateInput, DecimalInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.desks import ActionView, posted
from yinuo.ui.forms import Versioned, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of
from yinuo.ui.reading import today

SHOWN = 50


class AgreeForm(Versioned):
    """The term of notice 5—2, and what the department adds."""

    days = forms.IntegerField(
        label="几个工作日内补齐",
        min_value=1,
        widget=DecimalInput(unit="个工作日"),
        error_messages={
            "required": "填写补齐的工作日数",
            "invalid": "工作日数应为整数",
            "min_value": "至少 1 个工作日",
        },
    )
    opinion = text_area("意见", "", "会写进申请表（附件5-1）。", rows=2)

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].help_text = f"从今天起算，最长 {longest} 个工作日（部门公布的时限）。"


class DeclineForm(Versioned):
    why = text_area("不予容缺的理由", "写明不予容缺受理的理由", "项目单位会看到，可以补齐材料后按常规申报。", rows=3)


class OnlyGapForm(Versioned):
    note = text_area("审查情况", "写明审查情况", "从现在起计时暂停，补齐后自动恢复。", rows=2)


class SignForm(Versioned):
    signed_by = forms.CharField(
        label="承诺人（签字的人）", max_length=60, error_messages={"required": "填写承诺人姓名"}
    )
    commitment = forms.FileField(
        label="签署后的通知书扫描件",
        help_text="PDF 或者照片，签字盖章清晰。",
        error_messages={"required": "上传签署后的通知书扫描件"},
    )


@dataclass(frozen=True, slots=True)
class Verb:
    view: ActionView
    act: Callable[[dict[str, Any]], Any]
    done: str


class GapDesk:
    """What a gap's state leaves open to who looks."""

    def __init__(self, request: HttpRequest, row: DeficientAcceptance, actor: Actor) -> None:
        self.request, self.row, self.actor, self.now = request, row, actor, timezone.now()
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.verbs = self._verbs()

    def _add(
        self,
        made: dict[str, Verb],
        do: str,
        words: tuple[str, str, str],
        form: type[Any],
        act: Any,
        done: str,
        **more: Any,
    ) -> None:
        sent = self.verb == do
        data, sent_files = (self.request.POST, self.request.FILES) if sent else (None, None)
        bound = form(data, sent_files, initial={"version": self.row.version}, prefix=do, **more)
        title, press, hint = words
        folded = do == "decline"
        view = ActionView(do, title, press, "secondary" if folded else "primary", hint, folded, bound, sent)
        made[do] = Verb(view, act, done)

    def _verbs(self) -> dict[str, Verb]:
        row = self.row
        base: dict[str, Any] = {"actor": self.actor, "deficient_id": row.pk, "at": self.now}
        made: dict[str, Verb] = {}
        if access.can_judge(self.actor, row.item) and row.state == "applied":
            words = ("同意容缺受理", "同意并出具通知书", "通知书写明所缺材料、期限和逾期的后果，由申请人到窗口签署。")
            self._add(
                made,
                "agree",
                words,
                AgreeForm,
                lambda d: agree_to_gap(**base, **d),
                "已同意，通知书已出具。",
                longest=row.tolerance.days,
            )
            words = ("不予容缺受理", "不予容缺", "")
            self._add(made, "decline", words, DeclineForm, lambda d: decline_gap(**base, **d), "已告知项目单位。")
        if access.can_judge(self.actor, row.item) and row.state == "waiting" and row.item.state == "accepted":
            words = ("审查已毕，只差空缺材料", "暂停我的计时", "")
            self._add(
                made,
                "only_gap",
                words,
                OnlyGapForm,
                lambda d: say_only_gap_left(**base, **d),
                "计时已暂停，补齐后自动恢复。",
            )
        if access.is_window(self.actor, row.item) and row.state == "notified":
            words = ("登记签署的承诺", "受理", "申请人在通知书上签字盖章后扫描上传，事项随即受理。")
            self._add(made, "sign", words, SignForm, self._sign, "已受理，容缺期限开始。")
        return made

    def _sign(self, data: dict[str, Any]) -> DeficientAcceptance:
        file = data["commitment"]
        kept = store_upload(actor=self.actor, name=file.name or "", content=file.read(), unit_id=None, at=self.now)
        return sign_gap_commitment(
            actor=self.actor,
            deficient_id=self.row.pk,
            file_id=kept.pk,
            signed_by=data["signed_by"],
            version=data["version"],
            at=self.now,
        )

    def run(self) -> str:
        """Does what was asked; the words of success, "" = show the page again.

        Raises Refused for what is not open (any more).
        """
        verb = self.verbs.get(self.verb)
        if verb is None:
            if not access.can_judge(self.actor, self.row.item) and not access.is_window(self.actor, self.row.item):
                raise forbid("这件容缺受理不由您办理")
            raise Refused("deficient.state", "现在不能这样办理", remedy="可能已由他人办理。现在的情况见下面。")
        if not verb.view.form.is_valid():
            return ""
        names = {"file": "commitment"}
        return (
            verb.done
            if attempt(verb.view.form, lambda: verb.act(verb.view.form.cleaned_data), names) is not None
            else ""
        )


@need_staff
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, deficient_id: int) -> HttpResponse:
    """GET shows; POST does the verb in `do` and comes back here, or shows what has to be mended."""
    actor, row = actor_of(request), queries.one(deficient_id)
    if not access.can_look(actor, row.item):
        raise forbid("只能查看本大厅的事项")
    desk = GapDesk(request, row, actor)
    if (
        done := posted(request, desk, "staff/deficient_one.html", _page, ("staff:deficient_one", deficient_id))
    ) is not None:
        return done
    return render(request, "staff/deficient_one.html", _page(desk), status=422 if request.method == "POST" else 200)


def _page(desk: GapDesk) -> dict[str, Any]:
    row, item = desk.row, desk.row.item
    head = head_of(item.project, NavItem(item.name, reverse("staff:item", args=[item.pk])), NavItem("容缺受理"))
    found = [verb.view for verb in desk.verbs.values()]
    failed = desk.verbs.get(desk.verb)
    standing = standing_of(item, today(desk.now))
    return {
        **head,
        "item": item,
        "row": row,
        "reduced": standing.measure if standing.reduced and row.state == "applied" else None,
        "marks": marks_of(head["grade"], today(desk.now)),
        "clocks": [view for view in clock_views(of_subject(row), desk.now) if view.work.is_open],
        "first": [view for view in found if not view.folded],
        "others": [view for view in found if view.folded],
        "late": None,
        "typed": [],
        "form": failed.view.form if failed is not None else forms.Form(),
        "cites": pack().cite_texts(
            [
                cite
                for name in ("deficient.excluded", "deficient.opinion_limit", "deficient.published")
                for cite in pack().parameter(name, item.project.rules_on).cites
            ]
        ),
        "next": next_of(desk.actor, desk.now, reverse("staff:deficient_one", args=[row.pk])),
    }


@need_staff
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is open, and what was: a department its own, the window the hall's."""
    actor = actor_of(request)
    rows, ended = queries.in_reach(actor), request.GET.get("view") == "ended"
    found = list((rows.exclude(state__in=OPEN) if ended else rows.filter(state__in=OPEN))[:SHOWN])
    here = reverse("staff:deficient")
    context = {
        "rows": found,
        "ended": ended,
        "views": [NavItem("在办", here, current=not ended), NavItem("已结束", f"{here}?view=ended", current=ended)],
        "may_publish": actor.role in ("approver", "principal"),
        "breadcrumbs": [] if actor.role == "window" else [NavItem("待办", reverse("staff:inbox")), NavItem("容缺受理")],
    }
    return render(request, "staff/deficient.html", context)


class ToleranceForm(forms.Form):
    """What of one matter may come later; nothing chosen ends it."""

    materials = forms.MultipleChoiceField(label="可以容缺的材料", required=False, widget=forms.CheckboxSelectMultiple())
    days = forms.IntegerField(label="最长几个工作日", required=False, min_value=1, widget=DecimalInput(unit="个工作日"))
    from_on = forms.DateField(
        label="生效日期",
        widget=DateInput(),
        help_text="可以是今天或者以后。原来安排在这一天以后的，都由这次公布代替；这一天以前的不变。",
        error_messages={"required": "填写生效日期"},
    )
    basis = forms.CharField(label="依据", max_length=240, error_messages={"required": "写明依据"})

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "materials", [(row.id, row.name) for row in matter.materials if not row.main])
        self.fields["materials"].help_text = "都不选，就是从生效日期起不再容缺。"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("materials") and not data.get("days") and "days" not in self.errors:
            self.add_error("days", "填写最长几个工作日")
        return data


def _own_matters(actor: Actor, day: Any) -> list[Matter]:
    office = own_department(actor)
    own = [row for row in pack().matters_at(day) if row.department == office.key and not_tolerated(row, day) is None]
    return [row for row in own if any(not material.main for material in row.materials)]


def _names(row: Tolerance) -> str:
    """The materials that may come later, by name."""
    return "、".join(
        material.name for material in pack().matters[row.matter_id].materials if material.id in row.materials
    )


def _what(row: Tolerance) -> str:
    return f"可以容缺 {_names(row)}，最长 {row.days} 个工作日" if row.materials else "不再容缺"


@need_role("approver", "principal")
@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """Every matter of the department in scope, with what is published of it (附件5·三(二))."""
    actor, day = actor_of(request), timezone.localdate()
    known = announcements(Tolerance, actor.department_id or 0, day)
    rows = []
    for matter in _own_matters(actor, day):
        found = known.get(matter.id, NOTHING_ANNOUNCED)
        rows.append(
            MatterLine(
                matter, found.current, planned_words(found, _what), _names(found.current) if found.current else ""
            )
        )
    crumb = [
        NavItem("待办", reverse("staff:inbox")),
        NavItem("容缺受理", reverse("staff:deficient")),
        NavItem("容缺材料和时限"),
    ]
    return render(request, "staff/tolerances.html", {"rows": rows, "breadcrumbs": crumb})


@need_role("approver", "principal")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, matter_id: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    day = today(now)
    matter = next((row for row in _own_matters(actor, day) if row.id == matter_id), None)
    if matter is None:
        raise forbid("只能公布本部门适用容缺受理的事项")
    said = announcements(Tolerance, actor.department_id or 0, day, matter_id).get(matter_id, NOTHING_ANNOUNCED)
    found = said.current if said.current is not None and said.current.materials else None
    start = {
        "materials": found.materials if found else [],
        "days": found.days if found else None,
        "from_on": day,
        "basis": found.basis if found else "",
    }
    form = ToleranceForm(request.POST if request.method == "POST" else None, matter=matter, initial=start)
    if request.method == "POST" and form.is_valid():
        office, data = own_department(actor), {**form.cleaned_data, "days": form.cleaned_data["days"] or 0}
        done = attempt(
            form, lambda: publish_tolerance(actor=actor, department=office, matter_id=matter_id, at=now, **data)
        )
        if done is not None:
            messages.success(request, f"已公布“{matter.full_name}”的容缺材料和时限，办事指南随之更新。")
            return redirect("staff:tolerances")
    crumb = [
        NavItem("容缺受理", reverse("staff:deficient")),
        NavItem("容缺材料和时限", reverse("staff:tolerances")),
        NavItem(matter.full_name),
    ]
    context = {"matter": matter, "form": form, "lines": history(said, _what), "breadcrumbs": crumb}
    return render(request, "staff/tolerance.html", context, status=422 if form.errors else 200)
