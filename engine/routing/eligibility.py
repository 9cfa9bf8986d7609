"""Who may approve at all, always by person and never by login.

A bar is a code: why somebody is passed over. Whoever is barred may not act for another either, and
nobody may act for him.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.decision import Ask
from engine.documents.derived import suppliers_of
from engine.facts.truth import holds, shortages
from engine.knowing import Situation, knowing_approver
from engine.master_data import Person, PersonId, Supplier
from engine.policy import Lookup, RelatedParties
from engine.routing.authority import widest
from engine.segregation.conflicts import conflict_of
from engine.segregation.wording import words_of

NOTIFY: Final = Ask.NOTIFY
Words = tuple[tuple[str, str], ...]
FREE: Final[tuple[str, Words]] = ("", ())  # nothing bars the person, and no rule does


def bar(situation: Situation, person: PersonId, ask: Ask = Ask.APPROVE) -> str:
    """The code of what keeps the person from being asked; empty for nothing. Looked up once.

    Who is only told must be active and nothing else.
    """
    if ask is NOTIFY:
        who = situation.data.people.get(person)
        return "" if who is not None and who.is_active(situation.now) else "inactive"
    found = situation.bars.get(person)
    if found is None:
        found = situation.bars[person] = _bar(situation, person)
    return found[0]


def pass_over(situation: Situation, person: PersonId, code: str, word: str, **words: str) -> None:
    """Notes a person as passed over; with what barred him where a rule did."""
    bar(situation, person)
    found, by = situation.bars[person]
    if found == code:
        words |= dict(by)
    situation.pass_over(person, code, word, **words)


def _bar(situation: Situation, person: PersonId) -> tuple[str, Words]:
    """What bars the person, and the rule that does (`detail`), with what he did against it."""
    who, policy = situation.data.people.get(person), situation.policy
    if who is None or not who.is_active(situation.now):
        return "inactive", ()
    if person == situation.requester:
        return "self_approval", ()
    if person in situation.beneficiaries:
        return "beneficiary", ()
    for rule in policy.related_parties:
        if is_related(situation, who, rule):
            return "related_party_match", ()
        if rule.exclude_declared and has_interest(situation, person):
            return "declared_interest", ()
    conflict = conflict_of(situation, person) if policy.conflicts else None
    if conflict is not None:
        return "segregation", words_of(situation, conflict)
    lookup = policy.lookup
    if lookup is None or not lookup.barred:
        return FREE
    return _barred(situation, person, lookup)


def is_related(situation: Situation, who: Person, rule: RelatedParties) -> bool:
    """Whether a bank account, tax id or address of the person is also the supplier's."""
    return any(matches(who, supplier, rule) for supplier in suppliers(situation))


def suppliers(situation: Situation) -> Iterator[Supplier]:
    """Those of the document that are known: one, or those of all items of a payment run."""
    known = situation.data.suppliers
    yield from (known[name] for name in suppliers_of(situation.document) if name in known)


def matches(who: Person, supplier: Supplier, rule: RelatedParties) -> bool:
    """Whether a detail that the rule compares is both the person's and the supplier's."""
    return bool(
        ("bank_account" in rule.match and who.accounts & supplier.accounts)
        or ("tax_id" in rule.match and who.tax_ids & supplier.tax_ids)
        or ("address" in rule.match and who.addresses & supplier.addresses)
    )


def has_interest(situation: Situation, person: PersonId) -> bool:
    """Whether the person declared an interest in the supplier or its group."""
    names = {name for each in suppliers(situation) for name in (each.id, each.group or each.id)}
    return any(
        interest.supplier in names and interest.span.holds(situation.now)
        for interest in situation.data.interests.get(person, ())
    )


def _barred(situation: Situation, person: PersonId, lookup: Lookup) -> tuple[str, Words]:
    known = knowing_approver(situation, person)
    if "approver.limit" in lookup.reads:
        known = known.also({"approver.limit": widest(situation, person)})
    for key in situation.scopes:
        for rule in lookup.barred.get(key, ()):
            if not rule.effective.covers(situation.day):
                continue
            truth = holds(rule.when, known)
            if truth is True:
                return "barred", (("detail", rule.name),)
            if truth is None:
                situation.gaps.extend(shortages(rule.when, known).values())
                return "barred_undecided", (("detail", rule.name),)
    return FREE
