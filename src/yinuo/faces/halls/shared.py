"""How a hall's events and scores are told, to everybody and to those who answer for the hall (附件7·第四章)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from yinuo.core.decision import plain
from yinuo.core.masking import masked
from yinuo.engine.base import Actor
from yinuo.engine.register import service_names
from yinuo.rooms.halls import access
from yinuo.rooms.halls.queries import HallEvent, Told
from yinuo.rooms.reviews.models import Level
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.words import CiteLink

LIGHTS = {"yellow": "亮黄灯", "red": "亮红灯"}
CASES = {
    "review": "staff:service_review",
    "light": "staff:item",
    "project": "staff:project",
    "manual": "staff:manual_points",
}
WIDTH, HEIGHT, EDGE = 96, 24, 3


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as a page shows it; `url` leads to its case, where the reader may go there."""

    on: date
    what: str
    happened: str
    office: str
    points: str
    score: str
    why: str
    cites: Sequence[CiteLink]
    url: str = ""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """How often a rule has counted in the month, and what it came to."""

    text: str
    count: int
    points: str
    cites: Sequence[CiteLink]


def signed(value: Decimal) -> str:
    """+0.1, −0.5: with a real minus sign."""
    return f"+{plain(value)}" if value > 0 else f"−{plain(-value)}" if value < 0 else "0"


def happened(event: HallEvent) -> str:
    detail = event.fact.detail
    match event.fact.type:
        case "review":
            return f"评价：{Level(detail['level']).label}"
        case "light":
            return LIGHTS[detail["light"]]
        case "landed":
            return f"落地，立项后 {detail['days']} 天，其中审批用时 {detail['approval_days']} 天"
        case "track_praised":
            return f"{service_names()[detail['track']]}获企业好评"
        case _:
            return "监督员人工评分"


def line_of(told: Told, actor: Actor) -> EventLine:
    event, point = told.event, told.point
    return EventLine(
        on=event.fact.on,
        what=masked(event.what),
        happened=happened(event),
        office=event.office,
        points=signed(point.points),
        score=plain(told.score),
        why=masked(point.why),
        cites=words.cite_links(point.cites),
        url=case_of(event, actor),
    )


def case_of(event: HallEvent, actor: Actor) -> str:
    """The page of the case, for those who answer for the hall."""
    if event.source not in CASES or not access.can_open(actor, int(event.fact.hall)):
        return ""
    return reverse(CASES[event.source], args=[event.source_id])


def by_rule(told: Sequence[Told], texts: Mapping[str, str]) -> list[RuleLine]:
    """The month's points gathered by the rule that gave them, the first that counted first; `texts` says what a rule
    is.
    """
    found: dict[tuple[str, ...], tuple[int, Decimal, tuple[str, ...]]] = {}
    for one in told:
        if one.point.points:
            count, points, cites = found.get(one.point.rules, (0, Decimal(0), one.point.cites))
            found[one.point.rules] = (count + 1, points + one.point.points, cites)
    return [
        RuleLine("；".join(texts[rule] for rule in rules), count, signed(points), words.cite_links(cites))
        for rules, (count, points, cites) in found.items()
    ]


def spark(course: Sequence[Decimal], low: Decimal, high: Decimal) -> str:
    """The points of a polyline in a drawing of WIDTH by HEIGHT, from `low` at its foot to `high` at its head."""
    span = high - low or Decimal(1)
    step = Decimal(WIDTH - 2 * EDGE) / max(len(course) - 1, 1)
    level = Decimal(HEIGHT - 2 * EDGE)
    made = [
        f"{EDGE + step * place:.1f},{EDGE + level * (high - score) / span:.1f}" for place, score in enumerate(course)
    ]
    return " ".join(made if len(made) > 1 else [*made, f"{WIDTH - EDGE},{made[0].split(',')[1]}"])


TABS = [("一览", "staff:hall"), ("将要变灯", "staff:early"), ("人员在办", "staff:load"), ("评分", "staff:scores")]


def tabs(here: str) -> list[NavItem]:
    return [NavItem(label, reverse(name), current=reverse(name) == here) for label, name in TABS]
