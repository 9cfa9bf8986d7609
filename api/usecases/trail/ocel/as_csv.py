"""The log of cases with a row for each event: what tools for tables and `countersign conformance`
read. What concerns no case is in the other formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from api.usecases.trail.ocel.model import Event
from api.usecases.trail.ocel.reading import Log

COLUMNS: Final = (
    "position case activity time person on_behalf_of through status code version".split()
)
_LINKED: Final = {"case": "case", "decided by": "person", "on behalf of": "on_behalf_of"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_chunks(log: Log) -> Iterator[bytes]:
    """The whole file, in pieces."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for event in log.events_by_case():
        writer.writerow({name: unread(str(value)) for name, value in row_of(event).items()})
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def unread(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def row_of(event: Event) -> dict[str, object]:
    """The cells of an event, by column; those that it does not state are not there."""
    linked = {
        _LINKED[link.qualifier]: link.object_id.partition(":")[2]
        for link in event.links
        if link.qualifier in _LINKED
    }
    return {"activity": event.type, "time": event.at, **event.attributes, **linked}
