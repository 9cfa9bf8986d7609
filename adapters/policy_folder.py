"""A policy set as it lies in a folder: the bytes of its files, and nothing else of the disk.

A folder is a draft and may come from anywhere, so the reading is bounded and stays inside it:
regular files named `*.yaml` or `*.yml`, no links, nothing hidden. Folders named `data` or
`fixtures` hold master data for tests and demonstrations, not policy, and are left out.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

MOST_FILES: Final = 2_000
MOST_FOLDERS: Final = 2_000
MOST_DEPTH: Final = 16
MOST_BYTES: Final = 4_000_000  # of one file; the reader has a lower limit of its own
MOST_BYTES_TOGETHER: Final = 64_000_000
SUFFIXES: Final = (".yaml", ".yml")
ROOT_FILE: Final = "policy.yaml"
DATA_FOLDERS: Final = frozenset({"data", "fixtures"})


class FolderRefused(Exception):
    """The folder cannot be read as a policy set. The message is one line for the person."""


def read_set(path: Path | str) -> dict[str, bytes]:
    """The files of a set by their path within it (`approvals/us.yaml`), in reading order.

    Raises `FolderRefused` for what is no folder, has no `policy.yaml`, or is beyond the bounds.
    """
    root = Path(path)
    _expect_folder(root)
    found: dict[str, bytes] = {}
    together = 0
    for name in _names(root):
        content = _content(root, name)
        together += len(content)
        if together > MOST_BYTES_TOGETHER:
            raise FolderRefused(
                f"`{_shown(root)}` holds more than {MOST_BYTES_TOGETHER:,} bytes of policy files"
            )
        found[name] = content
    if ROOT_FILE not in found:
        raise FolderRefused(
            f"`{_shown(root)}` is no policy set: it has no `{ROOT_FILE}`{_elsewhere(root)}"
        )
    return found


def read_files(path: Path | str) -> dict[Path, bytes]:
    """The policy files of a folder that may hold several sets, or one named file, by their path.

    Raises `FolderRefused` for what is not there, for links and other files, and beyond the bounds.
    """
    root = Path(path)
    if root.is_dir():
        return {root / name: _content(root, name) for name in _names(root)}
    if not os.path.lexists(root):
        raise FolderRefused(f"there is no file or folder `{_shown(root)}`")
    if root.is_symlink():
        raise FolderRefused(f"`{_shown(root)}` is a link, and links are not followed")
    if not root.name.endswith(SUFFIXES):
        raise FolderRefused(f"`{_shown(root)}` is no policy file: its name ends otherwise")
    return {root: _content(root.parent, root.name)}


def _expect_folder(root: Path) -> None:
    try:
        mode = root.stat().st_mode
    except FileNotFoundError:
        raise FolderRefused(f"there is no folder `{_shown(root)}`") from None
    except (OSError, ValueError) as problem:
        raise FolderRefused(f"`{_shown(root)}` cannot be read: {_why(problem)}") from None
    if not stat.S_ISDIR(mode):
        raise FolderRefused(f"`{_shown(root)}` is a file; a policy set is a folder")


def _names(root: Path) -> list[str]:
    """Paths within the folder of every policy file, sorted; links are not followed."""
    names: list[str] = []
    waiting = [""]
    folders = 0
    while waiting:
        within = waiting.pop()
        folders += 1
        if folders > MOST_FOLDERS or within.count("/") > MOST_DEPTH:
            raise FolderRefused(f"`{_shown(root)}` has too many folders, or too deep ones")
        for entry in _entries(root, within):
            name = f"{within}{entry.name}"
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting += [] if entry.name in DATA_FOLDERS else [f"{name}/"]
            elif entry.name.endswith(SUFFIXES) and entry.is_file(follow_symlinks=False):
                names.append(name)
        if len(names) > MOST_FILES:
            raise FolderRefused(f"`{_shown(root)}` has more than {MOST_FILES:,} policy files")
    return sorted(names)


def _entries(root: Path, within: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / within) as entries:
            return list(entries)
    except OSError as problem:
        raise FolderRefused(f"`{_shown(root / within)}` cannot be read: {_why(problem)}") from None


def _content(root: Path, name: str) -> bytes:
    """The bytes of one file; opened without following a link put there in the meantime."""
    path = root / name
    try:
        name.encode("utf-8")
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | _NO_WAIT)
        with open(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FolderRefused(f"`{_shown(path)}` is not a regular file")
            content = file.read(MOST_BYTES + 1)
    except UnicodeEncodeError:
        raise FolderRefused(f"`{_shown(path)}` has a name that is not UTF-8") from None
    except OSError as problem:
        raise FolderRefused(f"`{_shown(path)}` cannot be read: {_why(problem)}") from None
    if len(content) > MOST_BYTES:
        raise FolderRefused(f"`{_shown(path)}` is larger than {MOST_BYTES:,} bytes")
    return content


_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)  # a pipe put in place of a file must not block


def _elsewhere(root: Path) -> str:
    """Where a set is, if the folder is one of sets: what people mistake most often."""
    try:
        below = sorted(child.parent.name for child in root.glob(f"*/{ROOT_FILE}"))
    except OSError:
        return ""
    return f"; there is one in {', '.join(f'`{name}`' for name in below[:5])}" if below else ""


def _shown(path: Path) -> str:
    """The path for a message: printable, on one line."""
    text = str(path).encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(char if char.isprintable() else "?" for char in text)


def _why(problem: OSError | ValueError) -> str:
    text = problem.strerror if isinstance(problem, OSError) else None
    return (text or "its name is not allowed").lower()
