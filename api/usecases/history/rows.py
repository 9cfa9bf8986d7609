"""Files of the past, a row after the other: a table, a log of events, or JSON lines.

A line of JSON holds what no table can: `{"document": {...}, "acts": [{"act", "person", "at"}]}`,
the document in our own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path

from adapters.sources.event_logs import LogRefused, Quarantined, read_log
from adapters.sources.event_logs.rows import NotRead
from adapters.sources.event_logs.streams import lines, opened
from adapters.sources.event_logs.table import read_table
from api.usecases.casework.importing import HistoryRow, NotImported
from api.usecases.history.mapping import HistoryMapping
from engine.conformance.traces import Trace
from engine.documents import parse_json
from engine.errors import InputErrors
from engine.importing import StatedAct

SKIPPED = None  # a row that the mapping does not want
Found = HistoryRow | NotImported | None


def history_rows(path: Path, mapping: HistoryMapping) -> Iterator[Found]:
    """Each row of the file as history, or why it is none; `SKIPPED` for one that is not wanted.

    Raises `LogRefused`.
    """
    if path.name.removesuffix(".gz").endswith(".jsonl"):
        yield from (_of_object(place, raw) for place, raw in json_rows(path))
    elif not mapping.document:
        raise LogRefused(f"{path.name}: expected `document` in the mapping, or a name in .jsonl")
    elif mapping.log is not None:
        for trace in read_log(path, mapping.log.columns()):
            yield _left_out(trace) if isinstance(trace, Quarantined) else _of_trace(trace, mapping)
    else:
        yield from _of_table(path, mapping)


def json_rows(path: Path) -> Iterator[tuple[str, object]]:
    """Each line of JSON with its place: plain values, or `InputErrors`. Raises `LogRefused`."""
    with opened(path) as stream:
        try:
            for number, line in enumerate(lines(stream), start=1):
                if line.strip():
                    try:
                        yield f"line {number}", parse_json(line.encode("utf-8"))
                    except InputErrors as wrong:
                        yield f"line {number}", wrong
        except LogRefused as problem:
            raise LogRefused(f"{path.name}: {problem}") from None


def _of_table(path: Path, mapping: HistoryMapping) -> Iterator[Found]:
    needed = _columns(mapping)
    for place, row in read_table(path):
        if isinstance(row, Quarantined):
            yield _left_out(row)
            continue
        missing = next((name for name in needed if name not in row), None)
        if missing is not None:
            raise LogRefused(f"{path.name}: line 1: expected a column `{missing}`, found none")
        yield _of_row(place, row, mapping)


def _columns(mapping: HistoryMapping) -> list[str]:
    """Every column that the mapping names."""
    cells = chain(
        mapping.document.values(),
        mapping.lines.values(),
        (cell for each in mapping.acts for cell in (each.person, each.at) if cell is not None),
    )
    return [*mapping.only, *(cell.column for cell in cells if cell.column)]


def _of_row(place: str, row: Mapping[str, str], mapping: HistoryMapping) -> Found:
    if not mapping.is_wanted(row):
        return SKIPPED
    try:
        return HistoryRow(place, mapping.document_of(row), tuple(_acts_of_row(row, mapping)))
    except NotRead as problem:
        return NotImported(HistoryRow(place, {}), problem.code, "", problem.message)


def _acts_of_row(row: Mapping[str, str], mapping: HistoryMapping) -> Iterator[StatedAct]:
    """An act is there where both its person and its moment are; one without the other is none."""
    for each in mapping.acts:
        if each.person is None or each.at is None:
            continue
        person, at = each.person.value(row), each.at.moment(row)
        if bool(person) != (at is not None):
            raise NotRead("act_incomplete", f"expected a person and a moment for `{each.act}`")
        if at is not None:
            yield StatedAct(each.act, person, at)


def _of_trace(trace: Trace, mapping: HistoryMapping) -> Found:
    """A case of a log. `first event` and `last event` are columns with their moments."""
    place = f"case {trace.id}"
    row = {**_first_said(trace), **trace.attributes, **_times(trace)}
    if not mapping.is_wanted(row):
        return SKIPPED
    try:
        return HistoryRow(place, mapping.document_of(row), tuple(_acts_of_trace(trace, mapping)))
    except NotRead as problem:
        return NotImported(HistoryRow(place, {"id": trace.id}), problem.code, "", problem.message)


def _first_said(trace: Trace) -> dict[str, str]:
    """What the events say, the first one that says something of each."""
    row: dict[str, str] = {}
    for event in trace.events:
        for name, text in event.attributes.items():
            if text:
                row.setdefault(name, text)
    return row


def _times(trace: Trace) -> dict[str, str]:
    """When it began and ended, under names that no log has."""
    if not trace.events:
        return {}
    ends = {"first event": trace.events[0], "last event": trace.events[-1]}
    return {name: event.at.isoformat() for name, event in ends.items()}


def _acts_of_trace(trace: Trace, mapping: HistoryMapping) -> Iterator[StatedAct]:
    """An event that nobody did is no act of anybody."""
    for each in mapping.acts:
        if each.event is not None:
            for event in each.event.pattern().found(trace):
                person = each.person.value(event.attributes) if each.person else event.person
                if person:
                    yield StatedAct(each.act, person, event.at)


def _of_object(place: str, raw: object) -> Found:
    """A line of JSON lines."""
    nothing = HistoryRow(place, {})
    if isinstance(raw, InputErrors):
        return NotImported(nothing, raw.code, raw.field, raw.message)
    match raw:
        case {"document": dict(document), **more} if not set(more) - {"acts"}:
            row = HistoryRow(place, document)
        case _:
            message = "expected an object with `document` and, if there are any, `acts`"
            return NotImported(nothing, "wrong_row", "", message)
    stated = more.get("acts", [])
    acts = [act_of(each) for each in stated] if isinstance(stated, list) else [None]
    whole = tuple(act for act in acts if act is not None)
    if len(whole) < len(acts):
        message = "expected acts as a list of `act`, `person` and `at`, a moment with its offset"
        return NotImported(row, "act_incomplete", "acts", message)
    return HistoryRow(place, document, whole)


def act_of(raw: object) -> StatedAct | None:
    """An act as JSON states it; `None` for what is none."""
    match raw:
        case {"act": str(act), "person": str(person), "at": str(at), **more} if not more:
            try:
                moment = datetime.fromisoformat(at)
            except ValueError:
                return None
            return StatedAct(act, person, moment) if moment.utcoffset() is not None else None
    return None


def _left_out(row: Quarantined) -> NotImported:
    return NotImported(HistoryRow(row.place, {"id": row.case}), row.code, "", row.message)
