"""Identifiers that need no counter. Their place never changes: the first migrations name it."""

from __future__ import annotations

import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """A random id that begins with the time (UUIDv7, RFC 9562 §5.7): rows of one moment lie together in their index."""
    milliseconds, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 62 << 64 | 0b10 << 62 | chance & (1 << 62) - 1)
