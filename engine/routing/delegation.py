"""Who may act for somebody, at the moment of decision.

A delegation counts when it is dated and scoped for this document, not revoked, and allowed by a
row of the set's handling. The authority that is compared is the delegator's, the delegate's or the
lesser of both, as that row says. Both persons are checked; a chain of delegations ends at the
depth the row allows, and a loop is reported. Where a row says that open tasks stay, a delegate
gets only what is asked from the start of his delegation on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from engine.business_time import local_day
from engine.decision import Ask, Assignee, Via
from engine.facts.truth import holds, shortages
from engine.knowing import Situation
from engine.master_data import Delegation, PersonId
from engine.money import Money, key
from engine.places import Place
from engine.policy import DelegationRule, PolicySet
from engine.rates import Shortage
from engine.recording import moment_text
from engine.routing.asked import Asked
from engine.routing.authority import Amount, covering, is_one_of, level_of
from engine.routing.eligibility import bar, pass_over

DOCUMENT: Final = "delegation"  # the type of a document by which a delegation is asked for
STAYS: Final = "delegation_began_later"
NOT_ALLOWED: Final = "delegation_not_allowed"


def asks_approval(policy: PolicySet) -> bool:
    """Whether a matrix, control or guarantee of the set speaks of delegations as documents.

    Then every delegation is a case of its own, in whatever entity: one that no matrix covers is
    held and not in force.
    """
    spoken_of = (
        *(each.documents for each in policy.matrices),
        *(each.documents for each in policy.additional),
        *(each.documents for each in policy.guarantees),
    )
    return any(DOCUMENT in documents for documents in spoken_of)


class Need(NamedTuple):
    """What filling a place takes: `amount` bounds delegations, `authority` asks a limit for it.

    `word` is the approver word, for the reasons. Who is asked as an owner needs no limit. `rule` is
    where the word stands and `object` what it is asked for, as far as the key of the place is known
    by then; `asked_at` is since when it is asked, where that is not found by them.
    """

    word: str
    amount: Amount | None
    authority: bool = False
    ask: Ask = Ask.APPROVE
    is_owner: bool = False
    rule: Place | None = None
    object: str | None = None
    asked_at: datetime | None = None


def delegates(situation: Situation, delegator: PersonId, need: Need) -> tuple[Assignee, ...]:
    """Those who may act for the delegator now; why others may not is noted in the situation."""
    if delegator not in situation.data.delegations:
        return ()
    found: dict[PersonId, Assignee] = {}
    for assignee in _delegates(situation, _Chain(delegator, (delegator,)), need):
        found.setdefault(assignee.person, assignee)
    return tuple(found.values())


class _Chain(NamedTuple):
    """From the principal to whoever delegates on: who is on the way, and how often it may go on."""

    principal: PersonId
    persons: tuple[PersonId, ...]
    left: int | None = None  # `None` at its beginning: no row has said yet


def _delegates(situation: Situation, chain: _Chain, need: Need) -> Iterator[Assignee]:
    for delegation in situation.data.delegations.get(chain.persons[-1], ()):
        rules = allowing(situation, delegation, need)
        if rules and delegation.delegate in chain.persons:
            words = {"delegation": delegation.id}
            situation.pass_over(delegation.delegate, "delegation_loop", need.word, **words)
        elif len(rules) == 1:
            yield from _by_row(situation, chain, delegation, rules[0], need)
        elif rules:
            yield from _by_any(situation, chain, delegation, rules, need)


def _by_any(
    situation: Situation,
    chain: _Chain,
    delegation: Delegation,
    rules: tuple[DelegationRule, ...],
    need: Need,
) -> tuple[Assignee, ...]:
    """Whoever one of the rows lets act. What the others have against it is not told then."""
    noted, found = situation.passed, []
    for rule in rules:
        situation.passed = dict(noted)
        found.append((tuple(_by_row(situation, chain, delegation, rule, need)), situation.passed))
    for _, passed in [each for each in found if each[0]] or found[:1]:
        noted = passed | noted
    situation.passed = noted
    return tuple(assignee for made, _ in found for assignee in made)


def _by_row(
    situation: Situation, chain: _Chain, delegation: Delegation, rule: DelegationRule, need: Need
) -> Iterator[Assignee]:
    """The delegate and, where he may delegate on, those who may act for him; none if it stays."""
    delegate, words = delegation.delegate, {"delegation": delegation.id}
    if chain.left is not None and chain.left < 1:
        situation.pass_over(delegate, "delegation_depth", need.word, **words)
        return
    if not _within_authority(situation, chain.principal, delegation, rule, need):
        return
    code = bar(situation, delegate, need.ask)
    if code:
        pass_over(situation, delegate, code, need.word, **words)
        return
    left = rule.depth if chain.left is None else min(chain.left - 1, rule.depth)
    further = _Chain(chain.principal, (*chain.persons, delegate), left)
    found = [Assignee(delegate, Via.DELEGATE, chain.principal, delegation.id)]
    if situation.data.is_absent(delegate, situation.now):
        situation.pass_over(delegate, "absent", need.word)
        others = [*_delegates(situation, further, need)]
        found = others or (found if keeps(situation, delegate, need, chain.principal) else [])
    elif left:
        found += _delegates(situation, further, need)
    if not (found and _stays(situation, delegation, rule, need, chain.principal)):
        yield from found


def once_delegated(situation: Situation, delegation: Delegation, need: Need) -> Assignee | str:
    """Who acts for the delegator in one task that he hands to him; or the code of why not.

    The same rows of the handling count, and the same bounds and bars, as for any delegation.
    """
    delegate, codes = delegation.delegate, []
    for rule in situation.policy.delegation:
        code = objection(situation, delegation, rule)
        if not code and _within_authority(situation, delegation.delegator, delegation, rule, need):
            barred = bar(situation, delegate, need.ask)
            if not barred and situation.data.is_absent(delegate, situation.now):
                barred = "absent"
            return barred or Assignee(delegate, Via.DELEGATE, delegation.delegator, delegation.id)
        codes.append(code or _noted(situation, delegate, need))
    telling = (code for code in codes if code != NOT_ALLOWED)
    return next(telling, NOT_ALLOWED)


def _noted(situation: Situation, delegate: PersonId, need: Need) -> str:
    """Which authority was missing, as it was noted."""
    names = ("delegation_cap", "delegation_limit")
    noted = (name for name in names if (delegate, name, need.word) in situation.passed)
    return next(noted, "delegation_limit")


def keeps(
    situation: Situation, person: PersonId, need: Need, principal: PersonId | None = None
) -> bool:
    """Whether the place stays with the person though he is away: he has it, for himself or for
    `principal`, and whom he let act for him gets only what is asked later."""
    whose = principal or person
    return (person, whose, need.rule, need.word, need.object) in situation.stayed and any(
        whose in each.persons for each in _asked(situation, need)
    )


def _asked(situation: Situation, need: Need) -> list[Asked]:
    """What is known of places that may be this one."""
    return [
        each
        for each in situation.moments.asked
        if need.rule is not None
        and each.key[:2] == (str(need.rule), need.word)
        and need.object in (None, each.key[2])
    ]


def _asked_since(situation: Situation, need: Need, principal: PersonId) -> datetime | None:
    """Since when the place is asked; `None` where it was not yet."""
    if need.asked_at is not None:
        return need.asked_at
    found = _asked(situation, need)
    own = [each.since for each in found if principal in each.persons]
    return min(own or [each.since for each in found], default=None)


def _stays(
    situation: Situation,
    delegation: Delegation,
    rule: DelegationRule,
    need: Need,
    principal: PersonId,
) -> bool:
    """Whether the delegate would get what was asked before; that he does not is noted."""
    later = _begun_later(situation, delegation, rule, need, principal)
    if later is None:
        return False
    asked, began = map(moment_text, later)
    situation.stayed.add((delegation.delegator, principal, need.rule, need.word, need.object))
    words = {"delegation": delegation.id, "asked": asked, "began": began}
    situation.pass_over(delegation.delegate, STAYS, need.word, **words)
    return True


def _begun_later(
    situation: Situation,
    delegation: Delegation,
    rule: DelegationRule,
    need: Need,
    principal: PersonId,
) -> tuple[datetime, datetime] | None:
    """Since when the place is asked, and when the delegation began, where that is later and the
    row has such a task stay."""
    if not rule.pending_stay:
        return None
    asked = _asked_since(situation, need, principal)
    known = [b.at for b in situation.moments.begun if b.delegation == delegation.id]
    starts = [at for at in (delegation.span.start, *known) if at is not None]
    if asked is None or not starts or max(starts) <= asked:
        return None
    return asked, max(starts)


def allowing(
    situation: Situation, delegation: Delegation, need: Need
) -> tuple[DelegationRule, ...]:
    """The rows of the handling that allow the delegation; where none does, why not is noted."""
    if not delegation.span.holds(situation.now):
        return ()
    delegate, words = delegation.delegate, {"delegation": delegation.id}
    if delegation.revoked_at is not None and delegation.revoked_at <= situation.now:
        situation.pass_over(delegate, "delegation_revoked", need.word, **words)
        return ()
    if not _in_scope(situation, delegation):
        situation.pass_over(delegate, "delegation_scope", need.word, **words)
        return ()
    gaps = len(situation.gaps)
    codes = [objection(situation, delegation, rule) for rule in situation.policy.delegation]
    rows = zip(situation.policy.delegation, codes, strict=True)
    found = tuple(rule for rule, code in rows if not code)
    if found:
        del situation.gaps[gaps:]  # what another row could not be asked for does not matter
    else:
        telling = (code for code in codes if code != NOT_ALLOWED)
        pass_over(situation, delegate, next(telling, NOT_ALLOWED), need.word, **words)
    return found


def _in_scope(situation: Situation, delegation: Delegation) -> bool:
    document, values = situation.document, situation.known.values
    return (
        (not delegation.documents or document.type in delegation.documents)
        and (not delegation.entities or situation.entity.id in delegation.entities)
        and (not delegation.categories or values.get("category") in delegation.categories)
        and (delegation.capex is None or values.get("capex") is delegation.capex)
    )


def objection(situation: Situation, delegation: Delegation, rule: DelegationRule) -> str:
    """Why the row does not allow the delegation; empty where it does."""
    organization = situation.policy.organization
    if rule.documents and situation.document.type not in rule.documents:
        return NOT_ALLOWED
    if rule.entities and situation.entity.id not in rule.entities:
        return NOT_ALLOWED
    truth = holds(rule.when, situation.known)
    if truth is not True:
        situation.gaps.extend(shortages(rule.when, situation.known).values())
        return NOT_ALLOWED
    ours = organization.rank(level_of(situation, delegation.delegator))
    theirs = organization.rank(level_of(situation, delegation.delegate))
    if rule.to_level and theirs < organization.rank(rule.to_level):
        return "delegation_level"
    if rule.to_roles and not any(
        is_one_of(situation, delegation.delegate, role) for role in rule.to_roles
    ):
        return "delegation_level"
    if rule.level_gap >= 0 and ours - theirs > rule.level_gap:
        return "delegation_level_gap"
    if rule.longest and _days(situation, delegation) > rule.longest:
        return "delegation_too_long"
    if not rule.require <= delegation.papers:
        return "delegation_paper"
    return ""


def _days(situation: Situation, delegation: Delegation) -> int:
    """How many local days the delegation spans; without an end or a start, too many to allow."""
    start, end = delegation.span.start, delegation.span.end
    if start is None or end is None:
        return 10**9
    entity = situation.policy.organization.entities.get(
        situation.data.people[delegation.delegator].entity, situation.entity
    )
    return (local_day(end, entity.zone) - local_day(start, entity.zone)).days


def _within_authority(
    situation: Situation,
    principal: PersonId,
    delegation: Delegation,
    rule: DelegationRule,
    need: Need,
) -> bool:
    """Caps always; limits as the row says. The principal's own authority was asked before."""
    delegate, words = delegation.delegate, {"delegation": delegation.id}
    for cap in (delegation.cap, rule.cap):
        if cap is not None and not _under(situation, need.amount, cap):
            situation.pass_over(delegate, "delegation_cap", need.word, cap=str(cap), **words)
            return False
    is_unmeasured = need.amount is None and situation.is_unmeasured
    if rule.limit == "delegator" or is_unmeasured or need.is_owner:
        return True
    if need.amount is None or covering(situation, delegate, need.amount) is None:
        situation.pass_over(delegate, "delegation_limit", need.word, **words)
        return False
    is_lesser = need.authority and rule.limit == "lesser"
    if is_lesser and covering(situation, principal, need.amount) is None:
        situation.pass_over(delegate, "delegation_limit", need.word, **words)
        return False
    return True


def _under(situation: Situation, amount: Amount | None, cap: Money) -> bool:
    if amount is None:
        return False
    converted = situation.known.converter.convert(amount, cap.currency)
    if isinstance(converted, Shortage):
        situation.gaps.append(converted)
        return False
    return key(converted.minor) <= 2 * cap.minor
