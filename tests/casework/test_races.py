"""Two persons do different things on one case at once, on two nodes: one comes first (B2).

Whatever came second is judged by what the first left. What was done is what some order of the two
explains, and the trail tells which.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.opening import open_store
from adapters.store.trail import every_record
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.test_arranging import LATER
from tests.casework.test_concurrency import at_once
from tests.databases import BOTH, migrated
from tests.verifying.again import not_performed

SUPPLIERS = ("S-1", "S-44", "S-88")  # of different groups: no order adds to another
Nodes = tuple[Resources, Resources]
Doing = Callable[[Resources], Acted]


@pytest.fixture(params=BOTH)
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Nodes]:
    with migrated(request.param, tmp_path) as url:
        made = (Resources(open_store(url), Loaded()), Resources(open_store(url), Loaded()))
        bootstrap(made[0], read_set(ACME), data_files(), ADMIN, "installation", START)
        yield made
        assert check_trail(made[0].store).problems == []
        assert not_performed(made[0].store) == []
        for node in made:
            node.store.close()


def at_dan(nodes: Nodes, number: int) -> cases.Case:
    """An order that Mia has approved and that is with Dan."""
    raw = order("40000.00", id=f"PO-{number}", supplier=SUPPLIERS[number])
    done = submit(nodes[0], raw, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    assert does(nodes[0], done.case, "mia").code == ""
    return done.case


def does(
    node: Resources, case: cases.Case, person: str, kind: Kind = Kind.APPROVE, **fields: Any
) -> Acted:
    done = act(node, case.id, Action(kind, person, case.version, **fields), by(person), LATER)
    assert done is not None
    return done


def raced(
    nodes: Nodes, case: cases.Case, one: partial[Acted], other: partial[Acted]
) -> tuple[str, str, cases.Case, list[str]]:
    """The codes of both, the case afterwards, and what was accepted in the order of the trail."""
    calls = (partial(one, nodes[0], case), partial(other, nodes[1], case))
    first, second = at_once(*calls)
    with nodes[0].store.reading() as connection:
        now = cases.by_id(connection, case.id)
        told = [json.loads(record.body) for record in every_record(connection)]
    assert now is not None
    mine = [body for body in told if body.get("case") == case.number and body["kind"] == "action"]
    return first.code, second.code, now, [body["action"] for body in mine][1:]


def doing(person: str, kind: Kind = Kind.APPROVE, **fields: Any) -> partial[Acted]:
    def do(node: Resources, case: cases.Case) -> Acted:
        return does(node, case, person, kind, **fields)

    return partial(do)


def asked(node: Resources, case: cases.Case) -> list[str]:
    with node.store.reading() as connection:
        return [task.person for task in cases.tasks_on(connection, case.id)]


def given(node: Resources, case: cases.Case) -> list[str]:
    with node.store.reading() as connection:
        return [each.assignee.person for each in cases.course_of(connection, case.id).given]


def test_a_task_is_handed_on_or_approved_by_whoever_has_it(nodes: Nodes) -> None:
    for number in range(len(SUPPLIERS)):
        case = at_dan(nodes, number)
        handing, approving, now, done = raced(
            nodes, case, doing("dan", Kind.REASSIGN, to="sam"), doing("dan")
        )
        if handing == "":
            assert (approving, now.status, done) == ("not_asked", Status.PENDING, ["reassign"])
            assert asked(nodes[0], case) == ["sam"]
        else:
            assert (handing, approving, now.status) == ("not_open", "", Status.APPROVED)
            assert (done, given(nodes[0], case)) == (["approve"], ["mia", "dan"])


def test_what_the_owner_hands_on_is_not_approved_by_both(nodes: Nodes) -> None:
    """Gina hands Dan's task to Sam while Dan approves: Sam is asked only where Dan was late."""
    for number in range(len(SUPPLIERS)):
        case = at_dan(nodes, number)
        handing = doing("gina", Kind.REASSIGN, of="dan", to="sam", comment="silent")
        code, approving, now, done = raced(nodes, case, handing, doing("dan"))
        if code == "":
            assert (approving, now.status, done) == ("not_asked", Status.PENDING, ["reassign"])
        else:
            assert (code, approving, now.status) == ("not_open", "", Status.APPROVED)
            assert does(nodes[1], case, "sam").code == "not_open"


def test_a_document_goes_back_or_is_approved(nodes: Nodes) -> None:
    for number in range(len(SUPPLIERS)):
        case = at_dan(nodes, number)
        returning, approving, now, done = raced(
            nodes, case, doing("dan", Kind.RETURN, comment="why?"), doing("dan")
        )
        expected = {
            ("", "not_open"): (Status.RETURNED, ["return"], ["mia"]),
            ("not_open", ""): (Status.APPROVED, ["approve"], ["mia", "dan"]),
        }[returning, approving]
        assert (now.status, done, given(nodes[0], case)) == expected


def test_an_added_approver_is_taken_away_or_has_answered(nodes: Nodes) -> None:
    """Lena is the last one asked: either her approval completes the order, or that she is gone."""
    for number in range(len(SUPPLIERS)):
        case = at_dan(nodes, number)
        assert does(nodes[0], case, "dan", Kind.ADD_AFTER, to="lena").code == ""
        assert does(nodes[0], case, "dan").case.status is Status.PENDING
        taking, approving, now, done = raced(
            nodes, case, doing("dan", Kind.TAKE_AWAY, number=1), doing("lena")
        )
        assert now.status is Status.APPROVED
        last, people = {
            ("", "not_open"): ("take_away", ["mia", "dan"]),
            ("not_open", ""): ("approve", ["mia", "dan", "lena"]),
        }[taking, approving]
        assert (done[-1], given(nodes[0], case)) == (last, people)


def test_an_added_approver_rejects_or_was_taken_away_before(nodes: Nodes) -> None:
    for number in range(len(SUPPLIERS)):
        case = at_dan(nodes, number)
        assert does(nodes[0], case, "dan", Kind.ADD_BEFORE, to="lena").code == ""
        taking, rejecting, now, _ = raced(
            nodes, case, doing("dan", Kind.TAKE_AWAY, number=1), doing("lena", Kind.REJECT)
        )
        if taking == "":
            assert (rejecting, now.status) == ("not_asked", Status.PENDING)
            assert asked(nodes[0], case) == ["dan"]
        else:
            assert (taking, rejecting, now.status) == ("not_open", "", Status.REJECTED)


def test_of_two_who_claim_one_place_one_has_it(nodes: Nodes) -> None:
    for number in range(len(SUPPLIERS)):
        case = at_dan(nodes, number)
        assert does(nodes[0], case, "dan", Kind.ESCALATE).code == ""
        with nodes[0].store.reading() as connection:
            places = {task.place for task in cases.tasks_on(connection, case.id)}
        [place] = places
        one, other, _, _ = raced(
            nodes,
            case,
            doing("dan", Kind.CLAIM, place=place),
            doing("vera", Kind.CLAIM, place=place),
        )
        assert sorted([one, other]) == ["", "claimed_by_another"]
        loser = "dan" if one else "vera"
        assert does(nodes[0], case, loser).code == "claimed_by_another"


def test_a_document_is_handed_in_again_or_taken_back(nodes: Nodes) -> None:
    for number in range(len(SUPPLIERS)):
        case = at_dan(nodes, number)
        assert does(nodes[0], case, "dan", Kind.RETURN, comment="why?").code == ""
        again, back, now, done = raced(
            nodes, case, doing("rita", Kind.RESUBMIT), doing("rita", Kind.WITHDRAW)
        )
        # Taken back it stays, whichever came first: it may be taken back when it is there again.
        assert (back, now.status, done[-1]) == ("", Status.WITHDRAWN, "withdraw")
        assert again in ("", "not_open")
