"""What the company's page of a matter shows:
where it stands, what comes next and who must act, its guide, its clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse

from yinuo.core.calendar import TZ
from yinuo.core.clock import ProofDay
from yinuo.engine.rules import pack
from yinuo.engine.work import clocks
from yinuo.engine.work.models import ClockEvent, WorkItem
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.models import Application, ItemState, LaterDocument, MapItem, Outcome, Route
from yinuo.rooms.onemap.planning import commitment_days, regular_days
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.papers import remedies as remedies_of_law
from yinuo.ui.components.shapes import Row, State
from yinuo.ui.components.text import closing, zh_date, zh_datetime
from yinuo.ui.reading import LIGHTS
from yinuo.ui.timing import of_clock

STATES: dict[str, State] = {
    "open": "ready",
    "received": "green",
    "incomplete": "yellow",
    "accepted": "green",
    "incorrect": "yellow",
    "paused": "paused",
    "notice": "notice",
    "decidable": "notice",
    "mock_granted": "notice",
    "granted": "done",
    "refused": "ended",
    "not_accepted": "ended",
    "exempt": "done",
    "cancelled": "ended",
}
TOLD = (MapWork.RECEIPT, MapWork.LIMIT, MapWork.DECISION, MapWork.MOCK_CONVERSION)
SWITCHABLE = (ItemState.RECEIVED, ItemState.INCOMPLETE, ItemState.ACCEPTED, ItemState.INCORRECT, ItemState.PAUSED)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock with its proof, as the page tells it."""

    work: WorkItem
    name: str
    state: State
    words: str
    rows: tuple[Row, ...]
    proof: tuple[ProofDay, ...]
    statutory: tuple[ProofDay, ...]
    pauses: tuple[str, ...]

    @property
    def running(self) -> bool:
        return self.work.is_open

    @property
    def due(self) -> str:
        return closing(self.work.due_at) if self.work.due_at else ""


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next. `whose`: unit (yours), staff (theirs), nobody; the buttons are (words, url, kind)."""

    whose: str
    title: str
    text: str
    buttons: tuple[tuple[str, str, str], ...] = ()


def clock_of(work: WorkItem, now: datetime) -> Clock:
    events = sorted(work.events.all(), key=lambda row: row.pk)
    state = clocks.state_of(work, events, now)
    light: State = "paused" if work.state == "paused" else "done" if not work.is_open else LIGHTS[work.light_at(now)]
    words = of_clock(work, state.due_at, now) if state is not None and work.is_open else ""
    rows = [Row("开始", zh_datetime(work.started_at))]
    if state is not None:
        label = "如果今天恢复，应于" if work.state == "paused" else "应于"
        rows.append(Row(label, f"{closing(state.due_at)} 前办结{'（暂定）' if state.provisional else ''}"))
    if work.statutory_due_at is not None:
        rows.append(Row("法定期限", closing(work.statutory_due_at)))
    if work.closed_at is not None:
        rows.append(Row("结束", zh_datetime(work.closed_at)))
    return Clock(
        work=work,
        name=work.get_kind_display(),
        state=light,
        words=words,
        rows=tuple(rows),
        proof=tuple(clocks.proof_of(work, events, now)),
        statutory=tuple(clocks.proof_of(work, events, now, statutory=True)),
        pauses=tuple(_event_words(row) for row in events),
    )


def _event_words(row: ClockEvent) -> str:
    labels = {reason.id: reason.label for reason in pack().pauses}
    reason = labels.get(row.reason, row.reason)
    words = f"{zh_datetime(row.at)} {row.get_kind_display()}{'：' + reason if reason else ''}"
    return f"{words}，最迟 {zh_datetime(row.ends_by)} 自动恢复" if row.ends_by else words


def current_state(item: MapItem, told: list[Clock]) -> State:
    """The mark in the head: while a clock runs its light, else what the item's state says."""
    running = [clock for clock in told if clock.running]
    if item.state in (ItemState.RECEIVED, ItemState.ACCEPTED) and running:
        return running[-1].state
    return STATES[item.state]


# -- what comes next


def next_step(
    item: MapItem,
    may: dict[str, Any],
    waiting: list[MapItem],
    told: list[Clock],
    opens: list[MapItem],
    later: list[LaterDocument],
) -> Step:
    """The one thing to know first: is it the company's turn, until when, and by which button."""
    state, running = item.state, next((clock for clock in reversed(told) if clock.running), None)
    due = running.due if running else ""
    if item.mock and state != ItemState.RECEIVED and state != ItemState.ACCEPTED:
        return _in_mock(item, waiting, running)
    if state == ItemState.OPEN:
        return _to_begin(item, may, waiting)
    if state in (ItemState.INCOMPLETE, ItemState.INCORRECT):
        text = "要补正的内容一次列在下面，改好以后一次交齐。" + (
            "交齐之前，办理的计时暂停。" if state == ItemState.INCORRECT else ""
        )
        return Step("unit", "等您补正", text, (("补充材料", reverse("unit:item_submit", args=[item.pk]), "primary"),))
    if state == ItemState.RECEIVED:
        return Step(
            "staff",
            f"等{item.department.short_name}受理",
            f"部门应在 {due} 前受理，或者一次性告知要补正的全部内容。到期没有告知，视为受理。",
        )
    if state == ItemState.ACCEPTED:
        return Step(
            "staff", f"{item.department.short_name}正在办理", f"应在 {due} 前作出决定。" if due else "部门正在办理。"
        )
    if state == ItemState.PAUSED:
        return Step(
            "staff", "暂停计时", f"{running.pauses[-1] if running and running.pauses else ''}。恢复以后继续计时。"
        )
    if state in (ItemState.NOTICE, ItemState.DECIDABLE):
        text = (
            "承诺正在公示，期满没有异议，部门就直接决定。"
            if state == ItemState.NOTICE
            else f"公示期满，部门应在 {due} 前直接决定。"
        )
        return Step("staff", "等承诺公示和决定", text, (("看承诺", reverse("unit:commit", args=[item.pk]), "primary"),))
    return _ended(item, opens, later)


def _in_mock(item: MapItem, waiting: list[MapItem], running: Clock | None) -> Step:
    """Under 模拟审批 nothing is handed in online; the result has no force until the land is there."""
    buttons = (("看模拟审批", reverse("unit:mock", args=[item.project_id]), "primary"),)
    if item.state == ItemState.MOCK_GRANTED and running is not None and running.work.waits_for == "staff":
        return Step(
            "staff", f"{item.department.short_name}正在转为正式审批", f"应在 {running.due} 前作出正式批复。", buttons
        )
    if item.state == ItemState.MOCK_GRANTED:
        text = (
            "没有法律效力，由窗口保管。取得出让合同或者划拨决定书后，请及时交综合窗口转为正式审批；"
            "正式审批以前不得开工。"
        )
        return Step("unit", "模拟审批通过", text, buttons)
    if item.state == ItemState.PAUSED:
        return Step("staff", "模拟审批暂停计时", "恢复以后继续计时。", buttons)
    if waiting:
        names = "、".join(f"“{row.name}”" for row in waiting)
        return Step("nobody", "还要等前置事项模拟通过", f"先办{names}。", buttons)
    word = "补正的材料交到窗口" if item.state in (ItemState.INCOMPLETE, ItemState.INCORRECT) else "材料交到窗口"
    return Step("unit", word, f"模拟审批只在线下操作，请把材料交到{item.project.hall.name}综合窗口。", buttons)


def _to_begin(item: MapItem, may: dict[str, Any], waiting: list[MapItem]) -> Step:
    if item.project.state != "confirmed":
        return Step("nobody", "不能再申报", "项目已经竣工或者结束。")
    if item.project.stopped_at is not None:
        return Step(
            "nobody", "停止建设期间不接收新的申报", "整改到位、解除停止建设以后才能申报；已经受理的事项照常办理。"
        )
    if waiting:
        names = "、".join(f"“{row.name}”" for row in waiting)
        return Step("nobody", "还要等前置事项", f"先办结{names}，就可以申报。")
    submit, days = reverse("unit:item_submit", args=[item.pk]), regular_days(item)
    if may["commit"]:
        period = commitment_days(item.project.rules_on)
        text = (
            f"承诺办理约 {period} 个工作日：签署承诺书，公示期满无异议即直接决定。常规办理 {days} 个工作日，"
            f"自受理起算。"
        )
        commit = reverse("unit:commit", args=[item.pk])
        return Step(
            "unit", "可以办了：选一种办法", text, (("去承诺", commit, "primary"), ("按常规申报", submit, "secondary"))
        )
    text = (
        f"按办事指南一次交齐材料，部门 5 个工作日内受理或者一次告知；受理以后 {days} 个工作日内办结。"
        if days
        else "按办事指南一次交齐材料。"
    )
    return Step("unit", "可以申报了", text, (("去申报", submit, "primary"),))


def _ended(item: MapItem, opens: list[MapItem], later: list[LaterDocument]) -> Step:
    buttons: list[tuple[str, str, str]] = []
    if item.state == ItemState.GRANTED:
        ready = "、".join(f"“{row.name}”" for row in opens if row.state == ItemState.OPEN)
        text = f"接下来可以看看{ready}能不能办。" if ready else "这个事项没有要您再做的。"
        if item.route == Route.COMMITMENT:
            buttons.append(("看承诺和履行", reverse("unit:commit", args=[item.pk]), "primary"))
            word = "看补办的审批文件" if later else "补办审批文件"
            buttons.append((word, reverse("unit:later", args=[item.pk]), "secondary"))
            text = f"承诺的内容要在建设中做到，竣工时逐条核验。{text if ready else ''}"
        return Step("nobody", "已办结", text, tuple(buttons))
    if item.state == ItemState.REFUSED:
        if item.project.state == "confirmed":
            buttons.append(("重新申报", reverse("unit:again", args=[item.pk]), "primary"))
        text = "理由和救济途径写在下面。原因已经解决的，可以重新申报；不服的，可以复议、诉讼。"
        return Step("unit", "没有准予：看理由，再决定怎么办", text, tuple(buttons))
    if item.state == ItemState.NOT_ACCEPTED:
        referred_to = item.present.referred_to
        where = (
            f"请向{referred_to.name}申请：重新申报会直接交给它。"
            if referred_to
            else "请按决定书写明的办法向有权机关申请。"
        )
        if item.project.state == "confirmed":
            buttons.append(("重新申报", reverse("unit:again", args=[item.pk]), "primary"))
        return Step(
            "unit",
            "没有受理：看理由，再决定怎么办",
            f"{where}理由和救济途径写在下面；不服的，可以复议、诉讼。",
            tuple(buttons),
        )
    return Step("nobody", item.get_state_display(), item.present.result_text or "这个事项不用再办。")


# -- what stands beside


def guide(item: MapItem) -> dict[str, Any]:
    """The service guide in short, as of the project's rules."""
    rules = pack()
    matter = rules.matters[item.matter_id]
    return {
        "content": matter.content,
        "rows": [
            Row("承办部门", f"{item.department.name}{' · ' + item.handler.name if item.handler else ''}"),
            *([Row("咨询电话", item.department.phone)] if item.department.phone else []),
            Row("承诺时限", _days(item.limit_value, item.limit_unit)),
            Row("法定时限", _days(item.statutory_value, item.statutory_unit)),
            Row("收费", matter.fee),
            Row("办理结果", matter.result),
            Row("依据", "；".join(rules.cite_texts(matter.basis))),
        ],
        "conditions": matter.conditions,
        "process": matter.process,
        "unverified": matter.provenance == "unverified",
        "materials": item.materials,
    }


def _days(value: int | None, unit: str) -> str:
    if value is None:
        return "未规定"
    return "即时办结" if value == 0 else f"{value} {'个工作日' if unit == 'working' else '日（自然日）'}"


def guide_url(item: MapItem) -> str:
    try:
        return reverse("public:guide", args=[item.matter_id])
    except NoReverseMatch:
        return ""


def option(item: MapItem) -> dict[str, Any]:
    """May it be promised, and why or why not, as it was last judged."""
    rules, kept = pack(), item.promisable_why
    reasons = [
        {
            "text": step["text"],
            "cites": [rules.cite_text(cite) for cite in step["cites"] if cite.partition("#")[0] in rules.sources],
        }
        for step in kept.get("trace", [])
    ]
    outcome = kept.get("outcome") or {}
    return {
        "promisable": item.promisable,
        "listed": outcome.get("listed"),
        "offered": outcome.get("offered"),
        "reasons": reasons,
    }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal, after or before acceptance, with its remedies; of the present application or an earlier one."""

    application: int
    number: str
    text: str
    decided_at: datetime | None
    delivered_at: datetime | None
    remedies: dict[str, Any]
    accepted: bool


def refusals(item: MapItem, past: list[Application]) -> list[Refusal]:
    """Every refusal on this matter, the last one first; the ways to contest it stay visible."""
    law = remedies_of_law(item.project.rules_on)
    return [
        Refusal(
            row.number,
            row.document_number,
            row.result_text,
            row.ended_at,
            row.delivered_at,
            law,
            row.outcome == Outcome.REFUSED,
        )
        for row in [item.present, *past]
        if row.contested
    ]


def may_switch(item: MapItem) -> bool:
    """Handed in the regular way, undecided, and a promise would still be possible."""
    return item.state in SWITCHABLE and item.promisable and item.project.state == "confirmed"


def switch_rows(item: MapItem, told: list[Clock], now: datetime) -> list[Row]:
    """Both ways side by side, as they would go from now on."""
    running = next((clock for clock in reversed(told) if clock.running and clock.due), None)
    today = now.astimezone(TZ).date()
    promise = clocks.calendar().add_working_days(today, commitment_days(item.project.rules_on))
    return [
        Row("继续常规办理", f"现在的期限：{running.due}" if running else "现在没有在计时"),
        Row("改走信用承诺", f"今天签署，最快 {zh_date(promise)} 决定（公示期间没有异议）"),
    ]


def present_of(found: list[Commitment]) -> Commitment | None:
    """The promise the matter stands on now; None = there is none (any more)."""
    return next((row for row in found if row.state not in ("regular", "cancelled")), None)
