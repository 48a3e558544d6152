"""The parts a board has by the dozen, written without a template:
sixty cards and their lines are most of a map's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Protocol

from django.utils.safestring import SafeString, mark_safe

from yinuo.ui.components.marks import MARKS
from yinuo.ui.components.shapes import Card, Tie
from yinuo.ui.components.text import unbroken

KNOT = (
    '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 3h4v10H4M8 8h4"/><circle cx="3" cy="3" r="2"/>'
    '<circle cx="3" cy="13" r="2"/><circle cx="13" cy="8" r="2"/></svg>'
)


class Wire(Protocol):
    """A line between two cards as it is drawn (web.onemap.wires)."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def words() -> Mapping[str, str]:
    """The words every card has, translated once for all of them."""
    said = {
        "new": "新",
        "proof": "，看这个日期怎么算的：",
        "hint": "它等什么，什么等它",
        "ties": "前后：",
        "before": "它等",
        "opens": "等它",
        "done": "已办结",
    }
    said |= {f"mark {state}": str(mark.word) for state, mark in MARKS.items()}
    return {name: _safe(text) for name, text in said.items()}


def _safe(text: str) -> str:
    """As Django's `conditional_escape`, without its look for words not yet translated."""
    return text if isinstance(text, SafeString) else escape(text)


def card_html(card: Card, say: Mapping[str, str]) -> SafeString:
    """A matter's card. `data-before` names the cards it waits for: js/onemap.js lights them up."""
    id, name, word = _safe(card.id), _safe(card.name), _safe(card.word) or say[f"mark {card.state}"]
    look = f"card l-{card.state}{' on-path' if card.on_path else ''}{' changed' if card.changed else ''}"
    look += f" rel-{card.relation}" if card.relation else ""
    before = f' data-before="{" ".join(str(tie.id) for tie in card.before)}"' if card.before else ""
    tags = "".join(f'<span class="tag">{_safe(words)}</span>' for words in card.tags)
    act = ""
    if card.action:
        words = _safe(card.action)
        act = f'<a class="act" href="{_safe(card.action_url)}">{words}<span class="vh">：{name}</span></a>'
    parts = (
        f'<li class="{look}" id="card-{id}" data-card="{id}"{before}>'
        f'<p class="state">{MARKS[card.state].svg}<span>{word}</span>{tags}{act}</p>'
        f'<h3><a href="{_safe(card.url)}">{name}</a></h3><p class="who">{_safe(card.who)}</p>'
        f'{_problem(card)}{_news(card, say)}<div class="foot-line"><p '
        f'class="when">{_when(card, name, say)}</p>{_ties(card, name, say)}</div></li>'
    )
    return mark_safe(parts)  # noqa: S308  every text in it is escaped


def _problem(card: Card) -> str:
    if card.problem:
        return f'<p class="problem">{_safe(card.problem)}</p>'
    return f'<p class="problem handled">{_safe(card.handled)}</p>' if card.handled else ""


def _news(card: Card, say: Mapping[str, str]) -> str:
    return (
        f'<p class="news"><span class="tag t-blue">{say["new"]}</span>{_safe(card.changed)}</p>' if card.changed else ""
    )


def _when(card: Card, name: str, say: Mapping[str, str]) -> str:
    when = unbroken(card.when)
    if not card.when_url:
        return when
    return f'<a href="{_safe(card.when_url)}">{when}<span class="vh">{say["proof"]}{name}</span></a>'


def _ties(card: Card, name: str, say: Mapping[str, str]) -> str:
    """What it waits for and what waits for it, folded away until asked for."""
    if not (card.before or card.opens):
        return ""
    done = f' <span class="done-word">{say["done"]}</span>'
    before = f"<div><dt>{say['before']}</dt><dd>{_linked(card.before, done)}</dd></div>" if card.before else ""
    opens = f"<div><dt>{say['opens']}</dt><dd>{_linked(card.opens, '')}</dd></div>" if card.opens else ""
    return (
        f'<details class="ties" name="ties"{" open" if card.relation == "self" else ""}><summary '
        f'title="{say["hint"]}">{KNOT}'
        f'<span class="vh">{say["ties"]}{name}</span></summary><dl>{before}{opens}</dl></details>'
    )


def _linked(ties: Sequence[Tie], done: str) -> str:
    return "、".join(f'<a href="#card-{tie.id}">{_safe(tie.name)}</a>{done if tie.done else ""}' for tie in ties)


def wires_html(wires: Iterable[Wire]) -> SafeString:
    """The lines between the cards; their paths are numbers of ours."""
    lines = (
        '<path{} data-from="{}" data-to="{}" marker-end="url(#tip)" d="{}"/>'.format(
            f' class="{wire.kind}"' if wire.kind else "", wire.start, wire.end, wire.path
        )
        for wire in wires
    )
    return mark_safe("".join(lines))  # noqa: S308
