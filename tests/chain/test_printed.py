"""The printed code: as short as said, one text for one proof, and nothing in it that can be changed unseen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chain import naive
from tests.chain.test_proofs import LOG, POLICY, WITNESSES
from yinuo.chain.leaves import build, canonical, disclosure, document_digest, read_proof, subject_of
from yinuo.chain.printed import (
    LETTERS,
    LIMIT,
    PREFIX,
    base45,
    cbor,
    decode_base45,
    decode_cbor,
    packed,
    printable,
    proof_in,
    unpacked,
)
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, Policy, Proof, Unverified, hash_leaf, hash_node

CODE = "2611-622927-04-01-123456"
MILLION = 1_000_000


@cache
def same(count: int) -> bytes:
    """The hash over so many entries, all of them alike: a tree of a million without a million entries."""
    if count == 1:
        return hash_leaf(b"another entry")
    left = naive.split_at(count)
    return hash_node(same(left), same(count - left))


def grown(entry: bytes, index: int, size: int) -> tuple[bytes, list[bytes]]:
    """Root and path of the entry among others that are all alike."""
    if size == 1:
        return hash_leaf(entry), []
    left = naive.split_at(size)
    if index < left:
        root, path = grown(entry, index, left)
        return hash_node(root, same(size - left)), [*path, same(size - left)]
    root, path = grown(entry, index - left, size - left)
    return hash_node(same(left), root), [*path, same(left)]


def proof(index: int = 3, size: int = 7, witnesses: list[SigningKey] | None = None, **changes: Any) -> Proof:
    shown = [disclosure(bytes(range(16)), "code", CODE)]
    hidden = [disclosure(bytes(range(n, n + 16)), f"field {n}", n) for n in range(1, 4)]
    parts = {
        "type": "project.code_assigned",
        "subject": subject_of(b"k" * 32, CODE),
        "n": 2,
        "prev": bytes(range(32)),
        "documents": [],
        "disclosures": [*shown, *hidden],
        "issuer": "积石山县发展和改革局",
        "private": LOG.private,
        "at": "2026-11-24T19:40:00+08:00",
    }
    leaf = build(**{**parts, **changes})
    root, path = grown(leaf.entry(), index, size)
    note = sign_checkpoint(Checkpoint(LOG.name, size, root), LOG)
    seen = WITNESSES if witnesses is None else witnesses
    note = Note(note.text, (*note.lines, *(key.cosign(note.text, 1_764_000_000) for key in seen)))
    return Proof(index, tuple(path), note, canonical({"entry": leaf.entry().decode(), "disclosures": shown}))


@pytest.mark.parametrize(
    ("made", "changes"),
    [
        ((0, 1), {}),
        ((6, 7), {"n": 1, "prev": None}),
        ((256, 300), {"documents": [document_digest(bytes(16), b"a paper")]}),
        ((MILLION - 1, MILLION), {}),
        ((3, 7, WITNESSES[:2]), {}),
    ],
)
def test_a_printed_code_becomes_the_proof_it_was_made_of_and_says_the_same(
    made: tuple[Any, ...], changes: dict[str, Any]
) -> None:
    whole = proof(*made, **changes)
    text = packed(whole)
    assert unpacked(text) == unpacked(f" \n{text}\r\n ") == proof_in(text.encode()) == bytes(whole)
    assert proof_in(bytes(whole)) == bytes(whole)
    stated = read_proof(proof_in(text.encode()), POLICY)
    assert (stated.index, stated.fields) == (made[0], {"code": CODE})


def test_at_a_million_entries_it_is_a_code_that_can_be_printed_and_read() -> None:
    """As a code's assignment is: one field, shown; three witnesses under names as long as real ones.

    Under 1.4 kB, modules of 0.8 mm.
    """
    nodes = [SigningKey.generate(f"jishishan.gov.example/node-{n}", COSIGNATURE) for n in range(3)]
    whole = proof(400_000, MILLION, nodes, disclosures=[disclosure(bytes(range(16)), "code", CODE)])
    rules = f"log {LOG.verifier}\n" + "".join(f"witness w{n} {key.verifier}\n" for n, key in enumerate(nodes))
    policy = Policy.parse(f"{rules}group all all w0 w1 w2\nquorum all\n".encode())
    text = printable(whole, policy)
    assert len(whole.hashes) == 20
    assert len(decode_base45(text.removeprefix(PREFIX))) <= 1400
    code = segno.make(text, error="m", micro=False)
    assert (code.mode, code.error) == ("alphanumeric", "M")
    assert 118 / code.symbol_size(border=0)[0] >= 0.8
    assert read_proof(unpacked(text), policy).seen.checkpoint.size == MILLION


def test_no_character_of_a_code_can_be_changed_left_out_or_added_unseen() -> None:
    """Of every pair of bytes one letter in turn;
    with one witness more than needed the others' lines could go unseen.
    """
    text = packed(proof(3, 7, WITNESSES[:2]))

    def seen(bent: str) -> bool:
        try:
            read_proof(proof_in(bent.encode()), POLICY)
        except Unverified:
            return False
        return True

    assert seen(text)
    changed = [
        text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :] for at in [*range(7), *range(7, len(text), 4)]
    ]
    changed += [text[:at] + text[at + 1 :] for at in range(0, len(text), 31)] + [
        text + "0",
        text + "00",
        text + "000",
        text * 2,
    ]
    assert [bent for bent in changed if seen(bent)] == []


def test_of_one_proof_there_is_one_text() -> None:
    """What would be read as the same is refused: parts in another order, the origin's name written out, numbers spelled
    longer.
    """
    whole = decode_cbor(decode_base45(packed(proof()).removeprefix(PREFIX)))
    leaf, shown, index, path, note = whole
    rest = leaf[4]
    others: list[Any] = [
        [[*leaf[:4], rest[32:64] + rest[:32] + rest[64:], *leaf[5:]], shown, index, path, note],
        [[*leaf[:4], rest[:32] + rest, *leaf[5:]], shown, index, path, note],
        [leaf, shown, index, path, [*note[:4], [[LOG.name, note[4][0][1]], *note[4][1:]]]],
        [leaf, shown, index, path + b"\0", note],
        [leaf, shown, index, path, [*note[:3], [""], note[4]]],
        [leaf, shown, index, path, [*note[:3], ["a\nb"], note[4]]],
        [leaf, shown, index, path, [*note[:4], []]],
        [leaf, shown, index, path, [note[0], 1 << 63, *note[2:]]],
        [[*leaf[:1], b"short", *leaf[2:]], shown, index, path, note],
        [leaf, [[b"short", *shown[0][1:]]], index, path, note],
        [leaf, [[*shown[0][:2], "e\u0301"]], index, path, note],
        [leaf, shown, index, path],
        [[[[["deep"]]]]],
        b"",
    ]
    for other in others:
        with pytest.raises(Unverified):
            Proof.parse(unpacked(PREFIX + base45(cbor(other))))
    plain = cbor(whole)
    at = plain.index(cbor(path))
    longer = plain[:at] + b"\x59\x00" + plain[at + 1 :]
    for data in (longer, plain + b"\0", plain[:-1]):
        with pytest.raises(Unverified):
            unpacked(PREFIX + base45(data))


@pytest.mark.parametrize("text", ["", "YINUO1:", "YINUO2:BB8", "YINUO1:bb8", "YINUO1:BB8,", "HC1:BB8", "YINUO1:GGW"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(Unverified):
        unpacked(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, extra=None),
        lambda one: replace(one, extra=b"{}"),
        lambda one: replace(one, extra=one.extra.replace(b'{"disclosures', b'{ "disclosures')),
    ],
)
def test_a_proof_not_written_as_we_write_it_is_not_packed(change: Callable[[Proof], Proof]) -> None:
    with pytest.raises(Unverified):
        packed(change(proof()))
    with pytest.raises(Unverified):
        packed(proof(subject="key:平台:AAAA"))


def test_more_witnesses_than_fit_are_left_away_unless_the_policy_asks_for_them() -> None:
    nodes = [SigningKey.generate(f"node-{n}.example", COSIGNATURE) for n in range(60)]
    stranger = SigningKey.generate("stranger.example", COSIGNATURE)
    rules = f"log {LOG.verifier}\n" + "".join(f"witness w{n} {key.verifier}\n" for n, key in enumerate(nodes))
    members = " ".join(f"w{n}" for n in range(60))
    whole = proof(5, 9, [stranger, *nodes])
    few = Policy.parse(f"{rules}group some 3 {members}\nquorum some\n".encode())
    text = printable(whole, few)
    assert len(text) <= LIMIT
    assert 10 < len(read_proof(unpacked(text), few).seen.witnesses) < 60
    assert stranger.name not in unpacked(text).decode()
    with pytest.raises(Unverified, match="too long"):
        printable(whole, Policy.parse(f"{rules}group every all {members}\nquorum every\n".encode()))


# -- the published examples of RFC 9285 and RFC 8949, and whatever else may come


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")]
)
def test_base45_is_written_and_read_as_the_rfc_shows(data: bytes, text: str) -> None:
    assert base45(data) == text
    assert decode_base45(text) == data


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (0, "00"), (23, "17"), (24, "1818"), (100, "1864"), (1000, "1903e8"), (1000000, "1a000f4240"),
        (1000000000000, "1b000000e8d4a51000"), (18446744073709551615, "1bffffffffffffffff"), (b"", "40"),
        (b"\1\2\3\4", "4401020304"), ("", "60"), ("IETF", "6449455446"),
        ("ü", "62c3bc"), ("水", "63e6b0b4"), ([], "80"), ([1, [2, 3], [4, 5]], "8301820203820405"),
        (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ],
)  # fmt: skip
def test_cbor_is_written_and_read_as_the_rfc_shows(value: Any, data: str) -> None:
    assert cbor(value).hex() == data
    assert decode_cbor(bytes.fromhex(data)) == value


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1817",
        "190017",
        "1b00000000ffffffff",
        "20",
        "f5",
        "f6",
        "fb3ff199999999999a",
        "c074",
        "a0",
        "5f42010243030405ff",
        "9f01ff",
        "8301",
        "63c3bc",
        "62c328",
        "0000",
        "1c",
        "9bffffffffffffffff",
    ],
)
def test_any_other_cbor_is_refused(data: str) -> None:
    with pytest.raises(Unverified):
        decode_cbor(bytes.fromhex(data))


@given(st.binary(max_size=120), st.text(f"{LETTERS}a", max_size=40))
@settings(max_examples=60)
def test_whatever_is_read_is_written_again_as_it_was(data: bytes, text: str) -> None:
    assert decode_base45(base45(data)) == data
    with suppress(Unverified):
        assert cbor(decode_cbor(data)) == data
    with suppress(Unverified):
        assert base45(decode_base45(text)) == text
