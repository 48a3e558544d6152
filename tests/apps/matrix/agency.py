"""Who may do what in `agency`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from yinuo.apps.base import Actor

if TYPE_CHECKING:
    from tests.apps.test_permissions import World

MAY: dict[str, set[str]] = {}
INNER: set[str] = set()


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    raise NotImplementedError(action)
