from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.chain.test_proofs import LOG, WITNESSES
from yinuo.chain.evidence import KINDS, Told, parse, proves_fork
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.verifier import Checkpoint, Unverified
from yinuo.chain.witness import Submission

KEY = WITNESSES[0]
TOLD = Told(KEY.name, "fork", "两个不同的树根，同为 7 条", 1_764_000_000, b"\xff seen", b"mine")


def head(size: int, root: int, key: SigningKey = LOG) -> bytes:
    return bytes(sign_checkpoint(Checkpoint(LOG.name, size, bytes([root]) * 32), key))


def test_evidence_is_read_as_it_was_sent_and_holds_under_the_nodes_key_alone() -> None:
    for kind in KINDS:
        told, signature = parse(replace(TOLD, kind=kind).signed_by(KEY))
        assert told == replace(TOLD, kind=kind)
        told.check(signature, KEY.verifier.public)
    with pytest.raises(Unverified):
        told.check(signature, WITNESSES[1].verifier.public)
    for other in (
        replace(told, text="别的"),
        replace(told, seconds=1),
        replace(told, mine=b""),
        replace(told, node="x"),
    ):
        with pytest.raises(Unverified):
            other.check(signature, KEY.verifier.public)


@pytest.mark.parametrize(
    "change",
    [{"kind": "gossip"}, {"seconds": True}, {"seconds": "1"}, {"seen": "=="}, {"node": 3}, {"signature": None}],
)
def test_what_is_no_evidence_is_refused(change: dict[str, object]) -> None:
    whole = json.loads(TOLD.signed_by(KEY))
    with pytest.raises(Unverified):
        parse(json.dumps({**whole, **change}).encode())
    for name in whole:
        with pytest.raises(Unverified):
            parse(json.dumps({other: value for other, value in whole.items() if other != name}).encode())
    for body in (b"", b"[]", b"[" * 100_000, b"\xff"):
        with pytest.raises(Unverified):
            parse(body)


def test_two_roots_for_one_size_under_the_logs_own_signature_prove_a_fork_and_nothing_less_does() -> None:
    logs = [LOG.verifier]
    assert proves_fork(head(7, 1), head(7, 2), logs)
    assert proves_fork(
        bytes(Submission(3, (), sign_checkpoint(Checkpoint(LOG.name, 7, bytes(32)), LOG))), head(7, 2), logs
    )
    assert not proves_fork(head(7, 1), head(7, 1), logs)
    assert not proves_fork(head(7, 1), head(8, 2), logs)
    assert not proves_fork(head(7, 1), head(7, 2, SigningKey.generate(LOG.name)), logs)
    assert not proves_fork(head(7, 1), b"", logs)
    assert not proves_fork(head(7, 1), head(7, 2), [])
