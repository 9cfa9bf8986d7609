"""What one decision of a test exercised, by the places of the rules.

Rows, controls, limits and persons passed over stand in the decision. On which side of a bound the
document lay, and which guarantee was asked, is worked out again from what it was decided from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from engine.deciding import decide
from engine.decision import Assignment, Decision, Held, Via
from engine.facts.conditions import All, Condition, Op
from engine.facts.truth import Known, holds
from engine.knowing import Basis, Situation, knowing_approver, situate
from engine.master_data import PersonId
from engine.money import Money, exponent
from engine.places import NOWHERE, Place
from engine.policy import Additional, PolicySet, Requirement, Row
from engine.readiness.asking import applying
from engine.routing.authority import widest
from engine.routing.distinct import leaves
from engine.scopes import Effective, Scope
from engine.selecting import basis, choose_matrix
from rules.checks.space.ground import in_scope
from rules.testing.bounds import Side, side_of, side_of_amount, sites
from rules.testing.running import Made

DECIDED: Final = "decided"
MATCHED: Final = "matched"
DECLARED: Final = "declared"
MET: Final = "met"
OPEN: Final = "open"


def bound_key(bound: str, side: Side) -> str:
    """How a side of one bound of a rule is noted."""
    return f"bound {bound} {side}"


def code_key(code: str) -> str:
    """How a code that a rule gave is noted."""
    return f"code {code}"


@dataclass(slots=True)
class Observed:
    """What was seen, as (place of the rule, what of it); and every code of the decision."""

    seen: set[tuple[Place, str]] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    def note(self, place: Place, what: str = DECIDED) -> None:
        """Notes one thing."""
        self.seen.add((place, what))

    def sides(self, place: Place, condition: Condition, known: Known) -> None:
        """Notes where the document lies towards each bound of a rule."""
        for site in sites(condition):
            side = side_of(condition, site, known)
            if side is not None:
                self.note(place, bound_key(str(site.position), side))

    def near(self, place: Place, bound: str, op: Op, left: Fraction, right: Fraction) -> None:
        """The same for one amount."""
        side = side_of_amount(op, left, right)
        if side is not None:
            self.note(place, bound_key(bound, side))


def observe(policy: PolicySet, made: Made) -> Observed:
    """Everything in the set that the decision exercised."""
    found = Observed()
    decision = made.decision
    _codes(decision, found)
    _limits(policy, decision, found)
    situation = situate(policy, made.data, made.document, made.now, made.given)
    if not isinstance(situation, Situation):
        return found
    situation.history = made.history
    limit = widest(situation, situation.requester)
    situation.known = situation.known.also({"requester.limit": limit})
    _matrix(policy, decision, situation, found)
    _controls(policy, decision, situation, found)
    _persons(policy, decision, situation, found)
    if decision.steps or _broke_guarantee(decision):
        _guarantees(policy, situation, found)
    _alone(policy, made, found)
    _readiness(policy, made, found)
    return found


def _readiness(policy: PolicySet, made: Made, found: Observed) -> None:
    """Checks that kept the document from posting, and those that did not."""
    entity = policy.organization.entities.get(made.document.entity)
    if entity is None or made.unready is None:
        return
    kept = {finding.place for finding in made.unready}
    found.codes |= {finding.code for finding in made.unready}
    for check in applying(policy, entity, made.document, made.now):
        found.note(check.place, OPEN if check.place in kept else MET)


def _broke_guarantee(decision: Decision) -> bool:
    return decision.held is not None and decision.held.code == "guarantee_broken"


def _codes(decision: Decision, found: Observed) -> None:
    said = [(reason.place, reason.code) for reason in decision.reasons]
    if decision.held is not None:
        said.append((decision.held.place, decision.held.code))
        found.codes.add(decision.held.code)
    if decision.refused is not None:
        said.append((decision.refused.place, decision.refused.code))
        found.codes.add(decision.refused.code)
    said += [(review.place, review.code) for review in decision.reviews]
    found.codes |= {finding.code for finding in decision.findings}
    found.codes |= {passed.code for passed in decision.passed_over}
    for place, code in said:
        if place != NOWHERE:
            found.note(place, code_key(code))
            if code in ("row_matched", "control_applied"):
                found.note(place)


def _limits(policy: PolicySet, decision: Decision, found: Observed) -> None:
    """A limit is exercised when it covered; its bound by the amounts it was compared with."""
    by_place = {limit.place: limit for limit in policy.organization.limits}
    for place, made in decision.compared:
        limit = by_place.get(place)
        if limit is None:
            continue
        if made.result:
            found.note(place)
        if limit.up_to is not None and made.left != "?":
            left = Fraction(made.left) * 10 ** exponent(limit.up_to.currency)
            bound = f"up_to: {limit.up_to}"
            found.near(place, bound, Op.UP_TO, left, Fraction(limit.up_to.minor))


def _matrix(policy: PolicySet, decision: Decision, situation: Situation, found: Observed) -> None:
    matrix = choose_matrix(situation)
    if isinstance(matrix, Held):
        return
    on = basis(situation, matrix.amount, matrix.currency)
    if not isinstance(on, Basis):
        return
    situation.amount = on.stated
    won = next((row for row in matrix.rows if row.place == decision.row_place), None)
    for row in matrix.rows:
        if won is not None and won.exception and not row.exception:
            continue  # an exception decided: plain rows were not looked at
        condition = All((*row.bounds, row.when))
        found.sides(row.place, condition, on.known)
        if won is not None and row.exception == won.exception and holds(condition, on.known):
            found.note(row.place)  # several rows may match with the same answer
            _required(row, on.known, found)


def _required(rule: Row | Additional, known: Known, found: Observed) -> None:
    for part in rule.require:
        _requirement(part, known, found)


def _requirement(part: Requirement, known: Known, found: Observed) -> None:
    found.note(part.place, MET if holds(part.condition, known) is True else OPEN)
    found.sides(part.place, All((part.condition,)), known)


def _controls(policy: PolicySet, decision: Decision, situation: Situation, found: Observed) -> None:
    applied = {r.place for r in decision.reasons if r.code == "control_applied"}
    for control in policy.additional:
        if not _asked(situation, control.documents, control.scope, control.effective):
            continue
        on = basis(situation, control.amount, control.currency)
        if isinstance(on, Basis):
            found.sides(control.place, All((*control.bounds, control.when)), on.known)
            if control.place in applied:
                _required(control, on.known, found)


def _asked(
    situation: Situation, documents: frozenset[str], scope: Scope, effective: Effective
) -> bool:
    """Whether a rule speaks of this document at all."""
    return (
        (not documents or situation.document.type in documents)
        and in_scope(situation.entity, scope)
        and effective.covers(situation.day)
    )


def _persons(policy: PolicySet, decision: Decision, situation: Situation, found: Observed) -> None:
    """Rules about the person who would approve, and rules that keep him from it."""
    by_rule = {(p.code, dict(p.words).get("detail", "")) for p in decision.passed_over}
    codes = {passed.code for passed in decision.passed_over} | found.codes
    people = sorted({*_assigned(decision), *(p.person for p in decision.passed_over)})
    for rule in policy.barred:
        if ("barred", rule.name) in by_rule:
            found.note(rule.place)
        if _asked(situation, rule.documents, rule.scope, rule.effective):
            for person in people:
                if person in situation.data.people:
                    known = knowing_approver(situation, person)
                    known = known.also({"approver.limit": widest(situation, person)})
                    found.sides(rule.place, All((rule.when,)), known)
    for conflict in policy.conflicts:
        if ("segregation", conflict.name) in by_rule:
            found.note(conflict.place)
    for related in policy.related_parties:
        if "related_party_match" in codes:
            found.note(related.place, MATCHED)
        if "declared_interest" in codes:
            found.note(related.place, DECLARED)


def _assigned(decision: Decision) -> Iterator[PersonId]:
    for place in _places(decision):
        yield from (assignee.person for assignee in place.assignees)


def _places(decision: Decision) -> Iterator[Assignment]:
    for step in decision.steps:
        for part in step.parts:
            yield from leaves(part)


def _guarantees(policy: PolicySet, situation: Situation, found: Observed) -> None:
    """Every guarantee that the route was held against."""
    for guarantee in policy.guarantees:
        scope, documents = guarantee.scope, guarantee.documents
        if guarantee.order or not _asked(situation, documents, scope, guarantee.effective):
            continue
        found.sides(guarantee.place, All((guarantee.when,)), situation.known)
        if holds(guarantee.when, situation.known) is not True:
            continue
        if not guarantee.above:
            found.note(guarantee.place)
        for bound in guarantee.above.values():
            on = basis(situation, guarantee.amount, bound.currency)
            if isinstance(on, Basis) and on.amount is not None:
                left, right = Fraction(on.amount.minor), Fraction(bound.minor)
                found.near(guarantee.place, f"above: {bound}", Op.ABOVE, left, right)
                if left > right:
                    found.note(guarantee.place)


def _alone(policy: PolicySet, made: Made, found: Observed) -> None:
    """Delegations, stand-ins and mitigations: each tried without the others of its kind.

    A decision does not name the row that let somebody act. Where the same person still acts with
    one row alone, that row is enough.
    """
    decision = made.decision
    delegated = _acting(decision, Via.DELEGATE)
    for rule in policy.delegation if delegated or _passed(decision, "delegation_cap") else ():
        only = _again(replace(policy, delegation=(rule,)), made)
        acting = _acting(only, Via.DELEGATE) & delegated
        over = _passed(only, "delegation_cap", str(rule.cap))
        _acts(rule.place, "cap", rule.cap, bool(acting), over, only, found)
    standing = _acting(decision, Via.STAND_IN)
    for stand_in in policy.stand_ins if standing or _passed(decision, "stand_in") else ():
        only = _again(replace(policy, stand_ins=(stand_in,)), made)
        acts = bool(_acting(only, Via.STAND_IN) & standing)
        over = _passed(only, "stand_in_bound")
        _acts(stand_in.place, "up_to", stand_in.up_to, acts, over, only, found)
        for part in stand_in.require:
            if acts or _passed(only, "stand_in_requirement"):
                found.note(part.place, MET if acts else OPEN)
    for mitigation in policy.mitigations:
        without = tuple(m for m in policy.mitigations if m is not mitigation)
        other = _again(replace(policy, mitigations=without), made)
        freed = _segregated(other) - _segregated(decision)
        over = mitigation.person in _segregated(decision)
        _acts(mitigation.place, "cap", mitigation.cap, bool(freed), over, decision, found)


def _passed(decision: Decision, code: str, cap: str = "") -> bool:
    """Whether somebody was passed over for a code that begins so (and for this cap)."""
    return any(
        p.code.startswith(code) and cap in ("", dict(p.words).get("cap"))
        for p in decision.passed_over
    )


def _again(policy: PolicySet, made: Made) -> Decision:
    return decide(policy, made.data, made.document, made.now, made.given, made.history)


def _acting(decision: Decision, via: Via) -> frozenset[tuple[PersonId, str]]:
    return frozenset(
        (assignee.person, assignee.delegation)
        for place in _places(decision)
        for assignee in place.assignees
        if assignee.via is via
    )


def _segregated(decision: Decision) -> frozenset[str]:
    passed = decision.passed_over
    return frozenset(str(p.person) for p in passed if p.code == "segregation")


def _acts(
    place: Place,
    word: str,
    cap: Money | None,
    acts: bool,
    over: bool,
    decision: Decision,
    found: Observed,
) -> None:
    """Notes a row that let somebody act, and on which side of its cap the amount lies."""
    if acts:
        found.note(place)
    number, _, currency = decision.amount.partition(" ")
    if cap is None or currency != cap.currency or not (acts or over):
        return
    left = Fraction(number) * 10 ** exponent(currency)
    found.near(place, f"{word}: {cap}", Op.UP_TO, left, Fraction(cap.minor))
