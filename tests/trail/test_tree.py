"""The tree over records is that of RFC 6962, and its proofs show what they say (F5)."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.trail.tree import (
    EMPTY,
    Frontier,
    ProofRefused,
    consistency_proof,
    edge_of,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
)

# The leaves and roots by which implementations of certificate transparency test themselves.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(min_value=1, max_value=70)


def slow_root(bodies: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not bodies:
        return hashlib.sha256().digest()
    if len(bodies) == 1:
        return hashlib.sha256(b"\x00" + bodies[0]).digest()
    k = _below(len(bodies))
    return hashlib.sha256(b"\x01" + slow_root(bodies[:k]) + slow_root(bodies[k:])).digest()


def slow_path(m: int, bodies: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(bodies) == 1:
        return []
    k = _below(len(bodies))
    if m < k:
        return [*slow_path(m, bodies[:k]), slow_root(bodies[k:])]
    return [*slow_path(m - k, bodies[k:]), slow_root(bodies[:k])]


def slow_subproof(m: int, bodies: Sequence[bytes], is_known: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if m == len(bodies):
        return [] if is_known else [slow_root(bodies)]
    k = _below(len(bodies))
    if m <= k:
        return [*slow_subproof(m, bodies[:k], is_known), slow_root(bodies[k:])]
    return [*slow_subproof(m - k, bodies[k:], False), slow_root(bodies[:k])]


def _below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def bodies_of(n: int) -> list[bytes]:
    return [f"record {number}".encode() for number in range(n)]


class Nodes:
    """Every complete subtree, as whoever keeps a tree has them."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self.kept: dict[tuple[int, int], bytes] = {}
        self.frontier = Frontier(completed=self._keep)
        for body in bodies:
            self.frontier.add(leaf_hash(body))

    def _keep(self, level: int, index: int, node: bytes) -> None:
        assert (level, index) not in self.kept
        self.kept[level, index] = node

    def at(self, level: int, index: int) -> bytes:
        return self.kept[level, index]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_that_others_have(size: int) -> None:
    assert root_of(map(leaf_hash, LEAVES[:size])).hex() == ROOTS[size - 1]


def test_a_tree_of_nothing_is_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY == hashlib.sha256().digest()


@given(SIZES)
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert Nodes(bodies_of(size)).frontier.root() == slow_root(bodies_of(size))


@given(SIZES, st.data())
def test_a_proof_of_a_record_is_that_of_the_definition_and_shows_it(
    size: int, data: st.DataObject
) -> None:
    bodies, index = bodies_of(size), data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, Nodes(bodies).at)
    assert proof == slow_path(index, bodies)
    assert root_from_inclusion(leaf_hash(bodies[index]), index, size, proof) == slow_root(bodies)


@given(SIZES, st.data())
def test_a_proof_shows_no_other_record_and_no_other_place(size: int, data: st.DataObject) -> None:
    bodies, index = bodies_of(size), data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(index, size, Nodes(bodies).at), slow_root(bodies)
    assert root_from_inclusion(leaf_hash(b"another"), index, size, proof) != root
    other = data.draw(st.integers(0, size - 1).filter(lambda n: size == 1 or n != index))
    if other != index:
        try:
            found = root_from_inclusion(leaf_hash(bodies[index]), other, size, proof)
        except ProofRefused:
            return
        assert found != root


@given(SIZES, SIZES)
def test_the_proof_of_an_earlier_tree_is_that_of_the_definition_and_shows_it(
    one: int, other: int
) -> None:
    old, new = sorted((one, other))
    bodies = bodies_of(new)
    proof = consistency_proof(old, new, Nodes(bodies).at)
    assert proof == slow_subproof(old, bodies, True)
    assert is_consistent(old, slow_root(bodies[:old]), new, slow_root(bodies), proof)


@given(SIZES, SIZES, st.data())
def test_a_tree_whose_past_was_changed_is_not_consistent(
    one: int, other: int, data: st.DataObject
) -> None:
    old, new = sorted((one, other))
    bodies = bodies_of(new)
    changed = list(bodies)
    changed[data.draw(st.integers(0, old - 1))] = b"changed"
    proof = consistency_proof(old, new, Nodes(changed).at)
    assert not is_consistent(old, slow_root(bodies[:old]), new, slow_root(changed), proof)
    honest = consistency_proof(old, new, Nodes(bodies).at)
    assert not is_consistent(old, slow_root(bodies[:old]), new, slow_root(changed), honest)


@given(SIZES, SIZES, st.data())
def test_a_proof_of_another_length_shows_nothing(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    bodies = bodies_of(new)
    proof = consistency_proof(old, new, Nodes(bodies).at)
    roots = slow_root(bodies[:old]), slow_root(bodies)
    assert not is_consistent(old, roots[0], new, roots[1], [*proof, EMPTY])
    if proof:
        assert not is_consistent(old, roots[0], new, roots[1], proof[:-1])
        assert not is_consistent(old, roots[0], new, roots[1], proof[1:])


def test_a_smaller_tree_and_one_of_another_beginning_are_refused() -> None:
    assert not is_consistent(3, EMPTY, 2, EMPTY, [])
    assert not is_consistent(-1, EMPTY, 2, EMPTY, [])
    assert is_consistent(0, EMPTY, 5, slow_root(bodies_of(5)), [])
    assert not is_consistent(0, leaf_hash(b""), 5, slow_root(bodies_of(5)), [])
    assert not is_consistent(5, EMPTY, 5, slow_root(bodies_of(5)), [])


@given(SIZES)
def test_a_tree_goes_on_from_its_edge(size: int) -> None:
    bodies = bodies_of(size + 5)
    nodes = Nodes(bodies)
    again = Frontier(size, edge_of(size, nodes.at))
    assert again.root() == slow_root(bodies[:size])
    for body in bodies[size:]:
        again.add(leaf_hash(body))
    assert again.root() == slow_root(bodies)
    assert again.edge == nodes.frontier.edge


def test_an_edge_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="2 subtrees"):
        Frontier(5, [EMPTY])


def test_a_node_is_no_record() -> None:
    left, right = leaf_hash(b"one"), leaf_hash(b"two")
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_record_that_is_not_in_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, Nodes(bodies_of(3)).at)
    with pytest.raises(ProofRefused):
        root_from_inclusion(EMPTY, index, size, [])
