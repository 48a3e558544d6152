"""Effects upward: what a verb in a lower room sets off in a higher one, in this order.

Shape: (verb, dotted handler, "in" = inside the action's transaction, "after" = a job after commit).
"""

from __future__ import annotations

EFFECTS: list[tuple[str, str, str]] = [
    ("work.yellow", "yinuo.apps.notices.effects.light_turned", "in"),
    ("work.red", "yinuo.apps.notices.effects.light_turned", "in"),
]
