"""补办审批文件 for the department: the material, the clock, and the next step; the promise and its decision stand
(正文·三(七)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.rules import pack
from yinuo.engine.work.queries import of_subject
from yinuo.faces.onemap.item_desk import more_points
from yinuo.faces.onemap.item_forms import DecideForm, DeliverForm, PlainForm, SendBackForm
from yinuo.faces.onemap.staff_item import clock_views
from yinuo.faces.onemap.versions import Version, compared
from yinuo.faces.projects.heading import head_of, marks_of
from yinuo.rooms.onemap import access, history
from yinuo.rooms.onemap.actions import (
    accept_document_request,
    deliver_document,
    give_document,
    return_document_request,
)
from yinuo.rooms.onemap.actions.common import GOING_ON
from yinuo.rooms.onemap.models import LaterDocument
from yinuo.rooms.projects.access import can_see
from yinuo.ui.acting import actor_of, need_staff
from yinuo.ui.components.shapes import NavItem, Row
from yinuo.ui.components.text import zh_datetime
from yinuo.ui.desks import ActionView, posted
from yinuo.ui.forms import choice
from yinuo.ui.handling import attempt
from yinuo.ui.next import next_of
from yinuo.ui.reading import today


class GiveForm(DecideForm):
    """The document with its number, or why it is not given."""

    granted = choice("结果", [("yes", "出具审批文件"), ("no", "不予出具")], "选择出具或者不予出具", radio=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document_number"].label = "文号"
        self.fields["reason_code"].label, self.fields["reason_code"].help_text = "不予出具的情形", "不予出具时选择。"
        self.fields["text"].label = "文件的内容或者理由"
        self.fields["text"].help_text = "“原有承诺的法律效力不变”会自动写入；不予出具的，复议和诉讼的途径也会写入。"


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that may be done in a state: its form, and what is said when it is done."""

    view: ActionView
    act: Callable[[dict[str, Any]], Any]
    done: str


class LaterDesk:
    """What the request's state leaves open to who looks."""

    def __init__(self, request: HttpRequest, asked: LaterDocument, actor: Actor) -> None:
        self.asked, self.actor, self.now = asked, actor, timezone.now()
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.data = request.POST if request.method == "POST" else None
        may = access.can_handle(actor, asked.item) and asked.item.project.state in GOING_ON
        self.verbs = self._verbs() if may else {}

    def _data(self, do: str) -> Any:
        return self.data if self.verb == do else None

    def _verbs(self) -> dict[str, Verb]:
        asked, start = self.asked, {"version": self.asked.version}
        base: dict[str, Any] = {"actor": self.actor, "asked_id": asked.pk, "at": self.now}
        made: dict[str, Verb] = {}

        def add(
            do: str, words: tuple[str, str, str], form: forms.Form, act: Callable[[dict[str, Any]], Any], done: str
        ) -> None:
            title, press, hint = words
            folded = do == "send_back"
            view = ActionView(
                do, title, press, "secondary" if folded else "primary", hint, folded, form, self.verb == do
            )
            made[do] = Verb(view, act, done)

        if asked.state == "received":
            plain = PlainForm(self._data("accept"), initial=start, prefix="accept")
            hint = "材料齐全的受理，按这个事项的时限办理。"
            add(
                "accept",
                ("受理", "受理", hint),
                plain,
                lambda d: accept_document_request(**base, version=d["version"]),
                "已受理，开始计时。",
            )
        if asked.state == "received" and asked.sent_back_at is None:
            form = more_points(self._data("send_back"), "incomplete", asked.item, start)
            add(
                "send_back",
                ("退回（一次性告知）", "", ""),
                form,
                lambda d: return_document_request(**base, version=d["version"], points=form.rows, reason=d["reason"]),
                "已一次性告知项目单位。",
            )
        if asked.state == "accepted":
            names = ("version", "document_number", "text", "reason_code")
            give = GiveForm(self._data("give"), initial=start, prefix="give")
            add(
                "give",
                ("出具审批文件", "办结", "项目单位原有承诺的法律效力不变。"),
                give,
                lambda d: give_document(**base, granted=d["granted"] == "yes", **{name: d[name] for name in names}),
                "已办结，并告知项目单位。",
            )
        if asked.state in ("issued", "declined") and asked.delivered_at is None:
            deliver = DeliverForm(self._data("deliver"), initial=start, prefix="deliver")
            add(
                "deliver",
                ("送达", "记录送达", ""),
                deliver,
                lambda d: deliver_document(**base, version=d["version"], how=deliver.words),
                "已记录送达。",
            )
        return made

    def run(self) -> str:
        """Does what was asked; the words of success, "" = show the page again.

        Raises Refused for what is not open (any more).
        """
        verb = self.verbs.get(self.verb)
        if verb is None:
            if not access.can_handle(self.actor, self.asked.item):
                raise forbid("这件事不由您办理")
            raise Refused("onemap.state", "补办审批文件现在不能这样办理", remedy="可能已由他人办理。现在的情况见下面。")
        form = verb.view.form
        if isinstance(form, SendBackForm) and self.data is not None and "more" in self.data:
            return ""
        if not form.is_valid():
            return ""
        return verb.done if attempt(form, lambda: verb.act(form.cleaned_data)) is not None else ""


@need_staff
@require_http_methods(["GET", "POST"])
def later(request: HttpRequest, asked_id: int) -> HttpResponse:
    """GET shows; POST does the verb in `do` and comes back here, or shows what has to be mended."""
    actor, asked = actor_of(request), history.later(asked_id)
    if not can_see(actor, asked.item.project):
        raise forbid("只能查看本大厅的事项")
    desk = LaterDesk(request, asked, actor)
    if (done := posted(request, desk, "staff/later.html", _page, ("staff:later", asked_id))) is not None:
        return done
    failed = desk.verbs.get(desk.verb)
    status = 422 if failed is not None and failed.view.form.is_bound and failed.view.form.errors else 200
    return render(request, "staff/later.html", _page(desk), status=status)


def _page(desk: LaterDesk) -> dict[str, Any]:
    asked, item = desk.asked, desk.asked.item
    head = head_of(item.project, NavItem(item.name, reverse("staff:item", args=[item.pk])), NavItem("补办审批文件"))
    failed = desk.verbs.get(desk.verb)
    views = clock_views(of_subject(asked), desk.now)
    found = [verb.view for verb in desk.verbs.values()]
    return {
        **head,
        "item": item,
        "asked": asked,
        "marks": marks_of(head["grade"], today(desk.now)),
        "rows": _rows(asked),
        "versions": _versions(asked),
        "clocks": [view for view in views if view.work.is_open],
        "ended": [view for view in views if not view.work.is_open],
        "first": [view for view in found if not view.folded],
        "others": [view for view in found if view.folded],
        "form": failed.view.form if failed is not None else forms.Form(),
        "cites": pack().cite_texts(pack().parameter("commitment.legal_effect", item.project.rules_on).cites),
        "next": next_of(desk.actor, desk.now, reverse("staff:later", args=[asked.pk])),
        "late": None,
        "typed": [],
    }


def _versions(asked: LaterDocument) -> list[Version]:
    """What was handed in for this request, the newest first."""
    rows = asked.application.submissions.select_related("person").filter(
        at__gte=asked.asked_at, number__lte=asked.submission.number
    )
    found = list(rows.order_by("number"))
    load_files(found)
    return compared(found)


def _rows(asked: LaterDocument) -> list[Row]:
    decided = asked.application
    rows = [
        Row("用途", asked.purpose),
        Row("申请", f"{zh_datetime(asked.asked_at)}，{asked.person.name}"),
        Row("原决定", f"{decided.document_number}，{zh_datetime(decided.ended_at)} 按信用承诺决定"),
    ]
    if asked.accepted_at:
        rows.append(
            Row("受理", zh_datetime(asked.accepted_at) + ("（逾期未告知，视为受理）" if asked.deemed_accepted else ""))
        )
    if asked.sent_back_at:
        rows.append(Row("一次性告知", f"{zh_datetime(asked.sent_back_at)}：{asked.reason}"))
    if asked.document is not None:
        rows.append(Row("文件", asked.document.number, reverse("common:document", args=[asked.document.pk]), "打开"))
    if asked.text:
        rows.append(Row("理由" if asked.state == "declined" else "内容", asked.text))
    if asked.delivered_at:
        rows.append(Row("送达", zh_datetime(asked.delivered_at)))
    return rows
