"""The node's own address: its checkpoint, mirror and state, and what it answers to whoever brings a checkpoint (tlog-witness)."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.test_mirror import LOG, County, forked, key_name, node
from yinuo.chain.tree import Tree, append
from yinuo.chain.verifier import Note, hash_leaf
from yinuo.chain.witness import Submission
from yinuo.node.mirror import Mirror
from yinuo.node.server import State, serve


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


def test_a_checkpoint_brought_to_the_node_is_mirrored_first_and_then_signed(county: County, served: tuple[Mirror, str]) -> None:
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
