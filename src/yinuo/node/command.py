"""`yinuo node init|serve|status`: begin a node in a folder, run it, ask how it is."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE, Unverified, VerifierKey, decode64, encode64
from yinuo.chain.words import FIELDS, TYPES
from yinuo.node.mirror import Alarm, Mirror, Pinned
from yinuo.node.searching import Declined, search
from yinuo.node.server import State, fetcher, follow, serve, status_of
from yinuo.node.store import Store

app = typer.Typer(help="信息链节点：镜像日志、逐条核对、见证检查点。", no_args_is_help=True, rich_markup_mode=None)
COUNTY = timezone(timedelta(hours=8))
Folder = Annotated[Path, typer.Argument(metavar="文件夹", help="节点自己的文件夹")]


@app.command()
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="节点的名称，如 bank.example/node")],
    url: Annotated[str, typer.Option(help="日志的网址，如 https://yinuo.example/chain")],
    log: Annotated[str, typer.Option(help="日志的公钥（平台运行者以可信途径告知）")],
    platform: Annotated[str, typer.Option(help="平台签名密钥的公钥（同上）")],
    twin: Annotated[str, typer.Option(help="国密并行树的公钥（同上；平台打开了才有）")] = "",
) -> None:
    """新建一个节点：生成自己的密钥，记下所跟随的日志。打印要告诉平台的公钥。"""
    try:
        pinned = Pinned(
            VerifierKey.parse(log), decode64(platform, "platform"), VerifierKey.parse(twin) if twin else None
        )
        key = SigningKey.generate(name, COSIGNATURE)
    except Unverified as error:
        raise typer.BadParameter(str(error)) from None
    begin(folder, url, pinned, key)
    print(key.verifier)


def begin(folder: Path, url: str, pinned: Pinned, key: SigningKey) -> None:
    """Writes a node's folder. Raises BadParameter where one is already."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(folder / "node.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise typer.BadParameter(f"{folder} 里已经有一个节点") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        twin = {"twin": str(pinned.twin)} if pinned.twin else {}
        json.dump(
            {"url": url, "log": str(pinned.log), "platform": encode64(pinned.platform), "key": str(key), **twin}, file
        )


def opened(folder: Path) -> tuple[Mirror, str]:
    """The node of a folder, and its log's address. Raises BadParameter."""
    try:
        kept: dict[str, Any] = json.loads((folder / "node.json").read_text(encoding="utf-8"))
        twin = VerifierKey.parse(kept["twin"]) if "twin" in kept else None
        pinned = Pinned(VerifierKey.parse(kept["log"]), decode64(kept["platform"], "platform"), twin)
        key = SigningKey.parse(kept["key"])
    except (OSError, ValueError, KeyError, Unverified) as error:
        raise typer.BadParameter(f"{folder} 里没有可用的节点（{error}）") from None
    return Mirror(Store(folder / "node.db"), fetcher(kept["url"]), key, pinned), kept["url"]


@app.command("twin")
def follow_twin(
    folder: Folder, key: Annotated[str, typer.Argument(metavar="公钥", help="国密并行树的公钥，以可信途径得来")]
) -> None:
    """从此也核对、见证国密并行树（平台后来才打开的）；节点须重新启动。"""
    mirror, _ = opened(folder)
    mirror.store.close()
    try:
        pinned = Pinned(mirror.pinned.log, mirror.pinned.platform, VerifierKey.parse(key))
    except Unverified as error:
        raise typer.BadParameter(str(error), param_hint="公钥") from None
    if mirror.pinned.twin not in (None, pinned.twin):
        raise typer.BadParameter("这个节点已经跟随另一把公钥的国密并行树", param_hint="公钥")
    path, beside = folder / "node.json", folder / "node.json.new"
    kept = json.loads(path.read_text(encoding="utf-8")) | {"twin": str(pinned.twin)}
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    print(f"{mirror.key.name} 从下次启动起跟随 {pinned.twin.name if pinned.twin else ''}")


@app.command("serve")
def run(
    folder: Folder,
    host: Annotated[str, typer.Option(help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口；0 为任意空闲端口")] = 0,
    every: Annotated[float, typer.Option(min=0.05, help="每隔几秒核对一次")] = 1.0,
) -> None:
    """运行节点，直到 Ctrl-C。"""
    mirror, url = opened(folder)
    state, stop = State(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = serve(mirror, state, host, port)
    (folder / "port").write_text(f"{server.server_port}\n", encoding="ascii")
    print(f"节点 {mirror.key.name} 已就绪：http://{host}:{server.server_port}/", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        follow(mirror, url, state, stop, every)
    finally:
        server.shutdown()
        mirror.store.close()


@app.command("search")
def ask(
    folder: Folder,
    code: Annotated[str, typer.Argument(metavar="项目代码")],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> int:
    """按授权查询一个项目的全部记录，逐条与自己的镜像核对；没有授权或者核对不上时退出码为 1。"""
    mirror, url = opened(folder)
    try:
        found = search(mirror, url, code, seconds=int(time.time()))
    except (Declined, Unverified, Alarm, OSError) as error:
        print(f"查询没有成功：{error}")
        return 1
    finally:
        mirror.store.close()
    if as_json:
        rows = [
            {"index": one.index, "n": one.leaf.n, "type": one.leaf.type, "at": one.leaf.at, "fields": one.fields}
            for one in found
        ]
        print(json.dumps({"code": code, "records": rows}, ensure_ascii=False, sort_keys=True))
        return 0
    for one in found:
        kind = TYPES.get(one.leaf.type, one.leaf.type)
        print(f"{one.leaf.n}. {_clock(one.leaf.at)}　{kind}（{one.leaf.issuer}，日志第 {one.index + 1} 条）")
        for name, value in one.fields.items():
            print(f"     {FIELDS.get(name, name)}：{value}")
    print(f"共 {len(found)} 条，与本节点的镜像一致，没有缺漏。")
    return 0


def _clock(at: str) -> str:
    """An entry's own time as this county reads it; whoever runs a log may have written anything there."""
    try:
        return f"{datetime.fromisoformat(at).astimezone(COUNTY):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return at


@app.command()
def status(folder: Folder, as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False) -> int:
    """节点见证到哪里，有没有异常证据（有则退出码为 1）。"""
    mirror, _ = opened(folder)
    found = status_of(mirror, State())
    if as_json:
        print(json.dumps(found, ensure_ascii=False, sort_keys=True))
    else:
        twin = f"国密并行树 {found['twin_size']} 条，" if found["twin"] else ""
        print(f"{found['name']}：已见证 {found['size']} 条，{twin}异常证据 {len(found['evidence'])} 件")
        for one in found["evidence"]:
            print(f"  {one['kind']}：{one['text']}")
    mirror.store.close()
    return 1 if found["evidence"] else 0
