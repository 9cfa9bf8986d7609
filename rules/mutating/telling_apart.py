"""A document on which a set and the same set with a fault answer so that a test could tell.

Tried in turn: the documents of the tests; documents at the bounds of every row, also for the need
of each role and with each role vacant; and all of these with the values that the fault is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from engine.decision import Decision
from engine.facts.kinds import Kind
from engine.money import EXPONENTS, Money, parse_amount
from engine.organization import Entity
from engine.places import NOWHERE
from engine.policy import Matrix, PolicySet
from rules.checks.space.cells import TooManyBoxes
from rules.checks.space.ground import ground, scope_entities
from rules.diagnostics import Diagnostics
from rules.mutating.faults import Fault
from rules.mutating.sameness import answer, route
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Scalar
from rules.testing.boundaries import confirmed, control_tries, title, tried_out, tries
from rules.testing.running import Made, Ready, Runner
from rules.testing.specimens import Specimen, Trials, stating
from rules.testing.spelling import expectation, flow, sentence, spelled
from rules.testing.trying import Try
from rules.testing.worlds import Sources, Worlds

_AMOUNT: Final = re.compile(r"(-?[0-9][0-9_]*(?:\.[0-9]+)?)(?: ([A-Z]{3}))?")
MOST_TESTS: Final = 40  # whose documents are tried with other values
DAY: Final = "2027-03-15"  # where the tests of the set state none


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document to try. `specimen` is one that was made up; else it is that of a test.

    `title` is what the name of a test would say of it, `changed` the fact that was given another
    value, and what.
    """

    ready: Ready
    specimen: Specimen | None = None
    entity: Entity | None = None
    title: str = ""
    changed: tuple[str, str] | None = None


class Witnesses:
    """Documents of one set, made once, and tried under many sets with a fault."""

    def __init__(
        self, policy: PolicySet, ready: tuple[Ready, ...], worlds: Worlds, sources: Sources
    ) -> None:
        self._policy = policy
        self._ready = ready
        self._worlds = worlds
        self._runner = Runner(policy, worlds)
        on = next((r.test.on.text for r in ready if r.test.on is not None), DAY)
        self._trials = Trials(policy, sources, on)
        self._answers: dict[int, tuple[Made, ...]] = {}

    def telling(self, other: PolicySet, fault: Fault) -> tuple[str, ...]:
        """Lines of a test that tells the two sets apart; empty where none was found."""
        runner = Runner(other, self._worlds)
        for candidate in self._candidates(fault):
            ours = self._made(candidate)
            theirs = runner.judge(candidate.ready).made
            for here, there in zip(ours, theirs, strict=False):
                if self._shows(here.decision, there.decision):
                    return self._lines(candidate, here)
        return ()

    def _shows(self, ours: Decision, theirs: Decision) -> bool:
        """Whether a test that expects our answer would fail with theirs."""
        if answer(ours) == answer(theirs):
            return False
        wanted, got = (expectation(each, self._policy) for each in (ours, theirs))
        return any(_is_missed(key, text, got.get(key, "[]")) for key, text in wanted.items())

    def _made(self, candidate: Candidate) -> tuple[Made, ...]:
        key = id(candidate.ready)
        if candidate.changed is not None:
            return self._runner.judge(candidate.ready).made
        if key not in self._answers:
            self._answers[key] = self._runner.judge(candidate.ready).made
        return self._answers[key]

    def _candidates(self, fault: Fault) -> Iterator[Candidate]:
        """Those that are made already first; then those made for the fault, near its file."""
        yield from self._tests
        yield from self._specimens
        tests, specimens = (self._near(fault, group) for group in (self._tests, self._specimens))
        values = tuple(_values(fault, self._policy))
        seen: set[str] = set()
        for candidate in specimens:
            for name, text in values:
                yield from self._stating(candidate, name, text, seen)
        for candidate in tests[:MOST_TESTS]:
            for name, text in values:
                yield from self._restated(candidate.ready, name, text)
        yield from self._near(fault, self._of_roles)

    def _near(self, fault: Fault, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Those that the matrix of the fault's file decides; all for a fault in another file."""
        names = {m.name for m in self._policy.matrices if m.file == fault.place.file}
        if not names:
            return candidates
        return tuple(
            candidate
            for candidate in candidates
            if any(made.decision.matrix in names for made in self._made(candidate))
        )

    @cached_property
    def _tests(self) -> tuple[Candidate, ...]:
        return tuple(Candidate(ready) for ready in self._ready)

    @cached_property
    def _specimens(self) -> tuple[Candidate, ...]:
        found: dict[str, Candidate] = {}
        for matrix, entity, tried in self._tries():
            made = tried_out(matrix, entity, tried, self._trials)
            if made is not None and str(made[0]) not in found:
                said = title(matrix, entity, tried, self._policy)
                candidate = self._candidate(made[0], entity, said)
                found.update({str(made[0]): candidate} if candidate else {})
        return tuple(found.values())

    def _tries(self) -> Iterator[tuple[Matrix, Entity, Try]]:
        for matrix in self._policy.matrices:
            try:
                on = ground(self._policy, matrix)
            except TooManyBoxes:
                continue
            for entity in scope_entities(self._policy, matrix.scope):
                for tried in tries(on, entity, self._policy, self._trials.day)[0]:
                    yield matrix, entity, tried
        yield from control_tries(self._trials)

    @cached_property
    def _of_roles(self) -> tuple[Candidate, ...]:
        """Documents for the need of each role, and with the role vacant."""
        found = []
        by_answer = {
            (
                candidate.ready.world.document.entity,
                route(self._made(candidate)[0].decision),
            ): candidate
            for candidate in self._specimens
        }
        for candidate in by_answer.values():
            made = candidate.specimen
            if made is None or candidate.entity is None:
                continue
            for role in self._policy.organization.roles.values():
                if role.body is None:
                    own = replace(made, document={**made.document, "requester": role.name})
                    gone = replace(made, vacant=role.name)
                    for each, why in ((own, "for the need of"), (gone, "without")):
                        said = f"{candidate.title}, {why} {role.name}"
                        found.append(self._candidate(each, candidate.entity, said))
        return tuple(candidate for candidate in found if candidate is not None)

    def _candidate(self, made: Specimen, entity: Entity, said: str) -> Candidate | None:
        ready = self._trials.ready(made, {"outcome": "held"})
        return None if ready is None else Candidate(ready, made, entity, said)

    def _stating(
        self, candidate: Candidate, name: str, text: str, seen: set[str]
    ) -> Iterator[Candidate]:
        if candidate.specimen is None or candidate.entity is None:
            return
        wanted = name or self._amount_of(candidate)
        made = stating(candidate.specimen, self._policy, candidate.entity, wanted, text)
        if made is None or str(made) in seen:
            return
        seen.add(str(made))
        said = f"{candidate.title}, with {wanted} {text}"
        found = self._candidate(made, candidate.entity, said)
        if found is not None:
            yield replace(found, changed=(wanted, text))

    def _amount_of(self, candidate: Candidate) -> str:
        made = self._made(candidate)
        name = made[0].decision.matrix if made else ""
        matrix = next((m for m in self._policy.matrices if m.name == name), None)
        return matrix.amount if matrix is not None else "document.net"

    def _restated(self, ready: Ready, name: str, text: str) -> Iterator[Candidate]:
        """The document of a test with one value changed."""
        fact = self._policy.facts.get(name)
        test = ready.test
        node = Scalar(text, False, NOWHERE)
        if fact is not None and (fact.total is not None or fact.source):
            test = replace(test, facts=_with(test.facts, name, node))
        else:
            test = replace(test, document=_with(test.document, name or "amount", node))
        found = self._runner.ready(ready.file, test, Diagnostics())
        if found is not None:
            yield Candidate(found, changed=(name or "amount", text))

    def _lines(self, candidate: Candidate, made: Made) -> tuple[str, ...]:
        expect = expectation(made.decision, self._policy)
        if candidate.specimen is not None:
            name = f"{candidate.title} {sentence(made.decision, self._policy)}"
            expect = dict(confirmed(candidate.specimen, expect, self._trials))
            return tuple(candidate.specimen.lines(name, expect))
        test = candidate.ready.test
        if candidate.changed is not None:
            name, text = candidate.changed
            said = f"# like `{test.name}` ({test.place}), with `{name}: {text}`"
        else:
            said = f"# `{test.name}` ({test.place}) meets it and does not look at it"
        return said, f"expect: {flow(expect)}"


def _is_missed(key: str, wanted: str, got: str) -> bool:
    """Whether an expectation fails: lists of what must be among others by what they lack."""
    if key in ("outcome", "code", "steps"):
        return wanted != got
    return not set(wanted[1:-1].split(", ")) <= set(got[1:-1].split(", "))


def _with(mapping: MappingNode | None, name: str, node: Scalar) -> MappingNode:
    entries = () if mapping is None else mapping.entries
    kept = tuple((key, value) for key, value in entries if key.text != name)
    return MappingNode((*kept, (Scalar(name, False, NOWHERE), node)), NOWHERE)


def _values(fault: Fault, policy: PolicySet) -> Iterator[tuple[str, str]]:
    """Facts with values worth trying; an empty name is the amount."""
    fact = policy.facts.get(fault.fact)
    kind = Kind.MONEY if fact is None else fact.kind
    seen: dict[str, None] = {}
    for text in fault.values:
        if text in policy.documents:
            yield "document.type", text
        elif kind is Kind.MONEY:
            seen.update(dict.fromkeys(_amounts(text, fault.currency)))
        elif text not in ("present", "missing"):
            seen[text] = None
    if fact is not None:
        match kind:
            case Kind.PAPER:
                seen |= dict.fromkeys(("present", "missing"))
            case Kind.YES_NO:
                seen |= dict.fromkeys(("yes", "no"))
            case Kind.CHOICE | Kind.SCALE | Kind.TEXT:
                seen |= dict.fromkeys(fact.values or ("something_else",))
            case _:
                pass
    for text in seen:
        yield fault.fact, text


def _amounts(text: str, currency: str) -> Iterator[str]:
    """An amount and its neighbours; nothing for other texts."""
    found = _AMOUNT.fullmatch(text)
    known = (found[2] or currency) if found is not None else ""
    if found is None or known not in EXPONENTS:
        return
    amount = parse_amount(found[1].replace("_", ""), known)
    for step in (0, 1, -1):
        yield spelled(Money(amount.minor + step, known))
