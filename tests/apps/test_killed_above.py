"""Every action of the rooms above, killed as in test_killed_each.py, by a process of its own."""

from __future__ import annotations

import pytest

from tests.apps.killing import survives
from tests.apps.test_killed_each import REFUSED_IN_THE_MATRIX, built, ready_to_be_killed, world
from tests.apps.test_permissions import MAY, ROOMS_ABOVE
from tests.apps.world import World

__all__ = ["built", "world"]


@pytest.mark.slow
@pytest.mark.parametrize("action", sorted(action for action in set(MAY) - REFUSED_IN_THE_MATRIX if action.split(".")[0] in ROOMS_ABOVE))
def test_an_action_of_the_rooms_above_killed_half_way_leaves_nothing_and_then_works_once(world: World, action: str) -> None:
    assert survives(ready_to_be_killed(world, action)) >= 2
