"""The anchor: now and then the log's head is also written to a chain that others run, off the way of every writing
(docs/chain.md).

A row is committed before its transaction leaves, with the signed bytes: whoever is killed in between sends the same
bytes again. What the chain has is compared with the log's own tree each time, and a log that is shorter or other than
what it once anchored is never anchored on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from yinuo.chain.tree import ReadTile, Tree
from yinuo.chain.verifier import Checkpoint, Unverified
from yinuo.engine.infochain import queries, sealed
from yinuo.engine.infochain.books import MAIN
from yinuo.engine.infochain.evm import (
    Declined,
    Evm,
    Kept,
    Prepared,
    Receipt,
    Unreachable,
    address_of,
    new_private,
)
from yinuo.engine.infochain.models import Anchoring, AnchorState, LogHead

KEY_FILE, PURPOSE = "anchor_key", "anchor"
# A transaction that is in no block after so long is replaced by a dearer one.
STUCK = timedelta(hours=1)
WAIT_SECONDS, LOOK_SECONDS = 15.0, 0.5
Wait = Callable[[float], None]


class Mismatch(Exception):
    """The chain and the log do not say the same: the log was rewritten, or an older backup is at work.

    Nothing is anchored then.
    """


class NotSet(Exception):
    """The anchor is not set up; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An account's place on a chain."""

    evm: Evm
    account: str
    private: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: the size anchored so far, whether this run added to it, and what is still under way."""

    size: int
    sent: bool = False
    waiting: str = ""


def configured() -> bool:
    return bool(settings.YINUO_ANCHOR_RPC and settings.YINUO_ANCHOR_CONTRACT)


def key_path() -> Path:
    return Path(settings.YINUO_CHAIN_HOME) / KEY_FILE


def account() -> str | None:
    """The account that anchors; None = it has no key yet."""
    return sealed.read_public(key_path())


def keep_key(private: bytes | None = None) -> str:
    """Makes the account's key, or keeps one that was made elsewhere; the account.

    Raises NotSet where there is one already.
    """
    private = new_private() if private is None else private
    made = address_of(private)
    if not sealed.write_new(key_path(), PURPOSE, made, private):
        raise NotSet(f"{key_path()} 里已经有一把密钥（账户 {account()}），没有覆盖")
    return made


def opened(*, contract: bool = True) -> Anchor:
    """As the settings say. Raises NotSet, Unreachable, Declined, Unverified."""
    known = account()
    if not settings.YINUO_ANCHOR_RPC:
        raise NotSet("没有设置 YINUO_ANCHOR_RPC（区块链节点的 JSON-RPC 地址）")
    if known is None:
        raise NotSet("还没有锚定账户的密钥：请先运行 yinuo chain anchor --new-key")
    if contract and not settings.YINUO_ANCHOR_CONTRACT:
        raise NotSet("没有设置 YINUO_ANCHOR_CONTRACT（锚定合约的地址）：请先运行 yinuo chain anchor --deploy")
    evm = Evm(settings.YINUO_ANCHOR_RPC, settings.YINUO_ANCHOR_CONTRACT if contract else "")
    wanted, there = settings.YINUO_ANCHOR_CHAIN_ID, evm.chain_id()
    if wanted and wanted != there:
        raise NotSet(f"所连的链是 {there}，YINUO_ANCHOR_CHAIN_ID 写的是 {wanted}：请核对 YINUO_ANCHOR_RPC")
    if contract:
        evm.need_contract()
    return Anchor(evm, known, sealed.read_private(key_path(), PURPOSE))


def deploy(anchor: Anchor, *, wait: Wait = time.sleep) -> str:
    """Puts the contract on the chain; its address. Raises Unreachable, Declined."""
    made = anchor.evm.prepare_contract(anchor.private)
    anchor.evm.send(made.raw)
    receipt = _awaited(anchor.evm, made.hash, wait)
    if receipt is None or not receipt.accepted:
        raise Declined(
            f"部署没有成功：交易 {made.hash} {'被拒绝' if receipt else '还不在区块里，请稍后用区块浏览器查看'}"
        )
    return receipt.contract


def due(at: datetime) -> bool:
    """Whether a run is called for: the last good one is long enough ago, something is under way, or the last one
    failed.
    """
    state = AnchorState.objects.filter(pk=1).first()
    if state is None or state.error or state.fault or Anchoring.objects.filter(confirmed_at=None, failed="").exists():
        return True
    return state.looked_at is None or at - state.looked_at >= timedelta(hours=settings.YINUO_ANCHOR_HOURS)


def run(anchor: Anchor, *, at: datetime, wait: Wait = time.sleep) -> Outcome:
    """Brings what is under way to its end, then the newest head that the nodes have witnessed onto the chain.

    Run twice it changes nothing. Raises Mismatch, Unreachable, Declined.
    """
    open_row = _of(anchor).filter(confirmed_at=None, failed="").first()
    if open_row is not None and not _finish(anchor, open_row, at, wait):
        return Outcome(_anchored(anchor), waiting=f"交易 {open_row.transaction} 还不在区块里")
    origin = queries.log_key()
    if origin is None:
        return Outcome(0, waiting="还没有日志")
    log = log_id(origin.name)
    kept = anchor.evm.head(anchor.account, log)
    need_same(kept)
    if kept.size:
        _adopt(anchor, origin.name, kept, at)
    note = queries.witnessed(queries.policy())
    if note is None:
        return Outcome(kept.size, waiting="还没有已见证的检查点")
    checkpoint = Checkpoint.parse(note.text)
    if kept.size >= checkpoint.size:
        return Outcome(kept.size)
    made = anchor.evm.prepare(anchor.private, log, checkpoint.size, checkpoint.root)
    row = _begun(anchor, checkpoint, made, at)
    if row is None:
        return Outcome(kept.size, waiting="另一个进程正在锚定")
    anchor.evm.send(made.raw)
    if not _finish(anchor, row, at, wait):
        return Outcome(kept.size, waiting=f"交易 {row.transaction} 还不在区块里")
    if row.failed:
        raise Declined(row.failed)
    return Outcome(checkpoint.size, sent=True)


def log_id(origin: str) -> bytes:
    """A log's name in the contract."""
    return hashlib.sha256(origin.encode()).digest()


def need_same(kept: Kept) -> None:
    """Raises Mismatch unless the log goes on from what is anchored."""
    fault = _fault(kept)
    if fault:
        raise Mismatch(fault)


def _fault(kept: Kept) -> str:
    size = LogHead.objects.filter(pk=1).values_list("size", flat=True).first() or 0
    if kept.size > size:
        return f"链上锚定到 {kept.size} 条（区块 {kept.number}），日志只有 {size} 条：多半恢复了旧备份，或者日志被截短"
    try:
        same = not kept.size or MAIN.tree(kept.size).root() == kept.root
    except Unverified:
        same = False
    return "" if same else f"链上锚定的 {kept.size} 条的树根（区块 {kept.number}）与日志的不符：日志在锚定以后被改写"


def compare(evm: Evm, of: str, origin: str) -> tuple[int, list[str]]:
    """Every head ever anchored against the log's own tree, and what is on record here against the chain; how many, and
    the faults.
    """
    found = evm.history(of, log_id(origin), settings.YINUO_ANCHOR_FROM_BLOCK)
    faults = [fault for kept in found if (fault := _fault(kept))]
    there = {(kept.size, kept.root) for kept in found}
    for row in Anchoring.objects.filter(
        account=of, contract=evm.contract, origin=origin, confirmed_at__isnull=False
    ).order_by("size"):
        if (row.size, bytes(row.root)) not in there:
            faults.append(f"本地记着 {row.size} 条已锚定（交易 {row.transaction}），链上没有：所连的链或者合约换过")
    return len(found), faults


def compare_configured() -> tuple[int, list[str], str]:
    """The same as the settings say: how many heads, the faults, and why nothing could be compared."""
    log = queries.log_key()
    if not configured() or log is None:
        return 0, [], ""
    try:
        anchor = opened()
        count, faults = compare(anchor.evm, anchor.account, log.name)
    except (Unreachable, Declined, NotSet, Unverified) as error:
        return 0, [], str(error)
    return count, faults, ""


def compare_tree(evm: Evm, of: str, checkpoint: Checkpoint, read: ReadTile) -> int:
    """For whoever has a proof and a mirror of the log: that the tree the proof stands in goes on from all that was
    anchored, or is the beginning of it; how many anchored heads agree. Raises Mismatch, and Unverified for a tree that
    cannot be read.
    """
    found = evm.history(of, log_id(checkpoint.origin), settings.YINUO_ANCHOR_FROM_BLOCK)
    if not found:
        raise Mismatch(f"账户 {of} 没有锚定过日志 {checkpoint.origin}")
    if Tree(checkpoint.size, read).root() != checkpoint.root:
        raise Mismatch("镜像里的日志不是证明所在的那一本")
    for kept in found:
        if Tree(kept.size, read).root() != kept.root:
            raise Mismatch(f"链上锚定的 {kept.size} 条的树根（区块 {kept.number}）与镜像里的日志不符")
    return len(found)


def note_run(at: datetime, *, error: str = "", fault: str = "") -> None:
    """What the last run came to, for status and pages; `looked_at` moves with a good one only."""
    AnchorState.objects.get_or_create(pk=1)
    good = {} if error or fault else {"looked_at": at}
    AnchorState.objects.filter(pk=1).update(error=error[:300], fault=fault[:300], **good)


def _of(anchor: Anchor) -> QuerySet[Anchoring]:
    return Anchoring.objects.filter(account=anchor.account, contract=anchor.evm.contract)


def _anchored(anchor: Anchor) -> int:
    return _of(anchor).filter(confirmed_at__isnull=False).order_by("-size").values_list("size", flat=True).first() or 0


def _begun(anchor: Anchor, checkpoint: Checkpoint, made: Prepared, at: datetime) -> Anchoring | None:
    """The row of a transaction about to leave; None where another process has one open."""
    try:
        with transaction.atomic():
            return Anchoring.objects.create(
                origin=checkpoint.origin,
                size=checkpoint.size,
                root=checkpoint.root,
                chain_id=made.chain_id,
                contract=anchor.evm.contract,
                account=anchor.account,
                nonce=made.nonce,
                transaction=made.hash,
                raw=made.raw,
                sent_at=at,
            )
    except IntegrityError:
        return None


def _finish(anchor: Anchor, row: Anchoring, at: datetime, wait: Wait) -> bool:
    """Whether the transaction has come to an end; the row says which."""
    receipt = anchor.evm.receipt(row.transaction)
    if receipt is None:
        try:
            if at - row.sent_at >= STUCK:
                _replace(anchor, row, at)
            anchor.evm.send(bytes(row.raw))
        except Declined as error:
            # Its place was taken by another transaction of the account; the next run looks at what the chain has.
            receipt = anchor.evm.receipt(row.transaction)
            if receipt is None:
                row.failed = str(error)[:300]
                row.save(update_fields=["failed"])
                return True
        receipt = receipt or _awaited(anchor.evm, row.transaction, wait)
    if receipt is None:
        return False
    row.block, row.block_hash, row.gas = receipt.number, receipt.block, receipt.gas
    if receipt.accepted:
        row.confirmed_at = at
    else:
        row.failed = "合约没有接受：链上已有同样多或者更多的条目"
    row.save(update_fields=["block", "block_hash", "gas", "confirmed_at", "failed"])
    return True


def _replace(anchor: Anchor, row: Anchoring, at: datetime) -> None:
    made = anchor.evm.prepare(anchor.private, log_id(row.origin), row.size, bytes(row.root), instead_of=row.nonce)
    row.transaction, row.raw, row.sent_at = made.hash, made.raw, at
    row.save(update_fields=["transaction", "raw", "sent_at"])


def _adopt(anchor: Anchor, origin: str, kept: Kept, at: datetime) -> None:
    """A head the chain has and no row here speaks of, as after a restore: put on record with its own transaction."""
    if _of(anchor).filter(origin=origin, size=kept.size, confirmed_at__isnull=False).exists():
        return
    found = next(
        (one for one in anchor.evm.history(anchor.account, log_id(origin), kept.number) if one.size == kept.size), None
    )
    if found is not None:
        Anchoring.objects.get_or_create(
            transaction=found.transaction,
            defaults={
                "origin": origin,
                "size": kept.size,
                "root": kept.root,
                "chain_id": anchor.evm.chain_id(),
                "contract": anchor.evm.contract,
                "account": anchor.account,
                "nonce": None,
                "raw": b"",
                "sent_at": at,
                "block": found.number,
                "confirmed_at": at,
            },
        )


def _awaited(evm: Evm, hash: str, wait: Wait) -> Receipt | None:
    """The receipt once there is one, after a while at most."""
    for _ in range(int(WAIT_SECONDS / LOOK_SECONDS)):
        found = evm.receipt(hash)
        if found is not None:
            return found
        wait(LOOK_SECONDS)
    return evm.receipt(hash)
