"""Messages as they are shown: what went to a person and to their unit in the same words is one."""

from __future__ import annotations

from collections.abc import Iterable

from yinuo.engine.notices.models import Message


def without_twins(messages: Iterable[Message], most: int) -> list[Message]:
    """The first `most` different ones; of twins the first stands, read when either has been."""
    found: dict[tuple[object, ...], Message] = {}
    for message in messages:
        words = (message.subject, message.body, message.page_ref, message.queued_at)
        known = found.setdefault(words, message)
        known.read_at = known.read_at or message.read_at
    return list(found.values())[:most]
