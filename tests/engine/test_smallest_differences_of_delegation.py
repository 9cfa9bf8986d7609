"""The smallest example of each difference about who acts for whom; see the module without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.decision import Assignment, Decision
from engine.documents.model import Line
from engine.master_data import (
    Absence,
    Acting,
    CostCenter,
    Dated,
    Delegation,
    Holding,
    Person,
    PersonId,
    Span,
)
from engine.matching import build
from engine.money import Money
from engine.organization import Limit
from engine.policy import DelegationRule, StandInRule
from engine.routing.distinct import leaves
from engine.routing.words import Distinct, LevelWord, OwnerWord, RoleChain, RoleWord, Together
from engine.routing.words import SupervisorChain as Supervisors
from tests.engine.test_smallest_differences import (
    ANN,
    BOB,
    EVE,
    KIM,
    OFFICER,
    approved_by,
    code,
    decided,
    document,
    policy,
    tables,
)
from tests.strategies import DOCUMENTS, LONG_AGO, NOW, PLACE

ALWAYS_THERE = Span()
CONTROLLERS = Limit(("controller",), Money(1_000_00, "USD"))


def rule(**more: Any) -> DelegationRule:
    usual: dict[str, Any] = {"limit": "delegator"}
    return DelegationRule(PLACE, frozenset(DOCUMENTS), **(usual | more))


def delegated(delegator: PersonId, delegate: PersonId, **more: Any) -> Delegation:
    return Delegation(f"{delegator} to {delegate}", delegator, delegate, ALWAYS_THERE, **more)


def asked(decision: Decision) -> list[set[tuple[str, str | None]]]:
    """Of each place who is asked, and for whom."""
    places = (place for step in decision.steps for part in step.parts for place in leaves(part))
    return [{(a.person, a.on_behalf_of) for a in place.assignees} for place in places]


def test_nobody_s_limit_covers_an_amount_that_is_not_known() -> None:
    """Eve has a limit; what it is in the matrix's currency nobody knows, and no bound asks it."""
    rules: dict[str, Any] = {"delegation": (rule(limit="delegate"),), "limits": (CONTROLLERS,)}
    known = policy(approved_by(OFFICER), **rules)
    unknown = policy(approved_by(OFFICER), currency="EUR", fx=None, **rules)
    none = build(replace(known, matrices=(replace(known.matrices[0], amount=""),)))
    more: dict[str, Any] = {
        "delegations": [delegated(BOB, EVE)],
        "holdings": [Holding("officer", BOB), Holding("controller", EVE)],
    }
    both = {(BOB, None), (EVE, BOB)}
    assert asked(decided(known, document(), **more)) == [both]
    assert asked(decided(unknown, document(), **more)) == [{(BOB, None)}]
    assert asked(decided(none, document(), **more)) == [both]


def test_a_cap_bounds_the_size_of_a_credit_that_an_owner_is_asked_for() -> None:
    capped = policy(
        approved_by(OwnerWord("cost_center_owner")),
        delegation=(rule(cap=Money(500_00, "USD")),),
    )
    more = {"delegations": [delegated(BOB, EVE)]}
    assert asked(decided(capped, document(-500_00), **more)) == [{(BOB, None), (EVE, BOB)}]
    assert asked(decided(capped, document(-500_01), **more)) == [{(BOB, None)}]


def test_a_stand_in_and_his_own_delegate_fill_one_place() -> None:
    """Two different deputies are needed; Kim is no second one when she acts for Eve."""
    stands = StandInRule(PLACE, "officer", RoleWord("deputy"), frozenset({"absent"}))
    two = policy(
        approved_by(Together(2, (OFFICER, RoleWord("deputy")))),
        delegation=(rule(),),
        stand_ins=(stands,),
    )
    more: dict[str, Any] = {
        "delegations": [delegated(EVE, KIM)],
        "holdings": [Holding("officer", BOB), Holding("deputy", EVE)],
        "absences": [Absence(BOB, ALWAYS_THERE)],
    }
    assert code(decided(two, document(), **more)) == "no_eligible_approver"
    more["holdings"].append(Holding("deputy", PersonId("kim")))
    assert code(decided(two, document(), **more)) == "route"


def test_who_holds_a_role_acts_for_himself_and_else_for_everybody_who_asked_him_to() -> None:
    limits = (replace(CONTROLLERS, who=("officer",)),)
    chain = RoleChain(("officer",))
    of_officers = policy(approved_by(chain), delegation=(rule(),), limits=limits)
    more: dict[str, Any] = {
        "delegations": [delegated(BOB, EVE), delegated(KIM, EVE)],
        "holdings": [Holding("officer", BOB), Holding("officer", KIM)],
    }
    holders = {(BOB, None), (KIM, None)}
    found = asked(decided(of_officers, document(), **more))
    assert found == [holders | {(EVE, BOB), (EVE, KIM)}]
    plain = policy(approved_by(OFFICER), delegation=(rule(),))
    assert asked(decided(plain, document(), **more)) == found
    more["holdings"].append(Holding("officer", EVE))
    assert asked(decided(of_officers, document(), **more)) == [holders | {(EVE, None)}]


def test_two_are_found_where_one_acts_for_either_of_two_others() -> None:
    """Eve acts for Bob, who is away, and Kim for herself: two different persons."""
    two = policy(approved_by(Distinct(2, OFFICER)), delegation=(rule(),))
    more: dict[str, Any] = {
        "delegations": [delegated(BOB, EVE), delegated(KIM, EVE)],
        "holdings": [Holding("officer", BOB), Holding("officer", KIM)],
        "absences": [Absence(BOB, ALWAYS_THERE)],
    }
    assert code(decided(two, document(), **more)) == "route"


def test_lesser_wants_a_limit_of_the_delegator_also_on_the_way_up() -> None:
    limits = (replace(CONTROLLERS, who=("officer",)), replace(CONTROLLERS, who=("deputy",)))
    more: dict[str, Any] = {
        "delegations": [delegated(BOB, KIM)],
        "holdings": [
            *(Holding("buyer", BOB), Holding("officer", EVE)),
            Holding("deputy", KIM),
        ],
    }
    for compared, first in (("lesser", {(BOB, None)}), ("delegate", {(BOB, None), (KIM, BOB)})):
        chain = RoleChain(("buyer", "officer"), asks_all=True)
        policy_ = policy(approved_by(chain), delegation=(rule(limit=compared),), limits=limits)
        decision = decided(policy_, document(), **more)
        assert asked(decision) == [first, {(EVE, None)}]
        noted = [each.code for each in decision.passed_over if each.person == KIM]
        assert noted == (["delegation_limit"] if compared == "lesser" else [])


def test_chains_of_two_owners_that_meet_ask_one_person_once() -> None:
    """Also where different persons are needed: either the owners, or whoever is above both."""
    limits = (Limit(("vp",), None),)
    lines = tuple(Line(i, Money(1_00, "USD"), cost_center=f"cc{i}00") for i in (1, 2))
    above = Supervisors(OwnerWord("cost_center_owner"), until_authority=True)
    boss = Person(PersonId("vip"), "vip", "US01", levels=(Dated("vp"),))
    people = [replace(p, managers=(Dated(boss.id),)) for p in tables()["people"]]
    more: dict[str, Any] = {
        "people": [*people, boss],
        "cost_centers": [
            CostCenter("cc100", "US01", (Dated(BOB),)),
            CostCenter("cc200", "US01", (Dated(EVE),)),
        ],
    }
    for word in (above, Together(1, (above,)), Together(2, (above, OFFICER))):
        policy_ = policy(approved_by(word), limits=limits)
        decision = decided(policy_, document(lines=lines), **more)
        assert code(decision) == "route"
        assert asked(decision)[0] == {(boss.id, None)}
        assert len(asked(decision)) == (2 if word is not above and len(word.parts) == 2 else 1)


def test_who_acts_in_the_place_of_somebody_who_left_does_so_in_his_posts() -> None:
    people = [
        replace(p, employed=(Span(LONG_AGO, NOW),)) if p.id == BOB else p
        for p in tables()["people"]
    ]
    more = {"people": people, "acting": [Acting(BOB, EVE, ALWAYS_THERE)]}
    for word in (OFFICER, LevelWord("manager")):
        decision = decided(policy(approved_by(word)), document(), **more)
        assert (EVE, BOB) in asked(decision)[0] or (EVE, None) in asked(decision)[0]


def test_what_a_delegate_approves_satisfies_no_chain() -> None:
    """Eve's own limit covers; but she approves for Bob."""
    limits = (CONTROLLERS, replace(CONTROLLERS, who=("deputy",)))
    policy_ = policy(
        approved_by(OFFICER, RoleChain(("deputy",))), delegation=(rule(),), limits=limits
    )
    more: dict[str, Any] = {
        "delegations": [delegated(BOB, EVE)],
        "absences": [Absence(BOB, ALWAYS_THERE)],
        "holdings": [
            *(Holding("officer", BOB), Holding("controller", EVE)),
            Holding("deputy", KIM),
        ],
    }
    assert asked(decided(policy_, document(), **more)) == [{(EVE, BOB)}, {(KIM, None)}]
    more["holdings"][0] = Holding("officer", EVE)
    decision = decided(policy_, document(), **more)
    [_, second] = [p for s in decision.steps for p in s.parts]
    assert isinstance(second, Assignment)
    assert second.already >= 0
    assert ANN not in {person for each in asked(decision) for person, _ in each}
