"""Keys by which documents that are likely the same find each other in an index.

`kept` are the keys of a claim as they are stored when its document comes in. They do not depend on
the policy, so that a criterion of tomorrow finds what was kept today. `asked` are those that a
criterion looks up for a new claim.

INVARIANT: whatever `judge` calls likely the same, the keys asked for one hold a key kept with the
other. Most of what is found by a key is not the same: `judge` decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from engine.duplicates.claims import Claim
from engine.duplicates.comparing import values_of
from engine.duplicates.criterion import NUMBERS, PARTIES, Criterion, Near, Word
from engine.money import INT64_MAX, amount_floor

PREFIX: Final = "twin:"
_STEPS_BITS: Final = 4  # sixteen steps from an amount to its double: near ones are few steps away
_SIZE: Final = 16  # bytes of a digest
_WHOLE: Final = 100


def kept(claim: Claim) -> frozenset[str]:
    """Every key under which the claim is stored."""
    parties = _own_parties(claim)
    amounts = {_step_name(claim, _step(abs(minor))) for minor in claim.amounts}
    return frozenset(
        [
            *_keys(claim, "number", product(claim.numbers_similar)),
            *_keys(claim, "party_number", product(parties, claim.numbers_similar)),
            *_keys(claim, "party_amount", product(parties, amounts)),
            *_keys(claim, "order", product(values_of(Word.PURCHASE_ORDER, claim))),
        ]
    )


def asked(criterion: Criterion, claim: Claim) -> frozenset[str]:
    """The keys to look up for a claim. None where it lacks what the criterion needs."""
    words = frozenset(criterion.same)
    parties = sorted(_asked_parties(words, claim))
    if words & NUMBERS:
        numbers = claim.numbers_similar
        if words & PARTIES:
            return frozenset(_keys(claim, "party_number", product(parties, numbers)))
        return frozenset(_keys(claim, "number", product(numbers)))
    if Word.PURCHASE_ORDER in words:
        orders = values_of(Word.PURCHASE_ORDER, claim)
        return frozenset(_keys(claim, "order", product(orders)))
    steps = {
        _step_name(claim, step)
        for minor in claim.amounts
        for step in _steps_near(criterion.near, abs(minor), claim.currency)
    }
    return frozenset(_keys(claim, "party_amount", product(parties, sorted(steps))))


def _own_parties(claim: Claim) -> Iterable[str]:
    return [*claim.parties, *(f"name:{name}" for name in claim.names)]


def _asked_parties(words: frozenset[Word], claim: Claim) -> Iterator[str]:
    """By the words for a supplier; of a group also its members, kept before they joined it."""
    if Word.SUPPLIER in words:
        yield f"supplier:{claim.supplier}"
    elif Word.SUPPLIER_GROUP in words:
        yield from claim.parties
        yield from (f"supplier:{member}" for member in claim.members)
    else:
        yield from (f"name:{name}" for name in claim.names)


def _steps_near(near: Near | None, minor: int, currency: str) -> range:
    """The steps on which an amount can lie that is near to this one."""
    if near is None:
        return range(_step(minor), _step(minor) + 1)
    lowest = max(0, minor - amount_floor(near.tolerance(minor, currency)))
    # The share is one of the larger: the largest amount that this one is near to, rounded up.
    by_share = minor * _WHOLE / (_WHOLE - near.percent)
    apart = near.tolerance(0, currency)
    highest = min(INT64_MAX, max(amount_floor(by_share) + 1, minor + amount_floor(apart)))
    return range(_step(lowest), _step(highest) + 1)


def _step(minor: int) -> int:
    """Where an amount from zero on lies on a scale whose steps widen with it; never descending.

    Amounts below 32 have a step each; from each power of two to the next there are 16 steps.
    """
    shift = max(0, minor.bit_length() - 1 - _STEPS_BITS)
    return (shift << _STEPS_BITS) + (minor >> shift)


def _step_name(claim: Claim, step: int) -> str:
    return f"{claim.currency} {step}"


def _keys(claim: Claim, kind: str, values: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Text of one length that names nobody: what two documents share stays in nobody's view."""
    for value in values:
        if all(value):
            text = "\x1f".join((claim.family, kind, *value)).encode()
            digest = hashlib.blake2b(text, digest_size=_SIZE).hexdigest()
            yield f"{PREFIX}{digest}"
