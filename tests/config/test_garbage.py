from __future__ import annotations

import gc
import weakref

from yinuo.deploy.garbage import COLLECTIONS, set_aside_what_stays


class Node:
    other: Node


def a_pair_that_holds_itself() -> tuple[Node, weakref.ref[Node]]:
    one, other = Node(), Node()
    one.other, other.other = other, one
    return one, weakref.ref(one)


def test_what_stays_is_set_aside_and_later_garbage_is_still_found() -> None:
    before = list(gc.callbacks)
    try:
        set_aside_what_stays()
        kept = [a_pair_that_holds_itself()[0] for _ in range(1000)]
        frozen = gc.get_freeze_count()
        gc.collect()
        assert gc.get_freeze_count() >= frozen + 2 * len(kept)
        for _ in range(COLLECTIONS):
            gc.collect()
        assert gc.callbacks == before, "after so many it is over"
        one, told = a_pair_that_holds_itself()
        frozen = gc.get_freeze_count()
        del one
        gc.collect()
        assert told() is None
        assert gc.get_freeze_count() <= frozen
    finally:
        gc.callbacks[:] = before
        gc.unfreeze()
