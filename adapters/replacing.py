"""Replacing the content of a file all at once: whoever reads it sees the old one or the new one.

The new content is written beside the file and takes its name when it is complete. Who may read and
write the file stays as it was.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


class NotReplaced(Exception):
    """The file is as it was. The message is one line for the person."""


def replace_content(path: Path, before: bytes, after: bytes) -> None:
    """Give a file new content, if it still has the content `before`. Raises `NotReplaced`."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        status = _expect_unchanged(path, before)
        try:
            _write(part, after, status)
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
    except OSError as problem:
        why = (problem.strerror or "unknown reason").lower()
        raise NotReplaced(f"`{path}` cannot be written: {why}") from None


def _expect_unchanged(path: Path, before: bytes) -> os.stat_result:
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with open(number, "rb") as file:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode) or file.read(len(before) + 1) != before:
            raise NotReplaced(f"`{path}` was changed in the meantime and is left as it is")
    if not os.access(path, os.W_OK):
        raise NotReplaced(f"`{path}` may not be written")
    return status


def _write(part: Path, content: bytes, status: os.stat_result) -> None:
    """Write the whole content under another name, with the owner and mode of the original."""
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(number, "wb") as file:
        file.write(content)
        if hasattr(os, "fchown"):
            with suppress(OSError):  # only the owner's group, or an administrator, may
                os.fchown(number, status.st_uid, status.st_gid)
        part.chmod(stat.S_IMODE(status.st_mode))
        file.flush()
        os.fsync(number)
