"""下一件: what the person would take up after this."""

from __future__ import annotations

from datetime import datetime

from yinuo.engine.base import Actor
from yinuo.engine.work import queries
from yinuo.ui.components.shapes import NavItem


def next_of(actor: Actor, now: datetime, here: str) -> NavItem | None:
    """The most urgent thing of the actor's that is not on this page."""
    rows = queries.page(actor, "mine", now, size=3).items
    found = next((row for row in rows if row.url != here), None)
    return NavItem(f"{found.title}（{found.subtitle.partition('　')[0]}）", found.url) if found else None
