"""The reference: a second, slow and obvious implementation of deciding, for tests to compare with.

It reads like `policy-language.md` (the paragraphs are cited as §) and shares nothing with
the engine but the values that both are given: no index, every row is asked; a condition with
missing facts is tried with every value that could matter; money is a `Fraction`; who may fill a
group is found by trying everybody. It is not fast and must not become clever.

`OPEN:` marks a choice that the text leaves open; the comment says what was chosen.

    1 the answer        4 conditions         7 delegation      10 chains
    2 the world         5 which row          8 words           11 the route
    3 money             6 eligibility        9 authority       12 guarantees, deciding
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise, product, zip_longest
from types import MappingProxyType
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from engine.documents.model import Document, Line
from engine.facts.conditions import (
    All,
    Any,
    Bound,
    Compare,
    Condition,
    Constant,
    Extreme,
    FactBound,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    Settled,
)
from engine.facts.kinds import Duration, FactValue, Kind, Unlimited
from engine.history import NO_HISTORY, History, PastAct
from engine.master_data import Delegation, MasterData, Person, PersonId, current
from engine.money import EXPONENTS, INT64_MAX, Exact, Money
from engine.organization import Entity, Limit
from engine.places import NOWHERE, Place
from engine.policy import (
    Additional,
    Answer,
    Approve,
    At,
    Conflict,
    DelegationRule,
    Duty,
    Guarantee,
    Hold,
    Matrix,
    Mitigation,
    NotNeeded,
    PolicySet,
    Refuse,
    Requirement,
    Row,
)
from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    OwnerWord,
    Ratify,
    RequesterWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
    Word,
)
from engine.scopes import Effective, Scope

# --- 1 the answer --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seat:
    """One place to fill by one of `who`: pairs of a person and whom he acts for (or "").

    `already`: the approver of an earlier place fills this one too.
    """

    ask: str
    who: frozenset[tuple[str, str]]
    word: str = ""
    already: bool = False

    @property
    def people(self) -> frozenset[str]:
        return frozenset(person for person, _ in self.who)


@dataclass(frozen=True)
class Vote:
    """A body: decides by vote of its members, or is recorded by one of its recorders."""

    ask: str
    body: str
    members: frozenset[str]
    recorders: frozenset[str]
    present: int = 1


@dataclass(frozen=True)
class Some:
    """`need` of the parts, every place inside by a different person.

    `among`: of the approvers, at least k are among these persons.
    """

    need: int
    parts: tuple[Part, ...]
    among: tuple[tuple[int, frozenset[str]], ...] = ()


Part = Seat | Vote | Some
Parts = tuple[Part, ...]


@dataclass(frozen=True)
class Result:
    """`codes`: where several things hold a document at once, the text names no first one."""

    outcome: str
    codes: frozenset[str] = frozenset()
    steps: tuple[Parts, ...] = ()
    findings: tuple[str, ...] = ()


class Stuck(Exception):
    """A word that nobody can fill; carries the hold codes that say so."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = frozenset(codes)


class Unclear(Stuck):
    """What is asked about is not known: then nobody else is tried either."""


# --- 2 the world (§1, §2): one document at one moment --------------------------------------------


@dataclass
class World:
    """What is known about the document. `gaps` says with which code a fact is missing."""

    policy: PolicySet
    data: MasterData
    document: Document
    now: datetime
    entity: Entity
    requester: PersonId
    facts: dict[str, FactValue]
    gaps: dict[str, str]
    approver: PersonId | None = None
    amount: Amount | None = None  # the matrix's, for authority and caps
    currency: str = ""  # the matrix's
    declared: set[PersonId] = field(default_factory=set)  # with an interest, looked at
    uncertain: set[str] = field(default_factory=set)  # why somebody might have been asked
    history: History = NO_HISTORY
    asked_since: datetime | None = None  # every place, of everybody who could have it
    stayed: set[tuple[PersonId, Claim]] = field(default_factory=set)  # a delegate got nothing by it

    def day(self, moment: datetime) -> date:
        """The local day at the entity."""
        return moment.astimezone(ZoneInfo(self.entity.zone)).date()

    def person(self, name: str) -> PersonId | None:
        return self.data.person_of(name, self.now) if name else None


def world_of(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: Mapping[str, FactValue],
) -> World:
    """Every fact that is known (§2). Raises `Stuck` where document, entity or person is unknown."""
    if document.type not in policy.documents:
        raise Stuck("document_type_unknown")
    if document.entity not in policy.organization.entities:
        raise Stuck("entity_unknown")
    requester = data.person_of(document.requester, now)
    if requester is None or requester not in data.people:
        raise Stuck("person_unknown")
    entity = policy.organization.entities[document.entity]
    world = World(policy, data, document, now, entity, requester, {}, {})
    world.facts |= document.facts
    world.facts |= _header(document)
    world.facts |= _of_master_data(world)
    world.facts["now"] = world.day(now)
    if document.lines:
        net = sum(line.net.minor for line in document.lines)
        world.facts["document.net"] = Money(net, document.currency)
    _commitment(world)
    limit = greatest_authority(world, requester)
    if limit is not None:
        world.facts["requester.limit"] = limit
    world.facts |= given
    return world


def _header(document: Document) -> dict[str, FactValue]:
    """What the document states. A header that a line contradicts says nothing; one that states
    nothing says what all its lines say, if they say one thing."""
    texts = {
        "document.type": document.type,
        "entity": document.entity,
        "supplier": document.supplier,
        "contract": document.contract,
    }
    facts: dict[str, FactValue] = {name: text for name, text in texts.items() if text}
    for name in ("category", "cost_center", "project", "capex"):
        said = {getattr(line, name) for line in document.lines} or {getattr(document, name)}
        if len(said) == 1 and not said & {"", None}:
            facts[name] = said.pop()
    if document.document_date is not None:
        facts["document.date"] = document.document_date
    return facts


def _of_master_data(world: World) -> dict[str, FactValue]:
    data, document, entity = world.data, world.document, world.entity
    facts: dict[str, FactValue] = {
        "entity.country": entity.country,
        "entity.region": entity.region,
        "entity.currency": entity.currency,
    }
    facts |= data.entity_facts.get(entity.id, {})
    supplier = data.suppliers.get(document.supplier)
    if supplier is not None:
        group = supplier.group or supplier.id
        facts |= {"supplier_group": group, "supplier.group": group}
        facts |= {"supplier.status": supplier.status} if supplier.status else {}
        facts |= {"supplier.country": supplier.country} if supplier.country else {}
        facts |= supplier.facts
    contract = data.contracts.get(document.contract)
    if contract is not None:
        facts |= {"contract.net": contract.net, "contract.original": contract.original}
    person = data.people[world.requester]
    center = data.cost_centers.get(str(world.facts.get("cost_center", "")))
    by_center = center.department if center is not None else ""
    if department := document.department or by_center or person.department:
        facts["department"] = department
    facts |= {"requester.department": person.department} if person.department else {}
    level = level_of(world, person)
    facts |= {"requester.level": level} if level else {}
    return facts | dict(person.facts)


def level_of(world: World, person: Person) -> str:
    return current(person.levels, world.now) or ""


def _commitment(world: World) -> None:
    """`commitment.net` (§2): per line net plus the tax that is not recovered, plus options."""
    document = world.document
    if not document.lines:
        return
    net = sum(line.net.minor for line in document.lines)
    if net == 0 and document.maximum is not None:
        world.facts["commitment.net"] = document.maximum
        return
    if net == 0 and document.type in ("purchase_order", "contract", "requisition"):
        world.gaps["commitment.net"] = "commitment_value_missing"
        return
    total = Fraction(document.options.minor if document.options else 0)
    for line in document.lines:
        total += line.net.minor
        if line.tax is not None and line.tax.minor != 0:
            recovery = _recovery(world, line)
            # OPEN: tax of another sign than its net would make a commitment smaller.
            if recovery is None or line.tax.minor * line.net.minor < 0:
                return
            total += line.tax.minor * (1 - recovery)
    world.facts["commitment.net"] = Exact(total, document.currency)


def _recovery(world: World, line: Line) -> Fraction | None:
    center = world.data.cost_centers.get(line.cost_center)
    by_center = center.tax_recovery if center is not None else None
    stated = (line.tax_recovery, by_center, world.entity.tax_recovery)
    return next((share for share in stated if share is not None), None)


# --- 3 money (§2, fx of §1): exact, converted once -----------------------------------------------

LARGE: Final = Fraction(10**40)  # stands for "any amount"


@dataclass(frozen=True)
class Amount:
    """The amount of a row: one money fact, in absolute value where `credits: absolute` says so.

    The share that an owner is asked for has a `value` of its own.
    """

    fact: str
    absolute: bool
    value: Money | None = None


def converted(world: World, value: FactValue, currency: str) -> Fraction | str:
    """Minor units of `currency`, or the hold code that says why there are none."""
    if isinstance(value, Unlimited):
        return LARGE * value.sign
    if not isinstance(value, Money | Exact):
        raise TypeError(value)
    if value.currency == currency:
        return Fraction(value.minor)
    rate = _rate(world, value.currency, currency)
    if isinstance(rate, str):
        return rate
    scaled = Fraction(value.minor) / 10 ** EXPONENTS[value.currency] * rate
    minor = scaled * 10 ** EXPONENTS[currency]
    return minor if abs(minor) <= INT64_MAX else "amount_overflow"


def _rate(world: World, base: str, quote: str) -> Fraction | str:
    fx, document = world.policy.fx, world.document
    if fx is None:
        return "fx_not_stated"
    day = {
        "submission": world.day(document.submitted_at),
        "decision": world.day(world.now),
        "document_date": document.document_date,
        "posting_date": document.posting_date,
    }[fx.on]
    if day is None:
        return "fx_date_missing"
    straight = _quoted(world, base, quote, day)
    if isinstance(straight, Fraction) or fx.via in ("", base, quote):
        return straight
    to, back = _quoted(world, base, fx.via, day), _quoted(world, fx.via, quote, day)
    if isinstance(to, Fraction) and isinstance(back, Fraction):
        return to * back
    return "fx_rate_stale" if "fx_rate_stale" in (straight, to, back) else straight


def _quoted(world: World, base: str, quote: str, day: date) -> Fraction | str:
    """The rate of the day, else the newest that is not stale; then the inverse where allowed."""
    fx = world.policy.fx
    if fx is None:
        return "fx_not_stated"
    code = ""
    for one, other in ((base, quote), (quote, base)):
        if (one, other) != (base, quote) and not fx.inverse_allowed:
            break
        rates = [
            rate
            for found in world.data.rates.values()
            for rate in found
            if (rate.type, rate.base, rate.quote) == (fx.rate_type, one, other) and rate.day <= day
        ]
        newest = max(rates, key=lambda rate: rate.day, default=None)
        if newest is None or (newest.day != day and not fx.fallback):
            code = code or "fx_rate_missing"
        elif (day - newest.day).days > fx.stale_after_days:
            code = code or "fx_rate_stale"
        else:
            return newest.rate if one == base else 1 / newest.rate
    return code


# --- 4 conditions (§2): what is true whatever the missing facts are ------------------------------


@dataclass(frozen=True)
class Unknown:
    """Something a condition asks for and that is not known; `code` says why.

    A fact of a line is another unknown on every line. Money that cannot be converted is one, too.
    """

    fact: str
    line: int
    currency: str
    code: str


Plain = bool | str | Fraction | date | tuple[int, int]
Guess = Mapping[Unknown, Plain]


@dataclass(frozen=True)
class Truth:
    """`value` is `None` where it depends on what is missing; `codes` then say what that is."""

    value: bool | None
    codes: frozenset[str] = frozenset()


def truth(world: World, condition: Condition, amount: Amount | None = None) -> Truth:
    """Tries every value that could matter for everything that is missing."""
    asked: dict[Unknown, set[Plain]] = {}
    _collect(world, condition, amount, None, asked)
    found = {
        _holds(world, condition, amount, None, dict(zip(asked, values, strict=True)))
        for values in product(*asked.values())
    }
    if len(found) == 1:
        return Truth(found.pop())
    return Truth(None, frozenset(unknown.code for unknown in asked))


def _value(
    world: World, fact: str, line: Line | None, currency: str, amount: Amount | None
) -> Plain | Unknown:
    """A fact as something to compare: money as minor units of `currency`."""
    absolute = False
    if fact == "amount" and amount is not None:
        fact, absolute = amount.fact, amount.absolute
    value = _on_line(line, fact) if line is not None and _is_of_line(world, fact) else None
    number = line.number if line is not None and _is_of_line(world, fact) else 0
    if number == 0:
        stated = amount.value if amount is not None and fact == amount.fact else None
        values = (stated, _about_approver(world, fact), world.facts.get(fact))
        value = next((one for one in values if one is not None), None)
    if value is None:
        return Unknown(fact, number, currency, world.gaps.get(fact, "fact_missing"))
    if isinstance(value, Money | Exact | Unlimited):
        minor = converted(world, value, currency)
        if isinstance(minor, str):
            return Unknown(fact, number, currency, minor)
        return abs(minor) if absolute else minor
    return (value.months, value.days) if isinstance(value, Duration) else value


def _about_approver(world: World, fact: str) -> FactValue | None:
    person = world.data.people[world.approver] if world.approver else None
    if person is None or not fact.startswith("approver."):
        return None
    values: dict[str, FactValue | None] = {
        "approver.level": level_of(world, person) or None,
        "approver.department": person.department or None,
        "approver.limit": greatest_authority(world, person.id),
    }
    return values.get(fact, person.facts.get(fact.removeprefix("approver.")))


LINE_FIELDS: Final = frozenset({"category", "capex", "cost_center", "project", "line.net"})


def _is_of_line(world: World, fact: str) -> bool:
    declared = world.policy.facts.get(fact)
    return fact in LINE_FIELDS or (declared is not None and str(declared.of) == "line")


def _on_line(line: Line, fact: str) -> FactValue | None:
    match fact:
        case "line.net":
            return line.net if line.is_valued else None
        case "category":
            return line.category or None
        case "capex":
            return line.capex
        case "cost_center":
            return line.cost_center or None
        case "project":
            return line.project or None
        case _:
            return line.facts.get(fact)


def _is_present(world: World, fact: str, line: Line | None) -> bool:
    """Whether there is a value; of a paper, whether it is there. Never undecided."""
    declared = world.policy.facts.get(fact)
    if declared is not None and declared.kind is Kind.PAPER:
        return fact in world.document.papers or world.facts.get(fact) is True
    if line is not None and _is_of_line(world, fact):
        return _on_line(line, fact) is not None
    return fact in world.facts


def _holds(
    world: World,
    condition: Condition,
    amount: Amount | None,
    line: Line | None,
    guess: Guess,
) -> bool:
    """The condition with a guess for everything that is missing: true or false."""

    def holds(part: Condition, on: Line | None = line) -> bool:
        return _holds(world, part, amount, on, guess)

    def value(fact: str, currency: str = "") -> Plain:
        found = _value(world, fact, line, currency, amount)
        if isinstance(found, Unknown):
            guessed = guess[found]
            is_absolute = fact == "amount" and amount is not None and amount.absolute
            return abs(guessed) if is_absolute and isinstance(guessed, Fraction) else guessed
        return found

    match condition:
        case All(parts):
            return all(holds(part) for part in parts)
        case Any(parts):
            return any(holds(part) for part in parts)
        case Not(part):
            return not holds(part)
        case Settled(part):
            return holds(part)
        case Present(fact):
            return _is_present(world, fact, line)
        case OneOf(fact, values):
            return value(fact) in values
        case Lines(part, every):
            if not world.document.lines:
                return guess[_no_lines(condition)] is True
            answers = [holds(part, on) for on in world.document.lines]
            return all(answers) if every else any(answers)
        case Compare(fact, op, bound, _, _, scale):
            currency = _currency(world, condition, line)
            left = value(fact, currency)
            right = _bound(bound, currency, value)
            return _compared(op, left, right, scale)
        case _:
            assert_never(condition)


def _no_lines(condition: Lines) -> Unknown:
    """A document without lines leaves a condition on lines undecided."""
    return Unknown(f"{condition}", 0, "", "fact_missing")


def _bound(bound: Bound, currency: str, value: Callable[[str, str], Plain]) -> Plain:
    match bound:
        case Constant(constant):
            return _plain(constant)
        case FactBound(fact, share):
            found = value(fact, currency)
            return found * share if share is not None and isinstance(found, Fraction) else found
        case Extreme(parts, lesser):
            worth = [_bound(part, currency, value) for part in parts]
            numbers = [number for number in worth if isinstance(number, Fraction)]
            return min(numbers) if lesser else max(numbers)
        case _:
            assert_never(bound)


def _plain(value: FactValue) -> Plain:
    if isinstance(value, Money | Exact):
        return Fraction(value.minor)
    if isinstance(value, Unlimited):
        return LARGE * value.sign
    return (value.months, value.days) if isinstance(value, Duration) else value


def _compared(op: Op, left: Plain, right: Plain, scale: tuple[str, ...]) -> bool:
    a, b = ((scale.index(side) if isinstance(side, str) else side) for side in (left, right))
    match op:
        case Op.UP_TO:
            return a <= b  # type: ignore[operator]  # one kind on both sides
        case Op.BELOW:
            return a < b  # type: ignore[operator]
        case Op.ABOVE:
            return a > b  # type: ignore[operator]
        case Op.FROM:
            return a >= b  # type: ignore[operator]
        case _:
            assert_never(op)


def _currency(world: World, test: Compare, line: Line | None) -> str:
    """What a comparison of money is made in: as compiled, else the fact's own."""
    if test.kind is not Kind.MONEY:
        return ""
    fact = _on_line(line, test.fact) if line is not None else world.facts.get(test.fact)
    own = fact.currency if isinstance(fact, Money | Exact) else ""
    return test.currency or own or world.document.currency


def _leaves(bound: Bound) -> Iterator[Constant | FactBound]:
    if isinstance(bound, Extreme):
        for part in bound.parts:
            yield from _leaves(part)
    else:
        yield bound


def _collect(
    world: World,
    condition: Condition,
    amount: Amount | None,
    line: Line | None,
    asked: dict[Unknown, set[Plain]],
) -> None:
    """Everything missing that the condition asks for, with the values that could matter.

    Between and beyond the values that a fact is compared with nothing changes; so it is enough to
    try each of them, and one between each two.
    """
    unknown: dict[Unknown, list[Question]] = {}
    for test, on in _tests(world, condition, line):
        if isinstance(test, Lines):
            asked[_no_lines(test)] = {True, False}
            continue
        for name in _names(test):
            currency = _currency(world, test, on) if isinstance(test, Compare) else ""
            found = _value(world, name, on, currency, amount)
            if isinstance(found, Unknown):
                unknown.setdefault(found, []).append((test, on))
    for missing in unknown:
        linked = [missing]  # with everything that it is compared with, and so on
        for at in linked:
            for other, tests in unknown.items():
                if other not in linked and any(test in unknown[at] for test in tests):
                    linked.append(other)
        questions = [test for other in linked for test in unknown[other]]
        points = _points(world, questions, amount)
        asked[missing] = _tries([test for test, _ in unknown[missing]], points)


Question = tuple[OneOf | Compare, Line | None]


def _names(test: OneOf | Compare) -> list[str]:
    leaves = _leaves(test.bound) if isinstance(test, Compare) else ()
    return [test.fact, *(leaf.fact for leaf in leaves if isinstance(leaf, FactBound))]


def _tests(
    world: World, condition: Condition, line: Line | None
) -> Iterator[tuple[OneOf | Compare | Lines, Line | None]]:
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _tests(world, part, line)
        case Not(part) | Settled(part):
            yield from _tests(world, part, line)
        case Lines(part):
            if not world.document.lines:
                yield condition, None
            for on in world.document.lines:
                yield from _tests(world, part, on)
        case OneOf() | Compare():
            yield condition, line
        case Present():
            return
        case _:
            assert_never(condition)


def _points(world: World, tests: Sequence[Question], amount: Amount | None) -> list[Fraction]:
    """Every number that the tests compare with, also as the whole of which it is a share."""
    points = {Fraction(0)}
    shares = {Fraction(1)}
    for test, line in tests:
        if not isinstance(test, Compare) or test.kind not in (Kind.MONEY, Kind.NUMBER):
            continue
        leaves = list(_leaves(test.bound))
        shares |= {leaf.share for leaf in leaves if isinstance(leaf, FactBound) and leaf.share}
        currency = _currency(world, test, line)
        values = [_value(world, name, line, currency, amount) for name in _names(test)]
        values += [_plain(leaf.value) for leaf in leaves if isinstance(leaf, Constant)]
        points |= {value for value in values if isinstance(value, Fraction)}
    points |= {-point for point in points} if amount is not None and amount.absolute else set()
    points |= {p / share for p in points for share in shares} | {
        p * share for p in points for share in shares
    }
    in_order = sorted(points)
    between = [(below + above) / 2 for below, above in pairwise(in_order)]
    return [in_order[0] - 1, *in_order, *between, in_order[-1] + 1]


def _tries(tests: Sequence[OneOf | Compare], points: Sequence[Fraction]) -> set[Plain]:
    tries: set[Plain] = set()
    for test in tests:
        if isinstance(test, OneOf):
            tries |= {_plain(value) for value in test.domain or test.values}
            if not test.domain:
                some = next(iter(test.values))
                tries |= {True, False} if isinstance(some, bool) else {"something else"}
        elif test.kind in (Kind.MONEY, Kind.NUMBER):
            tries |= set(points)
        elif test.kind is Kind.SCALE:
            tries |= set(test.scale)
        elif isinstance(test.bound, Constant) and isinstance(test.bound.value, date):
            tries |= {test.bound.value + timedelta(days=days) for days in (-1, 0, 1)}
        elif isinstance(test.bound, Constant) and isinstance(test.bound.value, Duration):
            months, days = test.bound.value.months, test.bound.value.days
            tries |= {(months, days), (months - 1, days), (months + 1, days)}
        else:
            raise NotImplementedError(test)
    return tries


def is_surely(world: World, condition: Condition) -> bool:
    """Whether what depends on it counts; undecided it does not, and may be named in a hold."""
    found = truth(world, condition)
    world.uncertain |= found.codes
    return found.value is True


# --- 5 which row (§1 replace, then add; §3) ------------------------------------------------------


def covers_scope(world: World, scope: Scope, effective: Effective) -> bool:
    """Scope by entity, country, region or group; dates by the local day of deciding (§1)."""
    is_inside = (
        world.entity.id in scope.entities
        or world.entity.country in scope.countries
        or world.entity.region in scope.regions
        or not (scope.entities or scope.countries or scope.regions)
    )
    return is_inside and effective.covers(world.day(world.now))


def the_matrix(world: World) -> Matrix:
    """The most specific file whose scope, dates and header cover the document (§1)."""
    candidates = [
        (matrix, truth(world, matrix.when))
        for matrix in world.policy.matrices
        if world.document.type in matrix.documents
        and covers_scope(world, matrix.scope, matrix.effective)
    ]
    for width in range(4):  # entities, countries, regions, group
        same = [(m, header) for m, header in candidates if m.scope.width == width]
        certain = [matrix for matrix, header in same if header.value is True]
        if len(certain) > 1:
            raise Stuck("ambiguous_matrices")
        undecided = [header for _, header in same if header.value is None]
        if undecided:
            # OPEN: also where no row of that file could match: the header decides which file it is.
            raise Stuck(*frozenset[str]().union(*(header.codes for header in undecided)))
        if certain:
            return certain[0]
    raise Stuck("no_matrix")


def amount_of(world: World, fact: str) -> Amount | None:
    """The pseudo-fact `amount` of a file; `None` for `amount: none`."""
    if not fact:
        return None
    # OPEN: "only authority looks at the absolute value": a total keeps its sign in a control.
    declared = world.policy.facts.get(fact)
    is_total = declared is not None and declared.total is not None
    return Amount(fact, world.policy.credits == "absolute" and not is_total)


def credit_code(world: World, amount: Amount | None) -> str:
    """The hold code where an amount is negative and the set does not say how to read that."""
    value = world.facts.get(amount.fact) if amount else None
    is_negative = isinstance(value, Money | Exact) and value.minor < 0
    return "credits_not_stated" if is_negative and not world.policy.credits else ""


def row_truth(world: World, row: Row | Additional, fact: str) -> Truth:
    """All that a row asks: what stands in `when`, and its bounds on `amount`."""
    return truth(world, All((row.when, *row.bounds)), amount_of(world, fact))


def the_row(world: World, matrix: Matrix) -> Row | None:
    """The row that wins (§3); `None` where none matches. Raises `Stuck` where that is not clear."""
    truths = [(row, row_truth(world, row, matrix.amount)) for row in matrix.rows]
    for is_exception in (True, False):
        rank = [(row, found) for row, found in truths if row.exception is is_exception]
        certain = [row for row, found in rank if found.value is True]
        if len({without_places((row.answer, row.require)) for row in certain}) > 1:
            raise Stuck("ambiguous_rows")  # whatever the undecided ones are
        undecided = [found.codes for _, found in rank if found.value is None]
        if undecided:
            raise Stuck(*frozenset[str]().union(*undecided))
        if certain:
            return certain[0]
    return None


def without_places(value: object) -> object:
    """The same value without saying where it was written: equal answers stand at two places."""
    if isinstance(value, Place):
        return NOWHERE
    if isinstance(value, tuple):
        return tuple(without_places(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [without_places(getattr(value, f.name)) for f in dataclasses.fields(value)]
        return (type(value).__name__, *fields)
    return value


# --- 6 eligibility (§3 last paragraph, §5) -------------------------------------------------------


def obstacles(world: World, person: PersonId) -> frozenset[str]:
    """Why this human being may not be asked; empty where he may. Absence is another matter."""
    human = world.data.people.get(person)
    if human is None or not human.is_active(world.now):
        return frozenset({"inactive"})
    found = set()
    if person == world.requester:
        found.add("self_approval")
    if person in {world.person(name) for name in world.document.beneficiaries}:
        found.add("beneficiary")
    if _is_barred(world, person):
        found.add("barred")
    if is_segregated(world, human):
        found.add("segregation")
    for rule in world.policy.related_parties:
        if _is_related(world, human, rule.match):
            found.add("related_party_match")
        if has_interest(world, person):
            world.declared.add(person)
            found |= {"declared_interest"} if rule.exclude_declared else set()
    return frozenset(found)


def _is_barred(world: World, person: PersonId) -> bool:
    """Undecided bars as well: nobody is asked who may be barred."""
    about = dataclasses.replace(world, approver=person)
    found = [
        truth(about, rule.when)
        for rule in world.policy.barred
        if covers_scope(world, rule.scope, rule.effective)
        and (not rule.documents or world.document.type in rule.documents)
    ]
    for said in found:
        world.uncertain |= said.codes
    return any(said.value is not False for said in found)


def is_segregated(world: World, human: Person) -> bool:
    """Whether approving this document now would join two duties that conflict (§5)."""
    document = world.document
    approval = PastAct(human.id, "approve", document.type, document.id, world.now)
    for conflict in _conflicts(world):
        if conflict.on == "person":
            found = _has_roles_against(world, conflict, approval, human.id)
        else:
            found = any(
                _forbids(world, conflict, approval, deed, human.id)
                for deed in _deeds(world)
                if not _is_earlier_approval(world, deed, human.id)
            )
        if found and not _is_mitigated(world, conflict, human.id):
            return True
    return False


def joined(world: World) -> frozenset[str]:
    """Held: the persons of the document have joined two duties by what they did (§5)."""
    deeds = _deeds(world)
    for conflict in _conflicts(world):
        for own in deeds:
            for part, act in NAMED:
                person = _named(world, part)
                if person not in (own.person, own.on_behalf_of) or own.act != act:
                    continue
                if person is None or not _is_own(world, own):
                    continue
                if conflict.on == "person":
                    found = _has_roles_against(world, conflict, own, person, acts_only=True)
                else:
                    found = any(
                        _forbids(world, conflict, own, deed, person)
                        for deed in deeds
                        if deed != own
                    )
                if found and not _is_mitigated(world, conflict, person):
                    return frozenset({"duties_joined"})
    return frozenset()


NAMED: Final = (
    ("submitter", "submit"),
    ("requester", "request"),
    ("buyer", "buy"),
    ("receiver", "receive"),
)


def _conflicts(world: World) -> list[Conflict]:
    """Those that keep anybody from anything, here and now."""
    return [
        conflict
        for conflict in world.policy.conflicts
        if conflict.outcome != "warn" and covers_scope(world, conflict.scope, conflict.effective)
    ]


def _named(world: World, part: str) -> PersonId | None:
    name = getattr(world.document, part)
    return world.person(name) or world.data.person_of(name, world.document.submitted_at)


def _is_own(world: World, deed: PastAct) -> bool:
    document = world.document
    return (deed.document_type, deed.document_id) == (document.type, document.id)


def _is_earlier_approval(world: World, deed: PastAct, person: PersonId) -> bool:
    """OPEN: his own approval of this document keeps the place that it filled."""
    by_himself = person in (deed.person, deed.on_behalf_of)
    return deed.act == "approve" and by_himself and _is_own(world, deed)


def _deeds(world: World) -> list[PastAct]:
    """Everything that was done: what was recorded, and what the document says is done now."""
    found = list(world.history.acts)
    for part, act in NAMED:
        person = _named(world, part)
        is_recorded = any(
            _is_own(world, deed) and deed.act == act and person in (deed.person, deed.on_behalf_of)
            for deed in world.history.acts
        )
        if person is not None and not is_recorded:
            document = world.document
            found.append(PastAct(person, act, document.type, document.id, world.now))
    return found


def _forbids(
    world: World, conflict: Conflict, one: PastAct, other: PastAct, person: PersonId
) -> bool:
    """Whether the person's act and another that counts as his are of the two duties."""
    first, second = (world.policy.duties[name] for name in conflict.duties)
    days = abs((world.day(one.at) - world.day(other.at)).days)
    return (
        (
            (_is_of_duty(first, one) and _is_of_duty(second, other))
            or (_is_of_duty(second, one) and _is_of_duty(first, other))
        )
        and _counts_as_his(world, conflict, person, other)
        and _is_about_the_same(world, conflict.on, other)
        and (conflict.within is None or days <= conflict.within)
    )


def _is_of_duty(duty: Duty, deed: PastAct) -> bool:
    return deed.act in duty.acts and (not duty.documents or deed.document_type in duty.documents)


def _counts_as_his(world: World, conflict: Conflict, person: PersonId, deed: PastAct) -> bool:
    """Who acted, and for whom he acted; relatives of either where the conflict says so."""
    doers = {deed.person, deed.on_behalf_of} - {None}
    related = {
        other for doer in doers for other in (_relatives(world, doer, deed.at) if doer else ())
    }
    return person in doers or (conflict.related and person in related)


def _relatives(world: World, person: PersonId, then: datetime) -> set[PersonId]:
    """Who is related to him now, or was then; a relation is one of both."""
    return {
        other
        for relations in world.data.relations.values()
        for relation in relations
        for one, other in (
            (relation.person, relation.related_to),
            (relation.related_to, relation.person),
        )
        if one == person and (relation.span.holds(world.now) or relation.span.holds(then))
    }


def _has_roles_against(
    world: World, conflict: Conflict, deed: PastAct, person: PersonId, acts_only: bool = False
) -> bool:
    """`on: person`: roles of both duties, or roles of one where the act is of the other."""
    people = {person}
    if conflict.related:
        people |= _relatives(world, person, world.now)
    first, second = (world.policy.duties[name] for name in conflict.duties)

    def has(duty: Duty) -> bool:
        return any(is_of(world, each, role) for each in people for role in duty.roles)

    def speaks(duty: Duty) -> bool:
        return not duty.documents or world.document.type in duty.documents

    return any(
        has(one) and (_is_of_duty(other, deed) or (not acts_only and has(other) and speaks(other)))
        for one, other in ((first, second), (second, first))
    )


def _is_about_the_same(world: World, on: str, deed: PastAct) -> bool:
    """How two documents are related (README, segregation); a document always to itself."""
    if _is_own(world, deed):
        return True
    if on == "same_chain" and (deed.document_type, deed.document_id) in world.history.chain:
        return True
    kinds = {
        "same_document": {"number"},
        "same_chain": {"number", "document"},
        "same_supplier": {"number", "supplier"},
        "same_object": {"number", "object"},
    }[on]
    return any(key.split(":")[0] in kinds for key in deed.keys & _keys(world))


def _keys(world: World) -> set[str]:
    """What the document is about, of what random documents state."""
    document, suppliers = world.document, world.data.suppliers
    supplier = suppliers.get(document.supplier)
    group = (supplier.group if supplier is not None else "") or document.supplier
    by_supplier = document.type in ("invoice", "credit_note")
    number = document.number.lower().replace("-", "").lstrip("0")
    own = {f"{document.type}/{document.id}"}
    if document.number:
        printed = f"{group}/{number}" if by_supplier else document.number
        own.add(f"{document.type}/{printed}")
    named = {f"contract/{document.contract}"} if document.contract else set()
    if document.purchase_order:
        named.add(f"purchase_order/{document.purchase_order}")
    keys = {f"document:{name}" for name in own | named} | {f"object:{name}" for name in own}
    if document.number:
        keys.add(f"number:{document.type}/{group if by_supplier else document.entity}/{number}")
    if document.supplier:
        keys |= {f"supplier:{document.supplier}", f"supplier:{group}"}
        keys |= {f"supplier:{name}" for name, one in suppliers.items() if one.group == group}
    keys |= {f"object:contract/{document.contract}"} if document.contract else set()
    projects = {document.project, *(line.project for line in document.lines)} - {""}
    return keys | {f"object:project/{name}" for name in projects}


def _is_mitigated(world: World, conflict: Conflict, person: PersonId) -> bool:
    return any(
        mitigation.conflict == conflict.name
        and world.person(mitigation.person) == person
        and world.person(mitigation.monitor) != person
        and world.day(world.now) <= mitigation.until
        and _is_reviewed(world, mitigation)
        and is_within(world, mitigation.cap, world.amount)
        for mitigation in world.policy.mitigations
    )


def _is_reviewed(world: World, mitigation: Mitigation) -> bool:
    oldest = world.history.unreviewed.get(mitigation.name)
    days = (world.day(world.now) - world.day(oldest)).days if oldest is not None else 0
    return days <= mitigation.review_every


def _is_related(world: World, human: Person, match: frozenset[str]) -> bool:
    supplier = world.data.suppliers.get(world.document.supplier)
    if supplier is None:
        return False
    shared = {
        "bank_account": human.accounts & supplier.accounts,
        "tax_id": human.tax_ids & supplier.tax_ids,
        "address": human.addresses & supplier.addresses,
    }
    return any(shared[name] for name in match)


def has_interest(world: World, person: PersonId) -> bool:
    """Whether he declared an interest in the supplier or its group."""
    supplier = world.data.suppliers.get(world.document.supplier)
    names = {world.document.supplier} | ({supplier.group} if supplier is not None else set())
    return any(
        interest.supplier in names - {""} and interest.span.holds(world.now)
        for interest in world.data.interests.get(person, ())
    )


def participants(world: World) -> set[PersonId]:
    """OPEN: who "takes part" in a document before anybody is asked."""
    document = world.document
    names = [document.requester, document.submitter, *document.beneficiaries]
    names += [document.buyer, document.receiver]
    return {person for name in names if (person := world.person(name)) is not None}


# --- 7 delegation (§7): on behalf of, both persons checked ---------------------------------------


def is_within(world: World, most: Money | None, total: Amount | None) -> bool:
    """Whether an amount is up to this; without an amount nothing is."""
    if most is None:
        return True
    value = _value(world, "amount", None, most.currency, total) if total is not None else None
    if total is not None and is_untold(world, total):
        return False
    world.uncertain |= {value.code} if isinstance(value, Unknown) else set()
    return isinstance(value, Fraction) and value <= most.minor


def is_untold(world: World, total: Amount) -> bool:
    """OPEN: nobody knows how much it is that cannot be told in the matrix's currency."""
    return total is world.amount and isinstance(
        _value(world, "amount", None, world.currency, total), Unknown
    )


@dataclass(frozen=True)
class Hop:
    """One delegation together with a row of the policy that allows it."""

    delegation: Delegation
    rule: DelegationRule


@dataclass(frozen=True)
class Claim:
    """What a place is asked about, and whether it needs authority for that."""

    total: Amount | None
    needs_authority: bool = False
    only_tells: bool = False  # OPEN: whoever is there may be told, the requester too
    as_owner: bool = False  # OPEN: "no limit needed", of a delegate neither
    is_on_the_way: bool = False  # up a chain, before whoever's authority covers


Pairs = frozenset[tuple[str, str]]  # who acts, on behalf of whom (or "")


INSTEAD: Final = "instead of "


def instead_of(holder: str) -> str:
    """Whom a stand-in acts for: not on his behalf, so that several may do so together."""
    return f"{INSTEAD}{holder}" if holder else ""


POSITION: Final = "in the position of "


def in_position_of(person: str) -> str:
    """For whom somebody acts by his own authority, since the other has left."""
    return f"{POSITION}{person}"


def plain(principal: str) -> str:
    """The person that was stood in for or acted for."""
    return principal.removeprefix(INSTEAD).removeprefix(POSITION)


def is_able(world: World, person: PersonId, claim: Claim) -> bool:
    """Whether nothing but absence can keep him from a place."""
    if _is_kept_from(world, person, claim):
        return False
    if not claim.needs_authority:
        return True
    return claim.total is not None and has_authority(world, person, claim.total)


def _is_kept_from(world: World, person: PersonId, claim: Claim) -> bool:
    why = obstacles(world, person)
    return "inactive" in why if claim.only_tells else bool(why)


def who_for(world: World, people: Iterable[PersonId], claim: Claim) -> Pairs:
    """For a place that several could fill: those of them who are there, and their delegates.

    OPEN: a delegate may act while the delegator is there, too; who can act for himself does.
    """
    able = [person for person in sorted(people) if is_able(world, person, claim)]
    delegates = {person: [*_delegates(world, person, (person,), (), claim)] for person in able}
    present = [
        person
        for person in able
        if not world.data.is_absent(person, world.now)
        or ((person, claim) in world.stayed and not delegates[person])  # it is his, and he is away
    ]
    for_others = {(str(by), str(person)) for person in able for by in delegates[person]}
    # OPEN: who acts for somebody who has left does so in his posts, too.
    for_others |= {
        (str(by), in_position_of(position))
        for position in people
        for by in in_position(world, position)
        if by != position and is_able(world, by, claim) and not world.data.is_absent(by, world.now)
    }
    return frozenset((str(person), "") for person in present) | {
        (by, of) for by, of in for_others if by not in present
    }


def _delegates(
    world: World,
    person: PersonId,
    path: tuple[PersonId, ...],
    hops: tuple[Hop, ...],
    claim: Claim,
) -> Iterator[PersonId]:
    """Delegates who are there, and theirs where they may delegate on; none of what stays (§7)."""
    rules = [rule for rule in world.policy.delegation if is_surely(world, rule.when)]
    for delegation in world.data.delegations.get(person, ()):
        delegate = delegation.delegate
        if delegate in path or not _is_open(world, delegation, claim):
            continue
        if _is_kept_from(world, delegate, claim):
            continue
        for rule in rules:
            further = (*hops, Hop(delegation, rule))
            if not _allows(world, rule, delegation, claim) or not _is_deep_enough(further):
                continue
            found = [*_delegates(world, delegate, (*path, delegate), further, claim)]
            if not world.data.is_absent(delegate, world.now) and _has_limits(
                world, path[0], further, claim
            ):
                found.append(delegate)
            elif not found and (delegate, claim) in world.stayed:
                found.append(delegate)
            if rule.pending_stay and _began_after_it_was_asked(world, delegation):
                world.stayed |= {(person, claim)} if found else set()
            else:
                yield from found


def _began_after_it_was_asked(world: World, delegation: Delegation) -> bool:
    start = delegation.span.start
    return world.asked_since is not None and start is not None and world.asked_since < start


def _has_limits(world: World, principal: PersonId, hops: tuple[Hop, ...], claim: Claim) -> bool:
    """`limit`: `delegate` and `lesser` want a limit of his own, where there is an amount.

    OPEN: in a chain, `lesser` wants one of the delegator's also where he is only on the way.
    """
    total = claim.total
    if claim.as_owner or total is None:
        return True
    compared = {hop.rule.limit for hop in hops}
    if claim.is_on_the_way and "lesser" in compared and not has_authority(world, principal, total):
        return False
    return compared == {"delegator"} or (
        not is_untold(world, total)
        and all(
            hop.rule.limit == "delegator" or has_authority(world, hop.delegation.delegate, total)
            for hop in hops
        )
    )


def _is_deep_enough(hops: tuple[Hop, ...]) -> bool:
    """`depth` of a row: how often the delegate may delegate on."""
    return all(hop.rule.depth >= len(hops) - 1 - i for i, hop in enumerate(hops))


def _is_open(world: World, delegation: Delegation, claim: Claim) -> bool:
    """In its time, not revoked, and about this document."""
    document = world.document
    categories = {line.category for line in document.lines} or {document.category}
    kinds = {line.capex for line in document.lines} or {document.capex}
    return (
        delegation.span.holds(world.now)
        and (delegation.revoked_at is None or world.now < delegation.revoked_at)
        and (not delegation.documents or document.type in delegation.documents)
        and (not delegation.entities or document.entity in delegation.entities)
        # OPEN: every line must be of a category, or of the kind, that was delegated.
        and (not delegation.categories or categories <= delegation.categories)
        and (delegation.capex is None or kinds == {delegation.capex})
        and is_within(world, delegation.cap, claim.total)
    )


def _allows(world: World, rule: DelegationRule, delegation: Delegation, claim: Claim) -> bool:
    """Any matching row of `handling.delegation` allows it; no row, no delegation."""
    organization, document = world.policy.organization, world.document
    delegator = world.data.people[delegation.delegator]
    delegate = world.data.people[delegation.delegate]
    gap = organization.rank(level_of(world, delegator)) - organization.rank(
        level_of(world, delegate)
    )
    to_rank = organization.rank(rule.to_level)
    return (
        document.type in rule.documents
        and (not rule.entities or document.entity in rule.entities)
        and is_within(world, rule.cap, claim.total)
        and (not rule.longest or 0 <= _days(world, delegation, delegator) <= rule.longest)
        and (rule.level_gap < 0 or gap <= rule.level_gap)
        and (not rule.to_level or organization.rank(level_of(world, delegate)) >= to_rank)
        and (not rule.to_roles or any(holds(world, delegate.id, r) for r in rule.to_roles))
        and rule.require <= delegation.papers
    )


def _days(world: World, delegation: Delegation, delegator: Person) -> int:
    """Local days that a delegation lasts, the first and the last counted; -1 without an end."""
    start, end = delegation.span.start, delegation.span.end
    if start is None or end is None:
        return -1
    home = world.policy.organization.entities.get(delegator.entity, world.entity)
    zone = ZoneInfo(home.zone)
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    return (last - start.astimezone(zone).date()).days + 1


# --- 8 words (§3 who): from a word to persons ----------------------------------------------------


def holders(world: World, role: str) -> set[PersonId]:
    """Who holds a role for the document, acting holders included."""
    per = world.policy.organization.roles[role].per
    wanted = {"*", "group"} if per == "group" else {"*", str(world.facts.get(per, "*"))}
    return {
        holding.person
        for found in world.data.holdings.values()
        for holding in found
        if holding.role == role and holding.scope in wanted and holding.span.holds(world.now)
    }


def holds(world: World, person: PersonId, role: str) -> bool:
    return person in holders(world, role)


def manager(world: World, person: PersonId) -> PersonId | None:
    human = world.data.people.get(person)
    return current(human.managers, world.now) if human is not None else None


def in_position(world: World, person: PersonId) -> Iterator[PersonId]:
    """The person himself, or, where he has left, whoever acts in his position, but for what is his
    own."""
    human = world.data.people.get(person)
    if human is not None and human.is_active(world.now):
        yield person
        return
    if person in {world.requester, *map(world.person, world.document.beneficiaries)}:
        return
    for acting in world.data.acting.get(person, ()):
        if acting.span.holds(world.now):
            yield acting.by


def upwards(world: World, person: PersonId) -> Iterator[PersonId]:
    """The person, his supervisor, and so on; a circle ends."""
    seen: list[PersonId] = []
    at: PersonId | None = person
    while at is not None and at not in seen:
        seen.append(at)
        yield at
        at = manager(world, at)


def place_of(world: World, position: PersonId, claim: Claim) -> Pairs:
    """Who can be asked in a position; nobody where it is vacant, absent or barred."""
    return who_for(world, [position], claim)


@dataclass(frozen=True)
class Asked:
    """How a word is asked: for what, whether it may climb, and after whom.

    An approval that a control added satisfies no chain of the row: controls only add (§5). OPEN:
    nor does one of the row that such an approval fills.
    """

    ask: str = "approve"
    climbs: bool = True
    earlier: tuple[Parts, ...] = ()


def resolve(world: World, word: Word, asked: Asked) -> Parts:
    """The places that a word stands for. Raises `Stuck` where nobody can fill them."""
    match word:
        case RoleWord(role):
            return (_role(world, role, asked),)
        case OwnerWord(kind):
            return _owners(world, kind, asked)
        case RequesterWord():
            if obstacles(world, world.requester) - {"self_approval"} == {"inactive"}:
                raise Stuck("no_eligible_approver")
            return (Seat(asked.ask, frozenset({(world.requester, "")}), "requester"),)
        case LevelWord(level):
            who = _of_level(world, level)
            if not who:
                raise Stuck("no_eligible_approver")
            return (Seat(asked.ask, who, level),)
        case BodyWord(role):
            return (_body(world, role, asked),)
        case Together(need, words):
            return (_together(world, need, words, asked),)
        case Distinct():
            return (_distinct(world, word, asked),)
        case First(words):
            return _first(world, words, asked)
        case SupervisorChain() | RoleChain():
            return chain(world, word, asked)
        case Signed(who):
            return resolve(world, who, asked)
        case Consult(who):
            return resolve(world, who, dataclasses.replace(asked, ask="consult"))
        case Notify(who):
            return resolve(world, who, dataclasses.replace(asked, ask="notify"))
        case Ratify(who):
            return resolve(world, who, dataclasses.replace(asked, ask="ratify"))
        case _:
            assert_never(word)


def _role(world: World, role: str, asked: Asked) -> Seat:
    """Other holders of the role, then its declared stand-ins, then held (§3)."""
    claim = Claim(world.amount, only_tells=asked.ask == "notify")
    who = who_for(world, holders(world, role), claim)
    who = who or (_stand_ins(world, role) if asked.climbs else who)
    if not who:
        per = world.policy.organization.roles[role].per
        is_known = per in ("entity", "group") or per in world.facts
        raise Stuck("no_eligible_approver", *([] if is_known else ["fact_missing"]))
    return Seat(asked.ask, who, role)


def _stand_ins(world: World, role: str) -> Pairs:
    """Those whose reason, requirements and bounds hold (§7): every holder is prevented for it."""
    reasons = set()
    for holder in holders(world, role):
        why = obstacles(world, holder)
        reasons.add("vacant" if "inactive" in why else "barred" if why else "absent")
    reasons = reasons or {"vacant"}
    found: set[tuple[str, str]] = set()
    for rule in world.policy.stand_ins:
        if (
            rule.for_role == role
            and reasons <= rule.because
            and (not rule.documents or world.document.type in rule.documents)
            and is_surely(world, rule.when)
            and all(is_surely(world, part.condition) for part in rule.require)
            and is_within(world, rule.up_to, world.amount)
        ):
            try:
                parts = resolve(world, rule.by, Asked())
            except Stuck:
                continue
            found |= {pair for seat in seats(parts) for pair in seat.who}
    # OPEN: a stand-in acts for the holder, where there is one and no other.
    everybody = holders(world, role)
    only = str(*everybody) if len(everybody) == 1 else ""
    return frozenset((by, of or instead_of(only)) for by, of in found)


def seats(parts: Parts) -> Iterator[Seat]:
    for part in parts:
        if isinstance(part, Seat):
            yield part
        elif isinstance(part, Some):
            yield from seats(part.parts)


def _of_level(world: World, level: str) -> Pairs:
    """One person of that level or higher, for the entity."""
    rank = world.policy.organization.rank
    people = [
        person.id
        for person in world.data.people.values()
        if person.entity == world.entity.id and rank(level_of(world, person)) >= rank(level)
    ]
    return who_for(world, people, Claim(world.amount))


def _owners(world: World, kind: str, asked: Asked) -> Parts:
    """Each owner of what the lines are charged to, in parallel; the same person once (§3)."""
    found: list[Seat] = []
    for owner, share in _owners_of(world, kind).items():
        who: Pairs = frozenset()
        for at in upwards(world, owner):
            who = who or place_of(world, at, Claim(share, as_owner=True))
            if not asked.climbs:
                break
        if not who:
            raise Stuck("no_eligible_approver")
        found.append(Seat(asked.ask, who, kind))
    return tuple(found)


def _owners_of(world: World, kind: str) -> dict[PersonId, Amount | None]:
    """The owners, and for how much each is asked."""
    if kind == "requester.manager":
        supervisor = manager(world, world.requester)
        if supervisor is None:
            raise Stuck("no_eligible_approver")
        return {supervisor: world.amount}
    shares: dict[PersonId, int] = {}
    for line in world.document.lines:
        charged = line.project if kind == "project_manager" else line.cost_center
        if not charged:
            # OPEN: a line that is charged to nothing leaves its owner unknown; `first` waits.
            raise Unclear("fact_missing")
        owner = _owner_of(world, kind, charged)
        if owner is None:
            raise Unclear("no_owner")
        shares[owner] = shares.get(owner, 0) + line.net.minor
    if not shares:
        raise Unclear("fact_missing")
    absolute, currency = world.policy.credits == "absolute", world.document.currency
    return {
        owner: Amount("share", absolute, Money(minor, currency)) for owner, minor in shares.items()
    }


def _owner_of(world: World, kind: str, charged: str) -> PersonId | None:
    center, project = world.data.cost_centers.get(charged), world.data.projects.get(charged)
    if kind == "project_manager":
        return current(project.managers, world.now) if project is not None else None
    if center is None:
        return None
    return current(center.budget_holders if kind == "budget_holder" else center.owners, world.now)


def _body(world: World, role: str, asked: Asked) -> Vote:
    """Members who may vote, or recorders. OPEN: somebody absent stays one; nobody has delegates."""
    body = world.policy.organization.roles[role].body
    if body is None:
        raise Stuck("no_eligible_approver")
    able = {
        name: frozenset(str(p) for p in holders(world, name) if not obstacles(world, p))
        for name in (body.of, body.recorded_by)
        if name
    }
    members, recorders = able.get(body.of, frozenset()), able.get(body.recorded_by, frozenset())
    if not recorders if body.recorded_by else len(members) < body.present:
        raise Stuck("no_eligible_approver")
    return Vote(asked.ask, role, members, recorders, body.present if body.of else 1)


def _together(world: World, need: int, words: Sequence[Word], asked: Asked) -> Part:
    """`need` of the words, every place by a different person (§3). Who cannot be filled is left
    out; held where too few are left or where no distinct persons can be found."""
    parts: list[Part] = []
    codes = {"no_eligible_approver"}
    for word in words:
        try:
            found = resolve(world, word, asked)
        except Stuck as stuck:
            codes |= stuck.codes
            continue
        parts.append(found[0] if len(found) == 1 else Some(len(found), found))
    group = Some(need, tuple(parts))
    if next(completions(group), None) is None:
        raise Stuck(*codes)
    return group


def _distinct(world: World, word: Distinct, asked: Asked) -> Part:
    """n distinct holders of one word, k of them from a set (§3)."""
    (part,) = resolve(world, word.of, asked)
    among = tuple(
        (need, frozenset(str(p) for role in roles for p in holders(world, role)))
        for need, roles in word.among
    )
    group = Some(word.need, (part,) * word.need, among)
    if next(completions(group), None) is None:
        raise Stuck("no_eligible_approver")
    return group


def _first(world: World, words: Sequence[Word], asked: Asked) -> Parts:
    """The first that can be completed; only the last one climbs (§3)."""
    codes: set[str] = set()
    for i, word in enumerate(words):
        is_last = i == len(words) - 1
        try:
            return resolve(world, word, dataclasses.replace(asked, climbs=asked.climbs and is_last))
        except Unclear:
            raise
        except Stuck as stuck:
            codes |= stuck.codes
    raise Stuck(*codes)


Approval = tuple[str, str, Seat | Vote]  # who acts, on behalf of whom, for which place


def completions(part: Part, before: tuple[Approval, ...] = ()) -> Iterator[tuple[Approval, ...]]:
    """Every way to fill a part with as few approvals as it needs, after those `before`."""
    match part:
        case Seat():
            for actor, principal in sorted(part.who):
                approval = (actor, principal or actor, part)
                if all(_are_different(approval, other) for other in before):
                    yield (*before, approval)
        case Vote():
            yield (*before, (f"body {part.body}", f"body {part.body}", part))
        case Some(need, parts, among):
            for chosen in combinations(parts, need):
                for approvals in _each(chosen, before):
                    if _are_among(approvals[len(before) :], among):
                        yield approvals
        case _:
            assert_never(part)


def _each(parts: Sequence[Part], before: tuple[Approval, ...]) -> Iterator[tuple[Approval, ...]]:
    if not parts:
        yield before
        return
    for approvals in completions(parts[0], before):
        yield from _each(parts[1:], approvals)


def _are_different(one: Approval, other: Approval) -> bool:
    """OPEN: also of the persons acted for; a holder and his own delegate fill one place."""
    by, of = (each[0] if each[1].startswith(INSTEAD) else plain(each[1]) for each in (one, other))
    return one[0] != other[0] and by != of


def _are_among(approvals: Sequence[Approval], among: Iterable[tuple[int, frozenset[str]]]) -> bool:
    return all(
        sum(plain(of) in persons for _, of, _ in approvals) >= need for need, persons in among
    )


# --- 9 authority (§4 limits): no limit, no authority ---------------------------------------------


def limits_of(world: World, person: PersonId) -> Iterator[Limit]:
    """The limits that name a role he holds or exactly his level, for this document."""
    for limit in limits_here(world):
        if any(is_of(world, person, name) for name in limit.who):
            yield limit


def limits_here(world: World) -> Iterator[Limit]:
    for limit in world.policy.organization.limits:
        if (
            (not limit.entities or world.entity.id in limit.entities)
            and (not limit.documents or world.document.type in limit.documents)
            and is_surely(world, limit.when)
        ):
            yield limit


def is_of(world: World, person: PersonId, name: str) -> bool:
    """Whether he holds the role, or has exactly this level."""
    if name in world.policy.organization.levels:
        return level_of(world, world.data.people[person]) == name
    return holds(world, person, name)


def reaches(world: World, limit: Limit, total: Amount) -> bool:
    """Whether the limit covers the total, converted once into its currency.

    OPEN: a limit that cannot be compared covers nothing; it may be named where nobody covers.
    """
    return is_within(world, limit.up_to, total)


def has_authority(world: World, person: PersonId, total: Amount) -> bool:
    return any(
        reaches(world, limit, total) for limit in limits_of(world, person) if not limit.jointly
    )


def greatest_authority(world: World, person: PersonId) -> FactValue | None:
    """The limit of one person as a fact (§2): the greatest in the document's currency.

    OPEN: limits that cannot be converted into one currency leave it missing.
    """
    limits = [limit for limit in limits_of(world, person) if not limit.jointly]
    if any(limit.up_to is None for limit in limits):
        return Unlimited(1)
    greatest: Money | None = None
    for limit in limits:
        if limit.up_to is not None and greatest is not None:
            mine = converted(world, limit.up_to, greatest.currency)
            if isinstance(mine, str):
                return None
            greatest = limit.up_to if mine > greatest.minor else greatest
        else:
            greatest = limit.up_to
    return greatest or Unlimited(-1)


# --- 10 chains (§3): upwards to the first whose authority covers ---------------------------------


def total_of(world: World, covers: str) -> Amount:
    """What authority is compared with: the matrix's amount, or the total that is named.

    OPEN: held where it is missing or foreign without a rate, also for somebody with any amount.
    """
    if covers:
        if covers not in world.facts:
            raise Unclear("fact_missing")
        return Amount(covers, world.policy.credits == "absolute")
    if world.amount is None:
        raise Unclear("fact_missing")
    value = _value(world, "amount", None, world.currency, world.amount)
    if isinstance(value, Unknown):
        raise Unclear(value.code)
    return world.amount


def earlier_approver(world: World, asked: Asked, total: Amount) -> Seat | None:
    """Whoever certainly approved before and has the authority: then nobody else is asked.

    OPEN: who acts for another does so by the other's authority, and by none of his own.
    """
    for parts in asked.earlier:
        for seat in certain_seats(parts):
            is_approval = seat.ask == "approve" and seat.word != "requester"
            own = [
                (not of or of.startswith(POSITION)) and has_authority(world, PersonId(by), total)
                for by, of in seat.who
            ]
            if is_approval and own and all(own):
                return Seat(asked.ask, seat.who, "chain", already=True)
    return None


def exceeded(is_somebody_able: bool, parts: Sequence[Part]) -> Stuck:
    """Nobody covers (§3). OPEN: the code where somebody would but may not, or nobody may at all."""
    if is_somebody_able or not parts:
        return Stuck("authority_exceeded", "no_eligible_approver")
    return Stuck("authority_exceeded")


def certain_seats(parts: Parts) -> Iterator[Seat]:
    """The places that every way to complete the parts fills.

    Where so many have to be among some persons, that many places are for these alone.
    """
    for part in parts:
        if isinstance(part, Seat):
            yield part
        elif isinstance(part, Some) and part.need == len(part.parts):
            for index, seat in enumerate(certain_seats(part.parts)):
                yield dataclasses.replace(seat, who=_among(seat, index, part.among))


def _among(
    seat: Seat, index: int, among: Iterable[tuple[int, frozenset[str]]]
) -> frozenset[tuple[str, str]]:
    named = [persons for need, persons in among if index < need]
    return frozenset(
        (actor, principal)
        for actor, principal in seat.who
        if all((plain(principal) or actor) in persons for persons in named)
    )


def ladders(world: World, word: SupervisorChain | RoleChain, asked: Asked) -> list[list[Part]]:
    """Whom a chain asks, one after the other; of several owners, each has a chain of his own."""
    if isinstance(word, RoleChain) or word.until_authority or word.covers:
        total = total_of(world, word.covers)
        is_own = word.chain_only or word.asks_all
        earlier = None if is_own else earlier_approver(world, asked, total)
        if earlier is not None:
            return [[earlier]]
    if isinstance(word, RoleChain):
        parts = _until_role(world, word, total, asked)
        return [parts if word.asks_all else parts[-1:]]
    found = []
    for start in _starts(world, word.of):
        way = upwards(world, start)
        if word.until_authority or word.covers:
            parts = _until_authority(world, way, total, asked)
        else:
            parts = _until_place(world, way, word, asked)
        found.append(parts if word.asks_all else parts[-1:])
    return found


def chain(world: World, word: SupervisorChain | RoleChain, asked: Asked) -> Parts:
    """The places of a chain; the same place once."""
    return tuple(dict.fromkeys(part for ladder in ladders(world, word, asked) for part in ladder))


def _starts(world: World, of: Word | None) -> list[PersonId]:
    if isinstance(of, OwnerWord):
        return list(_owners_of(world, of.kind))
    if isinstance(of, RoleWord):
        starts = sorted(holders(world, of.role))
        if not starts:
            raise Stuck("no_eligible_approver", "authority_exceeded")
        return starts[:1]
    if of is not None:
        raise NotImplementedError(of)
    supervisor = manager(world, world.requester)
    return [supervisor] if supervisor is not None else [PersonId("")]


def _until_authority(
    world: World, way: Iterator[PersonId], total: Amount, asked: Asked
) -> list[Part]:
    """The places on the way; the last is of the first person whose authority covers."""
    parts: list[Part] = []
    is_somebody_able = False
    for position in way:
        people = list(in_position(world, position))
        is_somebody_able |= any(has_authority(world, person, total) for person in people)
        who = place_of(world, position, Claim(total, needs_authority=True))
        if who:
            return [*parts, Seat(asked.ask, who, "chain")]
        joint = next((j for p in people if (j := _jointly(world, p, total, asked))), None)
        if joint is not None:
            return [*parts, joint]
        who = place_of(world, position, Claim(total, is_on_the_way=True))
        parts += [Seat(asked.ask, who, "chain")] if who else []
    raise exceeded(is_somebody_able, parts)


def _jointly(world: World, person: PersonId, total: Amount, asked: Asked) -> Part | None:
    """All who have a limit together, where he is one of them and together they cover (§4)."""
    if not who_for(world, [person], Claim(total)):
        return None
    for limit in limits_of(world, person):
        if limit.jointly and reaches(world, limit, total):
            words = [
                LevelWord(name) if name in world.policy.organization.levels else RoleWord(name)
                for name in limit.who
            ]
            try:
                return _together(world, len(words), words, asked)
            except Stuck:
                continue
    return None


def _until_place(
    world: World, way: Iterator[PersonId], word: SupervisorChain, asked: Asked
) -> list[Part]:
    """`steps: 2`, `to: vp`. OPEN: a vacant or barred place is no step."""
    rank = world.policy.organization.rank
    parts: list[Part] = []
    for position in way:
        who = place_of(world, position, Claim(world.amount))
        if not who:
            continue
        parts.append(Seat(asked.ask, who, "chain"))
        human = world.data.people[position]
        if len(parts) == word.steps or (word.to and rank(level_of(world, human)) >= rank(word.to)):
            return parts
    raise Stuck("no_eligible_approver", "authority_exceeded")


def _until_role(world: World, word: RoleChain, total: Amount, asked: Asked) -> list[Part]:
    """The same over roles, in the order written."""
    parts: list[Part] = []
    is_somebody_able = False
    for role in word.roles:
        people = holders(world, role)
        is_somebody_able |= any(has_authority(world, person, total) for person in people)
        who = who_for(world, people, Claim(total, needs_authority=True))
        if who:
            return [*parts, Seat(asked.ask, who, role)]
        joint = next((j for p in people if (j := _jointly(world, p, total, asked))), None)
        if joint is not None:
            return [*parts, joint]
        asked_too = who_for(world, people, Claim(total, is_on_the_way=True))
        parts += [Seat(asked.ask, asked_too, role)] if asked_too else []
    raise exceeded(is_somebody_able, parts)


# --- 11 the route (§3 steps, §5 before, beside, after) -------------------------------------------


def route(world: World, own: Answer, added: Sequence[tuple[At, Sequence[Word]]]) -> list[Parts]:
    """The steps of the row, and around them those of the controls.

    OPEN: the order of controls means nothing, therefore their steps run in parallel, the first
    with the first. What stands beside runs so with the steps of the row.
    """
    lanes: dict[At, list[Sequence[Word]]] = {at: [] for at in At}
    lanes[At.BESIDE].append(own.steps if isinstance(own, Approve) else ())
    for at, words in added:
        lanes[at].append(words)
    steps: list[Parts] = []
    own_steps: list[Parts] = []
    codes: set[str] = set()
    for at in (At.BEFORE, At.BESIDE, At.AFTER):
        for number in range(max(map(len, lanes[at]), default=0)):
            in_turn: list[list[Part]] = []
            own_parts: list[int] = []  # of every step, how many are the row's: they stand first
            for lane, words in enumerate(lanes[at]):
                is_own = at is At.BESIDE and lane == 0
                asked = Asked(earlier=tuple(own_steps if is_own else steps))
                try:
                    found = _in_turn(world, words[number], asked) if number < len(words) else []
                except Stuck as stuck:
                    codes |= stuck.codes
                    continue
                own_parts = [len(parts) for parts in found] if is_own else own_parts
                in_turn += [[] for _ in found[len(in_turn) :]]
                for together, parts in zip(in_turn, found, strict=False):
                    together.extend(parts)
            for i, together in enumerate(in_turn):
                steps.append(_once(steps, together))
                mine = steps[-1][: own_parts[i] if i < len(own_parts) else 0]
                own_steps.append(tuple(part for part in mine if is_asked(part)))
    if codes:
        raise Stuck(*codes)
    return steps


def _in_turn(world: World, word: Word, asked: Asked) -> list[list[Part]]:
    """A step; of a chain that asks everyone on the way, in order, several (§3 `asks: all`)."""
    inner = word
    while isinstance(inner, Signed):
        inner = inner.who
    if isinstance(inner, SupervisorChain | RoleChain) and inner.asks_all:
        ways = ladders(world, inner, asked)
        return [[*filter(None, parts)] for parts in zip_longest(*ways)]
    return [list(resolve(world, word, asked))]


def _once(earlier: Sequence[Parts], parts: Sequence[Part]) -> Parts:
    """Between steps one person asked twice is asked once (§3).

    A place is filled already where everybody who may fill a certain earlier place may fill it, in
    the same capacity (for himself, or on behalf of the same person). OPEN: the same among places
    side by side, those of the row first.
    """
    found: list[Part] = []
    for part in parts:
        found.append(_filled(part, (*earlier, tuple(found))))
    return tuple(found)


def _filled(part: Part, earlier: Sequence[Parts]) -> Part:
    match part:
        case Seat():
            before = _filling(part, earlier)
            return dataclasses.replace(before[0], already=True) if before else part
        case Vote():
            return part  # OPEN: a body is no person; asked twice it votes twice
        case Some():
            return _filled_group(part, earlier)
        case _:
            assert_never(part)


def _filling(seat: Seat, earlier: Sequence[Parts]) -> list[Seat]:
    """The earlier places whose approver fills this one, too."""
    if seat.ask != "approve" or seat.already:
        return []
    before = [one for parts in earlier for one in certain_seats(parts) if not one.already]
    return [one for one in before if one.ask == "approve" and one.who <= seat.who]


def _filled_group(group: Some, earlier: Sequence[Parts]) -> Some:
    """Each earlier approver fills one place, and only where the others can still be filled."""
    for path, seat in list(_paths(group)):
        for before in _filling(seat, earlier):
            attempt = _put(group, path, dataclasses.replace(before, already=True))
            used = [one for one in seats((group,)) if one.already and one.who == before.who]
            if not used and next(completions(attempt), None) is not None:
                group = attempt
                break
    return group


def _paths(group: Some, at: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Seat]]:
    for i, part in enumerate(group.parts):
        if isinstance(part, Seat):
            yield (*at, i), part
        elif isinstance(part, Some):
            yield from _paths(part, (*at, i))


def _put(group: Some, path: tuple[int, ...], seat: Seat) -> Some:
    parts = list(group.parts)
    inner = parts[path[0]]
    parts[path[0]] = _put(inner, path[1:], seat) if isinstance(inner, Some) else seat
    return dataclasses.replace(group, parts=tuple(parts))


# --- 12 guarantees and deciding (§5) -------------------------------------------------------------


def applies(world: World, guarantee: Guarantee) -> Truth:
    """Whether a guarantee speaks about this document."""
    if not covers_scope(world, guarantee.scope, guarantee.effective) or (
        guarantee.documents and world.document.type not in guarantee.documents
    ):
        return Truth(False)
    parts: list[Condition] = [guarantee.when]
    if guarantee.above:
        above = guarantee.above
        names = [n for n in (world.document.currency, world.entity.currency) if n in above]
        # OPEN: an amount in neither currency is compared with each.
        bounds = [above[names[0]]] if names else list(above.values())
        parts.append(
            Any(
                tuple(
                    Compare("amount", Op.ABOVE, Constant(bound), Kind.MONEY, bound.currency)
                    for bound in bounds
                )
            )
        )
    return truth(world, All(tuple(parts)), amount_of(world, guarantee.amount))


def keeps(world: World, guarantee: Guarantee, steps: Sequence[Parts]) -> bool:
    """Whether every way to complete the route satisfies it.

    Of a way only who approved, and as which of the roles, is kept. OPEN: the person whose need it
    is approves nothing by the word `requester`.
    """
    ways: set[tuple[frozenset[str], frozenset[str]]] = {(frozenset(), frozenset())}
    for part in (part for parts in steps for part in parts if is_asked(part)):
        of_part = {
            (people, frozenset(r for r in guarantee.by if any(_is_by(world, a, r) for a in done)))
            for done in completions(part)
            for people in _who_approve(done)
        }
        ways = {(people | more, by | as_) for people, by in ways for more, as_ in of_part}
    return all(len(people) >= guarantee.at_least and by == set(guarantee.by) for people, by in ways)


def is_asked(part: Part) -> bool:
    """A part that has to be approved, and was not by an earlier place."""
    if isinstance(part, Some):
        return any(is_asked(inner) for inner in part.parts)
    is_filled = isinstance(part, Seat) and part.already
    return part.ask == "approve" and not is_filled


def _who_approve(done: tuple[Approval, ...]) -> Iterator[frozenset[str]]:
    """The persons behind approvals.

    OPEN: of a body whoever records what it decided, or as many members as must be present.
    """
    people = frozenset(
        actor for actor, _, part in done if isinstance(part, Seat) and not is_own_need(part)
    )
    votes = [part for _, _, part in done if isinstance(part, Vote)]
    for present in product(
        *(
            [
                *combinations(sorted(v.recorders), 1),
                *(combinations(sorted(v.members), v.present) if v.members else ()),
            ]
            for v in votes
        )
    ):
        yield people.union(*present)


def is_own_need(part: Seat | Vote) -> bool:
    return isinstance(part, Seat) and part.word == "requester"


def _is_by(world: World, approval: Approval, role: str) -> bool:
    """Approved by the role: asked as it, or by a holder of it or on his behalf."""
    actor, principal, seat = approval[0], plain(approval[1]), approval[2]
    if isinstance(seat, Vote):
        return seat.body == role
    people = holders(world, role) if role in world.policy.organization.roles else set()
    return seat.word == role or actor in people or principal in people


def findings_of(world: World, requirements: Iterable[Requirement]) -> tuple[str, ...]:
    """Each part of a `require` that is not true."""
    return tuple(
        sorted({r.text for r in requirements if truth(world, r.condition).value is not True})
    )


def decide(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: Mapping[str, FactValue] = MappingProxyType({}),
    history: History = NO_HISTORY,
    asked_since: datetime | None = None,
) -> Result:
    """Refusals beat holds, holds beat additions (§5)."""
    try:
        world = world_of(policy, data, document, now, given)
    except Stuck as stuck:
        return Result("held", stuck.codes)
    world.history, world.asked_since = history, asked_since
    refused: set[str] = set()
    held: set[str] = set()
    answer: Answer | None = None
    requirements: list[Requirement] = []
    try:
        answer, required = _answer_of_matrix(world)
        requirements += required
    except Stuck as stuck:
        held |= stuck.codes
    if isinstance(answer, Hold):
        held.add(answer.code or "held_by_policy")
    if isinstance(answer, Refuse):
        refused.add(answer.code or "refused_by_policy")
    added: list[tuple[At, Sequence[Word]]] = []
    for control in policy.additional:
        held |= _control(world, control, refused, requirements, added)
    for related in policy.related_parties:
        people = [data.people[p] for p in participants(world) if p in data.people]
        if related.refuse_on_match and any(_is_related(world, p, related.match) for p in people):
            refused.add("related_party_match")
        # OPEN: an unknown supplier holds only where people are compared with it.
        is_known = document.supplier in ("", *data.suppliers)
        held |= set() if is_known else {"supplier_unknown"}
    held |= joined(world)
    if refused:
        return Result("refused", frozenset(refused))
    if held or answer is None:
        return Result("held", frozenset(held))
    return _routed(world, answer, added, requirements)


def _answer_of_matrix(world: World) -> tuple[Answer, tuple[Requirement, ...]]:
    matrix = the_matrix(world)
    world.amount, world.currency = amount_of(world, matrix.amount), matrix.currency
    if code := credit_code(world, world.amount):
        minor = _value(world, "amount", None, world.currency, world.amount)
        raise Stuck(code, *([minor.code] if isinstance(minor, Unknown) else []))
    row = the_row(world, matrix)
    if row is not None:
        return row.answer, row.require
    match matrix.otherwise:
        case None:
            raise Stuck("no_row")
        case Hold(code=code):
            raise Stuck(code or "no_row")  # "an `otherwise: {hold}` keeps the code" (§3)
        case other:
            return other, ()


def _control(
    world: World,
    control: Additional,
    refused: set[str],
    requirements: list[Requirement],
    added: list[tuple[At, Sequence[Word]]],
) -> frozenset[str]:
    """What one row of a controls file adds; the codes with which it holds."""
    if not covers_scope(world, control.scope, control.effective) or (
        control.documents and world.document.type not in control.documents
    ):
        return frozenset()
    code = credit_code(world, amount_of(world, control.amount))
    found = row_truth(world, control, control.amount)
    if found.value is False:
        return frozenset()
    if code or found.value is None:
        return frozenset({code}) if code else found.codes
    requirements += control.require
    match control.answer:
        case Approve(steps):
            added.append((control.at, steps))
        case Hold(code=own):
            return frozenset({own or control.code or "held_by_policy"})
        case Refuse(code=own):
            refused.add(own or control.code or "refused_by_policy")
        case NotNeeded() | None:
            pass
        case other:
            assert_never(other)
    return frozenset()


def _routed(
    world: World,
    answer: Answer,
    added: list[tuple[At, Sequence[Word]]],
    requirements: list[Requirement],
) -> Result:
    findings = findings_of(world, requirements)
    said = [(guarantee, applies(world, guarantee)) for guarantee in world.policy.guarantees]
    undecided = frozenset[str]().union(*(t.codes for _, t in said if t.value is None))
    try:
        steps = route(world, answer, added)
        for related in world.policy.related_parties:
            taking_part = {p for p in participants(world) if has_interest(world, p)}
            if related.add and (taking_part or world.declared):
                steps = route(world, answer, [*added, (At.AFTER, related.add)])
    except Stuck as stuck:
        return Result("held", stuck.codes | world.uncertain | undecided)
    approvals = [seat for parts in steps for seat in _places(parts) if seat.ask == "approve"]
    codes = set(undecided)
    if not all(keeps(world, guarantee, steps) for guarantee, t in said if t.value is True):
        codes.add("guarantee_broken")
    if isinstance(answer, NotNeeded) and not steps:
        codes |= {"requirement_missing"} if findings else set()
        if codes:
            return Result("held", frozenset(codes), findings=findings)
        return Result("straight_through")
    # "silence never approves" (§3); the requester alone approves nothing
    if all(map(is_own_need, approvals)):
        codes.add("silence")
    if codes:
        return Result("held", frozenset(codes), findings=findings)
    return Result("route", steps=tuple(steps), findings=findings)


def _places(parts: Parts) -> Iterator[Seat | Vote]:
    for part in parts:
        if isinstance(part, Some):
            yield from _places(part.parts)
        else:
            yield part
