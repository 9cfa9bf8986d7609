"""Step 1 and 2: an export as a file that anybody may have made, opened within stated bounds.

Everything is looked at in the directory of the archive before anything is unpacked; what is
unpacked is read by streaming, line by line, and never written to a path that the archive names.
"""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from engine.canonical import digest_of_files

MOST_ENTRIES: Final = 100_000
LONGEST_NAME: Final = 300
MOST_UNPACKED: Final = 2**40  # together: a trail of some 100 million records
MOST_RATIO: Final = 250  # unpacked to packed, of an entry of more than `SMALL`
SMALL: Final = 2**20
LONGEST_LINE: Final = 64 * 2**20
CHUNK: Final = 2**16

MANIFEST: Final = "export.json"
RECORDS: Final = "records.jsonl"
DISCLOSURES: Final = "disclosures.jsonl"
CONSISTENCY: Final = "consistency.jsonl"
ROTATIONS: Final = "rotations.jsonl"
STAMPS: Final = "timestamps.jsonl"
POPULATION: Final = "population.csv"
SAMPLE: Final = "sample.json"
README: Final = "readme.txt"
NEEDED: Final = frozenset({MANIFEST, RECORDS, README})
# Bytes that one entry may have unpacked, where it is held in memory as a whole.
HELD: Final = {MANIFEST: 64 * 2**20, SAMPLE: 256 * 2**20, README: 2**20}
MOST_CONTENT_FILE: Final = 2 * 2**30

_CONTENT: Final = re.compile(r"contents/([0-9a-f]{64})/([^\\\x00-\x1f\x7f]+)")
_KNOWN: Final = frozenset(
    {MANIFEST, RECORDS, DISCLOSURES, CONSISTENCY, ROTATIONS, STAMPS, POPULATION, SAMPLE, README}
)


class ArchiveRefused(Exception):
    """The file is no export within the bounds, or does not unpack. The message says why."""


class Archive:
    """An open export. A context manager; everything raises `ArchiveRefused` for what is broken."""

    def __init__(self, path: Path) -> None:
        self._file: zipfile.ZipFile | None = None
        try:
            self._file = zipfile.ZipFile(path)
            self.entries = _checked(self._file, path.stat().st_size)
        except (zipfile.BadZipFile, NotImplementedError, UnicodeError, ValueError) as problem:
            self.close()
            raise ArchiveRefused(f"it is no archive that can be read: {problem}") from problem
        except ArchiveRefused:
            self.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def has(self, name: str) -> bool:
        """Whether there is such an entry."""
        return name in self.entries

    def size_of(self, name: str) -> int:
        """How many bytes an entry has, unpacked, as the directory says."""
        return self.entries[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry, piece by piece."""
        left = self.entries[name].file_size
        with self._open(name) as stream:
            while chunk := _read(stream, name):
                left -= len(chunk)
                if left < 0:
                    raise ArchiveRefused(f"`{name}` is larger than the directory says")
                yield chunk

    def whole(self, name: str) -> bytes:
        """All bytes of an entry that is held in memory."""
        most = HELD.get(name, MOST_CONTENT_FILE)
        if self.size_of(name) > most:
            raise ArchiveRefused(f"`{name}` has more than {most:,} bytes")
        return b"".join(self.chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of an entry, without their ends; an entry that is missing has none."""
        if not self.has(name):
            return
        pieces: list[bytes] = []
        held = 0
        for chunk in self.chunks(name):
            first, *others = chunk.split(b"\n")
            pieces.append(first)
            held += len(first)
            if held > LONGEST_LINE:
                raise ArchiveRefused(f"`{name}` has a line of more than {LONGEST_LINE:,} bytes")
            for other in others:
                yield b"".join(pieces)
                pieces, held = [other], len(other)
        if held:
            yield b"".join(pieces)

    def contents(self) -> dict[str, list[str]]:
        """The files of each content (`sha256:...`), as entries, in the order of their names.

        A content of no files has no entry, and is always there.
        """
        found: dict[str, list[str]] = {digest_of_files({}): []}
        for name in sorted(self.entries):
            if (match := _CONTENT.fullmatch(name)) is not None:
                found.setdefault(f"sha256:{match[1]}", []).append(name)
        return found

    def _open(self, name: str) -> IO[bytes]:
        if self._file is None:
            raise ArchiveRefused("the archive is closed")
        try:
            return self._file.open(self.entries[name])
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as problem:
            raise ArchiveRefused(f"`{name}` cannot be unpacked: {problem}") from problem


def name_within(entry: str) -> str:
    """The name of a file of a content, within its folder."""
    return entry.split("/", 2)[2]


def digest_of_entry(archive: Archive, name: str) -> str:
    """SHA-256 of an entry as it is unpacked."""
    found = hashlib.sha256()
    for chunk in archive.chunks(name):
        found.update(chunk)
    return f"sha256:{found.hexdigest()}"


def digest_of_content(archive: Archive, entries: list[str]) -> str:
    """The name of a content, as `engine.canonical.digest_of_files` has it, without holding it."""
    joined = hashlib.sha256()
    for entry in sorted(entries, key=name_within):
        name = name_within(entry).encode("utf-8")
        joined.update(len(name).to_bytes(8, "big") + name)
        joined.update(archive.size_of(entry).to_bytes(8, "big"))
        for chunk in archive.chunks(entry):
            joined.update(chunk)
    return f"sha256:{joined.hexdigest()}"


def _read(stream: IO[bytes], name: str) -> bytes:
    try:
        return stream.read(CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as problem:
        raise ArchiveRefused(f"`{name}` cannot be unpacked: {problem}") from problem


def _checked(file: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The entries by name, after everything that the directory tells of them was looked at."""
    found = file.infolist()
    if len(found) > MOST_ENTRIES:
        raise ArchiveRefused(f"it has {len(found):,} entries, more than {MOST_ENTRIES:,}")
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in found:
        _check_entry(entry)
        if entry.filename in entries:
            raise ArchiveRefused(f"`{_shown(entry.filename)}` is in it twice")
        entries[entry.filename] = entry
    if sum(entry.file_size for entry in found) > MOST_UNPACKED:
        raise ArchiveRefused(f"it unpacks to more than {MOST_UNPACKED:,} bytes")
    _check_places(found, size)
    missing = sorted(NEEDED - {*entries})
    if missing:
        raise ArchiveRefused(f"there is no `{missing[0]}` in it")
    return entries


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    content = _CONTENT.fullmatch(name)
    is_known = name in _KNOWN or (content is not None and not _leaves(content[2]))
    if not is_known or len(name) > LONGEST_NAME or entry.orig_filename != name:
        raise ArchiveRefused(f"`{_shown(entry.orig_filename)}` is no name of an export")
    mode = entry.external_attr >> 16
    if entry.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
        raise ArchiveRefused(f"`{name}` is no ordinary file")
    if entry.flag_bits & 0x1:
        raise ArchiveRefused(f"`{name}` is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveRefused(f"`{name}` is packed in a way that is not known")
    if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        raise ArchiveRefused(f"`{name}` unpacks to more than {MOST_RATIO} times its size")


def _leaves(path: str) -> bool:
    """Whether a path within a folder leads out of it, or has parts that mean nothing."""
    return any(part in ("", ".", "..") for part in path.split("/"))


def _check_places(entries: list[zipfile.ZipInfo], size: int) -> None:
    """No two entries share bytes: a small file could unpack to a very large one."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise ArchiveRefused(f"`{entry.filename}` overlaps another entry")
        end = entry.header_offset + 30 + len(entry.filename.encode()) + entry.compress_size
    if end > size:
        raise ArchiveRefused("it is cut short")


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[:100])
