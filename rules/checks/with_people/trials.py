"""The documents that a set is tried out with: of every row, control, entity, case and amount.

A row is tried alone, and once with each control that can apply to it. Cases are what conditions of
limits, stand-ins, bars and guarantees tell apart; amounts are divided wherever a bound or limit
stands. Within one division only the people decide, so one document speaks for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from engine.facts.conditions import All, Condition, facts_of
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Of
from engine.master_data import MasterData
from engine.money import HIGHEST
from engine.organization import Entity
from engine.places import Place
from engine.policy import Additional, Approve, Barred, Guarantee, Matrix, PolicySet, Row
from engine.routing.words import Word
from rules.checks.answers import words_of
from rules.checks.space import variables as v
from rules.checks.space.cells import Box
from rules.checks.space.examples import Example, stated
from rules.checks.space.gathering import AMOUNT
from rules.checks.space.ground import Ground, applies_to, control_condition, ground, in_scope
from rules.checks.space.regions import Budget, Region, Span
from rules.checks.with_people.known import as_it_is, known_facts
from rules.checks.with_people.splits import splits
from rules.checks.wording import row_name

MOST_CASES: Final = 32  # of one row or control, by the conditions on who may approve
MOST_REGIONS: Final = 60  # of one case
SEARCH: Final = 50_000  # boxes looked at for one case


@dataclass(frozen=True, slots=True)
class Field:
    """A matrix in one entity on one day, made ready.

    `applies` is where each control does for certain, `may_apply` where it possibly does, by its
    place. `personal` are the conditions on approvers: where each is not true, and where it is.
    """

    policy: PolicySet
    on: Ground
    entity: Entity
    controls: tuple[Additional, ...]
    applies: Mapping[Place, Sequence[Box]]
    may_apply: Mapping[Place, Sequence[Box]]
    personal: tuple[tuple[Sequence[Box], Sequence[Box]], ...]
    splits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A row in one entity, alone or with one control that adds to it."""

    field: Field = field(repr=False)
    row: Row
    control: Additional | None = None

    @property
    def matrix(self) -> Matrix:
        """The matrix of the row."""
        return self.field.on.matrix

    @property
    def entity(self) -> Entity:
        """Whose documents these are."""
        return self.field.entity

    @property
    def is_otherwise(self) -> bool:
        """Whether it is what the matrix says where no row matches."""
        return self.row.place == self.matrix.otherwise_place

    @property
    def place(self) -> Place:
        """Where the rule stands that is tried: the control, else the row."""
        return (self.control or self.row).place

    @property
    def name(self) -> str:
        """How a message speaks of that rule."""
        return row_name(self.control or self.row)

    @property
    def words(self) -> tuple[Word, ...]:
        """Whom the row and the control ask."""
        added = self.control.answer if self.control is not None else None
        return (*words_of(self.row.answer), *words_of(added))

    @property
    def own_words(self) -> tuple[Word, ...]:
        """Whom the rule asks that is tried: the row was tried alone already."""
        return words_of((self.control or self.row).answer)


@dataclass(frozen=True, slots=True)
class Trial:
    """A document of a subject but for its people. `key` stands for every amount in `span`.

    `missing` are facts that it must not state. `is_plain` marks the case in which the fewest
    conditions on approvers are true.
    """

    subject: Subject
    region: Region = field(repr=False)
    facts: Mapping[str, FactValue]
    missing: frozenset[str]
    key: int
    span: Span
    is_plain: bool


def field_of(
    policy: PolicySet, data: MasterData, matrix: Matrix, entity: Entity, day: date
) -> Field:
    """The matrix made ready for one entity. Raises `TooManyBoxes`."""
    controls = tuple(
        control
        for control in policy.additional
        if control.effective.covers(day)
        and in_scope(entity, control.scope)
        and (not control.documents or control.documents & matrix.documents)
    )
    personal = tuple(_personal(policy, matrix, entity, day))
    narrower = [
        other
        for other in policy.matrices
        if other.scope.width < matrix.scope.width
        and in_scope(entity, other.scope)
        and other.documents & matrix.documents
        and other.effective.covers(day)
    ]
    asked = {c.place: control_condition(c, matrix, (entity,)) for c in controls}
    others = (*asked.values(), *personal)
    read = (matrix.when, *(row.when for row in matrix.rows), *others, *(n.when for n in narrower))
    known = as_it_is(policy, data, entity, day, read)
    on = ground(policy, matrix, others, entities=(entity,), narrower=tuple(narrower), known=known)
    boxes = on.space.boxes
    return Field(
        policy=policy,
        on=on,
        entity=entity,
        controls=controls,
        applies={place: boxes(each, certain=True) for place, each in asked.items()},
        may_apply={place: boxes(each, certain=False) for place, each in asked.items()},
        personal=tuple(
            (boxes(each, certain=True, wanted=False), boxes(each, certain=True))
            for each in personal
        ),
        splits=splits(policy, data, matrix, entity, controls, day),
    )


def subjects(field: Field) -> Iterator[Subject]:
    """The rows that ask somebody, each alone and then with every control that asks somebody."""
    matrix = field.on.matrix
    rows = [row for row in matrix.rows if isinstance(row.answer, Approve)]
    if isinstance(matrix.otherwise, Approve):
        rows.append(Row("otherwise", matrix.otherwise_place, matrix.otherwise))
    for row in rows:
        yield Subject(field, row)
        for control in field.controls:
            if isinstance(control.answer, Approve):
                yield Subject(field, row, control)


def trials(subject: Subject) -> Iterator[Trial]:
    """One document for every case of the subject and every division of its amounts."""
    field = subject.field
    for number, starts in enumerate(_cases(subject)):
        done: set[Span] = set()
        for covers in (_avoiding(subject), _covers(subject)):
            search = field.on.search(Budget(SEARCH))
            regions = (region for start in starts for region in search.uncovered(start, covers))
            for region in islice(regions, MOST_REGIONS):
                for span in _divided(region, field.splits):
                    trial = _trial(subject, region, span, is_plain=number == 0)
                    if trial is not None and not any(
                        low <= trial.key <= high for low, high in done
                    ):
                        done.add(span)
                        yield trial


def is_cut(subject: Subject) -> bool:
    """Whether the subject has more cases than are tried."""
    return len(_cases(subject)) >= MOST_CASES


def _personal(policy: PolicySet, matrix: Matrix, entity: Entity, day: date) -> Iterator[Condition]:
    """What the document must be like for limits, stand-ins, bars and guarantees to apply."""
    found: dict[Condition, None] = {}

    def add(documents: frozenset[str], *conditions: Condition) -> None:
        if documents and not documents & matrix.documents:
            return
        parts = [p for each in conditions for p in _impersonal(policy, each)]
        if documents and not matrix.documents <= documents:
            parts.append(applies_to(matrix, documents, matrix.scope, (entity,)))
        if parts:
            found[parts[0] if len(parts) == 1 else All(tuple(parts))] = None

    for limit in policy.organization.limits:
        if not limit.entities or entity.id in limit.entities:
            add(limit.documents, limit.when)
    for rule in policy.stand_ins:
        add(rule.documents, rule.when, *(part.condition for part in rule.require))
    rules: tuple[Barred | Guarantee, ...] = (*policy.barred, *policy.guarantees)
    for each in rules:
        if each.effective.covers(day) and in_scope(entity, each.scope):
            add(each.documents, each.when)
    yield from found


def _impersonal(policy: PolicySet, condition: Condition) -> Iterator[Condition]:
    """The parts of a condition that do not ask about a person."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _impersonal(policy, part)
    elif not any(_is_personal(policy, f) for f in facts_of(condition)):
        yield condition


def is_given(policy: PolicySet, fact: str) -> bool:
    """Whether the moment, the entity and the persons of a document say it, and it does not."""
    return fact in known_facts(policy) or _is_personal(policy, fact)


def _is_personal(policy: PolicySet, fact: str) -> bool:
    declared = policy.facts.get(fact)
    return fact.startswith(("requester.", "approver.")) or (
        declared is not None and declared.of is Of.PERSON
    )


def _starts(subject: Subject) -> list[Box]:
    """Where the row decides, before exceptions; where the control applies too."""
    on, row = subject.field.on, subject.row
    own = on.of_row(on.matrix.rows.index(row)) if not subject.is_otherwise else on.start
    met = [box.meet(start) for box in own for start in on.start]
    if subject.control is not None:
        wanted = subject.field.applies[subject.control.place]
        met = [box.meet(each) for box in met if box is not None for each in wanted]
    return [box for box in met if box is not None]


def _cases(subject: Subject) -> list[list[Box]]:
    """The starts, divided by every condition on approvers; false before true."""
    cases = [_starts(subject)]
    for sides in subject.field.personal:
        if len(cases) >= MOST_CASES:
            break
        divided = []
        for side in sides:
            for case in cases:
                met = [box.meet(each) for box in case for each in side]
                divided.append([box for box in met if box is not None])
        cases = [case for case in divided if case] or cases
    return cases


def _covers(subject: Subject) -> Sequence[Box]:
    """Where another matrix or row decides instead."""
    on = subject.field.on
    if subject.is_otherwise:
        return (*(entry.box for entry in on.possible), *on.elsewhere)
    return on.others_decide(on.matrix.rows.index(subject.row))


def _avoiding(subject: Subject) -> Sequence[Box]:
    """The same, and where any other control applies."""
    covers = list(_covers(subject))
    for control in subject.field.controls:
        if control is not subject.control and control.answer is not None:
            covers += subject.field.may_apply[control.place]
    return covers


def _divided(region: Region, splits: Sequence[int]) -> Iterator[Span]:
    for low, high in region.spans:
        at = low
        for split in splits:
            if at <= split < high:
                yield at, split
                at = split + 1
        yield at, high


def _trial(subject: Subject, region: Region, span: Span, *, is_plain: bool) -> Trial | None:
    on = subject.field.on
    key = _key(on, region, span)
    facts = stated(on, Example(region, key)) if key is not None else None
    if key is None or facts is None:
        return None
    policy = subject.field.policy
    kept = {n: value for n, value in facts.items() if n != AMOUNT and not is_given(policy, n)}
    if kept.pop("entity", subject.entity.id) != subject.entity.id:
        return None
    return Trial(subject, region, kept, frozenset(_missing(on, region)), key, span, is_plain)


def _key(on: Ground, region: Region, span: Span) -> int | None:
    """The least whole amount of the span, or the one for which compared facts have values."""
    known = next((n for name, n in region.numbers.items() if name.split()[0] == AMOUNT), None)
    low, high = span
    if not on.has_amount:
        return 0
    if known is not None and low <= 2 * int(known) <= high:
        return 2 * int(known)
    least = low + low % 2
    return least if least <= min(high, HIGHEST - 1) else None


def _missing(on: Ground, region: Region) -> Iterator[str]:
    """The facts that a document of the region does not have."""
    for number, mask in region.masks.items():
        variable = on.space.variables[number]
        if mask & v.full(variable) == v.unknown_bit(variable) != 0:
            yield from v.facts(variable)
