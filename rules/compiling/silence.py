"""Silence never approves: how much somebody's answer counts in an approver word.

The module exists for one rule: no route may be completed by consultations and notices alone, nor by
the person whose need it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    OwnerWord,
    Ratify,
    RequesterWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
    Word,
)

UNCOUNTED: Final = (Consult, Notify, Ratify)  # never an approval


def others_needed(word: Word) -> int:
    """The fewest approvals by somebody other than the requester with which the word is done."""
    match word:
        case RequesterWord() | Consult() | Notify() | Ratify():
            return 0
        case RoleWord() | OwnerWord() | LevelWord() | BodyWord() | SupervisorChain() | RoleChain():
            return 1
        case Together(need, parts):
            return sum(sorted(others_needed(part) for part in parts)[:need])
        case Distinct(need):
            return need
        case First(parts):
            return min(others_needed(part) for part in parts)
        case Signed(who):
            return others_needed(who)
        case _:
            assert_never(word)


def parts_of(word: Word) -> Iterator[Word]:
    """The word and every word inside it."""
    yield word
    match word:
        case Together(parts=parts) | First(parts=parts):
            for part in parts:
                yield from parts_of(part)
        case Distinct(of=inner) | Signed(who=inner) | Consult(who=inner) | Notify(who=inner):
            yield from parts_of(inner)
        case Ratify(by=inner):
            yield from parts_of(inner)
        case SupervisorChain(of=inner) if inner is not None:
            yield from parts_of(inner)
        case _:
            return
