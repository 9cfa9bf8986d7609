"""Funds: a rate to post a foreign amount by, and a budget that is not used up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.chart import Budget
from engine.money import Exact, Money
from engine.rates import Converter, Shortage
from engine.readiness.check import Check
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, stated


@dataclass(frozen=True, slots=True)
class RateKnown(Check):
    """There is a rate from the document's currency into the entity's for the posting date."""

    word: ClassVar[str] = "rate_known"
    says: ClassVar[str] = "there is an exchange rate for its posting date"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Why a foreign amount could not be posted: the reasons of `engine.rates`."""
        currency = on.document.currency
        if not currency or currency == on.entity.currency:
            return
        converter = Converter(on.data.rates, on.policy.fx, on.day)
        found = converter.convert(Money(1, currency), on.entity.currency)
        pair = f"{currency}/{on.entity.currency}"
        if isinstance(found, Shortage):
            words = {"pair": pair, "day": str(on.day), "reason": found.code}
            yield on.finding("rate_missing", Evidence.RATE, **words)
        elif on.looked_up.says("rate", pair) is False:
            yield on.finding("rate_missing_in_erp", Evidence.RATE, pair=pair, day=str(on.day))


@dataclass(frozen=True, slots=True)
class BudgetLeft(Check):
    """What a total of the policy adds up to, this document included, stays within the budget.

    The total says what counts; it should be the same for documents of one cost center. A document
    whose lines have several cost centers has no such total, and is not ready.
    """

    word: ClassVar[str] = "budget"
    says: ClassVar[str] = "the budget of its cost center is not used up"
    sees_totals: ClassVar[bool] = True

    total: str = stated(Kind.FACT, "the total that is compared, this document included")

    def ask(self, on: Asked) -> Iterator[Finding]:
        """A budget that is not known or not enough."""
        centers = sorted({line.cost_center for line in on.document.lines})
        accounts = {line.gl_account for line in on.document.lines}
        account = accounts.pop() if len(accounts) == 1 else ""
        if len(centers) != 1 or not centers[0]:
            said = ", ".join(center or "-" for center in centers)
            yield on.finding("budget_undecided", Evidence.DOCUMENT, cost_centers=said)
            return
        words = {"cost_center": centers[0], "day": str(on.day), "total": self.total}
        budget = _budget(on, centers[0], account)
        spent = on.beside.totals.get(self.total)
        if budget is None:
            yield on.finding("budget_unknown", Evidence.BUDGET, **words)
        elif not isinstance(spent, Money | Exact):
            yield on.finding("budget_total_unknown", Evidence.BUDGET, **words)
        else:
            yield from _compared(on, budget, spent, words)


def _budget(on: Asked, center: str, account: str) -> Budget | None:
    """The one budget of the day: that of the account, else that of the whole cost center."""
    rows = on.data.chart.budgets.get((on.entity.id, center), ())
    valid = [row for row in rows if row.validity.covers(on.day)]
    for name in (account, "") if account else ("",):
        found = [row for row in valid if row.gl_account == name]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _compared(
    on: Asked, budget: Budget, spent: Money | Exact, words: dict[str, str]
) -> Iterator[Finding]:
    converter = Converter(on.data.rates, on.policy.fx, on.day)
    converted = converter.convert(spent, budget.amount.currency)
    if isinstance(converted, Shortage):
        yield on.finding("budget_total_unknown", Evidence.RATE, **words)
    elif converted.minor > budget.amount.minor:
        words = words | {"budget": str(budget.amount), "spent": str(converted)}
        yield on.finding("budget_exceeded", Evidence.BUDGET, **words)


CHECKS: Final = (RateKnown, BudgetLeft)
