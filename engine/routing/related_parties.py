"""What follows where people and the supplier of a document are too near to each other."""

from __future__ import annotations

from engine.decision import Held, Reason
from engine.documents.derived import suppliers_of
from engine.knowing import Situation
from engine.policy import At
from engine.routing.eligibility import has_interest, is_related
from engine.routing.route import Wanted
from engine.selecting import held


def uncomparable(situation: Situation) -> tuple[Held, ...]:
    """A supplier that nobody knows cannot be compared: the document is held."""
    known = situation.data.suppliers
    unknown = [name for name in suppliers_of(situation.document) if name not in known]
    return tuple(
        held("supplier_unknown", unknown[0], rule.place)
        for rule in situation.policy.related_parties[:1]
        if unknown
    )


def matched(situation: Situation) -> tuple[Reason, ...]:
    """A refusal for each whom the document names and who shares a detail with its supplier."""
    return tuple(
        Reason(
            "related_party_match",
            rule.place,
            (("part", part.split()[0]), ("person", str(person))),
        )
        for rule in situation.policy.related_parties
        if rule.refuse_on_match
        for part, person in sorted(situation.involved.items())
        if is_related(situation, situation.data.people[person], rule)
    )


def add_for_interest(situation: Situation, wanted: Wanted) -> bool:
    """Adds whom a declared interest adds: one of a participant, or of somebody looked at."""
    rules = [rule for rule in situation.policy.related_parties if rule.add]
    people = {*situation.involved.values(), *situation.bars} if rules else set()
    if not any(has_interest(situation, person) for person in people):
        return False
    for rule in rules:
        wanted.add(At.AFTER, rule.add)
    return True
