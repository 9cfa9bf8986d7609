"""Documents that nobody may approve, for everybody or for some who ask, with the smallest fix.

What is stuck at one word of the policy for one reason is one report, over all entities, rows,
persons and amounts for which it is so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.decision import Held
from engine.master_data import PersonId
from engine.places import NOWHERE, Place
from rules.checks.space import variables as v
from rules.checks.space.regions import Span
from rules.checks.with_people.fixes import smallest_fix
from rules.checks.with_people.settings import is_of_supplier
from rules.checks.with_people.trials import is_given
from rules.checks.with_people.trying import Result, Tried
from rules.checks.with_people.world import World
from rules.checks.wording import facts_text, key_text, span_text
from rules.diagnostics import Diagnostics

MOST_NAMED: Final = 5
MOST_REPORTS: Final = 40  # of one set

# The word or guarantee, the code of the hold, its detail, and what is special of the setting.
Reason = tuple[Place, str, str, str]


@dataclass(slots=True)
class Finding:
    """One reason for being stuck: the first document, and for whom and what it is so."""

    witness: Tried
    is_blocked: bool
    entities: dict[str, None] = field(default_factory=dict)
    people: dict[PersonId, None] = field(default_factory=dict)
    rules: dict[str, None] = field(default_factory=dict)
    spans: set[Span] = field(default_factory=set)


@dataclass(slots=True)
class Findings:
    """What was found so far, by reason; those of everybody apart from those of some."""

    blocked: dict[Reason, Finding] = field(default_factory=dict)
    some: dict[Reason, Finding] = field(default_factory=dict)

    def add(
        self,
        result: Result,
        named: frozenset[tuple[Place, PersonId]],
        unheld: frozenset[tuple[Place, str]],
    ) -> None:
        """Takes over who is stuck, without what another report names.

        `named` are rows and persons, `unheld` words and entities for which nobody is there.
        """
        entity = result.trial.subject.entity.id
        for tried in result.stuck[:1] if result.is_blocked else result.stuck:
            if (reason_of(tried)[0], entity) in unheld:
                continue
            who = tuple(p for _, p in tried.setting.parts) or tried.alike.people
            row = tried.trial.subject.row.place
            is_named = named if not tried.setting.parts else frozenset()
            left = [p for p in who if (row, p) not in is_named]
            if left or result.is_blocked:
                self._add(tried, result.is_blocked, left)

    def _add(self, tried: Tried, is_blocked: bool, people: Iterable[PersonId]) -> None:
        found = self.blocked if is_blocked else self.some
        subject = tried.trial.subject
        place, code, detail, special = reason_of(tried)
        plain = self.blocked.get((place, code, detail, ""))
        if special and plain is not None and tried.trial.span in plain.spans:
            return  # so it is without that supplier or part, too
        one = found.setdefault(reason_of(tried), Finding(tried, is_blocked))
        one.entities[subject.entity.id] = None
        one.rules[subject.name] = None
        one.people |= dict.fromkeys(people)
        one.spans.add(tried.trial.span)


def reason_of(tried: Tried) -> Reason:
    """Why it is stuck, alike for all who are stuck for the same."""
    held = tried.decision.held or Held("", (), NOWHERE, "")
    detail = dict(held.words).get("detail", "")
    special = tried.setting.supplier or " ".join(part for part, _ in tried.setting.parts)
    return held.place, held.code, "" if held.code == "authority_exceeded" else detail, special


def report(world: World, findings: Findings, diagnostics: Diagnostics) -> None:
    """One report for each reason; for everybody an error, for some a warning."""
    shown = 0
    for found in (*findings.blocked.values(), *findings.some.values()):
        shown += 1
        if shown > MOST_REPORTS:
            break
        place, code, detail, _ = reason_of(found.witness)
        message = f"{_who(found)} {_what(found)}: {_why(code, detail)}"
        tried = found.witness
        help = smallest_fix(world, tried)
        where = place if place != NOWHERE else tried.trial.subject.place
        add = diagnostics.error if found.is_blocked else diagnostics.warning
        add("unapprovable", where, message, help, witness_of(tried))
    more = len(findings.blocked) + len(findings.some) - MOST_REPORTS
    if more > 0 and world.policy.matrices:
        message = f"and {more} more reasons for which documents find nobody"
        diagnostics.warning("unapprovable", world.policy.matrices[-1].place, message)


def _who(found: Finding) -> str:
    if found.is_blocked:
        return "nobody can approve documents of"
    if found.witness.setting.parts:
        [(part, _)] = found.witness.setting.parts
        people = people_text(list(found.people))
        return f"nobody can approve, with {people} as {part}, documents of"
    count = len(found.people)
    verb = "finds" if count == 1 else "find"
    return f"{people_text(list(found.people))} {verb} nobody to approve documents of"


def _what(found: Finding) -> str:
    on = found.witness.trial.subject.field.on
    entities = " and ".join(found.entities)
    amounts = ""
    if on.has_amount:
        amounts = f", {spans_text(found.spans, on.space.currency, on.lowest)}"
    names = list(found.rules)
    rules = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    supplier = found.witness.setting.supplier
    of = f", of supplier `{supplier}`" if supplier else ""
    return f"{rules} in {entities}{of}{amounts}"


def _why(code: str, detail: str) -> str:
    if code == "authority_exceeded":
        return "no limit covers the amount (authority_exceeded)"
    if code == "guarantee_broken":
        return f"the route breaks `{detail}` (guarantee_broken)"
    if code == "approves_once":
        return f"nobody may approve twice under `{detail}` (approves_once)"
    if detail.endswith("different persons"):
        return f"it needs {detail} (no_eligible_approver)"
    if detail in ("chain", "requester.manager"):
        return "nobody above may be asked (no_eligible_approver)"
    word, _, objects = detail.partition(" ")
    if objects:
        return f"nobody may act as `{word}` of `{objects}` (no_eligible_approver)"
    return f"nobody may act as `{detail}` (no_eligible_approver)"


def people_text(people: Sequence[str]) -> str:
    """`rita`, or `5 people (`a`, `b` ...)`: all of few, the first of many."""
    named = ", ".join(f"`{person}`" for person in people[:MOST_NAMED])
    if len(people) == 1:
        return named
    more = len(people) - MOST_NAMED
    return f"{len(people)} people ({named}{f' and {more} more' if more > 0 else ''})"


def spans_text(spans: Iterable[Span], currency: str, lowest: int) -> str:
    """The amounts, those that touch joined: `amounts above 75000.000 KWD`."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return " and ".join(span_text(span, currency, lowest) for span in merged)


def witness_of(tried: Tried) -> str:
    """The document: `entity: KW01, requester: karim, amount 75000.001 KWD`."""
    trial = tried.trial
    on = trial.subject.field.on
    parts = [f"entity: {trial.subject.entity.id}", f"requester: {tried.alike.first}"]
    texts = facts_text(on.space, dict(_stated(tried)), trial.region.numbers)
    parts += [text for text in texts if not text.startswith("no line with ")]
    parts += [text for text in tried.setting.text() if text not in parts]
    if on.has_amount:
        parts.append(f"amount {key_text(trial.key, on.space.currency)}")
    return ", ".join(dict.fromkeys(parts))


def _stated(tried: Tried) -> Iterator[tuple[int, int]]:
    """The masks of the case but for what the entity, the moment and the persons say already."""
    field = tried.trial.subject.field
    for number, mask in tried.trial.region.masks.items():
        names = v.facts(field.on.space.variables[number])
        if any(is_given(field.policy, name) for name in names):
            continue
        if tried.setting.supplier and any(is_of_supplier(field.policy, name) for name in names):
            continue
        yield number, mask
