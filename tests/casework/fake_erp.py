"""An ERP in a file of its own, which outlives whoever posts to it, with faults on demand.

It does not look whether it knows a key: whoever sends twice has posted twice.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from adapters.erp.connector import (
    ErpError,
    Fault,
    Payload,
    PeriodStatus,
    PostingOrder,
    Receipt,
    SupplierStatus,
)
from engine.canonical import digest

ANSWER_LOST = "answer lost"
REQUEST_LOST = "request lost"
CRASH = "crash"
CRASH_AFTER = "crash after"

_TABLES = """
    create table if not exists documents
        (id integer primary key, key text, document text, amount text);
    create table if not exists calls (id integer primary key, call text);
    create table if not exists closed (day text primary key);
    create table if not exists inactive (supplier text primary key);
"""


@dataclass
class FakeErp:
    """`faults` are used up by `post`, one a call; `pause` is called before and after it applies."""

    path: Path
    name: str = "erp"
    faults: list[ErpError | str] = field(default_factory=list)
    pause: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        with closing(self._open()) as file:
            file.executescript(_TABLES)

    def period(self, company: str, day: date) -> PeriodStatus:
        closed = self._rows("select 1 from closed where day = ?", day.isoformat())
        self._note("period")
        return PeriodStatus(f"{day:%Y-%m}", not closed, None)

    def supplier(self, supplier: str) -> SupplierStatus:
        inactive = self._rows("select 1 from inactive where supplier = ?", supplier)
        self._note("supplier")
        return SupplierStatus(True, not inactive)

    def payload(self, order: PostingOrder) -> Payload:
        plain = {"key": order.key, "document": order.document.digest}
        return Payload(digest(plain), "fake 1", digest({}))

    def find(self, order: PostingOrder) -> Receipt | None:
        self._note("find")
        found = self._rows("select id from documents where key = ?", order.key)
        return self._receipt(found[0][0]) if found else None

    def post(self, order: PostingOrder) -> Receipt:
        self._note("post")
        fault = self.faults.pop(0) if self.faults else None
        self.pause()
        if isinstance(fault, ErpError):
            raise fault
        if fault == CRASH:
            raise RuntimeError(f"a bug, on {order.document.id}")
        if fault == REQUEST_LOST:
            raise ErpError(Fault.UNKNOWN_OUTCOME, "outcome_unknown", "no answer")
        id = self._apply(order)
        self.pause()
        if fault == ANSWER_LOST:
            raise ErpError(Fault.UNKNOWN_OUTCOME, "outcome_unknown", "no answer")
        if fault == CRASH_AFTER:
            raise RuntimeError("a bug behind")
        return self._receipt(id)

    @property
    def keys(self) -> list[str]:
        """The key of every posted document, in order."""
        return [row[0] for row in self._rows("select key from documents order by id")]

    @property
    def calls(self) -> list[str]:
        """What was asked, in order."""
        return [row[0] for row in self._rows("select call from calls order by id")]

    def close_period(self, day: date) -> None:
        self._write("insert into closed values (?)", day.isoformat())

    def open_period(self, day: date) -> None:
        self._write("delete from closed where day = ?", day.isoformat())

    def deactivate(self, supplier: str) -> None:
        self._write("insert into inactive values (?)", supplier)

    def _apply(self, order: PostingOrder) -> int:
        amount = str(sum(line.net.minor for line in order.document.lines))
        values = (order.key, order.document.id, amount)
        return self._write(
            "insert into documents (key, document, amount) values (?, ?, ?)", *values
        )

    def _receipt(self, id: int) -> Receipt:
        return Receipt(f"ERP-{id:05d}", str(id), "posted", "1", True)

    def _note(self, call: str) -> None:
        self._write("insert into calls (call) values (?)", call)

    def _rows(self, query: str, *values: str) -> list[tuple[str]]:
        with closing(self._open()) as file:
            return file.execute(query, values).fetchall()

    def _write(self, statement: str, *values: str) -> int:
        with closing(self._open()) as file:
            return file.execute(statement, values).lastrowid or 0

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        file.execute("pragma synchronous = off")  # a killed process loses nothing by that
        return file


def refusal(fault: Fault, code: str = "said_no", retry_after: int | None = None) -> ErpError:
    """What an ERP says."""
    return ErpError(fault, code, f"it said {fault}", retry_after)


def sleeping(seconds: float) -> Callable[[], None]:
    """A slow ERP."""
    return lambda: time.sleep(seconds)
