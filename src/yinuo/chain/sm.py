"""The commercial cryptography of China for the log's twin, as far as checking goes: SM3 and SM2 signatures, without any
library of theirs.

SM3 is GB/T 32905-2016. SM2 is GB/T 32918.2-2016 on the curve of GB/T 32918.5-2017, hashed with SM3 under the user ID of
GM/T 0009; signatures are written as that standard writes them, DER of r and s. Nothing here is secret, so plain
integers will do; where `gmssl-pyx` is installed it answers, five times as quick.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from typing import Any

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
USER_ID = b"1234567812345678"
SIZE = 32
PUBLIC_SIZE = 1 + 2 * SIZE

# x / z², y / z³; z = 0 is the point at infinity.
Point = tuple[int, int, int]
INFINITY: Point = (1, 1, 0)


def _sm3() -> Callable[[bytes], bytes]:
    """OpenSSL's where Python's has it, else that of `cryptography`, which brings its own."""
    try:
        begun = hashlib.new("sm3").copy
    except ValueError:
        from cryptography.hazmat.primitives import hashes

        def slower(data: bytes) -> bytes:
            digest = hashes.Hash(hashes.SM3())
            digest.update(data)
            return digest.finalize()

        return slower

    def quick(data: bytes) -> bytes:
        # To begin anew by name takes as long as the hashing.
        digest = begun()
        digest.update(data)
        return digest.digest()

    return quick


sm3 = _sm3()


def library() -> Any:
    """`gmssl-pyx`, or None where it is not installed."""
    try:
        return importlib.import_module("gmssl_pyx")
    except ImportError:
        return None


def point_of(public: bytes) -> tuple[int, int]:
    """The point of an uncompressed public key (04, x, y). Raises ValueError for what is no point of the curve."""
    if len(public) != PUBLIC_SIZE or public[0] != 4:
        raise ValueError("not an uncompressed point")
    x, y = int.from_bytes(public[1 : 1 + SIZE], "big"), int.from_bytes(public[1 + SIZE :], "big")
    if x >= P or y >= P or (y * y - x * x * x - A * x - B) % P:
        raise ValueError("not a point of the curve")
    return x, y


def encode_signature(r: int, s: int) -> bytes:
    """SM2Signature of GM/T 0009: the DER sequence of two integers."""
    body = b"".join(b"\x02" + bytes([len(one)]) + one for one in (_positive(r), _positive(s)))
    return b"\x30" + bytes([len(body)]) + body


def decode_signature(data: bytes) -> tuple[int, int]:
    """r and s. Raises ValueError for any other spelling than the one DER allows."""
    try:
        first = data[3]
        r, s = int.from_bytes(data[4 : 4 + first], "big"), int.from_bytes(data[6 + first :], "big")
    except IndexError:
        raise ValueError("an SM2 signature breaks off") from None
    if r.bit_length() > 256 or s.bit_length() > 256 or encode_signature(r, s) != data:
        raise ValueError("not an SM2 signature in DER")
    return r, s


def _positive(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def signed_digest(public: bytes, message: bytes) -> bytes:
    """What a signature signs: SM3 over who signs (user ID, curve, public key) and the message."""
    curve = b"".join(number.to_bytes(SIZE, "big") for number in (A, B, *G))
    who = sm3((len(USER_ID) * 8).to_bytes(2, "big") + USER_ID + curve + public[1:])
    return sm3(who + message)


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key signed the message.

    False also for a signature that is none. Raises ValueError for a key that is none.
    """
    key = point_of(public)
    try:
        r, s = decode_signature(signature)
    except ValueError:
        return False
    if not (1 <= r < N and 1 <= s < N):
        return False
    quick = library()
    if quick is not None:
        return bool(quick.sm2_verify(public[1:], message, signature, signer_id=USER_ID))
    return verifies_slowly(key, int.from_bytes(signed_digest(public, message), "big"), r, s)


def verifies_slowly(key: tuple[int, int], digest: int, r: int, s: int) -> bool:
    """GB/T 32918.2, 7.1, step B5 on; the range of r and s is the caller's to have looked at."""
    t = (r + s) % N
    if t == 0:
        return False
    x, _, z = _sum_of(s, t, key)
    if z == 0:
        return False
    return (digest + x * pow(z, -2, P) % P) % N == r


def _sum_of(s: int, t: int, key: tuple[int, int]) -> Point:
    """s·G + t·key, both at once."""
    g, k = (*G, 1), (*key, 1)
    both = _add(g, k)
    found = INFINITY
    for bit in range(max(s.bit_length(), t.bit_length()) - 1, -1, -1):
        found = _double(found)
        which = (s >> bit & 1) + 2 * (t >> bit & 1)
        if which:
            found = _add(found, (g, k, both)[which - 1])
    return found


def _double(point: Point) -> Point:
    x, y, z = point
    if z == 0 or y == 0:
        return INFINITY
    yy, zz = y * y % P, z * z % P
    slope, base = 3 * (x - zz) * (x + zz) % P, 4 * x * yy % P
    new = (slope * slope - 2 * base) % P
    return new, (slope * (base - new) - 8 * yy * yy) % P, 2 * y * z % P


def _add(one: Point, other: Point) -> Point:
    (x1, y1, z1), (x2, y2, z2) = one, other
    if z1 == 0:
        return other
    if z2 == 0:
        return one
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2, s1, s2 = x1 * zz2 % P, x2 * zz1 % P, y1 * zz2 * z2 % P, y2 * zz1 * z1 % P
    if u1 == u2:
        return _double(one) if s1 == s2 else INFINITY
    h, slope = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, base = hh * h % P, u1 * hh % P
    x = (slope * slope - hhh - 2 * base) % P
    return x, (slope * (base - x) - s1 * hhh) % P, h * z1 * z2 % P
