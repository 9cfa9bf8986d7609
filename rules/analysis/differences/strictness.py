"""Which of two answers, bounds or lists asks for more; only where that is certain.

An answer is stricter than another where whoever had to approve, be asked or be shown still has to,
and something is added. A refusal is stricter than a hold, a hold than a route, a route than none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine.money import Money
from engine.policy import Answer, Approve, Hold, NotNeeded, Refuse, Requirement
from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    LevelWord,
    Notify,
    RoleChain,
    RoleWord,
    SupervisorChain,
    Together,
    Word,
    nested,
)
from rules.analysis.differences.essence import essence
from rules.analysis.differences.model import Direction

Scales = tuple[tuple[str, ...], ...]  # levels and orders that the sets state, each ascending
Given = tuple[Answer, tuple[Requirement, ...]]
SAME: Final = None
LOOSER, STRICTER, DIFFERENT = Direction.LOOSER, Direction.STRICTER, Direction.DIFFERENT


@dataclass(frozen=True, slots=True)
class Needs:
    """What steps need for certain: words, and which of them need different persons."""

    words: frozenset[object]
    apart: frozenset[frozenset[object]]


def turned(direction: Direction | None) -> Direction | None:
    """The same difference looked at from the other side."""
    turns = {LOOSER: STRICTER, STRICTER: LOOSER}
    return turns.get(direction, direction) if direction is not None else None


def together(directions: Iterable[Direction | None]) -> Direction | None:
    """One direction for several differences of one thing; `different` where they disagree."""
    found = {direction for direction in directions if direction is not SAME}
    if not found:
        return SAME
    return found.pop() if len(found) == 1 else DIFFERENT


def of_answers(
    old: Answer | None,
    new: Answer | None,
    scales: Scales = (),
) -> Direction | None:
    """How the new answer is to the old one; `None` answers ask nothing."""
    if essence(old) == essence(new):
        return SAME
    ranks = _rank(old), _rank(new)
    if ranks[0] != ranks[1]:
        return STRICTER if ranks[1] > ranks[0] else LOOSER
    if isinstance(old, Approve) and isinstance(new, Approve):
        return of_steps(old.steps, new.steps, scales)
    return DIFFERENT


def of_given(old: Given, new: Given, scales: Scales = ()) -> Direction | None:
    """The same with what is required: of what is held or refused nothing needs to be complete."""
    answers = of_answers(old[0], new[0], scales)
    if _rank(old[0]) != _rank(new[0]) and max(_rank(old[0]), _rank(new[0])) > 1:
        return answers
    return together((answers, of_requirements(old[1], new[1])))


def _rank(answer: Answer | None) -> int:
    match answer:
        case Refuse():
            return 3
        case Hold():
            return 2
        case Approve():
            return 1
        case NotNeeded() | None:
            return 0


def of_steps(old: tuple[Word, ...], new: tuple[Word, ...], scales: Scales = ()) -> Direction | None:
    """How new steps are to the old ones."""
    if _contains(new, old):
        return STRICTER
    if _contains(old, new):
        return LOOSER
    if len(old) != len(new) or (len(old) > 1 and any(map(_may_be_satisfied, (*old, *new)))):
        return DIFFERENT
    return together(of_words(one, other, scales) for one, other in zip(old, new, strict=True))


def _contains(more: tuple[Word, ...], less: tuple[Word, ...]) -> bool:
    """Whether `more` needs all that `less` needs, in the same order, and not less by a chain.

    A chain may be satisfied by an earlier approver whose limit covers: where somebody is added
    before it, nothing is claimed.
    """
    if not (_keeps_order(more, less) and _keeps_chains(more, less)):
        return False
    needs, fewer = _needs(more), _needs(less)
    told = ({essence(word) for word in each if isinstance(word, Notify)} for each in (more, less))
    if len(set(map(frozenset, told))) > 1:
        return False  # to be told is neither more nor less
    return fewer.words <= needs.words and all(
        any(group <= other for other in needs.apart) for group in fewer.apart
    )


def _keeps_chains(more: tuple[Word, ...], less: tuple[Word, ...]) -> bool:
    """Whether the same steps stand before each chain that an earlier approver may satisfy."""
    steps = [essence(word) for word in more]
    return all(
        essence(word) in steps
        and set(steps[: steps.index(essence(word))]) == set(map(essence, less[:number]))
        for number, word in enumerate(less)
        if _may_be_satisfied(word)
    )


def _may_be_satisfied(word: Word) -> bool:
    return any(
        isinstance(inner, RoleChain | SupervisorChain)
        and not inner.chain_only
        and (isinstance(inner, RoleChain) or inner.until_authority)
        for inner in nested(word)
    )


def _keeps_order(more: tuple[Word, ...], less: tuple[Word, ...]) -> bool:
    """Whether the steps of `less` come in `more` in the order they had, alone or with others."""
    steps = iter([_needs((word,)).words for word in more])
    wanted = [_needs((word,)).words for word in less]
    current: frozenset[object] = frozenset()
    for words in wanted:
        while not words <= current:
            following = next(steps, None)
            if following is None:
                return False
            current = following
    return True


def _needs(words: tuple[Word, ...]) -> Needs:
    needed: set[object] = set()
    apart: set[frozenset[object]] = set()
    for word in words:
        if isinstance(word, Together) and word.need == len(word.parts):
            inner = [_needs((part,)) for part in word.parts]
            all_words = frozenset(item for each in inner for item in each.words)
            needed |= all_words
            apart.add(all_words)
        else:
            needed.add(essence(word))
    return Needs(frozenset(needed), frozenset(apart))


def of_words(old: Word, new: Word, scales: Scales) -> Direction | None:
    """How one approver word is to another that stands in its place."""
    if essence(old) == essence(new):
        return SAME
    match old, new:
        case Together(), Together():
            return _of_groups(old, new)
        case (Distinct(need=few, of=of, among=()), Distinct(need=many, of=same, among=())) if (
            essence(of) == essence(same)
        ):
            return STRICTER if many > few else LOOSER
        case (Consult(who=one), Consult(who=other)):
            return of_words(one, other, scales)
        case _:
            return _by_scale(old, new, scales)


def _by_scale(old: Word, new: Word, scales: Scales) -> Direction:
    """Two posts or levels of one scale: the higher is stricter."""
    before, after = _name(old), _name(new)
    for scale in scales:
        if before in scale and after in scale:
            return STRICTER if scale.index(after) > scale.index(before) else LOOSER
    return DIFFERENT


def _name(word: Word) -> str:
    match word:
        case RoleWord(role=name) | BodyWord(role=name) | LevelWord(level=name):
            return name
        case _:
            return ""


def _of_groups(old: Together, new: Together) -> Direction:
    """`at least n of`: more of the same, or the same number of fewer, is stricter."""
    before, after = ({essence(part) for part in each.parts} for each in (old, new))
    if new.need >= old.need and after <= before:
        return STRICTER
    if new.need <= old.need and after >= before:
        return LOOSER
    if len(new.parts) - new.need <= len(old.parts) - old.need and before <= after:
        return STRICTER  # no more may be missing than before, of those who were there
    if len(new.parts) - new.need >= len(old.parts) - old.need and after <= before:
        return LOOSER
    return DIFFERENT


def of_requirements(old: Iterable[Requirement], new: Iterable[Requirement]) -> Direction | None:
    """More is required: stricter."""
    before, after = ({essence(part) for part in each} for each in (old, new))
    return of_sets(before, after, more_is=STRICTER)


def of_sets(old: object, new: object, *, more_is: Direction) -> Direction | None:
    """Two sets, one of which may hold the other."""
    if old == new:
        return SAME
    if not isinstance(old, set | frozenset) or not isinstance(new, set | frozenset):
        return DIFFERENT
    if old < new:
        return more_is
    return turned(more_is) if new < old else DIFFERENT


def of_reaches(
    old: frozenset[str], new: frozenset[str], *, wider_is: Direction
) -> Direction | None:
    """The same where no name at all means everything."""
    if old == new:
        return SAME
    if not old or not new:
        return wider_is if not new else turned(wider_is)
    return of_sets(old, new, more_is=wider_is)


def of_amounts(old: Money | None, new: Money | None, *, more_is: Direction) -> Direction | None:
    """Two amounts of one currency; `None` is without end."""
    if old == new:
        return SAME
    if old is None or new is None:
        return more_is if new is None else turned(more_is)
    if old.currency != new.currency:
        return DIFFERENT
    return more_is if new.minor > old.minor else turned(more_is)
