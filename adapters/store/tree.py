"""The tree over the records as it is kept: tiles of hashes, from which roots and proofs are made.

A tile holds up to 256 hashes that stand beside each other on level 0, 8, 16 ... of the tree. The
levels between are worked out from them, so that a proof reads a few tiles, however long the trail
is. Tiles follow the trail by `grow`, apart from whoever writes records; whether they are those of
the records is what `countersign trail check` looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from adapters.store.tables import tree_tiles
from adapters.store.trail import records
from engine.trail.tree import SIZE, Frontier, Hash, NodeAt, edge_of, leaf_hash, node_hash

STEP: Final = 8  # levels from one kept level to the next
WIDTH: Final = 2**STEP
KEPT_TILES: Final = 512  # of a reader: 4 MB


def grow(connection: Connection, most: int) -> int:
    """Takes up to so many records more into the tiles; how many leaves the tree has then.

    Whoever calls sees to it that nobody else grows it meanwhile. What is there stays as it is.
    """
    size = size_of(connection)
    tiles: dict[tuple[int, int], bytearray] = {}

    def completed(level: int, index: int, node: Hash) -> None:
        if level % STEP == 0:
            tile = level // STEP, index // WIDTH
            if tile not in tiles:
                tiles[tile] = bytearray(_tile(connection, *tile))
            tiles[tile] += node

    frontier = Frontier(size, edge_of(size, reader(connection)), completed)
    for record in records(connection, after=size, most=most):
        if record.position != frontier.size + 1:
            raise LookupError(f"there is no record {frontier.size + 1}")
        frontier.add(leaf_hash(record.body))
    if tiles:
        _keep(connection, tiles)
    return frontier.size


def size_of(connection: Connection) -> int:
    """How many leaves the tree has; the trail may have more records by now."""
    query = select(tree_tiles).where(tree_tiles.c.level == 0).order_by(tree_tiles.c.number.desc())
    last = connection.execute(query.limit(1)).first()
    return 0 if last is None else last.number * WIDTH + len(last.hashes) // SIZE


def root_at(connection: Connection, size: int) -> Hash:
    """The root of the first leaves. Raises `LookupError` where there are fewer."""
    return Frontier(size, edge_of(size, reader(connection))).root()


def reader(connection: Connection) -> NodeAt:
    """Gives complete subtrees, keeping the tiles that it has read.

    It raises `LookupError` for one that is not there yet.
    """
    tile = lru_cache(KEPT_TILES)(lambda level, number: _tile(connection, level, number))

    @lru_cache(WIDTH * STEP)
    def node_at(level: int, index: int) -> Hash:
        kept, above = divmod(level, STEP)
        first = index << above
        start = first % WIDTH * SIZE
        hashes = tile(kept, first // WIDTH)[start : start + (SIZE << above)]
        if len(hashes) < SIZE << above:
            raise LookupError(f"the tree has no complete subtree {index} on level {level}")
        nodes = [hashes[at : at + SIZE] for at in range(0, len(hashes), SIZE)]
        while len(nodes) > 1:
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [node_hash(left, right) for left, right in pairs]
        return nodes[0]

    return node_at


def _tile(connection: Connection, level: int, number: int) -> bytes:
    query = select(tree_tiles.c.hashes).where(
        tree_tiles.c.level == level, tree_tiles.c.number == number
    )
    found = connection.execute(query).scalar()
    return b"" if found is None else bytes(found)


def _keep(connection: Connection, tiles: dict[tuple[int, int], bytearray]) -> None:
    build: Callable[..., postgresql.Insert | sqlite.Insert] = (
        sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    )
    made = build(tree_tiles)
    made = made.on_conflict_do_update(
        index_elements=["level", "number"], set_={"hashes": made.excluded.hashes}
    )
    connection.execute(
        made,
        [
            {"level": level, "number": number, "hashes": bytes(hashes)}
            for (level, number), hashes in sorted(tiles.items())
        ],
    )
