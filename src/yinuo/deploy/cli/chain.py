"""`yinuo chain`: how the log stands, whether everything agrees with it, a proof of one record, and a proof checked
anywhere.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from yinuo.chain import leaves
from yinuo.chain.policies import lint
from yinuo.chain.printed import proof_in
from yinuo.chain.tree import ReadTile, Tile, width_at
from yinuo.chain.verifier import HASH_SIZE, Checkpoint, Note, Policy, Proof, Unverified
from yinuo.chain.words import FIELDS, TYPES
from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.cli.asking import Json
from yinuo.deploy.cli.scanning import CannotScan, code_in, is_picture
from yinuo.engine.infochain.words import in_words
from yinuo.node.mirror import Fetch, entries_of
from yinuo.node.server import fetcher
from yinuo.node.store import Store

app = typer.Typer(help="信息链：状态、审计、验证、证明", no_args_is_help=True, rich_markup_mode=None)


# What the machine-readable answers' names are called where people read them.
WORDS = {
    "size": "日志", "published": "已发布", "waiting": "等待写入", "witnessed": "已见证", "witnesses": "见证的节点",
    "independently_witnessed": "有独立的见证", "policy_faults": "见证规则的缺陷", "refused": "暂停签名的原因",
    "twin": "国密并行树", "anchor": "外部锚定", "audited_at": "上次审计", "audit_faults": "上次审计不符之处",
    "evidence": "异常证据", "done": "办成", "why": "原因", "faults": "不符", "account": "锚定账户",
    "contract": "锚定合约", "anchored": "已锚定", "sent": "已发出",
    "recovered": "恢复", "valid": "成立", "also": "另一棵树", "index": "位置（从 0 数起）", "log": "日志名称",
    "log_size": "日志条数", "type": "记录种类", "issuer": "签发", "at": "签发时间", "n": "本主体的第几条",
    "fields": "公开的字段",
}  # fmt: skip


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    import django

    django.setup()


@contextmanager
def instance() -> Iterator[None]:
    """The instance's database, up for as long as the question takes.

    Raises DatabaseError where nothing was ever started.
    """
    _django()
    from django.db import ProgrammingError

    from yinuo.deploy.instance import running

    with running():
        try:
            yield
        except ProgrammingError as error:
            raise DatabaseError(f"这里的数据库还没有准备好，请先运行 yinuo up（{error}）") from None


def _show(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False, sort_keys=True))
        return
    for name, value in found.items():
        print(f"{WORDS[name]}：{_said(TYPES.get(value, value) if name == 'type' else value)}")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "；".join(f"{FIELDS.get(name, name)} {_said(one)}" for name, one in value.items()) or "无"
    return (
        "；".join(map(str, value)) or "无" if isinstance(value, list) else "无" if value in (None, "") else str(value)
    )


@app.command()
def status(as_json: Json = False) -> int:
    """日志写到哪里，谁见证到哪里；暂停签名、见证规则有缺陷、上次审计有不符或者节点报来异常证据时退出码为 1。"""
    with instance():
        from yinuo.engine.infochain import queries

        policy = queries.policy()
        found = queries.status(policy)
        faults = lint(policy) if policy and policy.quorum != "none" else []
        audit, evidence = queries.last_audit(), queries.evidence_count()
    _show(
        {
            "size": found.size,
            "published": found.published,
            "waiting": found.waiting,
            "witnessed": found.witnessed_size,
            "witnesses": found.witnesses if as_json else [f"{name} {size}" for name, size in found.witnesses.items()],
            "independently_witnessed": bool(policy and policy.quorum != "none"),
            "policy_faults": faults,
            "refused": found.refused,
            "twin": _twin_told(found.twin, as_json),
            "anchor": _anchor_told(found.anchor, as_json),
            "audited_at": audit.at.astimezone(TZ).isoformat(timespec="seconds") if audit else None,
            "audit_faults": audit.fault_count if audit else None,
            "evidence": evidence,
        },
        as_json,
    )
    broken = (found.twin and found.twin.refused) or (found.anchor and found.anchor.fault)
    wrong = found.refused or faults or evidence or (audit and audit.fault_count) or broken
    return 1 if wrong else 0


def _anchor_told(anchor: Any, as_json: bool) -> Any:
    """How far the log is anchored; None or a line where it never was."""
    if as_json:
        return anchor and asdict(anchor) | {"at": anchor.at and anchor.at.isoformat()}
    if anchor is None:
        return "没有打开"
    done = (
        f"{anchor.size} 条，{day_words(anchor.at.astimezone(TZ).date())}，区块 {anchor.block}"
        if anchor.at
        else "还没有锚定过"
    )
    return "；".join(
        filter(None, [done, anchor.waiting and f"交易 {anchor.waiting} 还不在区块里", anchor.error, anchor.fault])
    )


def _twin_told(twin: Any, as_json: bool) -> Any:
    """How the twin stands; None or a line where it was never switched on."""
    if as_json:
        return twin and asdict(twin) | {"stopped_at": twin.stopped_at and twin.stopped_at.isoformat()}
    if twin is None:
        return "没有打开"
    since = f"，自{day_words(twin.stopped_at.astimezone(TZ).date())}起停用" if twin.stopped_at else ""
    return (
        f"已写入 {twin.published} 条，还差 {twin.behind} 条，已见证 {twin.witnessed_size} "
        f"条{since}{f'，暂停签名：{twin.refused}' if twin.refused else ''}"
    )


@app.command("rebuild-twin")
def rebuild_twin() -> int:
    """国密并行树的树块坏了时，丢掉它们，由定序进程从条目重新算出；签过的检查点不动，算不出同样的树根就不再签名。"""
    with instance():
        from yinuo.engine.infochain import sequencer, twinning

        with sequencer.alone() as held:
            if not held:
                print("定序进程正在写，请稍后再试一次")
                return 1
            had = twinning.tear_down()
    print(f"丢掉了 {had} 条的树块，平台运行时重新算出" if had else "没有国密并行树")
    return 0


@app.command()
def audit(as_json: Json = False) -> int:
    """从头核对日志、树、签名、链下记录和业务表，结果留痕；有一处对不上，退出码为 1 并逐条列出。"""
    with instance():
        from django.utils.timezone import now

        from yinuo.engine.base import Actor
        from yinuo.engine.infochain import actions, anchoring, queries
        from yinuo.engine.infochain import audit as auditing

        began, at = time.monotonic(), now()
        report = auditing.audit(queries.log_key(), queries.twin_key(), at=at)
        anchored, faults, unchecked = anchoring.compare_configured()
        report.faults += faults
        took = round((time.monotonic() - began) * 1000)
        actions.keep_audit(actor=Actor.system(), report=report, milliseconds=took, at=at)
    if as_json:
        told = vars(report) | {"clean": report.clean, "anchored": anchored, "anchor_unchecked": unchecked}
        print(json.dumps(told, ensure_ascii=False, sort_keys=True))
    else:
        print(f"核对了 {report.entries} 条日志、{report.leaves} 条链下记录、{report.rows} 行业务数据")
        if report.twin:
            print(f"国密并行树 {report.twin} 条")
        if anchored:
            print(f"外部锚定 {anchored} 次")
        if unchecked:
            print(f"外部锚定没有核对：{unchecked}")
        for fault in report.faults:
            print(f"  不符：{fault}")
        print("全部相符" if report.clean else f"有 {len(report.faults)} 处不符")
    return 0 if report.clean else 1


@app.command("anchor")
def anchor_now(
    new_key: Annotated[bool, typer.Option("--new-key", help="生成锚定账户的密钥，打印账户")] = False,
    import_key: Annotated[
        Path | None,
        typer.Option("--import-key", exists=True, dir_okay=False, help="改用别处发的私钥（十六进制，一行）"),
    ] = None,
    deploy: Annotated[bool, typer.Option("--deploy", help="把锚定合约部署到链上，打印地址")] = False,
    check: Annotated[bool, typer.Option("--check", help="只核对链上锚定过的与日志是否一致，不写链")] = False,
    as_json: Json = False,
) -> int:
    """把日志的头写到别人运行的链上，写以前先核对；链上的与日志不一致的，不写，退出码为 1。"""
    if new_key + (import_key is not None) + deploy + check > 1:
        raise typer.BadParameter("--new-key、--import-key、--deploy、--check 一次只用一个", param_hint="--check")
    with instance():
        from yinuo.engine.infochain import anchoring, evm

        try:
            told = _anchoring(new_key, import_key, deploy, check)
        except (evm.Unreachable, evm.Declined, anchoring.NotSet, anchoring.Mismatch, Unverified) as error:
            _show({"done": False, "why": str(error)}, as_json)
            return 1
    _show({"done": not told.get("faults"), **told}, as_json)
    return 1 if told.get("faults") else 0


def _anchoring(new_key: bool, import_key: Path | None, deploy: bool, check: bool) -> dict[str, Any]:
    from django.utils.timezone import now

    from yinuo.engine.infochain import anchoring, queries

    if new_key:
        return {"account": anchoring.keep_key()}
    if import_key is not None:
        try:
            return {
                "account": anchoring.keep_key(
                    bytes.fromhex(import_key.read_text(encoding="ascii").strip().removeprefix("0x"))
                )
            }
        except ValueError:
            raise typer.BadParameter("私钥应为一行十六进制", param_hint="--import-key") from None
    if deploy:
        return {"contract": anchoring.deploy(anchoring.opened(contract=False))}
    anchor, log = anchoring.opened(), queries.log_key()
    if check:
        count, faults = anchoring.compare(anchor.evm, anchor.account, log.name) if log else (0, [])
        return {"account": anchor.account, "anchored": count, "faults": faults}
    at = now()
    try:
        done = anchoring.run(anchor, at=at)
    except anchoring.Mismatch as error:
        anchoring.note_run(at, fault=str(error))
        raise
    if not done.waiting:
        anchoring.note_run(at)
    return {"account": anchor.account, "size": done.size, "sent": done.sent, "waiting": done.waiting}


@app.command()
def recover(
    source: Annotated[
        str,
        typer.Argument(metavar="[节点]", help="节点的文件夹或者网址，几个用逗号分隔；锁定文件不见了的，须给出全部节点"),
    ] = "",
    no_nodes: Annotated[bool, typer.Option("--no-nodes", help="没有节点见证的日志：由您确认没有别处签过更多")] = False,
    as_json: Json = False,
) -> int:
    """恢复备份以后，与节点核对，取回缺少的条目；接得上才写，写完就能继续签名。"""
    sources = [one for one in source.split(",") if one]
    if bool(sources) == no_nodes:
        raise typer.BadParameter("请给出节点；没有节点见证的，请改用 --no-nodes", param_hint="节点")
    with instance():
        from yinuo.engine.infochain import sequencer

        try:
            done = _vouched() if no_nodes else _recovered(sources)
        except (sequencer.Behind, Unverified, OSError) as error:
            _show({"recovered": False, "why": str(error)}, as_json)
            return 1
    if as_json:
        _show({"recovered": True, **asdict(done)}, as_json)
    elif not done.entries:
        print(f"没有缺少的条目（日志 {done.size} 条）。")
    else:
        print(f"取回 {done.entries} 条，日志现有 {done.size} 条；恢复以后写下的 {done.resealed} 条已接在后面。")
        print(f"其中 {done.entries - done.known} 条所说的业务数据已随数据库丢失，yinuo chain audit 逐条列出。")
    return 0


def _lock() -> Any:
    from django.conf import settings

    from yinuo.engine.infochain import storage

    return storage.HeadLock(settings.YINUO_CHAIN_HOME / "head")


def _recovered(sources: list[str]) -> Any:
    """What the newest of the nodes named gives back.

    Without the lock file every node has to be asked: it alone said how far it went.
    """
    from django.conf import settings
    from django.utils.timezone import now

    from yinuo.engine.infochain import queries, recovering, sequencer

    log, policy, lock = queries.log_key(), queries.policy(), _lock()
    if log is None:
        raise sequencer.Behind(f"{settings.YINUO_CHAIN_HOME} 里没有日志的密钥，请先放回来")
    asked = len(policy.witnesses) if policy else 1
    if not lock.path.exists() and len(sources) < asked:
        raise sequencer.Behind(
            f"锁定文件 {lock.path} 不在，不知道签到了哪里：请给出见证规则里的全部 {asked} 个节点，取其中最新的"
        )
    note, fetch = max(((Note.parse(one("checkpoint")), one) for one in map(_mirror, sources)), key=_size)
    return recovering.recover(
        note=note, fetch=lambda low, high: entries_of(fetch, low, high), log=log, lock=lock, at=now()
    )


def _vouched() -> Any:
    """A log that no node witnesses: the operator answers for it."""
    from yinuo.engine.infochain import queries, recovering, sequencer

    policy = queries.policy()
    if policy is not None and policy.witnesses:
        raise sequencer.Behind(f"见证规则里有 {len(policy.witnesses)} 个节点：请给出节点，不能只凭运行者的话")
    return recovering.Recovered(0, 0, 0, recovering.vouch(lock=_lock()))


def _size(found: tuple[Note, Fetch]) -> int:
    return Checkpoint.parse(found[0].text).size


def _mirror(source: str) -> Fetch:
    """Reads from a node by its address, or out of its folder. Raises BadParameter."""
    if source.startswith(("http://", "https://")):
        return fetcher(source)
    store = Store(Path(source) / "node.db") if (Path(source) / "node.db").exists() else None
    if store is None:
        raise typer.BadParameter(f"{source} 里没有节点的库 node.db")
    return lambda path: store.note() if path == "checkpoint" else store.read_tile(Tile.parse(path))


@app.command()
def prove(
    code: Annotated[str, typer.Argument(metavar="项目代码")],
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹")] = Path(),
    show: Annotated[str, typer.Option(help="公开哪些字段，逗号分隔；不写则全部，none 则一个也不公开")] = "",
) -> int:
    """为一个项目的每一条记录写一份可离线核对的证明（.tlog-proof）。"""
    wanted = None if not show else [] if show == "none" else show.split(",")
    out.mkdir(parents=True, exist_ok=True)
    with instance():
        from yinuo.engine.infochain import queries

        records = queries.leaves_of(code)
        if not records:
            print(f"信息链上没有 {code}")
            return 1
        policy, waiting = queries.policy(), 0
        for record in records:
            named = f"第 {record.n} 条（{TYPES.get(record.type, record.type)}）"
            try:
                proven = queries.prove(record, policy, show=wanted)
            except queries.NotYet as error:
                print(f"{named}：{error}")
                waiting += 1
                continue
            file = out / f"{code}-{record.n}.tlog-proof"
            file.write_bytes(bytes(proven.proof))
            print(f"{named}：{file}")
    return 1 if waiting else 0


@app.command()
def verify(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="文件",
            exists=True,
            dir_okay=False,
            help=".tlog-proof 文件、附有证明的 PDF、离线核验码的文字，或者印有它的图片和扫描件",
        ),
    ],
    policy: Annotated[Path, typer.Option("--policy", exists=True, dir_okay=False, help="见证规则（可信途径得来）")],
    anchor: Annotated[
        str,
        typer.Option(
            "--anchor",
            metavar="[日志]",
            help="还与链上的锚定核对：读日志的网址，或者节点的文件夹；合约、账户由环境变量给出",
        ),
    ] = "",
    as_json: Json = False,
) -> int:
    """不问任何服务器，核对一份证明；不成立则退出码为 1，并说明哪里不对。"""
    try:
        trusted = Policy.parse(policy.read_bytes())
    except Unverified as error:
        raise typer.BadParameter(f"见证规则读不懂：{error}", param_hint="--policy") from None
    try:
        data = _text_of(file.read_bytes())
        found = _verified(data, trusted)
        if anchor:
            found["anchored"] = _agrees_with_anchor(data, anchor)
    except (Unverified, CannotScan) as error:
        _show({"valid": False, "why": in_words(str(error)) if isinstance(error, Unverified) else str(error)}, as_json)
        return 1
    _show({"valid": True, **found}, as_json)
    return 0


def _text_of(data: bytes) -> bytes:
    """What is to be checked: of a picture, and of a PDF that carries no proof, the code printed on it.

    Raises CannotScan.
    """
    if is_picture(data) or (data.startswith(b"%PDF-") and Proof.HEADER.encode() not in data):
        return code_in(data).encode()
    return data


def _agrees_with_anchor(data: bytes, source: str) -> int:
    """How many heads of the log on the chain agree with the tree the proof stands in. Raises Unverified."""
    _django()
    from django.conf import settings

    from yinuo.engine.infochain import anchoring, evm

    account = os.environ.get("YINUO_ANCHOR_ACCOUNT", "") or anchoring.account()
    if not anchoring.configured() or not account:
        raise typer.BadParameter(
            "请设置 YINUO_ANCHOR_RPC、YINUO_ANCHOR_CONTRACT、YINUO_ANCHOR_ACCOUNT", param_hint="--anchor"
        )
    fetch = _mirror(source)
    checkpoint = Checkpoint.parse(Proof.parse(leaves.taken_out(proof_in(data))).checkpoint.text)
    size = max(checkpoint.size, Checkpoint.parse(Note.parse(fetch("checkpoint")).text).size)
    try:
        chain = evm.Evm(settings.YINUO_ANCHOR_RPC, settings.YINUO_ANCHOR_CONTRACT)
        chain.need_contract()
        return anchoring.compare_tree(chain, account, checkpoint, _read_below(fetch, size))
    except (evm.Unreachable, evm.Declined, anchoring.Mismatch, OSError) as error:
        raise Unverified(f"与链上的锚定核对不成：{error}") from None


def _read_below(fetch: Fetch, size: int) -> ReadTile:
    """Tiles of any earlier size out of a log of `size` entries: a wider tile begins with the narrower one."""

    def read(tile: Tile) -> bytes:
        there = Tile(tile.level, tile.index, width_at(tile.level, tile.index, size))
        return fetch(there.path)[: tile.width * HASH_SIZE]

    return read


def _verified(data: bytes, policy: Policy) -> dict[str, Any]:
    """What the proof says, checked; a PDF may carry the log's and its twin's, and each the policy knows has to hold.

    Raises Unverified.
    """
    found, *more = leaves.read_all(proof_in(data), policy)
    return {
        "also": [one.seen.checkpoint.origin for one in more],
        "index": found.index,
        "log": found.seen.checkpoint.origin,
        "log_size": found.seen.checkpoint.size,
        "witnesses": sorted(found.seen.witnesses),
        "type": found.leaf.type,
        "issuer": found.leaf.issuer,
        "at": found.leaf.at,
        "n": found.leaf.n,
        "fields": found.fields,
    }
