"""Names that are declared and lead nowhere: notes, since nothing is decided wrongly by them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.facts.conditions import Condition, facts_of
from engine.policy import PolicySet
from engine.readiness.parameters import Kind, parameters_of
from engine.routing.words import RoleChain, SupervisorChain, Word, nested
from rules.checks.answers import levels_named, roles_named, words_of
from rules.diagnostics import Diagnostics


def check_names(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Roles that no rule asks, and limits that no rule compares."""
    words = tuple(words_of_set(policy))
    used = _used_roles(policy, words)
    for role in policy.organization.roles.values():
        if role.name not in used:
            message = f"no rule asks `{role.name}`"
            diagnostics.note("never-asked", role.place, message, "take it out, or ask it")
    _check_limits(policy, words, diagnostics)


def _check_limits(policy: PolicySet, words: tuple[Word, ...], diagnostics: Diagnostics) -> None:
    inner = [each for word in words for each in nested(word)]
    if any(isinstance(word, SupervisorChain) and word.until_authority for word in inner):
        return  # whoever is above somebody may be reached, whatever he holds
    if any(name.endswith(".limit") for when in _conditions(policy) for name in facts_of(when)):
        return
    reached = {role for word in inner if isinstance(word, RoleChain) for role in word.roles}
    for limit in policy.organization.limits:
        if not reached & {*limit.who}:
            who = " and ".join(f"`{name}`" for name in limit.who)
            message = f"no rule compares the authority of {who}"
            help = "a limit counts in a chain `until: authority_covers`"
            diagnostics.note("limit-unused", limit.place, message, help)


def words_of_set(policy: PolicySet) -> Iterator[Word]:
    """Every word that some rule of the set asks with."""
    for matrix in policy.matrices:
        for answer in (*(row.answer for row in matrix.rows), matrix.otherwise):
            yield from words_of(answer)
    for control in policy.additional:
        yield from words_of(control.answer)
        if control.review is not None:
            yield from control.review.by
    for related in policy.related_parties:
        yield from related.add
    yield from (stand_in.by for stand_in in policy.stand_ins)


def _conditions(policy: PolicySet) -> Iterator[Condition]:
    for matrix in policy.matrices:
        yield matrix.when
        yield from (row.when for row in matrix.rows)
    yield from (control.when for control in policy.additional)
    yield from (barred.when for barred in policy.barred)


def _used_roles(policy: PolicySet, words: tuple[Word, ...]) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        found |= roles_named(word) | levels_named(word)
    roles = policy.organization.roles.values()
    bodies = [role.body for role in roles if role.body is not None]
    for body in bodies:
        found |= {body.of, body.recorded_by, *(role for role, _ in body.votes)}
    found.update(name for limit in policy.organization.limits for name in limit.who)
    found.update(name for duty in policy.duties.values() for name in duty.roles)
    found.update(name for rule in policy.delegation for name in rule.to_roles)
    found.update(rule.for_role for rule in policy.stand_ins)
    found.update(matrix.owner for matrix in policy.matrices)
    found.update(name for rule in policy.guarantees for name in (*rule.by, *rule.order))
    for rule in policy.readiness:
        found |= {rule.owner, rule.released_by}
        stated = parameters_of(type(rule.check))
        roles_of = (one.attribute for one in stated if one.parameter.kind is Kind.ROLE)
        found.update(getattr(rule.check, attribute) for attribute in roles_of)
    return frozenset(found)
