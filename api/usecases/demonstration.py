"""The demonstration: real purchase orders of a university, decided with an example policy set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

import engine.documents as canonical
from adapters.sources.university_orders import (
    LeftOut,
    Orders,
    SourceRefused,
    read_categories,
    read_orders,
)
from api.usecases.drafts import Draft, DraftData
from api.usecases.judging import local
from engine.deciding import decide
from engine.decision import Ask, Assignment, Decision, Outcome
from engine.documents.model import Document
from engine.errors import InputErrors
from engine.money import HIGHEST, Money, decimal_text
from engine.policy import PolicySet
from engine.routing.distinct import leaves

ORDERS: Final = Path("data") / "orders" / "purchase_orders.csv.gz"
CATEGORIES: Final = Path("data") / "orders" / "categories.csv"
ENTITY: Final = "MAIN"
WHOLE: Final = 100
NEAR_PERCENT: Final = 5
MOST_LINES: Final = 6  # of an order that is shown in full


@dataclass(frozen=True, slots=True)
class Decided:
    """One order and what was decided."""

    document: Document
    decision: Decision


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Everything decided. `not_accepted` are orders that are no documents, and why."""

    decided: tuple[Decided, ...]
    left_out: tuple[LeftOut, ...]
    not_accepted: tuple[tuple[str, str], ...]
    rows_count: int
    cancelled_count: int


@dataclass(frozen=True, slots=True)
class Workload:
    """How many orders one person is asked about: alone, or as one of several."""

    person: str
    alone: int
    shared: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit of the schedule, and the orders at most 5 % below and above it."""

    text: str
    below: tuple[Decided, ...]
    above: tuple[Decided, ...]


def orders_of(draft: Draft, path: Path | None = None, *, with_cancelled: bool = True) -> Orders:
    """The orders that come with the set, or those of another file. Raises `SourceRefused`."""
    categories = read_categories(draft.folder / CATEGORIES)
    entity = draft.policy.organization.entities.get(ENTITY)
    if entity is None:
        raise SourceRefused(f"the set `{draft.policy.name}` has no entity `{ENTITY}`")
    file = path or draft.folder / ORDERS
    return read_orders(file, categories, ENTITY, entity.zone, with_cancelled=with_cancelled)


def decide_all(
    draft: Draft, data: DraftData, orders: Orders, advance: Callable[[], None]
) -> Demonstration:
    """Decides every order at the moment at which it was approved in reality."""
    decided: list[Decided] = []
    refused: list[tuple[str, str]] = []
    policy = draft.policy
    received_at = datetime.now(UTC)
    for raw in orders.documents:
        try:
            document = canonical.accept(
                raw, policy.facts, policy.documents, received_at=received_at
            )
        except InputErrors as problem:
            refused.append((str(raw["id"]), str(problem)))
        else:
            now = local(policy, document)
            decided.append(Decided(document, decide(policy, data.data, document, now)))
        advance()
    return Demonstration(
        tuple(decided),
        orders.left_out,
        tuple(refused),
        orders.rows_count,
        orders.cancelled_count,
    )


def places(decision: Decision) -> Iterator[Assignment]:
    """Every place of the route that asks for an approval."""
    for step in decision.steps:
        for part in step.parts:
            yield from (place for place in leaves(part) if place.ask is Ask.APPROVE)


def route_text(decision: Decision) -> str:
    """The route by its words: `it_security > cost_center_owner > chain`; empty for none."""
    steps = []
    for step in decision.steps:
        words = (place.word for part in step.parts for place in leaves(part))
        steps.append(" + ".join(dict.fromkeys(words)))
    return " > ".join(steps)


def workloads(decided: tuple[Decided, ...]) -> list[Workload]:
    """Everybody who is asked, who is asked most first."""
    alone: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    for one in decided:
        persons: dict[str, bool] = {}
        for place in places(one.decision):
            members = place.body.members if place.body is not None else ()
            people: list[str] = [*members, *(each.person for each in place.assignees)]
            for person in people:
                persons[person] = persons.get(person, False) or len(people) == 1
        for person, is_alone in persons.items():
            (alone if is_alone else shared)[person] += 1
    found = [Workload(person, alone[person], shared[person]) for person in alone | shared]
    return sorted(found, key=lambda load: (-load.alone - load.shared, load.person))


def thresholds(policy: PolicySet, decided: tuple[Decided, ...]) -> list[Threshold]:
    """The limits of the schedules, lowest first, with the orders near them."""
    found = []
    for matrix in policy.matrices:
        bounds = {row.high // 2 for row in matrix.rows if row.high < HIGHEST}
        for bound in sorted(bounds):
            near = Fraction(bound * NEAR_PERCENT, WHOLE)
            below = tuple(one for one in decided if bound - near <= _minor(one) <= bound)
            above = tuple(one for one in decided if bound < _minor(one) <= bound + near)
            text = f"{decimal_text(bound, matrix.currency)} {matrix.currency}"
            found.append(Threshold(text, below, above))
    return found


def _minor(one: Decided) -> int:
    return sum(line.net.minor for line in one.document.lines)


def amount_of(one: Decided) -> Money:
    """The order's net total."""
    return Money(_minor(one), one.document.currency)


def chosen(decided: tuple[Decided, ...]) -> list[tuple[str, Decided]]:
    """Three decisions worth reading: a routine one, one that several people share, one held."""
    found = []
    for title, is_meant in (
        ("a routine order", _is_routine),
        ("an order over several cost centers, with an approver that a control adds", _is_shared),
        ("an order that is held", _is_held),
    ):
        first = next((one for one in decided if is_meant(one)), None)
        if first is not None:
            found.append((title, first))
    return found


def _is_routine(one: Decided) -> bool:
    return one.decision.outcome is Outcome.ROUTE and len(one.decision.steps) == 1


def _is_shared(one: Decided) -> bool:
    owners = [place for place in places(one.decision) if place.word == "cost_center_owner"]
    controls = any(reason.code == "control_applied" for reason in one.decision.reasons)
    charged = all(not place.amount.startswith("0.00") for place in owners)
    return controls and charged and len(owners) > 1 and len(one.document.lines) <= MOST_LINES


def _is_held(one: Decided) -> bool:
    held = one.decision.held
    return held is not None and held.code != "commitment_value_missing"
