"""What documents are coded to: accounts, combinations, tax codes, budgets, days of cost centers.

A row only ever allows something: without it the code is not known, and nothing coded so posts. A
row of one entity (or a budget of one account) stands before a wider one, so it cannot be left out:
the wider one would count in its place. A bad row of that kind refuses the load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.master_data.cells import Cells
from adapters.master_data.loading_state import Loading
from adapters.master_data.reports import shown
from adapters.master_data.values import OPEN_END, parse_day, parse_money, parse_share
from engine.chart import (
    ANY,
    Account,
    Budget,
    Chart,
    Combination,
    TaxCode,
    Validity,
    chart_of,
)


def read_chart(loading: Loading, centers: Mapping[str, object]) -> Chart:
    """Everything of it, in one order. `centers` are the cost centers that were kept."""
    return chart_of(
        sorted(_accounts(loading), key=str),
        sorted(_combinations(loading), key=str),
        sorted(_tax_codes(loading), key=str),
        sorted(_budgets(loading), key=str),
        dict(sorted(_days_of_centers(loading, centers))),
    )


def _accounts(loading: Loading) -> Iterator[Account]:
    for cells, entity in _rows(loading, "accounts"):
        id, validity = cells.id(), validity_of(cells)
        is_postable = cells.yes_no("postable") is not False
        if cells.ok():
            yield Account(id, entity, validity, is_postable)


def _combinations(loading: Loading) -> Iterator[Combination]:
    for cells, entity in _rows(loading, "account_combinations"):
        account = cells.text("gl_account", required=True)
        center, project = cells.text("cost_center"), cells.text("project")
        validity = validity_of(cells)
        if cells.ok():
            yield Combination(entity, account, center, project, validity)


def _tax_codes(loading: Loading) -> Iterator[TaxCode]:
    for cells, entity in _rows(loading, "tax_codes"):
        id, validity = cells.id(), validity_of(cells)
        rate = cells.parsed("rate", parse_share)
        if cells.ok():
            yield TaxCode(id, entity, rate, validity)


def _budgets(loading: Loading) -> Iterator[Budget]:
    seen: set[tuple[str, str, str, object]] = set()
    for cells in loading.rows("budgets"):
        cells.loosens = not cells.is_blank("gl_account")
        entity, center = loading.entity(cells), cells.id("cost_center")
        account, validity = cells.text("gl_account"), validity_of(cells)
        amount = cells.parsed("amount", parse_money, required=True)
        key = entity, center, account, validity.first_day
        if key in seen:
            cells.fail("from", "duplicate-id", "two budgets of one cost center begin on one day")
        if cells.ok() and amount is not None:
            seen.add(key)
            yield Budget(entity, center, account, amount, validity)


def _days_of_centers(
    loading: Loading, centers: Mapping[str, object]
) -> Iterator[tuple[str, Validity]]:
    for cells in loading.rows("cost_centers"):
        id = cells.text("id")
        if id in centers:
            validity = validity_of(cells)
            if validity != Validity():
                yield id, validity


def _rows(loading: Loading, table: str) -> Iterator[tuple[Cells, str]]:
    """The rows of a table with their entity, which may be every one."""
    for cells in loading.rows(table):
        entity = cells.text("entity", required=True)
        cells.loosens = entity != ANY
        yield cells, entity if entity == ANY else loading.entity(cells)


def validity_of(cells: Cells) -> Validity:
    """The days of a row, both inclusive."""
    first = cells.parsed("from", parse_day)
    last = None if cells.text("to") == OPEN_END else cells.parsed("to", parse_day)
    if first is not None and last is not None and last < first:
        cells.fail("to", "ends-before-start", f"{shown(str(last))} is before {shown(str(first))}")
    return Validity(first, last)
