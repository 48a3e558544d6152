"""A matter of the map as its card shows it: mark and word, tags, what is due, the next action, what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from yinuo.faces.onemap.map.changes import Change
from yinuo.faces.onemap.map.faces import Face
from yinuo.rooms.land.actions.uses import STANDARD_LAND
from yinuo.rooms.onemap import gap
from yinuo.rooms.onemap.actions.pausing import COORDINATED
from yinuo.rooms.onemap.models import CONCLUDED, ItemState, Route
from yinuo.rooms.onemap.queries import Card as Seen
from yinuo.rooms.onemap.queries import MapView
from yinuo.ui.components.shapes import Card, State, Tie
from yinuo.ui.components.text import closing, zh_date, zh_moment
from yinuo.ui.timing import time_left_and_due

LOOK_STATES: dict[str, State] = {
    "refused": "ended",
    "not_accepted": "ended",
    "cancelled": "ended",
    "returned": "yellow",
    "mock": "notice",
}
WORDS = {
    "refused": "不予许可",
    "not_accepted": "不予受理",
    "cancelled": "已取消",
    "returned": "待补正",
    "mock": "模拟通过",
}
LEVELS = {"prefecture": "州级", "province": "省级", "state": "国家级"}


class Ties:
    """Who waits for whom, by name: counted once for the whole map."""

    def __init__(self, view: MapView) -> None:
        self._seen = {card.item.matter_id: card for card in view.cards}
        self._opens: dict[str, list[Seen]] = {}
        for card in view.cards:
            for name in card.item.after:
                self._opens.setdefault(name, []).append(card)

    def before(self, seen: Seen) -> tuple[Tie, ...]:
        return tuple(_tie(self._seen[name]) for name in seen.item.after if name in self._seen)

    def opens(self, seen: Seen) -> tuple[Tie, ...]:
        return tuple(_tie(card) for card in self._opens.get(seen.item.matter_id, ()))


def _tie(seen: Seen) -> Tie:
    return Tie(seen.item.pk, seen.item.name, seen.item.state in CONCLUDED)


def card_of(seen: Seen, face: Face, ties: Ties, changes: Mapping[int, Change], focus: int, now: datetime) -> Card:
    item = seen.item
    action, url = face.action(seen)
    before, opens = ties.before(seen), ties.opens(seen)
    change = changes.get(item.pk)
    problem, handled = _problem(seen)
    return Card(
        id=str(item.pk),
        name=item.name,
        url=face.item(item),
        state=state_of(seen),
        word=word_of(seen),
        tags=tags_of(seen),
        who=who_of(seen),
        when=when_of(seen, now),
        when_url=face.due(item) if seen.work is not None and seen.due_at is not None else "",
        action=action,
        action_url=url,
        on_path=seen.critical,
        changed=change.words if change else "",
        problem=problem,
        handled=handled,
        before=before,
        opens=opens,
        relation=_relation(item.pk, before, opens, focus),
    )


def _relation(pk: int, before: tuple[Tie, ...], opens: tuple[Tie, ...], focus: int) -> str:
    """What the card is to the one in focus."""
    if not focus:
        return ""
    if pk == focus:
        return "self"
    if any(tie.id == focus for tie in opens):
        return "before"
    return "after" if any(tie.id == focus for tie in before) else ""


def state_of(seen: Seen) -> State:
    return LOOK_STATES.get(seen.look, seen.look)  # type: ignore[arg-type]


def who_of(seen: Seen) -> str:
    return " · ".join(
        filter(None, [seen.item.department.short_name, seen.item.handler.name if seen.item.handler else ""])
    )


def word_of(seen: Seen) -> str:
    if seen.item.state == ItemState.EXEMPT:
        return "免办"
    if seen.item.state == ItemState.DECIDABLE:
        return "公示期满"
    return WORDS.get(seen.look, "")


def tags_of(seen: Seen) -> tuple[str, ...]:
    item = seen.item
    tags = [COORDINATED] if seen.work is not None and COORDINATED in seen.work.tags else []
    tags += gap.tags(item)
    if item.mock:
        tags.append("模拟")
    if item.present.result_text.startswith(STANDARD_LAND):
        tags.append("标准地")
    if item.route == Route.COMMITMENT:
        tags.append("承诺")
    elif item.route == Route.REGIONAL:
        tags.append("区域评估")
    elif item.state == ItemState.OPEN and item.promisable:
        tags.append("可承诺")
    if item.level != "county":
        tags.append(LEVELS.get(item.level, item.level))
    if seen.parallel and item.state not in CONCLUDED and item.pre_start:
        tags.append("并行")
    return tuple(tags[:2])


def _problem(seen: Seen) -> tuple[str, str]:
    """The oldest problem nobody has handled; where there is none, the last one with its handling (附件7·第十七条)."""
    open_ones = [problem for problem in seen.problems if problem.handled_at is None]
    if open_ones:
        more = f"（共 {len(open_ones)} 个）" if len(open_ones) > 1 else ""
        return f"发现问题{more}：{open_ones[0].text}", ""
    if seen.problems and seen.item.state not in CONCLUDED:
        return "", f"问题已处理：{seen.problems[-1].handling}"
    return "", ""


def limit_words(value: int | None, unit: str) -> str:
    if value is None:
        return ""
    return "即时办结" if value == 0 else f"{value} {'个工作日' if unit == 'working' else '日'}"


def when_of(seen: Seen, now: datetime) -> str:
    """The card's last line: what was, what is due, or what it waits for."""
    item = seen.item
    if item.state == ItemState.GRANTED:
        return f"{zh_moment(item.present.ended_at)} 办结"
    if item.state in CONCLUDED or item.state in (ItemState.REFUSED, ItemState.NOT_ACCEPTED, ItemState.CANCELLED):
        return zh_moment(item.present.ended_at)
    if (
        item.state in (ItemState.PAUSED, ItemState.INCORRECT)
        and seen.work is not None
        and seen.work.paused_at is not None
    ):
        return f"{zh_moment(seen.work.paused_at)} 起暂停"
    if seen.due_at is not None and item.state in (ItemState.NOTICE, ItemState.DECIDABLE):
        return f"最迟 {closing(seen.due_at)} 决定"
    if seen.due_at is not None and seen.work is not None:
        return time_left_and_due(seen.due_at, now, seen.work.limit_unit)
    if item.state == ItemState.INCOMPLETE:
        return "材料不全，补齐后重新计时"
    if seen.waiting_for:
        return f"等：{'、'.join(seen.waiting_for)}"
    if item.state == ItemState.OPEN:
        words = limit_words(item.limit_value, item.limit_unit)
        return f"现在可以申报 · 限 {words}" if item.limit_value else f"现在可以申报{' · ' + words if words else ''}"
    return ""


def landing_words(view: MapView) -> str:
    if view.landed_at is not None:
        return f"{zh_date(view.landed_at)} 已经落地"
    return zh_date(view.plan.landing_on) if view.plan else ""
