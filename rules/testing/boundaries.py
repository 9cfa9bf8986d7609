"""Tests for both sides of every bound, written out with the answer that the set gives today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Final

from engine.facts.conditions import All, Constant
from engine.facts.kinds import FactValue, Kind
from engine.facts.vocabulary import Fact
from engine.money import Money
from engine.organization import Entity, Limit
from engine.places import Place
from engine.policy import Additional, Matrix, PolicySet, Row
from rules.checks.space.cells import TooManyBoxes
from rules.checks.space.examples import Example, regions, stated
from rules.checks.space.ground import Ground, ground, scope_entities
from rules.checks.space.regions import Span, nearest_zero
from rules.testing.boundaries_of_controls import of_control, places
from rules.testing.bounds import next_to, sites
from rules.testing.coverage import Sort, countable
from rules.testing.observing import observe
from rules.testing.reaching import known_of, met
from rules.testing.running import Made
from rules.testing.specimens import Specimen, Trials, specimen, usual_type
from rules.testing.spelling import expectation, sentence, spelled, spoken
from rules.testing.trying import Try, day_in, plain, said

MOST_REGIONS: Final = 40  # looked at to state one row
HEADING: Final = """\
# Both sides of every bound, with the answer that the policy gives today. A machine wrote this file:
# it knows what the policy says, and not whether that is what was meant. A person must read each
# test and confirm it, or correct the policy. Delete this comment when that is done.
"""


@dataclass(slots=True)
class Written:
    """The tests as lines, how many, and the rows for which no document could be made."""

    lines: list[str] = field(default_factory=list)
    tests: int = 0
    left_out: list[tuple[Place, str]] = field(default_factory=list)
    seen: set[tuple[Place, str]] = field(default_factory=set)
    names: dict[str, int] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)

    def add(self, tried: Specimen, name: str, expect: Mapping[str, str]) -> None:
        """One more test; a name that is taken gets a number."""
        self.names[name] = number = self.names.get(name, 0) + 1
        full = name if number == 1 else f"{name} ({number})"
        self.lines += ["", *(f"  {line}" for line in tried.lines(full, expect))]
        self.tests += 1


def write_boundaries(policy: PolicySet, trials: Trials) -> tuple[str, Written]:
    """The file, and what is in it. Every test in it passes when it is run."""
    written = Written()
    for matrix in policy.matrices:
        try:
            on = ground(policy, matrix)
        except TooManyBoxes:
            written.left_out.append(
                (matrix.place, "no test was written, since its rows are too many to try")
            )
            continue
        for entity in scope_entities(policy, matrix.scope):
            _matrix(on, entity, trials, written)
    for matrix, entity, tried in control_tries(trials):
        _write(matrix, entity, tried, trials, written)
    _unreached(trials.policy, written)
    head = [f"{HEADING}kind: tests", f"on: {trials.on}", "tests:"]
    notes = [f"# {place}: {why}" for place, why in written.left_out]
    body = written.lines[1:] if written.lines else []
    return "\n".join([*head, *body, *(["", *notes] if notes else [])]) + "\n", written


def tries(on: Ground, entity: Entity, policy: PolicySet, day: date) -> tuple[list[Try], list[Row]]:
    """What to try in one matrix and entity, by amount; and the rows without a document."""
    limits = tuple(_limits(policy, on.matrix, entity))
    found: dict[str, Try] = {}
    without: list[Row] = []
    for row in on.matrix.rows:
        known = tuple(_stated(on, row))
        if not known:
            without.append(row)
            continue
        here = [place for place in known if place.facts.get("entity", entity.id) == entity.id]
        bounds = [
            *_of_row(row, here, on.matrix),
            *_of_limits(policy, limits, here, on.matrix, entity, day),
        ]
        usual = (_usual(place, on.matrix) for place in here[:1])
        for tried in bounds or usual:
            found.setdefault(
                f"{tried.said} {tried.on} {sorted(tried.facts.items(), key=str)}", tried
            )
    by_amount = sorted(found.values(), key=lambda one: one.amount.minor if one.amount else 0)
    return by_amount, without


@dataclass(frozen=True, slots=True)
class _Spot:
    """Facts with which a row decides, and the amounts for which it does (keys)."""

    facts: Mapping[str, FactValue]
    spans: tuple[Span, ...]

    def has(self, amount: int) -> bool:
        """Whether the amount (minor units) lies there."""
        return any(low <= 2 * amount <= high for low, high in self.spans)


def _stated(on: Ground, row: Row) -> Iterator[_Spot]:
    """Where a row decides, as far as a test can state it."""
    for region in islice(regions(on, row), MOST_REGIONS):
        facts = stated(on, Example(region, nearest_zero(region.spans[0], on.space.between)))
        if facts is not None:
            yield _Spot(facts, region.spans)


def _usual(spot: _Spot, matrix: Matrix) -> Try:
    """The one document to try for a row without bounds."""
    amount = _least(spot, matrix)
    return Try(spot.facts, amount, spoken(amount) if amount is not None else "any document")


def _least(spot: _Spot, matrix: Matrix) -> Money | None:
    """The amount of the spot that is nearest to zero."""
    key = nearest_zero(spot.spans[0], False)
    return Money(key // 2, matrix.currency) if matrix.amount else None


def _matrix(on: Ground, entity: Entity, trials: Trials, written: Written) -> None:
    """The tests of one matrix in one entity."""
    is_first = entity == scope_entities(trials.policy, on.matrix.scope)[0]
    limits = _limits(trials.policy, on.matrix, entity)
    if not is_first and not any(entity.id in limit.entities for limit in limits):
        return  # nothing is different here
    found, without = tries(on, entity, trials.policy, trials.day)
    for tried in found:
        _write(on.matrix, entity, tried, trials, written)
    for row in without if is_first else ():
        why = "no test was written, since no document can be made up that this row decides"
        written.left_out.append((row.place, why))


def _limits(policy: PolicySet, matrix: Matrix, entity: Entity) -> Iterator[Limit]:
    """The limits that may bound documents of the matrix in the entity."""
    for limit in policy.organization.limits:
        if limit.up_to is not None and limit.up_to.currency == matrix.currency:
            here = not limit.entities or entity.id in limit.entities
            if here and (not limit.documents or limit.documents & matrix.documents):
                yield limit


def _of_row(row: Row, spots: Sequence[_Spot], matrix: Matrix) -> Iterator[Try]:
    """Both sides of each bound of a row: on its amount, and inside its condition."""
    for site in sites(All((*row.bounds, row.when))):
        test = site.test
        if site.on_lines or not isinstance(test.bound, Constant):
            continue
        pair = (test.bound.value, next_to(test.bound.value, test))
        if test.fact == "amount":
            inside = [value.minor for value in pair if isinstance(value, Money)]
            spot = next((spot for spot in spots if any(map(spot.has, inside))), None)
        else:
            spot = next((spot for spot in spots if test.fact in spot.facts), None)
        for value in pair if spot is not None else ():
            if spot is None or value is None:
                continue
            if test.fact != "amount":
                facts = {**spot.facts, test.fact: value}
                yield Try(facts, _least(spot, matrix), said(test, value))
            elif isinstance(value, Money):
                yield Try(spot.facts, value, said(test, value))


def _of_limits(
    policy: PolicySet,
    limits: tuple[Limit, ...],
    spots: Sequence[_Spot],
    matrix: Matrix,
    entity: Entity,
    day: date,
) -> Iterator[Try]:
    """Both sides of each limit of authority that lies among the amounts of the row."""
    for limit in limits:
        if limit.up_to is None:
            continue
        minor, currency = limit.up_to.minor, limit.up_to.currency
        for at, word in ((minor, "exactly "), (minor + 1, "")):
            for spot in spots:
                facts = _counting(policy, limit, spot, matrix, entity, day)
                if facts is not None and spot.has(at):
                    amount = Money(at, currency)
                    now = facts.pop("now", day)
                    on = now if isinstance(now, date) and now != day else None
                    yield Try(facts, amount, f"{word}{spoken(amount)}", on)
                    break


def _counting(
    policy: PolicySet, limit: Limit, spot: _Spot, matrix: Matrix, entity: Entity, day: date
) -> dict[str, FactValue] | None:
    """The facts of the spot, and more with which the limit counts; `None` where it cannot."""
    facts = dict(spot.facts)
    if limit.documents:
        types = sorted(matrix.documents)
        kind = facts.get("document.type", usual_type(types))
        if kind not in limit.documents:
            if "document.type" in facts:
                return None
            kind = usual_type(sorted(limit.documents & matrix.documents))
            facts["document.type"] = kind
    more = met(policy, limit.when, {**known_of(entity), **facts}, day)
    return None if more is None else facts | more


def control_tries(trials: Trials) -> Iterator[tuple[Matrix, Entity, Try]]:
    """What to try for each control, in the first matrix that gives such documents an answer."""
    for control in trials.policy.additional:
        first: tuple[Matrix, Entity, list[Try]] | None = None
        for matrix, entity in places(trials.policy, control):
            found = list(of_control(trials.policy, control, matrix, entity, trials.day))
            if not found or tried_out(matrix, entity, found[0], trials) is None:
                continue
            first = first or (matrix, entity, found)
            if not _is_stopped(matrix, entity, found[0], trials, control):
                first = (matrix, entity, found)
                break
        if first is not None:
            matrix, entity, found = first
            for tried in found:
                yield matrix, entity, _unstopped(matrix, entity, tried, trials, control)


def _is_stopped(
    matrix: Matrix, entity: Entity, tried: Try, trials: Trials, control: Additional
) -> bool:
    """Whether a document is held for another reason than the control."""
    made = tried_out(matrix, entity, tried, trials)
    held = made[1].decision.held if made is not None else None
    return made is None or (held is not None and held.place != control.place)


def _unstopped(
    matrix: Matrix, entity: Entity, tried: Try, trials: Trials, control: Additional
) -> Try:
    """The same with facts for which somebody's limit covers, where it is held without them."""
    if not _is_stopped(matrix, entity, tried, trials, control):
        return tried
    day = tried.on or trials.day
    for limit in _limits(trials.policy, matrix, entity):
        fixed = {**known_of(entity), **tried.facts, "now": day}
        more = met(trials.policy, limit.when, fixed, day)
        other = replace(tried, facts={**tried.facts, **more}) if more else tried
        if more and not _is_stopped(matrix, entity, other, trials, control):
            return other
    return tried


def _unreached(policy: PolicySet, written: Written) -> None:
    """Names every bound for which the tests do not lie on both sides."""
    tried = {row.place for matrix in policy.matrices for row in matrix.rows}
    tried |= {control.place for control in policy.additional}
    tried |= {limit.place for limit in policy.organization.limits}
    without = {place for place, _ in written.left_out}
    for item in countable(policy):
        is_seen = all((item.place, need) in written.seen for need in item.needs)
        if item.sort is not Sort.BOUND or is_seen or item.place in without:
            continue
        if item.place in tried:
            why = "no documents were found with which it decides, one on each side"
        elif item.what.startswith("required: "):
            continue  # whether a paper is there has no two sides
        else:
            why = "only bounds of rows, additional rows and limits are tried"
        written.left_out.append((item.place, f"{item.what} is not tested, since {why}"))
    written.left_out.sort()


def tried_out(
    matrix: Matrix, entity: Entity, tried: Try, trials: Trials
) -> tuple[Specimen, Made] | None:
    """The document of a try and what is decided about it; `None` where none can be made."""
    made = specimen(trials.policy, matrix, entity, tried.facts, tried.amount)
    if made is None:
        return None
    day = day_in(matrix.effective, tried.on or trials.day) or tried.on
    return trials.decided(made if day is None else replace(made, on=str(day)), entity)


def _write(matrix: Matrix, entity: Entity, tried: Try, trials: Trials, written: Written) -> None:
    found = tried_out(matrix, entity, tried, trials)
    if found is None:
        return
    full, decided = found
    if str(full) in written.documents:
        return
    written.seen |= observe(trials.policy, decided).seen
    written.documents.add(str(full))
    expect = confirmed(full, expectation(decided.decision, trials.policy), trials)
    answer = sentence(decided.decision, trials.policy)
    written.add(full, f"{title(matrix, entity, tried, trials.policy)} {answer}", expect)


def title(matrix: Matrix, entity: Entity, tried: Try, policy: PolicySet) -> str:
    """What the name of a test says before the answer: `Spending: exactly 8,000.00 EUR (DE01)`."""
    where = f"{matrix.title or matrix.name}: " if len(policy.matrices) > 1 else ""
    return f"{where}{tried.said}{_beside(tried, matrix, entity, policy)}"


def _beside(tried: Try, matrix: Matrix, entity: Entity, policy: PolicySet) -> str:
    """What else the document states, in brackets; empty for nothing."""
    facts = tried.facts.items()
    about = [_fact(policy.facts[n], x) for n, x in facts if not tried.said.startswith(plain(n))]
    if len(scope_entities(policy, matrix.scope)) > 1:
        about.insert(0, entity.id)
    if tried.on is not None:
        about.append(f"on {tried.on}")
    return f" ({', '.join(about)})" if about else ""


def _fact(fact: Fact, value: FactValue) -> str:
    if isinstance(value, Money):
        return f"{plain(fact.name)}: {spoken(value)}"
    return f"{plain(fact.name)}: {spelled(value, is_paper=fact.kind is Kind.PAPER)}"


def confirmed(tried: Specimen, expect: Mapping[str, str], trials: Trials) -> Mapping[str, str]:
    """The expectation, or as much of it as a test of it confirms."""
    for keys in (tuple(expect), ("outcome", "code"), ("outcome",)):
        part = {key: text for key, text in expect.items() if key in keys}
        result = trials.run(tried, part)
        if result is not None and result.passed:
            return part
    return {"outcome": expect["outcome"]}
