"""Tasks are handed on, delegated once, and approvers are added; never is less asked than before."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from adapters.store import cases
from adapters.store.arrangements import questions_for, questions_on
from adapters.store.trail import every_record
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import NOW, PORTAL, by, order

LATER = NOW + timedelta(hours=1)


def submitted(resources: Resources, amount: str = "40000.00", **fields: object) -> cases.Case:
    done = submit(resources, order(amount, **fields), "portal", PORTAL, NOW)  # type: ignore[arg-type]
    assert isinstance(done, Submitted)
    return done.case


def acted(
    resources: Resources,
    case: cases.Case,
    person: str,
    kind: Kind = Kind.APPROVE,
    now: object = LATER,
    **fields: object,
) -> Acted:
    action = Action(**{"kind": kind, "by": person, "version": case.version, **fields})  # type: ignore[arg-type]
    done = act(resources, case.id, action, by(person), now)  # type: ignore[arg-type]
    assert done is not None
    return done


def asked(resources: Resources, case: cases.Case) -> list[str]:
    with resources.store.reading() as connection:
        return [task.person for task in cases.tasks_on(connection, case.id)]


def last(resources: Resources) -> dict[str, object]:
    with resources.store.reading() as connection:
        record = [*every_record(connection)][-1]
    return {**json.loads(record.body), "kind": record.kind}


def assert_told(resources: Resources) -> None:
    """The trail and the cases tell one story."""
    assert check_trail(resources.store).problems == []


def at_dan(resources: Resources) -> cases.Case:
    """An order that Mia has approved and that is with Dan."""
    case = submitted(resources)
    acted(resources, case, "mia")
    assert asked(resources, case) == ["dan"]
    return case


def test_a_task_is_handed_to_somebody_whose_own_authority_covers_it(resources: Resources) -> None:
    case = at_dan(resources)
    assert acted(resources, case, "dan", Kind.REASSIGN, to="sam").code == ""
    assert asked(resources, case) == ["sam"]
    body = last(resources)
    assert (body["action"], body["who"]["decided_by"], body["to"]) == ("reassign", "dan", "sam")  # type: ignore[index]
    assert acted(resources, case, "dan").code == "not_asked"
    assert acted(resources, case, "sam").case.status is Status.POSTING


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("rita", "self_approval"),
        ("rsmith.ext", "self_approval"),
        ("noah", "over_limit"),
        ("paul", "over_limit"),
        ("dan", "same_person"),
        ("nobody", "person_unknown"),
    ],
)
def test_a_task_is_not_handed_to_who_may_not_fill_the_place(
    resources: Resources, to: str, code: str
) -> None:
    case = at_dan(resources)
    assert acted(resources, case, "dan", Kind.REASSIGN, to=to).code == code
    assert asked(resources, case) == ["dan"]
    assert last(resources)["kind"] == "refusal"


@pytest.mark.parametrize(
    ("person", "code"), [("rita", "self_approval"), ("noah", "not_asked"), ("sam", "not_asked")]
)
def test_only_who_has_the_task_hands_it_on(resources: Resources, person: str, code: str) -> None:
    case = at_dan(resources)
    assert acted(resources, case, person, Kind.REASSIGN, to="vera").code == code


def test_a_task_of_a_later_step_is_not_handed_on_yet(resources: Resources) -> None:
    case = submitted(resources)
    assert acted(resources, case, "dan", Kind.REASSIGN, to="sam").code == "step_not_current"


def test_an_owner_hands_his_place_to_nobody_but_somebody_above_him(resources: Resources) -> None:
    case = submitted(resources)
    assert acted(resources, case, "mia", Kind.REASSIGN, to="olga").code == "not_entitled"
    assert acted(resources, case, "mia", Kind.REASSIGN, to="dan").code == ""
    assert asked(resources, case) == ["dan"]


def test_who_took_a_task_over_and_may_no_longer_act_gives_it_back_by_that(
    resources: Resources,
) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.REASSIGN, to="sam")
    files = data_files()
    people = files["people.csv"].decode()
    gone = people.replace("2014-01-13,,", "2014-01-13,2027-03-14,")
    assert gone != people
    load_master_data(resources, {**files, "people.csv": gone.encode()}, ADMIN, "left", LATER)
    assert acted(resources, case, "sam").code == "inactive"
    assert acted(resources, case, "dan").case.status is Status.POSTING


def test_a_task_is_delegated_once_as_the_handling_allows(resources: Resources) -> None:
    case = at_dan(resources)
    assert acted(resources, case, "dan", Kind.DELEGATE, to="mia").code == ""  # level gap 1
    assert sorted(asked(resources, case)) == ["dan", "mia"]
    done = acted(resources, case, "mia", on_behalf_of="dan")
    assert (done.code, done.case.status) == ("", Status.POSTING)
    with resources.store.reading() as connection:
        bodies = [json.loads(r.body) for r in every_record(connection) if r.kind == "action"]
    assert (bodies[-1]["who"]["decided_by"], bodies[-1]["who"]["on_behalf_of"]) == ("mia", "dan")


@pytest.mark.parametrize(
    ("to", "code"),
    [("rita", "delegation_level_gap"), ("paul", "delegation_level_gap"), ("dan", "same_person")],
)
def test_one_task_is_delegated_to_nobody_whom_a_delegation_could_not_name(
    resources: Resources, to: str, code: str
) -> None:
    case = at_dan(resources)
    assert acted(resources, case, "dan", Kind.DELEGATE, to=to).code == code
    assert asked(resources, case) == ["dan"]


def test_a_delegation_of_one_task_goes_no_further(resources: Resources) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.DELEGATE, to="mia")
    done = acted(resources, case, "mia", Kind.DELEGATE, to="noah", on_behalf_of="dan")
    assert done.code == "delegation_depth"


def test_an_added_approver_is_asked_first_and_nobody_is_spared(resources: Resources) -> None:
    case = submitted(resources)
    assert acted(resources, case, "mia", Kind.ADD_BEFORE, to="lena").code == ""
    assert asked(resources, case) == ["lena"]
    assert acted(resources, case, "mia").code == "step_not_current"
    acted(resources, case, "lena")
    assert asked(resources, case) == ["mia"]
    acted(resources, case, "mia")
    assert asked(resources, case) == ["dan"]
    assert acted(resources, case, "dan").case.status is Status.POSTING
    assert_told(resources)


def test_an_approver_added_after_himself_is_asked_before_the_rest(resources: Resources) -> None:
    case = submitted(resources)
    acted(resources, case, "mia", Kind.ADD_AFTER, to="lena")
    acted(resources, case, "mia")
    assert asked(resources, case) == ["lena"]
    assert acted(resources, case, "lena", Kind.REJECT).case.status is Status.REJECTED


def test_an_added_approver_must_answer_until_who_added_him_takes_him_away(
    resources: Resources,
) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.ADD_AFTER, to="lena")
    assert acted(resources, case, "dan").case.status is Status.PENDING
    assert acted(resources, case, "mia", Kind.TAKE_AWAY, number=1).code == "not_asked"
    assert acted(resources, case, "dan", Kind.TAKE_AWAY, number=2).code == "not_asked"
    done = acted(resources, case, "dan", Kind.TAKE_AWAY, number=1)
    assert (done.code, done.case.status) == ("", Status.POSTING)
    assert_told(resources)


def test_new_people_change_nothing_of_what_was_arranged(resources: Resources) -> None:
    """Whoever is asked is worked out anew then: an added approver must still answer."""
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.ADD_AFTER, to="lena")
    acted(resources, case, "dan")
    assert asked(resources, case) == ["lena"]
    files = data_files()
    people = files["people.csv"].decode().replace("paul.novak@", "p.novak@")
    load_master_data(resources, {**files, "people.csv": people.encode()}, ADMIN, "mail", LATER)
    re_resolve_all(resources, LATER, Cause.MASTER_DATA)
    assert asked(resources, case) == ["lena"]
    assert acted(resources, case, "lena").case.status is Status.POSTING
    assert_told(resources)


def test_an_added_approver_who_has_answered_is_not_taken_away(resources: Resources) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.ADD_BEFORE, to="lena")
    acted(resources, case, "lena")
    assert acted(resources, case, "dan", Kind.TAKE_AWAY, number=1).code == "answered_already"


@pytest.mark.parametrize(
    ("to", "code"), [("rita", "self_approval"), ("mia", "asked_already"), ("dan", "asked_already")]
)
def test_nobody_is_added_who_may_not_approve_or_is_asked_already(
    resources: Resources, to: str, code: str
) -> None:
    case = submitted(resources)
    assert acted(resources, case, "mia", Kind.ADD_BEFORE, to=to).code == code


def test_a_task_that_was_handed_on_is_back_with_a_new_version(resources: Resources) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.REASSIGN, to="sam")
    again = submitted(resources, "41000.00")
    acted(resources, again, "mia")
    assert asked(resources, again) == ["dan"]


def test_no_other_content_spares_an_added_approver(resources: Resources) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.ADD_AFTER, to="lena")
    again = submitted(resources, "39999.00")
    acted(resources, again, "mia")
    acted(resources, again, "dan")
    assert asked(resources, again) == ["lena"]
    assert acted(resources, again, "lena").case.status is Status.POSTING
    assert_told(resources)


def test_a_task_is_escalated_upwards_and_whoever_was_asked_may_still_act(
    resources: Resources,
) -> None:
    case = at_dan(resources)
    assert acted(resources, case, "dan", Kind.ESCALATE).code == ""
    assert sorted(asked(resources, case)) == ["dan", "vera"]
    assert acted(resources, case, "dan").case.status is Status.POSTING
    assert_told(resources)


def test_the_requester_escalates_once_and_nobody_else_who_is_not_asked(
    resources: Resources,
) -> None:
    case = at_dan(resources)
    assert acted(resources, case, "noah", Kind.ESCALATE).code == "not_asked"
    assert acted(resources, case, "rita", Kind.ESCALATE).code == ""
    assert sorted(asked(resources, case)) == ["dan", "vera"]
    assert acted(resources, case, "rita", Kind.ESCALATE).code == "escalated_already"
    assert acted(resources, case, "rita").code == "self_approval"
    assert acted(resources, case, "vera").case.status is Status.POSTING


def test_who_cannot_be_escalated_any_further_stays_asked(resources: Resources) -> None:
    case = at_dan(resources)
    for person, others in (("dan", 2), ("vera", 3)):
        assert acted(resources, case, person, Kind.ESCALATE).code == ""
        assert len(asked(resources, case)) == others
    done = acted(resources, case, "carl", Kind.ESCALATE)
    assert done.code == "escalation_exhausted"
    assert (done.case.status, len(asked(resources, case))) == (Status.PENDING, 3)


def test_a_question_waits_is_answered_and_approves_nothing(resources: Resources) -> None:
    case = submitted(resources)
    done = acted(resources, case, "mia", Kind.ASK, to="paul", comment="which contract is it?")
    assert done.code == ""
    with resources.store.reading() as connection:
        [(question, _)] = questions_for(connection, "paul")
    assert (question.number, question.question) == (1, "which contract is it?")
    assert acted(resources, case, "noah", Kind.REPLY, number=1, comment="mine").code == "not_asked"
    assert acted(resources, case, "paul", Kind.REPLY, number=1).code == "comment_missing"
    assert acted(resources, case, "paul", Kind.REPLY, number=1, comment="C-77").code == ""
    again = acted(resources, case, "paul", Kind.REPLY, number=1, comment="C-78")
    assert again.code == "answered_already"
    with resources.store.reading() as connection:
        [kept] = questions_on(connection, case.id)
    assert (kept.answer, asked(resources, case)) == ("C-77", ["mia"])
    assert acted(resources, case, "paul").code == "not_asked"
    assert_told(resources)


@pytest.mark.parametrize(
    ("person", "fields", "code"),
    [
        ("noah", {"to": "paul", "comment": "?"}, "not_asked"),
        ("mia", {"to": "nobody", "comment": "?"}, "person_unknown"),
        ("mia", {"to": "mia", "comment": "?"}, "same_person"),
        ("mia", {"to": "paul", "comment": " "}, "comment_missing"),
    ],
)
def test_a_question_that_is_none_is_refused(
    resources: Resources, person: str, fields: dict[str, object], code: str
) -> None:
    case = submitted(resources)
    assert acted(resources, case, person, Kind.ASK, **fields).code == code


def test_a_document_goes_back_and_comes_again_where_it_was(resources: Resources) -> None:
    case = at_dan(resources)
    assert acted(resources, case, "dan", Kind.RETURN).code == "comment_missing"
    done = acted(resources, case, "dan", Kind.RETURN, comment="which quotation?")
    assert (done.case.status, asked(resources, case)) == (Status.RETURNED, [])
    assert acted(resources, case, "dan").code == "not_open"
    assert acted(resources, case, "noah", Kind.RESUBMIT).code == "not_asked"
    done = acted(resources, case, "rita", Kind.RESUBMIT, comment="the second one")
    assert (done.case.status, asked(resources, case)) == (Status.PENDING, ["dan"])
    assert acted(resources, case, "dan").case.status is Status.POSTING
    assert_told(resources)


def test_other_content_of_a_returned_document_begins_anew(resources: Resources) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.RETURN, comment="too much")
    again = submitted(resources, "30000.00")
    assert (again.version, again.status, asked(resources, again)) == (2, Status.PENDING, ["mia"])


def test_the_same_submission_of_a_returned_document_is_answered_as_it_stands(
    resources: Resources,
) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.RETURN, comment="why?")
    assert submitted(resources).status is Status.RETURNED


def test_a_returned_document_is_withdrawn(resources: Resources) -> None:
    case = at_dan(resources)
    acted(resources, case, "dan", Kind.RETURN, comment="why?")
    assert acted(resources, case, "rita", Kind.WITHDRAW).case.status is Status.WITHDRAWN


@pytest.mark.parametrize("person", ["rita", "noah", "sam"])
def test_nobody_sends_back_who_is_not_asked(resources: Resources, person: str) -> None:
    case = at_dan(resources)
    done = acted(resources, case, person, Kind.RETURN, comment="no")
    assert done.code in ("not_asked", "self_approval")
    assert done.case.status is Status.PENDING


TWO_OWNERS = [
    {"net": "6000.00", "cost_center": "cc100"},
    {"net": "7000.00", "cost_center": "cc200"},
]


def lined(resources: Resources, lines: list[dict[str, str]]) -> cases.Case:
    raw = {name: value for name, value in order().items() if name not in ("amount", "cost_center")}
    done = submit(resources, {**raw, "lines": lines}, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    return done.case


def test_an_owner_rejects_single_lines_and_the_document_never_posts_as_it_is(
    resources: Resources,
) -> None:
    case = lined(resources, TWO_OWNERS)
    assert sorted(asked(resources, case)) == ["mia", "noah"]
    refused = acted(resources, case, "mia", Kind.RETURN, lines=(2,), comment="not this one")
    assert refused.code == "lines_not_his"
    assert acted(resources, case, "mia", Kind.RETURN, lines=(9,), comment="?").code != ""
    done = acted(resources, case, "mia", Kind.RETURN, lines=(1,), comment="not this one")
    assert (done.code, done.case.status) == ("", Status.RETURNED)
    assert last(resources)["lines"] == [1]
    assert acted(resources, case, "rita", Kind.RESUBMIT).code == "lines_rejected"
    fewer = lined(resources, TWO_OWNERS[1:])
    assert (fewer.version, fewer.status) == (2, Status.PENDING)
