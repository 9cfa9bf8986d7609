"""Purchase order lines of a university's purchasing system, as a CSV file, to purchase orders.

One row is one line of an order. Rows of one `number` make one order. What is done with them:

- The amount of a line is the column `amount`, an exact decimal. `quantity` and `price` are passed
  on as information (with up to 12 decimals; quotients have more, and are left away); their product
  may differ from the amount by a cent, and the amount counts.
- Lines marked as cancelled count like the others: the order was approved with them. Where they are
  to be left out, an order of nothing else is none.
- The time is `approved_date`, local time of the university.
- An order is taken whole or not at all. A line without a readable amount, in another currency than
  the order's first, of an unknown category, or that disagrees about supplier, buyer or date leaves
  its order out, and is reported with its line in the file. Nothing is dropped silently.

The file names no requester and no cost center. `categories` gives each category a cost center, and
each cost center has three requesters (`it-1`, `it-2`, `it-3`) who take turns by order number.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

MOST_CHARACTERS: Final = 200_000_000  # of the file, unpacked
MOST_LINE: Final = 10_000  # characters
REQUESTERS_COUNT: Final = 3
COLUMNS: Final = frozenset(
    "number line category quantity uom price amount buyer cancelled type supplier currency"
    " approved_date".split()
)
OF_THE_ORDER: Final = ("supplier", "buyer", "approved_date", "currency")
_DECIMAL: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)


class SourceRefused(Exception):
    """The file as a whole cannot be read; the message is one line."""


@dataclass(frozen=True, slots=True)
class Category:
    """What a category of the source is called by the policy, and who pays for it."""

    category: str
    cost_center: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why an order was not taken: the first row that cannot be used. `row` counts from 1."""

    order: str
    row: int
    message: str


@dataclass(frozen=True, slots=True)
class Orders:
    """Every order as the raw document that `engine.documents.accept` takes, by time and number."""

    documents: tuple[dict[str, object], ...]
    left_out: tuple[LeftOut, ...]
    rows_count: int
    cancelled_count: int


@dataclass(slots=True)
class _Group:
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def read_orders(
    path: Path,
    categories: Mapping[str, Category],
    entity: str,
    zone: str,
    *,
    with_cancelled: bool = True,
) -> Orders:
    """The orders of a CSV file, packed with gzip or not. Raises `SourceRefused`."""
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            return convert(stream, categories, entity, zone, with_cancelled=with_cancelled)
    except (OSError, EOFError) as problem:
        why = problem.strerror if isinstance(problem, OSError) and problem.strerror else problem
        raise SourceRefused(f"`{path.name}` cannot be read: {why}") from None
    except UnicodeDecodeError:
        raise SourceRefused(f"`{path.name}` is not UTF-8") from None


def read_categories(path: Path) -> dict[str, Category]:
    """The categories of a CSV file with the columns `source,category,cost_center`."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(_bounded(stream)))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise SourceRefused(f"`{path.name}` cannot be read") from None
    if not rows or not {"source", "category", "cost_center"} <= set(rows[0]):
        raise SourceRefused(f"`{path.name}` has not the columns `source,category,cost_center`")
    return {row["source"]: Category(row["category"], row["cost_center"]) for row in rows}


def convert(
    lines: Iterable[str],
    categories: Mapping[str, Category],
    entity: str,
    zone: str,
    *,
    with_cancelled: bool = True,
) -> Orders:
    """The same from lines of text. Raises `SourceRefused` for what is not such a file."""
    groups: dict[str, _Group] = {}
    cancelled = count = 0
    try:
        reader = csv.DictReader(_bounded(lines), strict=True, restval="")
        _check_header(reader.fieldnames or ())
        for row in reader:
            count += 1
            cancelled += bool(row["cancelled"])
            if row["cancelled"] and not with_cancelled:
                continue
            groups.setdefault(row["number"], _Group()).rows.append((count, row))
    except csv.Error as problem:
        raise SourceRefused(f"row {count + 1} is not CSV: {problem}") from None
    documents: list[dict[str, object]] = []
    left_out: list[LeftOut] = []
    for number, group in groups.items():
        made = _order(number, group, categories, entity, ZoneInfo(zone))
        if isinstance(made, LeftOut):
            left_out.append(made)
        else:
            documents.append(made)
    documents.sort(key=_order_of)
    return Orders(tuple(documents), tuple(left_out), count, cancelled)


def _order_of(document: Mapping[str, object]) -> tuple[datetime, str]:
    return datetime.fromisoformat(str(document["submitted_at"])), str(document["id"])


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    together = 0
    for line in lines:
        together += len(line)
        if len(line) > MOST_LINE or together > MOST_CHARACTERS:
            raise SourceRefused("the file has lines that are too long, or is too large")
        yield line


def _check_header(names: Iterable[str]) -> None:
    missing = sorted(COLUMNS - set(names))
    if missing:
        raise SourceRefused(f"there is no column `{missing[0]}`")


def _order(
    number: str, group: _Group, categories: Mapping[str, Category], entity: str, zone: ZoneInfo
) -> dict[str, object] | LeftOut:
    """One order, or why it is left out."""
    first_row, first = group.rows[0]
    moment = _moment(first["approved_date"], zone)
    if not number or moment is None or not number.isascii() or not number.isdigit():
        return LeftOut(number, first_row, "the order has no number or no date")
    lines: list[dict[str, object]] = []
    for row_number, row in group.rows:
        problem = _problem(row, first, categories)
        if problem:
            return LeftOut(number, row_number, problem)
        lines.append(_line(row, categories[row["category"]]))
    centers = [str(line["cost_center"]) for line in lines]
    turn = int(number) % REQUESTERS_COUNT + 1
    return {
        "type": "purchase_order",
        "id": number,
        "entity": entity,
        "currency": first["currency"],
        "requester": f"{centers[0].lower()}-{turn}",
        "buyer": first["buyer"],
        "supplier": first["supplier"],
        "submitted_at": moment.isoformat(),
        "document_date": moment.date().isoformat(),
        "lines": lines,
    }


def _problem(
    row: Mapping[str, str], first: Mapping[str, str], categories: Mapping[str, Category]
) -> str:
    """What keeps a row from being used; empty for nothing."""
    for name in OF_THE_ORDER:
        if row[name] != first[name]:
            return f"`{name}` differs within the order"
    if not row["currency"]:
        return "there is no currency"
    if _DECIMAL.fullmatch(row["amount"]) is None:
        return "the amount is not a decimal number"
    if row["category"] not in categories:
        return "the category is unknown"
    if not row["line"].isascii() or not row["line"].isdigit():
        return "the line has no number"
    return ""


def _line(row: Mapping[str, str], category: Category) -> dict[str, object]:
    line: dict[str, object] = {
        "number": int(row["line"]),
        "net": row["amount"],
        "category": category.category,
        "cost_center": category.cost_center,
        "description": row["category"].capitalize(),
        "unit_of_measure": row["uom"],
        "kind_of_order": _kind(row["type"]),
    }
    for name in ("quantity", "price"):
        if _DECIMAL.fullmatch(row[name]) is not None:
            line[name] = row[name]
    return line


_KINDS: Final = (
    ("48 Service Agreement", "service_agreement"),
    ("Architect/Engineering", "architect_engineer"),
    ("Maintenance Services", "maintenance"),
)


def _kind(text: str) -> str:
    """The order's type in the words of the policy: `Lease Purchase` is `lease_purchase`."""
    known = dict(_KINDS).get(text)
    return known or re.sub(r"[^a-z]+", "_", text.lower()).strip("_")


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
