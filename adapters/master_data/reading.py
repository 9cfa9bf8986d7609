"""Files to tables: CSV line by line, YAML as a list of rows, both as text and within limits.

Nothing here raises for what a file contains. What concerns a whole file (not UTF-8, binary, an
unknown column, a quote that never closes) refuses the load; what concerns a row is left out.
"""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

import yaml
from yaml.reader import ReaderError

from adapters.master_data.building import broken_row, unknown_column
from adapters.master_data.cells import clean
from adapters.master_data.reports import Report, Suggestion, shown
from adapters.master_data.tables import (
    REQUIRED_FILE,
    SPECS,
    Limits,
    Row,
    Table,
    TableSpec,
    known_columns,
)
from engine.facts.vocabulary import Fact

_COLUMNS_MAX: Final = 1000
_YAML_DEPTH: Final = 3  # the list, a row, a list in a cell
_SPOKEN: Final = (
    ("field larger", "a cell is larger than can be read"),
    ("unexpected end", "a quoted cell is never closed"),
    ("new-line character", "a line ends with a lone carriage return"),
    ("expected after", "something follows the closing quote of a cell"),
)


class UnreadableFile(Exception):
    """A file that cannot be read to its end. Raised and caught in this module."""

    def __init__(self, line: int, code: str, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.code = code
        self.message = message
        self.help = help


def read_folder(
    folder: Path, facts: Mapping[str, Fact], limits: Limits, report: Report
) -> dict[str, Table]:
    """Every table of a folder. Refuses where files change while they are read."""
    try:
        before = _listing(folder)
        paths = _chosen(folder, sorted(before), report)
        tables = {
            name: table
            for name, path in paths.items()
            if (table := read_table(path, SPECS[name], facts, limits, report)) is not None
        }
        if _listing(folder) != before:
            message = "files changed while they were read"
            report.refuse(
                _printable(folder.name), 0, "", "changed", message, "load again when they are whole"
            )
    except (OSError, ValueError) as error:  # ValueError: a path with a byte 0
        said = error.strerror if isinstance(error, OSError) else error
        report.refuse(_printable(folder.name), 0, "", "unreadable", f"cannot be read: {said}")
        return {}
    if REQUIRED_FILE not in paths:
        message = f"there is no `{REQUIRED_FILE}.csv`"
        report.refuse(_printable(folder.name), 0, "", "missing-file", message)
    return tables


def _listing(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """The files of a folder with what changes when they do; hidden ones and notes left out."""
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith((".md", "~")):
                continue
            seen = entry.stat()
            if not stat.S_ISDIR(seen.st_mode):
                found[entry.name] = (seen.st_mode, seen.st_ino, seen.st_size, seen.st_mtime_ns)
    return found


def _printable(name: str) -> str:
    return shown(name).strip("`")


def _chosen(folder: Path, names: list[str], report: Report) -> dict[str, Path]:
    """The file of each table. A file that nobody would read refuses the load."""
    expected = [f"{name}{ending}" for name in SPECS for ending in (".csv", ".yaml")]
    found: dict[str, Path] = {}
    for name in names:
        table = name.rpartition(".")[0]
        if name not in expected:
            help = Suggestion(name, expected, "notes end in `.md`")
            message = f"no file is named {shown(name)}"
            report.refuse(_printable(name), 0, "", "unknown-file", message, help)
        elif table in found:
            message = f"`{table}` is stated in `{found[table].name}` too"
            report.refuse(name, 0, "", "two-files", message)
        else:
            found[table] = folder / name
    return found


def read_table(
    path: Path, spec: TableSpec, facts: Mapping[str, Fact], limits: Limits, report: Report
) -> Table | None:
    """One file; `None` where it refuses the load."""
    is_yaml = path.suffix == ".yaml"
    table = Table(spec, path.name)
    try:
        seen = path.stat()
        if not stat.S_ISREG(seen.st_mode):
            raise UnreadableFile(0, "not-a-file", "is no ordinary file")
        most = limits.yaml_bytes if is_yaml else limits.file_bytes
        if seen.st_size > most:
            raise UnreadableFile(0, "too-large", f"has {seen.st_size} bytes, {most} are read")
        with path.open("rb") as stream:
            if is_yaml:
                _read_yaml(stream, table, facts, limits, report)
            else:
                _read_csv(stream, table, facts, limits, report)
    except OSError as error:
        report.refuse(path.name, 0, "", "unreadable", f"cannot be read: {error.strerror or error}")
        return None
    except UnreadableFile as error:
        report.refuse(path.name, error.line, "", error.code, error.message, error.help)
        return None
    return table


def _lines(stream: BinaryIO, limits: Limits) -> Iterator[str]:
    """The lines of a file as text, each within the limit."""
    number = 0
    while line := stream.readline(limits.line_bytes + 1):
        number += 1
        if len(line) > limits.line_bytes:
            message = f"the line is longer than {limits.line_bytes} bytes"
            raise UnreadableFile(number, "long-line", message)
        text = _decoded(line, number)
        yield text.removeprefix("\ufeff") if number == 1 else text


def _decoded(data: bytes, line: int) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = line + data[: error.start].count(b"\n")
        message = f"is not UTF-8: byte 0x{data[error.start]:02x}"
        raise UnreadableFile(at, "not-utf-8", message, "save it as UTF-8") from None
    if "\0" in text:
        at = line + text[: text.index("\0")].count("\n")
        raise UnreadableFile(at, "binary", "has a byte 0, as binary files and UTF-16 do")
    return text


def _read_csv(
    stream: BinaryIO, table: Table, facts: Mapping[str, Fact], limits: Limits, report: Report
) -> None:
    reader = csv.reader(_lines(stream, limits), strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if columns is None and cells:
                columns = [clean(cell) for cell in cells]
                if not _check_header(table, columns, line, facts, report):
                    return
            elif columns is not None:
                _add_row(table, columns, cells, line, limits, report)
            line = reader.line_num + 1
    except csv.Error as error:
        spoken = (said for word, said in _SPOKEN if word in str(error))
        raise UnreadableFile(line, "unreadable-csv", next(spoken, "is not CSV")) from None
    if columns is None:
        raise UnreadableFile(0, "empty-file", "is empty; a file without rows still has a header")


def _check_header(
    table: Table, columns: list[str], line: int, facts: Mapping[str, Fact], report: Report
) -> bool:
    """Whether the rows can be read: every column known, once, and none missing."""
    if len(columns) > _COLUMNS_MAX:
        raise UnreadableFile(line, "too-many-columns", f"has {len(columns)} columns")
    known = known_columns(table.spec, facts)
    unknown = [column for column in columns if column not in known]
    for column in unknown:
        unknown_column(report, table.spec, line, column, known, table.file)
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        message = f"there are two columns {shown(column)}"
        report.refuse(table.file, line, column[:60], "duplicate-column", message)
    for column in sorted(table.spec.required - set(columns)) if not unknown else ():
        message = f"there is no column `{column}`"
        report.refuse(table.file, line, column, "missing-column", message)
    return not unknown and len(set(columns)) == len(columns) and table.spec.required <= {*columns}


def _add_row(
    table: Table, columns: list[str], cells: list[str], line: int, limits: Limits, report: Report
) -> None:
    if not any(cells):
        return
    if table.count >= limits.rows_count:
        raise UnreadableFile(line, "too-many-rows", f"has more than {limits.rows_count} rows")
    if len(cells) != len(columns):
        message = f"the row has {len(cells)} cells, the header {len(columns)}"
        broken_row(report, table, line, "wrong-cell-count", message)
    elif max(map(len, cells)) > limits.cell_length:
        message = f"a cell is longer than {limits.cell_length} characters"
        broken_row(report, table, line, "long-cell", message)
    else:
        table.rows.append(Row(line, dict(zip(columns, map(clean, cells), strict=True))))


def _read_yaml(
    stream: BinaryIO, table: Table, facts: Mapping[str, Fact], limits: Limits, report: Report
) -> None:
    text = _decoded(stream.read(limits.yaml_bytes + 1), 1)
    try:
        _check_events(text)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        line, said = _yaml_problem(error, text)
        raise UnreadableFile(line, "unreadable-yaml", said) from None
    if not isinstance(root, yaml.SequenceNode):
        raise UnreadableFile(1, "not-a-list", "is not a list of rows")
    known = known_columns(table.spec, facts)
    for node in root.value:
        _add_node(table, node, known, limits, report)


def _yaml_problem(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line and the reason, as far as the error has them."""
    if isinstance(error, ReaderError):
        return text.count("\n", 0, error.position) + 1, "has a character that may not be written"
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0, "is not YAML"
    mark = error.problem_mark
    return mark.line + 1 if mark else 0, error.problem or "is not YAML"


def _check_events(text: str) -> None:
    """Refuses nesting, aliases and tags before anything is composed."""
    depth = 0
    for event in _events(text):
        mark = event.start_mark
        line = mark.line + 1 if mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableFile(line, "alias", "has an alias; write the value again")
        if getattr(event, "tag", None) is not None:
            raise UnreadableFile(line, "tag", "has a tag; write the value alone")
        if isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            depth += 1
            if depth > _YAML_DEPTH:
                raise UnreadableFile(line, "nested", "is nested deeper than a list of rows")
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            depth -= 1


def _events(text: str) -> Iterator[yaml.Event]:
    """The events of a text. The parser fails on numbers and escapes that are too large for it."""
    loader = yaml.BaseLoader(text)
    try:
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        message = "has an escape or a version that is too large"
        raise UnreadableFile(loader.line + 1, "unreadable-yaml", message) from None
    finally:
        loader.dispose()


def _add_node(
    table: Table, node: yaml.Node, known: frozenset[str], limits: Limits, report: Report
) -> None:
    line = _line(node)
    if table.count >= limits.rows_count:
        raise UnreadableFile(line, "too-many-rows", f"has more than {limits.rows_count} rows")
    if not isinstance(node, yaml.MappingNode):
        broken_row(report, table, line, "not-a-row", "is not a row of `column: value`")
        return
    cells: dict[str, str] = {}
    for key, value in node.value:
        column = clean(key.value) if isinstance(key, yaml.ScalarNode) else ""
        text = _cell(value)
        if column not in known:
            at = _line(key)
            unknown_column(report, table.spec, at, column, known, table.file)
        elif column in cells:
            broken_row(report, table, line, "duplicate-column", f"`{column}` is stated twice")
            return
        elif text is None or len(text) > limits.cell_length:
            message = f"`{column}` is neither text nor a list of texts, or too long"
            broken_row(report, table, line, "bad-cell", message)
            return
        else:
            cells[column] = text
    table.rows.append(Row(line, cells))


def _line(node: yaml.Node) -> int:
    mark = node.start_mark
    return mark.line + 1 if mark else 0


def _cell(node: yaml.Node) -> str | None:
    """The text of a cell; a list becomes its parts between `;`. `None` for anything else."""
    if isinstance(node, yaml.ScalarNode):
        return clean(node.value)
    if isinstance(node, yaml.SequenceNode):
        parts = [clean(part.value) for part in node.value if isinstance(part, yaml.ScalarNode)]
        if len(parts) == len(node.value) and not any(";" in part for part in parts):
            return "; ".join(parts)
    return None
