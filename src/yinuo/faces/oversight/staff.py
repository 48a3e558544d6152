"""异常预警 for the hall: what is open and whose it is, one warning with its story, and the one step that is next
(附件7·第十四条).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.core.wording import day_words
from yinuo.engine.base import NO_ROW, Actor, forbid
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.people.queries import departments
from yinuo.engine.rules import pack
from yinuo.faces.projects.heading import head_of
from yinuo.rooms.oversight import access, actions, queries
from yinuo.rooms.oversight.actions.common import TEXT_LIMIT
from yinuo.rooms.oversight.actions.warnings import ACTS, HANDLED, RUNNING
from yinuo.rooms.oversight.models import AnomalyWarning, WarningKind, WarningOutcome, WarningStep
from yinuo.ui.acting import actor_of, need_role, need_staff
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.forms import Versioned, choice, set_choices, text_area
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of

VIEWS = (("open", "没办结的"), ("closed", "已办结的"), ("all", "全部"))
READERS = ("supervisor", "general_convener", "comprehensive", "administrator", "approver", "principal")
FIELDS = (
    Field("预警", 18),
    Field("项目", 36),
    Field("项目代码", 27),
    Field("项目单位", 30),
    Field("发现时间", 17, "moment"),
    Field("情况", 60),
    Field("处置部门", 18),
    Field("状态", 18),
    Field("结果", 12),
    Field("办结时间", 17, "moment"),
)


class OrderForm(Versioned):
    text = text_area("改正什么、达到什么要求", "写明要改正什么、达到什么要求", "发给项目单位。", most=TEXT_LIMIT)
    days = forms.IntegerField(label="改正的期限（工作日）", min_value=1, error_messages={"required": "填写改正的期限"})


class CloseForm(EvidenceForm, Versioned):
    outcome = choice(
        "处置的结果",
        [
            (one.value, str(one.label))
            for one in (WarningOutcome.CORRECTED, WarningOutcome.PUNISHED, WarningOutcome.UNFOUNDED)
        ],
        "选择处置的结果",
        radio=True,
    )
    penalty_id = forms.ChoiceField(
        label="处罚决定", required=False, help_text="已处罚的必须选；决定先在项目的监管记录里登记。"
    )
    text = text_area("处置的情况和理由", "写明处置的情况和理由", "发给项目单位。", most=TEXT_LIMIT)
    field_order = ("version", "outcome", "penalty_id", "text", "files")

    def __init__(self, *args: Any, found: AnomalyWarning, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = queries.penalties_to_name(found.project)
        listed = [
            (str(row.pk), f"{row.number}（{row.data.get('authority', '')}，{day_words(row.on)}）") for row in rows
        ]
        set_choices(self, "penalty_id", [("", "请选择" if listed else "还没有登记处罚"), *listed])
        self.fields["files"].help_text = "已纠正而项目单位没有报告过改正的，必须附核查材料。"


class HandForm(Versioned):
    department_key = choice("转交给", (), "选择处置部门")
    why = text_area("转交的理由", "写明转交的理由", rows=2, most=TEXT_LIMIT)

    def __init__(self, *args: Any, found: AnomalyWarning, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = departments(found.project.hall_id).exclude(pk=found.department_id or NO_ROW).order_by("name")
        set_choices(self, "department_key", [("", "请选择"), *((row.key, row.name) for row in rows)])


class PointsForm(EvidenceForm, forms.Form):
    basis = text_area(
        "扣分的依据", "写明扣分的依据", "由项目备案单位主要负责同志审签、总召集人执行。", rows=3, most=TEXT_LIMIT
    )
    field_order = ("basis", "files")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


Act = Callable[[Actor, AnomalyWarning, forms.Form, datetime], object]


def _order(actor: Actor, found: AnomalyWarning, form: forms.Form, now: datetime) -> object:
    return actions.order_rectification(actor=actor, warning_id=found.pk, at=now, **form.cleaned_data)


def _close(actor: Actor, found: AnomalyWarning, form: forms.Form, now: datetime) -> object:
    values = form.cleaned_data
    return actions.close_warning(
        actor=actor,
        warning_id=found.pk,
        outcome=values["outcome"],
        text=values["text"],
        penalty_id=int(values["penalty_id"]) if values["penalty_id"] else None,
        evidence=form.file_ids,  # type: ignore[attr-defined]
        version=values["version"],
        at=now,
    )


def _hand(actor: Actor, found: AnomalyWarning, form: forms.Form, now: datetime) -> object:
    return actions.hand_warning(actor=actor, warning_id=found.pk, at=now, **form.cleaned_data)


def _points(actor: Actor, found: AnomalyWarning, form: forms.Form, now: datetime) -> object:
    evidence = form.file_ids  # type: ignore[attr-defined]
    return actions.propose_for_warning(
        actor=actor, warning_id=found.pk, basis=form.cleaned_data["basis"], evidence=evidence, at=now
    )


# Form, heading, button, what is done, what is said when it is done.
STEPS: dict[str, tuple[type[forms.Form], str, str, Act, str]] = {
    "order": (OrderForm, "责令限期改正", "责令改正", _order, "已责令改正，项目单位会收到通知。"),
    "close": (CloseForm, "办结", "办结预警", _close, "预警已办结，结果已告知项目单位。"),
    "points": (PointsForm, "提出信用扣分", "提出扣分", _points, "已提出信用扣分，等主要负责同志审签。"),
    "hand": (HandForm, "转交其他部门处置", "转交", _hand, "已转交，期限不变。"),
}


@need_role(*READERS)
@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """`?view=`, `?kind=`; keyset by `after`. An office sees what lies with it, the watchers the hall's."""
    actor = actor_of(request)
    view, kind = chosen(request.GET)
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    page = queries.warnings(actor, view=view, kind=kind, after=after)
    here = reverse("staff:warnings")
    more = f"&kind={kind}" if kind else ""
    context = {
        "page": page,
        "view": view,
        "views": [NavItem(label, f"{here}?view={key}{more}", current=key == view) for key, label in VIEWS],
        "kinds": [NavItem("各种预警", f"{here}?view={view}", current=not kind)]
        + [NavItem(one.label, f"{here}?view={view}&kind={one.value}", current=one == kind) for one in WarningKind],
        "next_url": f"{here}?view={view}{more}&after={page.after}" if page.after else "",
        "first_url": f"{here}?view={view}{more}" if after else "",
        "export_url": f"{reverse('staff:export', args=['warnings'])}?view={view}{more}",
        "links": further(actor),
    }
    return render(request, "staff/warnings.html", context)


def further(actor: Actor) -> list[NavItem]:
    """What else the reader supervises."""
    links = [NavItem("共享的决定、检查和处罚", reverse("staff:shared"))] if access.can_read_shared(actor) else []
    return links + ([NavItem("线索移送", reverse("staff:clues"))] if access.can_hand_clue(actor) else [])


def chosen(data: Mapping[str, str]) -> tuple[str, str]:
    view, kind = data.get("view", "open"), data.get("kind", "")
    return view if view in dict(VIEWS) else "open", kind if kind in WarningKind.values else ""


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """The warnings of the page as a file."""
    view, kind = chosen(data)

    def lines(rows: Sequence[AnomalyWarning]) -> Any:
        for row in rows:
            yield (
                row.get_kind_display(),
                row.project.name,
                row.project.code,
                row.project.unit.name,
                row.found_at,
                row.why,
                row.department.name if row.department else "监督员",
                row.get_state_display(),
                row.get_outcome_display(),
                row.closed_at,
            )

    return Listing("异常预警", FIELDS, queries.narrowed(actor, view, kind), lines)


@need_staff
@require_http_methods(["GET", "POST"])
def warning(request: HttpRequest, warning_id: int) -> HttpResponse:
    """POST `do`: one of the steps open to the actor now."""
    actor, now = actor_of(request), timezone.now()
    found = queries.warning(warning_id)
    if not access.can_see_warning(actor, found):
        raise forbid("只能查看本大厅项目的预警")
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    names = _steps(actor, found)
    if verb and verb not in names:
        raise forbid("这条预警现在不能由您这样办理")
    made = {name: _form(request, name, found, verb) for name in names}
    if verb and made[verb].is_valid() and _taken(request, actor, made[verb], now):
        _, _, _, act, said = STEPS[verb]
        if attempt(made[verb], lambda: act(actor, found, made[verb], now), {"evidence": "files"}) is not None:
            messages.success(request, said)
            return redirect("staff:warning", found.pk)
    context = {
        **head_of(found.project, NavItem(f"预警：{found.get_kind_display()}")),
        "warning": found,
        "story": story(found),
        "clock": queries.clock_of(found),
        "steps": [(name, made[name], STEPS[name][1], STEPS[name][2]) for name in names],
        "form": made.get(verb),
        "records_url": reverse("staff:records", args=[found.project_id]),
        "longest": pack().integer("warning.rectify_longest", found.project.rules_on),
        "next": next_of(actor, now, f"/staff/warnings/{found.pk}/"),
    }
    return render(request, "staff/warning.html", context, status=422 if verb else 200)


def _form(request: HttpRequest, name: str, found: AnomalyWarning, verb: str) -> forms.Form:
    form = STEPS[name][0]
    own: dict[str, Any] = {"found": found} if form in (CloseForm, HandForm) else {}
    if name == verb:
        return form(request.POST, request.FILES, prefix=name, **own)
    return form(prefix=name, initial={"version": found.version}, **own)


def _taken(request: HttpRequest, actor: Actor, form: forms.Form, now: datetime) -> bool:
    return form.take(request, actor, now) if isinstance(form, EvidenceForm) else True


def _steps(actor: Actor, found: AnomalyWarning) -> list[str]:
    """What the actor may do next, the usual first."""
    names: list[str] = []
    if access.can_handle(actor, found):
        names += ["order"] if found.state in HANDLED else []
        names += ["close"] if found.state in RUNNING else []
        worth = found.kind in ACTS and found.department_id is not None and found.outcome not in ("unfounded", "ended")
        names += ["points"] if worth and not found.steps.filter(kind="proposed").exists() else []
    if access.can_hand_over(actor, found) and found.state in HANDLED:
        names.append("hand")
    return names


def story(found: AnomalyWarning) -> list[WarningStep]:
    steps = list(found.steps.select_related("person", "department").order_by("id"))
    load_files(steps)
    return steps
