"""The lines of a policy file that a decision points at, so that a reader need not open the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.places import Place

MOST_LINES: Final = 14


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of one file. `first` counts from 1; `is_cut` says that more lines follow."""

    file: str
    first: int
    lines: tuple[str, ...]
    is_cut: bool = False


def excerpt(files: Mapping[str, bytes], place: Place) -> Excerpt | None:
    """The item or mapping that begins at the place: its line, and what is indented below it.

    `None` where the file is not at hand or has no such line.
    """
    content = files.get(place.file)
    if content is None or place.line < 1:
        return None
    lines = content.decode("utf-8", "replace").splitlines()
    if place.line > len(lines):
        return None
    first = lines[place.line - 1]
    indent = len(first) - len(first.lstrip())
    found = [first]
    for line in lines[place.line :]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        found.append(line)
    while found and not found[-1].strip():
        found.pop()
    cut = len(found) > MOST_LINES
    shown = tuple(line[indent:].rstrip() for line in found[:MOST_LINES])
    return Excerpt(place.file, place.line, shown, cut)
