"""The map on one sheet of A3: so many columns and such a size of card that everything fits, with numbers instead of
lines.
"""

from __future__ import annotations

from dataclasses import dataclass

from yinuo.faces.onemap.map.cards import Ties, card_of, landing_words
from yinuo.faces.onemap.map.faces import Face
from yinuo.rooms.onemap.models import CONCLUDED
from yinuo.rooms.onemap.queries import Card as Seen
from yinuo.rooms.onemap.queries import MapView
from yinuo.ui.components.marks import MARKS
from yinuo.ui.components.shapes import Card

# Card sizes on paper, the largest first: most columns and rows that fit the sheet (css/onemap-print.css has the
# millimetres).
SIZES = (("large", 6, 7), ("medium", 8, 9), ("small", 10, 13))


@dataclass(frozen=True, slots=True)
class Slip:
    """A card on paper: its number, the numbers it still waits for, its place in the chain (0 = not part of it)."""

    number: int
    card: Card
    sign: str
    word: str
    after: tuple[int, ...]
    step: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stage on paper: `columns` of the sheet's columns."""

    name: str
    department: str
    done: int
    total: int
    columns: int
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    size: str
    columns: int
    parts: tuple[Part, ...]
    landing: str
    chain: tuple[tuple[int, str], ...]


def sheet(view: MapView, ties: Ties, face: Face) -> Sheet:
    stages = [stage for stage in view.stages if stage.cards]
    size, columns = layout([stage.total for stage in stages])
    numbers: dict[str, int] = {}
    for stage in stages:
        for seen in stage.cards:
            numbers[seen.item.matter_id] = len(numbers) + 1
    chain = view.plan.critical if view.plan else ()
    open_ones = {seen.item.matter_id for seen in view.cards if seen.item.state not in CONCLUDED}
    parts = tuple(
        Part(
            stage.name,
            stage.department,
            stage.done,
            stage.total,
            columns[place],
            tuple(
                _slip(seen, numbers, open_ones, chain, card_of(seen, face, ties, {}, 0, view.now))
                for seen in stage.cards
            ),
        )
        for place, stage in enumerate(stages)
    )
    names = {seen.item.matter_id: seen.item.name for seen in view.cards}
    return Sheet(size, sum(columns), parts, landing_words(view), tuple((numbers[name], names[name]) for name in chain))


def layout(totals: list[int]) -> tuple[str, list[int]]:
    """The largest size at which every stage's cards fit, and how many columns each stage gets; beyond all bounds the
    smallest.
    """
    columns = [1] * len(totals)
    for size, most, rows in SIZES:
        columns = _columns(totals, max(most, len(totals)))
        if all(-(-total // column) <= rows for total, column in zip(totals, columns, strict=True)):
            return size, columns
    return SIZES[-1][0], columns


def _columns(totals: list[int], most: int) -> list[int]:
    """Column by column to the stage that is longest, as long as another column makes the sheet shorter."""
    columns = [1] * len(totals)
    while sum(columns) < most:
        rows = [-(-total // column) for total, column in zip(totals, columns, strict=True)]
        longest = rows.index(max(rows))
        if rows[longest] <= 3:
            break
        columns[longest] += 1
    return columns


def _slip(seen: Seen, numbers: dict[str, int], open_ones: set[str], chain: tuple[str, ...], card: Card) -> Slip:
    item, shape = seen.item, MARKS[card.state]
    return Slip(
        number=numbers[item.matter_id],
        card=card,
        sign=shape.sign,
        word=card.word or str(shape.word),
        after=tuple(sorted(numbers[name] for name in item.after if name in open_ones)) if seen.look == "wait" else (),
        step=chain.index(item.matter_id) + 1 if item.matter_id in chain else 0,
    )
