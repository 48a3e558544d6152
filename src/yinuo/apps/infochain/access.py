"""Who may do what with the information chain."""

from __future__ import annotations

from yinuo.apps.base import Actor


def can_keep_keys(actor: Actor) -> bool:
    return actor.role in ("administrator", "system")
