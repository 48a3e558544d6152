"""The twin's algorithms: the standards' own examples, another implementation in both directions, and everything bent
refused.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.chain import sm
from yinuo.chain.leaves import build, canonical, disclosure, read_proof
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.sm_signing import NoLibrary, Sm2SigningKey
from yinuo.chain.tree import Tree, append
from yinuo.chain.verifier import (
    COSIGNATURE,
    SM2,
    SM2_NAME,
    Checkpoint,
    Note,
    Policy,
    Proof,
    Unverified,
    VerifierKey,
    check_checkpoint,
    check_proof,
    encode64,
    hash_leaf,
    key_id,
    sha256,
    typed_key,
)


def told_of_openssl() -> str:
    try:
        return subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


# GB/T 32918.5-2017, annex A.2: key, message, user ID, intermediate value and signature.
PUBLIC = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
MESSAGE = b"message digest"
E = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
# What stands before the point in a SubjectPublicKeyInfo of the curve sm2p256v1.
SPKI = bytes.fromhex("3059301306072A8648CE3D020106082A811CCF5501822D034200")
pytest.importorskip("gmssl_pyx", reason="no wheel of gmssl-pyx for this machine")
WITH_OPENSSL = pytest.mark.skipif("OpenSSL 3" not in told_of_openssl(), reason="no OpenSSL 3 on this machine")
X_LINE = b"x\n"
TWIN = Sm2SigningKey.generate("county.example/log/sm3")


def slowly(public: bytes, message: bytes, signature: bytes) -> bool:
    r, s = sm.decode_signature(signature)
    return sm.verifies_slowly(sm.point_of(public), int.from_bytes(sm.signed_digest(public, message), "big"), r, s)


def test_sm3_gives_the_digests_of_its_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """GB/T 32905-2016, annex A; the same where Python's OpenSSL has no SM3."""
    examples = {
        b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    }
    assert {message: sm.sm3(message).hex() for message in examples} == examples
    with monkeypatch.context() as without:
        without.setattr(hashlib, "new", lambda *_: (_ for _ in ()).throw(ValueError("unsupported hash type sm3")))
        other = sm._sm3()
    assert {message: other(message).hex() for message in examples} == examples


def test_the_standards_own_signature_is_verified_by_both_ways_and_none_of_its_bits_may_change() -> None:
    assert sm.signed_digest(PUBLIC, MESSAGE).hex() == E
    signature = sm.encode_signature(R, S)
    assert sm.decode_signature(signature) == (R, S)
    assert sm.verifies(PUBLIC, MESSAGE, signature)
    assert slowly(PUBLIC, MESSAGE, signature)
    assert not slowly(PUBLIC, MESSAGE + b" ", signature)
    for place in range(len(signature)):
        bent = bytearray(signature)
        bent[place] ^= 1
        assert not sm.verifies(PUBLIC, MESSAGE, bytes(bent))
    for r, s in ((0, S), (R, 0), (sm.N, S), (R, sm.N), (R, sm.N - R), (R + sm.N, S)):
        assert not sm.verifies(PUBLIC, MESSAGE, sm.encode_signature(r, s))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x06",
        sm.encode_signature(R, S) + b"\x00",
        sm.encode_signature(R, S)[:-1],
        b"\x30\x07\x02\x02\x00\x01\x02\x01\x01",
        b"\x30\x81\x06\x02\x01\x01\x02\x01\x01",
        b"\x30\x06\x02\x01\xff\x02\x01\x01",
        sm.encode_signature(1 << 256, S),
    ],
)
def test_a_signature_spelt_otherwise_than_der_allows_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="SM2"):
        sm.decode_signature(data)
    assert not sm.verifies(PUBLIC, MESSAGE, data)


@settings(max_examples=12)
@given(st.text(max_size=60), st.integers(0, 500))
def test_the_library_and_the_plain_integers_agree(text: str, bit: int) -> None:
    line = TWIN.sign(text)
    message = text.encode()
    assert sm.verifies(TWIN.public, message, line.signature)
    assert slowly(TWIN.public, message, line.signature)
    r, s = sm.decode_signature(line.signature)
    r, s = (r ^ 1 << bit, s) if bit < 250 else (r, s ^ 1 << bit - 250)
    assert not slowly(TWIN.public, message, sm.encode_signature(r, s))
    assert not sm.verifies(TWIN.public, message, sm.encode_signature(r, s))


def test_where_the_library_is_missing_everything_is_still_checked_and_only_signing_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = TWIN.sign("text\n")
    monkeypatch.setattr(sm, "library", lambda: None)
    assert TWIN.verifier.check("text\n", line.signature) is None
    with pytest.raises(Unverified, match="does not fit"):
        TWIN.verifier.check("other\n", line.signature)
    for refused in (lambda: TWIN.sign("text\n"), lambda: Sm2SigningKey.generate("x")):
        with pytest.raises(NoLibrary, match="gmssl-pyx"):
            refused()


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)


SM2_OPTIONS = ("-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{sm.USER_ID.decode()}")


@WITH_OPENSSL
def test_openssl_accepts_our_signatures_and_digests_and_refuses_them_bent(tmp_path: Path) -> None:
    note = sign_checkpoint(Checkpoint(TWIN.name, 3, bytes(32)), TWIN)
    key, text, signature = tmp_path / "key", tmp_path / "text", tmp_path / "signature"
    key.write_bytes(SPKI + TWIN.public)
    text.write_text(note.text)
    signature.write_bytes(note.lines[0].signature)
    ask = (
        "pkeyutl",
        "-verify",
        "-pubin",
        "-keyform",
        "DER",
        "-inkey",
        key,
        "-in",
        text,
        "-sigfile",
        signature,
        *SM2_OPTIONS,
    )
    assert "Signature Verified Successfully" in openssl(*ask).stdout
    told = openssl("dgst", "-sm3", "-r", text).stdout.split()[0]
    assert told == sm.sm3(note.text.encode()).hex()
    text.write_text(note.text.replace("\n3\n", "\n4\n"))
    assert "Signature Verification Failure" in openssl(*ask).stdout


@WITH_OPENSSL
def test_signatures_of_openssl_are_accepted_by_us(tmp_path: Path) -> None:
    key, text, signature, public = (tmp_path / name for name in ("key", "text", "signature", "public"))
    text.write_text("a checkpoint\n")
    assert openssl("genpkey", "-algorithm", "SM2", "-out", key).returncode == 0
    openssl("pkey", "-in", key, "-pubout", "-outform", "DER", "-out", public)
    openssl("pkeyutl", "-sign", "-inkey", key, "-in", text, "-out", signature, *SM2_OPTIONS)
    point = public.read_bytes()[-sm.PUBLIC_SIZE :]
    assert VerifierKey("openssl", SM2, point).check("a checkpoint\n", signature.read_bytes()) is None
    assert slowly(point, b"a checkpoint\n", signature.read_bytes())


def test_a_key_is_read_as_it_is_written_and_no_other_point_or_type() -> None:
    text = str(TWIN.verifier)
    assert VerifierKey.parse(text) == TWIN.verifier
    assert TWIN.verifier.id == hashlib.sha256(TWIN.name.encode() + b"\n\xff" + SM2_NAME + TWIN.public).digest()[:4]
    assert TWIN.private.hex() not in repr(TWIN)
    assert repr(TWIN.private) not in repr(TWIN)

    def key(public: bytes, typed: bytes | None = None) -> str:
        typed = typed_key(SM2, public) if typed is None else typed
        return f"x+{hashlib.sha256(X_LINE + typed).digest()[:4].hex()}+{encode64(typed)}"

    assert VerifierKey.parse(key(PUBLIC)).public == PUBLIC
    off = PUBLIC[:-1] + bytes([PUBLIC[-1] ^ 1])
    for other in (off, b"\x02" + PUBLIC[1:], PUBLIC[:-1], b"\x04" + bytes(64), b"\x04" + b"\xff" * 64):
        with pytest.raises(Unverified):
            VerifierKey.parse(key(other))
    for typed in (b"\xff" + PUBLIC, b"\xffother/v1" + PUBLIC, b"\x01" + PUBLIC, b"\xff"):
        with pytest.raises(Unverified, match="unknown kind"):
            VerifierKey.parse(key(PUBLIC, typed))


ENTRIES = [canonical({"n": number}) for number in range(300)]


def twin_proof(index: int, digest: Any = sm.sm3, key: Any = TWIN, witness: SigningKey | None = None) -> Proof:
    grown = append(0, {}.__getitem__, [hash_leaf(entry, digest) for entry in ENTRIES], digest)
    tree = Tree(grown.size, lambda tile: grown.tiles[tile], digest)
    note = sign_checkpoint(Checkpoint(key.name, grown.size, grown.root), key)
    if witness is not None:
        note = Note(note.text, (*note.lines, witness.cosign(note.text, 7)))
    return Proof(index, tuple(tree.inclusion(index)), note)


def test_an_entry_is_proven_in_the_twin_under_the_policy_that_names_its_key() -> None:
    bank = SigningKey.generate("bank.example", COSIGNATURE)
    main = SigningKey.generate("county.example/log")
    policy = Policy.parse(
        f"log {main.verifier}\nlog {TWIN.verifier}\nwitness bank {bank.verifier}\nquorum bank\n".encode()
    )
    found = check_proof(ENTRIES[17], Proof.parse(bytes(twin_proof(17, witness=bank))), policy)
    assert (found.log, found.witnesses) == (TWIN.verifier, {"bank": 7})
    for why, entry, proof in (
        ("another root", ENTRIES[18], twin_proof(17, witness=bank)),
        ("another root", ENTRIES[17], twin_proof(17, sha256, witness=bank)),
        ("quorum", ENTRIES[17], twin_proof(17)),
        ("not signed by a log", ENTRIES[17], twin_proof(17, key=Sm2SigningKey.generate(TWIN.name), witness=bank)),
        # The twin's root under the main log's key: one key, one kind of tree.
        ("another root", ENTRIES[17], twin_proof(17, key=main, witness=bank)),
    ):
        with pytest.raises(Unverified, match=why):
            check_proof(entry, proof, policy)
    with pytest.raises(Unverified, match="another purpose"):
        Policy.parse(f"witness bank {TWIN.verifier}\nquorum bank\n".encode())


def test_a_proof_file_of_the_twin_carries_its_entry_as_the_main_ones_do() -> None:
    shown = disclosure(bytes(16), "code", "2611-622927-04-01-123456")
    leaf = build(
        type="project.code_assigned",
        subject="s",
        n=1,
        prev=None,
        disclosures=[shown],
        documents=[],
        issuer="发展和改革局",
        private=Ed25519PrivateKey.generate(),
        at="2026-11-24T12:00:00+08:00",
    )
    note = sign_checkpoint(Checkpoint(TWIN.name, 1, hash_leaf(leaf.entry(), sm.sm3)), TWIN)
    proof = Proof(0, (), note, canonical({"entry": leaf.entry().decode(), "disclosures": [shown]}))
    policy = Policy((TWIN.verifier,), {}, {}, "none")
    assert read_proof(bytes(proof), policy).fields == {"code": "2611-622927-04-01-123456"}
    assert check_checkpoint(note, policy).log == TWIN.verifier
    assert key_id(TWIN.name, SM2, TWIN.public) == TWIN.verifier.id
    assert len(bytes(proof)) < 2000
