"""A policy set as it was in a revision of a git repository: `HEAD~1:policies/acme`.

`git` is run with fixed arguments: what the user wrote is only ever looked up as the name of a tree,
and everything after that goes by object ids. The bounds are those of a folder: no links, nothing
hidden, no `data` or `fixtures`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from adapters.policy_folder import (
    DATA_FOLDERS,
    MOST_BYTES,
    MOST_BYTES_TOGETHER,
    MOST_DEPTH,
    MOST_FILES,
    ROOT_FILE,
    SUFFIXES,
    FolderRefused,
)

MOST_SECONDS: Final = 60
MOST_LISTED: Final = 64_000_000  # bytes of the list of a tree
REGULAR: Final = ("100644", "100755")


def is_revision(text: str) -> bool:
    """Whether the text names a folder in a revision, and no folder that is there."""
    revision, colon, _ = text.partition(":")
    return bool(revision and colon) and not Path(text).exists()


def read_revision(text: str, where: Path | None = None) -> dict[str, bytes]:
    """The files of a set in a revision, by their path within it, in reading order.

    The folder is named from the top of the repository, or from here as `HEAD~1:./acme`. Raises
    `FolderRefused` where there is no git, no such tree, no set in it, or too much.
    """
    shown = "".join(char if char.isprintable() else "?" for char in text)
    git = shutil.which("git")
    if git is None:
        raise FolderRefused(f"`{shown}` is a revision, and there is no `git` to read it with")
    tree = _tree(git, text, shown, where)
    listed = _run(git, ["ls-tree", "-r", "-z", "-l", "--full-tree", tree], where)
    if len(listed) > MOST_LISTED:
        raise FolderRefused(f"`{shown}` holds too many files")
    wanted = dict(_wanted(listed, shown))
    if ROOT_FILE not in wanted:
        raise FolderRefused(f"`{shown}` is no policy set: it has no `{ROOT_FILE}`")
    contents = _contents(git, wanted.values(), where)
    return {name: contents[wanted[name]] for name in sorted(wanted)}


def _tree(git: str, text: str, shown: str, where: Path | None) -> str:
    """The id of the tree that the text names."""
    if "\0" in text or "\n" in text:
        raise FolderRefused(f"there is no `{shown}`: a revision has a name of one line")
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", text.rstrip("/")]
    found = _run(git, asked, where).decode("ascii", "replace").strip()
    if not found.isalnum():
        help = "write it as `REVISION:FOLDER`, such as `HEAD~1:policies/acme`"
        raise FolderRefused(f"there is no folder or revision `{shown}` here; {help}")
    return found


def _wanted(listed: bytes, shown: str) -> Iterable[tuple[str, str]]:
    """Names and object ids of the policy files in a listed tree."""
    together = count = 0
    for entry in listed.split(b"\0"):
        head, _, raw_name = entry.partition(b"\t")
        fields = head.decode("ascii", "replace").split()
        name = raw_name.decode("utf-8", "replace")
        if len(fields) != 4 or fields[0] not in REGULAR or not _is_policy(name):
            continue
        size, count = int(fields[3]), count + 1
        together += size
        if size > MOST_BYTES:
            raise FolderRefused(f"`{name}` in `{shown}` is larger than {MOST_BYTES:,} bytes")
        if count > MOST_FILES or together > MOST_BYTES_TOGETHER:
            raise FolderRefused(f"`{shown}` holds too many policy files, or too large ones")
        yield name, fields[2]


def _is_policy(name: str) -> bool:
    parts = name.split("/")
    return (
        name.endswith(SUFFIXES)
        and len(parts) <= MOST_DEPTH + 1
        and not any(part.startswith(".") for part in parts)
        and DATA_FOLDERS.isdisjoint(parts[:-1])
        and "\N{REPLACEMENT CHARACTER}" not in name
    )


def _contents(git: str, ids: Iterable[str], where: Path | None) -> dict[str, bytes]:
    """The bytes of objects, by id."""
    names = sorted(set(ids))
    answer = _run(git, ["cat-file", "--batch"], where, "\n".join([*names, ""]).encode("ascii"))
    found: dict[str, bytes] = {}
    at = 0
    for name in names:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        found[name] = answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found


def _run(git: str, arguments: list[str], where: Path | None, given: bytes = b"") -> bytes:
    """What git says; nothing where it refuses."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell; arguments are fixed or an object's name
            [git, "--no-pager", "--no-optional-locks", *arguments],
            cwd=where,
            input=given,
            capture_output=True,
            check=False,
            timeout=MOST_SECONDS,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as problem:
        raise FolderRefused(f"git cannot be asked: {type(problem).__name__}") from None
    return done.stdout if done.returncode == 0 else b""
