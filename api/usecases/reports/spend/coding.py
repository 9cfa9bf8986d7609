"""Coding problems in published spend: what contradicts itself, is missing, or stands alone.

Round amounts, large ones and new suppliers are no problem of coding, and are not reported. A kind
that the files cannot show, because they lack a column, is told as not asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from adapters.sources.public_spend.headings import Column
from adapters.sources.public_spend.reading import Spend, SpendFile
from api.usecases.reports.spend.findings import Finding, Section, section, together
from api.usecases.reports.spend.gathering import Gathered
from engine.duplicates.names import normalised_name

LEAST_ROWS: Final = 20  # of a supplier, before one of its accounts can stand alone
LONE_PERCENT: Final = 5
_WHOLE: Final = 100
_CAPITAL: Final = "capital"
# Columns that may be empty without a problem: not every row is part of a project.
_MAY_BE_EMPTY: Final = frozenset({Column.PROJECT, Column.CONTRACT, Column.CARD, Column.IGNORED})

Rows = Sequence[int]
Grouped = Mapping[Hashable, list[int]]


@dataclass(frozen=True, slots=True)
class Days:
    """The days that the payments should lie in; `None` is open, or what the rows themselves say."""

    first: date | None = None
    last: date | None = None


def coding_problems(
    gathered: Gathered, files: Sequence[SpendFile], days: Days
) -> tuple[Section, ...]:
    """Every kind of problem over the gathered rows, in the order in which a controller asks."""
    has = {column for file in files for column in file.columns}
    books = _Books(gathered)
    without = {
        column: f"no file has a column for `{column}`" for column in Column if column not in has
    }

    def kind(
        word: str, means: str, findings: Callable[[], Iterator[Finding]], *needs: Column
    ) -> Section:
        lacks = next((without[column] for column in needs if column in without), "")
        return section(word, means, () if lacks else findings(), lacks)

    dated = days != Days() or Column.EFFECTIVE in has
    return (
        section("missing", _MISSING, _missing(gathered, files)),
        kind("several_accounts", _SEVERAL_ACCOUNTS, books.several_accounts, Column.ACCOUNT),
        kind("capital_and_revenue", _CAPITAL_AND_REVENUE, books.mixed_capital, Column.CAPITAL),
        kind(
            "capital_against_category",
            _AGAINST_CATEGORY,
            books.against_category,
            Column.CAPITAL,
            Column.CATEGORY,
        ),
        kind(
            "account_with_several_names",
            _SEVERAL_NAMES,
            books.several_names,
            Column.ACCOUNT,
            Column.DESCRIPTION,
        ),
        kind("lone_account", _LONE, books.lone_accounts, Column.ACCOUNT),
        section("credit_alone", _CREDIT_ALONE, books.lone_credits()),
        section(
            "outside_the_period",
            _OUTSIDE,
            books.outside(days) if dated else (),
            "" if dated else "no file has a column for `effective_date`, and no days were said",
        ),
        kind("number_of_several", _SEVERAL_SUPPLIERS, books.shared_numbers, Column.TRANSACTION),
        section("supplier_spellings", _SPELLINGS, books.spellings()),
        section("nothing_paid", "the amount is zero", books.zeros()),
    )


_MISSING: Final = "the file has the column, and the cell is empty"
_SEVERAL_ACCOUNTS: Final = (
    "one entity paid one supplier the same amount on one day, coded to different accounts"
)
_CAPITAL_AND_REVENUE: Final = (
    "what one supplier was paid under one description (or account, where there is none) is coded "
    "as capital in one row and as revenue in another"
)
_AGAINST_CATEGORY: Final = (
    "the flag says capital and the category does not, or the category does and the flag says "
    "revenue; asked where any row has a category `Capital`"
)
_SEVERAL_NAMES: Final = (
    "one account is described in several ways; codes of capital and of revenue are told apart"
)
_LONE: Final = (
    f"an entity coded at least {_WHOLE - LONE_PERCENT} % of at least {LEAST_ROWS} payments to a "
    "supplier to one account, and these to another"
)
_CREDIT_ALONE: Final = "a negative amount, and no payment of it to the supplier in the files"
_OUTSIDE: Final = (
    "the day of payment lies outside the days that were said, or else outside the month of the "
    "row's effective date; the line says how many were paid by card"
)
_SEVERAL_SUPPLIERS: Final = "one entity published one number with several suppliers"
_SPELLINGS: Final = "one supplier's name is spelled in several ways"


class _Books:
    """The rows of all files, and what is asked of them."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._rows = gathered.rows
        self._telling = gathered.telling
        named = {row.supplier for row in self._rows}
        self._names = {supplier: normalised_name(supplier) for supplier in named}

    def several_accounts(self) -> Iterator[Finding]:
        alike = self._grouped(
            lambda row: (row.entity, self._name(row), row.amount, row.day), self._coded()
        )
        for found in alike.values():
            accounts = {self._rows[index].account for index in found}
            if len(accounts) > 1:
                yield self._finding(found, f"accounts {_listed(accounts)}")

    def mixed_capital(self) -> Iterator[Finding]:
        flagged = [index for index in self._telling if self._rows[index].is_capital is not None]
        alike = self._grouped(
            lambda row: (row.entity, self._name(row), row.description or row.account), flagged
        )
        for found in alike.values():
            flags = Counter(self._rows[index].is_capital for index in found)
            if len(flags) > 1:
                why = f"{flags[True]:,} capital, {flags[False]:,} revenue"
                yield self._finding(found, why)

    def against_category(self) -> Iterator[Finding]:
        categories = {row.category.casefold() for row in self._rows}
        if _CAPITAL not in categories:
            return
        for index, row in enumerate(self._rows):
            says = row.category.casefold() == _CAPITAL
            if row.category and row.is_capital is not None and row.is_capital != says:
                flag = "capital" if row.is_capital else "revenue"
                yield self._finding([index], f"flag {flag}, category {row.category}")

    def several_names(self) -> Iterator[Finding]:
        stated = [index for index, row in enumerate(self._rows) if row.account and row.description]
        for key, found in self._grouped(
            lambda row: (row.file, row.account, row.is_capital), stated
        ).items():
            names = {self._rows[index].description for index in found}
            if len(names) > 1:
                yield self._finding(found, f"account {_second(key)}: {_listed(names)}")

    def lone_accounts(self) -> Iterator[Finding]:
        suppliers = self._grouped(lambda row: (row.entity, self._name(row)), self._coded())
        for found in suppliers.values():
            accounts = Counter(self._rows[index].account for index in found)
            usual, count = accounts.most_common(1)[0]
            if (
                len(found) >= LEAST_ROWS
                and count < len(found)
                and count * _WHOLE >= len(found) * (_WHOLE - LONE_PERCENT)
            ):
                alone = [index for index in found if self._rows[index].account != usual]
                others = _listed({self._rows[index].account for index in alone})
                yield self._finding(alone, f"{others}; else {usual} ({count:,} times)")

    def lone_credits(self) -> Iterator[Finding]:
        paid = {
            (self._name(row), row.amount.minor)
            for row in map(self._rows.__getitem__, self._telling)
            if row.amount.minor > 0
        }
        for index in self._telling:
            row = self._rows[index]
            if row.amount.minor < 0 and (self._name(row), -row.amount.minor) not in paid:
                yield self._finding([index], "no payment of this amount")

    def outside(self, days: Days) -> Iterator[Finding]:
        found: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(self._rows):
            first, last = _days_of(row, days)
            if first is not None and row.day < first:
                found[f"before {first}"].append(index)
            if last is not None and row.day > last:
                found[f"after {last}"].append(index)
        for why, rows in found.items():
            cards = sum(bool(self._rows[index].is_card) for index in rows)
            yield self._finding(rows, f"{why}; {cards:,} by card")

    def shared_numbers(self) -> Iterator[Finding]:
        numbered = [index for index in self._telling if self._rows[index].transaction]
        alike = self._grouped(lambda row: (row.entity, row.transaction), numbered)
        for key, found in alike.items():
            suppliers = {self._name(self._rows[index]) for index in found}
            if len(suppliers) > 1:
                yield self._finding(found, f"number {_second(key)}, {len(suppliers)} suppliers")

    def spellings(self) -> Iterator[Finding]:
        for found in self._grouped(self._name, self._telling).values():
            spelled = {self._rows[index].supplier for index in found}
            if len(spelled) > 1:
                yield self._finding(found, _listed(spelled))

    def zeros(self) -> Iterator[Finding]:
        for index, row in enumerate(self._rows):
            if not row.amount.minor:
                yield self._finding([index], "0.00")

    def _coded(self) -> Rows:
        return [index for index in self._telling if self._rows[index].account]

    def _name(self, row: Spend) -> str:
        return self._names[row.supplier]

    def _grouped(self, key: Callable[[Spend], Hashable], rows: Rows) -> Grouped:
        found: dict[Hashable, list[int]] = defaultdict(list)
        for index in rows:
            found[key(self._rows[index])].append(index)
        return found

    def _finding(self, rows: Rows, why: str) -> Finding:
        return Finding(tuple(rows), why, together(self._gathered, rows))


def _missing(gathered: Gathered, files: Sequence[SpendFile]) -> Iterator[Finding]:
    """One finding for each file and column; amount and day are never empty."""
    texts = (
        Column.ENTITY,
        Column.DEPARTMENT,
        Column.SERVICE,
        Column.SUPPLIER,
        Column.SUPPLIER_NUMBER,
        Column.ACCOUNT,
        Column.DESCRIPTION,
        Column.CATEGORY,
        Column.TRANSACTION,
        Column.CAPITAL,
    )
    for file in files:
        for column in texts:
            if column in file.columns:
                empty = [
                    index
                    for index, row in enumerate(gathered.rows)
                    if row.file == file.name and _is_empty(row, column, file)
                ]
                if empty:
                    heading = file.header[file.columns.index(column)]
                    why = f"{heading} in {file.name}"
                    yield Finding(tuple(empty), why, together(gathered, empty))


def _is_empty(row: Spend, column: Column, file: SpendFile) -> bool:
    if column is Column.CAPITAL:
        return row.is_capital is None
    if column is Column.ENTITY:
        return row.entity == file.entity
    return not getattr(row, column)


def _days_of(row: Spend, days: Days) -> tuple[date | None, date | None]:
    if days != Days() or row.effective_date is None:
        return days.first, days.last
    first = row.effective_date.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)


def _listed(values: set[str], most: int = 4) -> str:
    ordered = sorted(values)
    more = f" and {len(ordered) - most:,} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more


def _second(key: Hashable) -> str:
    return str(key[1]) if isinstance(key, tuple) else str(key)
