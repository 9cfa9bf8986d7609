"""What documents may be coded to: accounts and their combinations, tax codes, budgets, and when.

Days are local days of the entity in which a document posts, inclusive at both ends; what is coded
has to be valid on the posting date, whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from engine.money import Money

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

    `cost_centers` are the days of those that have a first or last day.
    """

    accounts: Mapping[tuple[str, str], tuple[Account, ...]] = field(default_factory=dict)
    combinations: Mapping[str, tuple[Combination, ...]] = field(default_factory=dict)
    tax_codes: Mapping[tuple[str, str], tuple[TaxCode, ...]] = field(default_factory=dict)
    budgets: Mapping[tuple[str, str], tuple[Budget, ...]] = field(default_factory=dict)
    cost_centers: Mapping[str, Validity] = field(default_factory=dict)

    def account(self, entity: str, id: str) -> tuple[Account, ...]:
        """The rows of an account that count in the entity."""
        return self.accounts.get((entity, id), ()) or self.accounts.get((ANY, id), ())

    def tax_code(self, entity: str, id: str) -> tuple[TaxCode, ...]:
        """The rows of a tax code that count in the entity."""
        return self.tax_codes.get((entity, id), ()) or self.tax_codes.get((ANY, id), ())

    def combinations_of(self, entity: str) -> tuple[Combination, ...]:
        """What may stand together in the entity."""
        return (*self.combinations.get(entity, ()), *self.combinations.get(ANY, ()))


NO_CHART: Final = Chart()


def chart_of(
    accounts: list[Account],
    combinations: list[Combination],
    tax_codes: list[TaxCode],
    budgets: list[Budget],
    cost_centers: Mapping[str, Validity],
) -> Chart:
    """The chart of these rows, indexed; their order does not matter to any answer."""
    by_account: dict[tuple[str, str], tuple[Account, ...]] = {}
    for account in accounts:
        key = account.entity, account.id
        by_account[key] = (*by_account.get(key, ()), account)
    by_entity: dict[str, tuple[Combination, ...]] = {}
    for one in combinations:
        by_entity[one.entity] = (*by_entity.get(one.entity, ()), one)
    by_code: dict[tuple[str, str], tuple[TaxCode, ...]] = {}
    for code in tax_codes:
        key = code.entity, code.id
        by_code[key] = (*by_code.get(key, ()), code)
    by_center: dict[tuple[str, str], tuple[Budget, ...]] = {}
    for budget in budgets:
        key = budget.entity, budget.cost_center
        by_center[key] = (*by_center.get(key, ()), budget)
    return Chart(
        MappingProxyType(by_account),
        MappingProxyType(by_entity),
        MappingProxyType(by_code),
        MappingProxyType(by_center),
        MappingProxyType(dict(cost_centers)),
    )
