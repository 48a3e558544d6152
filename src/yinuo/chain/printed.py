"""A proof short enough to be printed as one code: deterministic CBOR (RFC 8949 §4.2) in base45 (RFC 9285) behind
`YINUO1:`.

What can be made again is left out: the entry is rebuilt from its parts, the digests of the fields shown from the
fields. Unpacked it is a .tlog-proof, byte for byte, and is checked as one. Reading is strict: of one proof there is one
text.

Shape: [[type, subject, n, prev, digests not shown, [[digest, length]…], issuer, kid, at, sig], [[salt, name, value]…],
index, path, [origin, size, root, [extension…], [[name, id and signature]…]]]; hashes, keys and signatures as bytes; ""
names the origin itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from yinuo.chain.leaves import DocumentDigest, Leaf, canonical, check_disclosure, digest_of, disclosure, parse
from yinuo.chain.verifier import HASH_SIZE, Checkpoint, Note, Policy, Proof, SignatureLine, Unverified, encode64

PREFIX = "YINUO1:"
# As many letters and figures as the largest code holds (ISO/IEC 18004, version 40, error level L; M holds 3391).
LIMIT = 4296
DEPTH = 4
# What a hand adds before and after; no code ends with a space.
SPACE = " \t\r\n"


def proof_in(data: bytes) -> bytes:
    """The .tlog-proof of a printed code's text; anything else as it is. Raises Unverified."""
    if data.lstrip(SPACE.encode()).startswith(PREFIX.encode()):
        try:
            return unpacked(data.decode("ascii"))
        except UnicodeDecodeError:
            raise Unverified("the printed code holds other characters than it may") from None
    return data


def printable(proof: Proof, policy: Policy) -> str:
    """The text of the code: with the signatures a policy knows, and no more witnesses than fit.

    Raises Unverified where too few would.
    """
    known = {(key.name, key.id): "" for key in policy.logs} | {
        (key.name, key.id): name for name, key in policy.witnesses.items()
    }
    lines = [line for line in proof.checkpoint.lines if (line.name, line.id) in known]
    while True:
        text = packed(replace(proof, checkpoint=Note(proof.checkpoint.text, tuple(lines))))
        if len(text) <= LIMIT:
            return text
        lines.pop()
        if not policy.witnessed(known[line.name, line.id] for line in lines):
            raise Unverified("the proof is too long to be printed")


def packed(proof: Proof) -> str:
    """The text of the code.

    Raises Unverified for a proof whose entry is no project's or shows other things than text.
    """
    try:
        extra = json.loads(proof.extra or b"")
        leaf, disclosed = parse(extra["entry"].encode()), [str(one) for one in extra["disclosures"]]
        kid, prev, signature = bytes.fromhex(leaf.kid), base64.b64decode(leaf.prev), base64.b64decode(leaf.sig)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unverified("the proof carries no entry that can be packed") from None
    shown = [[_short(json.loads(_bytes(one))[0]), *check_disclosure(leaf, one)] for one in disclosed]
    known = {digest_of(one) for one in disclosed}
    head = Checkpoint.parse(proof.checkpoint.text)
    text = PREFIX + base45(
        cbor(
            [
                [
                    leaf.type,
                    _short(leaf.subject),
                    leaf.n,
                    prev,
                    b"".join(_short(one) for one in leaf.sd if one not in known),
                    [[_short(one.digest), one.length] for one in leaf.docs],
                    leaf.issuer,
                    kid,
                    leaf.at,
                    signature,
                ],
                shown,
                proof.index,
                b"".join(proof.hashes),
                [
                    head.origin,
                    head.size,
                    head.root,
                    list(head.extensions),
                    [
                        ["" if line.name == head.origin else line.name, line.id + line.signature]
                        for line in proof.checkpoint.lines
                    ],
                ],
            ]
        )
    )
    if unpacked(text) != bytes(proof):
        raise Unverified("the proof cannot be packed: it is not written as we write it")
    return text


def unpacked(text: str) -> bytes:
    """The .tlog-proof of a code's text; nothing is verified yet. Raises Unverified."""
    text = text.strip(SPACE)
    if not text.startswith(PREFIX):
        raise Unverified("not the text of a printed code")
    match decode_cbor(decode_base45(text.removeprefix(PREFIX))):
        case [
            list(leaf),
            list(shown),
            int(index),
            bytes(path),
            [str(origin), int(size), bytes(root), list(more), list(lines)],
        ]:
            disclosed = [_disclosure(one) for one in shown]
            extra = canonical({"entry": _leaf(leaf, disclosed).entry().decode(), "disclosures": disclosed})
            if index >= 1 << 63 or size >= 1 << 63 or len(root) != HASH_SIZE:
                raise Unverified("the printed code holds a number or a hash that is none")
            head = Checkpoint(_line(origin), size, root, tuple(_line(one) for one in more))
            note = Note(str(head), tuple(_signature(one, origin) for one in lines))
            return bytes(Proof(index, tuple(_hashes(path)), note, extra))
    raise Unverified("the printed code is not of its form")


def _leaf(parts: list[Any], disclosed: list[str]) -> Leaf:
    match parts:
        case [
            str(type_),
            bytes(subject),
            int(n),
            bytes(prev),
            bytes(rest),
            list(docs),
            str(issuer),
            bytes(kid),
            str(at),
            bytes(sig),
        ]:
            hidden = [_text(one) for one in _hashes(rest)]
            if len(subject) != HASH_SIZE or hidden != sorted(set(hidden)):
                raise Unverified("the printed code's entry is not of its form")
            digests = tuple(sorted([*hidden, *map(digest_of, disclosed)]))
            documents = tuple(_document(one) for one in docs)
            return Leaf(
                type_, _text(subject), n, encode64(prev), digests, documents, issuer, kid.hex(), at, encode64(sig)
            )
    raise Unverified("the printed code's entry is not of its form")


def _document(part: Any) -> DocumentDigest:
    match part:
        case [bytes(digest), int(length)] if len(digest) == HASH_SIZE:
            return DocumentDigest(_text(digest), length)
    raise Unverified("the printed code's entry is not of its form")


def _disclosure(part: Any) -> str:
    match part:
        case [bytes(salt), str(name), str(value)]:
            return disclosure(salt, name, value)
    raise Unverified("a field of the printed code is not of its form")


def _signature(part: Any, origin: str) -> SignatureLine:
    match part:
        case [str(name), bytes(data)] if name != origin and len(data) > 4:
            return SignatureLine(_line(name or origin), data[:4], data[4:])
    raise Unverified("a signature of the printed code is not of its form")


def _line(text: Any) -> str:
    """Text that stands on a line of its own."""
    if not isinstance(text, str) or not text or any(char < " " for char in text):
        raise Unverified("a line of the printed code is empty or holds a control character")
    return text


def _hashes(data: bytes) -> list[bytes]:
    if len(data) % HASH_SIZE:
        raise Unverified("the printed code holds a number or a hash that is none")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _short(text: str) -> bytes:
    """The bytes of base64url without padding.

    Raises Unverified for what is none: the subject of a key stands in clear.
    """
    try:
        data = _bytes(text)
    except ValueError:
        data = b""
    if _text(data) != text:
        raise Unverified("this entry is not one that can be packed")
    return data


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# -- CBOR: whole numbers, bytes, text and lists, each in its one shortest spelling

Cbor = int | bytes | str | Sequence[Any]


def cbor(value: Cbor) -> bytes:
    match value:
        case int():
            return _head(0, value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
    return _head(4, len(value)) + b"".join(cbor(one) for one in value)


def _head(major: int, n: int) -> bytes:
    if n < 24:
        return bytes([major << 5 | n])
    size = next(size for size in range(4) if n < 1 << (8 << size))
    return bytes([major << 5 | 24 + size]) + n.to_bytes(1 << size, "big")


def decode_cbor(data: bytes) -> Any:
    """Raises Unverified for any other spelling, and for what stands behind."""
    value, end = _read(data, 0, DEPTH)
    if end != len(data):
        raise Unverified("the printed code goes on behind its end")
    return value


def _read(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    major, n, at = _read_head(data, at)
    if major == 0:
        return n, at
    if major in (2, 3):
        part = data[at : at + n]
        if len(part) != n:
            raise Unverified("the printed code breaks off")
        try:
            return (part if major == 2 else part.decode()), at + n
        except UnicodeDecodeError:
            raise Unverified("the printed code's text is not UTF-8") from None
    if major != 4 or not depth:
        raise Unverified("the printed code is not of its form")
    made = []
    for _ in range(min(n, len(data) + 1)):
        one, at = _read(data, at, depth - 1)
        made.append(one)
    return made, at


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    """Kind, number, and where its content begins."""
    first = data[at] if at < len(data) else 0xFF
    major, n = first >> 5, first & 31
    if n < 24:
        return major, n, at + 1
    width = 1 << (n - 24)
    number = data[at + 1 : at + 1 + width]
    if n > 27 or len(number) != width:
        raise Unverified("the printed code breaks off")
    n = int.from_bytes(number, "big")
    if _head(major, n) != data[at : at + 1 + width]:
        raise Unverified("a number of the printed code is not in its shortest spelling")
    return major, n, at + 1 + width


# -- base45: the letters and figures a two-dimensional code packs most tightly; two bytes in three of them

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def base45(data: bytes) -> str:
    made = []
    for at in range(0, len(data), 2):
        part = data[at : at + 2]
        n = int.from_bytes(part, "big")
        made += [LETTERS[n % 45], LETTERS[n // 45 % 45], LETTERS[n // 2025]][: len(part) + 1]
    return "".join(made)


def decode_base45(text: str) -> bytes:
    """Raises Unverified."""
    made = bytearray()
    for at in range(0, len(text), 3):
        found = [LETTERS.find(char) for char in text[at : at + 3]]
        n = sum(place * 45**power for power, place in enumerate(found))
        if -1 in found or len(found) == 1 or n >= 1 << (8 * (len(found) - 1)):
            raise Unverified("the printed code holds other characters than it may, or a part of it is missing")
        made += n.to_bytes(len(found) - 1, "big")
    return bytes(made)
