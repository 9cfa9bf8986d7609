"""Accounting periods, and the spans in which each takes postings.

A row only ever opens a period: without it nothing posts there. So a bad row takes its whole period
with it, and no more. A row that names a ledger cannot be left out: with it the ledger could
disappear, and documents that post in every ledger would no longer be asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from adapters.master_data.cells import Cells
from adapters.master_data.loading_state import Loading, overlapping, start_of
from adapters.master_data.reports import shown
from adapters.master_data.values import parse_day, parse_moment
from engine.master_data import PERIOD_KINDS, Period, Span

Key = tuple[str, str, str, str]  # entity, kind, ledger, name
Rows = list[tuple[Cells, Period]]


def read_periods(loading: Loading) -> list[Period]:
    """Every period once, with its spans in order; sorted."""
    rows, spoilt = _rows(loading)
    for key, found in rows.items():
        if key in spoilt:
            message = f"another row of the period {shown(key[3])} cannot be used"
            for cells, _ in found:
                cells.fail("", "spoilt", message, dragged=not cells.loosens)
    good = {key: found for key, found in rows.items() if key not in spoilt and _agree(found)}
    periods = {key: _joined(period for _, period in found) for key, found in good.items()}
    for key in _sharing_days(periods):
        for cells, period in good[key]:
            message = f"a day of {shown(period.name)} lies in another period as well"
            cells.fail("first_day", "overlap", message)
        del periods[key]
    return [periods[key] for key in sorted(periods)]


def _rows(loading: Loading) -> tuple[dict[Key, Rows], set[Key]]:
    """The rows that can be read, by period; and the periods of which one cannot."""
    rows: dict[Key, Rows] = {}
    spoilt: set[Key] = set()
    for cells in loading.rows("periods"):
        cells.loosens = not cells.is_blank("ledger")
        entity, name = loading.entity(cells), cells.id("name")
        kind = cells.one_of("kind", PERIOD_KINDS, "kind of period", required=True)
        key = entity, kind, cells.text("ledger"), name
        period = _period(cells, key, loading.zone(entity), loading)
        if period is None:
            spoilt.add(key)
        else:
            rows.setdefault(key, []).append((cells, period))
    return rows, spoilt


def _period(cells: Cells, key: Key, zone: str, loading: Loading) -> Period | None:
    first = cells.parsed("first_day", parse_day, required=True)
    last = cells.parsed("last_day", parse_day, required=True)
    opens = cells.parsed("opens_at", parse_moment)
    closed = cells.parsed("closed_at", parse_moment)
    if first is None or last is None or not cells.ok():
        return None
    if last < first:
        cells.fail("last_day", "ends-before-start", f"the last day {last} is before {first}")
    opens = opens or loading.days.start(first, zone)
    if closed is not None and closed <= opens:
        message = f"closed at {closed.isoformat()}, and not open before"
        help = "state when it was opened in `opens_at`; without it, a period opens on its first day"
        cells.fail("closed_at", "ends-before-start", message, help)
    entity, kind, ledger, name = key
    span = Span(opens, closed)
    return Period(entity, kind, name, first, last, ledger, (span,)) if cells.ok() else None


def _agree(rows: Rows) -> bool:
    """Whether the rows of one period have the same days and are open one after the other."""
    days = {(period.first_day, period.last_day) for _, period in rows}
    spans = [span for _, period in rows for span in period.open]
    for cells, period in rows:
        name = shown(period.name)
        if len(days) > 1:
            cells.fail("first_day", "two-lengths", f"the rows of {name} have different days")
        elif overlapping(spans):
            cells.fail("opens_at", "overlap", f"two rows say when {name} is open, at one time")
    return all(cells.ok() for cells, _ in rows)


def _joined(rows: Iterable[Period]) -> Period:
    first, *others = rows
    spans = (span for period in (first, *others) for span in period.open)
    return replace(first, open=tuple(sorted(spans, key=start_of)))


def _sharing_days(periods: dict[Key, Period]) -> Iterator[Key]:
    """Periods of one entity, kind and ledger that share a day with another one."""
    books: dict[tuple[str, str, str], list[Key]] = {}
    for key in periods:
        books.setdefault(key[:3], []).append(key)
    found: set[Key] = set()
    for keys in books.values():
        latest: Key | None = None  # of those seen so far, the one that ends last
        for key in sorted(keys, key=lambda key: (periods[key].first_day, key)):
            if latest and periods[key].first_day <= periods[latest].last_day:
                found |= {latest, key}
            if latest is None or periods[key].last_day > periods[latest].last_day:
                latest = key
    yield from sorted(found)
