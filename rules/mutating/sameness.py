"""Whether two sets mean the same, and whether two decisions answer the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Final

from engine.decision import Assignment, Decision, Group, Part
from engine.places import Place
from engine.policy import PolicySet

_NOT_MEANT: Final = ("digest", "lookup", "index", "place", "otherwise_place", "file")


def meaning(value: object) -> object:
    """A compiled value without places and whatever is only looked up faster by."""
    if isinstance(value, Place):
        return None
    if isinstance(value, tuple):
        return tuple(meaning(item) for item in value)
    if isinstance(value, Mapping):
        return tuple((key, meaning(item)) for key, item in value.items())
    if is_dataclass(value) and not isinstance(value, type):
        names = (each.name for each in fields(value) if each.name not in _NOT_MEANT)
        return type(value).__name__, *(meaning(getattr(value, name)) for name in names)
    return value


def same_worlds(first: PolicySet, second: PolicySet) -> bool:
    """Whether tests of the two sets have the same people and documents."""
    return _of_worlds(first) == _of_worlds(second)


def _of_worlds(policy: PolicySet) -> object:
    known = replace(policy.organization, limits=())
    rate = policy.fx.rate_type if policy.fx is not None else ""
    return meaning(known), meaning(policy.facts), policy.documents, rate


def answer(decision: Decision) -> object:
    """Everything of a decision that a test can look at."""
    held, refused = decision.held, decision.refused
    return (
        decision.outcome,
        held.code if held is not None else "",
        refused.code if refused is not None else "",
        decision.amount,
        route(decision),
        tuple((finding.code, finding.text) for finding in decision.findings),
        tuple(review.code for review in decision.reviews),
    )


def route(decision: Decision) -> object:
    """Who is asked, step by step."""
    return tuple(tuple(_part(part) for part in step.parts) for step in decision.steps)


def _part(part: Part) -> object:
    if isinstance(part, Group):
        return part.need, tuple(_part(inner) for inner in part.parts)
    return _place(part)


def _place(place: Assignment) -> object:
    people = tuple((a.person, a.on_behalf_of) for a in place.assignees)
    return place.word, place.ask, place.object, place.as_, place.already, people, place.body
