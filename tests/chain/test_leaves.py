from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from yinuo.chain.leaves import (
    Leaf,
    build,
    canonical,
    check_disclosure,
    check_document,
    check_follows,
    check_signature,
    digest_of,
    disclosure,
    document_digest,
    parse,
    sign,
    subject_of,
)
from yinuo.chain.verifier import Unverified

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
SALT = bytes(range(16))
SUBJECT = subject_of(b"k" * 32, "2611-622927-04-01-123456")
SHOWN = [disclosure(SALT, "code", "2611-622927-04-01-123456"), disclosure(SALT, "total_investment", "1200.5")]
PDF = b"%PDF-1.7 the certificate"


def leaf(n: int = 1, prev: bytes | None = None, **changes: Any) -> Leaf:
    given_ = {
        "type": "project.code_assigned",
        "subject": SUBJECT,
        "n": n,
        "prev": prev,
        "disclosures": SHOWN,
        "documents": [document_digest(SALT, PDF)],
        "issuer": "发展和改革局",
        "private": KEY,
        "at": "2026-11-24T19:40:00+08:00",
    }
    return build(**{**given_, **changes})


def test_an_entry_is_read_as_it_is_written_and_its_signature_holds() -> None:
    made = leaf()
    assert parse(made.entry()) == made
    check_signature(parse(made.entry()), PUBLIC)
    assert len(made.entry()) < 700


def test_a_changed_copy_writes_an_entry_of_its_own() -> None:
    made = leaf()
    assert made.entry() is made.entry()
    changed = replace(made, type="project.basic")
    assert parse(changed.entry()) == changed != made
    assert changed.hash != made.hash


def test_an_entry_holds_neither_the_code_nor_any_field() -> None:
    entry = leaf().entry().decode()
    for private in ("2611-622927", "1200.5", "total_investment", SALT.hex()):
        assert private not in entry


@pytest.mark.parametrize("field", ["type", "subject", "at", "issuer", "sd", "docs", "n", "prev"])
def test_an_entry_changed_in_any_field_is_not_its_issuer_s(field: str) -> None:
    made = leaf(2, bytes(32))
    changed = {"n": 3, "sd": made.sd[:1], "docs": (), "prev": "AAAA"}.get(field, "another")
    with pytest.raises(Unverified):
        check_signature(replace(made, **{field: changed}), PUBLIC)  # type: ignore[arg-type]


def test_another_key_or_one_of_small_order_is_refused() -> None:
    with pytest.raises(Unverified, match="another key"):
        check_signature(leaf(), Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    with pytest.raises(Unverified, match="small order"):
        check_signature(leaf(), bytes(32))


def test_entries_of_a_subject_follow_each_other_without_a_gap() -> None:
    first = leaf()
    second = leaf(2, first.hash)
    check_follows(first, None)
    check_follows(second, first)
    for false, before in (
        (second, None),
        (first, first),
        (leaf(3, first.hash), first),
        (leaf(2, b"x" * 32), first),
        (leaf(2, first.hash, subject="another"), first),
    ):
        with pytest.raises(Unverified):
            check_follows(false, before)


def test_a_field_is_shown_to_whom_it_may_and_checked_against_the_entry() -> None:
    made = leaf()
    assert check_disclosure(made, SHOWN[1]) == ("total_investment", "1200.5")
    for false in (
        disclosure(SALT, "total_investment", "9999"),
        disclosure(b"y" * 16, "code", "x"),
        "",
        "%%%",
        "5",
        SHOWN[0][:-2],
    ):
        with pytest.raises(Unverified):
            check_disclosure(made, false)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(Unverified, match="128"):
        disclosure(bytes(15), "code", "x")
    with pytest.raises(Unverified):
        document_digest(bytes(15), PDF)


def test_a_document_is_known_by_its_first_bytes_whatever_is_attached_behind_them() -> None:
    made = leaf()
    check_document(made, SALT, PDF)
    check_document(made, SALT, PDF + b" and an attached proof")
    for false in (PDF[:-1], b"x" + PDF[1:], b""):
        with pytest.raises(Unverified):
            check_document(made, SALT, false)
    with pytest.raises(Unverified):
        check_document(made, b"z" * 16, PDF)
    with pytest.raises(Unverified):
        document_digest(SALT, PDF, len(PDF) + 1)


def bent(change: Any) -> bytes:
    value = json.loads(leaf().entry())
    change(value)
    return canonical(value)


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        leaf().entry() + b" ",
        leaf().entry().replace(b'"v":1', b'"v": 1'),
        leaf().entry().replace(b'"v":1', b'"v":1,"v":1'),
        bent(lambda v: v.update(v=2)),
        bent(lambda v: v.update(more=1)),
        bent(lambda v: v.pop("docs")),
        bent(lambda v: v.update(n=0)),
        bent(lambda v: v.update(n=True)),
        bent(lambda v: v.update(n=2)),
        bent(lambda v: v.update(prev="AAAA")),
        bent(lambda v: v.update(sd=v["sd"][::-1])),
        bent(lambda v: v.update(sd=[v["sd"][0], v["sd"][0]])),
        bent(lambda v: v.update(docs=[["x"]])),
        bent(lambda v: v.update(docs=[["x", -1]])),
        bent(lambda v: v.update(docs=["xx"])),
        bent(lambda v: v.update(at=1)),
        b"[" * 100_000,
        leaf().entry().replace(b'"type":"', b'"type":"\\ud800'),
        leaf().entry().replace(b'"n":1', b'"n":' + b"1" * 5000),
    ],
)
def test_what_is_no_entry_is_refused(entry: bytes) -> None:
    with pytest.raises(Unverified):
        parse(entry)


def test_an_entry_longer_than_two_kibibytes_is_refused() -> None:
    with pytest.raises(Unverified, match="2 KiB"):
        leaf(disclosures=[disclosure(SALT, f"field{n}", "x") for n in range(40)])


@pytest.mark.parametrize(
    "value", [1.5, 1 << 53, "A\u030a", {"A\u030a": 1}, [b"x"], float("nan"), "\ud800", {"\udfff": 1}]
)
def test_a_value_not_every_reader_reads_alike_is_refused(value: Any) -> None:
    with pytest.raises(Unverified):
        canonical(value)


TEXT = st.text().map(lambda text: unicodedata.normalize("NFC", text))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(1 << 53) + 1, (1 << 53) - 1) | TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
        max_leaves=20,
    )
)
@example({"\U0001f600": 1, "\uffff": 2, "a": '\x00\x1f\x7f\u2028\\"/\b'})
@example({"\ue000": 1, "\U00010000": 2})
def test_canonical_json_is_that_of_the_library_and_one_spelling_of_the_value(value: Any) -> None:
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data


def test_a_subject_is_named_by_its_key_and_code() -> None:
    code = "2611-622927-04-01-123456"
    assert subject_of(b"k" * 32, code) == SUBJECT
    assert subject_of(b"j" * 32, code) != SUBJECT
    assert len(digest_of(SHOWN[0])) == len(SUBJECT) == 43


def test_signing_again_gives_the_same_entry() -> None:
    made = leaf()
    assert sign(replace(made, sig=""), KEY) == made
