"""Decisions by control: how often each applied, and what came of it. By the trail alone.

A control is told by the place in the policy files that records name, so that two sets which word it
alike are one line each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from adapters.store.opening import Store
from adapters.store.trail import every_record

BATCH: Final = 500
_KEPT_AWAY: Final = frozenset({"segregation", "barred", "related_party_match", "declared_interest"})


@dataclass(slots=True)
class Control:
    """What came of one control: decisions that it applied to, of how many cases; how many of them
    it held or refused; and how many people it kept away, by name and decision."""

    name: str
    place: str
    applied: int = 0
    held: int = 0
    refused: int = 0
    kept_away: int = 0
    cases: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ByControl:
    """All controls that did something, by name, and how many decisions were looked at."""

    decisions: int
    controls: tuple[Control, ...]


def by_control(store: Store, first: date | None = None, last: date | None = None) -> ByControl:
    """The decisions that were recorded on the days from `first` to `last` (UTC, both included)."""
    found: dict[tuple[str, str], Control] = {}
    count = 0
    with store.snapshot() as connection:
        for record in every_record(connection, BATCH):
            day = record.at.date()
            if (first is not None and day < first) or (last is not None and day > last):
                continue
            body = json.loads(record.body)
            decision = body.get("decision")
            if not isinstance(decision, dict):
                continue
            count += 1
            for name, place, what in _did(decision):
                control = found.setdefault((name, place), Control(name, place))
                setattr(control, what, getattr(control, what) + 1)
                control.cases.add(str(body.get("case", "")))
    return ByControl(count, tuple(found[key] for key in sorted(found)))


def _did(decision: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name and place of each control that the decision names, and what it did."""
    held, refused = decision.get("held") or {}, decision.get("refused") or {}
    for reason in decision.get("reasons", ()):
        if reason["code"] != "control_applied":
            continue
        name, place = str(reason["words"].get("control", "")), str(reason["place"])
        yield name, place, "applied"
        if held.get("place") == place:
            yield name, place, "held"
        if refused.get("place") == place:
            yield name, place, "refused"
    for passed in decision.get("passed_over", ()):
        if passed["code"] in _KEPT_AWAY:
            name = passed["words"].get("detail", passed["code"])
            yield str(name), "", "kept_away"
