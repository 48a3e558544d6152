"""The two trees over the one list of entries: where each keeps its parts, and how it hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from yinuo.chain.sm import sm3
from yinuo.chain.tree import WIDTH, Grown, Tile, Tree
from yinuo.chain.verifier import HASH_SIZE, Digest, sha256
from yinuo.engine.infochain import models


@contextmanager
def binary() -> Iterator[Any]:
    """A cursor that gives bytes as they are: as Django asks for them they come in hexadecimal, twice as long.

    Raises Django's errors.
    """
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.connection.cursor(binary=True) as raw:
        yield raw


@dataclass(frozen=True, slots=True)
class Book:
    """A tree's tables and its digest; `name` in words."""

    name: str
    digest: Digest
    tiles: Any
    edges: Any
    heads: Any
    checkpoints: Any
    cosignatures: Any

    @property
    def _tiles_asked(self) -> str:
        tiles, edges, heads = (model._meta.db_table for model in (self.tiles, self.edges, self.heads))
        return f"""
            SELECT level, index, data FROM unnest(%s::int[], %s::bigint[]) AS asked (level, index)
            JOIN {tiles} USING (level, index)
            UNION ALL SELECT level, size >> (8 * (level + 1)), data FROM {edges}, {heads}
        """  # noqa: S608

    def read_tiles(self, tiles: Iterable[Tile]) -> Callable[[Tile], bytes]:
        """Reads tiles by one query, and gives each one's bytes; a narrower one is the beginning of what is there.

        b"" = it is not there.
        """
        places = sorted({(tile.level, tile.index) for tile in tiles})
        with binary() as cursor:
            cursor.execute(self._tiles_asked, [[level for level, _ in places], [index for _, index in places]])
            found = {(level, index): data for level, index, data in cursor.fetchall()}

        def read(tile: Tile) -> bytes:
            data = found.get((tile.level, tile.index), b"")[: tile.width * HASH_SIZE]
            return data if len(data) == tile.width * HASH_SIZE else b""

        return read

    def read(self, tile: Tile) -> bytes:
        """One tile's bytes. b"" = it is not there."""
        return self.read_tiles([tile])(tile)

    def tree(self, size: int) -> Tree:
        return Tree(size, self.read, self.digest)

    def keep(self, grown: Grown) -> None:
        """The tiles of an append."""
        full, edges = split_off(grown)
        self.tiles.objects.bulk_create(
            self.tiles(level=tile.level, index=tile.index, data=data) for tile, data in full.items()
        )
        rows = [self.edges(level=level, data=data) for level, data in edges.items()]
        self.edges.objects.bulk_create(rows, update_conflicts=True, unique_fields=["level"], update_fields=["data"])

    def published(self) -> int:
        """How many entries are published; 0 = no head yet."""
        return self.heads.objects.filter(pk=1).values_list("published", flat=True).first() or 0


def split_off(grown: Grown) -> tuple[dict[Tile, bytes], dict[int, bytes]]:
    """The full tiles of an append, and by level what the right edge holds now."""
    full = {tile: data for tile, data in grown.tiles.items() if tile.width == WIDTH}
    partial = {tile.level: data for tile, data in grown.tiles.items() if tile.width < WIDTH}
    return full, {tile.level: b"" for tile in full} | partial


MAIN = Book("日志", sha256, models.LogTile, models.LogEdge, models.LogHead, models.Checkpoint, models.Cosignature)
TWIN = Book(
    "国密并行树", sm3, models.TwinTile, models.TwinEdge, models.TwinHead, models.TwinCheckpoint, models.TwinCosignature
)
