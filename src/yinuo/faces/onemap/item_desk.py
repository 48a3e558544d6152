"""One item for one request: which forms its state leaves open to who looks, and the action behind each."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people.models import Person, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.work import access as work_access
from yinuo.engine.work.actions import reassign, remind
from yinuo.faces.onemap.item_forms import (
    POINTS_MORE,
    POINTS_MOST,
    DecideForm,
    DeliverForm,
    EndSharingForm,
    EscalateForm,
    ExtendForm,
    HandleForm,
    OutcomeForm,
    PauseForm,
    PlainForm,
    ProblemForm,
    ReassignForm,
    RefuseAcceptanceForm,
    RemedyForm,
    RemedyOutcomeForm,
    RemindForm,
    ResumeForm,
    SendBackForm,
    point_count,
    send_back_kind,
)
from yinuo.rooms.onemap import access, history, queries
from yinuo.rooms.onemap.actions import (
    accept,
    close_escalation,
    conclude_remedy,
    decide,
    deliver,
    end_sharing,
    enter_remedy,
    extend_item,
    handle_problem,
    open_escalation,
    pause_item,
    refuse_acceptance,
    report_problem,
    resume_item,
    send_back,
)
from yinuo.rooms.onemap.actions.common import GOING_ON
from yinuo.rooms.onemap.actions.pausing import COORDINATED
from yinuo.rooms.onemap.actions.remedies import outcomes_of
from yinuo.rooms.onemap.models import MapItem, SendBackKind
from yinuo.ui.acting import actor_of
from yinuo.ui.forms import quiet
from yinuo.ui.handling import attempt
from yinuo.ui.reading import today


class ItemDesk:
    """Everything about one item for one request: what is open to the actor, and the form and action of each verb."""

    def __init__(self, request: HttpRequest, item: MapItem, now: datetime) -> None:
        self.actor: Actor = actor_of(request)
        self.item, self.now = item, now
        self.data = request.POST if request.method == "POST" else None
        self.verb = request.POST.get("do", "") if request.method == "POST" else ""
        self.works = queries.clocks_of(item)
        self.open_work = next(
            (work for work in reversed(self.works) if work.is_open and work.waits_for == "staff"), None
        )
        self.escalation = queries.escalations([item.pk]).get(item.pk)
        self.past, self.remedies = history.past_of(item), history.remedies_of(item)
        self.number = history.number_of(item, self.past)
        self.colleagues: list[Person] = []
        self.forms = self._forms()

    def _forms(self) -> dict[str, forms.Form]:
        """The forms open to the actor in this state, in the order of the page."""
        item, actor, start = self.item, self.actor, {"version": self.item.version}
        may = queries.applicable(actor, item)
        made: dict[str, forms.Form] = {}
        handles = access.can_handle(actor, item) and item.project.state in GOING_ON
        if handles and may["accept"]:
            made["accept"] = PlainForm(self._data("accept"), initial=start, prefix="accept")
        kind = send_back_kind(item)
        told = {row.kind for row in history.send_backs_of(item) if row.application_id == item.application_id}
        if handles and may[f"send_back_{kind}"] and kind not in told:
            made["send_back"] = more_points(self._data("send_back"), kind, item, start)
        if handles and may["refuse_acceptance"]:
            made["refuse_acceptance"] = RefuseAcceptanceForm(
                self._data("refuse_acceptance"), item=item, initial=start, prefix="refuse_acceptance"
            )
        if handles and may["decide"] and not self.waiting:
            made["decide"] = DecideForm(self._data("decide"), initial=start, prefix="decide")
        if handles and may["pause"]:
            made["pause"] = PauseForm(self._data("pause"), day=item.project.rules_on, initial=start, prefix="pause")
        coordinated = self.open_work is not None and COORDINATED in self.open_work.tags
        if handles and may["resume"] and not coordinated:
            made["resume"] = ResumeForm(self._data("resume"), initial=start, prefix="resume")
        if handles and may["deliver"]:
            made["deliver"] = DeliverForm(self._data("deliver"), initial=start, prefix="deliver")
        if handles and item.route == "regional" and item.state == "exempt" and item.project.state == "confirmed":
            made["end_sharing"] = EndSharingForm(self._data("end_sharing"), initial=start, prefix="end_sharing")
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
            people = [*self.colleagues, *heads]
            made["escalate"] = EscalateForm(
                self._data("escalate"), people=people, initial=_key("escalate"), prefix="escalate"
            )
        if access.can_escalate(actor, item) and self.escalation is not None and self.escalation.closed_at is None:
            made["close_escalation"] = OutcomeForm(self._data("close_escalation"), prefix="close_escalation")
        if access.can_report_problem(actor, item):
            made["problem"] = ProblemForm(self._data("problem"), initial=_key("problem"), prefix="problem")
            for row in item.problems.all():
                if row.handled_at is None:
                    name = f"handle-{row.pk}"
                    made[name] = HandleForm(self._data(name), prefix=name, initial={"problem": row.pk})
        if work is not None and work_access.can_remind(actor, work):
            made["remind"] = RemindForm(self._data("remind"), initial=_key("remind"), prefix="remind")
        if work is not None and passes:
            people = [person for person in self.colleagues if person.pk != work.assignee_id]
            made["reassign"] = ReassignForm(self._data("reassign"), people=people, prefix="reassign")
        return made | self._remedies()

    def _remedies(self) -> dict[str, forms.Form]:
        """复议、诉讼、投诉: to enter one on a decision, and how each that is open has ended."""
        made: dict[str, forms.Form] = {}
        item, actor, day = self.item, self.actor, today(self.now)
        decided, present = (
            [one for one in [item.present, *self.past] if one.contested or one.outcome == "granted"],
            self.number,
        )
        if access.can_enter_remedy(actor, item) and (decided or item.present.received_at is not None):
            start = {**_key("remedy"), "filed_on": day, "application": decided[0].number if decided else present}
            made["remedy"] = RemedyForm(
                self._data("remedy"), decided=decided, present=present, initial=start, prefix="remedy"
            )
        for row in self.remedies:
            if not row.outcome and access.can_conclude_remedy(actor, item, row.kind):
                name, start = f"ruled-{row.pk}", {"version": row.version, "concluded_on": day}
                made[name] = RemedyOutcomeForm(
                    self._data(name), outcomes=outcomes_of(row.kind), initial=start, prefix=name
                )
        return made

    @property
    def waiting(self) -> list[MapItem]:
        if not hasattr(self, "_waiting"):
            self._waiting = queries.waiting_for(self.item)
        return self._waiting

    def _data(self, verb: str) -> Any:
        return self.data if self.verb == verb else None

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
        handles = (
            access.can_handle(actor, item) or access.can_extend(actor, item) or access.can_report_problem(actor, item)
        )
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
            texts = {
                "document_number": data["document_number"],
                "text": data["text"],
                "reason_code": data["reason_code"],
            }
            return (lambda: decide(**seen_version, granted=granted, **texts)), words
        if isinstance(form, RefuseAcceptanceForm):
            said = {name: data[name] for name in ("reason_code", "document_number", "text", "referred_to")}
            return (
                lambda: refuse_acceptance(**seen_version, **said)
            ), "已作出不予受理的决定，复议和诉讼途径已写入决定书。"
        if isinstance(form, DeliverForm):
            return (lambda: deliver(**seen_version, how=form.words)), "已记录送达。"
        if isinstance(form, HandleForm):
            number = int(self.verb.partition("-")[2])
            return (
                lambda: handle_problem(actor=self.actor, problem_id=number, handling=data["handling"], at=self.now)
            ), "已记录处理情况。"
        if isinstance(form, RemedyForm):
            said = {name: data[name] for name in ("kind", "body", "filed_on", "text")}
            number, key = int(data["application"]), data["key"]
            return (
                lambda: enter_remedy(**base, **said, application=number, idempotency_key=key)
            ), "已登记，并告知项目单位。"
        if isinstance(form, RemedyOutcomeForm):
            number = int(self.verb.partition("-")[2])
            said = {name: data[name] for name in ("outcome", "answer", "concluded_on", "version")}
            return (
                lambda: conclude_remedy(actor=self.actor, remedy_id=number, at=self.now, **said)
            ), "已登记结果，并告知项目单位。"
        if isinstance(form, EscalateForm):
            urged, said = (
                [int(pk) for pk in data["urged"]],
                {"agreed": data["agreed"], "agreed_until": data["agreed_until"]},
            )
            return (
                lambda: open_escalation(**base, urged=urged, idempotency_key=data["key"], **said)
            ), "已启动协调，催办短信已发出，计时照常。"
        if isinstance(form, ReassignForm):
            work, person = self.open_work, next(p for p in self.colleagues if str(p.pk) == data["person"])
            assert work is not None
            return (
                lambda: reassign(actor=self.actor, item=work, person=person, at=self.now, why=data["why"])
            ), f"已转交{person.name}。"
        if isinstance(form, RemindForm):
            work = self.open_work
            assert work is not None
            return (
                lambda: remind(actor=self.actor, item=work, note=data["note"], at=self.now, idempotency_key=data["key"])
            ), "已催办，并记录在案。"
        simple: dict[str, tuple[Callable[[], Any], str]] = {
            "accept": (lambda: accept(**seen_version), "已受理，承诺时限和法定时限开始计算。"),
            "end_sharing": (
                lambda: end_sharing(**seen_version, why=data["why"]),
                "已终止共享，事项回到未申报，并告知项目单位。",
            ),
            "pause": (
                lambda: pause_item(**seen_version, reason=data["reason"], note=data["note"]),
                "已暂停计时，并告知项目单位。",
            ),
            "resume": (lambda: resume_item(**seen_version, note=data["note"]), "已恢复计时。"),
            "extend": (
                lambda: extend_item(**seen_version, days=data["days"], reason=data["reason"]),
                "已延长办理期限。",
            ),
            "problem": (
                lambda: report_problem(**base, text=data["text"], idempotency_key=data["key"]),
                "已记录发现的问题，会显示在“一张图”上。",
            ),
            "close_escalation": (lambda: close_escalation(**base, outcome=data["outcome"]), "协调已办结。"),
        }
        return simple[self.verb]


def more_points(data: Any, kind: str, item: MapItem, start: dict[str, Any]) -> SendBackForm:
    """The one-time notice with as many points as were sent, or a few more where more were asked for."""
    if data is None:
        return SendBackForm(kind=kind, item=item, initial=start, prefix="send_back")
    count = point_count(data, "send_back")
    if "more" not in data:
        return SendBackForm(data, kind=kind, item=item, count=count, initial=start, prefix="send_back")
    more = min(POINTS_MOST, count + POINTS_MORE)
    changed = data.copy()
    changed["send_back-count"] = str(more)
    form = SendBackForm(changed, kind=kind, item=item, count=more, initial=start, prefix="send_back")
    quiet(form)
    return form


def _key(what: str) -> dict[str, str]:
    """A form sent twice is known by this."""
    return {"key": f"{what}:{uuid.uuid4()}"}
