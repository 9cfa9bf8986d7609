"""Regions of different answers, held against deciding document by document (C3)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.decision import Held
from engine.documents.model import Document, Line
from engine.facts.conditions import ALWAYS, All, Condition, OneOf
from engine.facts.kinds import FactValue
from engine.knowing import situate
from engine.matching import build
from engine.money import Money, key
from engine.organization import Organization
from engine.policy import Hold, Matrix, PolicySet, Row
from engine.rates import Shortage
from engine.routing.authority import widest
from engine.scopes import Effective, Scope
from engine.selecting import basis, choose_matrix, choose_row
from rules.analysis.differences.effect import divided, effects
from rules.analysis.differences.essence import essence
from rules.analysis.differences.pieces import NO_MATRIX, NO_ROW, SEVERAL_ROWS
from rules.analysis.differences.stacks import meetings
from rules.checks.space import variables as v
from rules.checks.space.regions import Region
from tests import strategies as make

ENGINE: Final = {
    "no_matrix": NO_MATRIX,
    "no_row": NO_ROW,
    "ambiguous_rows": SEVERAL_ROWS,
}


def answer_of(case: make.Case, policy: PolicySet) -> Hashable | None:
    """What the schedules answer when the document is decided; nothing where a fact is missing."""
    situation = situate(policy, case.data, case.document, case.now, case.given)
    if isinstance(situation, Shortage):
        return None
    limit = widest(situation, situation.requester)
    situation.known = situation.known.also({"requester.limit": limit})
    matrix = choose_matrix(situation)
    if isinstance(matrix, Held):
        return kind(ENGINE[matrix.code]) if matrix.code in ENGINE else None
    on = basis(situation, matrix.amount, matrix.currency)
    if isinstance(on, Held):
        return None
    chosen = choose_row(situation, matrix, on)
    if isinstance(chosen, Held):
        return kind(ENGINE[chosen.code]) if chosen.code in ENGINE else None
    answer = chosen.answer
    if chosen.row == "otherwise" and isinstance(answer, Hold) and not answer.code:
        answer = Hold(answer.reason, "no_row")
    return kind(answer, chosen.require)


def kind(answer: object, require: Sequence[object] = ()) -> Hashable:
    return essence(answer), frozenset(essence(part) for part in require)


def ways(policy: PolicySet, draw: Any) -> PolicySet:
    """The set with one thing of its schedules changed."""
    matrices = list(policy.matrices)
    number = draw(st.integers(0, len(matrices) - 1))
    matrix = matrices[number]
    rows = list(matrix.rows)
    at = draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    match draw(st.sampled_from(("bound", "answer", "when", "rank", "drop", "header", "none"))):
        case "bound":
            rows[at] = replace(row, high=2 * draw(st.sampled_from(make.BOUNDS)) + 1)
        case "answer":
            rows[at] = replace(row, answer=draw(make.answers()))
        case "when":
            rows[at] = replace(row, when=draw(make.conditions(1)))
        case "rank":
            rows[at] = replace(row, exception=not row.exception)
        case "drop":
            del rows[at]
        case "header":
            matrix = replace(matrix, when=draw(make.conditions(1)))
        case "none":
            rows.reverse()
    matrices[number] = replace(matrix, rows=tuple(rows))
    return build(replace(policy, matrices=tuple(matrices), lookup=None))


@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_document_that_is_answered_differently_is_in_an_effect(data: st.DataObject) -> None:
    case = data.draw(make.cases())
    old = build(replace(case.policy, lookup=None))
    new = ways(old, data.draw)
    before, after = answer_of(case, old), answer_of(case, new)
    if before is None or after is None or before == after:
        return
    result = effects(old, new)
    found = [*result.found, *result.unproved]
    type_, entity = case.document.type, case.document.entity
    assert any(type_ in each.documents and entity in each.entities for each in found)


# --- a small world in which every document can be looked at ---------------------------------------

AMOUNTS: Final = (0, 9_999, 10_000, 10_001, 19_999, 20_000, 20_001, 30_000, 30_001)
WORDS: Final = {"category": ("it", "travel", "other"), "capex": (True, False)}


EMPTY: Final = PolicySet(
    name="small",
    digest="sha256:small",
    language=1,
    organization=Organization(
        {"US01": make.US, "DE01": make.DE},
        make.LEVELS,
        {role.name: role for role in make.ROLES},
        (),
    ),
    facts=make.FACTS,
    documents=frozenset(make.DOCUMENTS),
    matrices=(),
)


@st.composite
def small_conditions(draw: Any) -> Condition:
    parts: list[Condition] = []
    if draw(st.booleans()):
        names = draw(st.sets(st.sampled_from(("it", "travel")), min_size=1))
        parts.append(OneOf("category", frozenset[FactValue](names)))
    if draw(st.booleans()):
        parts.append(OneOf("capex", frozenset({draw(st.booleans())}), (True, False)))
    return All(tuple(parts)) if parts else ALWAYS


@st.composite
def small_rows(draw: Any) -> Row:
    low, high = sorted(draw(st.lists(st.integers(0, 8), min_size=2, max_size=2)))
    return Row(
        "",
        make.Place("m.yaml", draw(st.integers(1, 99)), 1),
        draw(make.answers()),
        exception=draw(st.sampled_from((False, False, True))),
        low=2 * AMOUNTS[low] if low else -(2**80),
        high=2 * AMOUNTS[high] if high < 8 else 2**80,
        when=draw(small_conditions()),
    )


@st.composite
def small_sets(draw: Any) -> PolicySet:
    rows = draw(st.lists(small_rows(), min_size=1, max_size=4))
    common = (Effective(), frozenset({"purchase_order"}), ALWAYS, "USD", "document.net", "")
    place = make.Place("m.yaml", 1, 1)
    wide = Matrix("m", "", "m.yaml", place, Scope(), *common, tuple(rows))
    narrow = replace(wide, name="n", scope=Scope(entities=frozenset({"US01"})))
    narrow = replace(narrow, when=draw(small_conditions()), rows=(draw(small_rows()),))
    matrices = (wide, narrow) if draw(st.booleans()) else (wide,)
    return replace(EMPTY, matrices=matrices)


def small_documents() -> Iterator[Document]:
    for minor, category, capex in product(AMOUNTS, *WORDS.values()):
        line = Line(1, Money(minor, "USD"), category=category, capex=capex)
        yield Document(
            type="purchase_order",
            id="D",
            entity="US01",
            requester="ann",
            submitter="ann",
            submitted_at=make.NOW,
            currency="USD",
            category=category,
            capex=capex,
            lines=(line,),
        )


def holds_document(space: Any, region: Region, document: Document) -> bool:
    minor = document.lines[0].net.minor
    if not any(low <= key(minor) <= high for low, high in region.spans):
        return False
    for number, mask in region.masks.items():
        variable = space.variables[number]
        value = getattr(document, variable.fact)
        cell = variable.cells.get(value, variable.cells.get(v.OTHER))
        if not mask >> cell & 1:
            return False
    return True


@settings(suppress_health_check=list(HealthCheck), max_examples=150)
@given(st.data())
def test_regions_hold_exactly_the_documents_that_are_answered_differently(
    data: st.DataObject,
) -> None:
    old = data.draw(small_sets())
    new = build(replace(old, matrices=data.draw(small_sets()).matrices))
    old = build(old)
    people = make.data_of({"people": [make.Person(make.PersonId("ann"), "ann", "US01")]})
    meeting = next(each for each in meetings(old, new)[0] if "US01" in each.entities
                   and "purchase_order" in each.documents)  # fmt: skip
    on, _, differing = divided(old, new, meeting)
    for document in small_documents():
        case = make.Case(old, people, document, make.NOW, {})
        before, after = answer_of(case, old), answer_of(case, new)
        assert before is not None
        assert after is not None
        found = [
            (one.kind, other.kind)
            for one, other, regions in differing
            if any(holds_document(on.space, region, document) for region in regions)
        ]
        assert set(found) == ({(before, after)} if before != after else set())
