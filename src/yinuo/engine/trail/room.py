"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import Register, Words

VERBS = {
    "caches.rebuild": Words("按记录重算缓存列"),
}


ROOM = Register(
    verbs=VERBS,
)
