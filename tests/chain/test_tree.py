from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chain import naive
from yinuo.chain.tree import (
    ENTRIES,
    Grown,
    Tile,
    Tree,
    append,
    bundle,
    check_bundle,
    tiles_for_inclusion,
    tiles_of,
    unbundle,
    width_at,
)
from yinuo.chain.verifier import Unverified, check_consistency, check_inclusion, hash_leaf

SIZES = st.integers(0, 700)


def entries(count: int) -> list[bytes]:
    return [f"entry {n}".encode() for n in range(count)]


def grow(size: int, *steps: int) -> tuple[dict[Tile, bytes], Grown]:
    """A store of tiles grown to `size` in the given steps (the rest at once), and the last growth."""
    store: dict[Tile, bytes] = {}
    leaves = [hash_leaf(entry) for entry in entries(size)]
    at, grown = 0, Grown(0, b"", {})
    for step in [*steps, size]:
        until = min(size, at + step)
        grown = append(at, store.__getitem__, leaves[at:until])
        store |= grown.tiles
        at = until
    return store, grown


@given(SIZES, st.lists(st.integers(0, 300), max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_tree_has_the_root_of_its_entries_however_it_grew(size: int, steps: list[int]) -> None:
    store, grown = grow(size, *steps)
    assert grown.size == size
    assert grown.root == naive.mth(entries(size)) == Tree(size, store.__getitem__).root()


@given(SIZES, SIZES)
@settings(max_examples=60, deadline=None)
def test_proofs_are_those_of_the_rfc_and_hold(one: int, other: int) -> None:
    old, size = sorted((one, other))
    store, grown = grow(size, old)
    tree, whole = Tree(size, store.__getitem__), entries(size)
    if old < size:
        found = tree.inclusion(old)
        assert found == naive.path(old, whole)
        check_inclusion(hash_leaf(whole[old]), old, size, found, grown.root)
    proof = tree.consistency(old)
    assert proof == (naive.proof(old, whole) if old else [])
    check_consistency(old, naive.mth(whole[:old]), size, grown.root, proof)


@given(st.integers(2, 300), st.data())
@settings(max_examples=60, deadline=None)
def test_a_proof_with_anything_changed_is_refused(size: int, data: st.DataObject) -> None:
    store, grown = grow(size)
    tree = Tree(size, store.__getitem__)
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index)
    bent = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof]
    changed[bent] = bytes([changed[bent][0] ^ 1]) + changed[bent][1:]
    leaf = tree.leaf(index)
    for false in (changed, proof[:-1], [*proof, proof[0]]):
        with pytest.raises(Unverified):
            check_inclusion(leaf, index, size, false, grown.root)
    with pytest.raises(Unverified):
        check_inclusion(leaf, (index + 1) % size, size, proof, grown.root)
    with pytest.raises(Unverified):
        check_inclusion(hash_leaf(b"another"), index, size, proof, grown.root)


@given(st.integers(2, 300), st.data())
@settings(max_examples=60, deadline=None)
def test_a_rewritten_history_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    rewritten = entries(size)
    rewritten[data.draw(st.integers(0, old - 1))] = b"rewritten"
    false = naive.mth(rewritten)
    for proof in (naive.proof(old, rewritten), naive.proof(old, entries(size))):
        with pytest.raises(Unverified):
            check_consistency(old, naive.mth(entries(old)), size, false, proof)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 65_535, 65_536, 65_537, 70_000])
def test_the_tiles_of_a_tree_are_those_of_the_specification(size: int) -> None:
    store, grown = grow(size)
    assert set(store) == set(tiles_of(size)) == set(grown.tiles)
    assert all(len(data) == tile.width * 32 for tile, data in store.items())
    tree = Tree(size, store.__getitem__)
    assert tree.root() == grown.root
    check_inclusion(tree.leaf(size - 1), size - 1, size, tree.inclusion(size - 1), grown.root)


def test_seventy_thousand_entries_have_the_tiles_the_specification_counts() -> None:
    found = [(tile.level, tile.width) for tile in tiles_of(70_000)]
    assert found.count((0, 256)) == 273
    assert sorted(set(found)) == [(0, 112), (0, 256), (1, 17), (1, 256), (2, 1)]


def test_a_tree_of_256_has_a_full_tile_and_one_hash_above_it() -> None:
    assert tiles_of(256) == [Tile(0, 0, 256), Tile(1, 0, 1)]


def test_appending_reads_the_edge_only() -> None:
    store, _ = grow(70_000)
    read: list[Tile] = []

    def reading(tile: Tile) -> bytes:
        read.append(tile)
        return store[tile]

    append(70_000, reading, [hash_leaf(b"one more")])
    assert sorted(read) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 70_000])
def test_a_proof_reads_no_tile_but_those_it_was_said_to_need(size: int) -> None:
    store, grown = grow(size)
    for index in {0, size // 3, size // 2, max(0, size - 257), size - 1}:
        needed = {tile: store[tile] for tile in tiles_for_inclusion(index, size)}
        check_inclusion(
            hash_leaf(entries(index + 1)[index]),
            index,
            size,
            Tree(size, needed.__getitem__).inclusion(index),
            grown.root,
        )
        assert len(needed) <= 6


def test_a_tile_of_another_length_is_refused() -> None:
    store, _ = grow(300)
    short = store | {Tile(0, 1, 44): store[Tile(0, 1, 44)][:-32]}
    with pytest.raises(Unverified):
        Tree(300, short.__getitem__).root()
    with pytest.raises(Unverified):
        append(300, short.__getitem__, [hash_leaf(b"x")])


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(1, 999, 17), "tile/1/999.p/17"),
        (Tile(2, 1000), "tile/2/x001/000"),
        (Tile(ENTRIES, 5, 255), "tile/entries/005.p/255"),
        (Tile(63, 0, 1), "tile/63/000.p/1"),
    ],
)
def test_a_tile_has_the_address_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/x000/001",
        "tile/0/001/067",
        "tile/-1/000",
        "tile/0/../000",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/٠٠٠",
        "tile/entries/x001",
    ],
)
def test_any_other_address_is_refused(path: str) -> None:
    with pytest.raises(Unverified):
        Tile.parse(path)


@given(st.integers(0, 1 << 40), st.integers(1, 256), st.integers(ENTRIES, 63))
def test_every_tile_is_found_at_its_address(index: int, width: int, level: int) -> None:
    assert Tile.parse(Tile(level, index, width).path) == Tile(level, index, width)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
@settings(deadline=None)
def test_a_bundle_gives_back_its_entries_checked_against_the_tree(given: list[bytes]) -> None:
    grown = append(0, dict[Tile, bytes]().__getitem__, [hash_leaf(entry) for entry in given])
    tree = Tree(grown.size, dict(grown.tiles).__getitem__)
    data = bundle(given)
    assert check_bundle(tree, 0, data) == given
    for false in (data[:-1] if data[-1:] else b"", data + b"\x00", data[:2]):
        if false != data:
            with pytest.raises(Unverified):
                check_bundle(tree, 0, false)
    with pytest.raises(Unverified):
        unbundle(data, len(given) + 1)
    with pytest.raises(Unverified):
        check_bundle(tree, 0, bundle([b"another", *given[1:]]))


def test_an_entry_too_long_for_its_length_is_refused() -> None:
    bundle([b"x" * 65_535])
    with pytest.raises(ValueError, match="65535"):
        bundle([b"x" * 65_536])


def test_the_width_of_a_tile_follows_the_size_of_the_tree() -> None:
    assert [width_at(0, 0, size) for size in (0, 1, 256, 257)] == [0, 1, 256, 256]
    assert [width_at(1, 0, size) for size in (255, 256, 70_000)] == [0, 1, 256]
    assert width_at(ENTRIES, 273, 70_000) == 112
