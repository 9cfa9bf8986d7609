"""Decisions of the engine and of the reference in one plain form, to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import assert_never

from engine.decision import Assignee, Assignment, Decision, Group, Via
from engine.decision import Part as EnginePart
from tests.reference import Part, Parts, Result, Seat, Some, Vote, in_position_of, instead_of

Among = tuple[tuple[int, frozenset[str]], ...]


def of_decision(decision: Decision) -> Result:
    """What both faces must agree on: outcome, code, findings, and who is asked in which step."""
    codes = [decision.held.code] if decision.held is not None else []
    codes += [decision.refused.code] if decision.refused is not None else []
    return Result(
        outcome=str(decision.outcome),
        codes=frozenset(codes),
        steps=tuple(tuple(_part(part) for part in step.parts) for step in decision.steps),
        findings=tuple(sorted({finding.text for finding in decision.findings})),
    )


def _part(of: EnginePart) -> Part:
    match of:
        case Assignment():
            return _assignment(of)
        case Group():
            return Some(of.need, tuple(_part(inner) for inner in of.parts))
        case _:
            assert_never(of)


def _assignment(of: Assignment) -> Part:
    is_filled = of.already >= 0
    if of.body is not None:
        members = frozenset(map(str, of.body.members))
        recorders = frozenset(map(str, of.body.recorders))
        return Vote(str(of.ask), of.word, members, recorders, of.body.present)
    who = frozenset((str(a.person), _on_behalf_of(a)) for a in of.assignees)
    return Seat(str(of.ask), who, of.word, is_filled)


def _on_behalf_of(of: Assignee) -> str:
    principal = str(of.on_behalf_of or "")
    match of.via:
        case Via.ACTING:
            return in_position_of(principal)
        case Via.STAND_IN:
            return instead_of(principal)
        case _:
            return principal


def normal(result: Result) -> Result:
    """The same without what means nothing: the order of parts, groups of one, words.

    A place that is filled already asks nobody; it is left out, and a step with it.
    """
    steps = (_sorted(_votes_once(filter(_asks, map(_simple, parts)))) for parts in result.steps)
    return dataclasses.replace(result, steps=tuple(parts for parts in steps if parts))


def _asks(part: Part) -> bool:
    return not (isinstance(part, Seat) and part.already)


def _votes_once(parts: Iterable[Part]) -> Iterator[Part]:
    """A body that is asked twice at once decides once."""
    seen: set[Part] = set()
    for part in parts:
        if not isinstance(part, Vote) or part not in seen:
            seen.add(part)
            yield part


def _sorted(parts: Iterable[Part]) -> Parts:
    return tuple(sorted(parts, key=_spelled))


def _spelled(part: Part) -> str:
    match part:
        case Seat(ask, who):
            return f"seat {ask} {sorted(who)} {part.already}"
        case Vote(ask, body, members, recorders):
            return f"vote {ask} {body} {sorted(members)} {sorted(recorders)}"
        case Some(need, parts):
            return f"some {need} {[_spelled(inner) for inner in parts]}"
        case _:
            assert_never(part)


def _simple(part: Part) -> Part:
    match part:
        case Seat():
            # who fills a place that is filled already is said at the earlier place
            who = frozenset[tuple[str, str]]() if part.already else part.who
            return dataclasses.replace(part, word="", who=who)
        case Vote():
            return part
        case Some(need, parts, among) if among:
            return _simple(Some(need, _chosen(need, parts, among)))
        case Some(need, parts):
            inside: list[Part] = []
            for inner in map(_simple, parts):
                is_all = isinstance(inner, Some) and inner.need == len(inner.parts)
                if isinstance(inner, Some) and is_all and need == len(parts):
                    inside += inner.parts  # all of all
                else:
                    inside.append(inner)
            need += len(inside) - len(parts)
            filled = [inner for inner in inside if isinstance(inner, Seat) and inner.already]
            if len(inside) == 1 or len(filled) >= need:
                return next(iter(filled), inside[0])
            return Some(need, _sorted(inside))
        case _:
            assert_never(part)


def _chosen(need: int, parts: Parts, among: Among) -> Parts:
    """Places of a choice "k of them from a set": k places of that set, and the others."""
    ((least, persons),) = among
    seat = parts[0]
    if not isinstance(seat, Seat):
        raise TypeError(seat)
    of_set = frozenset(
        (actor, behalf) for actor, behalf in seat.who if (behalf or actor) in persons
    )
    return (dataclasses.replace(seat, who=of_set),) * least + parts[: need - least]
