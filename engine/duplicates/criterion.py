"""What a policy calls a duplicate: the facts that two documents share, and how near in time.

duplicate: {same: [supplier_group, number_normalised], in: 24 months}
duplicate: {same: [supplier_name, amount_near], near: {percent: 1, amount: 5.00 EUR}, in: 30 days}
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from engine.errors import PolicyError
from engine.facts.kinds import Duration
from engine.money import Money


class Word(StrEnum):
    """What two documents can have in common. Each is compared as `comparing.values_of` says."""

    NUMBER = "number"  # as printed, apart from case
    NUMBER_NORMALISED = "number_normalised"  # without spaces, punctuation, zeros and words in front
    NUMBER_SIMILAR = "number_similar"  # O for 0, I for 1, a letter or -1 behind it
    SUPPLIER = "supplier"  # one supplier record
    SUPPLIER_GROUP = "supplier_group"  # or one group, tax id or bank account
    SUPPLIER_NAME = "supplier_name"  # the name without legal form; the merchant of an expense
    AMOUNT = "amount"  # net or gross, of either
    AMOUNT_NEAR = "amount_near"  # not further apart than `near` says
    CURRENCY = "currency"
    DOCUMENT_DATE = "document_date"  # or with day and month exchanged
    ENTITY = "entity"
    TYPE = "type"
    PURCHASE_ORDER = "purchase_order"
    GL_ACCOUNT = "gl_account"
    REQUESTER = "requester"


NUMBERS: Final = frozenset({Word.NUMBER, Word.NUMBER_NORMALISED, Word.NUMBER_SIMILAR})
PARTIES: Final = frozenset({Word.SUPPLIER, Word.SUPPLIER_GROUP, Word.SUPPLIER_NAME})
AMOUNTS: Final = frozenset({Word.AMOUNT, Word.AMOUNT_NEAR})
MOST_PERCENT: Final = 50  # amounts further apart are not near by anybody's meaning
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Near:
    """How far apart amounts may be: by share of the larger, or by amount; either is enough.

    `percent` is from 0 to 50. `amount` is asked of documents in its currency only.
    """

    percent: Fraction = Fraction(0)
    amount: Money | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= MOST_PERCENT:
            raise PolicyError(f"near: expected 0 to {MOST_PERCENT} percent, found {self.percent}")
        if self.amount is not None and self.amount.minor < 0:
            raise PolicyError(f"near: expected an amount from zero on, found {self.amount}")

    def holds(self, one_minor: int, other_minor: int, currency: str) -> bool:
        """Whether two amounts in minor units of one currency are near, whatever their signs."""
        one, other = abs(one_minor), abs(other_minor)
        return abs(one - other) <= self.tolerance(max(one, other), currency)

    def tolerance(self, larger_minor: int, currency: str) -> Fraction:
        """How far below an amount, in minor units, the other may be."""
        by_share = self.percent * larger_minor / _WHOLE
        if self.amount is None or self.amount.currency != currency:
            return by_share
        return max(by_share, Fraction(self.amount.minor))


@dataclass(frozen=True, slots=True)
class Criterion:
    """Documents that share all of `same` and lie within `within` are likely the same.

    `within` `None` is ever. Raises `PolicyError` for one that no index could find documents by, and
    where `near` and the word `amount_near` do not come together.
    """

    same: tuple[Word, ...]
    within: Duration | None = None
    near: Near | None = None

    def __post_init__(self) -> None:
        if (Word.AMOUNT_NEAR in self.same) != (self.near is not None):
            raise PolicyError("`amount_near` needs `near`, and `near` needs `amount_near`")
        if not self.may_find(self.same):
            raise PolicyError(
                "expected a number, a purchase order, or a supplier and an amount among `same`"
            )

    @staticmethod
    def may_find(same: Iterable[Word]) -> bool:
        """Whether the words name something that few documents share."""
        words = frozenset(same)
        leads = NUMBERS | {Word.PURCHASE_ORDER}
        return bool(words & leads) or bool(words & PARTIES and words & AMOUNTS)
