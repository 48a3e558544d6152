"""An operator with every right in the database and every department's key changes what the log holds: the audit names
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.apps.chaining import Log
from tests.apps.county import at
from tests.database import TestDatabase
from yinuo.chain.leaves import parse, sign
from yinuo.deploy.embedded import SUPERUSER
from yinuo.engine.infochain import keys
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.models import LeafRecord, LogEntry
from yinuo.engine.trail.actions import action, enter

MORNING, NOON = at("2026-11-03 09:12"), at("2026-11-03 12:00")
LEAVES, CHANGED = 300, 77

Change = Callable[..., object]


@action
def say(numbers: range) -> None:
    for number in numbers:
        enter("test.said", f"subject {number}", {"number": number}, at=MORNING)


@pytest.fixture
def log(committed_db: str, tmp_path: Path) -> Iterator[Log]:
    keys.forget()
    made = Log(tmp_path)
    say(range(LEAVES))
    while (done := made.step()) and done.entries:
        pass
    assert audit(made.key.verifier).clean
    yield made
    keys.forget()


@pytest.fixture
def change(committed_db: str, test_database: TestDatabase) -> Iterator[Change]:
    with test_database.server.connect(SUPERUSER, committed_db) as operator:
        operator.execute("SET session_replication_role = replica")
        yield lambda text, *values: operator.execute(text, values)


def at_place(place: int) -> bytes:
    return bytes(LogEntry.objects.get(index=place).entry)


def test_an_entry_without_its_issuers_signature_is_named(log: Log, change: Change) -> None:
    change(
        "UPDATE infochain_logentry SET entry = %s WHERE index = %s",
        at_place(CHANGED).replace(b"09:12", b"09:13"),
        CHANGED,
    )
    faults = audit(log.key.verifier).faults
    assert [fault for fault in faults if fault.startswith("第 ") and "层" not in fault] == [
        f"第 {CHANGED} 条：签名与内容不符（the signature of {keys.issuer_of(None).name} does not fit）"
    ]
    assert f"树块 tile/0/000 与条目不符（第 {CHANGED} 条）" in faults


def test_an_entry_signed_anew_by_its_issuer_with_its_record_made_to_fit_is_named_by_the_tree(
    log: Log, change: Change
) -> None:
    old = parse(at_place(CHANGED))
    new = sign(replace(old, at=NOON.isoformat()), keys.issuer_of(None).private)
    change("UPDATE infochain_logentry SET entry = %s WHERE index = %s", new.entry(), CHANGED)
    change("UPDATE infochain_leafrecord SET hash = %s WHERE hash = %s", new.hash, old.hash)
    change("UPDATE infochain_subject SET last = %s WHERE last = %s", new.hash, old.hash)
    assert audit(log.key.verifier).faults == [
        "日志的树根与条目不符",
        f"树块 tile/0/000 与条目不符（第 {CHANGED} 条）",
        "第 1 层边缘的树块与条目不符",
    ]


def test_an_entry_in_the_unfinished_tile_is_named_as_well(log: Log, change: Change) -> None:
    last = LogEntry.objects.count() - 1
    change(
        "UPDATE infochain_logentry SET entry = %s WHERE index = %s", at_place(last).replace(b"09:12", b"09:13"), last
    )
    assert f"第 0 层边缘的树块与条目不符（第 {last} 条）" in audit(log.key.verifier).faults


def test_an_entry_taken_out_is_a_gap_and_one_without_a_place_is_missed(log: Log, change: Change) -> None:
    gone = LogEntry.objects.get(index=CHANGED)
    record = LeafRecord.objects.get(outbox_id=gone.outbox_id)
    change("DELETE FROM infochain_logentry WHERE index = %s", CHANGED)
    faults = audit(log.key.verifier).faults
    assert f"日志在第 {CHANGED} 条断开：下一条是第 {CHANGED + 1} 条" in faults
    assert f"{record.subject_id[:12]}… 的第 {record.n} 条既不在日志里，也不在等待写入" in faults
