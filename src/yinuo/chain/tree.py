"""The log's tree, kept as tiles of 256 hashes (C2SP tlog-tiles): appending, roots and proofs.

A tree of any size is read through a function that gives a tile's bytes; nothing here stores anything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from yinuo.chain.verifier import HASH_SIZE, Digest, Unverified, hash_leaf, hash_node, sha256

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1
ENTRY_LIMIT = (1 << 16) - 1
LEVELS = 64
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """Which tile: its level (`ENTRIES` for a bundle of entries), its index within the level, how many hashes it holds
    (1…256).
    """

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its address below a log's prefix, as in `tile/0/x001/x234/067.p/12`."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        level = "entries" if self.level == ENTRIES else str(self.level)
        place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"tile/{level}/{place}" + (f".p/{self.width}" if self.width < WIDTH else "")

    @classmethod
    def parse(cls, path: str) -> Tile:
        """The tile of an address. Raises Unverified for any other spelling."""
        parts = _PATH.fullmatch(path)
        if parts is None:
            raise Unverified("not the address of a tile")
        level, groups, width = parts.groups()
        made = cls(
            ENTRIES if level == "entries" else int(level),
            int(groups.replace("x", "").replace("/", "")),
            WIDTH if width is None else int(width),
        )
        if made.path != path or made.level >= LEVELS:
            raise Unverified("not the address of a tile")
        return made


ReadTile = Callable[[Tile], bytes]


def width_at(level: int, index: int, size: int) -> int:
    """How many hashes the tile holds in a tree of `size` leaves; 0 = it is not there."""
    return max(0, min(WIDTH, (size >> (HEIGHT * max(level, 0))) - index * WIDTH))


def tiles_of(size: int) -> list[Tile]:
    """Every tile of hashes of a tree of `size` leaves, full and partial."""
    made, level = [], 0
    while size >> (HEIGHT * level):
        hashes = size >> (HEIGHT * level)
        made += [Tile(level, index, width_at(level, index, size)) for index in range(-(-hashes // WIDTH))]
        level += 1
    return made


def tiles_for_inclusion(index: int, size: int) -> list[Tile]:
    """What a proof of the leaf at `index` reads in a tree of `size`: the tiles above it, and the tree's right edge."""
    made, level = [], 0
    while size >> (HEIGHT * level):
        above, edge = index >> (HEIGHT * (level + 1)), size >> (HEIGHT * (level + 1))
        made += [Tile(level, at, width) for at in sorted({above, edge}) if (width := width_at(level, at, size))]
        level += 1
    return made


def split(data: bytes) -> list[bytes]:
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


_NODE = hashlib.sha256(b"\x01")


def pair_up(hashes: Sequence[bytes], digest: Digest = sha256) -> list[bytes]:
    """The next level of an even number of hashes."""
    if digest is not sha256:
        return [digest(b"\x01" + hashes[at] + hashes[at + 1]) for at in range(0, len(hashes), 2)]
    # The same a fifth quicker: growing a tree is this and little else.
    begun, pairs, made = _NODE.copy, iter(hashes), []
    for left, right in zip(pairs, pairs, strict=True):
        node = begun()
        node.update(left + right)
        made.append(node.digest())
    return made


@lru_cache(maxsize=512)
def pyramid(data: bytes, digest: Digest = sha256) -> tuple[list[bytes], ...]:
    """A tile's hashes, and above them those of every full pair, up to its own root if it is full.

    Tiles do not change: kept.
    """
    rows = [split(data)]
    while len(rows[-1]) > 1:
        rows.append(pair_up(rows[-1][: len(rows[-1]) // 2 * 2], digest))
    return tuple(rows)


def root_of_full(hashes: Sequence[bytes], digest: Digest = sha256) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = pair_up(hashes, digest)
    return hashes[0]


class Tree:
    """A tree of one size, read from its tiles; a tile read once is kept for the life of this object."""

    def __init__(self, size: int, read: ReadTile, digest: Digest = sha256) -> None:
        self.size, self._read, self._digest = size, read, digest
        self._tiles: dict[tuple[int, int], tuple[list[bytes], ...]] = {}

    def hashes_of(self, level: int, index: int) -> list[bytes]:
        """The hashes of one tile. Raises Unverified when what was read is not of its length."""
        return self._pyramid(level, index)[0]

    def _pyramid(self, level: int, index: int) -> tuple[list[bytes], ...]:
        found = self._tiles.get((level, index))
        if found is None:
            width = width_at(level, index, self.size)
            data = self._read(Tile(level, index, width)) if width else b""
            if len(data) != width * HASH_SIZE:
                raise Unverified(f"the tile {Tile(level, index, width).path} is not of its length")
            found = self._tiles[level, index] = pyramid(data, self._digest)
        return found

    def root(self) -> bytes:
        return self._range(0, self.size) if self.size else self._digest(b"")

    def leaf(self, index: int) -> bytes:
        """The leaf hash at `index`."""
        if not 0 <= index < self.size:
            raise Unverified("the index lies outside the tree")
        return self.hashes_of(0, index // WIDTH)[index % WIDTH]

    def inclusion(self, index: int) -> list[bytes]:
        """The siblings from the leaf up to the root's child (RFC 6962 §2.1.1)."""
        if not 0 <= index < self.size:
            raise Unverified("the index lies outside the tree")
        low, high, made = 0, self.size, []
        while high - low > 1:
            middle = low + _largest_below(high - low)
            if index < middle:
                made.append(self._range(middle, high))
                high = middle
            else:
                made.append(self._range(low, middle))
                low = middle
        return made[::-1]

    def consistency(self, old_size: int) -> list[bytes]:
        """What shows that this tree begins with its first `old_size` leaves (RFC 6962 §2.1.2)."""
        if not 0 <= old_size <= self.size:
            raise Unverified("the old size lies outside the tree")
        if old_size in (0, self.size):
            return []
        low, high, made, whole = 0, self.size, [], True
        while high != old_size:
            middle = low + _largest_below(high - low)
            if old_size <= middle:
                made.append(self._range(middle, high))
                high = middle
            else:
                made.append(self._range(low, middle))
                low, whole = middle, False
        if not whole:
            made.append(self._range(low, high))
        return made[::-1]

    def _range(self, low: int, high: int) -> bytes:
        """The hash over leaves [low, high) of the tree's own shape."""
        span = high - low
        if span & (span - 1) == 0 and low % span == 0:
            return self._full(span.bit_length() - 1, low)
        middle = low + _largest_below(span)
        return hash_node(self._range(low, middle), self._range(middle, high), self._digest)

    def _full(self, height: int, low: int) -> bytes:
        """The hash over 2^height leaves from `low` on, out of the highest tile that holds it."""
        level, rest = divmod(height, HEIGHT)
        first = low >> (HEIGHT * level)
        return self._pyramid(level, first // WIDTH)[rest][(first % WIDTH) >> rest]


def _largest_below(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


@dataclass(frozen=True, slots=True)
class Grown:
    """What appending made: every tile that is new or wider than before, and the new head."""

    size: int
    root: bytes
    tiles: Mapping[Tile, bytes]


def append(size: int, read: ReadTile, leaves: Sequence[bytes], digest: Digest = sha256) -> Grown:
    """Appends leaf hashes to a tree of `size` leaves. Reads at most one partial tile a level."""
    made: dict[Tile, bytes] = {}
    edge: list[list[bytes]] = []
    new, level = list(leaves), 0
    total = size + len(leaves)
    while total >> (HEIGHT * level):
        before = size >> (HEIGHT * level)
        index, kept = divmod(before, WIDTH)
        hashes = [*split(read(Tile(level, index, kept))), *new] if kept else new
        if kept and len(hashes) != kept + len(new):
            raise Unverified(f"the tile {Tile(level, index, kept).path} is not of its length")
        above = []
        full = len(hashes) // WIDTH
        for number in range(full):
            part = hashes[number * WIDTH : (number + 1) * WIDTH]
            made[Tile(level, index + number)] = b"".join(part)
            above.append(root_of_full(part, digest))
        rest = hashes[full * WIDTH :]
        if rest and new:
            made[Tile(level, index + full, len(rest))] = b"".join(rest)
        edge.append(rest)
        new, level = above, level + 1
    return Grown(total, _root_of_edge(edge, digest), made)


def _root_of_edge(edge: Sequence[Sequence[bytes]], digest: Digest) -> bytes:
    """The root out of the partial tiles at the tree's right edge, lowest level first."""
    peaks: list[bytes] = []
    for hashes in reversed(edge):
        at = 0
        for height in reversed(range(HEIGHT)):
            if len(hashes) >> height & 1:
                peaks.append(root_of_full(hashes[at : at + (1 << height)], digest))
                at += 1 << height
    if not peaks:
        return digest(b"")
    root = peaks.pop()
    while peaks:
        root = hash_node(peaks.pop(), root, digest)
    return root


def bundle(entries: Sequence[bytes]) -> bytes:
    """A bundle of entries, each behind its length in two bytes. Raises ValueError for an entry too long."""
    if any(len(entry) > ENTRY_LIMIT for entry in entries):
        raise ValueError(f"an entry is longer than {ENTRY_LIMIT} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle that should hold `width` of them. Raises Unverified."""
    made, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        if at + 2 + length > len(data):
            raise Unverified("a bundle of entries breaks off")
        made.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    if len(made) != width:
        raise Unverified("a bundle holds another number of entries")
    return made


def check_bundle(tree: Tree, index: int, data: bytes) -> list[bytes]:
    """The entries of the bundle at `index`, each hashed against the tree. Raises Unverified."""
    hashes = tree.hashes_of(0, index)
    entries = unbundle(data, len(hashes))
    if [hash_leaf(entry, tree._digest) for entry in entries] != hashes:
        raise Unverified(f"an entry of the bundle {index} is not the one in the tree")
    return entries
