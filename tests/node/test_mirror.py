"""Three nodes follow a log that is honest, and then one that is not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yinuo.chain.leaves import Leaf, build, disclosure, kid_of
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import ENTRIES, Tile, append, bundle
from yinuo.chain.verifier import (
    COSIGNATURE,
    Checkpoint,
    Note,
    Policy,
    Unverified,
    check_checkpoint,
    encode64,
    hash_leaf,
)
from yinuo.node.mirror import Alarm, Mirror, Pinned
from yinuo.node.store import Store

PLATFORM, OFFICE, STRANGER = (Ed25519PrivateKey.generate() for _ in range(3))
KEYS = {"一诺平台": PLATFORM, "发展和改革局": OFFICE, "外人": STRANGER}
LOG = SigningKey.generate("county.example/log")
SALT = bytes(range(16))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def key_name(issuer: str) -> str:
    return f"key:{issuer}:{encode64(public(KEYS[issuer]))}"


class County:
    """A log with its entries in memory, served as the platform serves it."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.last: dict[str, Leaf] = {}

    def write(self, subject: str, issuer: str = "发展和改革局", type: str = "project.basic", **changes: object) -> None:
        before = self.last.get(subject)
        given = {
            "type": type,
            "subject": subject,
            "n": before.n + 1 if before else 1,
            "prev": before.hash if before else None,
            "disclosures": [disclosure(SALT, "name", subject)],
            "documents": [],
            "issuer": issuer,
            "private": KEYS[issuer],
            "at": "2026-11-24T12:00:00+08:00",
        }
        leaf = build(**{**given, **changes})  # type: ignore[arg-type]
        self.last[subject] = leaf
        self.entries.append(leaf.entry())

    def checkpoint(self, size: int | None = None, key: SigningKey = LOG) -> bytes:
        kept = self.entries[:size]
        grown = append(0, {}.__getitem__, [hash_leaf(entry) for entry in kept])
        return bytes(sign_checkpoint(Checkpoint(key.name, grown.size, grown.root), key))

    def fetch(self, path: str) -> bytes:
        if path == "checkpoint":
            return self.checkpoint()
        tile = Tile.parse(path)
        assert tile.level == ENTRIES
        return bundle(self.entries[tile.index * 256 : tile.index * 256 + tile.width])


@pytest.fixture
def county() -> County:
    made = County()
    made.write(key_name("发展和改革局"), "一诺平台", "key.added")
    for n in range(3):
        made.write(f"项目{n}")
    return made


def node(folder: Path, fetch: Callable[[str], bytes], name: str = "bank.example") -> Mirror:
    folder.mkdir(exist_ok=True)
    return Mirror(
        Store(folder / "node.db"), fetch, SigningKey.generate(name, COSIGNATURE), Pinned(LOG.verifier, public(PLATFORM))
    )


def test_a_node_signs_what_it_has_checked_and_mirrors_it_whole(county: County, tmp_path: Path) -> None:
    bank = node(tmp_path, county.fetch)
    note = bank.step(100)
    assert note is not None
    assert note.signed_by([bank.key.verifier]) == {bank.key.verifier: 100}
    assert bank.store.mirrored() == bank.store.head().size == 4
    assert bank.store.read_tile(Tile(ENTRIES, 0, 4)) == county.fetch("tile/entries/000.p/4")
    assert bank.step(101) is None
    for n in range(600):
        county.write(f"项目{n % 7}")
    again = bank.step(102)
    assert again is not None
    assert bank.store.head().size == 604
    assert bank.store.read_tile(Tile(0, 1)) != b""
    assert Note.parse(bank.store.note()) == again


def test_three_nodes_make_a_quorum_that_whoever_checks_can_see(county: County, tmp_path: Path) -> None:
    nodes = [node(tmp_path / name, county.fetch, f"{name}.example") for name in ("department", "bank", "supervision")]
    lines = [f"log {LOG.verifier}", *(f"witness {one.key.name} {one.key.verifier}" for one in nodes)]
    policy = Policy.parse(
        "\n".join([*lines, f"group all all {' '.join(one.key.name for one in nodes)}", "quorum all", ""]).encode()
    )
    notes = [one.step(5) for one in nodes]
    whole = Note(notes[0].text, (notes[0].lines[0], *(note.lines[-1] for note in notes)))  # type: ignore[union-attr]
    assert sorted(check_checkpoint(whole, policy).witnesses) == sorted(one.key.name for one in nodes)
    with pytest.raises(Unverified, match="quorum"):
        check_checkpoint(Note(whole.text, whole.lines[:-1]), policy)


def test_a_node_that_is_begun_again_goes_on_from_what_it_had_seen(county: County, tmp_path: Path) -> None:
    first = node(tmp_path, county.fetch)
    first.step(1)
    first.store.close()
    county.write("项目1")
    again = Mirror(Store(tmp_path / "node.db"), county.fetch, first.key, first.pinned)
    assert again.store.head().size == 4
    assert again.step(2) is not None
    assert again.store.head().size == 5


def forked(county: County) -> County:
    """The same log, its second entry rewritten and signed anew."""
    other = County()
    other.write(key_name("发展和改革局"), "一诺平台", "key.added")
    for n in range(len(county.entries)):
        other.write(f"别的项目{n}")
    return other


def test_a_rewritten_history_is_refused_and_the_evidence_kept(county: County, tmp_path: Path) -> None:
    bank = node(tmp_path, county.fetch)
    bank.step(1)
    mine, head = bank.store.note(), bank.store.head()
    bank.fetch = forked(county).fetch
    for _ in range(2):
        with pytest.raises(Alarm, match="接着写"):
            bank.step(2)
    assert (bank.store.note(), bank.store.head()) == (mine, head)
    found = bank.store.evidence()
    assert [one.kind for one in found] == ["fork"]
    assert found[0].mine == mine
    assert Note.parse(found[0].seen).signed_by([LOG.verifier])


def test_two_roots_for_one_size_are_a_fork(county: County, tmp_path: Path) -> None:
    bank = node(tmp_path, county.fetch)
    bank.step(1)
    other = forked(county)
    other.entries = other.entries[: len(county.entries)]
    bank.fetch = other.fetch
    with pytest.raises(Alarm, match="两个不同的树根"):
        bank.step(2)


def test_a_log_gone_back_gets_no_signature_and_may_come_forward_again(county: County, tmp_path: Path) -> None:
    bank = node(tmp_path, county.fetch)
    bank.step(1)
    older = county.checkpoint(2)
    bank.fetch = lambda path: older if path == "checkpoint" else county.fetch(path)
    with pytest.raises(Unverified, match="seen before"):
        bank.step(2)
    assert bank.store.evidence() == []
    bank.fetch = county.fetch
    county.write("项目0")
    assert bank.step(3) is not None


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (lambda c: c.write("项目9", "外人"), "不在案"),
        (lambda c: c.write("项目9", private=STRANGER), "不在案"),
        (lambda c: c.write("项目1", n=3), "没有接着"),
        (lambda c: c.write("项目1", prev=bytes(32)), "没有接着"),
        (lambda c: c.write("项目8", n=2, prev=bytes(32)), "没有接着"),
        (lambda c: c.write(key_name("外人"), type="key.added"), "只有平台"),
        (lambda c: c.entries.append(b"not an entry"), "not JSON"),
        (lambda c: c.entries.append(c.entries[-1]), "没有接着"),
        (lambda c: c.write("key:没有公钥:x", "一诺平台", "key.added"), "base64"),
    ],
)
def test_a_false_entry_stops_the_node_before_it_signs(
    county: County, tmp_path: Path, write: Callable[[County], None], why: str
) -> None:
    bank = node(tmp_path, county.fetch)
    bank.step(1)
    write(county)
    with pytest.raises(Alarm, match=why):
        bank.step(2)
    assert bank.store.mirrored() == bank.store.head().size == 4
    assert [one.kind for one in bank.store.evidence()] == ["entry"]


def test_a_revoked_key_signs_nothing_that_comes_later(county: County, tmp_path: Path) -> None:
    bank = node(tmp_path, county.fetch)
    county.write(key_name("发展和改革局"), "一诺平台", "key.revoked")
    bank.step(1)
    issuer = bank.store.issuer(kid_of(public(OFFICE)))
    assert issuer is not None
    assert issuer.revoked
    county.write("项目1")
    with pytest.raises(Alarm, match="已停用"):
        bank.step(2)


@pytest.mark.parametrize("key", [SigningKey.generate("county.example/log"), SigningKey.generate("another.example/log")])
def test_a_checkpoint_of_another_key_is_not_even_followed(county: County, tmp_path: Path, key: SigningKey) -> None:
    bank = node(tmp_path, lambda path: county.checkpoint(key=key) if path == "checkpoint" else county.fetch(path))
    with pytest.raises(Unverified, match="not signed by the log"):
        bank.step(1)


def test_a_starved_node_signs_nothing_and_catches_up(county: County, tmp_path: Path) -> None:
    def starving(path: str) -> bytes:
        if path != "checkpoint":
            raise OSError("no answer")
        return county.fetch(path)

    bank = node(tmp_path, starving)
    with pytest.raises(OSError, match="no answer"):
        bank.step(1)
    assert bank.store.head().size == 0
    bank.fetch = lambda path: county.fetch(path)[:-1] if path != "checkpoint" else county.fetch(path)
    with pytest.raises(Unverified):
        bank.step(2)
    bank.fetch = county.fetch
    assert bank.step(3) is not None


def test_rounds_at_the_same_instant_keep_each_entry_once(county: County, tmp_path: Path) -> None:
    bank = node(tmp_path, county.fetch)
    faults: list[Exception] = []

    def go() -> None:
        try:
            for _ in range(10):
                bank.step(1)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        county.write("项目1")
    for thread in threads:
        thread.join()
    bank.step(2)
    assert not [fault for fault in faults if isinstance(fault, Alarm)]
    assert bank.store.mirrored() == len(county.entries)
