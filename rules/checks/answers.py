"""What rows answer, compared and counted: equal answers, roles named, approvals for certain."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Final

from engine.places import Place
from engine.policy import Answer, Approve, PolicySet, Requirement, Row
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
    nested,
)

UNBOUNDED: Final = 1_000  # how many a chain may ask is not known to the rules


def shape(value: object) -> object:
    """A value without its places, for comparing; equal shapes mean equal answers."""
    if isinstance(value, Place):
        return None
    if isinstance(value, Requirement):
        return "require", shape(value.condition)
    if isinstance(value, tuple):
        return tuple(shape(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = [shape(getattr(value, field.name)) for field in fields(value)]
        return type(value).__name__, *parts
    return value


def answer_shape(row: Row) -> object:
    """The answer of a row and what it requires, comparable."""
    return shape(row.answer), frozenset(shape(part) for part in row.require)


def words_of(answer: Answer | None) -> tuple[Word, ...]:
    """The steps of an answer that approves; nothing otherwise."""
    return answer.steps if isinstance(answer, Approve) else ()


def every_answer(policy: PolicySet) -> Iterator[Answer | None]:
    """What each row, `otherwise` and control of the set answers."""
    for matrix in policy.matrices:
        yield from (row.answer for row in matrix.rows)
        yield matrix.otherwise
    yield from (control.answer for control in policy.additional)


def approving(word: Word) -> bool:
    """Whether the word can bring an approval by somebody other than the requester."""
    match word:
        case Consult() | Notify() | Ratify() | RequesterWord():
            return False
        case Together(parts=parts) | First(parts=parts):
            return any(approving(part) for part in parts)
        case Distinct(of=inner) | Signed(who=inner):
            return approving(inner)
        case _:
            return True


def roles_named(word: Word) -> frozenset[str]:
    """Every role, body and kind of owner that stands in the word."""
    found: set[str] = set()
    for inner in nested(word):
        match inner:
            case RoleWord(role=role) | BodyWord(role=role):
                found.add(role)
            case OwnerWord(kind=kind):
                found.add(kind)
            case RoleChain(roles=roles):
                found.update(roles)
            case Distinct(among=among):
                found.update(role for _, roles in among for role in roles)
            case _:
                continue
    return frozenset(found)


def levels_named(word: Word) -> frozenset[str]:
    """Every level that stands in the word."""
    found: set[str] = set()
    for inner in nested(word):
        match inner:
            case LevelWord(level=level):
                found.add(level)
            case SupervisorChain(to=level) if level:
                found.add(level)
            case _:
                continue
    return frozenset(found)


def asks_upwards(word: Word) -> bool:
    """Whether who is asked depends on the people above somebody, or on a level."""
    return any(isinstance(inner, SupervisorChain | LevelWord) for inner in nested(word))


@dataclass(frozen=True, slots=True)
class Count:
    """How many different approvers an answer is sure to ask, if nobody holds two posts."""

    named: frozenset[Word]
    others: int

    @property
    def number(self) -> int:
        """The count; a word that stands twice is one person."""
        return len(self.named) + self.others


def counted(words: tuple[Word, ...]) -> Count:
    """The fewest approvers that some steps ask, where every place is another person."""
    named: set[Word] = set()
    others = 0
    for word in words:
        if _is_single(word):
            named.add(_plain(word))
        else:
            others += fewest(word)
    return Count(frozenset(named), others)


def fewest(word: Word) -> int:
    """The fewest approvers that one word asks."""
    match word:
        case Consult() | Notify() | Ratify():
            return 0
        case Together(need=need, parts=parts):
            return sum(sorted(fewest(part) for part in parts)[:need])
        case First(parts=parts):
            return min((fewest(part) for part in parts), default=0)
        case Distinct(need=need):
            return need
        case Signed(who=inner):
            return fewest(inner)
        case SupervisorChain(asks_all=True, steps=steps):
            return steps or UNBOUNDED
        case RoleChain(asks_all=True):
            return UNBOUNDED
        case _:
            return 1


def _is_single(word: Word) -> bool:
    return isinstance(_plain(word), RoleWord | OwnerWord | BodyWord)


def _plain(word: Word) -> Word:
    """The word without its place and its signature, so that it is the same wherever it stands."""
    match word:
        case Signed(who=inner):
            return _plain(inner)
        case RoleWord(role=role):
            return RoleWord(role)
        case OwnerWord(kind=kind):
            return OwnerWord(kind)
        case BodyWord(role=role):
            return BodyWord(role)
        case _:
            return word
