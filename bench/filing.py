"""A whole instant filing over HTTP beside the same rows by plain SQL: throughput, p50, p95, p99, statements, ratio.

Two closed-loop keep-alive connections, one per web worker (checked); fsync on; job workers paused, then draining; then
4 and 16 connections.
"""

from __future__ import annotations

import http.client
import json
import re
import statistics
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.instance import Instance, companies, fresh, web

PORT = 8971
SECONDS = 6.0
WARM_UP = 1.5


class Client:
    """One keep-alive connection that files one project after another."""

    def __init__(self, secret: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        self.secret = secret
        self.times: list[float] = []
        self.worker = self._worker()

    def _worker(self) -> int:
        self.connection.request("GET", "/health")
        return int(json.loads(self.connection.getresponse().read())["worker"])

    def file(self) -> float:
        body = self._body()
        began = time.perf_counter()
        self.connection.request("POST", "/api/v1/projects", body, {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": uuid.uuid4().hex,
        })  # fmt: skip
        answer = self.connection.getresponse()
        data = answer.read()
        took = time.perf_counter() - began
        if answer.status != 201 or b'"instant": true' not in data.replace(b'"instant":true', b'"instant": true'):
            raise AssertionError(f"{answer.status}: {data[:300]!r}")
        return took

    def _body(self) -> bytes:
        from tests.apps.county import facts

        return json.dumps({"facts": facts(name=f"测量项目{uuid.uuid4().hex[:12]}"), "pledged": True}).encode()

    def run(self, until: Callable[[], bool], keep: Callable[[], bool]) -> None:
        while not until():
            took = self.file()
            if keep():
                self.times.append(took)


def clients(secrets: list[str], count: int) -> list[Client]:
    """Connections spread over the web workers as evenly as they can be: where two land on one worker, another is
    opened.
    """
    made: list[Client] = []
    per_worker: dict[int, int] = {}
    tries = 0
    while len(made) < count:
        client = Client(secrets[len(made)])
        tries += 1
        if per_worker.get(client.worker, 0) >= -(-count // 2) and tries < 200:
            client.connection.close()
            continue
        per_worker[client.worker] = per_worker.get(client.worker, 0) + 1
        made.append(client)
    if count == 2 and len(per_worker) != 2:
        raise AssertionError("both connections are on one worker")
    return made


def measure(secrets: list[str], count: int) -> dict[str, Any]:
    group = clients(secrets, count)
    began = time.perf_counter()
    keep_from, end = began + WARM_UP, began + WARM_UP + SECONDS
    threads = [
        threading.Thread(
            target=client.run, args=(lambda: time.perf_counter() >= end, lambda: time.perf_counter() >= keep_from)
        )
        for client in group
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(took for client in group for took in client.times)
    cuts = statistics.quantiles(times, n=100)
    return {
        "connections": count,
        "per_second": round(len(times) / SECONDS, 1),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p95_ms": round(cuts[94] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
    }


def statements(instance: Instance, secret: str) -> int:
    """SQL statements of one filing over HTTP, BEGIN and COMMIT included, as PostgreSQL itself counts them."""
    log = instance.home / "postgres" / "server.log"
    from yinuo.deploy.embedded import Server

    with Server(instance.home).connect() as admin:
        admin.execute("ALTER SYSTEM SET log_statement = 'all'")
        admin.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)
    client = Client(secret)
    for _ in range(8):
        client.file()
    size = log.stat().st_size
    client.file()
    time.sleep(0.3)
    text = log.read_bytes()[size:].decode(errors="replace")
    with Server(instance.home).connect() as admin:
        admin.execute("ALTER SYSTEM RESET log_statement")
        admin.execute("SELECT pg_reload_conf()")
    return sum("execute " in line or "statement: " in line for line in text.splitlines())


FLOOR = Path(__file__).with_name("filing_floor.sql")


def floor_statements(number: int) -> list[str]:
    """The floor's statements without its BEGIN and COMMIT, as pgbench sends them with `number` for its random one."""
    lines = [line for line in FLOOR.read_text(encoding="utf-8").splitlines() if not line.startswith(("--", "\\set"))]
    parts = [part.strip() for part in "\n".join(lines).split(";\n")]
    return [
        re.sub(r"(?<!:):r\b", str(number), part) for part in parts if part not in ("", "BEGIN", "COMMIT", "COMMIT;")
    ]


def floor(instance: Instance, connections: int) -> dict[str, float]:
    """The same rows by plain SQL through pgbench, prepared, one statement a row kind, fsync on."""
    from yinuo.deploy.binaries import locate, service_account

    pgbench = locate(service_account()).bin / "pgbench"
    done = subprocess.run(
        [
            str(pgbench),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(connections),
            "-j",
            "1",
            "-T",
            str(int(SECONDS)),
            "-f",
            str(FLOOR),
            instance.app_url,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr[-800:])
    rate = next(float(line.split("=")[1].split()[0]) for line in done.stdout.splitlines() if line.startswith("tps"))
    latency = next(
        float(line.split("=")[1].split()[0]) for line in done.stdout.splitlines() if line.startswith("latency average")
    )
    return {"per_second": round(rate, 1), "mean_ms": round(latency, 2)}


def screening_ms() -> float:
    """What the rules alone take for one filing."""
    from datetime import date

    from tests.apps.county import facts
    from yinuo.core.screen import screen_filing
    from yinuo.engine.rules import pack

    given = facts(unit={"type": "enterprise", "credit_code": "914403001922038216", "grade": "A-"})
    rules = pack()
    began = time.perf_counter()
    for _ in range(200):
        screen_filing(given, rules, date(2026, 11, 24))
    return round((time.perf_counter() - began) / 200 * 1000, 3)


def run() -> dict[str, Any]:
    with fresh() as instance:
        secrets = companies(16)
        from django.db import connections

        connections.close_all()
        with web(instance, PORT):
            counted = statements(instance, secrets[0])
            two = measure(secrets, 2)
            four, sixteen = measure(secrets, 4), measure(secrets, 16)
            worker = instance.process("yinuo.deploy.worker")
            time.sleep(2)
            draining = measure(secrets, 2)
            worker.kill()
            worker.wait(10)
        least = floor(instance, 2)
        return {
            **two,
            "statements": counted,
            "screening_ms": screening_ms(),
            "floor_per_second": least["per_second"],
            "floor_mean_ms": least["mean_ms"],
            "ratio": round(two["per_second"] / least["per_second"], 3),
            "draining_per_second": draining["per_second"],
            "draining": draining,
            "at_4": four,
            "at_16": sixteen,
        }
