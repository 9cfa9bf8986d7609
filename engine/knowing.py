"""What is known when a document is decided: its own facts, and those of what it names.

`situate` looks up the entity, the persons and the related master data once. A fact that cannot be
known is left out; where the reason is known, `Known.why_missing` carries it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.business_time import local_day
from engine.commitment import commitment_net
from engine.decision import Comparison, Held, Passed, Reason
from engine.documents.derived import OwnFacts, stated_on
from engine.documents.model import Document
from engine.facts.kinds import FactValue, FactValues, Kind
from engine.facts.truth import Known
from engine.history import NO_HISTORY, History
from engine.master_data import Holding, MasterData, PersonId, Supplier, current
from engine.matching import scope_keys
from engine.money import Exact, Money
from engine.organization import Entity, Limit
from engine.places import Place
from engine.policy import PolicySet, ScopeKey
from engine.rates import Converter, FxChoice, Shortage
from engine.routing.asked import NO_MOMENTS, Moments
from engine.routing.course import Escalation
from engine.segregation.ground import Ground
from engine.values import value


@value
class Basis:
    """The amount that bounds are compared with; `None` where it is not known.

    `amount` is in the currency of the bounds, `stated` in that of the document: every comparison
    converts once, from what was stated. `known` carries `stated` as the pseudo-fact `amount`.
    """

    amount: Money | Exact | None
    key: int | None
    known: Known
    stated: Money | Exact | None = None


@dataclass(slots=True)
class Situation:
    """One document at one moment under one set, with everything looked up.

    `day` is the local day of the entity, `scopes` are the keys under which its rules are found.
    `involved` are the persons the document names, by the part they play. `amount` is the deciding
    matrix's amount as the document states it, once there is one; `is_unmeasured`: it has none
    (`amount: none`), so that there is none to be known either. `history` is what people did
    before, `ground` what of it matters, once that was asked; `escalations` are the places of the
    route that were silent, `moments` since when others are asked, `stayed` where a delegate got
    nothing because of that: by delegator, whose place it is, and where it stands.
    `passed` collects whom the resolution passed over, `bars` what bars persons, with the rule,
    `held` who holds the roles that were asked, `limits` what persons have alone, `gaps` what kept a
    limit or a condition on a person from being asked, `compared` the limits that the amount was
    compared with, `bases` the amounts that bounds are compared with, by fact and currency, and
    what was known when they were found.
    """

    policy: PolicySet
    data: MasterData
    document: Document
    now: datetime
    entity: Entity
    day: date
    known: Known
    requester: PersonId
    beneficiaries: frozenset[PersonId]
    involved: Mapping[str, PersonId]
    supplier: Supplier | None
    scopes: tuple[ScopeKey, ...]
    history: History = NO_HISTORY
    escalations: tuple[Escalation, ...] = ()
    moments: Moments = NO_MOMENTS
    stayed: set[tuple[PersonId, PersonId, Place | None, str, str | None]] = field(
        default_factory=set
    )
    amount: Money | Exact | None = None
    is_unmeasured: bool = False
    passed: dict[tuple[PersonId, str, str], Passed] = field(default_factory=dict)
    bars: dict[PersonId, tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=dict)
    held: dict[str, tuple[Holding, ...]] = field(default_factory=dict)
    limits: dict[PersonId, tuple[Limit, ...]] = field(default_factory=dict)
    gaps: list[Shortage] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    compared: dict[tuple[Place, str, str], Comparison] = field(default_factory=dict)
    bases: dict[tuple[str, str], tuple[Known, Basis | Held]] = field(default_factory=dict)
    ground: Ground | None = None

    def pass_over(self, person: PersonId, code: str, word: str, **words: str) -> None:
        """Notes why somebody was looked at and is not asked."""
        self.passed.setdefault(
            (person, code, word), Passed(person, code, word, tuple(sorted(words.items())))
        )


def situate(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: FactValues,
    own: OwnFacts | None = None,
) -> Situation | Shortage:
    """Everything that is known of the document; a shortage where that cannot even begin.

    `own` is what the document states, where that has been worked out already.
    """
    entity = policy.organization.entities.get(document.entity)
    if entity is None:
        return Shortage("entity_unknown", document.entity)
    persons = _persons(data, document, now)
    if isinstance(persons, Shortage):
        return persons
    contract = _contract_fault(policy, data, document)
    if contract:
        return Shortage("contract_unknown", contract)
    day = local_day(now, entity.zone)
    converter = Converter(data.rates, policy.fx, rate_day(policy.fx, document, entity, day))
    own = own or stated_on(document)
    missing: dict[str, Shortage] = {}
    supplier = data.suppliers.get(document.supplier) if document.supplier else None
    values = {**own.values, **of_entity(entity, data), **_of_supplier(document, supplier)}
    _add_related(values, data, document, persons, now)
    values["now"] = day
    commitment, reasons = commitment_net(document, data, entity, own.net)
    if isinstance(commitment, Shortage):
        missing["commitment.net"] = commitment
    elif commitment is not None:
        values["commitment.net"] = commitment
    values.update(_stated(policy, given))
    return Situation(
        policy=policy,
        data=data,
        document=document,
        now=now,
        entity=entity,
        day=day,
        known=Known(values, converter, own.lines, missing),
        requester=persons["requester"],
        beneficiaries=frozenset(_beneficiaries(persons)),
        involved=persons,
        supplier=supplier,
        scopes=scope_keys(entity, document.type),
        reasons=reasons,
    )


def as_compared(policy: PolicySet, amount: Money | Exact) -> Money | Exact:
    """The amount as bounds see it: of a credit its size, where the set takes credits so."""
    if policy.credits != "absolute" or amount.minor >= 0:
        return amount
    return type(amount)(-amount.minor, amount.currency)  # type: ignore[arg-type]


def _add_related(
    values: dict[str, FactValue],
    data: MasterData,
    document: Document,
    persons: Mapping[str, PersonId],
    now: datetime,
) -> None:
    """What is known of contract and requester; and everybody by his id, whatever names him."""
    requester = persons["requester"]
    values.update(_of_contract(document, data))
    values.update(_of_person("requester", data, requester, now))
    values.update(data.people[requester].facts)
    values.update({part: person for part, person in persons.items() if part in values})
    _department(document, data, values)


def _beneficiaries(persons: Mapping[str, PersonId]) -> list[PersonId]:
    return [person for part, person in persons.items() if part.startswith("beneficiary")]


def _stated(policy: PolicySet, given: FactValues) -> dict[str, FactValue]:
    """The facts from outside, without papers that are said not to be there."""
    return {
        name: value
        for name, value in given.items()
        if value is not False
        or name not in policy.facts
        or policy.facts[name].kind is not Kind.PAPER
    }


def _persons(data: MasterData, document: Document, now: datetime) -> dict[str, PersonId] | Shortage:
    """Every person the document names, resolved from id or login as of the moment."""
    named = {
        "requester": document.requester,
        "submitter": document.submitter,
        "buyer": document.buyer,
        "receiver": document.receiver,
    }
    named.update({f"beneficiary {n}": name for n, name in enumerate(document.beneficiaries)})
    found: dict[str, PersonId] = {}
    for part, name in named.items():
        if not name:
            continue
        person = data.person_of(name, now) or data.person_of(name, document.submitted_at)
        if person is None or person not in data.people:
            return Shortage("person_unknown", name)
        found[part] = person
    if "requester" not in found:
        return Shortage("fact_missing", "requester")
    return found


def rate_day(
    choice: FxChoice | None, document: Document, entity: Entity, today: date
) -> date | None:
    """The local day whose rates count for a document; `None` where it does not state it."""
    if choice is None or choice.on == "decision":
        return today
    if choice.on == "submission":
        return local_day(document.submitted_at, entity.zone)
    return document.document_date if choice.on == "document_date" else document.posting_date


def of_entity(entity: Entity, data: MasterData) -> dict[str, FactValue]:
    """What is known of the entity, declared and in master data."""
    return {
        "entity": entity.id,
        "entity.country": entity.country,
        "entity.region": entity.region,
        "entity.currency": entity.currency,
        **data.entity_facts.get(entity.id, {}),
    }


def _of_supplier(document: Document, supplier: Supplier | None) -> dict[str, FactValue]:
    if supplier is None:
        return {}
    group = supplier.group or supplier.id
    stated = {"supplier.status": supplier.status, "supplier.country": supplier.country}
    return {
        "supplier.group": group,
        "supplier_group": group,
        **{name: value for name, value in stated.items() if value},
        **supplier.facts,
    }


def _contract_fault(policy: PolicySet, data: MasterData, document: Document) -> str:
    """A named contract that nobody knows, or of another supplier, where the set asks for one."""
    lookup = policy.lookup
    if not document.contract or document.type == "contract" or lookup is None:
        return ""
    if not any(fact.split(".")[0] == "contract" for fact in lookup.reads):
        return ""
    contract = data.contracts.get(document.contract)
    if contract is None:
        return document.contract
    groups = {_group(data, name) for name in (contract.supplier, document.supplier) if name}
    return f"{document.contract} of {contract.supplier}" if len(groups) > 1 else ""


def _group(data: MasterData, supplier: str) -> str:
    known = data.suppliers.get(supplier)
    return (known.group if known is not None else "") or supplier


def _of_contract(document: Document, data: MasterData) -> dict[str, FactValue]:
    contract = data.contracts.get(document.contract) if document.contract else None
    if contract is None:
        return {}
    return {"contract.net": contract.net, "contract.original": contract.original}


def _of_person(
    part: str, data: MasterData, person: PersonId, now: datetime
) -> dict[str, FactValue]:
    who = data.people[person]
    level = current(who.levels, now)
    values: dict[str, FactValue] = {f"{part}.{name}": value for name, value in who.facts.items()}
    if level:
        values[f"{part}.level"] = level
    if who.department:
        values[f"{part}.department"] = who.department
    return values


def _department(document: Document, data: MasterData, values: dict[str, FactValue]) -> None:
    """Where the document names no department: the cost center's, else the requester's."""
    center = data.cost_centers.get(str(values.get("cost_center", "")))
    found = (center.department if center else "") or values.get("requester.department")
    if "department" not in values and found:
        values["department"] = found


def knowing_approver(situation: Situation, person: PersonId) -> Known:
    """What is known, with the facts `approver.*` of the person who would approve."""
    return situation.known.also(_of_person("approver", situation.data, person, situation.now))
