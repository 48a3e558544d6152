"""Lights and states as a shape and a word, so that no meaning rests on colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True, slots=True)
class Mark:
    """One state's drawn shape, its sign in plain text and its word."""

    word: str
    sign: str
    svg: SafeString


def _svg(body: str) -> SafeString:
    return mark_safe(f'<svg class="mark" viewBox="0 0 12 12" aria-hidden="true">{body}</svg>')  # noqa: S308


MARKS: dict[str, Mark] = {
    "green": Mark("正常", "●", _svg('<circle cx="6" cy="6" r="5"/>')),
    "yellow": Mark("预警", "▲", _svg('<path d="M6 .8 11.8 11H.2z"/>')),
    "red": Mark("超期", "■", _svg('<path d="M1 1h10v10H1z"/>')),
    "paused": Mark("暂停", "❚❚", _svg('<path d="M1.5 1h3.2v10H1.5zM7.3 1h3.2v10H7.3z"/>')),
    "wait": Mark("未到", "○", _svg('<circle class="o" cx="6" cy="6" r="4.6"/>')),
    "ready": Mark("可办", "→", _svg('<path d="M.5 4.8h5.8V1.2L11.8 6l-5.5 4.8V7.2H.5z"/>')),
    "notice": Mark(
        "公示中",
        "◔",
        _svg('<circle class="o" cx="6" cy="6" r="4.8"/><path d="M6 6V1.2A4.8 4.8 0 0 1 10.8 6z"/>'),
    ),
    "done": Mark("办结", "✓", _svg('<path class="o" d="M1.2 6.6 4.5 10 10.8 2.2"/>')),
    "ended": Mark("终止", "✕", _svg('<path class="o" d="M2 2l8 8M10 2l-8 8"/>')),
}

GRADE_COLOURS = {"A": "green", "B": "blue", "C": "amber", "D": "red"}


def grade_colour(grade: str) -> str:
    """The class's colour by its letter; whatever has no letter is white, as a unit without evaluation is."""
    return GRADE_COLOURS.get(grade[:1], "white")


def grade_spoken(grade: str) -> str:
    """The grade as it is read aloud: a screen reader swallows the minus of `A-`."""
    return grade.replace("-", " 减").replace("+", " 加")


@lru_cache(maxsize=4096)
def bar(used: int, warn: int | None = None) -> SafeString:
    """A share as a bar, in whole percent, with a tick at `warn`: drawn, since the content policy allows no style
    attribute.
    """
    used = max(0, min(100, used))
    return format_html(
        (
            '<svg class="track" viewBox="-1.5 0 103 10" preserveAspectRatio="none" aria-hidden="true"><path d="M0 '
            '5H100"/>{}{}</svg>'
        ),
        format_html('<path class="used" d="M0 5H{}"/>', used) if used else "",
        format_html('<path class="warn" d="M{} 0V10"/>', warn) if warn is not None else "",
    )
