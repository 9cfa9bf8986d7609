"""Documents as people hand them in: a file of JSON, of JSON lines, or standard input. Bounded.

A file holds one document, a list of documents, or one document a line. What is no JSON is a
submission with errors, and the others go on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from engine.documents.json_text import parse_json
from engine.errors import InputError, InputErrors

STANDARD_INPUT: Final = "-"
LINES_SUFFIXES: Final = (".jsonl", ".ndjson")
MOST_BYTES: Final = 16_000_000  # of one document, or of one line
MOST_DOCUMENTS: Final = 1_000_000

Numbered = tuple[int, bytes]  # a line and its number, from 1


class UnreadableInput(Exception):
    """The file as a whole cannot be read. The message is one line."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One document as it came: `raw`, or the errors why there is none.

    `position` is its line, or its place in the list, from 1.
    """

    position: int
    raw: object = None
    errors: tuple[InputError, ...] = ()


@dataclass(frozen=True, slots=True)
class Submissions:
    """What was handed in. `is_batch`: as several documents, even if only one came."""

    documents: Iterator[Submission]
    is_batch: bool


@contextmanager
def submissions(path: str) -> Iterator[Submissions]:
    """The documents of a file, read while they are asked for; `-` is standard input.

    Raises `UnreadableInput`, also later, where a file cannot be read on.
    """
    if path == STANDARD_INPUT:
        yield _read(sys.stdin.buffer, "standard input", False)
        return
    with _opened(path) as stream:
        yield _read(stream, f"`{path}`", path.endswith(LINES_SUFFIXES))


def _read(stream: BinaryIO, name: str, are_lines: bool) -> Submissions:
    lines = (line for line in _lines(stream, name) if line[1].strip())
    first = next(lines, None)
    if first is None:
        raise UnreadableInput(f"there is no document in {name}")
    second = next(lines, None)
    alone = _parsed(first)
    if second is None:
        return _whole(alone)
    if not alone.errors or are_lines:
        return _line_by_line(chain((first, second), lines))
    return _spread([first, second], lines)


def _spread(begun: list[Numbered], lines: Iterator[Numbered]) -> Submissions:
    """What does not end with its first line: one value over many lines, or a broken first line."""
    size = sum(len(line) for _, line in begun)
    for line in lines:
        begun.append(line)
        size += len(line[1])
        if size > MOST_BYTES:
            break
    # Line breaks keep the numbers of lines true in what is said about them.
    empty = b"\n" * (begun[0][0] - 1)
    joined = empty + b"".join(line for _, line in begun)
    whole = _parsed((1, joined)) if size <= MOST_BYTES else None
    if whole is not None and (not whole.errors or _parsed(begun[1]).errors):
        return _whole(whole)
    if whole is None and _parsed(begun[1]).errors:
        raise UnreadableInput(f"a document is larger than {MOST_BYTES:,} bytes")
    return _line_by_line(chain(begun, lines))


def _line_by_line(lines: Iterator[Numbered]) -> Submissions:
    return Submissions(_counted(map(_parsed, lines)), True)


def _whole(found: Submission) -> Submissions:
    """One document, or each document of a list."""
    if isinstance(found.raw, list):
        each = (Submission(position, raw) for position, raw in enumerate(found.raw, start=1))
        return Submissions(_counted(each), True)
    return Submissions(iter((found,)), False)


def _counted(found: Iterator[Submission]) -> Iterator[Submission]:
    for count, submission in enumerate(found, start=1):
        if count > MOST_DOCUMENTS:
            raise UnreadableInput(f"there are more than {MOST_DOCUMENTS:,} documents")
        yield submission


def _parsed(line: Numbered) -> Submission:
    number, data = line
    try:
        return Submission(number, parse_json(data))
    except InputErrors as problem:
        return Submission(number, errors=problem.errors)


def _opened(path: str) -> BinaryIO:
    try:
        if Path(path).is_dir():
            raise UnreadableInput(f"`{path}` is a folder; a file of documents is expected")
        return open(path, "rb")
    except FileNotFoundError:
        raise UnreadableInput(f"there is no file `{path}`") from None
    except (OSError, ValueError) as problem:
        raise UnreadableInput(f"`{path}` cannot be read: {_why(problem)}") from None


def _lines(stream: BinaryIO, name: str) -> Iterator[Numbered]:
    number = 0
    try:
        while line := stream.readline(MOST_BYTES + 1):
            number += 1
            if len(line) > MOST_BYTES:
                raise UnreadableInput(
                    f"line {number} of {name} is longer than {MOST_BYTES:,} bytes"
                )
            yield number, line
    except OSError as problem:
        raise UnreadableInput(f"{name} cannot be read: {_why(problem)}") from None


def _why(problem: OSError | ValueError) -> str:
    text = problem.strerror if isinstance(problem, OSError) else None
    return (text or "its name is not allowed").lower()
