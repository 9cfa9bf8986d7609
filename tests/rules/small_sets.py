"""Policy sets made of values, small enough to see at a glance what a check must say of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.facts.conditions import (
    ALWAYS,
    All,
    Bound,
    Compare,
    Condition,
    Constant,
    Extreme,
    FactBound,
    OneOf,
    Op,
    Present,
)
from engine.facts.kinds import FactValue, Kind
from engine.money import HIGHEST, LOWEST, Money, parse_amount
from engine.organization import Entity, Organization, Role
from engine.places import Place
from engine.policy import (
    Additional,
    Answer,
    Approve,
    Guarantee,
    Hold,
    Matrix,
    PolicySet,
    Row,
)
from engine.rates import FxChoice
from engine.routing.words import RoleWord
from engine.scopes import Effective, Scope
from rules.diagnostics import Diagnostic, Diagnostics

FX = FxChoice("corporate", "submission", fallback=True, stale_after_days=7, inverse_allowed=False)
US = Entity("US01", "US", "americas", "USD", "America/New_York")
DE = Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin")


def usd(text: str) -> Money:
    return parse_amount(text, "USD")


def asks(*roles: str) -> Approve:
    return Approve(tuple(RoleWord(role) for role in roles))


def row(
    answer: str | Answer,
    *,
    up_to: str = "",
    below: str = "",
    above: str = "",
    from_: str = "",
    when: Condition = ALWAYS,
    exception: bool = False,
    name: str = "",
    line: int = 0,
) -> Row:
    """A row that asks a role, or answers otherwise; bounds in USD."""
    low, high = LOWEST, HIGHEST
    if up_to:
        high = 2 * usd(up_to).minor
    if below:
        high = 2 * usd(below).minor - 1
    if above:
        low = 2 * usd(above).minor + 1
    if from_:
        low = 2 * usd(from_).minor
    given = asks(answer) if isinstance(answer, str) else answer
    return Row(name, Place("m.yaml", line, 5), given, exception, low, high, when=when)


def matrix(
    *rows: Row,
    name: str = "m",
    amount: str = "commitment.net",
    when: Condition = ALWAYS,
    scope: Scope | None = None,
    documents: Sequence[str] = ("purchase",),
    effective: Effective | None = None,
    otherwise: Answer | None = None,
) -> Matrix:
    """A matrix in USD; its rows stand on the lines 2, 3, 4 ..."""
    file = f"{name}.yaml"
    placed = [
        replace(each, place=Place(file, each.place.line or number, 5))
        for number, each in enumerate(rows, start=2)
    ]
    return Matrix(
        name,
        "",
        file,
        Place(file, 1, 1),
        scope or Scope(),
        effective or Effective(),
        frozenset(documents),
        when,
        "USD" if amount else "",
        amount,
        "owner",
        tuple(placed),
        otherwise,
    )


def policy(
    *matrices: Matrix,
    credits: str = "absolute",
    fx: FxChoice | None = None,
    entities: Sequence[Entity] = (US,),
    additional: Sequence[Additional] = (),
    guarantees: Sequence[Guarantee] = (),
    organization: Organization | None = None,
) -> PolicySet:
    """A set of these matrices."""
    known = organization or Organization({entity.id: entity for entity in entities}, (), {}, ())
    types = frozenset().union(*(each.documents for each in matrices))
    return PolicySet(
        "test",
        "digest",
        1,
        known,
        {},
        types,
        tuple(matrices),
        credits,
        fx,
        additional=tuple(additional),
        guarantees=tuple(guarantees),
    )


def roles(*names: str) -> dict[str, Role]:
    return {
        name: Role(name, place=Place("organization.yaml", n, 3)) for n, name in enumerate(names)
    }


def is_(fact: str, *values: FactValue) -> OneOf:
    """A choice is one of some words; yes/no facts know both their values."""
    domain = (True, False) if isinstance(values[0], bool) else ()
    return OneOf(fact, frozenset(values), domain)


def both(*parts: Condition) -> All:
    return All(parts)


def present(fact: str) -> Present:
    return Present(fact)


def compare(fact: str, op: str, bound: Bound | Money) -> Compare:
    """A comparison of money in USD."""
    against = Constant(bound) if isinstance(bound, Money) else bound
    return Compare(fact, Op(op), against, Kind.MONEY, "USD")


def share(percent: int, fact: str) -> FactBound:
    return FactBound(fact, Fraction(percent, 100))


def lesser(*parts: Bound | Money) -> Extreme:
    return Extreme(tuple(Constant(p) if isinstance(p, Money) else p for p in parts), lesser=True)


def control(
    answer: Answer | None,
    *,
    when: Condition = ALWAYS,
    above: str = "",
    documents: Sequence[str] = (),
    scope: Scope | None = None,
    effective: Effective | None = None,
) -> Additional:
    """An additional row on the amount of the matrices above."""
    low = 2 * usd(above).minor + 1 if above else LOWEST
    bounds = (compare("amount", "above", usd(above)),) if above else ()
    return Additional(
        "control",
        Place("controls.yaml", 2, 5),
        scope or Scope(),
        effective or Effective(),
        frozenset(documents),
        "USD",
        "commitment.net",
        answer,
        low=low,
        bounds=bounds,
        when=when,
    )


def guarantee(
    *, at_least: int = 0, by: Sequence[str] = (), above: str = "", order: Sequence[str] = ()
) -> Guarantee:
    """A guarantee of the group, about the amount of the matrices above."""
    return Guarantee(
        "promise",
        Place("controls.yaml", 9, 5),
        Scope(),
        Effective(),
        frozenset(),
        "commitment.net",
        {"USD": usd(above)} if above else {},
        at_least=at_least,
        by=tuple(by),
        order=tuple(order),
    )


HELD = Hold("not decided here")

Check = Callable[[PolicySet, Diagnostics], None]


def found(check: Check, checked: PolicySet) -> list[Diagnostic]:
    """What a check reports, sorted by place."""
    diagnostics = Diagnostics()
    check(checked, diagnostics)
    return list(diagnostics)


def said(check: Check, checked: PolicySet) -> list[str]:
    """The same as `line code witness`."""
    return [
        " ".join(filter(None, (str(each.place.line), each.code, each.witness)))
        for each in found(check, checked)
    ]
