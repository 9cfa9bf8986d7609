"""Likely duplicates among many documents at once, in groups.

Claims that a criterion calls the same lie in one bucket: that of a value which they share for every
word at once. Buckets are found by sorting numbers of eight bytes, so time and memory grow with the
count of claims alone. In a bucket of up to `MOST_COMPARED` claims every pair is judged. In a larger
one each claim is judged against those next to it, by day of the document, by day of submission and
by amount. Where only the days can keep two of them apart, that finds the same groups; where more
can, the bucket is reported as a crowd, so that nobody takes it for looked at in full.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from engine.duplicates.claims import Claim
from engine.duplicates.comparing import Agreement, common, compare, day_of, judge, values_of
from engine.duplicates.criterion import Criterion, Near, Word
from engine.money import amount_floor

MOST_COMPARED: Final = 64  # claims of a bucket of which every pair is judged
NEIGHBOURS: Final = 4  # claims on each side that one in a larger bucket is judged against
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Claims that are likely the same, by their place in what was searched, in order of time.

    Each is likely the same as another of them. `agreement` is what the first has in common with
    every other.
    """

    members: tuple[int, ...]
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Crowd:
    """A bucket that is too large to judge every pair; `example` is one of its claims."""

    count: int
    example: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the groups in order of their first member.

    `lacking` counts claims that state nothing about a word of the criterion: they are found by
    nobody.
    """

    groups: tuple[Group, ...]
    crowds: tuple[Crowd, ...]
    lacking: int


def search(claims: Sequence[Claim], criterion: Criterion) -> Found:
    """The groups of likely duplicates among the claims."""
    joined = _Joined(len(claims))
    crowds: dict[tuple[int, ...], Crowd] = {}
    buckets = _Buckets()
    lacking = 0
    for index, claim in enumerate(claims):
        found = exact_keys(criterion, claim)
        lacking += not found
        buckets.add(index, found)
    for members in buckets.shared():
        if len(members) > MOST_COMPARED:
            if not _only_days_differ(claims, criterion, members):
                crowds[tuple(members)] = Crowd(len(members), members[0])
            pairs = _neighbours(claims, members)
        else:
            pairs = combinations(members, 2)
        for one, other in pairs:
            if not joined.are_together(one, other) and judge(criterion, claims[one], claims[other]):
                joined.join(one, other)
    groups = (_group(claims, criterion.near, members) for members in joined.groups())
    in_order = sorted(groups, key=lambda group: group.members[0])
    return Found(tuple(in_order), tuple(crowds.values()), lacking)


def exact_keys(criterion: Criterion, claim: Claim) -> frozenset[bytes]:
    """One key for each way in which another claim can agree in every word; none where it lacks one.

    Two claims agree in all words but `amount_near` exactly where they share such a key; near
    amounts share one too, and so may others.
    """
    each = [
        _grid(criterion.near, claim)
        if word is Word.AMOUNT_NEAR and criterion.near is not None
        else values_of(word, claim)
        for word in sorted(set(criterion.same))
    ]
    side = (claim.family, "credit" if claim.is_credit else "charge")
    return frozenset(
        hashlib.blake2b("\x1f".join((*side, *values)).encode(), digest_size=8).digest()
        for values in product(*each)
    )


def _grid(near: Near, claim: Claim) -> frozenset[str]:
    """Cells of which two amounts that are near have one in common."""
    cells = set()
    currency = claim.currency
    for minor in map(abs, claim.amounts):
        step = _step(near, minor)
        # Where steps become wider, the two nearest amounts of a share are two steps apart.
        cells |= {f"{currency} share {step + more}" for more in range(3)}
        if near.amount is not None and near.amount.currency == currency:
            first = minor // max(1, near.amount.minor)
            cells |= {f"{currency} amount {first + more}" for more in range(2)}
    return frozenset(cells)


def _step(near: Near, minor: int) -> int:
    """Where an amount lies on a scale whose steps are at least as wide as the share of an amount.

    There are 2 ** bits steps from an amount to its double, each at least a share wide of any
    amount up to that double.
    """
    if not near.percent:
        return minor
    bits = amount_floor(_WHOLE / near.percent).bit_length() - 2
    shift = max(0, minor.bit_length() - 1 - bits)
    return (shift << bits) + (minor >> shift)


def _group(claims: Sequence[Claim], near: Near | None, members: Iterable[int]) -> Group:
    in_order = sorted(members, key=lambda index: (day_of(claims[index]), index))
    first = claims[in_order[0]]
    agreements = [compare(first, claims[index], near) for index in in_order[1:]]
    return Group(tuple(in_order), common(agreements))


def _only_days_differ(
    claims: Sequence[Claim], criterion: Criterion, members: Sequence[int]
) -> bool:
    """Whether nothing but the days between them keeps two members from being likely the same."""
    found = [claims[index] for index in members]
    is_dated = {claim.document_date is not None for claim in found}
    return (
        criterion.near is None
        and len(is_dated) == 1
        and not any(claim.named for claim in found)
        and len({claim.document for claim in found}) == len(found)
    )


def _neighbours(claims: Sequence[Claim], members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs that lie next to each other by one of the orders."""
    orders = (
        sorted(members, key=lambda index: (day_of(claims[index]), index)),
        sorted(members, key=lambda index: (claims[index].submitted_on, index)),
        sorted(members, key=lambda index: (max(map(abs, claims[index].amounts), default=0), index)),
    )
    for order in orders:
        for place, one in enumerate(order):
            yield from ((one, other) for other in order[place + 1 : place + 1 + NEIGHBOURS])


class _Buckets:
    """Which claims share a key: two columns of numbers, sorted once."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._owners = array("Q")

    def add(self, index: int, keys: Iterable[bytes]) -> None:
        for key in keys:
            self._keys.append(int.from_bytes(key, "big"))
            self._owners.append(index)

    def shared(self) -> Iterator[Sequence[int]]:
        """The claims of each key that several have."""
        keys, owners = self._keys, self._owners
        order = sorted(range(len(keys)), key=keys.__getitem__)
        start = 0
        for end in range(1, len(order) + 1):
            if end == len(order) or keys[order[end]] != keys[order[start]]:
                if end - start > 1:
                    yield [owners[place] for place in order[start:end]]
                start = end


class _Joined:
    """Claims joined into groups, directly or over others."""

    def __init__(self, count: int) -> None:
        self._above = array("Q", range(count))

    def _top(self, index: int) -> int:
        above = self._above
        while above[index] != index:
            above[index] = above[above[index]]  # the way is shorter next time
            index = above[index]
        return index

    def are_together(self, one: int, other: int) -> bool:
        return self._top(one) == self._top(other)

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self._top(one), self._top(other)))
        self._above[second] = first

    def groups(self) -> Iterator[Sequence[int]]:
        """The members of each group of more than one."""
        found: dict[int, list[int]] = {}
        for index in range(len(self._above)):
            top = self._top(index)
            if top != index:
                found.setdefault(top, [top]).append(index)
        yield from found.values()
