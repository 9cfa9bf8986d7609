"""What later records of a case rest on, kept in a file beside a small index: memory stays flat.

An entry of the index is a number for a case and version, and where its text stands in the file.
"""

from __future__ import annotations

import json
import tempfile
from types import TracebackType
from typing import Final

from engine.verifying.performing import Body, Kept, kept_after

_WIDTH: Final = 40  # bits for the place in the file; what is above says how long it is


class Remembered:
    """The document and totals of each version of a case, by its number. A context manager."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="countersign-verify-")
        self._index: dict[str, int] = {}
        self._end = 0

    def __enter__(self) -> Remembered:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def after(self, body: Body) -> Kept | None:
        """What is remembered of the version of the case that the record is about, with it."""
        key = f"{body.get('case', '')}/{body.get('version', 0)}"
        before = self._get(key)
        found = kept_after(body, before)
        if found is not None and found != before:
            self._put(key, found)
        return found

    def _get(self, key: str) -> Kept | None:
        place = self._index.get(key)
        if place is None:
            return None
        self._file.seek(place & (1 << _WIDTH) - 1)
        document, received_at, given = json.loads(self._file.read(place >> _WIDTH))
        return Kept(document, received_at, given)

    def _put(self, key: str, kept: Kept) -> None:
        text = json.dumps([kept.document, kept.received_at, kept.given]).encode()
        self._file.seek(self._end)
        self._file.write(text)
        self._index[key] = len(text) << _WIDTH | self._end
        self._end += len(text)
