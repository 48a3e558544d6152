"""An instance to measure: its own durable PostgreSQL under a data folder of its own, a county, companies with keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = Path("/var/lib/yinuo-bench") if os.geteuid() == 0 else ROOT / "build" / "bench"


@dataclass
class Instance:
    home: Path
    environment: dict[str, str]
    app_url: str

    def process(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self.home / f"{command[0].rsplit('.', 1)[-1]}.log").open("ab")
        return subprocess.Popen([sys.executable, "-m", *command], env=self.environment, stdout=log, stderr=log)


@contextmanager
def fresh() -> Iterator[Instance]:
    """A new, migrated, empty instance; Django is set up in this process too. Gone afterwards."""
    from yinuo.deploy.embedded import APP, OWNER, Server

    if HOME.exists():
        Server(HOME).stop()
        shutil.rmtree(HOME)
    server = Server(HOME)
    server.start()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "yinuo.config.settings",
        "YINUO_DATA": str(HOME),
        "YINUO_DATABASE_URL": server.url(APP),
        "YINUO_DATABASE_OWNER_URL": server.url(OWNER),
        "YINUO_SECRET_KEY": "bench",
        "YINUO_LOG_LEVEL": "ERROR",
    }
    os.environ.update(environment)
    import django

    django.setup()
    from django.db import connections
    from django.utils import timezone

    from yinuo.deploy import database
    from yinuo.engine import bootstrap

    database.migrate()
    bootstrap.begin_log(timezone.now())
    try:
        yield Instance(HOME, environment, server.url(APP))
    finally:
        connections.close_all()
        server.stop()
        shutil.rmtree(HOME, ignore_errors=True)


def settle() -> None:
    """Frees what preparing has left and sets the rest aside,
    as a web worker does with what it loads (deploy/wsgi.py).
    """
    from yinuo.deploy.garbage import set_aside_what_stays

    set_aside_what_stays()


@contextmanager
def web(instance: Instance, port: int, workers: int = 2) -> Iterator[None]:
    """The web server with `workers` processes, up and answering."""
    process = instance.process("yinuo.deploy.web", "127.0.0.1", str(port), str(workers))
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).read()
                break
            except OSError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def companies(count: int) -> list[str]:
    """`count` companies with one person each; returns their API keys."""
    from django.utils import timezone

    from tests.apps.county import new_company, new_county
    from yinuo.engine.base import Actor
    from yinuo.engine.people.actions import issue_key

    new_county()
    secrets = []
    for number in range(count):
        company = new_company(f"测量企业{number}", code=credit_code(number))
        now = timezone.now()
        _, secret = issue_key(
            actor=Actor.system(),
            person=company.person,
            name="bench",
            expires_at=now + timedelta(days=1),
            at=now,
            unit=company.unit,
        )
        secrets.append(secret)
    return secrets


def credit_code(number: int) -> str:
    """A valid 统一社会信用代码 for a made-up company."""
    from yinuo.core.codes import CodeError, check_credit_code

    body = f"{number:08d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    rest = 11 - total % 11
    mark = {10: "X", 11: "0"}.get(rest, str(rest))
    for last in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        code = f"91622927{body}{mark}{last}"
        try:
            check_credit_code(code)
        except CodeError:
            continue
        return code
    raise AssertionError(body)
