"""Policy files in folders, brought into the regular layout, or left alone with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from adapters.policy_folder import FolderRefused, read_files
from adapters.whole_files import NotWritten, replace_content
from rules.diagnostics import Diagnostic, Diagnostics
from rules.formatting.formatter import NoPolicyFile, WouldChange, formatted


class State(StrEnum):
    """What became of a file."""

    REGULAR = "regular"
    CHANGED = "changed"
    UNREAD = "unread"
    OTHER = "other"
    UNSAFE = "unsafe"
    UNWRITTEN = "unwritten"


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file before and after; `why` says what keeps it as it is, `reports` what is wrong."""

    path: Path
    state: State
    before: bytes
    after: bytes
    why: str = ""
    reports: tuple[Diagnostic, ...] = ()


class PathRefused(Exception):
    """A path that was named is no policy file or folder. The message is one line."""


def format_files(paths: Iterable[Path]) -> list[Formatted]:
    """Every policy file at some paths, each once; nothing is written. Raises `PathRefused`."""
    found: dict[Path, Formatted] = {}
    for path in paths:
        try:
            files = read_files(path)
        except FolderRefused as refusal:
            raise PathRefused(str(refusal)) from None
        for file, data in files.items():
            done = _formatted(file, data)
            if done.state is State.OTHER and file == path:
                raise PathRefused(done.why)
            found.setdefault(file.absolute(), done)
    return list(found.values())


def written(file: Formatted) -> Formatted:
    """The file, once its new layout is written; or with the reason why it could not be."""
    if file.state is not State.CHANGED:
        return file
    try:
        replace_content(file.path, file.before, file.after)
    except NotWritten as problem:
        return replace(file, state=State.UNWRITTEN, why=str(problem))
    return file


def _formatted(path: Path, data: bytes) -> Formatted:
    found = Diagnostics()
    try:
        after = formatted(str(path), data, found)
    except NoPolicyFile as problem:
        return Formatted(path, State.OTHER, data, data, str(problem))
    except WouldChange as problem:
        return Formatted(path, State.UNSAFE, data, data, str(problem))
    if after is None:
        why = f"{path} cannot be read and is left as it is"
        return Formatted(path, State.UNREAD, data, data, why, found.sorted())
    return Formatted(path, State.REGULAR if after == data else State.CHANGED, data, after)
