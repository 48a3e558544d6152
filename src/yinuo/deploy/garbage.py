"""Full garbage collections look through all that stays, and stop a request for as long: what stays is set aside."""

from __future__ import annotations

import gc
from typing import Any

# What the first visits load, templates above all, stays as well; it has come by the third full collection.
COLLECTIONS = 3
FULL = 2


def set_aside_what_stays() -> None:
    """At once, and again after each of the next full collections, of what these have left over."""
    gc.collect()
    gc.freeze()
    left = COLLECTIONS

    def after(phase: str, told: dict[str, Any]) -> None:
        nonlocal left
        if phase == "stop" and told["generation"] == FULL:
            gc.freeze()
            left -= 1
            if not left:
                gc.callbacks.remove(after)

    gc.callbacks.append(after)
