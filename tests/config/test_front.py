"""Slow and large requests cost no thread; what reaches the pages is what was sent."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from yinuo.deploy.front import LARGEST, THREADS, host_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "rsgi",
        "--port",
        str(number),
        "tests.config.fronted:application",
    ]
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", number), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield number
        server.terminate()


def ask(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, Any, http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
    return answer.status, json.loads(text) if text[:1] == b"{" else text.decode(), answer


def held(port: int, words: bytes, source: str = "127.0.0.1") -> socket.socket:
    """A connection that has sent so much and no more."""
    made = socket.create_connection(("127.0.0.1", port), source_address=(source, 0))
    made.sendall(words)
    return made


HALF = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"


def test_the_application_gets_what_was_sent(port: int) -> None:
    status, told, answer = ask(port, "POST", "/%E7%A7%AF/a%2Fb?q=%20x", b"z" * 3_000_000, Cookie="c=3")
    assert status == 201
    assert told | {"bytes": ""} == {
        "method": "POST",
        "path": "/积/a/b",
        "query": "q=%20x",
        "address": "127.0.0.1",
        "length": "3000000",
        "cookies": "c=3",
        "got": 3_000_000,
        "bytes": "",
    }
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert ask(port, "GET", "/")[1]["got"] == 0
    status, text, answer = ask(port, "HEAD", "/")
    assert (status, text) == (201, "")


def test_a_body_in_pieces_without_a_length_arrives_whole(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("POST", "/", iter([b"ab", b"cd"]), {"Transfer-Encoding": "chunked"}, encode_chunked=True)
        assert json.loads(connection.getresponse().read())["bytes"] == "abcd"


def test_slow_bodies_hold_up_nobody(port: int) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(held(port, HALF)) for _ in range(2 * THREADS)]
        began = time.monotonic()
        assert ask(port, "GET", "/")[0] == 201
        assert time.monotonic() - began < 1
        # They are told, and the connection ends.
        slow[0].settimeout(10)
        assert slow[0].recv(12) == b"HTTP/1.1 408"


def test_one_address_does_not_take_every_place(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(held(port, HALF, "127.0.0.3"))
        time.sleep(0.3)
        last = stack.enter_context(held(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "127.0.0.3"))
        last.settimeout(10)
        assert last.recv(12) == b"HTTP/1.1 429"
        assert ask(port, "GET", "/")[0] == 201


def test_more_than_anybody_may_send_is_refused_before_it_comes(port: int) -> None:
    with held(port, f"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST + 1}\r\n\r\n".encode()) as large:
        large.settimeout(10)
        assert large.recv(12) == b"HTTP/1.1 413"


def test_a_failing_application_is_a_500_and_the_next_is_served(port: int) -> None:
    assert ask(port, "GET", "/broken")[0] == 500
    assert ask(port, "GET", "/")[0] == 201


def test_who_leaves_in_the_middle_leaves_nothing(port: int) -> None:
    for _ in range(30):
        held(port, HALF).close()
    time.sleep(0.3)
    assert ask(port, "GET", "/")[0] == 201


def test_more_at_once_than_threads_are_all_served(port: int) -> None:
    with ExitStack() as stack:
        waiting = [
            stack.enter_context(held(port, b"GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
            for _ in range(10)
        ]
        for one in waiting:
            one.settimeout(20)
            assert one.recv(12) == b"HTTP/1.1 201"


@pytest.mark.parametrize(
    ("client", "host"), [("127.0.0.1:80", "127.0.0.1"), ("[::1]:5000", "::1"), ("2001:db8::1:443", "2001:db8::1")]
)
def test_the_address_without_its_port(client: str, host: str) -> None:
    assert host_of(client) == host
