"""What we publish, judged by verifiers nobody here wrote: Go's note and tlog packages, and Sigstore's own for its
transparency logs.
"""

from __future__ import annotations

import base64
import json
import random
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.chain import peers
from tests.chain.test_tree import entries, grow
from yinuo.chain.leaves import build, canonical, disclosure, read_proof, subject_of
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import Tile, Tree, append, tiles_of
from yinuo.chain.verifier import (
    COSIGNATURE,
    Checkpoint,
    Note,
    Policy,
    Proof,
    Unverified,
    check_checkpoint,
    check_consistency,
    check_inclusion,
    check_proof,
    hash_leaf,
)

LOG = SigningKey.generate("county.example/chain")
NODES = [SigningKey.generate(f"{name}.example", COSIGNATURE) for name in ("department", "bank", "watch")]
POLICY = Policy.parse(
    "".join(
        [
            f"log {LOG.verifier}\n",
            *(f"witness {key.name} {key.verifier}\n" for key in NODES),
            f"group two 2 {' '.join(key.name for key in NODES)}\nquorum two\n",
        ]
    ).encode()
)
TRUSTED = {"logs": [str(LOG.verifier)], "witnesses": [str(key.verifier) for key in NODES], "need": 2}
SIZE = 700
# Other letters for the same bytes: Go and Node read them, we do not.
SPELLING = "not written as base64 writes it"


@pytest.fixture(scope="module")
def go() -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Go's verdicts on a list of cases; the program is compiled once."""
    program = peers.go_program()

    def judge(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        done = subprocess.run([program], input=json.dumps(cases).encode(), capture_output=True, check=True, timeout=60)
        verdicts: list[dict[str, Any]] = json.loads(done.stdout)
        assert len(verdicts) == len(cases)
        return verdicts

    return judge


@pytest.fixture(scope="module")
def sigstore() -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Sigstore's verdicts on a list of cases."""
    command = peers.sigstore_program()

    def judge(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        done = subprocess.run(command, input=json.dumps(cases).encode(), capture_output=True, check=True, timeout=60)
        verdicts: list[dict[str, Any]] = json.loads(done.stdout)
        return verdicts

    return judge


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def refusal(check: Callable[[], object]) -> str:
    """Why we refuse; "" = we do not."""
    try:
        check()
    except Unverified as error:
        return str(error)
    return ""


def bent(data: bytes, chance: random.Random, count: int) -> list[bytes]:
    """The data with one bit of one byte turned, many times; no byte that ends a line is made or lost by half."""
    places = chance.sample(range(len(data)), count)
    return [data[:at] + bytes([data[at] ^ chance.choice((1, 2, 4, 16, 32))]) + data[at + 1 :] for at in places]


def agree(cases: list[dict[str, Any]], ours: list[str], theirs: list[dict[str, Any]]) -> int:
    """Verdict for verdict the same, but for other spellings of the same bytes, which we alone refuse; how many were
    accepted.
    """
    for case, why, verdict in zip(cases, ours, theirs, strict=True):
        assert verdict["ok"] == (not why) or (verdict["ok"] and SPELLING in why), (case, why, verdict)
    return sum(not why for why in ours)


def checkpoint(size: int = SIZE, nodes: int = 3, origin: str = LOG.name, key: SigningKey = LOG) -> Note:
    _, grown = grow(size)
    note = sign_checkpoint(Checkpoint(origin, size, grown.root), key)
    return Note(
        note.text, (*note.lines, *(node.cosign(note.text, 1_764_000_000 + n) for n, node in enumerate(NODES[:nodes])))
    )


def test_go_opens_our_checkpoints_with_every_witness_and_refuses_what_we_refuse(go: Any) -> None:
    chance = random.Random(7)
    whole = checkpoint()
    notes = [bytes(checkpoint(nodes=count)) for count in range(4)]
    lines = bytes(whole).split(b"\n")
    notes += [b"\n".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))]
    notes += [b"\n".join([*lines[:at], lines[at], *lines[at:]]) for at in range(len(lines))]
    notes += [bytes(checkpoint(key=SigningKey.generate(LOG.name))), bytes(Note(whole.text, whole.lines[1:]))]
    notes += [
        bytes(Note(whole.text, whole.lines[::-1])),
        bytes(Note(whole.text, (*whole.lines, NODES[0].cosign(whole.text, 5)))),
    ]
    notes += bent(bytes(whole), chance, 250)
    cases = [{"kind": "note", "data": encoded(note), **TRUSTED} for note in notes]

    def ours(data: bytes) -> str:
        def look() -> None:
            note = Note.parse(data)
            signed = note.signed_by([LOG.verifier, *POLICY.witnesses.values()])
            if LOG.verifier not in signed:
                raise Unverified("not signed by the log")
            if not POLICY.witnessed(name for name, key in POLICY.witnesses.items() if key in signed):
                raise Unverified("not enough")

        return refusal(look)

    verdicts = go(cases)
    accepted = agree(cases, [ours(note) for note in notes], verdicts)
    assert 10 < accepted < 60
    signed = check_checkpoint(whole, POLICY)
    assert verdicts[3]["signed"] == [LOG.name, *(f"{name} {seconds}" for name, seconds in signed.witnesses.items())]


def test_go_accepts_our_proofs_of_inclusion_and_consistency_and_no_bent_one(go: Any) -> None:
    chance = random.Random(8)
    cases: list[dict[str, Any]] = []
    ours: list[str] = []
    for _ in range(60):
        size = chance.randint(1, SIZE)
        store, grown = grow(size)
        tree, index, old = Tree(size, store.__getitem__), chance.randrange(size), chance.randint(1, size)
        old_root, path, steps = (
            Tree(old, lambda tile: cut(store, tile)).root(),  # noqa: B023
            tree.inclusion(index),
            tree.consistency(old),
        )
        for leaf, place, there, root, hashes in variants(chance, (tree.leaf(index), index, size, grown.root, path)):
            ours.append(refusal(lambda: check_inclusion(leaf, place, there, hashes, root)))  # noqa: B023
            cases.append(case("inclusion", there, root, hashes, leaf=encoded(leaf), index=place))
        for before, smaller, there, root, hashes in variants(chance, (old_root, old, size, grown.root, steps)):
            ours.append(refusal(lambda: check_consistency(smaller, before, there, root, hashes)))  # noqa: B023
            cases.append(case("consistency", there, root, hashes, old_root=encoded(before), old_size=smaller))
    # Go's smallest old tree has one entry; ours of none needs no proof.
    kept = [number for number, one in enumerate(cases) if one["kind"] == "inclusion" or one["old_size"] > 0]
    cases, ours = [cases[number] for number in kept], [ours[number] for number in kept]
    accepted = agree(cases, ours, go(cases))
    assert 120 <= accepted < len(cases) // 2


def case(kind: str, size: int, root: bytes, hashes: list[bytes], **more: Any) -> dict[str, Any]:
    return {"kind": kind, "size": size, "root": encoded(root), "hashes": [encoded(one) for one in hashes], **more}


def cut(store: dict[Tile, bytes], tile: Tile) -> bytes:
    """A tile out of a larger tree's, which begin with it."""
    width = max(one.width for one in store if (one.level, one.index) == (tile.level, tile.index))
    return store[replace(tile, width=width)][: tile.width * 32]


Asked = tuple[bytes, int, int, bytes, list[bytes]]


def variants(chance: random.Random, good: Asked) -> list[Asked]:
    """What was asked, and the same with one of its parts changed."""
    leaf, place, size, root, path = good
    made = [
        good,
        (bytes(32), place, size, root, path),
        (leaf, place, size, bytes(32), path),
        (leaf, place, size, root, [*path, bytes(32)]),
    ]
    made += [
        (leaf, place + 1, size, root, path),
        (leaf, place, size + 1, root, path),
        (leaf, place - 1, size, root, path),
    ]
    if path:
        at = chance.randrange(len(path))
        made += [(leaf, place, size, root, path[:at] + path[at + 1 :]), (leaf, place, size, root, path[::-1])]
        made += [(leaf, place, size, root, [*path[:at], bytes(32), *path[at + 1 :]])]
    return made


def test_go_makes_the_same_proofs_out_of_our_tiles_and_sees_a_bent_tile(go: Any) -> None:
    store, grown = grow(SIZE)
    tiles = {tile.path: encoded(store[tile]) for tile in tiles_of(SIZE)}
    tree = Tree(SIZE, store.__getitem__)
    records, olds = [0, 1, 255, 256, 511, SIZE - 1], [1, 255, 256, 300, 512, SIZE - 1]
    whole = {
        "kind": "tree",
        "size": SIZE,
        "root": encoded(grown.root),
        "tiles": tiles,
        "records": records,
        "olds": olds,
    }
    cases = [whole]
    for path, data in tiles.items():
        raw = base64.b64decode(data)
        cases.append({**whole, "tiles": {**tiles, path: encoded(raw[:40] + bytes([raw[40] ^ 1]) + raw[41:])}})
        cases.append({**whole, "tiles": {**tiles, path: encoded(raw[:-32])}})
    good, *others = go(cases)
    assert good["ok"], good
    proofs = {f"record {n}": b"".join(tree.inclusion(n)) for n in records} | {
        f"tree {n}": b"".join(tree.consistency(n)) for n in olds
    }
    assert {name: base64.b64decode(data) for name, data in good["proofs"].items()} == proofs
    assert [number for number, verdict in enumerate(others) if verdict["ok"]] == []


def certificate(index: int, size: int = SIZE) -> tuple[Proof, bytes]:
    """The proof of a code's assignment as a certificate carries it, and its entry."""
    shown = [disclosure(bytes(range(16)), "code", "2611-622927-04-01-123456")]
    leaf = build(
        type="project.code_assigned",
        subject=subject_of(b"k" * 32, "2611-622927-04-01-123456"),
        n=1,
        prev=None,
        disclosures=shown,
        documents=[],
        issuer="积石山县发展和改革局",
        private=LOG.private,
        at="2026-11-24T19:40:00+08:00",
    )
    all_entries = [leaf.entry() if number == index else entry for number, entry in enumerate(entries(size))]
    store: dict[Tile, bytes] = {}
    grown = append(0, store.__getitem__, [hash_leaf(entry) for entry in all_entries])
    store |= grown.tiles
    note = sign_checkpoint(Checkpoint(LOG.name, size, grown.root), LOG)
    note = Note(note.text, (*note.lines, *(node.cosign(note.text, 1_764_000_000) for node in NODES)))
    extra = canonical({"entry": leaf.entry().decode(), "disclosures": shown})
    return Proof(index, tuple(Tree(size, store.__getitem__).inclusion(index)), note, extra), leaf.entry()


def test_go_checks_a_certificates_proof_alone_and_agrees_on_every_bent_one(go: Any) -> None:
    proof, entry = certificate(300)
    assert read_proof(bytes(proof), POLICY).fields == {"code": "2611-622927-04-01-123456"}
    alone = {"kind": "proof", "data": encoded(bytes(proof)), **TRUSTED}
    other = {
        **alone,
        "data": encoded(bytes(replace(proof, extra=proof.extra.replace(b"code_assigned", b"code_assignee")))),
    }  # type: ignore[union-attr]
    verdicts = go([alone, other])
    assert [verdict["ok"] for verdict in verdicts] == [True, False]
    plain = bytes(replace(proof, extra=None))
    datas = [plain, *bent(plain, random.Random(9), 250)]
    cases = [{"kind": "proof", "data": encoded(data), "entry": encoded(entry), **TRUSTED} for data in datas]
    accepted = agree(
        cases, [refusal(lambda data=data: check_proof(entry, Proof.parse(data), POLICY)) for data in datas], go(cases)
    )  # type: ignore[misc]
    assert accepted >= 1


# -- Sigstore


def trusted_root(key: SigningKey = LOG, name: str = "") -> dict[str, Any]:
    """Our log as a TrustedRoot has one: Ed25519, known by the id of its key on a note."""
    id_ = {"keyId": encoded(key.verifier.id)}
    public = key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    log = {
        "baseUrl": f"https://{name or key.name}",
        "hashAlgorithm": "SHA2_256",
        "publicKey": {"rawBytes": encoded(public), "keyDetails": "PKIX_ED25519"},
        "logId": id_,
        "checkpointKeyId": id_,
    }
    return {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [log]}


def tlog_entry(proof: Proof, entry: bytes) -> dict[str, Any]:
    """A proof of ours as a bundle carries one."""
    head = Checkpoint.parse(proof.checkpoint.text)
    return {
        "logIndex": str(proof.index),
        "logId": {"keyId": encoded(LOG.verifier.id)},
        "kindVersion": {"kind": "yinuo", "version": "1"},
        "integratedTime": "0",
        "inclusionProof": {
            "logIndex": str(proof.index),
            "rootHash": encoded(head.root),
            "treeSize": str(head.size),
            "hashes": [encoded(one) for one in proof.hashes],
            "checkpoint": {"envelope": bytes(proof.checkpoint).decode()},
        },
        "canonicalizedBody": encoded(entry),
    }


def test_sigstore_accepts_our_log_as_one_of_its_own_and_no_bent_proof(sigstore: Any) -> None:
    """It looks for one good signature of the log and leaves the witnesses' aside: what they signed is Go's part."""
    proof, entry = certificate(300)
    chance, only_log = random.Random(10), Policy.parse(f"log {LOG.verifier}\nquorum none\n".encode())
    judged = [
        (proof, entry),
        *(certificate(index, size) for index, size in ((0, 1), (1, 2), (6, 7), (256, 300), (299, 300))),
    ]
    judged += [
        (proof, entry[:-2] + b"x" + entry[-1:]),
        (replace(proof, index=301), entry),
        (replace(proof, hashes=proof.hashes[:-1]), entry),
    ]
    judged += [(replace(proof, hashes=(*proof.hashes, bytes(32))), entry), (replace(proof, index=SIZE), entry)]
    judged += [
        (replace(proof, hashes=(*proof.hashes[:at], bytes(32), *proof.hashes[at + 1 :])), entry)
        for at in range(len(proof.hashes))
    ]
    other = SigningKey.generate(LOG.name)
    judged += [(replace(proof, checkpoint=sign_checkpoint(Checkpoint.parse(proof.checkpoint.text), other)), entry)]
    for data in bent(bytes(Note(proof.checkpoint.text, proof.checkpoint.lines[:1])), chance, 120):
        # What is no checkpoint at all has no place in its form; the others it judges.
        if not refusal(lambda data=data: Checkpoint.parse(Note.parse(data).text)):  # type: ignore[misc]
            judged.append((replace(proof, checkpoint=Note.parse(data)), entry))
    cases = [{"root": trusted_root(), "entry": tlog_entry(one, of)} for one, of in judged]
    ours = [refusal(lambda one=one, of=of: check_proof(of, one, only_log)) for one, of in judged]  # type: ignore[misc]
    assert agree(cases, ours, sigstore(cases)) >= 6
    first = {"entry": tlog_entry(proof, entry)}
    strangers = [{**first, "root": trusted_root(other)}, {**first, "root": trusted_root(name="elsewhere.example")}]
    assert [verdict["ok"] for verdict in sigstore(strangers)] == [False, False]
