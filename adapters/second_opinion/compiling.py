"""The control rules of a policy set as rulesets that keep inside the fence.

A ruleset that would become too wide is split; a control of which one rule alone does not fit is
left out whole, and by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.second_opinion.fence import OutsideFence, Ruleset, compile_rules
from engine.opinion.controls import ControlRules, Uncovered
from engine.opinion.rules import ControlRule, Sheet

# What another ruleset can mend; everything else is a fault of the rule itself.
TOO_MUCH: Final = frozenset(
    {"too_many_rules", "too_wide", "too_many_tests", "too_many_equal_patterns"}
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Rulesets that together stand for a policy set, and the controls for which they do not."""

    sheet: Sheet
    rulesets: tuple[Ruleset, ...]
    uncovered: tuple[Uncovered, ...]

    @property
    def digest(self) -> str:
        """Names the content."""
        return _digest(self.rulesets)


def compile_controls(controls: ControlRules, sheet: Sheet) -> Compiled:
    """As few rulesets as the limits allow, in the order of the controls."""
    rulesets: list[Ruleset] = []
    uncovered = list(controls.uncovered)
    together: list[ControlRule] = []
    for name, rules in _by_control(controls.rules):
        try:
            alone = compile_rules(rules, sheet)
        except OutsideFence as problem:
            uncovered.append(Uncovered(name, problem.code, problem.reason))
            continue
        wider = _fitting([*together, *rules], sheet)
        if wider is None:
            together = rules
            rulesets.append(alone)
        else:
            together = [*together, *rules]
            rulesets[-1:] = [wider]
    return Compiled(sheet, tuple(rulesets), tuple(uncovered))


def _by_control(rules: tuple[ControlRule, ...]) -> Iterator[tuple[str, list[ControlRule]]]:
    grouped: dict[str, list[ControlRule]] = {}
    for rule in rules:
        grouped.setdefault(rule.control, []).append(rule)
    yield from grouped.items()


def _fitting(rules: list[ControlRule], sheet: Sheet) -> Ruleset | None:
    try:
        return compile_rules(rules, sheet)
    except OutsideFence as problem:
        if problem.code not in TOO_MUCH:
            raise
        return None


def _digest(rulesets: tuple[Ruleset, ...]) -> str:
    whole = hashlib.sha256("\n".join(ruleset.text for ruleset in rulesets).encode())
    return "sha256:" + whole.hexdigest()
