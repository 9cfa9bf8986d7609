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
from typing import TYPE_CHECKING

from engine.money import Exact, Money
from engine.places import NOWHERE, Place

if TYPE_CHECKING:
    from engine.conditions import Condition


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


class Of(StrEnum):
    """What a fact is about. Line facts are asked inside `any_line` or `every_line`."""

    DOCUMENT = "document"
    LINE = "line"
    ENTITY = "entity"
    PERSON = "person"
    SUPPLIER = "supplier"


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


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a total looks. `count` units of `unit`; `ever` and the years have count 0."""

    count: int
    unit: str  # days | business_days | months | fiscal_year | calendar_year | ever


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over documents that share facts: `total_of`, `same`, `in`, `counts`, `leaves_out`."""

    of: str
    same: tuple[str, ...]
    window: Window
    counts: frozenset[str]
    leaves_out: Condition | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One declared word of the vocabulary.

    `values` lists the words of a choice, or of a scale in ascending order; a choice without
    values is open (any word). `source` and `vouched_by` say where the value comes from.
    """

    name: str
    kind: Kind
    of: Of = Of.DOCUMENT
    values: tuple[str, ...] = ()
    total: Total | None = None
    source: str = ""
    vouched_by: str = ""
    place: Place = NOWHERE
