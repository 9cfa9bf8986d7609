"""What the tests of a set exercised: its rules, its bounds from both sides, and its codes.

`countable` lists what could be covered, `covered` looks at the decisions that the tests made. A
decision records its row, its controls and the limits it compared; what it does not record is asked
again here, so that deciding pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from engine.facts.conditions import All, Condition
from engine.money import Money
from engine.places import Place
from engine.policy import Hold, PolicySet, Refuse, Requirement
from rules.checks.wording import value_text
from rules.testing.bounds import Side, bound_text, sites
from rules.testing.observing import (
    DECIDED,
    DECLARED,
    MATCHED,
    MET,
    OPEN,
    bound_key,
    code_key,
    observe,
)
from rules.testing.running import Result


class Sort(StrEnum):
    """The three sorts of things that tests cover."""

    RULE = "rule"
    BOUND = "boundary"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that tests should cover: everything in `needs` must have been seen at its place."""

    sort: Sort
    place: Place
    what: str
    needs: tuple[str, ...] = (DECIDED,)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of some items are covered."""

    hit: int
    total: int

    @property
    def share(self) -> Fraction:
        """The covered share, exactly; all of nothing is covered."""
        return Fraction(self.hit, self.total) if self.total else Fraction(1)

    @property
    def percent(self) -> str:
        """The share for people, never rounded up: `99.9%` is not all."""
        tenths = self.share * 1000 // 1
        return f"{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every item in the order of places, those that are covered, and all codes that came out."""

    items: tuple[Item, ...]
    hit: frozenset[Item]
    codes: Mapping[str, int] = field(default_factory=dict)

    def missed(self) -> tuple[Item, ...]:
        """What no test exercised."""
        return tuple(item for item in self.items if item not in self.hit)

    def counted(self, sort: Sort | None = None, file: str = "") -> Counted:
        """How much is covered, of one sort and in one file where they are named."""
        chosen = [
            item
            for item in self.items
            if sort in (None, item.sort) and file in ("", item.place.file)
        ]
        return Counted(sum(item in self.hit for item in chosen), len(chosen))

    def files(self) -> tuple[str, ...]:
        """The files that have items, by name."""
        return tuple(sorted({item.place.file for item in self.items}))


def coverage(policy: PolicySet, results: Iterable[Result]) -> Coverage:
    """What the tests that passed exercised. A test that failed shows nothing."""
    items = tuple(sorted(countable(policy), key=lambda item: (item.place, item.needs)))
    seen: set[tuple[Place, str]] = set()
    codes: dict[str, int] = {}
    for result in results:
        for made in result.made if result.passed else ():
            found = observe(policy, made)
            seen |= found.seen
            for code in found.codes:
                codes[code] = codes.get(code, 0) + 1
    hit = frozenset(i for i in items if all((i.place, need) in seen for need in i.needs))
    return Coverage(items, hit, dict(sorted(codes.items())))


def countable(policy: PolicySet) -> Iterator[Item]:
    """Everything in the set that tests can exercise."""
    for matrix in policy.matrices:
        for row in matrix.rows:
            yield Item(Sort.RULE, row.place, f"row{_named(row.name)}")
            yield from _of_answer(row.place, row.answer, "held_by_policy")
            yield from _bounds(row.place, (*row.bounds, row.when))
            yield from _required(row.require)
        if matrix.otherwise is not None:
            yield Item(Sort.RULE, matrix.otherwise_place, "otherwise")
            yield from _of_answer(matrix.otherwise_place, matrix.otherwise, "no_row")
    for control in policy.additional:
        yield Item(Sort.RULE, control.place, f"control{_named(control.name)}")
        yield from _of_answer(control.place, control.answer, "held_by_policy")
        yield from _bounds(control.place, (*control.bounds, control.when))
        yield from _required(control.require)
        if control.review is not None:
            code = control.review.code
            yield Item(Sort.CODE, control.place, f"review `{code}`", (code_key(code),))
    yield from _of_people(policy)
    yield from _of_authority(policy)


def _of_people(policy: PolicySet) -> Iterator[Item]:
    for barred in policy.barred:
        yield Item(Sort.RULE, barred.place, f"barred{_named(barred.name)}")
        yield from _bounds(barred.place, (barred.when,))
    for conflict in policy.conflicts:
        yield Item(Sort.RULE, conflict.place, f"conflict{_named(conflict.name)}")
    for mitigation in policy.mitigations:
        yield Item(Sort.RULE, mitigation.place, f"mitigation{_named(mitigation.name)}")
        if mitigation.cap is not None:
            yield _bound(mitigation.place, "cap", mitigation.cap)
    for related in policy.related_parties:
        if related.match:
            yield Item(Sort.RULE, related.place, "related parties: match", (MATCHED,))
        if related.exclude_declared or related.add:
            what = "related parties: declared interest"
            yield Item(Sort.RULE, related.place, what, (DECLARED,))
    for guarantee in policy.guarantees:
        if guarantee.order:
            continue  # proved by the linter; no single decision can show it
        yield Item(Sort.RULE, guarantee.place, f"guarantee{_named(guarantee.name)}")
        for amount in guarantee.above.values():
            yield _bound(guarantee.place, "above", amount)
        yield from _bounds(guarantee.place, (guarantee.when,))


def _of_authority(policy: PolicySet) -> Iterator[Item]:
    for limit in policy.organization.limits:
        who = " and ".join(limit.who) if limit.jointly else ", ".join(limit.who)
        yield Item(Sort.RULE, limit.place, f"limit of {who}")
        if limit.up_to is not None:
            yield _bound(limit.place, "up_to", limit.up_to)
    for rule in policy.delegation:
        yield Item(Sort.RULE, rule.place, "delegation row")
        if rule.cap is not None:
            yield _bound(rule.place, "cap", rule.cap)
    for stand_in in policy.stand_ins:
        yield Item(Sort.RULE, stand_in.place, f"stand-in for `{stand_in.for_role}`")
        if stand_in.up_to is not None:
            yield _bound(stand_in.place, "up_to", stand_in.up_to)
        yield from _required(stand_in.require)
    for check in policy.readiness:
        yield Item(Sort.RULE, check.place, "readiness check", (MET, OPEN))


def _of_answer(place: Place, answer: object, code: str) -> Iterator[Item]:
    """The code that a hold or a refusal gives."""
    match answer:
        case Hold():
            found = answer.code or code
        case Refuse():
            found = answer.code or "refused_by_policy"
        case _:
            return
    yield Item(Sort.CODE, place, f"code `{found}`", (code_key(found),))


def _bounds(place: Place, tests: tuple[Condition, ...]) -> Iterator[Item]:
    """The bounds of a rule; its own first, then those inside its conditions."""
    for site in sites(All(tests)):
        needs = tuple(bound_key(str(site.position), side) for side in Side)
        yield Item(Sort.BOUND, place, f"`{bound_text(site.test)}`", needs)


def _bound(place: Place, word: str, amount: Money) -> Item:
    needs = tuple(bound_key(f"{word}: {amount}", side) for side in Side)
    return Item(Sort.BOUND, place, f"`{word}: {value_text(amount)}`", needs)


def _required(require: Iterable[Requirement]) -> Iterator[Item]:
    """A requirement counts like a bound: a document that meets it, and one that does not."""
    for part in require:
        yield Item(Sort.BOUND, part.place, f"required: `{part.text}`", (MET, OPEN))
        yield from _bounds(part.place, (part.condition,))


def _named(name: str) -> str:
    return f" `{name}`" if name else ""
