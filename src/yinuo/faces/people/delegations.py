"""A stand-in (委托) in words: its days, and what it covers."""

from __future__ import annotations

from datetime import timedelta

from yinuo.engine.people.models import Delegation
from yinuo.engine.register import work_names
from yinuo.engine.rules import pack
from yinuo.rooms.projects.queries import names as names_of_projects
from yinuo.ui.components.text import zh_day


def what_words(row: Delegation) -> str:
    """What a delegation is limited to; "" for everything."""
    names = names_of_projects(row.projects)
    parts = [
        "、".join(pack().matters[name].full_name if name in pack().matters else name for name in row.matters),
        "、".join(work_names().get(kind, kind) for kind in row.kinds),
        "、".join(f"“{names[number]}”" for number in row.projects if number in names),
    ]
    return "；".join(part for part in parts if part)


def span_words(row: Delegation) -> str:
    """11月25日至11月27日; the end is kept half-open, people read the last day."""
    last = row.to_on - timedelta(days=1) if row.to_on else None
    if last is None:
        return f"{zh_day(row.from_on)}起"
    return zh_day(last) if last == row.from_on else f"{zh_day(row.from_on)}至{zh_day(last)}"
