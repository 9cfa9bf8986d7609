"""Documents made up for a rule, as tests write them, and what the set decides about them.

A specimen states no more than it has to. What the decision lacks is given a harmless value, until
the set decides or nothing helps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from engine.facts.kinds import FactValue, Kind
from engine.facts.vocabulary import Of
from engine.money import Money
from engine.organization import Entity
from engine.policy import Matrix, PolicySet
from rules.checks.space.examples import harmless
from rules.diagnostics import Diagnostics
from rules.testing.forms import read_tests
from rules.testing.running import Made, Ready, Result, Runner
from rules.testing.spelling import flow, quoted, spelled
from rules.testing.worlds import Sources, Worlds

SUPPLIER: Final = "supplier_1"
FILE: Final = "tests/specimen.yaml"
MOST_FACTS: Final = 12  # given a harmless value before it is given up
SUMS: Final = frozenset({"document.net", "document.gross", "commitment.net"})
_OWN: Final = ("entity", "entity.country", "entity.region", "entity.currency")

Parts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Specimen:
    """One document with what a test states beside it; every value is YAML already."""

    document: Parts
    facts: Parts = field(default_factory=dict)
    suppliers: Parts = field(default_factory=dict)
    requester: Parts = field(default_factory=dict)
    entities: Mapping[str, Parts] = field(default_factory=dict)
    vacant: str = ""
    on: str = ""

    def given(self) -> str:
        """The people and suppliers it needs, as YAML; empty for none."""
        found: Parts = {}
        if self.suppliers:
            found["suppliers"] = flow({SUPPLIER: flow(self.suppliers)})
        if self.requester:
            found["people"] = flow({"requester": flow(self.requester)})
        if self.entities:
            found["entities"] = flow({id: flow(parts) for id, parts in self.entities.items()})
        if self.vacant:
            found["vacant"] = f"[{self.vacant}]"
        return flow(found) if found else ""

    def lines(self, name: str, expect: Mapping[str, str]) -> list[str]:
        """The test as it stands in a file, without its indentation."""
        found = [f"- name: {quoted(name)}"]
        if self.on:
            found.append(f"  on: {self.on}")
        if self.given():
            found.append(f"  given: {self.given()}")
        found.append(f"  document: {flow(self.document)}")
        if self.facts:
            found.append(f"  facts: {flow(self.facts)}")
        found.append(f"  expect: {flow(expect)}")
        return found


def specimen(
    policy: PolicySet,
    matrix: Matrix,
    entity: Entity,
    facts: Mapping[str, FactValue],
    amount: Money | None,
) -> Specimen | None:
    """A document of the matrix with these facts; `None` where one cannot be stated in a test."""
    kind = facts.get("document.type")
    types = sorted(matrix.documents)
    document = {"type": quoted(str(kind) if kind is not None else usual_type(types))}
    if len(policy.organization.entities) > 1:
        document["entity"] = quoted(entity.id)
    found: Specimen | None = Specimen(document)
    stated = dict(facts)
    if amount is not None:
        stated[matrix.amount or "document.net"] = amount
    for name, value in stated.items():
        found = None if found is None else with_fact(found, policy, entity, name, value)
    if found is not None and "amount" not in found.document:
        currency = amount.currency if amount is not None else entity.currency
        found.document["amount"] = spelled(Money(100, currency))
    return found


def usual_type(types: list[str]) -> str:
    """The type of document that readers know best."""
    known = ("purchase_order", "requisition", "invoice")
    return next((name for name in known if name in types), types[0])


def with_fact(
    found: Specimen, policy: PolicySet, entity: Entity, name: str, value: FactValue
) -> Specimen | None:
    """The specimen with one more fact, where a test states it; `None` where none can."""
    if name == "document.type":
        return found
    if name in _OWN:
        own = (entity.id, entity.country, entity.region, entity.currency)
        return found if value == dict(zip(_OWN, own, strict=True))[name] else None
    fact = policy.facts.get(name)
    is_paper = fact is not None and fact.kind is Kind.PAPER
    return stating(found, policy, entity, name, spelled(value, is_paper=is_paper))


def stating(
    found: Specimen, policy: PolicySet, entity: Entity, name: str, text: str
) -> Specimen | None:
    """The specimen with one more fact as YAML; `None` where no test states it."""
    fact = policy.facts.get(name)
    if name in SUMS:
        return replace(found, document={**found.document, "amount": text})
    if fact is None or name in ("now", "requester.limit"):
        return None
    if fact.total is not None or fact.source or name.startswith("contract."):
        return replace(found, facts={**found.facts, name: text})
    short = name.rpartition(".")[2]
    match fact.of:
        case Of.SUPPLIER:
            column = "group" if name in ("supplier_group", "supplier.group") else short
            document = {**found.document, "supplier": SUPPLIER}
            return replace(found, suppliers={**found.suppliers, column: text}, document=document)
        case Of.PERSON if not name.startswith("approver."):
            return replace(found, requester={**found.requester, short: text})
        case Of.ENTITY:
            own_facts = {**found.entities.get(entity.id, {}), short: text}
            return replace(found, entities={**found.entities, entity.id: own_facts})
        case Of.LINE if name.startswith("line."):
            return None
        case Of.DOCUMENT | Of.LINE:  # what the document states holds for each of its lines
            return replace(found, document={**found.document, _field(name): text})
        case _:
            return None


def _field(name: str) -> str:
    """The field of a document that states a built-in fact."""
    special = {"document.date": "document_date"}
    return special.get(name, name.removeprefix("document."))


class Trials:
    """Decides specimens under one set, in the world that a test of it would have."""

    def __init__(self, policy: PolicySet, sources: Sources, on: str) -> None:
        self.policy = policy
        self.on = on
        self.day = date.fromisoformat(on[:10])
        self.runner = Runner(policy, Worlds(policy, sources))

    def ready(self, tried: Specimen, expect: Mapping[str, str]) -> Ready | None:
        """The specimen as a test; `None` where it is no document that could be tested."""
        lines = tried.lines("specimen", expect)
        head = ["kind: tests", f"on: {self.on}", "tests:"]
        text = "\n".join([*head, *(f"  {line}" for line in lines)])
        found = Diagnostics()
        files = read_tests({FILE: f"{text}\n".encode()}, found)
        tests = [(file, test) for file in files for test in file.tests]
        if found.has_errors or not tests:
            return None
        return self.runner.ready(*tests[0], found)

    def run(self, tried: Specimen, expect: Mapping[str, str]) -> Result | None:
        """The specimen run as a test; `None` where it is none."""
        ready = self.ready(tried, expect)
        return None if ready is None else self.runner.judge(ready)

    def decided(self, tried: Specimen, entity: Entity) -> tuple[Specimen, Made] | None:
        """The specimen with what the set asks for, and the decision."""
        for _ in range(MOST_FACTS):
            result = self.run(tried, {"outcome": "held"})
            if result is None or not result.made:
                return None
            made = result.made[0]
            more = self._supplied(tried, entity, made)
            if more is None:
                return tried, made
            tried = more
        return None

    def _supplied(self, tried: Specimen, entity: Entity, made: Made) -> Specimen | None:
        """The specimen with a harmless value for a fact that the decision lacks."""
        held = made.decision.held
        if held is None or held.code != "fact_missing":
            return None
        names = dict(held.words).get("detail", "").split(", ")
        more: Specimen | None = tried
        for name in names:
            fact = self.policy.facts.get(name)
            if fact is None or more is None:
                return None
            if name in tried.facts or name in tried.document:
                return None
            value = harmless(fact, entity.currency, made.now)
            more = with_fact(more, self.policy, entity, name, value)
        return more if more != tried else None
