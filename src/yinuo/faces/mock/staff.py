"""模拟审批 at the window: the list, one application with its next step, handing in for the unit, the four forms on
paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yinuo.core.facts import UNKNOWN, look_up
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.queries import in_use, of_subject
from yinuo.engine.documents.render import render_pdf
from yinuo.engine.people.models import StaffRole
from yinuo.faces.mock.forms import (
    ChangeForm,
    HandInForm,
    LandForm,
    OpinionForm,
    PlainForm,
    RegisterForm,
    SignedForm,
    WhyForm,
    name_of,
)
from yinuo.faces.projects.explaining import decision_view
from yinuo.rooms.mock import access, actions, eligibility, papers, queries
from yinuo.rooms.mock.actions.common import cites
from yinuo.rooms.mock.models import MockApplication, MockMatter
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.queries import waiting_for
from yinuo.rooms.projects import queries as projects
from yinuo.ui.acting import behind, need_behind
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import zh_date, zh_datetime
from yinuo.ui.files import PRIVATE, named
from yinuo.ui.handling import attempt

need = need_behind(*StaffRole.values)
MATERIAL_STATES = (ItemState.OPEN, ItemState.INCOMPLETE, ItemState.INCORRECT)
SHOWN = 100


def crumbs(*more: NavItem) -> list[NavItem]:
    return [NavItem("模拟审批", reverse("staff:mocks")), *more]


@need
@require_GET
def mocks(request: HttpRequest) -> HttpResponse:
    """Every mock approval of the hall, and where the window finds a project to register."""
    actor, search = behind(request), request.GET.get("q", "").strip()[:80]
    everything = request.GET.get("view") == "all"
    context = {
        "rows": list(queries.of_hall(actor.hall_id or 0, open_only=not everything)[:SHOWN]),
        "everything": everything,
        "search": search,
        "found": queries.registrable(actor.hall_id, search) if search and actor.role == "window" else [],
        "registers": actor.role == "window",
        "forms": [(kind, FORM_NAMES[kind]) for kind in papers.BLANK],
    }
    return render(request, "staff/mocks.html", context)


@need
@require_GET
def of_project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Leads to the project's mock approval, under way or the last one; the window to a new one."""
    actor, found = behind(request), queries.of_project(project_id)
    if actor.role == "window" and (found is None or not found.is_open):
        return redirect("staff:mock_new", project_id)
    return redirect("staff:mocks") if found is None else redirect("staff:mock", found.pk)


FORM_NAMES = {
    "mock_application": "申请表（附件4-1）",
    "mock_commitment": "承诺书（附件4-2）",
    "mock_notice": "告知单（附件4-3）",
    "mock_circulation": "告知流转单（附件4-4）",
}


@need
@require_GET
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    return blank_form(kind)


def blank_form(kind: str) -> HttpResponse:
    """A form with nothing filled in, to print."""
    if kind not in papers.BLANK:
        raise Http404
    return pdf(render_pdf(kind, papers.blank(kind), timezone.now()), f"{FORM_NAMES[kind]}.pdf")


def pdf(content: bytes, name: str) -> HttpResponse:
    return named(HttpResponse(content, content_type="application/pdf"), name, cache=PRIVATE)


@need_behind("window")
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, project_id: int) -> HttpResponse:
    """The application as it is brought to the counter; what the conditions still want to know is asked beside it."""
    actor, now = behind(request), timezone.now()
    project = projects.one(project_id)
    if not access.can_lead(actor, project):
        raise forbid("只能登记本大厅的项目")
    known = {
        path: value for path in eligibility.to_ask(project) if (value := look_up(project.facts, path)) is not UNKNOWN
    }
    form = RegisterForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        items=queries.choosable(project),
        asked=eligibility.to_ask(project),
        known=known,
        initial={"legal_representative": project.unit.legal_representative},
    )
    if request.method == "POST" and form.is_valid() and form.take(request, actor, now):
        data = form.cleaned_data
        names = ("progress", "land", "land_expected_on", "legal_representative", "note")
        made = attempt(
            form,
            lambda: actions.register(
                actor=actor,
                project_id=project.pk,
                contacts=form.contacts,
                matters=[int(pk) for pk in data["matters"]],
                answers=form.answers,
                approvals=form.file_ids,
                idempotency_key=data["key"],
                at=now,
                **{name: data[name] for name in names},
            ),
            fields={path: name_of(path) for path in form.asked} | {"contacts": "name1"},
        )
        if made is not None:
            messages.success(request, "已登记。请打印申请表和承诺书，由项目单位盖章、签字。")
            return redirect("staff:mock", made.pk)
    context = {
        "project": project,
        "form": form,
        "refusal": getattr(form, "refusal", None),
        "running": queries.under_way(project.pk),
        "choosable": bool(form.fields["matters"].choices),  # type: ignore[attr-defined]
        "breadcrumbs": crumbs(NavItem(project.name)),
    }
    return render(request, "staff/mock_new.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that may be done: its words, its form, and the act."""

    do: str
    title: str
    press: str
    hint: str
    form: forms.Form
    act: Callable[[dict[str, Any]], object]
    done: str
    folded: bool = False
    kind: str = "primary"

    @property
    def opened(self) -> bool:
        return self.form.is_bound

    @property
    def multipart(self) -> bool:
        return self.form.is_multipart()


class Desk:
    """What a mock approval leaves open to who looks."""

    def __init__(self, request: HttpRequest, application: MockApplication, actor: Actor, now: datetime) -> None:
        self.request, self.application, self.actor, self.now = request, application, actor, now
        self.asked = request.POST.get("do", "") if request.method == "POST" else ""
        self.leads = access.can_lead(actor, application.project)
        self.verbs = {verb.do: verb for verb in [*self._opinions(), *(self._of_window() if self.leads else [])]}

    def _form(self, do: str, kind: type[forms.Form], version: int, **initial: Any) -> forms.Form:
        bound = self.asked == do
        data, files = (self.request.POST, self.request.FILES) if bound else (None, None)
        return kind(data, files, prefix=do, initial={"version": version, **initial})

    def _opinions(self) -> list[Verb]:
        made = []
        for opinion in self.application.opinions.all():
            if (
                self.application.state == "opinions"
                and opinion.answered_at is None
                and access.can_give_opinion(self.actor, opinion)
            ):
                do, pk = f"opinion-{opinion.pk}", opinion.pk
                form = self._form(do, OpinionForm, opinion.version)
                hint = "自然资源部门看用地和规划条件，市场监管部门看主体资格。"

                def act(d: dict[str, Any], pk: int = pk) -> object:
                    return actions.give_opinion(
                        actor=self.actor,
                        opinion_id=pk,
                        agreed=d["agreed"] == "yes",
                        text=d["text"],
                        version=d["version"],
                        at=self.now,
                    )

                made.append(
                    Verb(do, f"{opinion.department.short_name}的意见", "提出意见", hint, form, act, "意见已提出。")
                )
        return made

    def _of_window(self) -> list[Verb]:
        one = self.application
        base: dict[str, Any] = {"actor": self.actor, "application_id": one.pk, "at": self.now}
        state, version = one.state, one.version
        made = []
        if state == "registered":
            form = self._form("signed", SignedForm, version, committed_on=timezone.localdate(self.now))
            hint = "留存后请自然资源、市场监管部门提出意见。"
            made.append(
                Verb(
                    "signed",
                    "留存盖章的申请表和承诺书",
                    "留存并征求意见",
                    hint,
                    form,
                    self._keep_signed,
                    "已留存，正在征求两个部门的意见。",
                )
            )
        if state == "agreed":
            form = self._form("distribute", PlainForm, version)
            hint = "生成告知单（附件4-3），各审批部门开始模拟审批。"
            made.append(
                Verb(
                    "distribute",
                    "分发各审批部门",
                    "分发",
                    hint,
                    form,
                    lambda d: actions.distribute(**base, version=d["version"]),
                    "已分发。",
                )
            )
        if state == "running":
            form = self._form("land", LandForm, version)
            hint = (
                "登记后各部门在 3 个工作日内依次作出正式批复；用地、投资、规模、地点、主体的变化由系统比对，"
                "其余请逐项问清。"
            )
            made.append(
                Verb("land", "登记土地手续，进入文件转换", "登记", hint, form, self._land, "已登记。", folded=True)
            )
        if state in ("running", "converting"):
            form = self._form("change", ChangeForm, version)
            hint = "登记后全部事项重新报批。"
            made.append(
                Verb(
                    "change",
                    "应当重新报批",
                    "登记重新报批",
                    hint,
                    form,
                    lambda d: actions.report_change(**base, cases=d["cases"], text=d["text"], version=d["version"]),
                    "已登记，各事项重新报批。",
                    folded=True,
                    kind="secondary",
                )
            )
        if one.is_open:
            form = self._form("withdraw", WhyForm, version)
            made.append(
                Verb(
                    "withdraw",
                    "项目单位撤回",
                    "撤回模拟审批",
                    "模拟审批以自愿为前提；撤回后各事项恢复为未申报。",
                    form,
                    lambda d: actions.withdraw(**base, why=d["why"], version=d["version"]),
                    "已撤回。",
                    folded=True,
                    kind="secondary",
                )
            )
        return made

    def _store(self, file: Any) -> int:
        return store_upload(actor=self.actor, name=file.name, content=file.read(), unit_id=None, at=self.now).pk

    def _keep_signed(self, d: dict[str, Any]) -> object:
        return actions.keep_signed(
            actor=self.actor,
            application_id=self.application.pk,
            form_id=self._store(d["form"]),
            commitment_id=self._store(d["commitment"]),
            committed_on=d["committed_on"],
            version=d["version"],
            at=self.now,
        )

    def _land(self, d: dict[str, Any]) -> object:
        form = self.verbs["land"].form
        assert isinstance(form, LandForm)
        return actions.register_land(
            actor=self.actor,
            application_id=self.application.pk,
            kind=d["kind"],
            number=d["number"],
            on=d["on"],
            file_id=self._store(d["scan"]),
            answers=form.answers,
            version=d["version"],
            at=self.now,
        )

    def run(self) -> str:
        """Does what was asked; the words of success, “” = show the page again."""
        verb = self.verbs.get(self.asked)
        if verb is None:
            if not self.leads and not self.asked.startswith("opinion-"):
                raise forbid("模拟审批由项目所在大厅的综合窗口办理")
            raise Refused("mock.state", "模拟审批现在不能这样办理", remedy="可能已由他人办理，请刷新页面查看最新状态")
        if not verb.form.is_valid():
            return ""
        return verb.done if attempt(verb.form, lambda: verb.act(verb.form.cleaned_data)) is not None else ""


@need
@never_cache
@require_http_methods(["GET", "POST"])
def mock(request: HttpRequest, application_id: int) -> HttpResponse:
    """GET shows; POST does the verb in `do` and comes back here."""
    actor, now = behind(request), timezone.now()
    application = queries.application_of(application_id)
    if not access.can_see(actor, application):
        raise forbid("只能查看本大厅的模拟审批")
    desk = Desk(request, application, actor, now)
    if request.method == "POST":
        words = desk.run()
        if words:
            messages.success(request, words)
            return redirect("staff:mock", application_id)
    failed = desk.verbs.get(desk.asked)
    form = failed.form if failed is not None else forms.Form()
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "staff/mock.html", _page(desk, form), status=status)


def _page(desk: Desk, form: forms.Form) -> dict[str, Any]:
    one = desk.application
    matters = [(row, _handing(desk, row)) for row in one.matters.all()]
    return {
        "mock": one,
        "project": one.project,
        "rows": rows_of(one),
        "matters": matters,
        "hands": any(handing for _, handing in matters),
        "opinions": list(one.opinions.all()),
        "decision": decision_view(one.decision.body),
        "documents": list(of_subject(one).defer("data")),
        "results": queries.results_of(one),
        "scans": [
            (words, file)
            for words, file in (("申请表", one.form), ("承诺书", one.commitment), ("土地手续", one.land_scan))
            if file
        ],
        "first": [verb for verb in desk.verbs.values() if not verb.folded],
        "others": [verb for verb in desk.verbs.values() if verb.folded],
        "form": form,
        "cites": cites("mock.offline", one.project),
        "breadcrumbs": crumbs(NavItem(one.project.name)),
    }


def _handing(desk: Desk, row: MockMatter) -> bool:
    """Whether the window may hand in this matter's material now."""
    return (
        desk.leads and desk.application.state == "running" and row.outcome == "" and row.item.state in MATERIAL_STATES
    )


def rows_of(one: MockApplication) -> list[Row]:
    """附件4-1 as it was registered, and what came after."""
    rows = [Row("模拟审批号", one.number)] if one.number else []
    rows += [
        Row("联系人", "；".join(f"{row['name']} {row['phone']}" for row in one.contacts)),
        Row("项目概况及进展", one.progress),
        Row("项目用地", one.land),
        Row("土地预计取得", zh_date(one.land_expected_on)),
        Row("登记", f"{zh_datetime(one.registered_at)}，{one.registered_by.name}"),
    ]
    if one.note:
        rows.append(Row("办理说明", one.note))
    if one.committed_on:
        rows.append(Row("承诺", f"{zh_date(one.committed_on)} 签署"))
    if one.noticed_at:
        rows.append(Row("分发", zh_datetime(one.noticed_at)))
    if one.land_at and one.land_on:
        rows.append(Row("土地手续", f"{one.get_land_kind_display()} {one.land_number}，{zh_date(one.land_on)}"))
    if one.closed_why:
        rows.append(Row("结果", one.closed_why))
    return rows


@need
@require_GET
def circulation(request: HttpRequest, application_id: int) -> HttpResponse:
    """附件4-4 as it stands now."""
    application = queries.application_of(application_id)
    if not access.can_see(behind(request), application):
        raise forbid("只能查看本大厅的模拟审批")
    data = papers.circulation(application, list(application.matters.all()))
    return pdf(render_pdf("mock_circulation", data, timezone.now()), f"告知流转单 {application.number}.pdf")


@need_behind("window")
@never_cache
@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest, application_id: int, item_id: int) -> HttpResponse:
    """One matter's material, over the counter for the unit."""
    actor, now = behind(request), timezone.now()
    application = queries.application_of(application_id)
    if not access.can_lead(actor, application.project):
        raise forbid("只能办理本大厅的模拟审批")
    matter = next((row for row in application.matters.all() if row.item_id == item_id), None)
    if matter is None:
        raise Http404
    item: MapItem = matter.item
    item.project = application.project
    form = HandInForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        item=item,
        library=list(in_use(application.project.unit_id)[:SHOWN]),
        initial={"version": item.version},
    )
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _hand_in(actor, application, item, form, now), fields=_material_fields(form))
        if made is not None:
            messages.success(request, f"已收件，回执编号 {made.receipt_no}。")
            return redirect("staff:mock", application.pk)
    context = {
        "mock": application,
        "item": item,
        "project": application.project,
        "form": form,
        "waiting": waiting_for(item),
        "send_back": item.application.send_backs.order_by("-id").first() if item.application else None,
        "breadcrumbs": crumbs(
            NavItem(application.project.name, reverse("staff:mock", args=[application.pk])), NavItem(item.name)
        ),
    }
    return render(request, "staff/mock_hand_in.html", context, status=422 if form.errors else 200)


def _material_fields(form: HandInForm) -> dict[str, str]:
    return {str(material["id"]): f"scan{n}" for n, material in enumerate(form.materials)}


def _hand_in(actor: Actor, application: MockApplication, item: MapItem, form: HandInForm, now: datetime) -> Any:
    data, rows = form.cleaned_data, []
    for n, material in enumerate(form.materials):
        if file := data.get(f"scan{n}"):
            kept = actions.keep_file(
                actor=actor, application_id=application.pk, name=file.name, content=file.read(), at=now
            )
            rows.append({"id": material["id"], "file": kept.pk})
        elif data.get(f"kept{n}"):
            rows.append({"id": material["id"], "file": int(data[f"kept{n}"])})
    return actions.hand_in(
        actor=actor,
        application_id=application.pk,
        item_id=item.pk,
        materials=rows,
        note=data["note"],
        version=data["version"],
        idempotency_key=data["key"],
        at=now,
    )
