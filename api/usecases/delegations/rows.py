"""Rows of delegations as they come into force: those of the load, and those of the service.

A delegation has one source. What the service made has an id that begins with `OWN`, and no load
changes it; what a load brought is changed by the next load, except that a revocation stays.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from adapters.store.delegations import Kept
from engine.recording import moment_text

FILE: Final = "delegations.csv"
OWN: Final = "own-"
COLUMNS: Final = (
    *("id", "delegator", "delegate", "from", "to", "documents", "entities", "categories"),
    *("capex", "cap", "revoked_at", "papers"),
)

Row = Mapping[str, str]


class RowsUnusable(Exception):
    """Rows of the service cannot be put beside these. The message says why."""


def merged(files: Mapping[str, bytes], kept: Sequence[Kept]) -> dict[str, bytes]:
    """The files of delegations with what the service made and revoked.

    Raises `RowsUnusable` for rows that take a name of the service, or are no CSV while the
    service has made or revoked one.
    """
    if not kept:
        stated = _rows(files) if set(files) <= {FILE} else []
        _refuse_own(stated)
        return dict(files)
    if set(files) - {FILE}:
        raise RowsUnusable(f"expected delegations in `{FILE}`, found {', '.join(sorted(files))}")
    known = {each.id: each for each in kept}
    stated = [row for row in _rows(files) if row.get("id", "") not in _of_service(kept)]
    _refuse_own(stated)
    rows = [_revoked(row, known.get(row.get("id", ""))) for row in stated]
    rows += [_revoked(each.row, each) for each in kept if each.row]
    return {FILE: _text(rows)}


def _of_service(kept: Sequence[Kept]) -> frozenset[str]:
    return frozenset(each.id for each in kept if each.row)


def _refuse_own(rows: Sequence[Row]) -> None:
    for row in rows:
        if row.get("id", "").startswith(OWN):
            raise RowsUnusable(f"`{row['id']}`: ids that begin with `{OWN}` are made here")


def _rows(files: Mapping[str, bytes]) -> list[Row]:
    if FILE not in files:
        return []
    try:
        text = files[FILE].decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise RowsUnusable(f"`{FILE}` cannot be read") from problem
    # What has more cells than columns is for the load to report: nothing may get lost here.
    if any(None in row or None in row.values() for row in rows):
        raise RowsUnusable(f"`{FILE}` has a row whose cells are not those of its columns")
    return [{str(name): str(value) for name, value in row.items()} for row in rows]


def _revoked(row: Row, kept: Kept | None) -> Row:
    """The row with the revocation of the service, unless its own is an earlier one."""
    if kept is None or kept.revoked_at is None:
        return row
    try:
        is_earlier = datetime.fromisoformat(row.get("revoked_at", "")) <= kept.revoked_at
    except (ValueError, TypeError):  # none, or none that a load would take
        is_earlier = False
    return row if is_earlier else {**row, "revoked_at": moment_text(kept.revoked_at)}


def _text(rows: Sequence[Row]) -> bytes:
    more = [name for row in rows for name in row if name not in COLUMNS]
    columns = [*COLUMNS, *dict.fromkeys(more)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
