"""What random lives have found, each as a plain test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.erp.connector import Fault
from adapters.store import cases
from adapters.store.in_force import What, add_files, put_in_force
from adapters.store.tables import contributions
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.falling_due import handle_all_due
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import Resources
from api.usecases.casework.settling import Result
from api.usecases.casework.submitting import submit
from engine.cases.identities import Identities
from engine.cases.status import Status
from tests.casework.deliveries import Clock, Delivery
from tests.casework.fake_erp import FakeErp, refusal
from tests.databases import BOTH, opened
from tests.lives.world import START, Delegated, Order, People, Policy, master_data, set_files

WHO = Identities("vera", "tests")
LATER = START + timedelta(hours=1)


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    with opened(request.param, tmp_path) as store:
        made = Resources(store)
        bootstrap(made, set_files(Policy()), master_data(People()), WHO, "installation", START)
        yield made


def acts(resources: Resources, person: str, kind: Kind = Kind.APPROVE) -> tuple[str, Status]:
    done = act(resources, 1, Action(kind, person, 1), Identities(person, "portal"), LATER)
    assert done is not None
    return done.code, done.case.status


def asked(resources: Resources) -> list[str]:
    with resources.store.reading() as connection:
        return sorted(task.person for task in cases.tasks_on(connection, 1))


def test_of_owners_side_by_side_one_who_has_approved_is_not_asked_any_more(
    resources: Resources,
) -> None:
    raw = Order("P-1", 500, "rita", ("c1", "c2")).plain()
    submit(resources, raw, "portal", WHO, START)
    assert asked(resources) == ["mia", "noah"]
    assert acts(resources, "mia") == ("", Status.PENDING)
    assert asked(resources) == ["noah"]
    assert acts(resources, "noah") == ("", Status.APPROVED)


def test_a_vote_is_not_lost_while_a_member_has_not_voted_also_where_another_has_left(
    resources: Resources,
) -> None:
    submit(resources, Order("P-1", 165_000, "rita", ("c1",)).plain(), "portal", WHO, START)
    assert acts(resources, "mia") == ("", Status.PENDING)
    assert acts(resources, "vera", Kind.VOTE_FOR) == ("", Status.PENDING)
    load_master_data(resources, master_data(People(left={"vera"})), WHO, "a leaver", LATER)
    assert acts(resources, "dan", Kind.VOTE_AGAINST) == ("", Status.PENDING)
    assert acts(resources, "carl", Kind.VOTE_FOR) == ("", Status.APPROVED)


def test_whoever_can_still_complete_a_group_is_asked_also_where_another_fills_either_place(
    resources: Resources,
) -> None:
    """Tina holds both posts and nobody else is treasurer: only Noah, the other buyer, is left."""
    people = master_data(People(unseated={("treasurer", "carl")}))
    load_master_data(resources, people, WHO, "one treasurer", START)
    submit(resources, Order("P-1", 1_500, "rita", ("c1",)).plain(), "portal", WHO, START)
    assert asked(resources) == ["noah", "tina", "tina"]
    assert acts(resources, "tina") == ("", Status.PENDING)
    assert "noah" in asked(resources)
    assert acts(resources, "noah") == ("", Status.APPROVED)


def test_who_acts_in_the_position_of_somebody_who_left_does_not_approve_what_he_had_requested(
    resources: Resources,
) -> None:
    """Noah would approve on behalf of Mia, and the order is hers: it climbs to Dan."""
    people = master_data(People(left={"mia"}, acting={"mia": "noah"}))
    submit(resources, Order("P-1", 500, "mia", ("c1",)).plain(), "portal", WHO, START)
    load_master_data(resources, people, WHO, "a leaver", LATER)
    assert asked(resources) == ["dan"]
    assert acts(resources, "noah") == ("not_asked", Status.PENDING)
    assert acts(resources, "dan") == ("", Status.APPROVED)


def did(resources: Resources, kind: Kind, person: str, at: datetime = LATER, **more: object) -> str:
    """Why an action on the case as it is now was refused; empty where it was not."""
    with resources.store.reading() as connection:
        case = cases.by_id(connection, 1)
    assert case is not None
    action = Action(kind, person, case.version, comment="because", **more)  # type: ignore[arg-type]
    done = act(resources, 1, action, Identities(person, "portal"), at)
    assert done is not None
    return done.code


def status(resources: Resources) -> Status:
    with resources.store.reading() as connection:
        case = cases.by_id(connection, 1)
    assert case is not None
    return case.status


def comes(resources: Resources, policy: Policy) -> None:
    """Another version of the set is in force, and it is looked who is asked by it."""
    with resources.store.transaction() as connection:
        digest = add_files(connection, What.POLICY, set_files(policy), LATER)
        put_in_force(connection, What.POLICY, digest, LATER)
    re_resolve_all(resources, LATER, Cause.POLICY)


def test_who_has_claimed_a_place_and_filled_another_keeps_nobody_from_it(
    resources: Resources,
) -> None:
    """Tina is buyer and treasurer; without Noah she is the only buyer, and Carl has to follow."""
    load_master_data(resources, master_data(People(left={"noah"})), WHO, "a leaver", START)
    submit(resources, Order("P-1", 1_500, "rita", ("c1",)).plain(), "portal", WHO, START)
    with resources.store.reading() as connection:
        place = next(t.place for t in cases.tasks_on(connection, 1) if t.word == "treasurer")
    assert did(resources, Kind.CLAIM, "tina", place=place) == ""
    assert acts(resources, "carl") == ("claimed_by_another", Status.PENDING)
    assert acts(resources, "tina") == ("", Status.PENDING)
    assert acts(resources, "carl") == ("", Status.APPROVED)


def test_who_has_claimed_a_place_and_lost_the_role_meanwhile_keeps_nobody_from_it(
    resources: Resources,
) -> None:
    """Tina's place waits for Vera, whom Carl added before it, when she is buyer no more."""
    submit(resources, Order("P-1", 1_500, "rita", ("c1",)).plain(), "portal", WHO, START)
    with resources.store.reading() as connection:
        places = {task.word: task.place for task in cases.tasks_on(connection, 1)}
    assert did(resources, Kind.CLAIM, "tina", place=places["buyer"]) == ""
    assert did(resources, Kind.ADD_BEFORE, "carl", place=places["treasurer"], to="vera") == ""
    assert asked(resources) == ["vera"]
    people = master_data(People(unseated={("buyer", "tina")}))
    load_master_data(resources, people, WHO, "another buyer", LATER)
    assert acts(resources, "vera") == ("", Status.PENDING)
    assert acts(resources, "carl") == ("", Status.PENDING)
    assert acts(resources, "noah") == ("", Status.APPROVED)


def test_what_was_sent_back_and_lacks_nothing_by_now_is_approved_when_it_is_handed_in_again(
    resources: Resources,
) -> None:
    """Another set had Vera asked as well; with the next one nobody is left who could approve."""
    submit(resources, Order("P-1", 21_500, "rita", ("c1",)).plain(), "portal", WHO, START)
    comes(resources, Policy("add_if_stricter", director=20_000))
    assert acts(resources, "mia") == ("", Status.PENDING)
    assert acts(resources, "dan") == ("", Status.PENDING)
    assert asked(resources) == ["vera"]
    assert did(resources, Kind.RETURN, "vera") == ""
    comes(resources, Policy("add_if_stricter", trifle=60))
    assert did(resources, Kind.RESUBMIT, "rita") == ""
    assert status(resources) is Status.APPROVED


def test_what_needs_nobody_any_more_under_another_set_does_not_wait_for_ever(
    resources: Resources,
) -> None:
    submit(resources, Order("P-1", 50, "rita", ("c1",)).plain(), "portal", WHO, START)
    assert asked(resources) == ["mia"]
    comes(resources, Policy(trifle=60))
    assert status(resources) is Status.APPROVED


def test_what_needs_nobody_any_more_still_asks_whom_somebody_had_added(
    resources: Resources,
) -> None:
    submit(resources, Order("P-1", 50, "rita", ("c1",)).plain(), "portal", WHO, START)
    assert did(resources, Kind.ADD_BEFORE, "mia", to="tina") == ""
    comes(resources, Policy(trifle=60))
    assert asked(resources) == ["tina"]
    assert acts(resources, "tina") == ("", Status.APPROVED)


def test_who_is_only_told_may_be_asked_to_approve_as_well(resources: Resources) -> None:
    """Carl is told of it as CFO, which asks him for nothing: Tina wants him to look at it."""
    people = master_data(People(unseated={("treasurer", "carl")}))
    load_master_data(resources, people, WHO, "one treasurer", START)
    submit(resources, Order("P-1", 1_500, "rita", ("c1",)).plain(), "portal", WHO, START)
    assert "carl" not in asked(resources)
    assert did(resources, Kind.ADD_BEFORE, "tina", to="carl") == ""
    assert asked(resources) == ["carl"]
    assert acts(resources, "carl") == ("", Status.PENDING)
    assert asked(resources) == ["noah", "tina", "tina"]


def test_silence_in_a_place_that_a_newer_set_added_approves_nothing(resources: Resources) -> None:
    """Dan has approved as the owner of a cost center, and is asked above the buyers who are silent:
    the newer set wants a buyer's place filled, and that is another thing."""
    people = master_data(People(owners={"c2": "dan"}))
    load_master_data(resources, people, WHO, "another owner", START)
    submit(resources, Order("P-1", 50, "rita", ("c1", "c2")).plain(), "portal", WHO, START)
    comes(resources, Policy("add_if_stricter", is_strict=True))
    assert acts(resources, "mia") == ("", Status.PENDING)
    assert acts(resources, "dan") == ("", Status.PENDING)
    assert asked(resources) == ["noah", "tina"]
    handle_all_due(resources, START + timedelta(days=3))
    assert status(resources) is Status.PENDING
    assert asked(resources) == ["dan", "noah", "tina"]
    assert acts(resources, "dan") == ("", Status.APPROVED)


def in_the_books(resources: Resources, tmp_path: Path) -> Delivery:
    """An order over 500 that the ERP has."""
    on = Delivery(
        replace(resources, targets={("E1", "purchase_order"): "erp"}),
        FakeErp(tmp_path / "erp.db"),
        Clock(LATER),
    )
    submit(on.resources, Order("P-1", 500, "rita", ("c1",)).plain(), "portal", WHO, START)
    assert acts(on.resources, "mia") == ("", Status.POSTING)
    assert on.one().result is Result.POSTED
    return on


def test_what_is_in_the_books_stands_where_an_approved_change_of_it_comes_to_nothing(
    resources: Resources, tmp_path: Path
) -> None:
    """The ERP has the order over 500 and refuses the one over 540: that one is taken back."""
    on = in_the_books(resources, tmp_path)
    for amount, number in ((540, 2), (530, 3)):
        raw = Order("P-1", amount, "rita", ("c1",)).plain()
        submit(on.resources, raw, "portal", WHO, LATER)
        assert (on.case().status, on.case().posting_number) == (Status.POSTING, number)
        on.erp.faults = [refusal(Fault.BUSINESS)]
        assert on.one().result is Result.FAILED
        assert did(on.resources, Kind.WITHDRAW, "rita") == ""
        assert (on.case().status, on.case().version) == (Status.POSTED, 1)
        with on.resources.store.reading() as connection:
            added = connection.execute(select(contributions.c.whole)).scalars().all()
        assert added == [50_000]
    assert on.erp.keys == ["C-000001/1"]
    assert check_trail(on.resources.store).problems == []


def test_of_a_cancelled_order_it_is_told_that_the_books_have_it_before_an_approved_change(
    resources: Resources, tmp_path: Path
) -> None:
    """The order over 500 is in the ERP; the change to 540 is approved, and goes nowhere yet."""
    on = in_the_books(resources, tmp_path)
    submit(resources, Order("P-1", 540, "rita", ("c1",)).plain(), "portal", WHO, LATER)
    assert status(resources) is Status.APPROVED
    assert did(resources, Kind.CANCEL, "rita") == ""
    assert status(resources) is Status.CANCELLED
    assert [(e.code, e.key) for e in on.exceptions()] == [("not_cancelled_in_erp", "C-000001/1")]
    assert check_trail(resources.store).problems == []


def test_two_hand_their_tasks_to_one_person_each_by_itself(resources: Resources) -> None:
    """Whoever is asked above has handed on to her, and now the one below does: that is the place,
    and what was arranged above it holds no more."""
    submit(resources, Order("P-1", 165_000, "rita", ("c2",)).plain(), "portal", WHO, START)
    assert did(resources, Kind.ESCALATE, "noah") == ""
    assert asked(resources) == ["dan", "noah"]
    assert did(resources, Kind.REASSIGN, "dan", to="vera") == ""
    assert asked(resources) == ["noah", "vera"]
    assert did(resources, Kind.REASSIGN, "noah", to="vera") == ""
    assert asked(resources) == ["vera"]
    assert check_trail(resources.store).problems == []


def test_nobody_s_claim_ends_because_a_delegate_gets_nothing_of_what_stays(
    resources: Resources,
) -> None:
    """Either Carl or Tina; he has claimed his place and she was faster. Noah is asked next."""
    submit(resources, Order("P-1", 2_500, "rita", ("c1",)).plain(), "portal", WHO, START)
    with resources.store.reading() as connection:
        places = {task.word: task.place for task in cases.tasks_on(connection, 1)}
    assert did(resources, Kind.CLAIM, "carl", place=places["cfo"]) == ""
    assert acts(resources, "tina") == ("", Status.PENDING)
    assert asked(resources) == ["noah", "tina"]
    people = People(delegated=[Delegated("noah", "mia", 0, 9, made=LATER)])
    after = LATER + timedelta(minutes=1)
    load_master_data(resources, master_data(people), WHO, "a delegation", after)
    re_resolve_all(resources, after, Cause.MASTER_DATA)
    assert asked(resources) == ["noah", "tina"]
    with resources.store.reading() as connection:
        assert [*cases.claims_on(connection, 1).values()] == ["carl"]


def test_who_acts_for_two_holders_may_choose_for_whom(resources: Resources) -> None:
    people = People(delegated=[Delegated(of, "mia", 0, 9) for of in ("noah", "tina")])
    load_master_data(resources, master_data(people), WHO, "two delegations", START)
    submit(resources, Order("P-1", 1_500, "rita", ("c1",)).plain(), "portal", WHO, START)
    with resources.store.reading() as connection:
        mine = [t for t in cases.tasks_on(connection, 1) if t.person == "mia"]
    assert {(t.word, t.on_behalf_of) for t in mine} == {
        *(("buyer", "noah"), ("buyer", "tina"), ("treasurer", "tina"))
    }
    assert did(resources, Kind.APPROVE, "mia", on_behalf_of="noah") == ""
    assert asked(resources) == ["carl", "mia", "tina"]
    assert did(resources, Kind.APPROVE, "mia", on_behalf_of="tina") == ""
    assert status(resources) is Status.PENDING  # somebody else has to fill the other place
    assert did(resources, Kind.APPROVE, "tina") == ""
    assert status(resources) is Status.APPROVED


def test_of_two_places_for_one_post_the_one_that_is_still_open_stays(
    resources: Resources,
) -> None:
    """Dan, who was asked above, has filled the first; Noah's delegate comes too late for both."""
    submit(resources, Order("P-1", 175_000, "rita", ("c1",)).plain(), "portal", WHO, START)
    assert did(resources, Kind.ESCALATE, "noah", place=1) == ""
    assert acts(resources, "dan") == ("", Status.PENDING)
    after = LATER + timedelta(minutes=1)
    people = People(delegated=[Delegated("noah", "vera", 0, 9, made=LATER)])
    load_master_data(resources, master_data(people), WHO, "a delegation", after)
    re_resolve_all(resources, after, Cause.MASTER_DATA)
    assert status(resources) is Status.PENDING
    assert asked(resources) == ["noah", "tina"]
