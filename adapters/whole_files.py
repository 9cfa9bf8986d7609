"""Files that are there whole or not at all: written beside their place, then put into it.

Whoever reads a file sees the old content or the new one. Who may read and write it stays as it was.
"""

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
        part = _part(path, data, path.stat() if path.exists() else None)
        _put(part, path)
    except (OSError, ValueError) as problem:
        raise NotWritten(f"`{path}` cannot be written: {_why(problem)}") from None


def replace_content(path: Path, before: bytes, after: bytes) -> None:
    """Give a file new content, if it still has the content `before`. Raises `NotWritten`."""
    replace_all(path.parent, {path.name: after}, {path.name: before})


def replace_all(root: Path, new: Mapping[str, bytes], old: Mapping[str, bytes]) -> None:
    """Give files under a folder new contents, all of them or none. Raises `NotWritten`.

    `old` are the contents that were read. A file that says something else by now, or is no regular
    file any more, is left alone.
    """
    parts: dict[str, Path] = {}
    done: list[str] = []
    name = ""
    try:
        for name, data in new.items():
            parts[name] = _part(root / name, data, _expect_unchanged(root / name, old[name]))
        for name, part in parts.items():
            _put(part, root / name)
            done.append(name)
    except (OSError, ValueError) as problem:
        for each in done:
            with suppress(OSError):
                _put(_part(root / each, old[each], (root / each).stat()), root / each)
        raise NotWritten(f"`{root / name}` cannot be written: {_why(problem)}") from None
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _expect_unchanged(path: Path, before: bytes) -> os.stat_result:
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with open(number, "rb") as file:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode) or file.read(len(before) + 1) != before:
            raise NotWritten(f"`{path}` was changed in the meantime: nothing is written")
    if not os.access(path, os.W_OK):
        raise NotWritten(f"`{path}` may not be written")
    return status


def _part(path: Path, data: bytes, status: os.stat_result | None) -> Path:
    """The data in a file beside the path, with the owner and mode of the original."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if status is None else 0o600)
    try:
        with open(number, "wb") as file:
            file.write(data)
            if status is not None:
                if hasattr(os, "fchown"):
                    with suppress(OSError):  # only the owner's group, or an administrator, may
                        os.fchown(number, status.st_uid, status.st_gid)
                part.chmod(stat.S_IMODE(status.st_mode))
            file.flush()
            os.fsync(number)
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
