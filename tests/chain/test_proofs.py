from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chain.test_tree import entries, grow
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import Tree
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, Policy, Proof, Unverified, check_checkpoint, check_proof

LOG = SigningKey.generate("county.example/log")
WITNESSES = [SigningKey.generate(f"w{n}.example", COSIGNATURE) for n in range(3)]
POLICY = Policy.parse(
    "".join(
        [
            f"log {LOG.verifier}\n",
            *(f"witness w{n} {key.verifier}\n" for n, key in enumerate(WITNESSES)),
            "group two 2 w0 w1 w2\nquorum two\n",
        ]
    ).encode()
)
SIZE = 700


def checkpoint(*witnesses: int, log: SigningKey = LOG, origin: str = "county.example/log") -> Note:
    _, grown = grow(SIZE)
    signed = sign_checkpoint(Checkpoint(origin, grown.size, grown.root), log)
    return Note(signed.text, (*signed.lines, *(WITNESSES[n].cosign(signed.text, 1000 + n) for n in witnesses)))


def proof_of(index: int, note: Note, extra: bytes | None = None) -> Proof:
    store, _ = grow(SIZE)
    return Proof(index, tuple(Tree(SIZE, store.__getitem__).inclusion(index)), note, extra)


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, SIZE - 1])
@pytest.mark.parametrize("extra", [None, b"", b"what else is known"])
def test_a_proof_is_read_as_it_is_written_and_holds(index: int, extra: bytes | None) -> None:
    made = proof_of(index, checkpoint(0, 2), extra)
    read = Proof.parse(bytes(made))
    assert read == made
    found = check_proof(entries(SIZE)[index], read, POLICY)
    assert found.checkpoint.size == SIZE
    assert found.witnesses == {"w0": 1000, "w2": 1002}


@pytest.mark.parametrize(
    ("note", "why"),
    [
        (checkpoint(0), "quorum"),
        (checkpoint(), "quorum"),
        (checkpoint(0, 1, log=SigningKey.generate("county.example/log")), "signed by a log"),
        (checkpoint(0, 1, origin="another.example"), "signed by a log"),
    ],
)
def test_a_checkpoint_too_few_have_seen_or_another_signed_is_refused(note: Note, why: str) -> None:
    with pytest.raises(Unverified, match=why):
        check_checkpoint(note, POLICY)


def test_two_cosignatures_of_one_witness_are_one() -> None:
    note = checkpoint(0)
    with pytest.raises(Unverified, match="quorum"):
        check_checkpoint(Note(note.text, (*note.lines, WITNESSES[0].cosign(note.text, 2000))), POLICY)


def test_a_proof_of_another_entry_or_place_is_refused() -> None:
    made = proof_of(5, checkpoint(0, 1))
    with pytest.raises(Unverified):
        check_proof(b"entry 6", made, POLICY)
    with pytest.raises(Unverified):
        check_proof(b"entry 5", replace(made, index=6), POLICY)
    with pytest.raises(Unverified):
        check_proof(b"entry 5", replace(made, hashes=made.hashes[:-1]), POLICY)


DATA = bytes(proof_of(5, checkpoint(0, 1)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        DATA.replace(b"@v1", b"@v2"),
        DATA.replace(b"index 5\n", b""),
        DATA.replace(b"index 5", b"index 05"),
        DATA.replace(b"index 5", b"index -5"),
        DATA.replace(b"index 5", b"Index 5"),
        DATA.replace(b"index 5", b"index 5\nextra AAAA"),
        DATA.replace(b"=\n\n", b"=\n", 1),
        DATA.replace(b"@v1\n", b"@v1\n\n", 1),
        DATA.replace(b"@v1", "@v1\u00e9".encode()),
        DATA.replace(b"index 5\n", b"index 5\n" + b"AAAA\n"),
        DATA.replace(b"index 5\n", b"index 5\n" + DATA.split(b"\n")[2] + b"\n" * 1 + DATA.split(b"\n")[2] * 70 + b"\n"),
        b"\n" + DATA,
        DATA.replace(b"\n", b"\r\n"),
    ],
)
def test_what_is_no_proof_is_refused(data: bytes) -> None:
    assert data != DATA
    with pytest.raises(Unverified):
        check_proof(b"entry 5", Proof.parse(data), POLICY)


def test_no_byte_of_a_proof_can_be_changed_unseen() -> None:
    """Each byte in turn: either it is refused, or it lay in what nobody signs (the extra data and lines of unknown
    keys).
    """
    seen = 0
    for at in range(len(DATA)):
        bent = DATA[:at] + bytes([DATA[at] ^ 0x02]) + DATA[at + 1 :]
        try:
            check_proof(b"entry 5", Proof.parse(bent), POLICY)
        except Unverified:
            continue
        seen += 1
    assert seen == 0
