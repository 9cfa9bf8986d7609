"""Reading one file of published spend, a row at a time.

A file is CSV, packed with gzip or not, in UTF-8, else in Windows-1252, else in Latin-1: which of
them is found out by a first look at all bytes, which also counts the lines. Nothing but one row is
held. A row that cannot be read is told with its line, its column and why; it is no document.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from adapters.sources.public_spend import cells
from adapters.sources.public_spend.headings import Column, HeadingsRefused, columns_of
from engine.money import Money
from engine.quoting import quoted

MOST_BYTES: Final = 4_000_000_000  # unpacked
MOST_LINE: Final = 100_000  # characters
MOST_COLUMNS: Final = 200
MOST_TEXT: Final = 200  # characters of a cell; of a description more: what documents take
MOST_DESCRIPTION: Final = 4_000
_CHUNK: Final = 1 << 20
_ENCODINGS: Final = ("utf-8-sig", "cp1252")
_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_GZIP: Final = b"\x1f\x8b"


class SpendRefused(Exception):
    """The file as a whole cannot be read. The message names it; it may have several lines."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is no document. `line` is its last line in the file, counted from 1."""

    file: str
    line: int
    column: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """One row as it was published. What is not stated is empty or `None`.

    `transaction` is the number that the publisher gave it. `digest` names all cells together.
    """

    file: str
    line: int
    entity: str
    department: str
    service: str
    supplier: str
    supplier_number: str
    account: str
    description: str
    category: str
    transaction: str
    project: str
    contract: str
    day: date
    amount: Money
    vat: Money | None
    is_capital: bool | None
    is_card: bool | None
    effective_date: date | None
    digest: bytes


@dataclass(frozen=True, slots=True)
class SpendFile:
    """A file that was looked at: how it is written, what its columns mean, how many lines it has.

    `name` is what reports call it, and is another for each file; `entity` is what rows belong to
    that name none.
    """

    path: Path
    name: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: tuple[Column, ...]
    lines_count: int
    entity: str
    currency: str


def look_at(
    path: Path,
    *,
    mapped: Mapping[str, Column],
    entity: str = "",
    currency: str = "GBP",
    name: str = "",
) -> SpendFile:
    """The file with its columns. Raises `SpendRefused` for one that cannot be read or understood.

    Without `entity` it is the name of the file up to its first dot.
    """
    with _failures(path):
        encoding, lines_count = _encoding_of(path)
        with _opened(path, encoding) as stream:
            first = next((line for line in _bounded(stream) if line.strip()), "")
            delimiter = max(",;\t|", key=first.count)
        with _opened(path, encoding) as stream:
            header = next(_rows(stream, delimiter), (0, []))[1]
        if len(header) > MOST_COLUMNS:
            raise SpendRefused(f"it has more than {MOST_COLUMNS} columns")
        while header and not header[-1].strip():
            header = header[:-1]
        columns = columns_of(header, mapped)
    return SpendFile(
        path=path,
        name=name or path.name,
        encoding=encoding,
        delimiter=delimiter,
        header=tuple(header),
        columns=columns,
        lines_count=lines_count,
        entity=entity or path.name.partition(".")[0],
        currency=currency,
    )


def rows(file: SpendFile) -> Iterator[Spend | Unread]:
    """Every row in order, read or with why it cannot be. Raises `SpendRefused` as `look_at` does.

    Rows of empty cells are none, as spreadsheets leave them at the end.
    """
    with _failures(file.path), _opened(file.path, file.encoding) as stream:
        found = _rows(stream, file.delimiter)
        next(found, None)
        for line, row in found:
            yield _spend(file, line, row)


def _rows(stream: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_bounded(stream), delimiter=delimiter, strict=True)
    for row in reader:
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _spend(file: SpendFile, line: int, row: Sequence[str]) -> Spend | Unread:
    if any(cell.strip() for cell in row[len(file.columns) :]):
        return Unread(file.name, line, "", "it has more cells than the header")
    stated = dict.fromkeys(Column, "")
    for column, cell in zip(file.columns, row, strict=False):
        stated[column] = "" if column is Column.IGNORED else sys.intern(cell.strip())
    column = Column.SUPPLIER
    try:
        for column, cell in stated.items():
            _check(column, cell)
        money: dict[Column, Money] = {}
        for column in (Column.AMOUNT, Column.VAT):
            if stated[column]:
                money[column] = cells.amount(stated[column], file.currency)
        days: dict[Column, date] = {}
        for column in (Column.DATE, Column.EFFECTIVE):
            if stated[column]:
                days[column] = cells.day(stated[column])
        column = Column.CAPITAL
        capital = cells.is_capital(stated[column])
        column = Column.CARD
        card = cells.is_card(stated[column])
    except cells.CellRefused as problem:
        return Unread(file.name, line, _heading(file, column), str(problem))
    return _made(file, line, row, stated, money, days, (capital, card))


def _made(
    file: SpendFile,
    line: int,
    row: Sequence[str],
    stated: Mapping[Column, str],
    money: Mapping[Column, Money],
    days: Mapping[Column, date],
    flags: tuple[bool | None, bool | None],
) -> Spend:
    text = "\x1f".join(cell.strip() for cell in row)
    return Spend(
        file=file.name,
        line=line,
        entity=stated[Column.ENTITY] or file.entity,
        department=stated[Column.DEPARTMENT],
        service=stated[Column.SERVICE],
        supplier=stated[Column.SUPPLIER],
        supplier_number=stated[Column.SUPPLIER_NUMBER],
        account=stated[Column.ACCOUNT],
        description=stated[Column.DESCRIPTION],
        category=stated[Column.CATEGORY],
        transaction=stated[Column.TRANSACTION],
        project=stated[Column.PROJECT],
        contract=stated[Column.CONTRACT],
        day=days[Column.DATE],
        amount=money[Column.AMOUNT],
        vat=money.get(Column.VAT),
        is_capital=flags[0],
        is_card=flags[1],
        effective_date=days.get(Column.EFFECTIVE),
        digest=hashlib.blake2b(text.encode(), digest_size=16).digest(),
    )


def _check(column: Column, cell: str) -> None:
    """An amount and a day must be there; a text must fit into a canonical document."""
    if not cell and column in (Column.AMOUNT, Column.DATE):
        raise cells.CellRefused("the cell is empty")
    most = MOST_DESCRIPTION if column is Column.DESCRIPTION else MOST_TEXT
    if len(cell) > most:
        raise cells.CellRefused(f"expected at most {most:,} characters, found {len(cell):,}")
    if not cell.isprintable():
        raise cells.CellRefused(f"expected one line of text, found {quoted(cell)}")


def _heading(file: SpendFile, column: Column) -> str:
    return file.header[file.columns.index(column)]


def _encoding_of(path: Path) -> tuple[str, int]:
    """How the bytes are to be read, and how many lines there are."""
    readers = {name: codecs.getincrementaldecoder(name)() for name in _ENCODINGS}
    lines_count = total = 0
    last = b"\n"
    for chunk in _chunks(path):
        if not total and chunk.startswith(_SPREADSHEETS):
            raise SpendRefused("it is a spreadsheet: save it as CSV")
        if b"\0" in chunk:
            raise SpendRefused("it is no text in UTF-8 or Latin-1")
        total, last = total + len(chunk), chunk
        if total > MOST_BYTES:
            raise SpendRefused(f"it is larger than {MOST_BYTES:,} bytes")
        lines_count += chunk.count(b"\n")
        readers = {name: one for name, one in readers.items() if _takes(one, chunk)}
    if not total:
        raise SpendRefused("it is empty")
    readers = {name: one for name, one in readers.items() if _takes(one, b"", final=True)}
    return next(iter(readers), "latin-1"), lines_count + (not last.endswith(b"\n"))


def _takes(reader: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        reader.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(path: Path) -> Iterator[bytes]:
    with _unpacked(path) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    with _unpacked(path) as stream:
        yield io.TextIOWrapper(stream, encoding=encoding, newline="")


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    """The bytes of the file, whatever its name says about how it is packed."""
    with path.open("rb") as plain:
        is_packed = plain.read(len(_GZIP)) == _GZIP
        plain.seek(0)
        if not is_packed:
            yield plain
            return
        with gzip.open(plain, "rb") as packed, io.BufferedReader(packed) as buffered:
            yield buffered


def _bounded(stream: TextIO) -> Iterator[str]:
    """Lines that fit into memory, whatever the file holds."""
    while line := stream.readline(MOST_LINE + 1):
        if len(line) > MOST_LINE:
            raise SpendRefused(f"a line has more than {MOST_LINE:,} characters")
        yield line


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    """What goes wrong with the file, in one message that names it."""
    try:
        yield
    except SpendRefused as problem:
        raise SpendRefused(f"{quoted(path.name)}: {problem}") from None
    except HeadingsRefused as problem:
        lines = "\n".join(f"  {line}" for line in str(problem).splitlines())
        raise SpendRefused(
            f"{quoted(path.name)}: its columns are not understood\n{lines}"
        ) from None
    except csv.Error as problem:
        raise SpendRefused(f"{quoted(path.name)}: it is not CSV: {problem}") from None
    except (OSError, EOFError, zlib.error) as problem:
        why = problem.strerror if isinstance(problem, OSError) and problem.strerror else problem
        raise SpendRefused(f"{quoted(path.name)}: it cannot be read: {why}") from None
