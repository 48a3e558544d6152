"""The nodes' signatures come in, and proofs wait for enough of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.apps.chaining import Log
from tests.apps.county import Company, County, at, facts
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, Policy, Proof, check_proof
from yinuo.engine.base import Actor, Refused
from yinuo.engine.infochain import keys, queries
from yinuo.engine.infochain.actions import take_cosignatures
from yinuo.engine.infochain.models import Cosignature, LogHead, Subject
from yinuo.engine.infochain.sequencer import Behind, idle, note_refusal
from yinuo.node.mirror import Mirror, Pinned
from yinuo.node.store import Store
from yinuo.rooms.projects.actions import file_project

MORNING = at("2026-11-03 09:12")
NAMES = ("department.example", "bank.example")
NODES = [SigningKey.generate(name, COSIGNATURE) for name in NAMES]


@pytest.fixture(autouse=True)
def no_key_of_another_database() -> Iterator[None]:
    keys.forget()
    yield
    keys.forget()


@pytest.fixture
def log(county: County, company: Company, tmp_path: Path) -> Log:
    made = Log(tmp_path)
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING)
    made.step()
    return made


def policy(log: Log) -> Policy:
    rows = [
        f"log {log.key.verifier}",
        *(f"witness {key.name} {key.verifier}" for key in NODES),
        f"group all all {' '.join(NAMES)}",
        "quorum all",
    ]
    return Policy.parse(("\n".join(rows) + "\n").encode())


def cosigned(note: Note, *nodes: SigningKey) -> bytes:
    return bytes(Note(note.text, (*note.lines, *(node.cosign(note.text, 100) for node in nodes))))


def take(log: Log, body: bytes) -> int:
    return take_cosignatures(actor=Actor.public(), body=body, policy=policy(log), at=MORNING)


def published() -> Note:
    note = queries.checkpoint()
    assert note is not None
    return note


def test_a_proof_waits_until_enough_nodes_have_seen_its_entry(log: Log) -> None:
    record = queries.leaves_of(
        str(Subject.objects.exclude(label__startswith="key:").exclude(label__startswith="credit.").latest("id").label)
    )[0]
    with pytest.raises(queries.NotYet, match="见证"):
        queries.prove(record, policy(log))
    assert take(log, cosigned(published(), NODES[0])) == 1
    with pytest.raises(queries.NotYet):
        queries.prove(record, policy(log))
    assert take(log, cosigned(published(), NODES[1])) == 1
    proven = queries.prove(record, policy(log))
    assert set(check_proof(proven.entry, Proof.parse(bytes(proven.proof)), policy(log)).witnesses) == set(NAMES)
    assert len(published().lines) == 3


def test_a_signature_sent_twice_is_kept_once(log: Log) -> None:
    body = cosigned(published(), NODES[0])
    assert (take(log, body), take(log, body)) == (1, 0)
    assert Cosignature.objects.count() == 1


def test_what_is_no_witness_s_signature_is_refused(log: Log) -> None:
    note = published()
    stranger = SigningKey.generate("stranger.example", COSIGNATURE)
    other = sign_checkpoint(Checkpoint("county.example/log", 1, bytes(32)), log.key)
    forged = cosigned(note, NODES[0]).replace(note.text.encode(), note.text.replace("\n", "\n", 1).encode())
    cases = {
        "infochain.cosignature": [b"", b"x", bytes(note)[:-1]],
        "infochain.checkpoint": [cosigned(other, NODES[0])],
        "infochain.witness": [bytes(note), cosigned(note, stranger)],
    }
    for code, bodies in cases.items():
        for body in bodies:
            with pytest.raises(Refused) as refusal:
                take(log, body)
            assert refusal.value.code == code
    line = NODES[0].cosign(other.text, 100)
    with pytest.raises(Refused) as refusal:
        take(log, bytes(Note(note.text, (*note.lines, line))))
    assert refusal.value.code == "infochain.cosignature"
    assert not Cosignature.objects.exists()
    assert forged


def test_a_database_behind_what_a_node_has_seen_signs_nothing(log: Log, company: Company) -> None:
    take(log, cosigned(published(), NODES[0]))
    size = LogHead.objects.get().size
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(name="又一个项目"), pledged=True, at=MORNING)
    LogHead.objects.update(size=size, published=0)
    assert not idle()
    log.step()
    note_refusal("试一试")
    assert queries.status(policy(log)).refused == "试一试"
    assert not idle()
    log.step()
    assert queries.status(policy(log)).refused == ""
    assert idle()
    LogHead.objects.update(size=size - 1, published=0)
    with pytest.raises(Behind):
        log.step()


@pytest.fixture
def site(log: Log, settings: object) -> Client:
    settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_POLICY = log.folder, log.folder / "policy"  # type: ignore[attr-defined]
    return Client()


def test_a_node_follows_the_site_and_its_signature_is_seen_there(log: Log, site: Client, tmp_path: Path) -> None:
    (log.folder / "policy").write_bytes(
        "".join(
            [f"log {log.key.verifier}\n", f"witness {NAMES[0]} {NODES[0].verifier}\n", f"quorum {NAMES[0]}\n"]
        ).encode()
    )
    assert "尚未见证" in site.get("/chain/").content.decode()
    platform = queries.platform_key()
    assert platform is not None

    def fetch(path: str) -> bytes:
        answer = site.get(f"/chain/{path}")
        assert answer.status_code == 200, path
        return answer.content

    store = Store(tmp_path / "node.db")
    mirror = Mirror(store, fetch, NODES[0], Pinned(log.key.verifier, platform))
    note = mirror.step(77)
    store.close()
    assert note is not None
    assert site.post("/chain/cosignatures", bytes(note), content_type="text/plain").content == b"1\n"
    assert site.post("/chain/cosignatures", b"x", content_type="text/plain").status_code == 422
    assert site.post("/chain/cosignatures", b"x" * 100_001, content_type="text/plain").status_code == 413
    assert site.get("/chain/cosignatures").status_code == 405
    page = site.get("/chain/").content.decode()
    assert "已由足够多的节点见证" in page
    assert len(Note.parse(site.get("/chain/checkpoint").content).lines) == 2


def test_without_nodes_the_page_says_that_nobody_witnesses(log: Log, site: Client) -> None:
    page = site.get("/chain/").content.decode()
    assert "没有独立的见证节点" in page
    assert site.get("/chain/policy").content.decode().endswith("quorum none\n")
    assert site.get("/chain/keys").content.decode().startswith(f"log {log.key.verifier}\nplatform ")
    for missing in ("tile/0/001", "tile/0/000", "tile/0/0", "tile/x", "tile/entries/000.p/255"):
        assert site.get(f"/chain/{missing}").status_code == 404


def test_before_the_first_checkpoint_the_page_says_so(db: None, site: Client) -> None:
    LogHead.objects.all().update(published=0)
    assert "还没有发布第一个检查点" in site.get("/chain/").content.decode()
