"""What documents may be coded to: accounts and their combinations, tax codes, budgets, and when.

Days are local days of the entity in which a document posts, inclusive at both ends; what is coded
has to be valid on the posting date, whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import product
from types import MappingProxyType
from typing import Final, TypeVar

from engine.money import Money

T = TypeVar("T")
ANY: Final = "*"  # every entity, or every value in a combination


@dataclass(frozen=True, slots=True)
class Validity:
    """From the first to the last local day, both inclusive; `None` is unbounded."""

    first_day: date | None = None
    last_day: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies within."""
        return (self.first_day is None or self.first_day <= day) and (
            self.last_day is None or day <= self.last_day
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A GL account of an entity. `is_postable` is false for a heading that only adds up."""

    id: str
    entity: str
    validity: Validity
    is_postable: bool = True


@dataclass(frozen=True, slots=True)
class Combination:
    """What may stand together on a line: `ANY` takes everything, empty only nothing."""

    entity: str
    gl_account: str
    cost_center: str
    project: str
    validity: Validity

    def takes(self, gl_account: str, cost_center: str, project: str) -> bool:
        """Whether a line with these may be posted."""
        return (
            self.gl_account in (ANY, gl_account)
            and self.cost_center in (ANY, cost_center)
            and self.project in (ANY, project)
        )


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A tax code of an entity. `rate` is a share of the net; `None` where any tax may stand."""

    id: str
    entity: str
    rate: Fraction | None
    validity: Validity


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent by a cost center (and account, where it names one) in its validity."""

    entity: str
    cost_center: str
    gl_account: str
    amount: Money
    validity: Validity


@dataclass(frozen=True, slots=True)
class Chart:
    """All of it. By entity and id where there is an id; an entity's own rows before those for any.

    `combinations` are by entity and account, each of which may be `ANY`. `cost_centers` are the
    days of those that have a first or last day.
    """

    accounts: Mapping[tuple[str, str], tuple[Account, ...]] = field(default_factory=dict)
    combinations: Mapping[tuple[str, str], tuple[Combination, ...]] = field(default_factory=dict)
    tax_codes: Mapping[tuple[str, str], tuple[TaxCode, ...]] = field(default_factory=dict)
    budgets: Mapping[tuple[str, str], tuple[Budget, ...]] = field(default_factory=dict)
    cost_centers: Mapping[str, Validity] = field(default_factory=dict)

    def account(self, entity: str, id: str) -> tuple[Account, ...]:
        """The rows of an account that count in the entity."""
        return self.accounts.get((entity, id), ()) or self.accounts.get((ANY, id), ())

    def tax_code(self, entity: str, id: str) -> tuple[TaxCode, ...]:
        """The rows of a tax code that count in the entity."""
        return self.tax_codes.get((entity, id), ()) or self.tax_codes.get((ANY, id), ())

    def combinations_of(self, entity: str, gl_account: str) -> Iterator[Combination]:
        """The rows of the entity that speak of an account."""
        for owner, account in product((entity, ANY), (gl_account, ANY)):
            yield from self.combinations.get((owner, account), ())


NO_CHART: Final = Chart()


def chart_of(
    accounts: list[Account],
    combinations: list[Combination],
    tax_codes: list[TaxCode],
    budgets: list[Budget],
    cost_centers: Mapping[str, Validity],
) -> Chart:
    """The chart of these rows, indexed; their order does not matter to any answer."""
    return Chart(
        _grouped((row.entity, row.id, row) for row in accounts),
        _grouped((row.entity, row.gl_account, row) for row in combinations),
        _grouped((row.entity, row.id, row) for row in tax_codes),
        _grouped((row.entity, row.cost_center, row) for row in budgets),
        MappingProxyType(dict(cost_centers)),
    )


def _grouped(rows: Iterable[tuple[str, str, T]]) -> Mapping[tuple[str, str], tuple[T, ...]]:
    found: dict[tuple[str, str], list[T]] = {}
    for entity, name, row in rows:
        found.setdefault((entity, name), []).append(row)
    return MappingProxyType({key: tuple(each) for key, each in found.items()})
