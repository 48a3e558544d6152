"""One item on one screen: what was handed in, its clocks, and the actions its state leaves open to who looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.apps.base import Actor, Forbidden, Refused, forbid
from yinuo.apps.commitments.models import Commitment, Difficulty
from yinuo.apps.onemap import access, queries
from yinuo.apps.onemap.actions import (
    accept,
    close_escalation,
    decide,
    deliver,
    extend_item,
    handle_problem,
    open_escalation,
    pause_item,
    report_problem,
    resume_item,
    send_back,
)
from yinuo.apps.onemap.models import Escalation, MapItem, SendBackKind
from yinuo.apps.people.models import Person, StaffRole
from yinuo.apps.people.queries import holders
from yinuo.apps.trail.actions import seen
from yinuo.apps.work import access as work_access
from yinuo.apps.work.actions import reassign, remind
from yinuo.apps.work.models import Reminder, WorkItem
from yinuo.web.acting import actor_of, need_staff
from yinuo.web.components.shapes import NavItem
from yinuo.web.handling import attempt
from yinuo.web.staff.explaining import decision_view
from yinuo.web.staff.forms import quiet
from yinuo.web.staff.inbox import marks_of
from yinuo.web.staff.item_forms import (
    POINTS_MORE,
    POINTS_MOST,
    DecideForm,
    DeliverForm,
    EscalateForm,
    ExtendForm,
    HandleForm,
    OutcomeForm,
    PauseForm,
    PlainForm,
    ProblemForm,
    ReassignForm,
    RemindForm,
    ResumeForm,
    SendBackForm,
    point_count,
    send_back_kind,
)
from yinuo.web.staff.item_page import clock_views, documents_of, item_rows, versions_of
from yinuo.web.staff.next import next_of
from yinuo.web.staff.projects import head_of
from yinuo.web.staff.reading import today

# What people write in words; choices and numbers are quickly made again.
TYPED = frozenset({"text", "note", "reason", "document_number", "subject", "request", "agreed", "outcome", "handling", "why"})


class ItemDesk:
    """Everything about one item for one request: what is open to the actor, and the form and action of each verb."""

    def __init__(self, request: HttpRequest, item: MapItem, now: datetime) -> None:
        self.actor: Actor = actor_of(request)
        self.item, self.now = item, now
        self.data = request.POST if request.method == "POST" else None
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.works = queries.clocks_of(item)
        self.open_work = next((work for work in reversed(self.works) if work.is_open and work.waits_for == "staff"), None)
        self.escalation = Escalation.objects.select_related("opened_by").filter(item=item).first()
        self.colleagues: list[Person] = []
        self.forms = self._forms()

    def _forms(self) -> dict[str, forms.Form]:
        """The forms open to the actor in this state, in the order of the page."""
        item, actor, start = self.item, self.actor, {"version": self.item.version}
        may, made = queries.applicable(actor, item), {}
        handles = access.can_handle(actor, item) and item.project.state == "confirmed"
        if handles and may["accept"]:
            made["accept"] = PlainForm(self._data("accept"), initial=start, prefix="accept")
        kind = send_back_kind(item)
        told = {row.kind for row in item.send_backs.all()}
        if handles and may[f"send_back_{kind}"] and kind not in told:
            made["send_back"] = self._send_back(kind, start)
        if handles and may["decide"] and not self.waiting:
            made["decide"] = DecideForm(self._data("decide"), initial=start, prefix="decide")
        if handles and may["pause"]:
            made["pause"] = PauseForm(self._data("pause"), day=item.project.rules_on, initial=start, prefix="pause")
        if handles and may["resume"]:
            made["resume"] = ResumeForm(self._data("resume"), initial=start, prefix="resume")
        if handles and may["deliver"]:
            made["deliver"] = DeliverForm(self._data("deliver"), initial=start, prefix="deliver")
        if access.can_extend(actor, item) and item.state == "accepted":
            made["extend"] = ExtendForm(self._data("extend"), initial=start, prefix="extend")
        made |= self._care()
        return made

    def _care(self) -> dict[str, forms.Form]:
        """Forms of supervision: problems, coordination, reminders, passing on."""
        made: dict[str, forms.Form] = {}
        item, actor, work = self.item, self.actor, self.open_work
        red = work is not None and work.kind in ("receipt", "limit") and work.light_at(self.now) == "red"
        passes = work is not None and work_access.can_reassign(actor, work)
        escalates = access.can_escalate(actor, item) and red and self.escalation is None
        if passes or escalates:
            day = today(self.now)
            self.colleagues = holders(StaffRole.APPROVER, day, department_id=item.department_id)
        if escalates:
            heads = holders(StaffRole.PRINCIPAL, today(self.now), department_id=item.department_id)
            made["escalate"] = EscalateForm(self._data("escalate"), people=[*self.colleagues, *heads], prefix="escalate")
        if access.can_escalate(actor, item) and self.escalation is not None and self.escalation.closed_at is None:
            made["close_escalation"] = OutcomeForm(self._data("close_escalation"), prefix="close_escalation")
        if access.can_report_problem(actor, item):
            made["problem"] = ProblemForm(self._data("problem"), prefix="problem")
            for row in item.problems.all():
                if row.handled_at is None:
                    name = f"handle-{row.pk}"
                    made[name] = HandleForm(self._data(name), prefix=name, initial={"problem": row.pk})
        if work is not None and work_access.can_remind(actor, work):
            made["remind"] = RemindForm(self._data("remind"), prefix="remind")
        if work is not None and passes:
            people = [person for person in self.colleagues if person.pk != work.assignee_id]
            made["reassign"] = ReassignForm(self._data("reassign"), people=people, prefix="reassign")
        return made

    @property
    def waiting(self) -> list[MapItem]:
        if not hasattr(self, "_waiting"):
            self._waiting = queries.waiting_for(self.item)
        return self._waiting

    def _data(self, verb: str) -> Any:
        return self.data if self.verb == verb else None

    def _send_back(self, kind: str, start: dict[str, Any]) -> SendBackForm:
        data = self._data("send_back")
        if data is None:
            return SendBackForm(kind=kind, initial=start, prefix="send_back")
        count = point_count(data, "send_back")
        if "more" not in data:
            return SendBackForm(data, kind=kind, count=count, initial=start, prefix="send_back")
        more = min(POINTS_MOST, count + POINTS_MORE)
        changed = data.copy()
        changed["send_back-count"] = str(more)
        form = SendBackForm(changed, kind=kind, count=more, initial=start, prefix="send_back")
        quiet(form)
        return form

    def run(self) -> str:
        """Does what was asked, if it is open and well said; returns the words of success, "" = show the page again."""
        form = self.forms.get(self.verb)
        if form is None:
            raise self._closed()
        if self.verb == "send_back" and self.data is not None and "more" in self.data:
            return ""
        if not form.is_valid():
            return ""
        act, words = self._act(form)
        return words if attempt(form, act) is not None else ""

    def _closed(self) -> Refused:
        """Nobody offered this verb on this page: either it is not theirs, or the item has moved on."""
        item, actor = self.item, self.actor
        handles = access.can_handle(actor, item) or access.can_extend(actor, item) or access.can_report_problem(actor, item)
        own = work_access.can_reassign(actor, self.open_work) if self.open_work else False
        if not handles and not own and not access.can_escalate(actor, item):
            return forbid("这个事项不由您办理")
        if not self.verb:
            return Refused("staff.verb", "没有说明要办什么", remedy="请回到事项页面重新操作")
        remedy = "可能已由他人办理，或者不由您的角色办理。现在的情况见下面。"
        return Refused("onemap.state", f"“{item.name}”现在不能这样办理", remedy=remedy)

    def _act(self, form: forms.Form) -> tuple[Callable[[], Any], str]:
        """The action behind the form, and what is said when it is done."""
        base: dict[str, Any] = {"actor": self.actor, "item_id": self.item.pk, "at": self.now}
        data = form.cleaned_data
        seen_version = {**base, "version": data.get("version")}
        if isinstance(form, SendBackForm):
            rows = form.rows
            words = "已一次性告知项目单位。" if form.kind == SendBackKind.INCOMPLETE else "已退回修改，计时已暂停。"
            return (lambda: send_back(**seen_version, kind=form.kind, points=rows, reason=data["reason"])), words
        if isinstance(form, DecideForm):
            granted = data["granted"] == "yes"
            words = "已准予许可，结果已上图。" if granted else "已作出不予许可的决定，复议和诉讼途径已写入决定书。"
            texts = {"document_number": data["document_number"], "text": data["text"], "reason_code": data["reason_code"]}
            return (lambda: decide(**seen_version, granted=granted, **texts)), words
        if isinstance(form, DeliverForm):
            return (lambda: deliver(**seen_version, how=form.words)), "已记录送达。"
        if isinstance(form, HandleForm):
            number = int(self.verb.partition("-")[2])
            return (lambda: handle_problem(actor=self.actor, problem_id=number, handling=data["handling"], at=self.now)), "已记录处理情况。"
        if isinstance(form, EscalateForm):
            urged = [int(pk) for pk in data["urged"]]
            return (
                lambda: open_escalation(**base, urged=urged, agreed=data["agreed"], agreed_until=data["agreed_until"])
            ), "已启动协调，催办短信已发出，计时照常。"
        if isinstance(form, ReassignForm):
            work, person = self.open_work, next(p for p in self.colleagues if str(p.pk) == data["person"])
            assert work is not None
            return (lambda: reassign(actor=self.actor, item=work, person=person, at=self.now, why=data["why"])), f"已转交{person.name}。"
        if isinstance(form, RemindForm):
            work = self.open_work
            assert work is not None
            return (lambda: remind(actor=self.actor, item=work, note=data["note"], at=self.now)), "已催办，并记录在案。"
        simple: dict[str, tuple[Callable[[], Any], str]] = {
            "accept": (lambda: accept(**seen_version), "已受理，承诺时限和法定时限开始计算。"),
            "pause": (lambda: pause_item(**seen_version, reason=data["reason"], note=data["note"]), "已暂停计时，并告知项目单位。"),
            "resume": (lambda: resume_item(**seen_version, note=data["note"]), "已恢复计时。"),
            "extend": (lambda: extend_item(**seen_version, days=data["days"], reason=data["reason"]), "已延长办理期限。"),
            "problem": (lambda: report_problem(**base, text=data["text"]), "已记录发现的问题，会显示在“一张图”上。"),
            "close_escalation": (lambda: close_escalation(**base, outcome=data["outcome"]), "协调已办结。"),
        }
        return simple[self.verb]


@need_staff
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """GET shows; POST does the verb in `do` and comes back here, or shows what has to be mended."""
    now = timezone.now()
    found = queries.item_of(item_id)
    actor = actor_of(request)
    if not access.can_see(actor, found.project):
        raise forbid("只能查看本大厅的事项")
    desk = ItemDesk(request, found, now)
    if request.method == "POST":
        try:
            words = desk.run()
        except Forbidden:
            raise
        except Refused as refusal:
            late = {"late": refusal, "typed": typed_in(request.POST, desk.verb)}
            return render(request, "staff/item.html", {**page_of(desk), **late}, status=refusal.status)
        if words:
            messages.success(request, words)
            return redirect("staff:item", item_id)
    else:
        seen(actor, "item", at=now, project_code=found.project.code or "", unit_id=found.project.unit_id)
    failed = desk.forms.get(desk.verb)
    status = 422 if failed is not None and failed.is_bound and failed.errors else 200
    return render(request, "staff/item.html", page_of(desk), status=status)


def typed_in(data: QueryDict, verb: str) -> list[str]:
    """What somebody wrote into a form that the matter has outrun: they may need the words elsewhere."""
    texts = [data[key] for key in data if key.startswith(f"{verb}-") and key.rpartition("-")[2] in TYPED]
    return [text for text in texts if text.strip()]


def page_of(desk: ItemDesk) -> dict[str, Any]:
    found, now = desk.item, desk.now
    head = head_of(found.project, NavItem(found.name))
    failed = desk.forms.get(desk.verb)
    opens = queries.opens(found)
    clocks = clock_views(desk.works, now)
    return {
        **head,
        "item": found,
        "marks": marks_of(head["grade"], today(now)),
        "rows": item_rows(found, desk.waiting, opens),
        "versions": versions_of(found),
        "materials": found.materials,
        "clocks": clocks,
        "ended": [view for view in clocks if not view.work.is_open],
        "documents": documents_of(found),
        "escalation": desk.escalation,
        "urged": _names(desk.escalation),
        "reminders": _reminders(desk.works),
        "commitments": list(Commitment.objects.filter(item=found).order_by("-id")),
        "difficulties": list(Difficulty.objects.filter(commitment__item=found, handled_at__isnull=True).order_by("id")),
        "promise": decision_view(found.promisable_why) if found.promisable_why else None,
        "actions": actions_of(desk),
        "handles": [
            (row, desk.forms.get(f"handle-{row.pk}"), f"handle-{row.pk}") for row in sorted(found.problems.all(), key=lambda row: row.pk)
        ],
        "form": failed if failed is not None else forms.Form(),
        "waiting": desk.waiting,
        "next": next_of(desk.actor, now, f"/staff/items/{found.pk}/"),
        "late": None,
        "typed": [],
    }


@dataclass(frozen=True, slots=True)
class ActionView:
    """A form with its words; a folded one opens by itself when it has errors."""

    do: str
    title: str
    press: str
    kind: str
    hint: str
    folded: bool
    form: forms.Form
    opened: bool


# do: (title, button, kind, hint, folded)
ACTION_WORDS = {
    "accept": ("受理", "受理", "primary", "受理后承诺时限和法定时限开始计算。", False),
    "decide": ("作出决定", "作出决定", "primary", "", False),
    "resume": ("恢复计时", "恢复计时", "primary", "", False),
    "deliver": ("送达", "记录送达", "primary", "", False),
    "escalate": ("启动协调", "启动协调", "primary", "红灯事项由总召集人协调，计时照常。", False),
    "close_escalation": ("办结协调", "办结协调", "secondary", "", True),
    "send_back": ("退回（一次性告知）", "", "secondary", "", True),
    "pause": ("暂停计时", "暂停计时", "secondary", "", True),
    "extend": ("延长办理期限", "延长期限", "secondary", "须经本部门主要负责同志批准，只能延长一次。", True),
    "problem": ("记录发现的问题", "记录问题", "secondary", "", True),
    "remind": ("催办", "催办", "secondary", "", True),
    "reassign": ("转交他人", "转交", "secondary", "", True),
}


def actions_of(desk: ItemDesk) -> list[ActionView]:
    made = []
    for do, (title, press, kind, hint, folded) in ACTION_WORDS.items():
        if do in desk.forms:
            made.append(ActionView(do, title, press, kind, hint, folded, desk.forms[do], desk.verb == do))
    return made


def _names(escalation: Escalation | None) -> list[str]:
    if escalation is None:
        return []
    return list(Person.objects.filter(pk__in=escalation.urged).order_by("id").values_list("name", flat=True))


def _reminders(works: list[WorkItem]) -> list[Reminder]:
    """Every reminder of the item's clocks, by the tick and by hand."""
    return list(Reminder.objects.filter(item__in=[work.pk for work in works]).order_by("id"))
