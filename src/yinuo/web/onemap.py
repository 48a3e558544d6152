"""From the map as the room reads it to what the board, the list and the head show; company and staff see the same map."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from django.conf import settings

from yinuo.apps.onemap.models import CONCLUDED, ItemState, MapItem, Route
from yinuo.apps.onemap.queries import Card as Seen
from yinuo.apps.onemap.queries import MapView
from yinuo.apps.rules import pack
from yinuo.core.calendar import TZ
from yinuo.core.grades import named_grade
from yinuo.web.components.marks import MARKS
from yinuo.web.components.shapes import Card, Cell, Column, Fact, MapStage, State
from yinuo.web.components.text import closing, duration_left, zh_date, zh_moment

# The board's measure, 16 units a rem (css/onemap.css).
COLUMN, WIDTH, TOP, ROW, HEIGHT = 312, 256, 92, 144, 126
MIDDLE, GAP = HEIGHT // 2, 9
LANES = (28, 20, 36, 14, 42, 24, 32)
SMALL_MAP = 16
SHOWN_CHAIN = 5

LOOK_STATES: dict[str, State] = {"refused": "ended", "cancelled": "ended", "returned": "yellow"}
WORDS = {"refused": "不予许可", "cancelled": "已取消", "returned": "待补正"}
COLUMNS = (Column("事项"), Column("阶段"), Column("状态"), Column("部门"), Column("期限和前置", "text"), Column("要做的事", "action"))


@dataclass(frozen=True, slots=True)
class Wire:
    """A prerequisite's line: `kind` "" | crit | tie."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Face:
    """How one side of the counter reaches an item: the page of a matter, and the next action's words and address."""

    url: Callable[[MapItem], str]
    action: Callable[[Seen], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the map's template shows."""

    facts: tuple[Fact, ...]
    stages: tuple[MapStage, ...]
    wires: tuple[Wire, ...]
    height: int
    rows: tuple[tuple[object, ...], ...]
    waiting_departments: tuple[str, ...]
    provisional: bool

    def mark(self, *more: str) -> str:
        """Changes exactly when something shown changes: the page's ETag."""
        seen = repr((self, more, pack().hash, settings.YINUO_DEMO))
        return hashlib.sha256(seen.encode()).hexdigest()[:32]


# -- the company's side


def unit_url(item: MapItem) -> str:
    return f"/items/{item.pk}/"


def unit_action(card: Seen) -> tuple[str, str]:
    """The one next thing the company can do with the matter."""
    item, url = card.item, unit_url(card.item)
    if item.state in (ItemState.INCOMPLETE, ItemState.INCORRECT):
        return "补充材料", f"{url}submit/"
    if card.look == "ready":
        return ("去承诺", f"{url}commit/") if item.promisable else ("去申报", f"{url}submit/")
    if item.state in (ItemState.NOTICE, ItemState.DECIDABLE):
        return "看承诺", f"{url}commit/"
    if item.state == ItemState.PAUSED:
        return "看原因", url
    return ("", "") if card.look == "wait" else ("查看", url)


UNIT = Face(unit_url, unit_action)


# -- the staff's side


def staff_url(item: MapItem) -> str:
    return f"/staff/items/{item.pk}/"


def staff_action(card: Seen) -> tuple[str, str]:
    return ("", "") if card.look in ("wait", "ready") else ("查看", staff_url(card.item))


STAFF = Face(staff_url, staff_action)


def board(view: MapView, face: Face = UNIT, *, focus: int = 0, compare_url: str = "") -> Board:
    """`focus`: an item whose ties are drawn too, on a map too large to draw all."""
    view = replace(view, stages=tuple(replace(stage, cards=_chain_first(stage.cards)) for stage in view.stages))
    cards = {seen.item.pk: _card(seen, face) for seen in view.cards}
    stages = tuple(
        MapStage(stage.name, stage.department, [cards[seen.item.pk] for seen in stage.cards], stage.done, stage.total)
        for stage in view.stages
    )
    return Board(
        facts=_facts(view, compare_url),
        stages=stages,
        wires=_wires(view, focus),
        height=TOP + ROW * max((stage.total for stage in view.stages), default=0),
        rows=tuple(_row(stage.name, seen, cards[seen.item.pk]) for stage in view.stages for seen in stage.cards),
        waiting_departments=view.waiting_departments,
        provisional=any(seen.work is not None and seen.work.provisional for seen in view.cards),
    )


def _chain_first(cards: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """The critical chain on top of its column, the others after it in the map's order."""
    return tuple(sorted(cards, key=lambda seen: (not seen.critical, seen.item.position)))


def _card(seen: Seen, face: Face) -> Card:
    item = seen.item
    state: State = LOOK_STATES.get(seen.look, seen.look)  # type: ignore[arg-type]
    action, url = face.action(seen)
    open_problems = [problem for problem in seen.problems if problem.handled_at is None]
    return Card(
        id=str(item.pk),
        name=item.name,
        url=face.url(item),
        state=state,
        word=_word(seen),
        tags=_tags(seen),
        who=" · ".join(filter(None, [item.department.short_name, item.handler.name if item.handler else ""])),
        when=_when(seen),
        action=action,
        action_url=url,
        on_path=seen.critical,
        problem=f"发现问题：{open_problems[0].text}" if open_problems else "",
    )


def _word(seen: Seen) -> str:
    if seen.item.state == ItemState.EXEMPT:
        return "免办"
    if seen.item.state == ItemState.DECIDABLE:
        return "公示期满"
    return WORDS.get(seen.look, "")


def _tags(seen: Seen) -> tuple[str, ...]:
    item = seen.item
    tags = []
    if item.route == Route.COMMITMENT:
        tags.append("承诺")
    elif item.route == Route.REGIONAL:
        tags.append("区域评估")
    elif item.state == ItemState.OPEN and item.promisable:
        tags.append("可承诺")
    if item.level != "county":
        tags.append({"prefecture": "州级", "province": "省级", "state": "国家级"}.get(item.level, item.level))
    if seen.parallel and item.state not in CONCLUDED and item.pre_start:
        tags.append("并行")
    return tuple(tags[:2])


def _when(seen: Seen) -> str:
    """The card's last line: what was, what is due, or what it waits for."""
    item = seen.item
    if item.state in CONCLUDED or item.state in (ItemState.REFUSED, ItemState.CANCELLED):
        return (
            f"{zh_moment(item.concluded_at)} 办结"
            if item.concluded_at and item.state == ItemState.GRANTED
            else zh_moment(item.concluded_at)
        )
    if item.state in (ItemState.PAUSED, ItemState.INCORRECT) and seen.work is not None and seen.work.paused_at is not None:
        return f"{zh_moment(seen.work.paused_at)} 起暂停"
    if seen.due_at is not None and item.state in (ItemState.NOTICE, ItemState.DECIDABLE):
        return f"最迟 {closing(seen.due_at)} 决定"
    if seen.due_at is not None and seen.left is not None:
        return f"{duration_left(seen.left)} · {closing(seen.due_at)} 止"
    if item.state == ItemState.INCOMPLETE:
        return "材料不全，补齐后重新计时"
    if seen.waiting_for:
        return f"等：{'、'.join(seen.waiting_for)}"
    if item.state == ItemState.OPEN:
        return "现在可以申报" + (
            f" · 限 {item.limit_value} {'个工作日' if item.limit_unit == 'working' else '日'}" if item.limit_value else ""
        )
    return ""


def _row(stage: str, seen: Seen, card: Card) -> tuple[object, ...]:
    """A line of the list: the same as the card, in words."""
    shape = MARKS[card.state]
    note = "、".join([*card.tags, *(["关键链"] if card.on_path else [])])
    action = Cell(card.action, card.action_url) if card.action else ""
    return (
        Cell(card.name, card.url, card.problem),
        stage,
        Cell(f"{shape.sign} {card.word or shape.word}", note=note),
        card.who,
        card.when,
        action,
    )


# -- the head


def _facts(view: MapView, compare_url: str) -> tuple[Fact, ...]:
    done = Fact("已办结", view.done, unit=f"/ {view.total}", done=view.done, total=view.total)
    if view.plan is None:
        return ()
    chain = view.critical_names[-SHOWN_CHAIN:]
    note = (
        "其余事项并行，不影响落地" if len(view.critical_names) <= SHOWN_CHAIN else f"前面还有 {len(view.critical_names) - SHOWN_CHAIN} 项"
    )
    if view.landed_at is not None:
        landing = Fact("已经落地", zh_date(view.landed_at), note=f"备案后 {(view.landed_at - view.project.filed_at).days} 天", main=True)
        return (landing, done)
    days = view.plan.working_days
    facts = [
        Fact("预计落地", zh_date(view.plan.landing_on), note=f"还需 {days} 个工作日" if days else "今天可以落地", main=True),
        Fact("决定工期的一串事项", "", chain=chain, note=note),
        done,
    ]
    if view.plan.faster:
        best = view.plan.faster[0]
        name = next((seen.item.name for seen in view.cards if seen.item.matter_id == best.id), best.id)
        route = {"commitment": "改走承诺制", "regional": "共享区域评估成果"}.get(best.route, "换一条路")
        item = next((seen.item for seen in view.cards if seen.item.matter_id == best.id), None)
        url = compare_url or (f"{unit_url(item)}commit/" if item else "")
        facts.append(
            Fact("可以更快", f"提前 {best.saves_working_days} 个工作日", note=f"{name}{route}", url=url, link="去看看" if url else "")
        )
    return tuple(facts)


def standing(view: MapView) -> str:
    """Changes when a matter, a light or a clock has changed, not with the hours that go by: whether to offer a reload."""
    parts = [(seen.item.pk, seen.item.version, seen.look, seen.due_at, len(seen.problems)) for seen in view.cards]
    seen = repr((view.project.version, view.waiting_departments, parts))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def badge(view: MapView, now: datetime) -> dict[str, str]:
    """The grade in the head, without a query of its own; nothing for the kinds that carry none."""
    project = view.project
    if project.kind != "filing":
        return {}
    credit = getattr(project.unit, "credit", None)
    grade = credit.grade if credit else "unrated"
    answer = named_grade(grade, pack(), now.astimezone(TZ).date())
    score = credit.score if credit else None
    return {"letter": grade, "name": answer.class_name if answer else "", "score": "" if score is None else f"{score.normalize():f}"}


# -- the lines


def _wires(view: MapView, focus: int) -> tuple[Wire, ...]:
    """The critical chain, the focused card's ties, and on a small map every tie; the chain is drawn last, on top."""
    places = {seen.item.matter_id: (column, row) for column, stage in enumerate(view.stages) for row, seen in enumerate(stage.cards)}
    chain = view.plan.critical if view.plan else ()
    critical = set(pairwise(chain))
    lanes = {name: LANES[number % len(LANES)] for number, name in enumerate(places)}
    found = []
    for seen in view.cards:
        for name in seen.item.after:
            if name not in places:
                continue
            tied = focus in (seen.item.pk, _pk(view, name)) if focus else False
            kind = "crit" if (name, seen.item.matter_id) in critical else "tie" if tied else ""
            if kind or view.total <= SMALL_MAP:
                lane = LANES[0] if kind == "crit" else lanes[name]
                found.append(Wire(line(places[name], places[seen.item.matter_id], lane), kind))
    return tuple(sorted(found, key=lambda wire: ("", "tie", "crit").index(wire.kind)))


def _pk(view: MapView, matter_id: str) -> int:
    return next((seen.item.pk for seen in view.cards if seen.item.matter_id == matter_id), 0)


def line(start: tuple[int, int], end: tuple[int, int], lane: int = LANES[0]) -> str:
    """The line from one card's edge to another's, places as (column, row): through the gutters, never across a card."""
    (c1, r1), (c2, r2) = start, end
    x1, y1, x2, y2 = c1 * COLUMN, TOP + r1 * ROW, c2 * COLUMN, TOP + r2 * ROW
    if c1 == c2:
        if abs(r1 - r2) == 1:
            low, high = (y1 + HEIGHT, y2) if r1 < r2 else (y2 + HEIGHT, y1)
            return f"M{x1 + WIDTH // 2} {low}V{high}"
        side = -lane // 2
        return f"M{x1} {y1 + MIDDLE}H{x1 + side}V{y2 + MIDDLE}H{x2}"
    gutter = COLUMN - WIDTH
    if c1 < c2:
        leave, arrive, edge1, edge2 = x1 + WIDTH + lane, x2 - gutter + lane, x1 + WIDTH, x2
    else:
        leave, arrive, edge1, edge2 = x1 - gutter + lane, x2 + WIDTH + lane, x1, x2 + WIDTH
    if leave == arrive:
        return f"M{edge1} {y1 + MIDDLE}H{leave}V{y2 + MIDDLE}H{edge2}"
    between = y1 + HEIGHT + GAP
    return f"M{edge1} {y1 + MIDDLE}H{leave}V{between}H{arrive}V{y2 + MIDDLE}H{edge2}"
