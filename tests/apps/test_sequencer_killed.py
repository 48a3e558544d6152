"""Two rival sequencers under load, killed outright again and again: every leaf stands in the log once, at a place
without a gap.

So it does in the twin, where this machine can sign one.
"""

from __future__ import annotations

import os
import random
import signal
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from tests.apps.chaining import ORIGIN, Log
from tests.apps.county import at
from yinuo.chain import sm
from yinuo.chain.tree import Tree
from yinuo.chain.verifier import Checkpoint as Head
from yinuo.chain.verifier import Note, check_consistency
from yinuo.engine.infochain import keys
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.models import Checkpoint, LeafRecord, LogEntry, LogHead, TwinHead
from yinuo.engine.infochain.twinning import opened
from yinuo.engine.trail.actions import action, enter
from yinuo.engine.trail.models import ChainRow

MORNING = at("2026-11-03 09:12")
KILLS, SUBJECTS = 24, 7
PATIENCE_SECONDS = 30

pytestmark = pytest.mark.slow


@action
def say(number: int) -> None:
    enter("test.said", f"subject {number % SUBJECTS}", {"number": number}, at=MORNING)


def forked(act: Callable[[], None]) -> int:
    """Runs `act` in a child; its process number."""
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException as error:
            print(f"child: {error!r}", flush=True)
            os._exit(1)
    return child


def write_until(told: Path) -> None:
    number = 0
    while not told.exists():
        say(number)
        number += 1
        time.sleep(0.001)


def wait_for_a_head_above(size: int) -> None:
    """However slow the machine is: a rival that never came to sign anything would be killed in vain."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not Checkpoint.objects.filter(size__gt=size).exists():
        assert time.monotonic() < until, "no sequencer is at work"
        time.sleep(0.01)


def test_rival_sequencers_killed_under_load_lose_double_and_miss_nothing(committed_db: str, tmp_path: Path) -> None:
    keys.forget()
    log, chance = Log(tmp_path), random.Random(20261124)
    twin = opened(tmp_path, f"{ORIGIN}/sm3") if sm.library() else None

    def sequence() -> None:
        while True:
            log.step(batch=chance.randint(1, 40), twin=twin)

    enough = tmp_path / "enough"
    writer = forked(lambda: write_until(enough))
    deaths = []
    for _ in range(KILLS // 2):
        size = LogHead.objects.values_list("size", flat=True).first() or 0
        rivals = [forked(sequence), forked(sequence)]
        wait_for_a_head_above(size)
        for rival in rivals:
            time.sleep(chance.uniform(0.0, 0.06))
            os.kill(rival, signal.SIGKILL)
            deaths.append(os.waitpid(rival, 0)[1])
    assert all(os.WIFSIGNALED(status) for status in deaths), "a sequencer stopped by itself"
    enough.touch()
    assert os.waitpid(writer, 0)[1] == 0
    while ChainRow.objects.exists():
        log.step(twin=twin)
    log.step(twin=twin)

    head, leaves = LogHead.objects.get(), LeafRecord.objects.count()
    assert head.published == head.size == leaves > KILLS
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == list(range(leaves))
    assert set(LogEntry.objects.values_list("outbox_id", flat=True)) == set(
        LeafRecord.objects.values_list("outbox_id", flat=True)
    )
    assert audit(log.key.verifier, twin and twin.key.verifier).faults == []
    if twin is not None:
        of_twin = TwinHead.objects.get()
        assert (of_twin.refused, of_twin.size, of_twin.published) == ("", leaves, leaves)
    from yinuo.engine.infochain.queries import read_tile

    # Whoever saw any of the heads signed on the way finds it at the beginning of the last.
    tree = Tree(head.size, read_tile)
    for row in Checkpoint.objects.order_by("size"):
        seen = Head.parse(Note.parse(row.note.encode()).text)
        check_consistency(seen.size, seen.root, head.size, bytes(head.root), tree.consistency(seen.size))
    assert Checkpoint.objects.count() > KILLS // 2
