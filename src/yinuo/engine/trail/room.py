"""What this part of the house brings with it, as data."""

from __future__ import annotations

from yinuo.engine.register import Register, Words

VERBS = {
    "caches.rebuild": Words("按记录重算缓存列"),
}


ROOM = Register(
    verbs=VERBS,
)
