"""A small WSGI application behind the front, for a server of the tests' own: it says what it was given."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from yinuo.deploy.front import Front


def application_of(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/broken":
        raise RuntimeError("the application fails")
    if environ["PATH_INFO"] == "/long":
        time.sleep(0.5)
    body = environ["wsgi.input"].read()
    told = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].encode("latin-1").decode(),
        "query": environ["QUERY_STRING"],
        "address": environ["REMOTE_ADDR"],
        "length": environ.get("CONTENT_LENGTH"),
        "cookies": environ.get("HTTP_COOKIE"),
        "got": len(body),
        "bytes": body[:20].decode("latin-1"),
    }
    start("201 Created", [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [json.dumps(told).encode()]


application = Front(application_of, most=12, pause=1.5)
