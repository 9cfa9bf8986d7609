"""The workload said in the policy language, and master data for the people it names.

A cell (entity, document type) is a matrix with the general ladder; its category and capex ladders
are `additional` rows of the entity's controls file, since every one that matches counts. With
`chains`, one more control asks the supervisors of the requester up to the first whose limit covers.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product

from bench.workload import (
    CURRENCIES,
    DOC_TYPES,
    ENTITIES,
    ENTITY_CURRENCY,
    ENTITY_REGION,
    OPEN_END,
    ROLES,
    Doc,
    Row,
)
from engine.documents.model import Document, Line
from engine.master_data import (
    Absence,
    CostCenter,
    Dated,
    Delegation,
    Holding,
    MasterData,
    Person,
    PersonId,
    Span,
    Supplier,
    snapshot,
)
from engine.money import Money

NOW = datetime(2027, 3, 15, 14, 0, tzinfo=UTC)
OWNERS = frozenset({"cost_center_owner", "budget_holder"})
LEVELS = ("manager", "director", "vp", "chief")
LIMITS = (10_000, 100_000, 1_000_000)  # major units, of the first three levels
BUILT_IN = frozenset({"purchase_order", "journal_entry", "credit_note"})
COUNTRIES = ("DE", "US", "GB", "JP", "KW")


def files(rows: Iterable[Row], *, chains: bool) -> dict[str, bytes]:
    """The files of a set with these rows."""
    texts = {
        "policy.yaml": SET,
        "vocabulary.yaml": _lines("kind: vocabulary", f"documents: [{', '.join(_declared())}]"),
        "organization.yaml": _lines(*_organization()),
        "handling.yaml": HANDLING,
    }
    if chains:
        texts["controls/authority.yaml"] = AUTHORITY
    matrices: dict[tuple[str, str], list[Row]] = {}
    controls: dict[str, list[Row]] = {}
    for row in rows:
        if row.category is None and row.capex is None:
            matrices.setdefault((row.entity, row.doc_type), []).append(row)
        else:
            controls.setdefault(row.entity, []).append(row)
    for (entity, doc_type), found in matrices.items():
        name = f"{entity.lower()}-{doc_type}"
        texts[f"approvals/{name}.yaml"] = _lines(*_matrix(name, entity, doc_type, found))
    for entity, found in controls.items():
        texts[f"controls/{entity.lower()}.yaml"] = _lines(*_controls(entity, found))
    return {path: text.encode() for path, text in texts.items()}


SET = """kind: set
language: 1
name: bench
credits: absolute
fx: {rate: corporate, on: submission, inverse: refuse}
for_all_files: {owner: group_controller}
"""
HANDLING = """kind: handling
delegation:
  - {documents: [purchase_order, vendor_invoice, expense_claim], limit: delegator, longest: 90 days}
"""
AUTHORITY = """kind: controls
scope: group
amount: document.net
currency: EUR
additional:
  - {approve: {chain: supervisors, until: authority_covers}, at: after}
"""


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _declared() -> list[str]:
    return [name for name in DOC_TYPES if name not in BUILT_IN]


def _organization() -> Iterator[str]:
    yield "kind: organization"
    yield "entities:"
    for i, entity in enumerate(ENTITIES):
        region, currency = ENTITY_REGION[entity].lower(), ENTITY_CURRENCY[entity]
        where = f"country: {COUNTRIES[i % len(COUNTRIES)]}, region: {region}"
        yield f"  {entity}: {{{where}, currency: {currency}, zone: Europe/Berlin}}"
    yield f"levels: [{', '.join(LEVELS)}]"
    yield "roles:"
    yield from (f"  {role}: {{}}" for role in ROLES if role not in OWNERS)
    yield "limits:"
    for entity in ENTITIES:
        for level, major in zip(LEVELS, LIMITS, strict=False):
            most = _amount(major * 10 ** CURRENCIES[ENTITY_CURRENCY[entity]], entity)
            bound = f"up_to: {most} {ENTITY_CURRENCY[entity]}"
            yield f"  - {{who: {level}, entity: {entity}, {bound}}}"
    yield f"  - {{who: {LEVELS[-1]}, any_amount: yes}}"


def _matrix(name: str, entity: str, doc_type: str, rows: list[Row]) -> Iterator[str]:
    yield from ("kind: approvals", f"name: {name}", f"scope: {{entities: [{entity}]}}")
    yield from (f"documents: [{doc_type}]", f"currency: {ENTITY_CURRENCY[entity]}")
    yield from ("amount: document.net", "rows:")
    for row in rows:
        yield f"  - {{name: r{row.id}, {_bounds(row)}, approve: [{', '.join(row.roles)}]}}"


def _controls(entity: str, rows: list[Row]) -> Iterator[str]:
    yield from ("kind: controls", f"scope: {{entities: [{entity}]}}", "amount: document.net")
    yield from (f"currency: {ENTITY_CURRENCY[entity]}", "additional:")
    for row in rows:
        tests = [] if row.category is None else [f"category: {row.category}"]
        tests += [] if row.capex is None else [f"capex: {'yes' if row.capex else 'no'}"]
        where = f"documents: [{row.doc_type}], when: {{{', '.join(tests)}}}, {_bounds(row)}"
        yield f"  - {{name: r{row.id}, {where}, approve: [{', '.join(row.roles)}]}}"


def _bounds(row: Row) -> str:
    bounds = f"from: {_amount(row.lo, row.entity)}"
    return bounds if row.hi == OPEN_END else f"{bounds}, below: {_amount(row.hi, row.entity)}"


def _amount(minor: int, entity: str) -> str:
    digits = CURRENCIES[ENTITY_CURRENCY[entity]]
    text = str(minor).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def document(doc: Doc) -> Document:
    """A document of the workload as the engine takes it."""
    currency = doc["currency"]
    line = Line(
        number=1,
        net=Money(doc["amount"], currency),
        category=doc["category"],
        capex=doc["capex"],
        cost_center=doc["cost_center"],
    )
    return Document(
        type=doc["doc_type"],
        id=doc["doc_id"],
        entity=doc["entity"],
        requester=doc["requester"],
        submitter=doc["requester"],
        submitted_at=NOW,
        currency=currency,
        supplier=doc["supplier"],
        category=doc["category"],
        capex=doc["capex"],
        cost_center=doc["cost_center"],
        lines=(line,),
        digest=f"sha256:{doc['doc_id']}",
    )


def master_data() -> MasterData:
    """About 2,000 people: requesters below managers of four levels, two holders of each role in
    each entity, owners of 900 cost centers, 200 delegations, one in twenty away."""
    rng = random.Random(7)
    groups = {
        "chief": [PersonId(f"C{i}") for i in range(5)],
        "vp": [PersonId(f"V{i}") for i in range(25)],
        "director": [PersonId(f"R{i}") for i in range(100)],
        "manager": [PersonId(f"M{i}") for i in range(400)],
        "": [PersonId(f"U{i:04d}") for i in range(1, 401)],
    }
    people = list(_ladder(groups, rng))
    holdings = []
    for entity, role, seat in product(ENTITIES, ROLES, range(2)):
        name = PersonId(f"{entity}-{role}-{seat}")
        people.append(Person(name, name, entity, managers=(Dated(rng.choice(groups["vp"])),)))
        holdings.append(Holding(role, name, entity))
    span = Span(NOW - timedelta(days=10), NOW + timedelta(days=10))
    away = rng.sample([person.id for person in people], len(people) // 20)
    delegators = rng.sample([*groups["manager"], *groups["director"]], 200)
    return snapshot(
        "sha256:people",
        people=people,
        holdings=holdings,
        absences=[Absence(name, span) for name in away],
        delegations=[
            Delegation(f"d{i}", name, rng.choice(groups["director"]), span)
            for i, name in enumerate(delegators)
        ],
        cost_centers=list(_cost_centers(groups["manager"], rng)),
        suppliers=[Supplier(f"S{number:05d}", f"Supplier {number}") for number in range(1, 3001)],
    )


def _ladder(groups: Mapping[str, list[PersonId]], rng: random.Random) -> Iterator[Person]:
    """The people of each level, each below somebody of the level above."""
    above: list[PersonId] = []
    for level, group in groups.items():
        for name in group:
            yield Person(
                id=name,
                name=name,
                entity=rng.choice(ENTITIES),
                managers=(Dated(rng.choice(above)),) if above else (),
                levels=(Dated(level),) if level else (),
            )
        above = group


def _cost_centers(managers: list[PersonId], rng: random.Random) -> Iterator[CostCenter]:
    for number in range(100, 1000):
        yield CostCenter(
            id=f"CC{number}",
            entity="",
            owners=(Dated(rng.choice(managers)),),
            budget_holders=(Dated(rng.choice(managers)),),
        )
