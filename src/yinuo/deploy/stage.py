"""A training instance of its own, in a folder that is gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yinuo.core.pack.types import Pack
from yinuo.deploy import embedded
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.processes import Child, stop_all
from yinuo.deploy.secret import training_token

HEALTHY_WITHIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Stage:
    """Where to play, the token that opens the cast there, and the rules it plays by."""

    url: str
    token: str
    rules: Pack


@contextmanager
def own(say: Callable[[str], None]) -> Iterator[Stage]:
    """An embedded database, the schema, the rules and one web worker with the travelling clock; nothing of it stays."""
    folder = Path(tempfile.mkdtemp(prefix="yinuo-journey-"))
    server = embedded.Server(folder)
    try:
        say("启动演练用的数据库")
        server.start()
        port, key = _free_port(), secrets.token_urlsafe(32)
        environment = _environment(folder, server, port, key)
        # The web server reads itself in while the tables are made.
        web = Child(
            "web",
            [sys.executable, "-m", "yinuo.deploy.web", "127.0.0.1", str(port), "1"],
            folder / "web.log",
            environment,
        )
        web.start()
        try:
            rules = _prepare(environment, say)
            say("启动演练用的网站")
            _wait(web, port)
            yield Stage(f"http://127.0.0.1:{port}", training_token(key), rules)
        finally:
            stop_all([web])
    finally:
        _close_connections()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(folder: Path, server: embedded.Server, port: int, key: str) -> dict[str, str]:
    """The operator's own settings stay out, but for the pack: a rehearsal sends no message and asks no outside
    provider.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YINUO_") or name == "YINUO_PACK"}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "yinuo.config.settings",
        "YINUO_DATA": str(folder),
        "YINUO_DATABASE_URL": server.url(embedded.APP),
        "YINUO_DATABASE_OWNER_URL": server.url(embedded.OWNER),
        "YINUO_SECRET_KEY": key,
        "YINUO_ORIGIN": f"http://localhost:{port}",
        "YINUO_TRAINING": "1",
        "YINUO_LOG_LEVEL": "WARNING",
    }


def _prepare(environment: dict[str, str], say: Callable[[str], None]) -> Pack:
    for name in [name for name in os.environ if name.startswith("YINUO_")]:
        del os.environ[name]
    os.environ.update(environment)
    import django

    django.setup()

    from yinuo.deploy import upgrade
    from yinuo.engine.rules import pack

    upgrade.bring_up(say)
    _close_connections()
    return pack()


def _close_connections() -> None:
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()


def _wait(web: Child, port: int) -> None:
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except OSError as error:
            if not web.alive() or time.monotonic() > deadline:
                tail = web.log.read_text(encoding="utf-8", errors="replace")[-500:] if web.log else ""
                raise DatabaseError(f"演练用的网站没有起来（{error}）：{tail}") from None
            time.sleep(0.1)
