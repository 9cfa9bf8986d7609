"""Whether some documents are all covered, and by which of several.

Shared by the checks that say what can never matter: a row that exceptions take, a limit that a
larger one includes. What was not examined counts as not covered, so nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from engine.money import HIGHEST, LOWEST
from rules.checks.space.cells import Box
from rules.checks.space.possible import Possible
from rules.checks.space.regions import Search

Name = TypeVar("Name", bound=Hashable)


def exist(boxes: Iterable[Box], possible: Possible, low: int = LOWEST, high: int = HIGHEST) -> bool:
    """Whether one of the boxes has a document, with an amount within the keys."""
    within = Box(low, high, {})
    return any(
        (met := box.meet(within)) is not None
        and possible(met.masks, (met.low, met.high)) is not None
        for box in boxes
    )


def all_covered(search: Search, boxes: Sequence[Box], covers: Sequence[Box]) -> bool:
    """Whether no document of the boxes is outside the covers; false where that is not known."""
    unexamined = len(search.unexamined)
    is_left = any(next(search.uncovered(box, covers), None) is not None for box in boxes)
    return not is_left and len(search.unexamined) == unexamined


def hidden_by(
    search: Search, boxes: Sequence[Box], covers: Mapping[Name, Sequence[Box]]
) -> tuple[Name, ...] | None:
    """Those of the covers that are needed to cover every document; `None` where some are left."""
    meeting = {
        name: own
        for name, own in covers.items()
        if any(box.meet(cover) is not None for box in boxes for cover in own)
    }
    if not all_covered(search, boxes, _together(meeting)):
        return None
    for name in tuple(meeting):
        fewer = {other: own for other, own in meeting.items() if other != name}
        if all_covered(search, boxes, _together(fewer)):
            meeting = fewer
    return tuple(meeting)


def _together(covers: Mapping[Name, Sequence[Box]]) -> list[Box]:
    return [box for own in covers.values() for box in own]
