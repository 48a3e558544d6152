"""From the map as the room reads it to the board: columns of cards with their ties drawn behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yinuo.faces.onemap.map.cards import Ties, card_of
from yinuo.faces.onemap.map.changes import Change
from yinuo.faces.onemap.map.faces import UNIT, Face
from yinuo.faces.onemap.map.wires import ROW, SMALL_MAP, TOP, Wire, wires
from yinuo.rooms.onemap.models import CONCLUDED
from yinuo.rooms.onemap.queries import Card as Seen
from yinuo.rooms.onemap.queries import MapView, StageColumn
from yinuo.ui.components.shapes import Card, MapStage

# What needs somebody comes first in a column of a large map.
URGENCY = (
    "red",
    "returned",
    "yellow",
    "paused",
    "notice",
    "mock",
    "green",
    "ready",
    "wait",
    "refused",
    "not_accepted",
    "cancelled",
    "done",
)


@dataclass(frozen=True, slots=True)
class Board:
    """Stages with their cards, the lines between them, and the height they are drawn in."""

    stages: tuple[MapStage, ...]
    wires: tuple[Wire, ...]
    height: int
    folds: bool


def board(view: MapView, face: Face = UNIT, *, focus: int = 0, changes: Mapping[int, Change] | None = None) -> Board:
    """`focus`: an item whose ties are drawn too, on a map too large to draw all.

    What is concluded folds on such a map.
    """
    large, ties = view.total > SMALL_MAP, Ties(view)
    made: dict[int, Card] = {
        seen.item.pk: card_of(seen, face, ties, changes or {}, focus, view.now) for seen in view.cards
    }
    columns = tuple(_open_cards(stage, large, focus, changes or {}) for stage in view.stages)
    stages = []
    for stage, column in zip(view.stages, columns, strict=True):
        shown = {seen.item.pk for seen in column}
        folded = [made[seen.item.pk] for seen in stage.cards if seen.item.pk not in shown]
        stages.append(
            MapStage(stage.name, stage.department, [made[s.item.pk] for s in column], stage.done, stage.total, folded)
        )
    return Board(
        stages=tuple(stages),
        wires=wires(view, columns, focus),
        height=TOP + ROW * max((len(column) for column in columns), default=0),
        folds=any(stage.folded for stage in stages),
    )


def _open_cards(stage: StageColumn, large: bool, focus: int, changes: Mapping[int, Change]) -> tuple[Seen, ...]:
    """The cards of a column in their order: the critical chain on top; concluded ones of a large map only where asked
    for or new.
    """
    kept = [
        s
        for s in stage.cards
        if not large or s.item.state not in CONCLUDED or s.item.pk == focus or s.item.pk in changes
    ]
    if len(stage.cards) - len(kept) == 1:
        kept = list(stage.cards)
    return tuple(
        sorted(kept, key=lambda seen: (not seen.critical, URGENCY.index(seen.look) if large else 0, seen.item.position))
    )
