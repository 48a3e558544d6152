"""`yinuo up`: everything an instance needs, in one process group that ends as one."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from yinuo import __version__
from yinuo.core.calendar import TZ
from yinuo.deploy import envfile, packs, paths
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.embedded import Server
from yinuo.deploy.processes import Child, stop_all

app = typer.Typer(help="启动全部：数据库、迁移、规则包、后台任务、网站。Ctrl-C 停止。")
console = Console(highlight=False)

WEB_WORKERS = 2
HEALTHY_WITHIN_SECONDS = 180
RESTARTED_WITHIN_SECONDS = 120
DEATHS, DEATHS_WITHIN_SECONDS = 5, 600


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="备好演示数据，并列出各角色的登录名")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="网站的端口")] = 8000,
    host: Annotated[str, typer.Option(help="网站监听的地址")] = "127.0.0.1",
    data: Annotated[Path | None, typer.Option(help="数据文件夹（默认见 YINUO_DATA）", file_okay=False)] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="后台任务的进程数")] = 1,
) -> None:
    """启动全部：数据库、迁移、规则包、后台任务、网站。Ctrl-C 停止。"""
    began = time.monotonic()
    if data is not None:
        os.environ["YINUO_DATA"] = str(data.expanduser().absolute())
    if demo:
        os.environ["YINUO_DEMO"] = "1"
    envfile.load(paths.default_home())
    os.environ.setdefault("YINUO_ORIGIN", f"http://localhost:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    stop = _stop_on_signal()
    home = paths.default_home()
    _refuse_taken_port(host, port)
    refuse_faulty_pack()
    with alone(home):
        from yinuo.deploy.instance import running

        _say("启动数据库")
        with running(stops=True) as server:
            logins = _prepare(demo)
            if not stop.is_set():
                _serve(home, host, port, workers, stop, logins, began, DatabaseSupervisor(server))


def refuse_faulty_pack() -> None:
    """Tells every finding before it refuses: rules that contradict themselves would decide on people."""
    try:
        packs.refuse_faulty(datetime.now(TZ).date())
    except packs.FaultyPack as faulty:
        for finding in faulty.findings:
            print(finding, file=sys.stderr)
        raise


def _say(line: str) -> None:
    console.print(f"[dim]·[/dim] {line}" if console.is_terminal else line)


def _stop_on_signal() -> threading.Event:
    """The first signal asks for an orderly end; a second one is not needed and changes nothing."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    return stop


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise typer.BadParameter(
                f"{host}:{port} 不能监听（{error.strerror}），请用 --port 另选一个", param_hint="--port"
            ) from None


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One `up` per data folder: two would run the same background work and stop each other's database."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseError(
                f"{home} 已有一个 yinuo up 在运行（或者 yinuo setup、upgrade、restore 正在改动它）"
            ) from None
        yield


def _prepare(demo: bool) -> list[tuple[str, str, str]]:
    """Schema, rules, and the demonstration; returns its logins: (who, name, password)."""
    import django

    django.setup()
    from django.core import checks

    from yinuo.deploy import upgrade
    from yinuo.deploy.checks import TAG

    for fault in checks.run_checks(tags=[TAG]):
        raise typer.BadParameter(fault.msg)

    done = upgrade.bring_up(_say)
    if done.backup:
        _say(f"已由 {done.found.release} 升级到 {__version__}；升级以前的备份：{done.backup}")
    if done.faults:
        _say(f"审计有 {len(done.faults)} 处不符，用 yinuo chain audit 查看：{done.faults[0]}")
    from yinuo.stories import demo as demonstration

    if demo:
        from yinuo.stories.demo import nodes

        nodes.begin(os.environ["YINUO_ORIGIN"])
        return list(demonstration.build(_say))
    demonstration.refuse_in_earnest()
    return []


def _children(home: Path, host: str, port: int, workers: int) -> list[Child]:
    environment = {**os.environ, "YINUO_SUPERVISED": "1"}
    collected = os.environ.get("YINUO_LOG") == "json"
    folder = home / "log"
    folder.mkdir(exist_ok=True, mode=0o700)

    def child(name: str, *command: str) -> Child:
        log = None if collected else folder / f"{name}.log"
        if log and log.exists():
            log.replace(log.with_suffix(".log.1"))
        return Child(name, [sys.executable, "-m", *command], log, environment)

    web = child("web", "yinuo.deploy.web", host, str(port), str(WEB_WORKERS))
    made = [web, *(child(f"worker-{number}", "yinuo.deploy.worker") for number in range(1, workers + 1))]
    made.append(child("sequencer", "yinuo.deploy.sequencer"))
    nodes = home / "nodes"
    return [
        *made,
        *(child(f"node-{folder.name}", "yinuo.deploy.node", str(folder), "0") for folder in sorted(nodes.glob("*/"))),
    ]


class DatabaseSupervisor:
    """Starts the database anew when it has died; None = it is somebody else's."""

    def __init__(self, server: Server | None) -> None:
        self.server = server
        self.deaths: list[float] = []

    def restart_if_dead(self, stop: threading.Event) -> bool:
        """Returns whether it had died.

        Raises DatabaseError where it does not come back, so that `up` ends and whoever started it acts.
        """
        if self.server is None or self.server.alive() or stop.is_set():
            return False
        _say("数据库意外停止，重新启动")
        now = time.monotonic()
        self.deaths = [at for at in self.deaths if now - at < DEATHS_WITHIN_SECONDS] + [now]
        if len(self.deaths) >= DEATHS:
            raise DatabaseError(f"数据库 {DEATHS_WITHIN_SECONDS // 60} 分钟里停了 {DEATHS} 次，见 {self.server.log}")
        while not stop.is_set():
            try:
                # What the dead one left running holds on to its memory for a moment: the first attempts may fail.
                self.server.start()
            except DatabaseError:
                if time.monotonic() - now > RESTARTED_WITHIN_SECONDS:
                    raise
                stop.wait(1)
            else:
                _say(f"数据库已恢复（{time.monotonic() - now:.0f} 秒）")
                break
        return True


def _serve(
    home: Path,
    host: str,
    port: int,
    workers: int,
    stop: threading.Event,
    logins: list[tuple[str, str, str]],
    began: float,
    supervisor: DatabaseSupervisor,
) -> None:
    from django.db import connections

    connections.close_all()
    children = _children(home, host, port, workers)
    try:
        _say("启动网站与后台任务")
        # The website first and alone: whoever waits for it does not wait for the others.
        children[0].start()
        _wait_until_healthy(children[0], host, port, stop)
        for child in children[1:]:
            child.start()
        if not stop.is_set():
            _announce(port, logins, time.monotonic() - began, home)
        while not stop.wait(0.5):
            if supervisor.restart_if_dead(stop):
                for child in children:
                    child.forget_deaths()
            _revive(children)
    finally:
        _say("正在停止")
        stop_all(children)


def _wait_until_healthy(web: Child, host: str, port: int, stop: threading.Event) -> None:
    target = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    request = urllib.request.Request(f"http://{f'[{target}]' if ':' in target else target}:{port}/ready")
    request.add_header("Host", "localhost")
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    while not stop.is_set():
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError as error:
            if not web.alive():
                raise DatabaseError(f"网站没有起来，见 {web.log or '上面的日志'}") from None
            if time.monotonic() > deadline:
                raise DatabaseError(
                    f"网站在 {HEALTHY_WITHIN_SECONDS} 秒内没有应答（{error}），见 {web.log or '上面的日志'}"
                ) from None
        stop.wait(0.1)


def _revive(children: list[Child]) -> None:
    for child in children:
        if child.alive():
            continue
        if child.falls_over():
            raise DatabaseError(f"{child.name} 反复退出，见 {child.log or '上面的日志'}")
        _say(f"{child.name} 意外退出，重新启动")
        child.start()


def _has_administrator() -> bool:
    from django.db import connections
    from django.utils import timezone

    from yinuo.deploy.setup import doing

    try:
        return doing.has_administrator(timezone.now())
    finally:
        connections.close_all()


def _announce(port: int, logins: list[tuple[str, str, str]], seconds: float, home: Path) -> None:
    console.print(f"\n一诺已就绪（{seconds:.0f} 秒）：{os.environ['YINUO_ORIGIN']}\n")
    for who, name, password in logins:
        console.print(f"  {who}：{name} / {password}")
    if logins:
        console.print()
    elif not _has_administrator():
        console.print(f"还没有系统管理员，没有人能登录：请另开一个终端运行 yinuo setup --data {home}\n", soft_wrap=True)
    console.print(f"数据与日志：{home}　停止：Ctrl-C")
    sys.stdout.flush()
