"""Files, packed by gzip or not, as bounded streams: nothing unpacks to a whole disk."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from adapters.sources.event_logs.rows import LogRefused

MOST_BYTES: Final = 8_000_000_000  # unpacked
LONGEST_LINE: Final = 1_000_000
_CHUNK: Final = 1 << 16
_GZIP: Final = b"\x1f\x8b"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked. Raises `LogRefused` for what cannot be read to its end."""
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            if is_packed:
                with gzip.open(raw, "rb") as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise LogRefused(f"{path.name}: expected a whole file packed by gzip") from None
    except OSError as problem:
        why = (problem.strerror or "unreadable").lower()
        raise LogRefused(f"{path.name}: cannot be read: {why}") from None


def chunks(stream: BinaryIO, most: int = MOST_BYTES) -> Iterator[bytes]:
    """The bytes in pieces. Raises `LogRefused` where there are too many."""
    total = 0
    while piece := stream.read(_CHUNK):
        total += len(piece)
        if total > most:
            raise LogRefused(f"expected at most {most:,} bytes, unpacked; found more")
        yield piece


def lines(stream: BinaryIO, most: int = MOST_BYTES) -> Iterator[str]:
    """The lines as text of UTF-8. Raises `LogRefused` for one that is too long or no text."""
    total = 0
    for number in range(1, most):
        line = stream.readline(LONGEST_LINE + 1)
        if not line:
            return
        total += len(line)
        if len(line) > LONGEST_LINE or total > most:
            raise LogRefused(f"line {number}: expected at most {LONGEST_LINE:,} bytes, found more")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise LogRefused(f"line {number}: expected UTF-8, found something else") from None
