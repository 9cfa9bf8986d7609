"""Which controls the acts on a finished case violate, by whom and by which acts.

Asked when a case is about to be let through, of what has happened; the guards of every single act
were asked before. An act is judged as of its own moment, the document as of the moment at which it
was let through. Only what is certain is a violation: what was undecided held the document before.
`engine/opinion/` says the same as rules for another engine, and both must agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engine.business_time import local_day
from engine.facts.truth import holds
from engine.history import PastAct
from engine.knowing import Situation, knowing_approver
from engine.master_data import PersonId
from engine.money import key
from engine.opinion.controls import (
    BENEFICIARY,
    SELF_APPROVAL,
    bar_name,
    document_match_name,
    interest_name,
    match_name,
    row_name,
)
from engine.opinion.happened import Happened, persons_of, situation_at
from engine.opinion.rules import Violation
from engine.opinion.separation import conflict_name
from engine.policy import Conflict, Duty, Hold, Mitigation, Refuse, Scope
from engine.rates import Shortage
from engine.routing.authority import is_one_of, widest
from engine.routing.eligibility import has_interest, is_related
from engine.selecting import applying

WARN: Final = "warn"


@dataclass(frozen=True, slots=True)
class _Done:
    """An act of one person: himself, or somebody for him."""

    number: int
    person: PersonId
    act: PastAct
    day: date
    is_here: bool


def violations(happened: Happened) -> tuple[Violation, ...]:
    """Every violation, sorted, each once. Raises `NotKnown`."""
    situation = situation_at(happened, happened.at)
    then = _Moments(happened)
    found = {
        *_by_approvers(happened, then),
        *_of_document(situation),
        *_bars(happened, then),
        *_static_conflicts(happened, then),
        *_conflicts(happened, situation),
    }
    return tuple(sorted(found))


class _Moments:
    """What was known at each moment at which somebody approved; looked up once."""

    def __init__(self, happened: Happened) -> None:
        self._happened = happened
        self._known: dict[datetime, Situation] = {}

    def __getitem__(self, moment: datetime) -> Situation:
        if moment not in self._known:
            self._known[moment] = situation_at(self._happened, moment)
        return self._known[moment]


def _by_approvers(happened: Happened, then: _Moments) -> Iterator[Violation]:
    """Approvals by those whose document it is, who gain by it, or who are too near its supplier."""
    for number, act, person in happened.approvals():
        situation = then[act.at]

        def by_him(control: str, person: PersonId = person, number: int = number) -> Violation:
            return Violation(control, (person,), (number,))

        if person == situation.requester:
            yield by_him(SELF_APPROVAL)
        if person in situation.beneficiaries:
            yield by_him(BENEFICIARY)
        who = happened.data.people.get(person)
        for rule in happened.policy.related_parties:
            if who is not None and is_related(situation, who, rule):
                yield by_him(match_name(rule.place))
            if rule.exclude_declared and has_interest(situation, person):
                yield by_him(interest_name(rule.place))


def _of_document(situation: Situation) -> Iterator[Violation]:
    """Rows that refuse or hold such a document, and matches of those whom it names."""
    for applied in applying(situation)[0]:
        if isinstance(applied.control.answer, Hold | Refuse):
            yield Violation(row_name(applied.control))
    for rule in situation.policy.related_parties:
        for person in situation.involved.values():
            if rule.refuse_on_match and is_related(situation, situation.data.people[person], rule):
                yield Violation(document_match_name(rule.place), (person,))


def _bars(happened: Happened, then: _Moments) -> Iterator[Violation]:
    reads = happened.policy.lookup.reads if happened.policy.lookup is not None else frozenset()
    for number, act, person in happened.approvals():
        situation = then[act.at]
        known = knowing_approver(situation, person)
        if "approver.limit" in reads:
            known = known.also({"approver.limit": widest(situation, person)})
        for bar in happened.policy.barred:
            if bar.documents and situation.document.type not in bar.documents:
                continue
            if _covers(bar.scope, situation) and bar.effective.covers(situation.day):
                if holds(bar.when, known) is True:
                    yield Violation(bar_name(bar), (person,), (number,))


def _covers(scope: Scope, situation: Situation) -> bool:
    entity = situation.entity
    is_named = (
        entity.id in scope.entities
        or entity.country in scope.countries
        or entity.region in scope.regions
    )
    return is_named or scope == Scope()


def _static_conflicts(happened: Happened, then: _Moments) -> Iterator[Violation]:
    """Who approved held roles of two duties that conflict whatever is done."""
    for conflict in happened.policy.conflicts:
        if conflict.on != "person" or conflict.outcome == WARN:
            continue
        duties = [happened.policy.duties[name] for name in conflict.duties]
        for number, act, person in happened.approvals():
            situation = then[act.at]
            type_ = situation.document.type
            if not any(not duty.documents or type_ in duty.documents for duty in duties):
                continue
            if not (
                _covers(conflict.scope, situation) and conflict.effective.covers(situation.day)
            ):
                continue
            has_both = all(
                any(is_one_of(situation, person, role) for role in duty.roles) for duty in duties
            )
            if has_both and not _is_mitigated(happened, conflict, person, situation.day):
                yield Violation(conflict_name(conflict), (person,), (number,))


def _conflicts(happened: Happened, situation: Situation) -> Iterator[Violation]:
    """Two acts of one person, or of two who count as one, that must not have been his."""
    done = [
        _Done(number, person, act, local_day(act.at, situation.entity.zone), is_here)
        for number, act, is_here in happened.numbered()
        if not (is_here and number - 1 in happened.as_requester)
        for person in persons_of(act)
    ]
    for conflict in happened.policy.conflicts:
        shared = _SHARED.get(conflict.on)
        if shared is None or conflict.outcome == WARN or not _covers(conflict.scope, situation):
            continue
        first, second = (happened.policy.duties[name] for name in conflict.duties)
        for one, two in _pairs(happened, conflict, first, second, done):
            later = two if two.day >= one.day else one
            if (
                one.act is not two.act
                and (conflict.on in _WITHIN_CASE or one.is_here or two.is_here)
                and shared(happened, one.act) & shared(happened, two.act)
                and (conflict.within is None or abs((two.day - one.day).days) <= conflict.within)
                and conflict.effective.covers(later.day)
                and not _is_mitigated(happened, conflict, later.person, later.day)
            ):
                persons = tuple(sorted({one.person, two.person}))
                acts = tuple(sorted({one.number, two.number}))
                yield Violation(conflict_name(conflict), persons, acts)


def _pairs(
    happened: Happened, conflict: Conflict, first: Duty, second: Duty, done: list[_Done]
) -> Iterator[tuple[_Done, _Done]]:
    """Acts of either duty whose persons count as one; of a duty and itself each pair once."""
    by_person: dict[PersonId, list[_Done]] = defaultdict(list)
    for each in done:
        if _fits(each.act, second):
            by_person[each.person].append(each)
    for one in done:
        if not _fits(one.act, first):
            continue
        for person in _counted_as(happened, conflict, one.person, [*by_person]):
            for two in by_person[person]:
                if first.name != second.name or one.number < two.number:
                    yield one, two


def _fits(act: PastAct, duty: Duty) -> bool:
    if duty.documents and act.document_type not in duty.documents:
        return False
    return act.act in duty.acts


def _counted_as(
    happened: Happened, conflict: Conflict, person: PersonId, others: list[PersonId]
) -> list[PersonId]:
    if not conflict.related:
        return [person] if person in others else []
    return [other for other in others if other == person or _related(happened, person, other)]


def _related(happened: Happened, person: PersonId, other: PersonId) -> bool:
    """Whether two people share a bank account, a tax id or an address."""
    people = happened.data.people
    if person not in people or other not in people:
        return False
    one, two = people[person], people[other]
    return any(
        getattr(one, detail) & getattr(two, detail)
        for detail in ("accounts", "tax_ids", "addresses")
    )


def _this_document(happened: Happened, act: PastAct) -> frozenset[str]:
    mine = (happened.document.type, happened.document.id)
    return frozenset({"this"} if (act.document_type, act.document_id) == mine else ())


def _this_chain(happened: Happened, act: PastAct) -> frozenset[str]:
    return frozenset({"this"} if happened.is_in_chain(act) else ())


def _same_supplier(_: Happened, act: PastAct) -> frozenset[str]:
    return frozenset(name for name in act.keys if name.startswith("supplier:"))


def _same_object(_: Happened, act: PastAct) -> frozenset[str]:
    return frozenset(name for name in act.keys if name.startswith("object:"))


_SHARED: Final[dict[str, Callable[[Happened, PastAct], frozenset[str]]]] = {
    "same_document": _this_document,
    "same_chain": _this_chain,
    "same_supplier": _same_supplier,
    "same_object": _same_object,
}
_WITHIN_CASE: Final = frozenset({"same_document", "same_chain"})


def _is_mitigated(happened: Happened, conflict: Conflict, person: PersonId, day: date) -> bool:
    """Whether the conflict of the person was accepted on that local day, for this amount."""
    return any(
        mitigation.conflict == conflict.name
        and day <= mitigation.until
        and happened.data.person_of(mitigation.person, happened.at) == person
        and _is_below_cap(happened, mitigation)
        for mitigation in happened.policy.mitigations
    )


def _is_below_cap(happened: Happened, mitigation: Mitigation) -> bool:
    if mitigation.cap is None:
        return True
    situation = situation_at(happened, happened.at)
    if situation.amount is None:
        return False
    amount = situation.known.converter.convert(situation.amount, mitigation.cap.currency)
    return not isinstance(amount, Shortage) and key(amount.minor) <= 2 * mitigation.cap.minor
