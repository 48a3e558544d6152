"""An older backup is restored: the log refuses to sign, gets its entries back from a node, and goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from django.db import transaction

from tests.apps.chaining import ORIGIN, Log
from tests.apps.county import Company, County, at, facts, new_company
from yinuo.chain.leaves import parse
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import Tile
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, VerifierKey
from yinuo.engine.base import Actor
from yinuo.engine.infochain import actions, keys, tasks
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.models import IssuerKey, LogEntry, LogHead, Subject
from yinuo.engine.infochain.queries import checkpoint, history, platform_key, served
from yinuo.engine.infochain.recovering import Recovered, recover, vouch
from yinuo.engine.infochain.sequencer import Behind
from yinuo.engine.trail.models import ChainRow
from yinuo.node.mirror import Mirror, Pinned
from yinuo.node.store import Store
from yinuo.rooms.projects.actions import file_project, terminate
from yinuo.rooms.projects.models import Project

MORNING = at("2026-11-03 09:12")
LATER = at("2026-11-03 11:00")
RESTED = at("2026-11-03 11:03")


class Lost(Exception):
    """The database as it was is gone."""


@pytest.fixture(autouse=True)
def no_key_of_another_database() -> Iterator[None]:
    keys.forget()
    yield
    keys.forget()


@pytest.fixture
def company(county: County) -> Company:
    """Unrated: of the score the others begin with nothing was ever told the chain."""
    return new_company(score=None)


@pytest.fixture
def log(county: County, tmp_path: Path) -> Log:
    return Log(tmp_path)


@pytest.fixture
def node(log: Log, tmp_path: Path) -> Iterator[Mirror]:
    platform = platform_key()
    assert platform is not None
    key = SigningKey.generate("bank.example/node", COSIGNATURE)

    def fetch(path: str) -> bytes:
        return (
            bytes(checkpoint() or b"")
            if path == "checkpoint"
            else served(Tile.parse(path), LogHead.objects.get().published)
        )

    made = Mirror(Store(tmp_path / "node.db"), fetch, key, Pinned(log.key.verifier, platform))
    yield made
    made.store.close()


def file(company: Company, name: str) -> Project:
    return file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(name=name), pledged=True, at=MORNING
    ).project


def back(
    log: Log,
    node: Mirror,
    note: bytes = b"",
    fetch: Callable[[int, int], Sequence[bytes]] | None = None,
    at: datetime = LATER,
) -> Recovered:
    def entries(low: int, high: int) -> list[bytes]:
        return [node.store.entry(place) for place in range(low, high)]

    text = Note.parse(note or node.store.note())
    return recover(
        note=text, fetch=fetch or entries, log=VerifierKey.parse(str(log.key.verifier)), lock=log.lock, at=at
    )


def lose(days: Callable[[], None]) -> None:
    """What happens in `days` is gone from the database afterwards, as after the restore of an older backup."""
    try:
        with transaction.atomic():
            days()
            raise Lost
    except Lost:
        keys.forget()


def test_after_an_older_backup_the_entries_come_back_and_the_log_goes_on(
    county: County, company: Company, log: Log, node: Mirror
) -> None:
    tasks.give_keys(MORNING)
    keys.forget()
    first = file(company, "备份以前已入链的项目")
    log.step()
    waiting = file(company, "备份时还在等待的项目")
    size = LogHead.objects.get().size
    office = IssuerKey.objects.get(
        department__key="development_reform", department__hall=county.hall, retired_at__isnull=True
    )

    def days() -> None:
        terminate(actor=company.actor, project_id=first.pk, why="不建了", at=LATER)
        file(company, "备份以后的项目")
        actions.rotate_key(actor=Actor.system(), key_id=office.pk, reason="换人", at=MORNING)
        actions.revoke_retired_keys(actor=Actor.system(), at=LATER)
        log.step()
        node.step(100)

    lose(days)
    assert LogHead.objects.get().size == size
    # Work goes on while nothing is signed: the same subject gets a leaf, signed by a key that was revoked meanwhile.
    # A project of which nothing was lost goes on as it is.
    meanwhile = file(company, "恢复以后、签名以前的项目")
    terminate(actor=company.actor, project_id=first.pk, why="还是不建了", at=at("2026-11-03 11:30"))
    with pytest.raises(Behind, match="取回缺少的条目"):
        log.step()
    waited = ChainRow.objects.count()
    # The key that was revoked in the lost days signs no more, and whoever still remembers it is waited for.
    with pytest.raises(Behind, match="再运行一次"):
        back(log, node)
    assert LogHead.objects.get().size == size
    keys.forget()
    done = back(log, node, at=RESTED)
    whole = node.store.mirrored()
    assert (done.size, done.entries, done.known) == (whole, whole - size, 3)
    assert done.resealed >= 1
    assert ChainRow.objects.count() == waited - done.known
    assert [bytes(one) for one in LogEntry.objects.order_by("index").values_list("entry", flat=True)][size:] == [
        node.store.entry(place) for place in range(size, whole)
    ]
    assert back(log, node, at=RESTED) == Recovered(0, 0, 0, whole)
    office.refresh_from_db()
    assert (office.revoked_at, office.retired_at) == (RESTED, LATER)
    assert Subject.objects.get(label=meanwhile.code).n == 3
    tasks.give_keys(RESTED)
    keys.forget()
    file(company, "恢复以后的项目")
    assert log.step() is not None
    # The node accepts what follows: numbers, predecessors and signatures are right.
    assert node.step(200) is not None
    assert node.store.mirrored() == LogHead.objects.get().size > whole
    # What was lost is named, and nothing else: the project of the lost day, its leaves, and the lost key's own.
    faults = audit(log.key.verifier).faults
    assert faults
    assert all("没有记录的条目" in fault or "内容已经丢失" in fault for fault in faults), faults
    # Of a project that is still there the history has no gap, though what one leaf said is gone.
    told = history(first.code or "", None, lambda record: [])
    assert [parse(one.entry).n for one in told] == list(range(1, len(told) + 1))
    assert len(told) == Subject.objects.get(label=first.code).n
    assert len(faults) == done.entries - done.known
    assert Subject.objects.get(label=waiting.code).n == 3


def test_a_mirror_that_is_not_this_logs_or_ends_too_early_changes_nothing(
    county: County, company: Company, log: Log, node: Mirror
) -> None:
    file(company, "第一个项目")
    log.step()
    node.step(100)
    early = node.store.note()
    kept: list[bytes] = []

    def days() -> None:
        file(company, "第二个项目")
        log.step()
        node.step(200)
        kept.append(log.lock.path.read_bytes())

    lose(days)
    size = LogHead.objects.get().size
    stranger = SigningKey.generate(ORIGIN)
    head = Checkpoint.parse(Note.parse(node.store.note()).text)
    cases = [
        (bytes(sign_checkpoint(head, stranger)), None, "不是本日志签的"),
        (early, None, "请换一个节点"),
        (b"", lambda low, high: [b"x"] * (high - low), "不能用它恢复"),
        (b"", lambda low, high: [node.store.entry(low)], "不能用它恢复"),
    ]
    for note, fetch, words in cases:
        with pytest.raises(Behind, match=words):
            back(log, node, note, fetch)
        assert LogHead.objects.get().size == size
    assert log.lock.path.read_bytes() == kept[0]
    # Without the lock file nobody signs; a node that is level with the database, or behind it, is enough to write it
    # anew.
    assert back(log, node).entries == 3
    log.lock.path.unlink()
    file(company, "第三个项目")
    with pytest.raises(Behind, match="不见了"):
        log.step()
    assert back(log, node).entries == 0
    assert log.lock.path.read_bytes() == kept[0]
    with pytest.raises(Behind, match="以它为准"):
        vouch(lock=log.lock)
    log.lock.path.unlink()
    assert vouch(lock=log.lock) == LogHead.objects.get().size
    assert log.step() is not None
    other = Checkpoint(ORIGIN, 1, bytes(32))
    with pytest.raises(Behind, match="请换一个节点"):
        back(log, node, bytes(sign_checkpoint(other, log.key)))
    log.lock.path.unlink()
    with pytest.raises(Behind, match="不是同一本"):
        back(log, node, bytes(sign_checkpoint(other, log.key)))
