"""Days off and exchange rates.

A calendar is named by the policy set (`holidays: US`, `DE-BY`) or by the file `holidays`. Where the
file states days of a calendar, they alone stand from its first year to its last; for other years,
and for calendars without a row, a name that is a country (and a part of it) brings its public
holidays from 2015 to 2045.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from adapters.master_data.cells import Cells
from adapters.master_data.loading_state import Loading, once
from adapters.master_data.reports import shown
from adapters.master_data.values import parse_currency, parse_day, parse_rate
from engine.rates import Rate

FIRST_YEAR: Final = 2015
LAST_YEAR: Final = 2045


@lru_cache(maxsize=300)
def public_holidays(name: str) -> frozenset[date] | None:
    """The public holidays of a country (`KW`) or a part of it (`DE-BY`); `None` if it is none."""
    country, _, part = name.partition("-")
    if len(country) != 2 or not country.isascii() or not country.isupper():
        return None
    from holidays import country_holidays  # a large library, and few sets name such a calendar

    try:
        found = country_holidays(
            country, subdiv=part or None, years=range(FIRST_YEAR, LAST_YEAR + 1)
        )
    except NotImplementedError:  # no such country, or it has no such part
        return None
    return frozenset(found)


def read_holidays(loading: Loading) -> dict[str, frozenset[date]]:
    """The days off of every calendar that the set or the file names.

    A day left out would shorten a window of business days, so a bad row refuses the load, as does
    a calendar that nobody knows.
    """
    written: dict[str, set[date]] = {}
    for cells in loading.rows("holidays"):
        calendar = cells.id("calendar")
        day = cells.parsed("day", parse_day, required=True)
        if cells.ok() and day is not None:
            written.setdefault(calendar, set()).add(day)
    found: dict[str, frozenset[date]] = {}
    named = {entity.holidays for entity in loading.organization.entities.values()} - {""}
    for name in sorted(named | written.keys()):
        public = public_holidays(name)
        if public is None and name not in written:
            message = f"no calendar named {shown(name)}, and it is no country"
            help = "name a country such as `DE-BY`, or state its days in `holidays.csv`"
            loading.report.refuse("holidays", 0, "calendar", "unknown-calendar", message, help)
        found[name] = _joined(frozenset(written.get(name, ())), public or frozenset())
    return found


def _joined(written: frozenset[date], public: frozenset[date]) -> frozenset[date]:
    """What is written, and the public holidays of the years outside of it."""
    if not written:
        return public
    first, last = min(written).year, max(written).year
    return written | {day for day in public if not first <= day.year <= last}


def read_rates(loading: Loading) -> list[Rate]:
    """Exchange rates by type and pair, by day ascending; one rate a day."""
    repeated = loading.repeated("rates")
    found: dict[tuple[str, str, str, date], list[tuple[Cells, Rate]]] = {}
    for cells in loading.rows("rates"):
        once(cells, cells.text("id"), repeated)
        rate = _rate(cells)
        if rate is not None:
            found.setdefault((rate.type, rate.base, rate.quote, rate.day), []).append((cells, rate))
    table: list[Rate] = []
    for (kind, base, quote, day), rows in sorted(found.items()):
        for cells, _ in rows if len(rows) > 1 else ():
            message = f"several rates `{kind}` {base}/{quote} on {day}; none of them is used"
            cells.fail("day", "duplicate-rate", message)
        if len(rows) == 1:
            table.append(rows[0][1])
    return table


def _rate(cells: Cells) -> Rate | None:
    kind = cells.id("type")
    base = cells.parsed("base", parse_currency, required=True)
    quote = cells.parsed("quote", parse_currency, required=True)
    day = cells.parsed("day", parse_day, required=True)
    rate = cells.parsed("rate", parse_rate, required=True)
    if base is not None and base == quote:
        cells.fail("quote", "same-currency", f"a rate from {base} to itself")
    if not cells.ok() or base is None or quote is None or day is None or rate is None:
        return None
    return Rate(cells.text("id") or f"{kind}:{base}/{quote}:{day}", kind, base, quote, day, rate)
