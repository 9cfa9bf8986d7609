"""Random policy sets and finished cases: few people, few suppliers, many conflicts between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Final

from engine.documents.model import Document, Line
from engine.facts.conditions import (
    All,
    Any,
    Compare,
    Condition,
    Constant,
    FactBound,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    settle,
)
from engine.facts.kinds import FactValue, Kind
from engine.facts.vocabulary import BUILT_IN, Fact
from engine.history import History, PastAct
from engine.master_data import (
    Dated,
    Holding,
    Interest,
    MasterData,
    Person,
    PersonId,
    Relation,
    Span,
    Supplier,
    snapshot,
)
from engine.matching import build
from engine.money import HIGHEST, LOWEST, Money
from engine.opinion.happened import Happened
from engine.organization import Entity, Limit, Organization, Role
from engine.places import Place
from engine.policy import (
    Additional,
    Approve,
    Barred,
    Conflict,
    Duty,
    Hold,
    Matrix,
    Mitigation,
    PolicySet,
    Refuse,
    RelatedParties,
    Row,
)
from engine.rates import FxChoice, Rate
from engine.routing.words import RoleWord
from engine.scopes import Effective, Scope
from engine.segregation.recorded import acts_of_named

NOW: Final = datetime(2027, 3, 15, 14, tzinfo=UTC)
PEOPLE: Final = ("rita", "mia", "dora", "vic", "cleo", "omar")
LEVELS: Final = ("manager", "director", "vp")
ROLES: Final = ("cfo", "treasurer", "buyer", "ap_clerk")
SUPPLIERS: Final = ("S-1", "S-2", "S-3")
TYPES: Final = ("invoice", "payment", "purchase_order")
ENTITIES: Final = (
    Entity("US01", "US", "americas", "USD", "America/New_York"),
    Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin"),
)
ON: Final = ("same_document", "same_chain", "same_supplier", "same_object", "person")
ACTS: Final = ("submit", "request", "buy", "receive", "approve")
CATEGORIES: Final = ("software", "travel", 'a "quoted" one', "catégorie")


def policy_of(chance: Random) -> PolicySet:
    """A set with every kind of control."""
    duties = {f"duty {n}": _duty(chance, f"duty {n}") for n in range(5)}
    conflicts = tuple(_conflict(chance, n, [*duties]) for n in range(chance.randrange(1, 6)))
    matrix = Matrix(
        "all", "all", "m.yaml", Place("m.yaml", 1, 1), Scope(), Effective(), frozenset(TYPES),
        All(()), "USD", "document.net", "cfo",
        (Row("any", Place("m.yaml", 2, 1), Approve((RoleWord("cfo", Place("m.yaml", 2, 9)),))),),
    )  # fmt: skip
    return build(
        PolicySet(
            name="random",
            digest=f"sha256:{chance.getrandbits(64):x}",
            language=1,
            organization=Organization(
                {entity.id: entity for entity in ENTITIES},
                LEVELS,
                {name: Role(name) for name in ROLES},
                (Limit(("manager",), Money(500_000, "USD")), Limit(("vp",), None)),
            ),
            facts=_facts(),
            documents=frozenset(TYPES),
            matrices=(matrix,),
            credits=chance.choice(["absolute", "signed_with_waiver"]),
            fx=FxChoice("corporate", "submission", True, 30, False),
            additional=tuple(_row(chance, n) for n in range(chance.randrange(5))),
            barred=tuple(_bar(chance, n) for n in range(chance.randrange(3))),
            duties=duties,
            conflicts=conflicts,
            mitigations=tuple(_mitigations(chance, conflicts)),
            related_parties=_related(chance),
        )
    )


def _facts() -> dict[str, Fact]:
    return {fact.name: fact for fact in BUILT_IN}


def _some(chance: Random, words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(chance.sample(words, chance.randrange(1, len(words) + 1)))


def _scope(chance: Random) -> Scope:
    return chance.choice(
        [
            Scope(),
            Scope(),
            Scope(entities=frozenset({"US01"})),
            Scope(countries=frozenset({"DE", "FR"})),
            Scope(regions=frozenset({"europe"})),
        ]
    )


def _effective(chance: Random) -> Effective:
    day = date(2027, 3, 15) + timedelta(chance.randrange(-3, 3))
    return chance.choice(
        [
            Effective(),
            Effective(),
            Effective(day, None),
            Effective(None, day),
            Effective(day, day + timedelta(2)),
        ]
    )


def _types(chance: Random) -> frozenset[str]:
    return frozenset() if chance.random() < 0.4 else _some(chance, TYPES)


def _duty(chance: Random, name: str) -> Duty:
    acts = _some(chance, ACTS[: chance.randrange(1, 6)])
    place = Place("duties.yaml", 1, 1)
    return Duty(name, place, _types(chance), acts, _some(chance, ROLES[:3]))


def _conflict(chance: Random, number: int, duties: list[str]) -> Conflict:
    pair = (chance.choice(duties), chance.choice(duties))
    return Conflict(
        name=f"SOD-{number}",
        place=Place("controls.yaml", number + 1, 1),
        scope=_scope(chance),
        effective=_effective(chance),
        duties=pair,
        on=chance.choice(ON),
        within=chance.choice([None, 0, 1, 5]),
        outcome=chance.choice(["block", "block", "mitigate", "warn"]),
        related=chance.random() < 0.25,
    )


def _mitigations(chance: Random, conflicts: tuple[Conflict, ...]) -> Iterator[Mitigation]:
    for number in range(chance.randrange(4)):
        conflict = chance.choice(conflicts)
        cap = chance.choice([None, Money(10_000, "USD"), Money(9_000, "EUR"), Money(5, "JPY")])
        until = date(2027, 3, 15) + timedelta(chance.randrange(-4, 3))
        place = Place("mitigations.yaml", number + 1, 1)
        person = chance.choice([*PEOPLE, "nobody"])
        yield Mitigation(f"ME-{number}", place, conflict.name, person, cap, until, "tina", 30)


def _related(chance: Random) -> tuple[RelatedParties, ...]:
    match = _some(chance, ("bank_account", "tax_id", "address"))
    rule = RelatedParties(
        Place("related.yaml", 3, 1), match, chance.random() < 0.5, chance.random() < 0.5
    )
    return (rule,) if chance.random() < 0.7 else ()


def _row(chance: Random, number: int) -> Additional:
    low, high = chance.choice([(LOWEST, HIGHEST), (2 * 10_000 + 1, HIGHEST), (LOWEST, 2 * 10_000)])
    answer = chance.choice([Hold("looked at first"), Refuse("not bought"), None])
    return Additional(
        name=f"row {number}" if chance.random() < 0.5 else "",
        place=Place("rows.yaml", number + 1, 3),
        scope=_scope(chance),
        effective=_effective(chance),
        documents=_types(chance),
        currency=chance.choice(["USD", "EUR"]),
        amount=chance.choice(["document.net", "document.gross"]),
        answer=answer,
        low=low,
        high=high,
        when=settle(condition(chance, ATOMS, 2)),
    )


def _bar(chance: Random, number: int) -> Barred:
    return Barred(
        f"bar {number}",
        Place("bars.yaml", number + 1, 3),
        _scope(chance),
        _effective(chance),
        _types(chance),
        settle(condition(chance, (*ATOMS[:-1], *APPROVER_ATOMS * 3), 2)),
    )


Atom = Callable[[Random], Condition]


def condition(chance: Random, atoms: tuple[Atom, ...], depth: int) -> Condition:
    """A condition of a few tests."""
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(atoms)(chance)
    parts = tuple(condition(chance, atoms, depth - 1) for _ in range(chance.randrange(1, 4)))
    made = chance.choice([All, All, Any])(parts)
    return Not(made) if chance.random() < 0.2 else made


def _net(chance: Random) -> Condition:
    bound = Constant(
        Money(chance.choice([9_999, 10_000, 10_001, 0]), currency := _currency(chance))
    )
    return Compare("document.net", chance.choice([*Op]), bound, Kind.MONEY, currency)


def _currency(chance: Random) -> str:
    return chance.choice(["USD", "EUR"])


def _score(chance: Random) -> Condition:
    bound = Constant(Fraction(chance.choice([5, 6]), 2))
    return Compare("score", chance.choice([*Op]), bound, Kind.NUMBER)


def _total(chance: Random) -> Condition:
    bound = FactBound("document.net") if chance.random() < 0.5 else Constant(Money(9_999, "USD"))
    return Compare("split_sum", chance.choice([*Op]), bound, Kind.MONEY, "USD")


def _net_against_gross(chance: Random) -> Condition:
    bound = FactBound("document.gross")
    return Compare("document.net", chance.choice([*Op]), bound, Kind.MONEY, "")


def _category(chance: Random) -> Condition:
    return OneOf("category", frozenset(_some(chance, CATEGORIES)))


def _capex(chance: Random) -> Condition:
    return OneOf("capex", frozenset({chance.random() < 0.5}), (True, False))


def _status(chance: Random) -> Condition:
    return OneOf("supplier.status", frozenset({"active"}))


def _day(chance: Random) -> Condition:
    bound = Constant(date(2027, 3, chance.randrange(13, 18)))
    return Compare("posting_date", chance.choice([*Op]), bound, Kind.DATE)


def _there(chance: Random) -> Condition:
    return Present(chance.choice(["category", "posting_date", "supplier.status", "document.tax"]))


def _level(fact: str) -> Atom:
    def atom(chance: Random) -> Condition:
        bound = Constant(chance.choice(LEVELS))
        return Compare(fact, chance.choice([*Op]), bound, Kind.SCALE, "", LEVELS)

    return atom


def _below_requester(chance: Random) -> Condition:
    bound = FactBound("requester.level")
    return Compare("approver.level", chance.choice([*Op]), bound, Kind.SCALE, "", LEVELS)


def _limit(chance: Random) -> Condition:
    bound = Constant(Money(500_000, "USD"))
    return Compare("approver.limit", chance.choice([*Op]), bound, Kind.MONEY, "USD")


def _department(chance: Random) -> Condition:
    return OneOf("approver.department", frozenset({"treasury"}))


def _line(chance: Random) -> Condition:
    tests = {
        0: Compare("line.net", Op.ABOVE, Constant(Money(5_000, "USD")), Kind.MONEY, "USD"),
        1: OneOf("category", frozenset({"travel"})),
        2: Compare("line.net", Op.BELOW, Constant(Money(9_000, "USD")), Kind.MONEY, "USD"),
    }
    picked = tuple(tests[n] for n in chance.sample(sorted(tests), chance.randrange(1, 3)))
    part = All(picked)
    if chance.random() < 0.3:
        return Not(Lines(Not(part), every=True))
    return Lines(part, every=chance.random() < 0.1)


ATOMS: Final[tuple[Atom, ...]] = (
    _net, _net, _net_against_gross, _category, _category, _capex, _status, _day, _there,
    _score, _total, _level("requester.level"), _line,
)  # fmt: skip
APPROVER_ATOMS: Final[tuple[Atom, ...]] = (
    _level("approver.level"), _below_requester, _limit, _department
)  # fmt: skip


def data_of(chance: Random) -> MasterData:
    """Six people of whom some share details with one another or with a supplier."""
    tokens = [f"acct:{n}" for n in range(4)]
    return snapshot(
        f"sha256:{chance.getrandbits(64):x}",
        [_person(chance, name, tokens) for name in PEOPLE],
        holdings=[
            Holding(chance.choice(ROLES), PersonId(chance.choice(PEOPLE)), "*", _span(chance))
            for _ in range(7)
        ],
        interests=[
            Interest(PersonId(chance.choice(PEOPLE)), chance.choice(["S-1", "G-2"]), _span(chance))
            for _ in range(2)
        ],
        suppliers=[
            Supplier(
                name,
                name,
                group="G-2" if name != "S-1" else "",
                status=chance.choice(["active", "blocked", ""]),
                accounts=frozenset(chance.sample(tokens, 1)),
                tax_ids=frozenset(chance.sample(tokens, chance.randrange(2))),
                addresses=frozenset(chance.sample(tokens, chance.randrange(2))),
            )
            for name in SUPPLIERS
        ],
        relations=[
            Relation(PersonId(one), PersonId(other), _span(chance))
            for one, other in (chance.sample(PEOPLE, 2) for _ in range(2))
        ],
        rates=[Rate("r", "corporate", "EUR", "USD", date(2027, 3, 10), Fraction("1.1037"))],
    )


def _person(chance: Random, name: str, tokens: list[str]) -> Person:
    changed = NOW + timedelta(hours=chance.randrange(-72, 24))
    levels = (
        Dated(chance.choice(LEVELS), Span(None, changed)),
        Dated(chance.choice(LEVELS), Span(changed, None)),
    )
    few = [token for token in tokens if chance.random() < 0.15]
    return Person(
        PersonId(name),
        name,
        chance.choice(ENTITIES).id,
        levels=levels[chance.randrange(2) :],
        department=chance.choice(["", "treasury", "sales"]),
        accounts=frozenset(few[:1]),
        tax_ids=frozenset(few[1:2]),
        addresses=frozenset(few[2:]),
    )


def _span(chance: Random) -> Span:
    middle = NOW + timedelta(hours=chance.randrange(-72, 24))
    return chance.choice([Span(), Span(None, middle), Span(middle, None)])


def document_of(chance: Random) -> Document:
    """A document of one of the types, with few or no lines."""
    currency = _currency(chance)

    def minor() -> Money:
        return Money(chance.choice([9_999, 10_000, 10_001, 4_000, 6_000, -10_000, 0]), currency)

    lines = tuple(
        Line(
            number,
            minor(),
            tax=chance.choice([None, minor()]),
            category=chance.choice(["", *CATEGORIES[:2]]),
        )
        for number in range(1, chance.randrange(2, 4))
    )
    people = ["", *PEOPLE]
    return Document(
        type=chance.choice(TYPES),
        id=f"D-{chance.randrange(10**6)}",
        entity=chance.choice(ENTITIES).id,
        currency=currency,
        requester=chance.choice(PEOPLE),
        submitter=chance.choice(people),
        buyer=chance.choice(people),
        receiver=chance.choice(people),
        beneficiaries=tuple(chance.sample(PEOPLE, chance.choice([0, 0, 1]))),
        supplier=chance.choice(["", *SUPPLIERS]),
        category=chance.choice(["", *CATEGORIES]),
        contract=chance.choice(["", "", "C-0", "C-1"]),
        capex=chance.choice([None, True, False]),
        posting_date=chance.choice([None, date(2027, 3, 14), date(2027, 3, 15)]),
        submitted_at=NOW - timedelta(hours=chance.randrange(96)),
        lines=lines,
    )


@dataclass(frozen=True, slots=True)
class World:
    """A policy set and people, under which cases are finished."""

    policy: PolicySet
    data: MasterData


def world_of(chance: Random) -> World:
    """A set with its people."""
    return World(policy_of(chance), data_of(chance))


def happened_in(world: World, chance: Random) -> Happened:
    """A case that was let through although it need not have been: anybody may have approved it."""
    document = document_of(chance)
    keys = _keys(chance, document.supplier)
    acts = [
        *acts_of_named(world.data, document, document.submitted_at, keys),
        *(
            _act(chance, "approve", document.type, document.id, keys)
            for _ in range(chance.randrange(1, 4))
        ),
    ]
    past = tuple(
        _act(
            chance,
            chance.choice(ACTS),
            chance.choice(TYPES),
            f"E-{chance.randrange(3)}",
            _keys(chance, chance.choice(SUPPLIERS)),
        )
        for _ in range(chance.randrange(6))
    )
    chain = frozenset((act.document_type, act.document_id) for act in past if chance.random() < 0.3)
    return Happened(
        policy=world.policy,
        data=world.data,
        document=document,
        at=NOW,
        acts=tuple(acts),
        as_requester=frozenset({len(acts) - 1} if chance.random() < 0.1 else ()),
        given=_given(chance),
        history=History(past, chain),
    )


def _given(chance: Random) -> dict[str, FactValue]:
    """What is stated from outside: a number, and a total in some currency."""
    found: dict[str, FactValue] = {}
    if chance.random() < 0.7:
        found["score"] = Fraction(chance.choice([4, 5, 6]), chance.choice([2, 3]))
    if chance.random() < 0.7:
        found["split_sum"] = Money(chance.choice([9_059, 9_060, 9_999, 10_000]), _currency(chance))
    return found


def _keys(chance: Random, supplier: str) -> frozenset[str]:
    found = {f"supplier:{supplier}"} if supplier else set()
    found |= {f"object:contract/C-{chance.randrange(2)}" for _ in range(chance.randrange(2))}
    found |= {f"document:contract/C-{chance.randrange(2)}" for _ in range(chance.randrange(2))}
    return frozenset(found)


def _act(chance: Random, act: str, type_: str, id: str, keys: frozenset[str]) -> PastAct:
    for_whom = PersonId(chance.choice(PEOPLE)) if chance.random() < 0.2 else None
    at = NOW - timedelta(hours=chance.randrange(240 if id.startswith("E") else 72))
    under = frozenset({f"ME-{chance.randrange(4)}"} if chance.random() < 0.2 else ())
    person = PersonId(chance.choice(PEOPLE))
    return PastAct(person, act, type_, id, at, keys, for_whom, under=under)
