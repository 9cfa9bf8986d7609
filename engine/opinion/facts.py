"""Facts out of what has happened, for the rules of `controls.py`.

Nothing is concluded here: sets become memberships, values become whole numbers, and what is kept
closely (account numbers, words that no rule names) becomes a token that means nothing elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.business_time import local_day
from engine.decision import Held
from engine.facts.kinds import FactValue
from engine.facts.truth import Known, in_currency
from engine.history import PastAct
from engine.knowing import Situation, knowing_approver
from engine.master_data import Person, PersonId
from engine.money import AMOUNTS
from engine.opinion.conditions import Asked, quantity
from engine.opinion.controls import ControlRules, Uncovered, bar_name, row_name
from engine.opinion.happened import Happened, persons_of, situation_at
from engine.opinion.rules import Fact
from engine.opinion.separation import NOW, THEN, conflict_name, needs_past
from engine.policy import Duty
from engine.rates import Shortage
from engine.routing.authority import is_one_of, widest
from engine.routing.eligibility import suppliers
from engine.scopes import Scope
from engine.segregation.ground import PREFIXES
from engine.segregation.keys import about
from engine.segregation.rulings import HELD_ROLES
from engine.selecting import basis

CHAINING: Final = PREFIXES["same_chain"]
OTHER_WORD: Final = ""
AS: Final = "as "
WARN: Final = "warn"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one case, and controls about which they say nothing on this document."""

    facts: tuple[Fact, ...]
    uncovered: tuple[Uncovered, ...] = ()


def facts_of(happened: Happened, rules: ControlRules) -> Facts:
    """What the rules ask, as it was. Raises `NotKnown`."""
    situation = situation_at(happened, happened.at)
    found = [
        *_scopes(happened, situation),
        *_parts(situation),
        *_approvals(happened, situation),
        *_duties_done(happened, situation),
        *_roles_held(happened, situation),
        *_relations(happened),
        *_mitigated(happened),
        *_details(happened, situation),
        *_interests(happened, situation),
    ]
    asking = _Asking(rules)
    found += asking.of_document(situation)
    for number, act, person in happened.approvals():
        found += asking.of_approval(situation_at(happened, act.at), number, person)
    uncovered = [
        Uncovered(control, "not_whole", f"`{asked.name}` is no whole amount after its conversion")
        for control, asked in sorted(rules.exact, key=str)
        if asked in asking.not_whole
    ]
    return Facts(tuple(found), (*uncovered, *_without_past(happened)))


def _without_past(happened: Happened) -> Iterator[Uncovered]:
    """Conflicts that compare documents, where nobody looked what was done on others."""
    if happened.history is None:
        for conflict in happened.policy.conflicts:
            if conflict.outcome != WARN and needs_past(happened.policy, conflict):
                reason = "what was done on other documents was not looked up"
                yield Uncovered(conflict_name(conflict), "no_history", reason)


def _scopes(happened: Happened, situation: Situation) -> Iterator[Fact]:
    """Which controls cover this document, by scope and type; their dates are asked by the rules."""
    policy, type_ = happened.policy, happened.document.type
    covered = [(row_name(row), row.scope, row.documents) for row in policy.additional]
    covered += [(bar_name(bar), bar.scope, bar.documents) for bar in policy.barred]
    covered += [(conflict_name(each), each.scope, frozenset()) for each in policy.conflicts]
    day = situation.day.toordinal()
    for name, scope, documents in covered:
        if _is_within(scope, situation) and (not documents or type_ in documents):
            yield {"type": "scope", "control": name, "day": day}


def _is_within(scope: Scope, situation: Situation) -> bool:
    entity = situation.entity
    if scope.entities or scope.countries or scope.regions:
        return (
            entity.id in scope.entities
            or entity.country in scope.countries
            or entity.region in scope.regions
        )
    return True


def _parts(situation: Situation) -> Iterator[Fact]:
    for part, person in sorted(situation.involved.items()):
        yield {"type": "part", "part": part.split()[0], "person": person}


def _about(number: int, person: PersonId) -> str:
    return f"approval {number} of {person}"


def _approvals(happened: Happened, situation: Situation) -> Iterator[Fact]:
    for number, act, person in happened.approvals():
        yield {
            "type": "approval",
            "act": number,
            "person": person,
            "day": _day(act.at, situation),
            "about": _about(number, person),
        }


def _day(moment: datetime, situation: Situation) -> int:
    return local_day(moment, situation.entity.zone).toordinal()


def _duties_done(happened: Happened, situation: Situation) -> Iterator[Fact]:
    """Acts under each duty that a conflict compares, with what they were about."""
    policy = happened.policy
    wanted = {
        (name, conflict.on)
        for conflict in policy.conflicts
        if conflict.outcome != WARN
        for name in conflict.duties
    }
    every = about(happened.data, happened.document, happened.at) if wanted else frozenset[str]()
    for number, act in happened.numbered():
        is_chained = _is_chained(happened, act, every)
        for name, kind in sorted(wanted):
            if not _belongs(act, policy.duties[name]):
                continue
            for over in _over(happened, act, kind, every, is_chained):
                for person in persons_of(act):
                    yield {
                        "type": "did",
                        "duty": name,
                        "kind": kind,
                        "over": over,
                        "person": person,
                        "act": number,
                        "day": _day(act.at, situation),
                        "chained": is_chained,
                    }


def _belongs(act: PastAct, duty: Duty) -> bool:
    return act.act in duty.acts and (not duty.documents or act.document_type in duty.documents)


def _is_chained(happened: Happened, act: PastAct, every: frozenset[str]) -> bool:
    if happened.is_own(act) or (act.document_type, act.document_id) in happened.past.chain:
        return True
    return any(key.startswith(CHAINING) for key in act.keys & every)


def _over(
    happened: Happened, act: PastAct, kind: str, every: frozenset[str], is_chained: bool
) -> list[str]:
    """What another act may share with this one so that the two count together."""
    if kind == HELD_ROLES:
        return [""]
    keys = act.keys | every if happened.is_own(act) else act.keys
    found = {f"paper {act.document_type} {act.document_id}"}
    found |= {key for key in keys if key.startswith(PREFIXES[kind])}
    if kind == "same_chain" and is_chained:
        found.add("chain")
    return sorted(found)


def _roles_held(happened: Happened, situation: Situation) -> Iterator[Fact]:
    policy = happened.policy
    names = {name for each in policy.conflicts if each.on == HELD_ROLES for name in each.duties}
    if not names:
        return
    for number, act in happened.numbered():
        for moment, at in ((THEN, situation_at(happened, act.at)), (NOW, situation)):
            for person in persons_of(act):
                relations = happened.data.relations.get(person, ())
                relatives = [each.related_to for each in relations if each.span.holds(at.now)]
                people = [(person, False), *((relative, True) for relative in relatives)]
                for name in sorted(names):
                    for who, is_relative in people:
                        if any(is_one_of(at, who, role) for role in policy.duties[name].roles):
                            yield {
                                "type": "holds",
                                "act": number,
                                "person": person,
                                "duty": name,
                                "moment": moment,
                                "relative": is_relative,
                            }


def _relations(happened: Happened) -> Iterator[Fact]:
    """Whose acts count for whom: everybody's for himself, and those of relatives."""
    if not any(conflict.related for conflict in happened.policy.conflicts):
        return
    for number, act in happened.numbered():
        for other in persons_of(act):
            yield {"type": "related", "person": other, "other": other, "act": number}
            for each in happened.data.relations.get(other, ()):
                if each.span.holds(happened.at) or each.span.holds(act.at):
                    person = each.related_to
                    yield {"type": "related", "person": person, "other": other, "act": number}


def _mitigated(happened: Happened) -> Iterator[Fact]:
    """Under which mitigations acts were done, and which conflicts none of them accepts."""
    policy = happened.policy
    for name in sorted({each.conflict for each in policy.mitigations}):
        accepting = {each.name for each in policy.mitigations if each.conflict == name}
        for number, act in happened.numbered():
            is_accepted = not accepting.isdisjoint(act.under)
            kind = "accepted" if is_accepted else "clean"
            yield {"type": kind, "conflict": name, "act": number}


def _details(happened: Happened, situation: Situation) -> Iterator[Fact]:
    theirs = [*suppliers(situation)]
    if not theirs or not happened.policy.related_parties:
        return
    people = {*situation.involved.values(), *(person for _, _, person in happened.approvals())}
    known = [who for name in sorted(people) if (who := happened.data.people.get(name)) is not None]
    of_supplier = {
        "bank_account": frozenset[str]().union(*(each.accounts for each in theirs)),
        "tax_id": frozenset[str]().union(*(each.tax_ids for each in theirs)),
        "address": frozenset[str]().union(*(each.addresses for each in theirs)),
    }
    every = set().union(*of_supplier.values(), *(_values(who) for who in known))
    token = {value: f"t{number}" for number, value in enumerate(sorted(every), start=1)}
    for kind, values in of_supplier.items():
        for value in sorted(values):
            yield {"type": "supplier_detail", "kind": kind, "token": token[value]}
    for who in known:
        for kind, values in _by_kind(who):
            for value in sorted(values):
                yield {"type": "detail", "person": who.id, "kind": kind, "token": token[value]}


def _by_kind(who: Person) -> Iterator[tuple[str, frozenset[str]]]:
    yield "bank_account", who.accounts
    yield "tax_id", who.tax_ids
    yield "address", who.addresses


def _values(who: Person) -> frozenset[str]:
    return who.accounts | who.tax_ids | who.addresses


def _interests(happened: Happened, situation: Situation) -> Iterator[Fact]:
    theirs = [*suppliers(situation)]
    if not theirs or not happened.policy.related_parties:
        return
    for name in sorted({name for each in theirs for name in (each.id, each.group or each.id)}):
        yield {"type": "supplier", "supplier": name}
    for number, act, person in happened.approvals():
        declared = happened.data.interests.get(person, ())
        for name in sorted({each.supplier for each in declared if each.span.holds(act.at)}):
            yield {"type": "interest", "act": number, "person": person, "supplier": name}


class _Asking:
    """Facts that conditions ask for; `not_whole` collects what could not be said exactly."""

    def __init__(self, rules: ControlRules) -> None:
        self._rules = rules
        self.not_whole: set[Asked] = set()

    def of_document(self, situation: Situation) -> Iterator[Fact]:
        """What is known of the document, of each of its lines, and its amounts."""
        known = situation.known
        for asked in _in_order(self._rules.asked):
            match asked.about:
                case "line":
                    for number, view in enumerate(known.each_line(), start=1):
                        yield from self._fact(f"line {number}", asked, view)
                case "basis":
                    on = basis(situation, asked.name, asked.unit)
                    if not isinstance(on, Held) and on.stated is not None:
                        view = known.also({asked.name: on.stated})
                        yield from self._fact("basis", asked, view)
                case about:
                    yield from self._fact(about, asked, known)
        for number in range(1, len(known.lines) + 1):
            yield {"type": "line", "about": f"line {number}"}

    def of_approval(self, situation: Situation, number: int, person: PersonId) -> Iterator[Fact]:
        """The same as it was when somebody approved, with what was known of him."""
        known = knowing_approver(situation, person)
        if any(asked.name == "approver.limit" for asked in self._rules.asked_of_approvals):
            known = known.also({"approver.limit": widest(situation, person)})
        for asked in _in_order(self._rules.asked_of_approvals):
            yield from self._fact(_about(number, person), asked, known)

    def _fact(self, about: str, asked: Asked, known: Known) -> Iterator[Fact]:
        value = known.values.get(asked.name)
        named: Fact = {"type": asked.form, "about": about, "name": asked.name}
        match asked.form:
            case "presence":
                yield {**named, "there": value is not None}
            case "flag" if isinstance(value, bool):
                yield {**named, "flag": value}
            case "word" if isinstance(value, str):
                word = value if value in self._rules.words else OTHER_WORD
                yield {**named, "word": word}
            case "quantity" if value is not None:
                number = self._number(value, asked, known)
                if number is not None:
                    yield {**named, "unit": asked.unit, "number": number}
            case _:
                return

    def _number(self, value: FactValue, asked: Asked, known: Known) -> int | None:
        currency = asked.unit if isinstance(value, AMOUNTS) else ""
        if asked.unit.startswith(AS):
            left = known.values.get(asked.unit.removeprefix(AS))
            currency = left.currency if isinstance(left, AMOUNTS) else ""
        found = in_currency(value, currency, known)
        if isinstance(found, Shortage):
            return None
        number = quantity(found, asked.scale)
        if number is not None and isinstance(found, AMOUNTS) and number % 2:
            self.not_whole.add(asked)
        return number


def _in_order(asked: Iterable[Asked]) -> list[Asked]:
    return sorted(asked, key=lambda one: (one.about, one.form, one.name, one.unit, one.scale))
