"""Small random policies, master data and documents, for properties and differential tests.

Everything is built as engine values, so that a test reaches what no compiled file contains, too.
Names are few and amounts stand on and beside the bounds: that is where the mistakes are. A strategy
is made once (`cache`): hypothesis looks at each anew, which took longer than what was tested.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import count, pairwise
from typing import Any, Final, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.documents.model import Document, Line
from engine.facts.conditions import (
    ALWAYS,
    All,
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
    facts_of,
    parts_of,
    settle,
)
from engine.facts.conditions import Any as AnyOf
from engine.facts.kinds import FactValue, Kind
from engine.facts.vocabulary import BUILT_IN, Fact, Of, Total, Window
from engine.history import NO_HISTORY, History, PastAct
from engine.master_data import (
    Absence,
    Acting,
    Contract,
    CostCenter,
    Dated,
    Delegation,
    Holding,
    Interest,
    MasterData,
    Person,
    PersonId,
    Project,
    Relation,
    Span,
    Supplier,
    snapshot,
)
from engine.matching import build
from engine.money import Money
from engine.organization import Body, Entity, Limit, Organization, Role
from engine.places import Place
from engine.policy import (
    Additional,
    Answer,
    Approve,
    At,
    Barred,
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
    RelatedParties,
    Requirement,
    Row,
    StandInRule,
)
from engine.rates import FxChoice, Rate
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
from engine.segregation.keys import about

T = TypeVar("T")

NOW: Final = datetime(2027, 3, 15, 14, 0, tzinfo=UTC)  # a Monday, 10:00 in New York
TODAY: Final = date(2027, 3, 15)
DAY: Final = timedelta(days=1)
US: Final = Entity("US01", "US", "americas", "USD", "America/New_York")
DE: Final = Entity("DE01", "DE", "emea", "EUR", "Europe/Berlin", tax_recovery=Fraction(1))
LEVELS: Final = ("manager", "director", "vp")
POSTS: Final = ("cfo", "controller", "buyer", "officer", "deputy")
ROLES: Final = (
    Role("cfo", per="group", seats=1),
    Role("controller"),
    Role("buyer"),
    Role("officer"),
    Role("deputy"),
    Role("head", per="department"),
    Role("member"),
    Role("board", body=Body(of="member", present=2)),
    Role("council", body=Body(recorded_by="deputy")),
)
DOCUMENTS: Final = ("purchase_order", "invoice")
NAMES: Final = tuple(PersonId(f"p{number}") for number in range(1, 10))
CATEGORIES: Final = ("it", "travel", "legal")
OWNERS: Final = ("cost_center_owner", "budget_holder", "project_manager", "requester.manager")
# Minor units: on the bounds, beside them, and converted (9090.91 EUR is 10000.001 USD at 1.1).
BOUNDS: Final = (0, 50_000, 100_000, 250_000, 1_000_000)
NETS: Final = (1, 49_999, 50_000, 50_001, 100_000, 100_001, 90_909, 90_910, 250_000, 1_000_001)

CUSTOM: Final = (
    Fact("method", Kind.CHOICE, values=("open", "direct", "micro")),
    Fact("in_plan", Kind.YES_NO),
    Fact("office", Kind.SCALE, values=("field", "region", "headquarters")),
    Fact("pieces", Kind.NUMBER),
    Fact("business_case", Kind.PAPER),
    Fact("revenue", Kind.MONEY, Of.SUPPLIER),
    Fact("grade", Kind.CHOICE, Of.LINE, values=("a", "b")),
    Fact(
        "split_sum",
        Kind.MONEY,
        total=Total(
            "document.net", ("requester",), Window(5, "business_days"), frozenset({"pending"})
        ),
    ),
)
FACTS: Final[Mapping[str, Fact]] = {
    fact.name: dataclasses.replace(fact, values=LEVELS) if fact.name.endswith(".level") else fact
    for fact in (*BUILT_IN, *CUSTOM)
}


@dataclass(frozen=True)
class Case:
    """One question, and everything that the answer rests on."""

    policy: PolicySet
    data: MasterData
    document: Document
    now: datetime
    given: Mapping[str, FactValue]
    rows: Mapping[str, Any] = field(default_factory=dict, repr=False)  # what `data` was made of
    history: History = NO_HISTORY


def sometimes(draw: DrawFn, one_in: int = 4) -> bool:
    """True once in so many; shrinks to false."""
    return draw(_below(one_in)) == one_in - 1


@cache
def _below(number: int) -> SearchStrategy[int]:
    return st.integers(0, number - 1)


@cache
def some(strategy: SearchStrategy[T], most: int, least: int = 0) -> SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


@cache
def money(amounts: Sequence[int] = BOUNDS) -> SearchStrategy[Money]:
    currency = st.sampled_from(("USD", "USD", "USD", "EUR"))
    return st.builds(Money, st.sampled_from(amounts), currency)


# --- conditions ----------------------------------------------------------------------------------

OPS: Final = st.sampled_from(Op)


@cache
@st.composite
def money_tests(draw: DrawFn) -> Condition:
    fact = draw(st.sampled_from(("document.net", "split_sum", "revenue", "contract.net")))
    constant = draw(money(BOUNDS[1:]))
    share = FactBound("contract.original", draw(st.sampled_from((Fraction(1, 10), None))))
    bounds: list[Bound] = [Constant(constant), Constant(constant), share]
    bounds.append(Extreme((share, Constant(constant)), draw(st.booleans())))
    bound = draw(st.sampled_from(bounds))
    return Compare(fact, draw(OPS), bound, Kind.MONEY, constant.currency)


@cache
@st.composite
def ordered_tests(draw: DrawFn) -> Condition:
    match draw(st.sampled_from(("requester.level", "office", "pieces", "date"))):
        case "requester.level" | "office" as fact:
            scale = FACTS[fact].values
            word = draw(st.sampled_from(scale))
            return Compare(fact, draw(OPS), Constant(word), Kind.SCALE, "", scale)
        case "pieces":
            pieces = Fraction(draw(st.integers(1, 3)))
            return Compare("pieces", draw(OPS), Constant(pieces), Kind.NUMBER)
        case _:
            day = TODAY + draw(st.integers(-1, 1)) * DAY
            return Compare("document.date", draw(OPS), Constant(day), Kind.DATE)


@st.composite
def equalities(draw: DrawFn, names: Sequence[str] = ("category", "method", "in_plan")) -> Condition:
    domains: dict[str, tuple[tuple[FactValue, ...], bool]] = {
        "category": (CATEGORIES, False),
        "method": (FACTS["method"].values, True),
        "grade": (FACTS["grade"].values, True),
        "in_plan": ((True, False), True),
        "capex": ((True, False), True),
        "supplier.status": (("preferred", "blocked"), False),
    }
    fact = draw(st.sampled_from(names))
    values, is_closed = domains[fact]
    # a list of every value there is: see `test_a_list_of_every_value_is_true`
    chosen = draw(st.sets(st.sampled_from(values), min_size=1, max_size=len(values) - 1))
    return OneOf(fact, frozenset(chosen), values if is_closed else ())


@cache
@st.composite
def line_tests(draw: DrawFn) -> Condition:
    test = draw(
        st.one_of(
            equalities(("category", "grade", "capex")),
            st.builds(
                Compare,
                st.just("line.net"),
                OPS,
                st.sampled_from(BOUNDS[1:]).map(lambda minor: Constant(Money(minor, "USD"))),
                st.just(Kind.MONEY),
                st.just("USD"),
            ),
        )
    )
    return Lines(test, draw(st.booleans()))


PRESENCE: Final = st.sampled_from(
    ("business_case", "contract", "category", "office", "in_plan")
).map(Present)
TESTS: Final = st.one_of(
    equalities(("category", "capex", "supplier.status")),
    equalities(),
    money_tests(),
    ordered_tests(),
    PRESENCE,
    line_tests(),
)


@cache
def conditions(depth: int = 2) -> SearchStrategy[Condition]:
    """A condition as the compiler leaves it: repeated facts are marked.

    Repeated on lines they are not: see `test_a_condition_on_lines_that_is_always_true`.
    """
    return _nested(depth).filter(_is_simple_on_lines).map(settle)


def _is_simple_on_lines(condition: Condition) -> bool:
    names = list(facts_of(condition))
    has_lines = any(isinstance(part, Lines) for part in parts_of(condition))
    return not has_lines or len(names) == len(set(names))


@cache
def _nested(depth: int) -> SearchStrategy[Condition]:
    if depth == 0:
        return TESTS
    inner = _nested(depth - 1)
    several = some(inner, 2, 2)
    return st.one_of(
        TESTS, TESTS, several.map(All), several.map(AnyOf), inner.map(Not), several.map(All)
    )


def mostly_always(draw: DrawFn, one_in: int = 3) -> Condition:
    return draw(conditions()) if sometimes(draw, one_in) else ALWAYS


# --- words ---------------------------------------------------------------------------------------

ROLE_WORDS: Final = st.sampled_from((*POSTS, "head")).map(RoleWord)
LEVEL_WORDS: Final = st.sampled_from(LEVELS).map(LevelWord)
OWNER_WORDS: Final = st.sampled_from(OWNERS).map(OwnerWord)
BODY_WORDS: Final = st.sampled_from(("board", "council")).map(BodyWord)


@cache
@st.composite
def supervisor_chains(draw: DrawFn) -> Word:
    of = draw(st.sampled_from((None, None, OwnerWord("cost_center_owner"), RoleWord("cfo"))))
    asks_all = sometimes(draw, 3)
    match draw(st.sampled_from(("authority", "authority", "covers", "to", "steps"))):
        case "authority":
            only = sometimes(draw)
            return SupervisorChain(of, True, asks_all=asks_all, chain_only=only)
        case "covers":
            return SupervisorChain(of, True, covers="split_sum", asks_all=asks_all)
        case "to":
            return SupervisorChain(of, to=draw(st.sampled_from(LEVELS)), asks_all=asks_all)
        case _:
            return SupervisorChain(of, steps=draw(st.integers(1, 3)), asks_all=asks_all)


@cache
@st.composite
def role_chains(draw: DrawFn) -> Word:
    names = st.lists(st.sampled_from(POSTS), min_size=1, max_size=3, unique=True)
    covers = "split_sum" if sometimes(draw) else ""
    return RoleChain(tuple(draw(names)), covers, sometimes(draw), sometimes(draw))


LEAVES: Final = st.one_of(
    ROLE_WORDS, ROLE_WORDS, OWNER_WORDS, LEVEL_WORDS, supervisor_chains(), BODY_WORDS, role_chains()
)


@cache
@st.composite
def distinct(draw: DrawFn) -> Word:
    of = draw(st.one_of(ROLE_WORDS, LEVEL_WORDS))
    need = draw(st.integers(1, 3))
    among: tuple[tuple[int, tuple[str, ...]], ...] = ()
    if sometimes(draw, 2):
        roles = draw(st.lists(st.sampled_from(POSTS), min_size=1, max_size=2, unique=True))
        among = ((draw(st.integers(1, need)), tuple(roles)),)
    return Distinct(need, of, among)


@cache
@st.composite
def _several(draw: DrawFn, depth: int) -> Word:
    parts = draw(some(words(depth - 1), 3 if depth == 1 else 2, 2))
    if sometimes(draw, 3):
        return First(parts)
    return Together(draw(st.sampled_from((1, len(parts), 2))), parts)


@cache
def words(depth: int) -> SearchStrategy[Word]:
    """Approver words nested so deep."""
    if depth == 0:
        return LEAVES
    signed = st.builds(Signed, words(depth - 1), st.just("signs"))
    return st.one_of(LEAVES, LEAVES, LEAVES, _several(depth), distinct(), signed)


@cache
@st.composite
def steps(draw: DrawFn) -> tuple[Word, ...]:
    """Steps as a row has them: approvals, and now and then a word that approves nothing."""
    most = draw(st.sampled_from((1, 2, 2, 3)))
    found = list(draw(some(words(draw(st.sampled_from((0, 0, 1, 2)))), most, 1)))
    if sometimes(draw, 6):
        beside = draw(ROLE_WORDS)
        more: tuple[Word, ...] = (Consult(beside), Notify(beside), Ratify(beside, "30 days"))
        found.append(draw(st.sampled_from((*more, RequesterWord()))))
    return tuple(found)


# --- matrices and controls -----------------------------------------------------------------------


def keyed(tests: Sequence[Compare]) -> tuple[int, int]:
    """The keys that constant bounds allow, as the compiler computes them."""
    low, high = -(2**80), 2**80
    for test in tests:
        if not isinstance(test.bound, Constant) or not isinstance(test.bound.value, Money):
            raise TypeError(test)
        bound = 2 * test.bound.value.minor
        match test.op:
            case Op.UP_TO:
                high = min(high, bound)
            case Op.BELOW:
                high = min(high, bound - 1)
            case Op.ABOVE:
                low = max(low, bound + 1)
            case Op.FROM:
                low = max(low, bound)
    return low, high


def bound(op: Op, minor: int, currency: str) -> Compare:
    """A constant bound of a row."""
    return Compare("amount", op, Constant(Money(minor, currency)), Kind.MONEY, currency)


@cache
@st.composite
def bounds(draw: DrawFn, currency: str) -> tuple[Compare, ...]:
    # zero, below which no absolute amount is: see `test_no_amount_is_below_zero`
    least, most = sorted(draw(st.lists(st.sampled_from(BOUNDS[1:]), min_size=2, max_size=2)))
    found = []
    if draw(st.booleans()):
        found.append(bound(draw(st.sampled_from((Op.ABOVE, Op.FROM))), least, currency))
    if least < most and sometimes(draw, 3):
        found.append(bound(draw(st.sampled_from((Op.UP_TO, Op.BELOW))), most, currency))
    return tuple(found)


@cache
@st.composite
def answers(draw: DrawFn) -> Answer:
    kind = draw(st.sampled_from(("approve",) * 12 + ("not_needed", "hold", "refuse")))
    match kind:
        case "approve":
            return Approve(draw(steps()))
        case "not_needed":
            return NotNeeded()
        case "hold":
            return Hold("look at it", draw(st.sampled_from(("", "own_hold"))))
        case _:
            return Refuse("not here", draw(st.sampled_from(("", "own_refusal"))))


PLACE: Final = Place("approvals/x.yaml", 1, 1)  # replaced when the set is put together
REQUIREMENTS: Final = st.sampled_from(("business_case", "contract", "in_plan")).map(
    lambda name: Requirement(Present(name), f"{name}: present", PLACE)
)


@cache
@st.composite
def matrices(draw: DrawFn, number: int) -> Matrix:
    """A ladder that covers every amount, with rows in between now and then.

    The first file is for everybody; the others are mostly for fewer.
    """
    currency = draw(st.sampled_from(("USD", "USD", "EUR")))
    amount = draw(st.sampled_from(("commitment.net", "document.net", "document.net", "")))
    rows = []
    if amount:
        cuts = sorted(draw(st.sets(st.sampled_from(BOUNDS[1:]), max_size=3)))
        for below, above in pairwise([None, *cuts, None]):
            tests = [] if below is None else [bound(Op.ABOVE, below, currency)]
            tests += [] if above is None else [bound(Op.UP_TO, above, currency)]
            rows.append(draw(_row(tuple(tests))))
    else:
        rows.append(draw(_row(())))
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        is_exception = not sometimes(draw)
        between = draw(bounds(currency)) if amount else ()
        rows.append(dataclasses.replace(draw(_row(between)), exception=is_exception))
    return Matrix(
        name=f"m{number}",
        title="",
        file=f"approvals/m{number}.yaml",
        place=PLACE,
        scope=draw(SCOPES) if number > 1 else NARROW if number else Scope(),
        effective=draw(EFFECTIVE) if number or sometimes(draw, 8) else Effective(),
        documents=frozenset(DOCUMENTS[: draw(st.sampled_from((2, 1))) if number else 2]),
        when=mostly_always(draw, 6 if number else 12),
        currency=currency,
        amount=amount,
        owner="controller",
        rows=tuple(rows),
        otherwise=draw(st.sampled_from((None, None, Hold("nothing fits")))),
    )


@st.composite
def _row(draw: DrawFn, tests: tuple[Compare, ...]) -> Row:
    low, high = keyed(tests)
    when = mostly_always(draw, 5)
    require = draw(some(REQUIREMENTS, 1)) if sometimes(draw) else ()
    return Row("row", PLACE, draw(answers()), False, low, high, tests, when, require)


NARROW: Final = Scope(entities=frozenset({"US01"}))
SCOPES: Final = st.sampled_from(
    (
        Scope(regions=frozenset({"americas"})),
        Scope(countries=frozenset({"US", "DE"})),
        NARROW,
        Scope(),
    )
)
EFFECTIVE: Final = st.sampled_from(
    (
        *(Effective(),) * 5,
        Effective(TODAY, TODAY + DAY),
        Effective(None, TODAY),
        Effective(TODAY + DAY, None),
    )
)
SOME_DOCUMENTS: Final = st.sampled_from(
    (frozenset[str](), frozenset[str](), frozenset({"invoice"}), frozenset({"purchase_order"}))
)


OFFICER: Final = RoleWord("officer")


@cache
@st.composite
def additional(draw: DrawFn) -> Additional:
    currency = draw(st.sampled_from(("USD", "EUR")))
    amount = draw(st.sampled_from(("document.net", "commitment.net", "split_sum", "")))
    tests = draw(bounds(currency)) if amount else ()
    low, high = keyed(tests)
    kind = draw(st.sampled_from(("approve",) * 10 + ("require", "require", "hold", "refuse")))
    require = draw(some(REQUIREMENTS, 2, 1)) if kind == "require" else ()
    code = draw(st.sampled_from(("", "own_code")))
    chosen: dict[str, Answer] = {"hold": Hold("wait", code), "refuse": Refuse("no", code)}
    at = draw(st.sampled_from(At))
    answer = Approve(draw(steps())) if kind == "approve" else chosen.get(kind)
    if isinstance(answer, Approve) and at is At.BESIDE:
        answer = Approve(
            tuple(w for w in answer.steps if "asks_all=True" not in repr(w)) or (OFFICER,)
        )
    return Additional(
        name="",
        place=PLACE,
        scope=draw(SCOPES),
        effective=draw(EFFECTIVE),
        documents=draw(SOME_DOCUMENTS),
        currency=currency,
        amount=amount,
        answer=answer,
        at=at,
        low=low,
        high=high,
        bounds=tests,
        when=mostly_always(draw, 2),
        require=require,
        code=code,
    )


@cache
@st.composite
def barred(draw: DrawFn) -> Barred:
    if draw(st.booleans()):
        level = FactBound("requester.level")
        when: Condition = Compare("approver.level", Op.BELOW, level, Kind.SCALE, "", LEVELS)
    else:
        when = OneOf("approver.department", frozenset({"sales"}))
    if sometimes(draw):
        when = settle(All((when, draw(TESTS))))
    return Barred("b", PLACE, draw(SCOPES), draw(EFFECTIVE), draw(SOME_DOCUMENTS), when)


@cache
@st.composite
def guarantees(draw: DrawFn) -> Guarantee:
    above: dict[str, Money] = {}
    if draw(st.booleans()):
        least = draw(st.sampled_from(BOUNDS))
        above = {"USD": Money(least, "USD"), "EUR": Money(least, "EUR")}
    by = ("cfo",) if sometimes(draw) else ()
    return Guarantee(
        name="g",
        place=PLACE,
        scope=draw(SCOPES),
        effective=draw(EFFECTIVE),
        documents=draw(SOME_DOCUMENTS),
        amount=draw(st.sampled_from(("document.net", "commitment.net"))) if above else "",
        above=above,
        when=mostly_always(draw, 6),
        at_least=0 if by else draw(st.integers(1, 3)),
        by=by,
    )


LADDER: Final = (
    Limit(("manager",), Money(100_000, "USD")),
    Limit(("director",), Money(250_000, "USD")),
    Limit(("vp",), None),
)


@cache
@st.composite
def limits(draw: DrawFn) -> Limit:
    jointly = sometimes(draw, 5)
    names = st.sampled_from((*LEVELS, *LEVELS, "cfo", "controller", "buyer"))
    who = draw(st.lists(names, min_size=2 if jointly else 1, max_size=2 if jointly else 1))
    return Limit(
        who=tuple(dict.fromkeys(who)),
        up_to=None if sometimes(draw, 6) else draw(money(BOUNDS[1:])),
        entities=draw(st.sampled_from((frozenset[str](), frozenset({"US01"})))),
        documents=draw(SOME_DOCUMENTS),
        when=mostly_always(draw, 8),
        jointly=jointly and len(set(who)) == 2,
    )


@cache
@st.composite
def delegation_rules(draw: DrawFn) -> DelegationRule:
    return DelegationRule(
        place=PLACE,
        documents=frozenset(DOCUMENTS),
        limit=draw(st.sampled_from(("delegator", "delegate", "lesser"))),
        entities=draw(st.sampled_from((frozenset[str](), frozenset({"US01"})))),
        cap=draw(money(BOUNDS[1:])) if sometimes(draw) else None,
        longest=draw(st.sampled_from((0, 0, 0, 3))),
        level_gap=draw(st.sampled_from((-1, -1, -1, 1, 0))),
        depth=draw(st.sampled_from((0, 0, 1, 2))),
        to_level=draw(st.sampled_from((*("",) * 5, "manager", "director"))),
        to_roles=draw(st.sampled_from((*(frozenset[str](),) * 5, frozenset({"deputy"})))),
        require=draw(st.sampled_from((*(frozenset[str](),) * 4, frozenset({"note"})))),
        when=mostly_always(draw, 8),
    )


STAND_INS: Final[tuple[Word, ...]] = (RoleWord("deputy"), RoleWord("officer"), LevelWord("vp"))


@cache
@st.composite
def stand_ins(draw: DrawFn) -> StandInRule:
    because = st.sets(st.sampled_from(("absent", "vacant", "barred")), min_size=1)
    return StandInRule(
        place=PLACE,
        for_role=draw(st.sampled_from(("cfo", "controller", "buyer"))),
        by=draw(st.sampled_from(STAND_INS)),
        because=frozenset(draw(because)),
        require=draw(some(REQUIREMENTS, 1)) if sometimes(draw) else (),
        up_to=draw(money(BOUNDS[1:])) if sometimes(draw) else None,
        documents=draw(SOME_DOCUMENTS),
        when=mostly_always(draw, 8),
    )


# `add` without `exclude`: see `test_an_interest_that_excludes_nobody_adds_somebody`
RELATED: Final = st.tuples(st.booleans(), st.sampled_from((True, True, False))).map(
    lambda drawn: RelatedParties(
        place=PLACE,
        match=frozenset({"bank_account"}),
        refuse_on_match=drawn[0],
        exclude_declared=drawn[1],
        add=(RoleWord("officer"),) if drawn[1] else (),
    )
)
FX: Final = FxChoice("corporate", "submission", True, 7, False)
FX_CHOICES: Final = st.sampled_from(
    (FX, FX, dataclasses.replace(FX, inverse_allowed=True), dataclasses.replace(FX, fallback=False))
)


DUTIES: Final[Mapping[str, Duty]] = {
    name: Duty(name, PLACE, frozenset(types), frozenset(acts), frozenset(roles))
    for name, types, acts, roles in (
        ("prepare", DOCUMENTS, ("submit", "request"), ()),
        ("approve", ("invoice",), ("approve",), ()),
        ("order", ("purchase_order",), ("buy", "approve"), ()),
        ("maintain", ("supplier_request",), ("submit", "approve"), ()),
        ("receive", (), ("receive",), ("deputy",)),
        ("keep", (), (), ("buyer", "manager")),
    )
}
# Duties that no document brings together as two approvals: that is tried in tests of its own.
PAIRS: Final = tuple(
    (one, other)
    for one in ("prepare", "approve", "order", "maintain", "receive")
    for other in ("prepare", "approve", "order", "maintain", "receive")
    if (one, other) not in (("approve", "approve"), ("order", "order"))
)
HELD_PAIRS: Final = tuple(
    pair for name in DUTIES for pair in (("keep", name), (name, "receive")) if name != "receive"
)
RELATED_BY: Final = ("same_document", "same_chain", "same_supplier", "same_object")


@cache
@st.composite
def conflicts_between(draw: DrawFn, name: str) -> Conflict:
    is_held = sometimes(draw)
    on = "person" if is_held else draw(st.sampled_from(RELATED_BY))
    return Conflict(
        name=name,
        place=PLACE,
        scope=Scope(),
        effective=Effective(),
        duties=draw(st.sampled_from(HELD_PAIRS if is_held else PAIRS)),
        on=on,
        within=None if on in ("person", "same_document") else draw(st.sampled_from((None, 1, 30))),
        outcome=draw(st.sampled_from(("block", "block", "warn", "mitigate"))),
        related=draw(st.booleans()),
    )


MITIGATIONS: Final = st.builds(
    Mitigation,
    st.just("x"),
    st.just(PLACE),
    st.sampled_from(("c0", "c1")),
    st.sampled_from(NAMES),
    st.sampled_from((None, None, Money(50_000, "USD"))),
    st.sampled_from((TODAY - DAY, TODAY, TODAY + DAY)),
    st.sampled_from(("p1", "login")),
    st.just(30),
)


UNCOVERED: Final = ("until_authority=True, covers=''", "), covers=''")  # of either kind of chain


@cache
@st.composite
def policies(draw: DrawFn) -> PolicySet:
    """A set with its places numbered, and indexed."""
    numbered = [draw(matrices(number)) for number in range(draw(st.sampled_from((1, 1, 2, 3))))]
    allowed = draw(some(limits(), 3)) + (() if sometimes(draw) else LADDER)
    roles = {role.name: role for role in ROLES}
    organization = Organization({US.id: US, DE.id: DE}, LEVELS, roles, allowed)
    conflicts: tuple[Conflict, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    if sometimes(draw, 2):
        conflicts = tuple(
            draw(conflicts_between(f"c{number}")) for number in range(draw(st.integers(1, 3)))
        )
        mitigations = (draw(MITIGATIONS),)
    added = draw(some(additional(), 3)) if sometimes(draw, 2) else ()
    if any(chain in repr((numbered, added)) for chain in UNCOVERED):
        # `amount: none` needs to say what a chain covers: the compiler refuses anything else
        usual = {"": "document.net"}
        numbered = [
            dataclasses.replace(matrix, amount=usual.get(matrix.amount, matrix.amount))
            for matrix in numbered
        ]
    policy = PolicySet(
        name="random",
        digest="sha256:policy",
        language=1,
        organization=organization,
        facts=FACTS,
        documents=frozenset(DOCUMENTS),
        matrices=tuple(numbered),
        credits=draw(st.sampled_from((*("absolute",) * 4, "", "signed_with_waiver"))),
        fx=None if sometimes(draw, 6) else draw(FX_CHOICES),
        additional=added,
        barred=draw(some(barred(), 1)) if sometimes(draw) else (),
        duties=DUTIES,
        conflicts=conflicts,
        mitigations=mitigations,
        related_parties=(draw(RELATED),) if sometimes(draw) else (),
        guarantees=draw(some(guarantees(), 2)) if sometimes(draw, 3) else (),
        delegation=draw(some(delegation_rules(), 2)),
        stand_ins=draw(some(stand_ins(), 2)),
    )
    return build(placed(policy))


def placed(policy: PolicySet) -> PolicySet:
    """The set with a place of its own for everything that was written somewhere."""
    lines = count(2)

    def put(value: Any, file: str) -> Any:
        if isinstance(value, Place):
            return Place(file, next(lines), 5)
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return tuple(put(item, file) for item in value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [f for f in dataclasses.fields(value) if f.name != "index"]
            return dataclasses.replace(
                value, **{f.name: put(getattr(value, f.name), file) for f in fields}
            )
        return value

    return dataclasses.replace(
        policy,
        matrices=tuple(put(matrix, matrix.file) for matrix in policy.matrices),
        **{
            name: put(getattr(policy, name), "controls/c.yaml")
            for name in ("additional", "barred", "conflicts", "related_parties", "guarantees")
        },
        **{
            name: put(getattr(policy, name), "handling.yaml")
            for name in ("delegation", "stand_ins")
        },
    )


# --- master data ---------------------------------------------------------------------------------

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
SPANS: Final = st.sampled_from(
    (
        *(Span(),) * 8,
        Span(NOW - DAY, NOW + DAY),
        Span(NOW, NOW + 10 * DAY),
        Span(LONG_AGO, NOW),
        Span(NOW + DAY, None),
    )
)


@cache
@st.composite
def people(draw: DrawFn) -> tuple[Person, ...]:
    """Five to nine, mostly below one another, now and then in a circle."""
    names = NAMES[: draw(st.integers(5, len(NAMES)))]
    found = []
    for i, name in enumerate(names):
        above = names[i + 1 :] or names[:1]
        next_ = draw(st.sampled_from(above)) if i < len(names) - 1 or sometimes(draw) else None
        if sometimes(draw, 8):
            next_ = draw(st.sampled_from(names))
        usual = LEVELS[min(i // 2, 2)]
        level = draw(st.sampled_from((usual, usual, usual, *LEVELS, "")))
        found.append(
            Person(
                id=name,
                name=name,
                entity=draw(st.sampled_from(("US01", "US01", "US01", "DE01"))),
                employed=(Span(LONG_AGO, NOW),) if sometimes(draw, 12) else (Span(),),
                managers=(Dated(next_),) if next_ is not None else (),
                levels=(Dated(level, draw(SPANS)),) if level else (),
                department=draw(st.sampled_from(("it", "sales", ""))),
                accounts=frozenset({"A-1"}) if sometimes(draw, 8) else frozenset(),
            )
        )
    return tuple(found)


@cache
@st.composite
def delegations(draw: DrawFn, number: int) -> Delegation:
    who = st.sampled_from(NAMES[:6])
    return Delegation(
        id=f"d{number}",
        delegator=draw(who),
        delegate=draw(who),
        span=draw(st.one_of(SPANS, st.just(Span(NOW - DAY, NOW + DAY)))),
        documents=frozenset() if draw(st.booleans()) else draw(SOME_DOCUMENTS),
        categories=frozenset({"it"}) if sometimes(draw, 6) else frozenset(),
        capex=draw(st.booleans()) if sometimes(draw, 6) else None,
        cap=draw(money(BOUNDS[1:])) if sometimes(draw) else None,
        revoked_at=draw(st.sampled_from((NOW, NOW + DAY))) if sometimes(draw, 6) else None,
        papers=draw(st.sampled_from((frozenset[str](), frozenset({"note"})))),
    )


@cache
@st.composite
def tables(draw: DrawFn) -> dict[str, Any]:
    """The rows of a snapshot, by table."""
    everybody = draw(people())
    names = [person.id for person in everybody]
    who = st.sampled_from(names)
    holdings = [
        Holding(role, draw(who), draw(st.sampled_from(("*", "*", "US01"))), draw(SPANS))
        for role in POSTS
        for _ in range(draw(st.sampled_from((2, 1, 2, 3, 1, 0))))
    ]
    holdings += [
        Holding("head", draw(who), dept) for dept in ("it", "sales") if draw(st.booleans())
    ]
    holdings += [Holding("member", name) for name in draw(st.sets(who, max_size=3))]
    centers = [
        CostCenter(
            id=name,
            entity="US01",
            owners=() if sometimes(draw, 6) else (Dated(draw(who)),),
            budget_holders=(Dated(draw(who)),),
            department=draw(st.sampled_from(("", "", "sales"))),
            tax_recovery=draw(st.sampled_from((None, Fraction(1), Fraction(1, 3)))),
        )
        for name in ("cc100", "cc200")
    ]
    rates = [
        Rate(f"{base}-{day}", "corporate", base, quote, TODAY - day * DAY, rate)
        for day in draw(st.sampled_from(((0, 3), (3, 0), (7, 9), (0,), (8,), ())))
        # one way and back is not the same amount
        for base, quote, rate in (
            ("EUR", "USD", Fraction(11, 10)),
            ("USD", "EUR", Fraction(9, 10)),
        )
        if not sometimes(draw, 6)
    ]
    return {
        "people": everybody,
        "logins": [("login", Dated(draw(who)))],
        "holdings": holdings,
        "acting": [Acting(draw(who), draw(who), draw(SPANS))] if sometimes(draw) else [],
        "absences": [Absence(name, draw(SPANS)) for name in draw(st.sets(who, max_size=2))],
        "delegations": [
            draw(delegations(i)) for i in range(draw(st.sampled_from((0, 0, 1, 2, 4))))
        ],
        "interests": [Interest(draw(who), "G-1")] if sometimes(draw) else [],
        "cost_centers": centers,
        "projects": [Project("P-1", "US01", (Dated(draw(who)),))],
        "suppliers": [draw(suppliers())],
        "relations": [
            Relation(draw(who), draw(who), draw(SPANS))
            for _ in range(draw(st.sampled_from((0, 0, 1, 2))))
        ],
        "contracts": [Contract("C-1", "S-1", Money(100_000, "USD"), Money(500_000, "USD"))],
        "rates": rates,
    }


@cache
@st.composite
def suppliers(draw: DrawFn) -> Supplier:
    return Supplier(
        id="S-1",
        name="Globex",
        group="G-1",
        status=draw(st.sampled_from(("preferred", "blocked", ""))),
        accounts=frozenset({"A-1"}),
        facts={} if sometimes(draw) else {"revenue": draw(money())},
    )


def data_of(rows: Mapping[str, Any]) -> MasterData:
    """The snapshot of rows."""
    return snapshot("sha256:data", **rows)


# --- documents -----------------------------------------------------------------------------------


@st.composite
def documents(draw: DrawFn, names: Sequence[str]) -> Document:
    """With facts missing, lines split, in foreign currency, now and then a credit."""
    who = st.sampled_from(names)
    currency = draw(st.sampled_from(("USD", "USD", "USD", "EUR")))
    category = draw(st.sampled_from((*CATEGORIES, *CATEGORIES, "")))
    capex = draw(st.sampled_from((True, False, True, False, None)))
    sign = -1 if sometimes(draw, 12) else 1
    lines = tuple(
        Line(
            number=number,
            net=Money(sign * draw(st.sampled_from(NETS)), currency),
            tax=draw(
                st.sampled_from((*(None, Money(sign * 1_900, currency)) * 4, Money(7, currency)))
            ),
            category=draw(st.sampled_from((category, category, "it"))),
            capex=capex,
            cost_center=draw(st.sampled_from((*("cc100", "cc200") * 4, ""))),
            project=draw(st.sampled_from((*("P-1",) * 7, ""))),
            facts={"grade": draw(st.sampled_from(("a", "b")))} if draw(st.booleans()) else {},
        )
        for number in range(1, draw(st.sampled_from((1, 1, 1, 2, 3))) + 1)
    )
    facts: dict[str, FactValue] = {}
    if not sometimes(draw, 5):
        facts["method"] = draw(st.sampled_from(FACTS["method"].values))
    if not sometimes(draw, 5):
        facts["in_plan"] = draw(st.booleans())
    if not sometimes(draw, 5):
        facts["office"] = draw(st.sampled_from(FACTS["office"].values))
    if not sometimes(draw, 5):
        facts["pieces"] = Fraction(draw(st.integers(1, 3)))
    requester = draw(who)
    supplier = draw(st.sampled_from((*("S-1",) * 5, "", "S-9")))
    return Document(
        type=draw(st.sampled_from((*DOCUMENTS, *DOCUMENTS, "purchase_order"))),
        id="D-1",
        number=draw(st.sampled_from(("", "", "7", "00-7"))),
        purchase_order=draw(st.sampled_from(("", "", "PO-1"))),
        buyer=draw(st.sampled_from((*("",) * 4, *names[:3]))),
        receiver=draw(st.sampled_from((*("",) * 4, *names[:3]))),
        entity=draw(st.sampled_from(("US01", "US01", "US01", "DE01"))),
        requester=requester,
        submitter=draw(st.sampled_from((requester, requester, *names))),
        beneficiaries=(draw(st.sampled_from((*names, "login"))),) if sometimes(draw) else (),
        submitted_at=NOW,
        currency=currency,
        supplier=supplier,
        category=category,
        capex=capex,
        department=draw(st.sampled_from(("it", "it", "sales", ""))),
        contract=draw(st.sampled_from(("C-1", "C-1", ""))) if supplier != "S-9" else "",
        document_date=draw(st.sampled_from((TODAY, TODAY - DAY, TODAY + DAY, None))),
        lines=lines,
        papers=draw(st.sampled_from((frozenset[str](), frozenset({"business_case"})))),
        facts=facts,
        digest="sha256:document",
    )


KEYS: Final = (
    "supplier:S-1",
    "supplier:G-1",
    "supplier:S-9",
    "document:contract/C-1",
    "document:purchase_order/PO-1",
    "document:invoice/D-1",
    "document:invoice/G-1/7",
    "number:invoice/G-1/7",
    "number:purchase_order/US01/7",
    "object:project/P-1",
    "object:contract/C-1",
    "object:invoice/D-1",
)
KINDS_OF_ACTS: Final = (
    ("supplier_request", "submit"),
    ("supplier_request", "approve"),
    ("purchase_order", "submit"),
    ("purchase_order", "buy"),
    ("purchase_order", "approve"),
    ("goods_receipt", "receive"),
    ("invoice", "submit"),
    ("invoice", "approve"),
    ("invoice", "request"),
    ("payment", "approve"),
)


@st.composite
def past_acts(draw: DrawFn, near: tuple[str, ...] = KEYS) -> PastAct:
    """What somebody did, mostly on a document that shares a key with the one that is decided."""
    type_, act = draw(st.sampled_from(KINDS_OF_ACTS))
    return PastAct(
        person=draw(st.sampled_from(NAMES)),
        act=act,
        document_type=type_,
        document_id=draw(st.sampled_from(("D-2", "D-2", "D-3", "D-3", "D-1"))),
        at=NOW - draw(st.sampled_from((0, 0, 1, 2, 30, 31, 400))) * DAY,
        keys=draw(st.frozensets(st.sampled_from((*near, *near, *KEYS)), min_size=1, max_size=3)),
        on_behalf_of=draw(st.sampled_from((None, None, None, *NAMES[:4]))),
    )


@st.composite
def histories(draw: DrawFn, near: tuple[str, ...]) -> History:
    acts = draw(st.lists(past_acts(near), min_size=2, max_size=8))
    chain = draw(st.frozensets(st.sampled_from([(t, "D-2") for t, _ in KINDS_OF_ACTS]), max_size=3))
    unreviewed = {}
    if sometimes(draw):
        unreviewed["x"] = NOW - draw(st.sampled_from((30, 31))) * DAY
    return History(tuple(acts), chain, unreviewed)


@cache
@st.composite
def cases(draw: DrawFn) -> Case:
    """Something to decide."""
    policy = draw(policies())
    rows = draw(tables())
    document = draw(documents([person.id for person in rows["people"]]))
    given: dict[str, FactValue] = {}
    if not sometimes(draw, 6):
        given["split_sum"] = Money(draw(st.sampled_from(NETS)), document.currency)
    data, history = data_of(rows), NO_HISTORY
    if policy.conflicts:
        history = draw(histories(tuple(sorted(about(data, document, NOW)))))
    return Case(policy, data, document, NOW, given, rows, history)


@cache
@st.composite
def delegating_cases(draw: DrawFn) -> Case:
    """The same where many act for others, and by rows that mostly let them."""
    case = draw(cases())
    more = tuple(draw(delegations(10 + n)) for n in range(draw(st.integers(3, 6))))
    rules = draw(some(delegation_rules(), 3, 1))
    nothing: frozenset[str] = frozenset()
    loose = {"level_gap": -1, "to_level": "", "to_roles": nothing, "require": nothing}
    allowing = tuple(
        dataclasses.replace(rule, longest=0, **loose) if draw(st.booleans()) else rule  # type: ignore[arg-type]
        for rule in rules
    )
    policy = build(placed(dataclasses.replace(case.policy, delegation=allowing)))
    rows = {**case.rows, "delegations": [*case.rows["delegations"], *more]}
    return dataclasses.replace(case, policy=policy, rows=rows, data=data_of(rows))
