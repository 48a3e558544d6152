"""Every page of `make pictures` as each role sees it, on the demonstration's data: p50 and p95, processor, weight,
queries; the worst first.

In one process, through every middleware, without the network; the floor is the lightest page (a static text without a
query).
"""

from __future__ import annotations

import gzip
import re
import statistics
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.instance import fresh, settle

ROUNDS = 20
LIMIT_MS, LIMIT_KB = 100, 150
# Loaded only where a chart is, and not weighed.
CHARTS = "vendor/charts.min.js"


def run() -> dict[str, Any]:
    with fresh():
        from django.conf import settings

        from scripts.picture_list import PAGES, prepare
        from yinuo.stories.demo import build

        build(lambda _words: None)
        settings.ALLOWED_HOSTS = ["*"]
        prepare()
        settle()
        clients: dict[str, Any] = {}
        lines = [line for page in PAGES if (line := _measured(page, clients)) is not None]
        lines.sort(key=lambda line: -line["p95_ms"])
        for line in lines:
            print(
                f"{line['page']:<34} {line['who']:<14} p50 {line['p50_ms']:>6.1f}  p95 {line['p95_ms']:>6.1f} ms"
                f"  CPU {line['cpu_ms']:>6.1f} ms  {line['kB']:>6.1f} kB  {line['queries']:>3} SQL"
            )
        return {
            "pages": len(lines),
            "rounds": ROUNDS,
            "slowest": [f"{line['page']} {line['p95_ms']} ms" for line in lines[:5]],
            f"over_{LIMIT_MS}_ms": [line["page"] for line in lines if line["p95_ms"] > LIMIT_MS],
            "heaviest": [f"{line['page']} {line['kB']} kB" for line in sorted(lines, key=lambda line: -line["kB"])[:5]],
            f"over_{LIMIT_KB}_kB": [line["page"] for line in lines if line["kB"] > LIMIT_KB],
            "most_queries": [
                f"{line['page']} {line['queries']}" for line in sorted(lines, key=lambda line: -line["queries"])[:5]
            ],
            "p95_of_all_p95_ms": sorted(line["p95_ms"] for line in lines)[int(len(lines) * 0.95) - 1],
            "floor_ms": lines[-1]["p50_ms"],
        }


def _measured(page: Any, clients: dict[str, Any]) -> dict[str, Any] | None:
    """The first chance of the page that opens; None where none does."""
    from django.urls import reverse

    for username, arguments in page.chances():
        client = clients.setdefault(username, _client(username))
        path = reverse(page.name, args=arguments) + page.query
        answer = client.get(path, follow=True)
        here = answer.redirect_chain[-1][0] if answer.redirect_chain else path
        if answer.status_code != 200 or urlsplit(here).path != urlsplit(path).path:
            continue
        queries, answer = _queries_of(client, here)
        times, processor = [], []
        for _ in range(ROUNDS):
            wall, cpu = time.perf_counter(), time.process_time()
            client.get(here)
            times.append((time.perf_counter() - wall) * 1000)
            processor.append((time.process_time() - cpu) * 1000)
        return {
            "page": page.title,
            "who": username or "public",
            "p50_ms": round(statistics.median(times), 1),
            "p95_ms": round(sorted(times)[int(ROUNDS * 0.95) - 1], 1),
            "cpu_ms": round(statistics.median(processor), 1),
            "queries": queries,
            "kB": round(_weight(answer.content) / 1000, 1),
        }
    return None


def _queries_of(client: Any, path: str) -> tuple[int, Any]:
    """How many queries the page asks, and its answer. Counted at once: the next request empties Django's log."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    # Making the demonstration filled that log, which holds only so many.
    reset_queries()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    return len(captured), answer


def _client(username: str) -> Any:
    from django.conf import settings
    from django.test import Client

    from yinuo.engine.people.models import Person

    client = Client(SERVER_NAME="localhost")
    if username:
        client.force_login(Person.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _weight(content: bytes) -> int:
    """What a first visit brings over the line: the page and every style, script and picture it names, each as gzip
    leaves it.
    """
    text = content.decode()
    named = set(re.findall(r'(?:href|src)="/static/([^"?]+)"', text))
    return _packed(content) + sum(_static(name) for name in named if not _is_chart(name))


def _is_chart(name: str) -> bool:
    return re.sub(r"\.[0-9a-f]{12}(?=\.)", "", name) == CHARTS


def _static(name: str) -> int:
    from django.contrib.staticfiles import finders

    found = finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.)", "", name))
    return _packed(Path(found).read_bytes()) if found else 0


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 6))
