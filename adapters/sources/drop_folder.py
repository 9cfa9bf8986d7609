"""A folder into which other systems put files: JSON lines or CSV, a document a row, or XML.

    FOLDER/             files that arrive
    FOLDER/taken/       files that are being worked on; taken up again after a crash
    FOLDER/done/        files of which every row was accepted
    FOLDER/failed/      the others
    ... NAME.report.csv beside a file that was worked on: what became of each row

A file is taken when its size has not changed between two looks, by renaming it: of several that
look, one gets it. Nothing here knows what a document is, nor what XML says; that the same row
counts once is for whoever takes it.
"""

from __future__ import annotations

import csv
import io
import itertools
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.whole_files import write_whole
from engine.documents import parse_json
from engine.errors import InputErrors

MOST_BYTES: Final = 64_000_000
MOST_ROWS: Final = 100_000
SUFFIXES: Final = (".jsonl", ".csv", ".xml")
TAKEN, DONE, FAILED = "taken", "done", "failed"
COLUMNS: Final = ("row", "document", "case", "outcome", "code", "field", "message")
_LISTS: Final = frozenset({"papers", "beneficiaries"})
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


class FileRefused(Exception):
    """The file as a whole cannot be read. The message is one line."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a row, counted from 1 without the header; 0 is the file as a whole."""

    row: int
    document: str = ""
    case: str = ""
    outcome: str = ""
    code: str = ""
    field: str = ""
    message: str = ""


Looked = Mapping[Path, tuple[int, int]]


def look(folder: Path) -> Looked:
    """The files that have arrived, with size and time of change. Links and hidden ones are none."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in SUFFIXES and not path.name.startswith("."):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                found[path] = (status.st_size, status.st_mtime_ns)
    return found


def settled(before: Looked, now: Looked) -> Sequence[Path]:
    """Files that nobody has written to between two looks."""
    return [path for path, seen in now.items() if before.get(path) == seen]


def take(path: Path) -> Path | None:
    """Takes a file, under a name that is free for ever; `None` where somebody else has it."""
    folder = path.parent
    for name in (TAKEN, DONE, FAILED):
        (folder / name).mkdir(exist_ok=True)
    for number in itertools.count(1):
        name = path.name if number == 1 else f"{path.stem}-{number}{path.suffix}"
        if not any((folder / place / name).exists() for place in (TAKEN, DONE, FAILED)):
            try:
                return path.rename(folder / TAKEN / name)
            except FileNotFoundError:
                return None
    return None


def left_behind(folder: Path) -> Sequence[Path]:
    """Files that were taken and not finished."""
    taken = folder / TAKEN
    return list(look(taken)) if taken.is_dir() else []


def finish(path: Path, told: Sequence[Told]) -> Path:
    """Writes the report and moves the file beside it. Raises `NotWritten` and `OSError`."""
    place = FAILED if any(each.code for each in told) else DONE
    target = path.parent.parent / place / path.name
    write_whole(target.with_name(f"{target.name}.report.csv"), _report(told))
    return path.rename(target)


def rows(path: Path) -> Iterator[tuple[int, object]]:
    """Each row by its number: plain values, or the `InputErrors` that say what is wrong with it.

    Raises `FileRefused` for what cannot be read at all.
    """
    if path.lstat().st_size > MOST_BYTES:
        raise FileRefused(f"expected at most {MOST_BYTES:,} bytes")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused("expected UTF-8, found something else") from None
    found = _json_rows(text) if path.suffix == ".jsonl" else _csv_rows(text)
    for number, row in enumerate(found, start=1):
        if number > MOST_ROWS:
            raise FileRefused(f"expected at most {MOST_ROWS:,} rows")
        yield number, row


def _json_rows(text: str) -> Iterator[object]:
    for line in text.split("\n"):
        if line.strip():
            try:
                yield parse_json(line.encode("utf-8"))
            except InputErrors as wrong:
                yield wrong


def _csv_rows(text: str) -> Iterator[object]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if not header or len(set(header)) < len(header) or not all(header):
            raise FileRefused("expected a header in which each column is named once")
        for cells in reader:
            if len(cells) > len(header):
                raise FileRefused(f"line {reader.line_num} has more cells than the header")
            if any(cells):
                yield dict(_fields(zip(header, cells, strict=False)))
    except csv.Error as problem:
        raise FileRefused(f"line {reader.line_num}: {problem}") from None


def _fields(cells: Iterator[tuple[str, str]]) -> Iterator[tuple[str, object]]:
    """An empty cell states nothing; of what JSON would not write as text, CSV has only this."""
    for name, cell in cells:
        if cell and name in _LISTS:
            yield name, [each.strip() for each in cell.split(";")]
        elif cell and name == "version" and cell.isascii() and cell.isdigit() and len(cell) < 10:
            yield name, int(cell)
        elif cell:
            yield name, {"yes": True, "no": False}.get(cell, cell) if name == "capex" else cell


def _report(told: Sequence[Told]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for each in told:
        writer.writerow([_cell(getattr(each, name)) for name in COLUMNS])
    return written.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    """As text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
