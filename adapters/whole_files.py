"""Files that are there whole or not at all: written beside their place, then put into it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


class NotWritten(Exception):
    """A file could not be written; every file is as it was. The message is one line."""


def write_whole(path: Path, data: bytes) -> None:
    """Write one file, new or in place of another. Raises `NotWritten`."""
    try:
        _put(_part(path, data), path)
    except (OSError, ValueError) as problem:
        raise NotWritten(f"`{path}` cannot be written: {_why(problem)}") from None


def replace_all(root: Path, new: Mapping[str, bytes], old: Mapping[str, bytes]) -> None:
    """Give files under a folder new contents, all of them or none. Raises `NotWritten`.

    `old` are the contents that were read. A file that says something else by now is left alone.
    """
    parts: dict[str, Path] = {}
    done: list[str] = []
    name = ""
    try:
        for name, data in new.items():
            if (root / name).read_bytes() != old[name]:
                raise NotWritten(f"`{root / name}` was changed in the meantime: nothing is written")
            parts[name] = _part(root / name, data)
        for name, part in parts.items():
            _put(part, root / name)
            done.append(name)
    except (OSError, ValueError) as problem:
        for each in done:
            with suppress(OSError):
                _put(_part(root / each, old[each]), root / each)
        raise NotWritten(f"`{root / name}` cannot be written: {_why(problem)}") from None
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _part(path: Path, data: bytes) -> Path:
    """The data in a file beside the path, with its permissions."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            if path.exists():
                os.chmod(part, stat.S_IMODE(path.stat().st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return part


def _put(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _why(problem: OSError | ValueError) -> str:
    text = problem.strerror if isinstance(problem, OSError) else None
    return (text or "its name is not allowed").lower()
