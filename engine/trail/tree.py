"""The tree over the records of a trail, and proofs out of it (RFC 6962, section 2).

The record at position n is leaf n - 1. A leaf is hashed with a zero byte before it and two nodes
with a one before them, so that no record can be taken for a node. A tree of n leaves splits at the
largest power of two below n; subtrees of 2^k leaves are complete and never change any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

Hash = bytes  # 32 bytes of SHA-256
NodeAt = Callable[[int, int], Hash]
"""The node `(level, index)` of complete subtrees: that over the leaves from `index * 2**level` on;
level 0 are the leaves."""

EMPTY: Final[Hash] = hashlib.sha256(b"").digest()
SIZE: Final = 32


class ProofRefused(Exception):
    """A proof has not the form that it would have for the sizes it is about."""


def leaf_hash(body: bytes) -> Hash:
    """The leaf of a record: its canonical bytes."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """The node over two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows leaf by leaf, of which only the complete subtrees on its edge are held.

    They are of ever smaller size from left to right: one for each bit of the number of leaves.
    `completed` is told of each complete subtree when it comes to be, leaves included.
    """

    def __init__(
        self,
        size: int = 0,
        edge: Sequence[Hash] = (),
        completed: Callable[[int, int, Hash], None] = lambda level, index, node: None,
    ) -> None:
        if len(edge) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} subtrees on its edge")
        self.size = size
        self.edge = list(edge)
        self._completed = completed

    def add(self, leaf: Hash) -> None:
        """One more leaf."""
        level, index, node = 0, self.size, leaf
        self._completed(level, index, node)
        while index & 1:  # the subtree to the left is as large: the two are one
            level, index, node = level + 1, index >> 1, node_hash(self.edge.pop(), node)
            self._completed(level, index, node)
        self.edge.append(node)
        self.size += 1

    def root(self) -> Hash:
        """The hash of the whole tree."""
        if not self.edge:
            return EMPTY
        node = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            node = node_hash(left, node)
        return node


def root_of(leaves: Iterable[Hash]) -> Hash:
    """The hash of the tree over these leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def edge_of(size: int, node_at: NodeAt) -> list[Hash]:
    """The complete subtrees on the edge of a tree, from left to right, as `Frontier` takes them."""
    return [node_at(level, index) for level, index in _complete(0, size)]


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> list[Hash]:
    """What shows that the leaf is in the tree of that size: its neighbours, from the leaf upwards.

    Raises `ValueError` for a leaf that is not in it.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    proof: list[Hash] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            proof.append(_subtree(split, end, node_at))
            end = split
        else:
            proof.append(_subtree(start, split, node_at))
            start = split
    return proof[::-1]


def consistency_proof(old: int, new: int, node_at: NodeAt) -> list[Hash]:
    """What shows that the tree of the old size is the beginning of that of the new size.

    Raises `ValueError` where the old one is larger. Empty for equal sizes, and for an old one of
    nothing, which every tree begins with.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is not the beginning of one of {new}")
    proof: list[Hash] = []
    start, end, is_known = 0, new, True  # whether the old part is the whole old tree
    if old in (0, new):
        return proof
    while end != old:
        split = start + _split(end - start)
        if old <= split:
            proof.append(_subtree(split, end, node_at))
            end = split
        else:
            proof.append(_subtree(start, split, node_at))
            start, is_known = split, False
    if not is_known:
        proof.append(_subtree(start, end, node_at))
    return proof[::-1]


def root_from_inclusion(leaf: Hash, index: int, size: int, proof: Sequence[Hash]) -> Hash:
    """The root of the tree that the proof is of. It shows something only where that is known.

    Raises `ProofRefused` for a proof of another form.
    """
    if not 0 <= index < size:
        raise ProofRefused(f"there is no leaf {index} in a tree of {size}")
    fits = [*_sides(index, size)]
    if len(fits) != len(proof) or any(len(each) != SIZE for each in proof):
        raise ProofRefused(f"expected {len(fits)} hashes of {SIZE} bytes, found {len(proof)}")
    node = leaf
    for is_right, other in zip(fits, proof, strict=True):
        node = node_hash(other, node) if is_right else node_hash(node, other)
    return node


def is_consistent(
    old_size: int, old_root: Hash, new_size: int, new_root: Hash, proof: Sequence[Hash]
) -> bool:
    """Whether the proof shows that the old tree is the beginning of the new one."""
    if old_size > new_size or old_size < 0:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY
    if old_size == new_size:
        return not proof and old_root == new_root
    rest = list(reversed(proof))
    try:
        old, new = _roots_from(new_size, old_size, old_root, rest)
    except IndexError:
        return False
    return not rest and old == old_root and new == new_root


def _roots_from(new: int, old: int, old_root: Hash, rest: list[Hash]) -> tuple[Hash, Hash]:
    """The roots of both trees by the hashes of a proof, which are taken off from the root
    downwards. Raises `IndexError` where there are too few."""
    start, end, is_known = 0, new, True  # whether the old part is the whole old tree
    steps: list[tuple[bool, Hash]] = []
    while end != old:
        split = start + _split(end - start)
        if old <= split:
            steps.append((False, rest.pop(0)))
            end = split
        else:
            steps.append((True, rest.pop(0)))
            start, is_known = split, False
    node = old_root if is_known else rest.pop(0)
    before, whole = node, node
    for is_left, other in reversed(steps):
        if is_left:
            before = node_hash(other, before)
            whole = node_hash(other, whole)
        else:
            whole = node_hash(whole, other)
    return before, whole


def _split(size: int) -> int:
    """The largest power of two below a size of two or more."""
    return 1 << (size - 1).bit_length() - 1


def _sides(index: int, size: int) -> Iterable[bool]:
    """From the leaf upwards, whether the node is the right one of two."""
    sides: list[bool] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        sides.append(index >= split)
        start, end = (split, end) if index >= split else (start, split)
    return reversed(sides)


def _complete(start: int, end: int) -> Iterable[tuple[int, int]]:
    """The largest complete subtrees of a range that begins where one of its size could."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _subtree(start: int, end: int, node_at: NodeAt) -> Hash:
    """The node over a range of leaves that is a subtree, complete or at the right edge."""
    nodes = [node_at(level, index) for level, index in _complete(start, end)]
    node = nodes.pop()
    while nodes:
        node = node_hash(nodes.pop(), node)
    return node
