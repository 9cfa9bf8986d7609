"""The file of an export: written piece by piece, each entry with its digest, and there as a whole
or not at all."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_MADE: Final = (1980, 1, 1, 0, 0, 0)  # no clock: two exports of one moment are the same
_MODE: Final = 0o600 << 16


class Packing:
    """An archive that is being written. `digests` are those of the entries so far, by name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> str:
        """One entry, and its digest."""
        entry = zipfile.ZipInfo(name, _MADE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = _MODE
        digest = hashlib.sha256()
        with self._archive.open(entry, "w", force_zip64=True) as opened:
            for chunk in chunks:
                digest.update(chunk)
                opened.write(chunk)
        self.digests[name] = f"sha256:{digest.hexdigest()}"
        return self.digests[name]


@contextmanager
def packing(path: Path) -> Iterator[Packing]:
    """Writes a file beside, and puts it in its place at the end; after any exception there is
    none. Nobody but the user can read it."""
    beside = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            with zipfile.ZipFile(opened, "w", allowZip64=True) as archive:
                yield Packing(archive)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
