from __future__ import annotations

import time
import uuid

from yinuo.core.ids import new_id


def test_an_id_begins_with_its_moment_and_is_else_random() -> None:
    before = time.time_ns() // 1_000_000
    made = [new_id() for _ in range(2000)]
    after = time.time_ns() // 1_000_000
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    moments = [one.int >> 80 for one in made]
    assert moments == sorted(moments)
    assert before <= moments[0] <= moments[-1] <= after
    # The 74 other bits of RFC 9562 §5.7: none of them stands still, and no id comes twice.
    chance = ((1 << 80) - 1) & ~(0xF << 76) & ~(0b11 << 62)
    ever = never = 0
    for one in made:
        ever |= one.int & chance
        never |= ~one.int & chance
    assert ever == never == chance
    assert len(set(made)) == len(made)
