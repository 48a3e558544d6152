"""The log's head on a chain of others: a local EVM node, the contract as it is checked in, and everything that can go
wrong between.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from scripts import contract, peers
from tests.apps.chaining import Log
from tests.apps.county import at
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE, Unverified
from yinuo.deploy import checks
from yinuo.deploy.cli import chain as command
from yinuo.engine.infochain import anchoring, evm, keys, queries, tasks
from yinuo.engine.infochain.anchoring import Anchor, Mismatch, NotSet, Outcome
from yinuo.engine.infochain.evm import Declined, Evm, Unreachable, compiled, new_private
from yinuo.engine.infochain.models import Anchoring, AnchorState, LeafRecord, LogEdge, LogHead
from yinuo.engine.trail.actions import action, enter

if not peers.anchor_tools():
    if os.environ.get("YINUO_REQUIRE_PEERS") == "1":
        pytest.fail("没有 anvil、solc 或者 web3：先执行 make setup-test", pytrace=False)
    pytest.skip("没有 anvil、solc 或者 web3：先执行 make setup-test", allow_module_level=True)

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
MORNING, LATER = at("2026-11-03 09:12"), at("2026-11-04 09:30")
ORIGIN = "county.example/log"


@dataclass(frozen=True)
class Local:
    """A node of its own on this machine, with the contract on it."""

    url: str
    address: str

    def ask(self, method: str, *values: Any) -> Any:
        web3 = evm._web3()
        return web3.Web3(web3.HTTPProvider(self.url)).provider.make_request(method, list(values))["result"]


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    program = peers.anvil()
    assert program is not None
    node = subprocess.Popen(
        [program, "--port", "0", "--hardfork", "london"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert node.stdout is not None
    reader = threading.Thread(target=node.stdout.read, daemon=True)
    try:
        port = next(found[1] for line in node.stdout if (found := re.search(r"Listening on 127\.0\.0\.1:(\d+)", line)))
        reader.start()
        url = f"http://127.0.0.1:{port}"
        private = new_private()
        Local(url, "").ask("anvil_setBalance", anchoring.address_of(private), hex(10**20))
        yield Local(url, anchoring.deploy(Anchor(Evm(url), anchoring.address_of(private), private), wait=never))
    finally:
        node.kill()
        node.wait(10)
        if reader.ident is not None:
            reader.join(10)
        node.stdout.close()


def never(seconds: float) -> None:
    """The local node answers at once, or not at all."""


@pytest.fixture
def log(db: None, local: Local, tmp_path: Path) -> Iterator[Log]:
    keys.forget()
    with override_settings(
        YINUO_CHAIN_HOME=tmp_path,
        YINUO_CHAIN_POLICY=tmp_path / "policy",
        YINUO_ANCHOR_RPC=local.url,
        YINUO_ANCHOR_CONTRACT=local.address,
        YINUO_ANCHOR_HOURS=6,
    ):
        yield Log(tmp_path)
    keys.forget()


@pytest.fixture
def anchor(log: Log, local: Local) -> Anchor:
    local.ask("anvil_setBalance", anchoring.keep_key(), hex(10**20))
    return anchoring.opened()


@action
def write(count: int) -> None:
    for number in range(count):
        enter("test.said", f"subject {number % 3}", {"number": number}, at=MORNING)


def grown(log: Log, count: int) -> int:
    write(count)
    log.step()
    return LogHead.objects.get().size


def test_the_contract_checked_in_is_what_the_compiler_makes_of_its_source() -> None:
    assert compiled() == json.loads(json.dumps(contract.compiled()))
    assert len(compiled()["deployed"]) < 2 * 1000


def test_heads_are_anchored_once_each_and_stay_on_record(log: Log, anchor: Anchor, client: Client) -> None:
    assert anchoring.run(anchor, at=MORNING, wait=never) == Outcome(0, waiting="还没有已见证的检查点")
    size = grown(log, 5)
    assert anchoring.run(anchor, at=MORNING, wait=never) == Outcome(size, sent=True)
    assert anchoring.run(anchor, at=MORNING, wait=never) == Outcome(size)
    size = grown(log, 300)
    assert anchoring.run(anchor, at=LATER, wait=never) == Outcome(size, sent=True)
    rows = list(Anchoring.objects.order_by("size"))
    assert [(row.size, bool(row.confirmed_at), row.failed) for row in rows] == [(5, True, ""), (305, True, "")]
    kept = anchor.evm.history(anchor.account, anchoring.log_id(ORIGIN))
    assert [(one.size, one.transaction, one.number) for one in kept] == [
        (row.size, row.transaction, row.block) for row in rows
    ]
    assert [one.root for one in kept] == [bytes(row.root) for row in rows]
    assert anchor.evm.head(anchor.account, anchoring.log_id(ORIGIN)).size == 305
    assert anchor.evm.head(anchor.account, anchoring.log_id("another/log")).size == 0
    assert anchoring.compare(anchor.evm, anchor.account, ORIGIN) == (2, [])
    anchoring.note_run(LATER)
    page = client.get("/chain/").content.decode()
    assert f"前 305 条的树根已于 2026年11月4日写进编号为 {rows[0].chain_id} 的区块链（区块 {rows[1].block}）" in page
    assert all(said in page for said in (rows[1].transaction, anchor.account, anchor.evm.contract))
    told = queries.status(None).anchor
    assert told is not None
    assert (told.size, told.at, told.waiting, told.error, told.fault) == (305, LATER, "", "", "")


def test_the_contract_takes_no_smaller_head_and_none_in_the_place_of_another_account(
    log: Log, anchor: Anchor, local: Local
) -> None:
    log_id = anchoring.log_id(ORIGIN)
    anchor.evm.send(anchor.evm.prepare(anchor.private, log_id, 10, bytes(range(32))).raw)
    for size in (0, 9, 10):
        with pytest.raises(Declined):
            anchor.evm.prepare(anchor.private, log_id, size, bytes(32))
    other = new_private()
    local.ask("anvil_setBalance", anchoring.address_of(other), hex(10**20))
    anchor.evm.send(anchor.evm.prepare(other, log_id, 99, bytes(32)).raw)
    assert anchor.evm.head(anchor.account, log_id).size == 10
    assert anchor.evm.head(anchor.account, log_id).root == bytes(range(32))
    assert [one.size for one in anchor.evm.history(anchor.account, log_id)] == [10]


def test_a_log_that_was_cut_or_rewritten_after_anchoring_is_found_and_not_anchored_on(
    log: Log, anchor: Anchor, client: Client
) -> None:
    grown(log, 300)
    anchoring.run(anchor, at=MORNING, wait=never)
    # Whoever has the database has every right on it: the tree is made to say something else of what was anchored.
    edge = LogEdge.objects.get(level=0)
    LogEdge.objects.filter(level=0).update(data=b"\x01" * len(edge.data))
    with pytest.raises(Mismatch, match="改写"):
        anchoring.run(anchor, at=LATER, wait=never)
    assert tasks.anchor(LATER) == 0
    assert "改写" in AnchorState.objects.get().fault
    assert "链上的锚定与日志不一致" in client.get("/chain/").content.decode()
    count, faults = anchoring.compare(anchor.evm, anchor.account, ORIGIN)
    assert (count, len(faults)) == (1, 1)
    LogHead.objects.update(size=256, published=256)
    with pytest.raises(Mismatch, match="旧备份"):
        anchoring.run(anchor, at=LATER, wait=never)
    assert Anchoring.objects.count() == 1
    count, faults, unchecked = anchoring.compare_configured()
    assert (count, unchecked) == (1, "")
    assert "只有 256 条" in faults[0]
    night = tasks.audit_now(LATER)
    assert any("只有 256 条" in fault for fault in [*night.faults])
    with override_settings(YINUO_ANCHOR_RPC="http://127.0.0.1:9"):
        assert "没有应答" in anchoring.compare_configured()[2]


def test_what_is_on_record_here_and_not_on_the_chain_is_named(log: Log, anchor: Anchor) -> None:
    grown(log, 3)
    anchoring.run(anchor, at=MORNING, wait=never)
    Anchoring.objects.update(size=2)
    assert "链上没有" in anchoring.compare(anchor.evm, anchor.account, ORIGIN)[1][0]
    # After a restore the chain knows more than this database: its head is put on record with its own transaction.
    hash = Anchoring.objects.get().transaction
    Anchoring.objects.all().delete()
    assert anchoring.run(anchor, at=LATER, wait=never) == Outcome(3)
    row = Anchoring.objects.get()
    assert (row.size, row.transaction, row.nonce) == (3, hash, None)
    assert anchoring.compare(anchor.evm, anchor.account, ORIGIN) == (1, [])


def test_killed_between_the_row_and_the_chain_it_sends_the_same_bytes_again(
    log: Log, anchor: Anchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(log, 4)
    with monkeypatch.context() as killed:
        killed.setattr(Evm, "send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            anchoring.run(anchor, at=MORNING, wait=never)
    before = Anchoring.objects.get()
    assert (before.confirmed_at, before.failed) == (None, "")
    assert anchoring.run(anchor, at=MORNING, wait=never) == Outcome(4)
    after = Anchoring.objects.get()
    assert (after.transaction, after.confirmed_at) == (before.transaction, MORNING)
    # Killed after the chain had it, before the receipt was read.
    grown(log, 4)
    with monkeypatch.context() as killed:
        killed.setattr(anchoring, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            anchoring.run(anchor, at=LATER, wait=never)
    assert anchoring.run(anchor, at=LATER, wait=never) == Outcome(8)
    assert [one.size for one in anchor.evm.history(anchor.account, anchoring.log_id(ORIGIN))] == [4, 8]


def test_a_transaction_that_waits_is_waited_for_then_replaced_and_a_lost_place_is_taken_anew(
    log: Log, anchor: Anchor, local: Local
) -> None:
    grown(log, 4)
    local.ask("evm_setAutomine", False)
    try:
        done = anchoring.run(anchor, at=MORNING, wait=never)
        first = Anchoring.objects.get().transaction
        assert done == Outcome(0, waiting=f"交易 {first} 还不在区块里")
        assert anchoring.due(MORNING)
        assert anchoring.run(anchor, at=MORNING + timedelta(minutes=20), wait=never).waiting
        assert Anchoring.objects.get().transaction == first
        stuck = MORNING + anchoring.STUCK
        anchoring.run(anchor, at=stuck, wait=never)
        second = Anchoring.objects.get()
        assert second.transaction != first
        assert second.sent_at == stuck
        local.ask("evm_mine")
        assert anchoring.run(anchor, at=LATER, wait=never) == Outcome(4)
        assert Anchoring.objects.get().confirmed_at == LATER
        # Its place is taken by another transaction of the account: it has failed, and the next one goes out.
        grown(log, 1)
        anchoring.run(anchor, at=LATER, wait=never)
        lost = Anchoring.objects.get(confirmed_at=None)
        local.ask("anvil_dropTransaction", lost.transaction)
        usurper = anchor.evm.prepare(anchor.private, anchoring.log_id("other/log"), 1, bytes(32), instead_of=lost.nonce)
        anchor.evm.send(usurper.raw)
        local.ask("evm_mine")
    finally:
        local.ask("evm_setAutomine", True)
    assert anchoring.run(anchor, at=LATER, wait=never) == Outcome(5, sent=True)
    lost.refresh_from_db()
    assert "nonce" in lost.failed.lower()
    assert [row.size for row in Anchoring.objects.filter(confirmed_at__isnull=False).order_by("id")] == [4, 5]


def test_of_two_at_once_one_sends(log: Log, anchor: Anchor, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(log, 2)
    prepare = Evm.prepare

    def raced(evm: Evm, *given: Any, **more: Any) -> Any:
        monkeypatch.setattr(Evm, "prepare", prepare)
        assert anchoring.run(anchor, at=MORNING, wait=never).sent
        Anchoring.objects.update(confirmed_at=None)
        return made

    made = anchor.evm.prepare(anchor.private, anchoring.log_id(ORIGIN), 2, bytes(32))
    monkeypatch.setattr(Evm, "prepare", raced)
    assert anchoring.run(anchor, at=MORNING, wait=never) == Outcome(0, waiting="另一个进程正在锚定")
    assert Anchoring.objects.count() == 1


def test_only_what_the_nodes_have_witnessed_is_anchored(log: Log, anchor: Anchor) -> None:
    bank = SigningKey.generate("bank.example", COSIGNATURE)
    (log.folder / "policy").write_text(f"log {log.key.verifier}\nwitness bank {bank.verifier}\nquorum bank\n")
    grown(log, 2)
    note = queries.checkpoint()
    assert note is not None
    grown(log, 2)
    assert anchoring.run(anchor, at=MORNING, wait=never).waiting == "还没有已见证的检查点"
    from yinuo.chain.verifier import Note
    from yinuo.engine.base import Actor
    from yinuo.engine.infochain.actions import take_cosignatures

    body = bytes(Note(note.text, (*note.lines, bank.cosign(note.text, 1))))
    take_cosignatures(actor=Actor.public(), body=body, policy=queries.policy(), at=MORNING)
    assert anchoring.run(anchor, at=MORNING, wait=never) == Outcome(2, sent=True)


def test_the_job_runs_when_it_is_time_and_what_fails_is_said_and_tried_again(
    log: Log, anchor: Anchor, local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchoring.time, "sleep", never)
    monkeypatch.setattr(tasks, "now", lambda: MORNING)
    grown(log, 2)
    with override_settings(YINUO_ANCHOR_RPC=""):
        assert tasks.keep_anchored(0) == 0
        assert not AnchorState.objects.exists()
    assert tasks.keep_anchored(0) == 2
    grown(log, 2)
    assert tasks.keep_anchored(0) == 0
    monkeypatch.setattr(tasks, "now", lambda: MORNING + timedelta(hours=6))
    with override_settings(YINUO_ANCHOR_RPC="http://127.0.0.1:9"):
        assert tasks.keep_anchored(0) == 0
        assert "没有应答" in AnchorState.objects.get().error
    with override_settings(YINUO_ANCHOR_CONTRACT="0x" + "11" * 20):
        tasks.keep_anchored(0)
        assert "不是本平台的锚定合约" in AnchorState.objects.get().error
    with override_settings(YINUO_ANCHOR_CHAIN_ID=20200):
        tasks.keep_anchored(0)
        assert "20200" in AnchorState.objects.get().error
    monkeypatch.setattr(tasks, "now", lambda: MORNING + timedelta(minutes=10))
    assert tasks.keep_anchored(0) == 4
    assert AnchorState.objects.get().error == ""
    # An account without money on a chain that asks for it.
    local.ask("anvil_setBalance", anchor.account, "0x0")
    grown(log, 1)
    monkeypatch.setattr(tasks, "now", lambda: LATER)
    tasks.keep_anchored(0)
    assert "区块链节点" in AnchorState.objects.get().error
    assert LogHead.objects.get().published == 5


def test_the_command_makes_the_key_deploys_anchors_and_checks(log: Log, local: Local, tmp_path: Path) -> None:
    say: Callable[..., dict[str, Any]] = command._anchoring
    with override_settings(YINUO_ANCHOR_CONTRACT=""):
        assert len(checks.anchor()) == 2
        with pytest.raises(NotSet, match="--new-key"):
            say(False, None, False, False)
        account = say(True, None, False, False)["account"]
        with pytest.raises(NotSet, match="没有覆盖"):
            say(True, None, False, False)
        with pytest.raises(NotSet, match="--deploy"):
            say(False, None, False, False)
        local.ask("anvil_setBalance", account, hex(10**20))
        made = say(False, None, True, False)["contract"]
    with override_settings(YINUO_ANCHOR_CONTRACT=made):
        assert checks.anchor() == []
        grown(log, 3)
        assert say(False, None, False, False) == {"account": account, "size": 3, "sent": True, "waiting": ""}
        assert say(False, None, False, True) == {"account": account, "anchored": 1, "faults": []}
    private = tmp_path / "key"
    assert account not in (tmp_path / anchoring.KEY_FILE).read_text().split("\n")[1]
    (tmp_path / anchoring.KEY_FILE).unlink()
    private.write_text("0x" + "11" * 32 + "\n")
    assert say(False, private, False, False)["account"] == "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
    with override_settings(YINUO_ANCHOR_RPC=""):
        assert checks.anchor() == []
        with pytest.raises(NotSet, match="YINUO_ANCHOR_RPC"):
            say(False, None, False, True)
    (tmp_path / anchoring.KEY_FILE).unlink()
    for bad in ("00" * 32, "11" * 31):
        private.write_text(bad)
        with pytest.raises(Declined, match="私钥"):
            say(False, private, False, False)


def test_whoever_has_a_proof_and_a_mirror_checks_both_against_the_chain(
    log: Log, anchor: Anchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(log, 3)
    anchoring.run(anchor, at=MORNING, wait=never)
    grown(log, 298)
    anchoring.run(anchor, at=MORNING, wait=never)
    leaf = LeafRecord.objects.order_by("id").first()
    assert leaf is not None
    policy = queries.policy()
    early = bytes(queries.prove(leaf, policy, oldest=True).proof)
    grown(log, 10)
    late = bytes(queries.prove(leaf, policy).proof)
    served = {"checkpoint": bytes(queries.checkpoint() or b"")}
    size = LogHead.objects.get().size

    def fetch(path: str) -> bytes:
        return served[path] if path in served else queries.served(command.Tile.parse(path), size)

    monkeypatch.setattr(command, "_mirror", lambda _: fetch)
    assert command._agrees_with_anchor(early, "https://log.example/chain") == 2
    assert command._agrees_with_anchor(late, "https://log.example/chain") == 2
    # A mirror of another history.
    tile = queries.served(command.Tile(0, 0), size)
    served["tile/0/000"] = b"\x00" * 32 + tile[32:]
    with pytest.raises(Unverified, match="锚定核对不成"):
        command._agrees_with_anchor(early, "https://log.example/chain")
    monkeypatch.setenv("YINUO_ANCHOR_ACCOUNT", "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A")
    with pytest.raises(Unverified, match="没有锚定过"):
        command._agrees_with_anchor(late, "https://log.example/chain")


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "web3", None)
    with pytest.raises(Unreachable, match="web3"):
        Evm("http://127.0.0.1:9")
