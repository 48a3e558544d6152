"""The prerequisites' lines on the board: through the gutters between the cards, never across one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from yinuo.rooms.onemap.queries import Card, MapView

# The board's measure, 16 units a rem (css/onemap.css).
COLUMN, WIDTH, TOP, ROW, HEIGHT = 312, 256, 92, 144, 126
MIDDLE, GAP = HEIGHT // 2, 9
LANES = (28, 20, 36, 14, 42, 24, 32)
SMALL_MAP = 16


@dataclass(frozen=True, slots=True)
class Wire:
    """A prerequisite's line between two items: `kind` "" | crit | tie | far (not drawn until one of its cards is looked
    at).
    """

    path: str
    kind: str
    start: int
    end: int


def wires(view: MapView, columns: tuple[tuple[Card, ...], ...], focus: int) -> tuple[Wire, ...]:
    """Every tie between cards on the board; on a large map only the critical chain and the focused card's show at once.

    The chain is drawn last, on top.
    """
    places = {
        card.item.matter_id: (column, row) for column, cards in enumerate(columns) for row, card in enumerate(cards)
    }
    pks = {card.item.matter_id: card.item.pk for cards in columns for card in cards}
    chain = set(pairwise(view.plan.critical if view.plan else ()))
    lanes = {name: LANES[number % len(LANES)] for number, name in enumerate(places)}
    found = []
    for name, before in _ties(columns, places):
        crit = (before, name) in chain
        kind = (
            "crit" if crit else "tie" if focus in (pks[name], pks[before]) else "far" if view.total > SMALL_MAP else ""
        )
        lane = LANES[0] if crit else lanes[before]
        found.append(Wire(line(places[before], places[name], lane), kind, pks[before], pks[name]))
    return tuple(sorted(found, key=lambda wire: ("far", "", "tie", "crit").index(wire.kind)))


def _ties(columns: tuple[tuple[Card, ...], ...], places: Mapping[str, tuple[int, int]]) -> list[tuple[str, str]]:
    return [
        (card.item.matter_id, before)
        for cards in columns
        for card in cards
        for before in card.item.after
        if before in places
    ]


def line(start: tuple[int, int], end: tuple[int, int], lane: int = LANES[0]) -> str:
    """The line from one card's edge to another's, places as (column, row); it always runs the way the work does."""
    (c1, r1), (c2, r2) = start, end
    x1, y1, x2, y2 = c1 * COLUMN, TOP + r1 * ROW, c2 * COLUMN, TOP + r2 * ROW
    if c1 == c2:
        if abs(r1 - r2) == 1:
            leave, arrive = (y1 + HEIGHT, y2) if r1 < r2 else (y1, y2 + HEIGHT)
            return f"M{x1 + WIDTH // 2} {leave}V{arrive}"
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
