"""Records of an export, one line after the other: is each canonical, and is none missing?"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final

from engine.canonical import canonical_bytes
from engine.verifying.manifest import Manifest
from engine.verifying.steps import Step

MOST_PROOF: Final = 64  # hashes: a tree with more levels cannot be
MOST_MISSING_LISTED: Final = 20


class LineRefused(Exception):
    """A line is no record at all. The message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its position in the log, its bytes, what they state, and its proof."""

    position: int
    data: bytes
    body: dict[str, Any]
    proof: tuple[bytes, ...]


def line_of(text: bytes) -> tuple[Line, str]:
    """The record of a line, and what keeps its bytes from being canonical; empty for nothing.

    Raises `LineRefused`.
    """
    return line_from(plain_of(text))


def line_from(plain: object) -> tuple[Line, str]:
    """As `line_of`, of what the line states."""
    if not isinstance(plain, dict) or {*plain} != {"position", "body", "proof"}:
        raise LineRefused("expected an object of `position`, `body` and `proof`")
    position, written, proof = plain["position"], plain["body"], plain["proof"]
    if type(position) is not int or position < 1 or not isinstance(written, str):
        raise LineRefused("expected a position from 1, and a body as text")
    if not isinstance(proof, list) or len(proof) > MOST_PROOF:
        raise LineRefused(f"expected a proof of at most {MOST_PROOF} hashes")
    try:
        data = written.encode("utf-8")
        body = plain_of(data)
    except (ValueError, LineRefused) as problem:
        raise LineRefused(f"the body of position {position} cannot be read") from problem
    if not isinstance(body, dict):
        raise LineRefused(f"the body of position {position} is no object")
    is_canonical = _is_canonical(body, data)
    line = Line(position, data, body, tuple(map(_hash, proof)))
    return line, "" if is_canonical else "the body is not in canonical form"


def plain_of(text: bytes) -> object:
    """What a line of JSON states. Raises `LineRefused`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise LineRefused("the line is no JSON") from problem


def _is_canonical(body: object, data: bytes) -> bool:
    try:
        return canonical_bytes(body) == data
    except (ValueError, TypeError, RecursionError):
        return False


def _hash(text: object) -> bytes:
    """A hash out of base64; one of no size where it is none, which no proof accepts."""
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


class Continuity:
    """Step 3: positions ascend; in a contiguous selection none is missing, nor beside it."""

    def __init__(self, manifest: Manifest, size: int, step: Step) -> None:
        self._first, self._last = manifest.first, manifest.last
        self._is_contiguous = manifest.is_contiguous
        self._expected = max(1, manifest.first - 1)
        self._end = min(size, manifest.last + 1)
        self._before = 0
        self.step = step
        step.reach("records")

    def is_inside(self, position: int) -> bool:
        """Whether the record is part of the selection, and not beside it."""
        return self._first <= position <= self._last

    def add(self, line: Line, wrong: str) -> None:
        """One more record."""
        self.step.count += 1
        if wrong:
            self.step.fail(wrong, line.position)
        if line.position <= self._before:
            self.step.fail(f"stands after position {self._before}", line.position)
        self._before = max(self._before, line.position)
        if self._is_contiguous and line.position >= self._expected:
            self._missing(self._expected, line.position)
            self._expected = line.position + 1

    def end(self) -> None:
        """After the last record."""
        if self._is_contiguous:
            self._missing(self._expected, self._end + 1)

    def _missing(self, first: int, end: int) -> None:
        """The positions from `first` to before `end` are not there."""
        missing = range(first, min(end, self._end + 1))
        for position in missing[:MOST_MISSING_LISTED]:
            self.step.fail("the record is missing", position)
        if len(missing) > MOST_MISSING_LISTED:
            rest = missing[MOST_MISSING_LISTED:]
            self.step.fail(f"the records from here to {rest[-1]} are missing", rest[0])
