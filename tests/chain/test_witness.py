from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chain import naive
from tests.chain.test_tree import entries, grow
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import Tree
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, SignatureLine, VerifierKey
from yinuo.chain.witness import SIZE, Answer, Head, Submission, add_checkpoint

LOG, NEXT_KEY = SigningKey.generate("county.example/log"), SigningKey.generate("county.example/log")
WITNESS = SigningKey.generate("bank.example", COSIGNATURE)
KEYS: dict[str, list[VerifierKey]] = {"county.example/log": [LOG.verifier]}


def head(size: int) -> Head:
    return Head(size, naive.mth(entries(size)))


def asked(old: int, size: int, *keys: SigningKey, origin: str = "county.example/log") -> Submission:
    store, grown = grow(size)
    note = sign_checkpoint(Checkpoint(origin, size, grown.root), *(keys or (LOG,)))
    return Submission(old, tuple(Tree(size, store.__getitem__).consistency(min(old, size))), note)


def answered(request: Submission | bytes, last: int = 0) -> Answer:
    heads = {"county.example/log": head(last)} if last else {}
    return add_checkpoint(bytes(request), logs=KEYS, heads=heads, key=WITNESS, seconds=77)


@pytest.mark.parametrize(("last", "size"), [(0, 1), (0, 300), (1, 2), (5, 300), (256, 257), (300, 300), (255, 700)])
def test_a_grown_log_is_cosigned(last: int, size: int) -> None:
    request = asked(last, size)
    answer = answered(request, last)
    assert answer.status == 200
    assert answer.head == head(size)
    whole = Note.parse(bytes(request.note) + answer.body.encode())
    assert whole.signed_by([WITNESS.verifier]) == {WITNESS.verifier: 77}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        bytes(asked(0, 3)).replace(b"old 0", b"old 00"),
        bytes(asked(0, 3)).replace(b"old 0", b"new 0"),
        bytes(asked(2, 3)).replace(b"old 2", b"old 2\nAAAA"),
        bytes(asked(0, 3)).replace("—".encode(), b"-"),
        bytes(asked(0, 3)).replace(b"\n3\n", b"\n03\n"),
        b"old 0\n" + b"\xff\n\n",
        bytes(asked(4, 3)),
        bytes(Submission(0, tuple([bytes(32)] * 64), asked(0, 3).note)),
    ],
)
def test_what_cannot_be_read_is_400(body: bytes) -> None:
    assert answered(body).status == 400


def test_an_unknown_log_is_404() -> None:
    assert answered(asked(0, 3, origin="another.example")).status == 404


def test_what_the_log_did_not_sign_is_403() -> None:
    assert answered(asked(0, 3, NEXT_KEY)).status == 403
    request = asked(0, 3)
    line = request.note.lines[0]
    bent = replace(request, note=Note(request.note.text, (SignatureLine(line.name, line.id, bytes(64)),)))
    assert answered(bent).status == 403


def test_a_log_that_changes_its_key_is_known_by_either() -> None:
    keys = {"county.example/log": [LOG.verifier, NEXT_KEY.verifier]}
    for signers in ((LOG,), (NEXT_KEY,), (LOG, NEXT_KEY)):
        body = bytes(asked(0, 3, *signers))
        assert add_checkpoint(body, logs=keys, heads={}, key=WITNESS, seconds=1).status == 200


@pytest.mark.parametrize("old", [0, 4, 6])
def test_another_old_size_is_409_with_the_size_seen_last(old: int) -> None:
    answer = answered(asked(old, 9), last=5)
    assert (answer.status, answer.body, answer.content_type) == (409, "5\n", SIZE)
    assert answer.head is None


def test_a_log_gone_back_is_refused() -> None:
    answer = answered(asked(3, 3), last=5)
    assert answer.status == 409
    answer = answered(replace(asked(3, 3), old_size=5, proof=()), last=5)
    assert answer.status == 400
    assert answer.head is None


def forked(old: int, size: int) -> Submission:
    """A log that has rewritten its second entry."""
    other = entries(size)
    other[1] = b"rewritten"
    note = sign_checkpoint(Checkpoint("county.example/log", size, naive.mth(other)), LOG)
    return Submission(old, tuple(naive.proof(old, other)) if old < size else (), note)


def test_another_root_for_the_same_size_is_409_and_kept_as_evidence() -> None:
    answer = answered(forked(5, 5), last=5)
    assert (answer.status, answer.body, answer.evidence, answer.head) == (409, "5\n", True, None)


def test_a_rewritten_history_is_422_and_kept_as_evidence() -> None:
    answer = answered(forked(5, 9), last=5)
    assert (answer.status, answer.evidence, answer.head) == (422, True, None)


def test_a_proof_where_none_belongs_is_422() -> None:
    request = replace(asked(0, 3), proof=(bytes(32),))
    assert answered(request).status == 422
    assert answered(replace(asked(3, 3), proof=(bytes(32),)), last=3).status == 422
