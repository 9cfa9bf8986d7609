"""How the rows of a file become documents of the past, and what people did on them.

kind: history
source: old-erp
before: 2027-03-01T00:00:00-05:00
document:
  type: {is: invoice}
  id: Invoice
  submitted_at: {column: Posted, format: "%d.%m.%Y", zone: America/New_York}
  amount: Net
acts:
  - {act: approve, person: Approver, at: {column: Approved, format: "%d.%m.%Y", zone: UTC}}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from adapters.sources.event_logs.rows import Columns, NotRead, moment_of
from api.usecases.conformance import Events, LogColumns, Name, Zone
from api.usecases.declared_files import Declared, Texts, YesNo
from engine.importing import WORDS
from engine.quoting import quoted

_CENT: Final = Decimal("0.01")
_LONGEST: Final = 60


def _moment(text: object) -> object:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        raise ValueError("expected a moment with its offset from UTC, 2027-03-01T00:00:00-05:00")
    return found


def _act(word: str) -> str:
    if word not in WORDS:
        raise ValueError(f"expected one of {', '.join(sorted(WORDS))}")
    return word


def _column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


class Cell(Declared):
    """Where a value comes from: a column, or the same for every row.

    `words` says what a cell means, and then no other cell is known. `format` and `zone` are those
    of a moment. `round` to cents: for logs whose amounts are no amounts of a currency.
    """

    column: str = ""
    same: Annotated[str, Field(alias="is")] = ""
    words: Annotated[dict[str, str], Field(default_factory=dict)]
    format: str = ""
    zone: Zone | None = None
    round: YesNo = False

    @model_validator(mode="after")
    def _is_one(self) -> Cell:
        if bool(self.column) == bool(self.same):
            raise ValueError("expected a column, or what it `is` for every row")
        return self

    def value(self, row: Mapping[str, str]) -> str:
        """The value of a row, empty for none. Raises `NotRead`."""
        text = self._text(row)
        if text and (self.format or self.zone):
            return self._moment(text).isoformat()
        return _rounded(text) if text and self.round else text

    def moment(self, row: Mapping[str, str]) -> datetime | None:
        """The aware moment of a row, `None` for none. Raises `NotRead`."""
        text = self._text(row)
        return self._moment(text) if text else None

    def _text(self, row: Mapping[str, str]) -> str:
        text = (self.same or row.get(self.column, "")).strip()
        if text and self.words:
            if text not in self.words:
                known = ", ".join(sorted(self.words))[:200]
                message = f"expected one of {known} in `{self.column}`, found {quoted(text)}"
                raise NotRead("unknown_word", message)
            text = self.words[text]
        return text

    def _moment(self, text: str) -> datetime:
        return moment_of(text, Columns(format=self.format, zone=self.zone or ""))


AnyCell = Annotated[Cell, BeforeValidator(_column)]


class ActIn(Declared):
    """What somebody did: on each row that has both cells, or at each event of a log.

    `person` is a column or a cell. For a log, `event` says at which events; the person and the
    moment are then the event's own.
    """

    act: Annotated[str, AfterValidator(_act)]
    person: AnyCell | None = None
    at: AnyCell | None = None
    event: Events | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> ActIn:
        if self.event is None and (self.person is None or self.at is None):
            raise ValueError("expected a person and a moment (`at`), or an event of a log")
        if self.event is not None and self.at is not None:
            raise ValueError("expected an event, or a moment (`at`), found both")
        return self


class HistoryMapping(Declared):
    """What a file of `kind: history` holds. With `log` the file is a log of events."""

    kind: Literal["history"]
    source: Name
    before: Annotated[datetime, BeforeValidator(_moment)]
    log: LogColumns | None = None
    only: Annotated[dict[str, Texts], Field(default_factory=dict)]
    document: Annotated[dict[str, AnyCell], Field(default_factory=dict)]
    lines: Annotated[dict[str, AnyCell], Field(default_factory=dict)]
    acts: Annotated[list[ActIn], Field(default_factory=list)]

    @model_validator(mode="after")
    def _fits(self) -> HistoryMapping:
        needed = [name for name in ("type", "id", "submitted_at") if name not in self.document]
        if needed and self.document:  # without any it is for files that need no mapping
            raise ValueError(f"expected `{needed[0]}` among the fields of the document")
        if self.log is None and any(each.event is not None for each in self.acts):
            raise ValueError("expected `log` where an act is an event")
        return self

    def is_wanted(self, row: Mapping[str, str]) -> bool:
        """Whether the row is one of those that are loaded."""
        return all(row.get(name, "").strip() in texts for name, texts in self.only.items())

    def document_of(self, row: Mapping[str, str]) -> dict[str, object]:
        """The document that a row states; an empty cell states nothing. Raises `NotRead`.

        A name with a dot is a part of another field: `source_ids.purchase_order`.
        """
        raw: dict[str, object] = {}
        for name, cell in self.document.items():
            _put(raw, name, cell.value(row))
        line: dict[str, object] = {}
        for name, cell in self.lines.items():
            _put(line, name, cell.value(row))
        return raw | ({"lines": [line]} if line else {})


def _put(raw: dict[str, object], name: str, value: str) -> None:
    if not value:
        return
    outer, *inner = name.split(".", 1)
    if inner:
        held = raw.setdefault(outer, {})
        if isinstance(held, dict):
            held[inner[0]] = value
    else:
        raw[name] = value


def _rounded(text: str) -> str:
    try:
        amount = Decimal(text) if len(text) <= _LONGEST else None
        if amount is not None and amount.is_finite():
            return str(amount.quantize(_CENT, ROUND_HALF_UP))
    except InvalidOperation:
        pass
    raise NotRead("invalid_amount", f"expected a number, found {quoted(text)}")
