"""One parcel for the hall: what is there and what is missing, the list on its way, who is interested, and the next
step.
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
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.rules import pack
from yinuo.faces.land import forms as known
from yinuo.rooms.land import access, actions, queries, rules
from yinuo.rooms.land.models import UNDER_WAY, LandChecklist, Parcel, ParcelStatus
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import zh_date, zh_datetime
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that may be done: its form, how it is done, and what is said then."""

    do: str
    title: str
    press: str
    form: forms.Form
    act: Callable[[dict[str, Any]], Any]
    done: str
    hint: str = ""
    kind: str = "secondary"
    opened: bool = False


class Desk:
    """The verbs a parcel's state leaves open to who looks."""

    def __init__(self, request: HttpRequest, parcel: Parcel, lists: list[LandChecklist], actor: Actor) -> None:
        self.parcel, self.lists, self.actor, self.now = parcel, lists, actor, timezone.now()
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.data = request.POST if request.method == "POST" else None
        self.verbs = {verb.do: verb for verb in [*self._preparing(), *self._disposing(), *self._listing()]}

    def _form(self, do: str, kind: Any, **extra: Any) -> Any:
        data = self.data if self.verb == do else None
        return kind(data, prefix=do, **extra)

    def _base(self) -> dict[str, Any]:
        return {"actor": self.actor, "parcel_id": self.parcel.pk, "at": self.now}

    def _start(self) -> dict[str, Any]:
        return {"initial": {"version": self.parcel.version}}

    def _preparing(self) -> list[Verb]:
        parcel, base, start = self.parcel, self._base(), self._start()
        if parcel.status == ParcelStatus.SOLD or not access.can_prepare(self.actor, parcel):
            return []
        noted = ("version", "on", "evidence")
        made = [
            Verb(
                "title", "登记权属", "登记权属清晰", self._form("title", known.NotedForm, **start),
                lambda d: actions.record_title(**base, **{name: d[name] for name in noted}), "已登记权属清晰。",
            ),
            Verb(
                "basic", "登记基本条件", "登记", self._form("basic", known.BasicForm, **start),
                lambda d: actions.record_basic(
                    **base, kind=d["kind"], ready=d["ready"] == "yes", **{name: d[name] for name in noted},
                ),
                "已登记基本条件。", "通水、通电、通路、土地平整逐项登记；后一次登记代替前一次。",
            ),
            Verb(
                "assessment", "登记区域评估", "登记", self._form("assessment", known.AssessmentForm, **start),
                lambda d: actions.record_assessment(
                    **base, matter_id=d["matter_id"], **{name: d[name] for name in noted},
                ),
                "已登记区域评估。", "所在特殊功能区已公布的区域评估自动计入，不用重复登记。",
            ),
        ]  # fmt: skip
        if parcel.standard_id is None:
            form = self._form("indicators", known.IndicatorsForm, parcel=parcel, **start)
            made.append(
                Verb(
                    "indicators", "设定控制性指标", "保存指标", form,
                    lambda d: actions.set_indicators(**base, values=form.values, version=d["version"]),
                    "已保存控制性指标。",
                    "随土地出让，竣工时逐项核验；留空的不列入。",
                )
            )  # fmt: skip
        return made

    def _disposing(self) -> list[Verb]:
        parcel, base, start = self.parcel, self._base(), self._start()
        if not access.can_dispose(self.actor, parcel) or parcel.status == ParcelStatus.SOLD:
            return []
        made = []
        if parcel.standard_id is None:
            made.append(
                Verb(
                    "standard", "认定“标准地”", "认定“标准地”", self._form("standard", known.PlainForm, **start),
                    lambda d: actions.declare_standard(**base, version=d["version"]), "已认定为“标准地”，并公开。",
                    "按规则逐项判定，缺一项都不能认定。", "primary",
                )
            )  # fmt: skip
        if parcel.status == ParcelStatus.PREPARED:
            made.append(
                Verb(
                    "offer", "公开出让", "公开出让", self._form("offer", known.PlainForm, **start),
                    lambda d: actions.offer_parcel(**base, version=d["version"]), "已公开出让，项目单位可以登记意向。",
                    "公开以后，项目单位可以登记意向。",
                )
            )  # fmt: skip
        else:
            names = ("unit_id", "contract_number", "contract_on", "note", "version")
            made.append(
                Verb(
                    "sell", "登记出让合同", "登记合同", self._form("sell", known.SaleForm, parcel=parcel, **start),
                    lambda d: actions.sell_parcel(**base, **{name: d[name] for name in names}),
                    "已登记出让合同，用地清单随土地发放。", "用地清单已形成的，登记时一并发放给受让单位。", "primary",
                )
            )  # fmt: skip
        return made

    def _listing(self) -> list[Verb]:
        parcel, base = self.parcel, self._base()
        if not access.can_dispose(self.actor, parcel):
            return []
        if not self.lists and parcel.status != ParcelStatus.SOLD:
            names = ("surveyed_on", "survey", "indicator_departments", "design_departments")
            return [
                Verb(
                    "open", "发起用地清单", "征求各部门意见", self._form("open", known.OpenListForm, parcel=parcel),
                    lambda d: actions.open_list(**base, idempotency_key=d["key"], **{name: d[name] for name in names}),
                    "已向有关部门征集关键指标要素。", "先征集关键指标要素，齐备后再征集技术设计要点，最后由您汇总。",
                )
            ]  # fmt: skip
        newest = self.lists[0] if self.lists else None
        if newest is not None and newest.state == "assembly":
            start = {"initial": {"version": newest.version}}
            return [
                Verb(
                    "assemble",
                    "汇总用地清单",
                    "汇总形成清单",
                    self._form("assemble", known.PlainForm, **start),
                    lambda d: actions.assemble_list(
                        actor=self.actor, land_list_id=newest.pk, version=d["version"], at=self.now
                    ),
                    "用地清单已形成。",
                    "汇总以后内容固定，需要改动的以更正形成新版。",
                    "primary",
                )
            ]
        return []

    def run(self) -> str:
        """Does what was asked; "" = show the page again. Raises Forbidden, Refused for what is not open (any more)."""
        verb = self.verbs.get(self.verb)
        if verb is None:
            if not access.can_prepare(self.actor, self.parcel):
                raise forbid("这个地块不由您办理")
            raise Refused("land.status", "这个地块现在不能这样办理", remedy="可能已由他人办理，请刷新页面查看最新状态")
        if not verb.form.is_valid():
            return ""
        fields = {"unit": "unit", **{name: name for name in verb.form.fields}}
        return verb.done if attempt(verb.form, lambda: verb.act(verb.form.cleaned_data), fields) is not None else ""


@need_staff
@require_http_methods(["GET", "POST"])
def parcel(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """POST `do` = a verb of the desk."""
    actor, found = actor_of(request), queries.one(parcel_id)
    if actor.hall_id != found.hall_id:
        raise forbid("只能查看本大厅的地块")
    lists = queries.lists_of(parcel_id)
    desk = Desk(request, found, lists, actor)
    if request.method == "POST":
        words = desk.run()
        if words:
            messages.success(request, words)
            return redirect("staff:parcel", parcel_id)
    failed = desk.verbs.get(desk.verb)
    return render(request, "staff/parcel.html", _page(desk, failed), status=422 if failed is not None else 200)


def _page(desk: Desk, failed: Verb | None) -> dict[str, Any]:
    found, day = desk.parcel, timezone.localdate(desk.now)
    standing = rules.standing(found, day)
    interests = list(queries.interests_of(found.pk))
    ranked = rules.ranked(found, interests, queries.grades_of([row.unit_id for row in interests]), day)
    uses = list(found.uses.select_related("project").order_by("-id"))
    return {
        "parcel": found,
        "rows": rows_of(found),
        "steps": [(step, pack().cite_texts(step.cites)) for step in standing.trace],
        "missing": standing.outcome["missing"],
        "basics": list(rules.basics_of(found).values()),
        "assessed": list(rules.assessed(found, day).values()),
        "controls": rules.promised(found),
        "lists": desk.lists,
        "under_way": any(row.state in UNDER_WAY for row in desk.lists),
        "ranked": ranked,
        "uses": uses,
        "verbs": list(desk.verbs.values()),
        "failed": failed,
        "form": failed.form if failed else forms.Form(),
        "breadcrumbs": [NavItem("地块", reverse("staff:parcels")), NavItem(found.number)],
        "next": next_of(desk.actor, desk.now, reverse("staff:parcel", args=[found.pk])),
    }


def rows_of(found: Parcel) -> list[Row]:
    """What anybody may read of a parcel."""
    rows = [
        Row("位置和四至", found.place + (f"（{found.zone.name}）" if found.zone else "")),
        Row("面积", f"{found.area.normalize():f} 平方米（{found.mu} 亩）"),
        Row("用途", found.get_land_use_display()),
        Row("权属", f"{zh_date(found.titled_on)}核清，{found.title_evidence}" if found.titled_on else "还没有核清"),
    ]
    if found.standard_at:
        rows.append(Row("“标准地”", f"{zh_datetime(found.standard_at)} 认定"))
    if found.offered_at:
        rows.append(Row("公开出让", zh_datetime(found.offered_at)))
    if found.unit is not None:
        rows.append(Row("受让单位", found.unit.name))
        rows.append(Row("出让合同", f"{found.contract_number}，{zh_date(found.contract_on)}签订"))
    return rows
