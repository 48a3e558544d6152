from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.chain import naive
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.verifier import (
    COSIGNATURE,
    ED25519,
    SMALL_ORDER,
    Checkpoint,
    Note,
    SignatureLine,
    Unverified,
    VerifierKey,
    encode64,
    key_id,
    need_sound,
)

# The published example of Go's note package (golang.org/x/mod/sumdb/note).
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ROOT = bytes(range(32))


def test_the_published_example_of_another_implementation_is_verified() -> None:
    key = VerifierKey.parse(GO_KEY)
    assert Note.parse(GO_NOTE.encode()).signed_by([key]) == {key: None}
    with pytest.raises(Unverified):
        Note.parse(GO_NOTE.replace("answer", "Answer").encode()).signed_by([key])


def test_a_key_is_read_as_it_is_written() -> None:
    for algorithm in (ED25519, COSIGNATURE):
        made = SigningKey.generate("county.example/log", algorithm)
        assert VerifierKey.parse(str(made.verifier)) == made.verifier
        again = SigningKey.parse(str(made))
        assert str(again) == str(made)
        assert str(made.private.private_bytes_raw().hex()) not in repr(made)
        assert str(made) not in repr(made)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("c74f20a3", "C74F20A3"),
        GO_KEY.replace("PeterNeumann", "Peter Neumann"),
        GO_KEY.replace("PeterNeumann", ""),
        GO_KEY + "=",
        GO_KEY[:-1],
        f"x+{key_id('x', 2, ROOT).hex()}+{encode64(bytes([2]) + ROOT)}",
    ],
)
def test_any_other_key_is_refused(text: str) -> None:
    with pytest.raises(Unverified):
        VerifierKey.parse(text)


@pytest.mark.parametrize("public", sorted(SMALL_ORDER), ids=lambda key: key.hex()[:8])
@pytest.mark.parametrize("sign", [0, 0x80])
def test_a_key_of_small_order_is_refused(public: bytes, sign: int) -> None:
    key = public[:31] + bytes([public[31] | sign])
    assert naive.of_small_order(key) is True
    with pytest.raises(Unverified, match="small order"):
        VerifierKey.parse(f"x+{key_id('x', ED25519, key).hex()}+{encode64(bytes([ED25519]) + key)}")


def test_every_encoding_of_small_order_is_known_and_ordinary_keys_are_not() -> None:
    canonical = {y for y in range(2, 40) if naive.of_small_order(y.to_bytes(32, "little"))}
    assert not canonical
    for _ in range(20):
        public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        assert naive.of_small_order(public) is False
        need_sound(public)
    # All y below 2^255 that stand for a small value a second time.
    for excess in range(19):
        found = naive.of_small_order((naive.P + excess).to_bytes(32, "little"))
        assert (found is True) == ((naive.P + excess).to_bytes(32, "little") in SMALL_ORDER)


def checkpoint(size: int = 3) -> Checkpoint:
    return Checkpoint("county.example/log", size, ROOT)


def test_a_note_carries_the_log_and_its_witnesses() -> None:
    log, witness = SigningKey.generate("county.example/log"), SigningKey.generate("bank.example", COSIGNATURE)
    signed = sign_checkpoint(checkpoint(), log)
    whole = Note(signed.text, (*signed.lines, witness.cosign(signed.text, 1_700_000_000)))
    read = Note.parse(bytes(whole))
    assert read == whole
    assert read.signed_by([log.verifier, witness.verifier]) == {log.verifier: None, witness.verifier: 1_700_000_000}
    assert Checkpoint.parse(read.text) == checkpoint()


def test_a_cosignature_holds_for_its_time_only() -> None:
    witness = SigningKey.generate("bank.example", COSIGNATURE)
    text = str(checkpoint())
    line = witness.cosign(text, 5)
    later = SignatureLine(line.name, line.id, (6).to_bytes(8, "big") + line.signature[8:])
    assert Note(text, (line,)).signed_by([witness.verifier]) == {witness.verifier: 5}
    with pytest.raises(Unverified):
        Note(text, (later,)).signed_by([witness.verifier])


def test_a_key_signs_only_what_it_is_for() -> None:
    with pytest.raises(ValueError, match="checkpoints only"):
        SigningKey.generate("a", COSIGNATURE).sign("text\n")
    with pytest.raises(ValueError, match="cosigns"):
        SigningKey.generate("a").cosign("text\n", 1)


def test_signatures_of_unknown_keys_are_ignored_and_a_false_one_of_a_known_key_refuses_the_note() -> None:
    log, other = SigningKey.generate("a"), SigningKey.generate("b")
    note = sign_checkpoint(checkpoint(), log, other)
    assert note.signed_by([log.verifier]) == {log.verifier: None}
    false = SignatureLine("b", note.lines[1].id, bytes(64))
    bent = Note(note.text, (note.lines[0], false))
    assert bent.signed_by([log.verifier]) == {log.verifier: None}
    with pytest.raises(Unverified):
        bent.signed_by([log.verifier, other.verifier])


NOTE = bytes(sign_checkpoint(checkpoint(), SigningKey.generate("a")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"x",
        NOTE.replace("—".encode(), b"-"),
        NOTE.replace("— ".encode(), "—  ".encode()),
        NOTE.replace("— a".encode(), "— a+b".encode()),
        NOTE.replace("— a".encode(), "— a\u00a0b".encode()),
        NOTE.replace(b"county", b"coun\tty"),
        NOTE.replace(b"county", b"coun\xffty"),
        NOTE.replace(b"\n", b"\r\n"),
        b"x" * 1_000_001,
        b"text\n\n" + NOTE.split(b"\n\n")[1] * 101,
        "text\n\n— a AAAA\n".encode(),
        "text\n\n— a AAAAAAB=\n".encode(),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(Unverified):
        Note.parse(data)


@given(st.binary(max_size=400))
def test_whatever_is_read_as_a_note_is_written_again_as_it_was(data: bytes) -> None:
    for given_ in (data, b"text\n\n" + data, NOTE[: len(data)] + data):
        try:
            note = Note.parse(given_)
        except Unverified:
            continue
        assert bytes(note) == given_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        f"o\n1\n{encode64(ROOT)}",
        f"\n1\n{encode64(ROOT)}\n",
        f"o\n01\n{encode64(ROOT)}\n",
        f"o\n-1\n{encode64(ROOT)}\n",
        f"o\n+1\n{encode64(ROOT)}\n",
        f"o\n１\n{encode64(ROOT)}\n",
        f"o\n{1 << 63}\n{encode64(ROOT)}\n",
        f"o\n1\n{encode64(ROOT[:31])}\n",
        f"o\n1\n{base64.urlsafe_b64encode(b'?' * 32).decode()}\n",
        f"o\n1\n{encode64(ROOT)}\n\nx\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Unverified):
        Checkpoint.parse(text)


def test_extension_lines_of_a_checkpoint_are_kept() -> None:
    text = f"o\n0\n{encode64(ROOT)}\nmore\n"
    assert Checkpoint.parse(text) == Checkpoint("o", 0, ROOT, ("more",))
    assert str(Checkpoint.parse(text)) == text
