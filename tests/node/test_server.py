"""The node's own address: its checkpoint, mirror and state, and what it answers to whoever brings a checkpoint
(tlog-witness).
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.node.test_mirror import LOG, County, forked, key_name, node
from yinuo.chain.evidence import parse
from yinuo.chain.tree import Tree, append
from yinuo.chain.verifier import Note, hash_leaf
from yinuo.chain.witness import Submission
from yinuo.node.mirror import Alarm, Mirror
from yinuo.node.server import State, report, serve
from yinuo.node.store import Evidence


@pytest.fixture
def county() -> County:
    made = County()
    made.write(key_name("发展和改革局"), "一诺平台", "key.added")
    for n in range(3):
        made.write(f"项目{n}")
    return made


@pytest.fixture
def served(county: County, tmp_path: Path) -> Iterator[tuple[Mirror, str]]:
    mirror = node(tmp_path, county.fetch)
    server = serve(mirror, State(), "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield mirror, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    mirror.store.close()


def ask(url: str, body: bytes | None = None) -> tuple[int, bytes, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers["Content-Type"]


def submission(county: County, old: int) -> bytes:
    tiles: dict = {}
    grown = append(0, tiles.__getitem__, [hash_leaf(entry) for entry in county.entries])
    proof = Tree(grown.size, dict(grown.tiles).__getitem__).consistency(old) if old <= grown.size else []
    return bytes(Submission(old, tuple(proof), Note.parse(county.checkpoint())))


def test_a_checkpoint_brought_to_the_node_is_mirrored_first_and_then_signed(
    county: County, served: tuple[Mirror, str]
) -> None:
    mirror, url = served
    assert ask(f"{url}/checkpoint")[0] == 404
    status, line, _ = ask(f"{url}/add-checkpoint", submission(county, 0))
    assert status == 200
    assert Note.parse(county.checkpoint() + line).signed_by([mirror.key.verifier])
    assert mirror.store.mirrored() == 4
    county.write("项目1")
    assert ask(f"{url}/add-checkpoint", submission(county, 4))[0] == 200
    assert ask(f"{url}/add-checkpoint", submission(county, 4))[:2] == (409, b"5\n")
    status, note, _ = ask(f"{url}/checkpoint")
    assert Note.parse(note).signed_by([LOG.verifier, mirror.key.verifier])


def test_a_forked_checkpoint_is_refused_and_shown(county: County, served: tuple[Mirror, str]) -> None:
    mirror, url = served
    mirror.step(1)
    other = forked(county)
    assert ask(f"{url}/add-checkpoint", submission(other, 4))[0] == 422
    state = json.loads(ask(f"{url}/status.json")[1])
    assert state["size"] == 4
    assert [one["kind"] for one in state["evidence"]] == ["submitted"]
    evidence = json.loads(ask(f"{url}/evidence.json")[1])
    assert "county.example/log" in evidence[0]["seen"]
    assert "异常证据" in ask(f"{url}/")[1].decode()


def test_the_mirror_is_served_as_the_log_is(county: County, served: tuple[Mirror, str]) -> None:
    mirror, url = served
    mirror.step(1)
    assert ask(f"{url}/tile/entries/000.p/4")[1] == county.fetch("tile/entries/000.p/4")
    for wrong in ("tile/entries/000.p/5", "tile/0/001", "tile/../node.json", "node.db", "etc/passwd"):
        assert ask(f"{url}/{wrong}")[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/add-checkpoint", b"old x\n\n", 400), ("/elsewhere", b"x", 404), ("/add-checkpoint", b"x" * 1_000_001, 413)],
)
def test_what_it_cannot_read_it_refuses(served: tuple[Mirror, str], path: str, body: bytes, status: int) -> None:
    _, url = served
    try:
        found = ask(url + path, body)[0]
    except urllib.error.URLError:  # it closed before all was sent
        found = 413
    assert found == status


class Operator(BaseHTTPRequestHandler):
    """Who is told: takes one piece, has trouble with the next, and refuses the one after."""

    statuses = [200, 500, 422]
    got: list[bytes] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(body)
        self.send_response(self.statuses[len(self.got) - 1])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_what_a_node_holds_against_the_log_is_told_once_signed_and_again_only_after_trouble(
    county: County, tmp_path: Path
) -> None:
    mirror = node(tmp_path, county.fetch)
    mirror.step(1)
    mirror.fetch = forked(county).fetch
    with pytest.raises(Alarm):
        mirror.step(2)
    mirror.store.keep_evidence(Evidence(3, "submitted", "接不上", b"old 1", mirror.store.note()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Operator)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/chain"
    assert [report(url, mirror, told) for told in (0, 1, 2)] == [1, 2, 2]
    assert len(Operator.got) == 3
    assert Operator.got[1] == Operator.got[2]
    for body, kind in zip(Operator.got, ("fork", "submitted"), strict=False):
        told, signature = parse(body)
        told.check(signature, mirror.key.verifier.public)
        assert (told.kind, told.mine) == (kind, mirror.store.note())
    server.shutdown()
    server.server_close()
    with pytest.raises(urllib.error.URLError):
        report(url, mirror, 0)
    mirror.store.close()
