"""A number that was judged while it could still be read.

Tax numbers are restricted: what is kept of them for comparing is a token, from which no check digit
can be worked out again. So a number is judged once, when it comes in, and what was found is kept
beside the token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.identifiers.catalogue import IDENTIFIERS, Fault, fault_of


@dataclass(frozen=True, slots=True, order=True)
class Judged:
    """What is known of a number without its digits, by the names of identifiers.

    `right` are those by which nothing is wrong with it, `misspelt` those whose form it has and
    whose check digit does not agree. A number in neither has the form of none.
    """

    token: str
    right: frozenset[str]
    misspelt: frozenset[str]


Judging = Callable[[str, str, str], Judged]
"""Token, number and country to what is known of the number."""


def not_judged(token: str, number: str, country: str) -> Judged:
    """The number as one that fits nothing, for whoever decides and never asks what a number is."""
    return Judged(token, frozenset(), frozenset())


def judge(token: str, number: str, country: str) -> Judged:
    """The number held against the identifiers of a country, and those of several countries.

    An empty `country` is not known: then against every one that there is.
    """
    faults = {
        name: fault_of(name, number)
        for name, identifier in IDENTIFIERS.items()
        if not country or identifier.country in ("", country)
    }
    return Judged(
        token,
        frozenset(name for name, fault in faults.items() if fault is None),
        frozenset(name for name, fault in faults.items() if fault is Fault.CHECK_DIGIT),
    )
