"""The information chain: growing the tree, sequencing, from commit to checkpoint, proving, verifying, auditing, and a
filing's leaves.

Floors: two SHA-256 a leaf for growing; the same rows by one INSERT a batch for sequencing; one Ed25519 verification for
verifying.
"""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.instance import companies, fresh

HASHES = 400_000
ENTRIES = {1000: 40_000, 100: 10_000}
PACE_SECONDS = 0.002
WRITE_SECONDS = 8.0
PROOFS = 200


def run() -> dict[str, Any]:
    figures = {**_growing(), **_verifying()}
    with fresh() as instance:
        companies(1)
        from django.utils import timezone

        figures |= _leaves(timezone.now())
        figures |= _sequencing(instance.home / "chain-bench")
        figures |= _twinning(instance.home / "chain-bench")
        figures |= _proving()
        figures |= _auditing()
    with fresh() as instance:
        companies(1)
        figures |= _to_the_checkpoint(instance)
    return figures


def _growing() -> dict[str, Any]:
    """Hashes appended in batches of 1 000, whose edges are hashed anew each time, and of 10 000."""
    hashes = [hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(HASHES)]
    rates = {batch: round(HASHES / _grown_in(hashes, batch)) for batch in (1_000, 10_000)}
    began = time.perf_counter()
    for one in hashes:
        hashlib.sha256(b"\x01" + one + one).digest()
    floor = HASHES / (time.perf_counter() - began)
    return {
        **{f"append_per_s_batch_{batch}": rate for batch, rate in rates.items()},
        "append_floor_per_s": round(floor),
        "append_ratio": round(rates[10_000] / floor, 2),
    }


def _grown_in(hashes: list[bytes], batch: int) -> float:
    """Seconds that growing a tree of them takes."""
    from yinuo.chain.tree import Tile, append

    tiles: dict[Tile, bytes] = {}
    began, size = time.perf_counter(), 0
    for low in range(0, len(hashes), batch):
        grown = append(size, tiles.__getitem__, hashes[low : low + batch])
        tiles |= grown.tiles
        size = grown.size
    return time.perf_counter() - began


def _verifying() -> dict[str, Any]:
    """A whole certificate: an inclusion proof in a log of a million, the log's signature and three nodes'."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from yinuo.chain.leaves import build, canonical, disclosure, read_proof
    from yinuo.chain.signing import SigningKey, sign_checkpoint
    from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, Policy, Proof, hash_leaf, hash_node

    log = SigningKey.generate("county.example/log")
    nodes = [SigningKey.generate(f"node{number}.example", COSIGNATURE) for number in range(3)]
    shown = disclosure(os.urandom(16), "code", "2611-622927-04-01-123456")
    leaf = build(
        type="project.code_assigned",
        subject="x" * 43,
        n=1,
        prev=None,
        disclosures=[shown],
        documents=[],
        issuer="发展和改革局",
        private=Ed25519PrivateKey.generate(),
        at="2026-11-24T12:00:00+08:00",
    )
    entry, path = leaf.entry(), [os.urandom(32) for _ in range(20)]
    root = hash_leaf(entry)
    for sibling in path:
        root = hash_node(root, sibling)
    note = sign_checkpoint(Checkpoint(log.name, 1 << 20, root), log)
    note = Note(note.text, (*note.lines, *(node.cosign(note.text, 1) for node in nodes)))
    extra = canonical({"entry": entry.decode(), "disclosures": [shown]})
    data = bytes(Proof(0, tuple(path), note, extra))
    members = "".join(f"witness n{number} {node.verifier}\n" for number, node in enumerate(nodes))
    policy = Policy.parse(f"log {log.verifier}\n{members}group all all n0 n1 n2\nquorum all\n".encode())
    key = log.private.public_key()
    signature = log.private.sign(b"x" * 100)
    whole = _best(lambda: read_proof(data, policy), 300)
    floor = _best(lambda: key.verify(signature, b"x" * 100), 300) * 4
    return {
        "verify_certificate_ms": round(whole, 3),
        "verify_floor_ms": round(floor, 3),
        "certificate_bytes": len(data),
    }


def _leaves(now: datetime) -> dict[str, Any]:
    """What three signed leaves of a new subject cost the action that makes them, without its commit."""
    from yinuo.engine.infochain.sealing import seal
    from yinuo.engine.trail.actions import UnitOfWork
    from yinuo.engine.trail.models import ChainRow

    given = {
        "code": "2611-622927-04-01-123456",
        "name": "年产5万吨有机肥加工项目",
        "kind": "filing",
        "project_class": "private",
        "unit_code": "91622927000000019C",
        "industry": "2625",
        "total_investment": "8600",
        "region": "622927",
        "filed_at": now.isoformat(),
    }

    def act() -> None:
        rows = []
        label = os.urandom(8).hex()
        for type, data in (
            ("project.basic", given),
            ("project.code_assigned", {"code": given["code"]}),
            ("approval.document", {"number": "1"}),
        ):
            row = ChainRow(type=type, label=label, at=now)
            row.payload, row.issuer_id, row.first = data, None, True
            rows.append(row)
        seal(rows, UnitOfWork())

    return {"three_leaves_ms": round(_best(act, 300), 3)}


def _sequencing(folder: Path) -> dict[str, Any]:
    from django.utils import timezone

    from yinuo.engine.infochain.sequencer import step
    from yinuo.engine.infochain.storage import HeadLock, log_key

    folder.mkdir(parents=True)
    key, lock = log_key(folder, "bench.example/log"), HeadLock(folder / "head")
    while (done := step(key=key, lock=lock, at=timezone.now())) is not None and done.entries:
        pass
    figures: dict[str, Any] = {}
    for batch, count in ENTRIES.items():
        figures[f"sequencer_entries_per_s_batch_{batch}"] = _drained(
            count, lambda batch=batch: step(key=key, lock=lock, at=timezone.now(), batch=batch)
        )
    return figures | {
        "sequencer_floor_per_s": _bare(40_000, 40_000),
        "sequencer_floor_per_s_batch_100": _bare(10_000, 100),
    }


def _bare(count: int, batch: int) -> int:
    """So many rows a second go into a table like the log's own, by one statement and one durable commit a batch."""
    from django.db import connection, connections

    from yinuo.core.ids import new_id

    with connections["owner"].cursor() as owner:
        owner.execute("CREATE TABLE bench_bare (LIKE infochain_logentry INCLUDING ALL)")
        ids = [new_id() for _ in range(count)]
        with connection.cursor() as cursor:
            began = time.perf_counter()
            for low in range(0, count, batch):
                cursor.execute(
                    "INSERT INTO bench_bare (index, outbox_id, entry) SELECT n, id, decode(repeat('7b', 808), 'hex') "
                    "FROM unnest(%s::bigint[], %s::uuid[]) AS row (n, id)",
                    [list(range(low, low + batch)), ids[low : low + batch]],
                )
            took = time.perf_counter() - began
        owner.execute("DROP TABLE bench_bare")
    return round(count / took)


def _twinning(folder: Path) -> dict[str, Any]:
    """The twin in SM3 and SM2: catching up with the whole log, then growing beside it.

    Nothing where no key of its can be used.
    """
    from django.utils import timezone

    from yinuo.chain import sm
    from yinuo.engine.infochain import sequencer, twinning
    from yinuo.engine.infochain.models import LogHead
    from yinuo.engine.infochain.storage import HeadLock, log_key

    if sm.library() is None:
        return {}
    key, lock, twin = log_key(folder, ""), HeadLock(folder / "head"), twinning.opened(folder, "bench.example/log/sm3")

    def step() -> Any:
        return sequencer.step(key=key, lock=lock, at=timezone.now(), batch=1000, twin=twin)

    began, size = time.perf_counter(), LogHead.objects.get().size
    while not sequencer.idle(twin=True):
        step()
    caught_up = round(size / (time.perf_counter() - began))
    return {"twin_backfill_per_s": caught_up, "sequencer_with_twin_entries_per_s_batch_1000": _drained(10_000, step)}


def _drained(count: int, step: Callable[[], Any]) -> int:
    """How many of so many waiting entries a second find their place."""
    from django.db import connection

    from yinuo.core.ids import new_id

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trail_chainrow (outbox_id, type, label, entry, at) SELECT id, 'bench', 'bench', "
            "decode(repeat('7b', 800), 'hex') || int8send(n + %s), now() FROM unnest(%s::uuid[]) WITH "
            "ORDINALITY AS waiting (id, n)",
            [random.getrandbits(40), [new_id() for _ in range(count)]],
        )
    began, entries = time.perf_counter(), 0
    while entries < count:
        done = step()
        entries += done.entries if done else 0
    return round(count / (time.perf_counter() - began))


def _proving() -> dict[str, Any]:
    from yinuo.chain.tree import Tile, Tree
    from yinuo.engine.infochain.models import LogHead
    from yinuo.engine.infochain.queries import inclusion, read_tile

    size = LogHead.objects.get().size
    chance = random.Random(6)
    places = [chance.randrange(size) for _ in range(PROOFS)]
    cold = _each(lambda place: inclusion(place, size), places)
    kept: dict[Tile, bytes] = {}

    def warm_tile(tile: Tile) -> bytes:
        if tile not in kept:
            kept[tile] = read_tile(tile)
        return kept[tile]

    for place in places:
        Tree(size, warm_tile).inclusion(place)
    warm = _each(lambda place: Tree(size, warm_tile).inclusion(place), places)
    return {"log_size": size, "proof_ms": round(cold, 3), "proof_warm_ms": round(warm, 4)}


def _auditing() -> dict[str, Any]:
    """The part of the audit that every entry passes: places, hashes and the whole tree."""
    from yinuo.engine.infochain.audit import Report, audit_tree

    report = Report()
    began = time.perf_counter()
    audit_tree(report)
    if report.faults:
        raise AssertionError(report.faults)
    from yinuo.engine.infochain.models import LogEntry

    return {"audit_entries_per_s": round(LogEntry.objects.count() / (time.perf_counter() - began))}


def _to_the_checkpoint(instance: Any) -> dict[str, Any]:
    """Leaves committed at a steady pace; how long until the published head holds each."""
    from django.utils import timezone

    from yinuo.engine.infochain.models import LeafRecord, LogEntry, LogHead
    from yinuo.engine.trail.actions import action, enter

    @action
    def say(number: int) -> None:
        enter("bench.said", f"subject {number % 50}", {"number": number}, at=timezone.now())

    for number in range(50):
        say(number)
    sequencer = instance.process("yinuo.deploy.sequencer")
    while not LogHead.objects.filter(published__gt=0).exists():
        time.sleep(0.05)
    heads: list[tuple[float, int]] = []
    over = threading.Event()

    def watch() -> None:
        from django.db import connection

        while not over.is_set():
            found = LogHead.objects.values_list("published", flat=True).get()
            if not heads or heads[-1][1] != found:
                heads.append((time.perf_counter(), found))
            time.sleep(0.001)
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    committed: list[float] = []
    began, number = time.perf_counter(), 50
    while time.perf_counter() - began < WRITE_SECONDS:
        say(number)
        committed.append(time.perf_counter())
        number += 1
        time.sleep(max(0.0, began + len(committed) * PACE_SECONDS - time.perf_counter()))
    rate = len(committed) / WRITE_SECONDS
    while LogHead.objects.get().published < LeafRecord.objects.count():
        time.sleep(0.05)
    time.sleep(0.1)
    over.set()
    watcher.join()
    sequencer.kill()
    sequencer.wait(10)
    places = dict(LogEntry.objects.values_list("outbox_id", "index"))
    rows = LeafRecord.objects.order_by("id").values_list("outbox_id", flat=True)[50:]
    waits = sorted(
        (next(at for at, published in heads if published > places[outbox]) - done) * 1000
        for outbox, done in zip(rows, committed, strict=True)
    )
    cuts = statistics.quantiles(waits, n=100)
    return {
        "commits_per_s": round(rate),
        "commit_to_checkpoint_p50_ms": round(cuts[49], 1),
        "commit_to_checkpoint_p99_ms": round(cuts[98], 1),
    }


def _best(act: Callable[[], object], rounds: int) -> float:
    """The median of so many, in milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _each(act: Callable[[int], object], places: list[int]) -> float:
    times = []
    for place in places:
        began = time.perf_counter()
        act(place)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000
