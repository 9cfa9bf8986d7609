"""Funds: a rate to post a foreign amount by, and a budget that is not used up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.chart import Budget
from engine.facts.kinds import FactValue
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

    The total says what counts; it should be the same for documents of one cost center. Of a
    document whose lines have several cost centers each is compared with what falls to it.
    """

    word: ClassVar[str] = "budget"
    says: ClassVar[str] = "the budget of each of its cost centers is not used up"
    sees_totals: ClassVar[bool] = True

    total: str = stated(Kind.FACT, "the total that is compared, this document included")

    def ask(self, on: Asked) -> Iterator[Finding]:
        """A budget that is not known or not enough."""
        centers = sorted({line.cost_center for line in on.document.lines})
        if not all(centers) or not centers:
            said = ", ".join(center or "-" for center in centers)
            yield on.finding("budget_undecided", Evidence.DOCUMENT, cost_centers=said)
            return
        for center in centers:
            lines = [line for line in on.document.lines if line.cost_center == center]
            accounts = sorted({line.gl_account for line in lines})
            if "gl_account" not in _same(on, self.total):
                yield from self._center(on, center, accounts)
                continue
            for account in accounts:
                yield from self._account(on, center, account)

    def _center(self, on: Asked, center: str, accounts: Sequence[str]) -> Iterator[Finding]:
        """A budget that is compared with everything of a cost center."""
        own = [name for name in accounts if name and _budgets(on, center, name)]
        if own and len(accounts) > 1:
            words = {"cost_center": center, "gl_account": ", ".join(own), "total": self.total}
            yield on.finding("budget_by_account", Evidence.BUDGET, **words)
            return
        rows = _budgets(on, center, own[0]) if own else _budgets(on, center, "")
        yield from self._asked(on, rows, {"cost_center": center})

    def _account(self, on: Asked, center: str, account: str) -> Iterator[Finding]:
        """A budget of an account, which is compared with what its cost center books there."""
        rows = _budgets(on, center, account) if account else []
        yield from self._asked(on, rows, {"cost_center": center, "gl_account": account})

    def _asked(self, on: Asked, rows: Sequence[Budget], of: Mapping[str, str]) -> Iterator[Finding]:
        words = {**of, "day": str(on.day), "total": self.total}
        spent = _spent(on, self.total, of)
        if len(rows) != 1:
            yield on.finding("budget_unknown", Evidence.BUDGET, **words)
        elif not isinstance(spent, Money | Exact):
            yield on.finding("budget_total_unknown", Evidence.BUDGET, **words)
        else:
            yield from _compared(on, rows[0], spent, words)


def _same(on: Asked, total: str) -> tuple[str, ...]:
    fact = on.policy.facts.get(total)
    return () if fact is None or fact.total is None else fact.total.same


def _spent(on: Asked, total: str, of: Mapping[str, str]) -> FactValue | None:
    """The total of the part of the document that is told by these facts, or of the whole."""
    whole = on.beside.totals.get(total)
    if whole is not None:
        several = {line.cost_center for line in on.document.lines}
        return whole if len(several) == 1 else None
    for (name, part), value in on.beside.parts.items():
        if name == total and all(of.get(fact) == stated for fact, stated in part):
            return value
    return None


def _budgets(on: Asked, center: str, account: str) -> list[Budget]:
    """Those of the day for an account of the cost center; empty for the whole cost center."""
    rows = on.data.chart.budgets.get((on.entity.id, center), ())
    return [row for row in rows if row.gl_account == account and row.validity.covers(on.day)]


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
