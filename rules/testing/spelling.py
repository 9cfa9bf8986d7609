"""Values, routes and expectations in the words in which a tests file writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from engine.decision import Ask, Assignment, Decision, Group, Outcome, Part, Step
from engine.facts.kinds import FactValue
from engine.money import Money, decimal_text
from engine.policy import PolicySet
from engine.routing.distinct import leaves
from rules.checks.wording import value_text
from rules.testing.data import OWNERS

_PLAIN: Final = re.compile(
    r"[A-Za-z0-9_.+/][A-Za-z0-9_.%+/ ()'-]*(?<! )|-[0-9][0-9_.]*(?: [A-Z]{3})?"
)


def spelled(value: FactValue, *, is_paper: bool = False) -> str:
    """A fact as a test states it."""
    if is_paper:
        return "present" if value else "missing"
    return quoted(value_text(value))


def quoted(text: str) -> str:
    """A text as YAML takes it inside brackets; in quotes where it has to be."""
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def flow(entries: Mapping[str, str]) -> str:
    """`{a: 1, b: 2}`; the values are YAML already."""
    return "{" + ", ".join(f"{quoted(key)}: {value}" for key, value in entries.items()) + "}"


def spoken(amount: Money) -> str:
    """An amount in a sentence: `10,000.00 USD`."""
    whole, dot, decimals = decimal_text(amount.minor, amount.currency).partition(".")
    return f"{int(whole):,}{dot}{decimals} {amount.currency}"


def expectation(decision: Decision, policy: PolicySet) -> dict[str, str]:
    """What a test expects that wants exactly this answer; each value is YAML."""
    found = {"outcome": str(decision.outcome)}
    if decision.held is not None:
        return {**found, "code": quoted(decision.held.code)}
    if decision.refused is not None:
        return {**found, "code": quoted(decision.refused.code)}
    if decision.outcome is Outcome.ROUTE:
        steps = [_items(step, policy) for step in decision.steps]
        found["steps"] = _listed(_listed(items) for items in steps if items)
    for ask in (Ask.NOTIFY, Ask.CONSULT, Ask.RATIFY):
        words = [_name(place, policy) for place in _places(decision) if place.ask is ask]
        if words:
            found[str(ask)] = _listed(dict.fromkeys(words))
    if decision.findings:
        facts = (finding.text.partition(":")[0] for finding in decision.findings)
        found["findings"] = _listed(dict.fromkeys(map(quoted, facts)))
    if decision.reviews:
        found["reviews"] = _listed(dict.fromkeys(quoted(r.code) for r in decision.reviews))
    return found


def sentence(decision: Decision, policy: PolicySet) -> str:
    """The answer in plain words, for the name of a test."""
    if decision.held is not None:
        return f"is held ({decision.held.code})"
    if decision.refused is not None:
        return f"is refused ({decision.refused.code})"
    if decision.outcome is Outcome.STRAIGHT_THROUGH:
        return "goes straight through"
    steps = [_items(step, policy) for step in decision.steps]
    said = ", then ".join(" and ".join(map(_said, items)) for items in steps if items)
    return f"goes to {said}" if said else "goes to nobody who approves"


def _said(item: str) -> str:
    """`{any: [ceo, cfo]}` as `any of ceo, cfo`."""
    found = re.fullmatch(r"\{(?:at_least: )?(\w+)(?:, of)?: \[?(.*?)\]?\}", item)
    return f"{found[1]} of {found[2]}" if found else item.replace("_", " ")


def _listed(texts: Sequence[str] | Iterator[str] | Mapping[str, None]) -> str:
    return f"[{', '.join(texts)}]"


def _places(decision: Decision) -> Iterator[Assignment]:
    for step in decision.steps:
        for part in step.parts:
            yield from leaves(part)


def _items(step: Step, policy: PolicySet) -> list[str]:
    """Who has to approve in the step, as items of `steps`; nobody who has approved before."""
    new = [leaf for part in step.parts for leaf in leaves(part) if leaf.ask is Ask.APPROVE]
    if all(leaf.already >= 0 for leaf in new):
        return []
    return [item for part in step.parts for item in _item(part, policy)]


def _item(part: Part, policy: PolicySet) -> list[str]:
    if isinstance(part, Assignment):
        return [_name(part, policy)] if part.ask is Ask.APPROVE and part.already < 0 else []
    if part.need == len(part.parts):
        return [item for inner in part.parts for item in _item(inner, policy)]
    return _of_group(part, policy)


def _of_group(group: Group, policy: PolicySet) -> list[str]:
    names = list(dict.fromkeys(_name(a, policy) for a in leaves(group) if a.ask is Ask.APPROVE))
    if not names:
        return []
    if group.need == 1:
        return [flow({"any": _listed(names)})]
    return [flow({"at_least": str(group.need), "of": _listed(names)})]


def _name(place: Assignment, policy: PolicySet) -> str:
    """The word that a policy asks by; of a chain or level, the one person it comes to."""
    if place.word in policy.organization.roles or place.word in (*OWNERS, "requester.manager"):
        return quoted(place.word)
    if len(place.assignees) == 1:
        return quoted(str(place.assignees[0].person))
    return quoted(place.word)
