"""What a fact is: the typed vocabulary that conditions speak, and the values facts take.

Runtime values by kind:

    yes_no   bool            money     Money (as the document states it; converted when compared)
    choice   str             number    Fraction
    scale    str             duration  Duration
    text     str             date      datetime.date
    paper    bool

A fact that is not known is absent from the mapping; it is never `None`. A paper is in the mapping,
as true, exactly when it is present.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from engine.money import Exact, Money


class Kind(StrEnum):
    """The nine types of fact of the policy language."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    SCALE = "scale"
    MONEY = "money"
    NUMBER = "number"
    DURATION = "duration"
    DATE = "date"
    TEXT = "text"
    PAPER = "paper"


ORDERED = frozenset({Kind.SCALE, Kind.MONEY, Kind.NUMBER, Kind.DURATION, Kind.DATE})


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time. Months and days are different units: 1 month is 28 to 31 days."""

    months: int
    days: int

    def __str__(self) -> str:
        parts = [f"{self.months} months"] if self.months else []
        parts += [f"{self.days} days"] if self.days or not parts else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Unlimited:
    """The authority of someone with `any_amount` (+1), or of someone with no limit at all (-1).

    It orders above or below every amount; a fact of kind money may hold it.
    """

    sign: int

    def __str__(self) -> str:
        return "any amount" if self.sign > 0 else "no limit"


ANY_AMOUNT = Unlimited(1)
NO_LIMIT = Unlimited(-1)

FactValue = bool | str | Money | Exact | Unlimited | Fraction | Duration | date
FactValues = Mapping[str, FactValue]
