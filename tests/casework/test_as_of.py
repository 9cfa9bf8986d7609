"""What held at one moment, as it was known at another: knowing it later heals nothing (A3)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

import pytest

from adapters.store import cases
from adapters.store.trail import every_record
from api.usecases.as_of import (
    Described,
    Moments,
    NotAnswered,
    Then,
    delegations_then,
    holders_then,
    moments_of,
    person_then,
    signers_of,
    signers_of_described,
    then_in_force,
    then_plain,
)
from api.usecases.asking import Answer
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.delegations.judging import Wish
from api.usecases.delegations.making import delegate, revoke
from api.usecases.register import Shown
from engine.errors import InputErrors
from tests.casework.conftest import ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.proposals import LATER, activated, approved, managers_up_to

MICROSECOND: Final = timedelta(microseconds=1)
TEN: Final = datetime(2027, 3, 16, 10, 0, tzinfo=UTC)
HEADING: Final = (
    b"id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
)
BACK_DATED: Final = HEADING + b"D-1,mia,lena,2027-03-01,2027-03-31,,,,,,\n"
ORDER: Final = Described(
    "purchase_order",
    "US01",
    MappingProxyType(
        {
            "amount": "8_000.00 USD",
            "requester": "rita",
            "cost_center": "cc100",
            "supplier": "S-1",
        }
    ),
)


def then(resources: Resources, valid: datetime, known: datetime) -> Then:
    with resources.store.reading() as connection:
        return then_in_force(resources, connection, Moments(valid, known))


def load(resources: Resources, changed: Mapping[str, bytes], now: datetime = TEN) -> None:
    load_master_data(resources, data_files() | changed, ADMIN, "told late", now)


def with_row(name: str, row: str) -> dict[str, bytes]:
    return {name: data_files()[name].rstrip(b"\n") + f"\n{row}\n".encode()}


def lines(shown: Shown, kind: str) -> list[str]:
    """What they say; a delegation has a line for each thing that it is worth."""
    return [*dict.fromkeys(line.what for line in shown.lines if line.kind == kind)]


def approvers(at: Then, asked: Described = ORDER) -> set[str]:
    [found] = signers_of_described(at, asked)
    assert isinstance(found, Answer)
    return set(found.found.approvers)


def people(shown: Iterable[Shown]) -> dict[str, str]:
    return {each.entry.person.id: each.status for each in shown}


def test_a_back_dated_delegation_is_there_as_known_later_only_and_heals_nothing(
    resources: Resources,
) -> None:
    done = submit(resources, order(), "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    tried = act(resources, done.case.id, Action(Kind.APPROVE, "lena", 1), by("lena"), NOW)
    assert tried is not None
    assert tried.code == "not_asked"
    load(resources, {"delegations.csv": BACK_DATED})

    before, after = then(resources, NOW, TEN - MICROSECOND), then(resources, NOW, TEN)
    assert lines(delegations_then(before, "lena"), "delegation") == []
    assert lines(delegations_then(after, "lena"), "delegation") == ["from mia (D-1)"]
    assert lines(delegations_then(after, "mia"), "delegation") == ["to lena (D-1)"]
    assert (approvers(before), approvers(after)) == ({"mia"}, {"mia", "lena"})

    with resources.store.reading() as connection:
        [refusal] = [each for each in every_record(connection) if each.kind == "refusal"]
        assert cases.course_of(connection, done.case.id).given == []
    named = json.loads(refusal.body)["in_force"]
    told = then_plain(then(resources, NOW, NOW))
    for name in ("policy", "master_data", "delegations"):
        assert told[name] == named[name]
    assert named["delegations"] != after.digests.delegations


def test_a_back_dated_holding_is_there_as_known_later_only(resources: Resources) -> None:
    load(resources, with_row("roles.csv", "compliance,noah,*,2027-03-01,,"))
    at_the_time = holders_then(then(resources, NOW, NOW), "compliance", "US01")
    in_hindsight = holders_then(then(resources, NOW, TEN), "compliance", "US01")
    assert people(at_the_time).keys() == {"cora"}
    assert people(in_hindsight).keys() == {"cora", "noah"}
    assert {line.kind for each in in_hindsight for line in each.lines} == {"role"}
    early = datetime(2027, 2, 28, tzinfo=UTC)  # before the first day of the holding
    assert people(holders_then(then(resources, early, TEN), "compliance", "US01")).keys() == {
        "cora"
    }
    assert "compliance" not in lines(person_then(then(resources, NOW, NOW), "noah"), "role")
    assert "compliance" in lines(person_then(then(resources, NOW, TEN), "noah"), "role")


def test_a_set_that_was_exchanged_answers_for_what_was_known_while_it_was_in_force(
    resources: Resources,
) -> None:
    case_id = approved(resources, managers_up_to("7_000.00"))
    assert activated(resources, case_id).code == ""
    before, after = then(resources, TEN, LATER - MICROSECOND), then(resources, TEN, LATER)
    assert before.digests.policy != after.digests.policy
    assert before.digests.master_data == after.digests.master_data
    limits = [
        [line.up_to for line in person_then(at, "mia").lines if line.up_to.endswith(" USD")]
        for at in (before, after)
    ]
    assert limits == [["10000.00 USD"], ["7000.00 USD"]]
    assert "dan" not in approvers(before)
    assert "dan" in approvers(after)


def test_who_left_had_left_by_what_was_known_later_and_not_before_his_last_day(
    resources: Resources,
) -> None:
    row = b"mia.clarke@acme.example,2015-09-14,,"
    gone = data_files()["people.csv"].replace(row, row[:-1] + b"2027-03-10,")
    assert gone != data_files()["people.csv"]
    load(resources, {"people.csv": gone})
    week_before = NOW - timedelta(days=7)
    states = [
        str(person_then(then(resources, valid, known), "mia").entry.employment)
        for valid, known in ((NOW, NOW), (NOW, TEN), (week_before, TEN))
    ]
    assert states == ["active", "left", "active"]
    assert "mia" in approvers(then(resources, NOW, NOW))
    assert "mia" not in approvers(then(resources, NOW, TEN))


def test_a_holder_who_left_is_told_with_what_that_means(resources: Resources) -> None:
    row = b"cora,Cora"
    [line] = [each for each in data_files()["people.csv"].splitlines() if each.startswith(row)]
    cells = line.split(b",")
    cells[8] = b"2027-03-10"
    load(resources, {"people.csv": data_files()["people.csv"].replace(line, b",".join(cells))})
    [shown] = holders_then(then(resources, NOW, TEN), "compliance", "US01")
    assert shown.status == "left, the last day was 2027-03-10: approves nothing"
    assert [each.note for each in shown.lines] == ["does not count"]


def test_a_revoked_delegation_counted_until_then(resources: Resources) -> None:
    wish = Wish("lena", NOW.date(), NOW.date() + timedelta(days=9), "away")
    made = delegate(resources, wish, by("mia"), NOW)
    assert revoke(resources, made.id, "back", by("mia"), TEN).code == ""
    notes = [
        [line.note for line in delegations_then(then(resources, at, TEN), "lena").lines]
        for at in (TEN - MICROSECOND, TEN)
    ]
    assert notes[0] != ["revoked"]
    assert notes[1] == ["revoked"]
    assert "lena" in approvers(then(resources, TEN - MICROSECOND, TEN))
    assert "lena" not in approvers(then(resources, TEN, TEN))
    assert "lena" in approvers(then(resources, TEN, TEN - MICROSECOND))  # as known before


def test_asking_leaves_no_record_and_the_service_decides_with_what_is_in_force(
    resources: Resources,
) -> None:
    load(resources, {"delegations.csv": BACK_DATED})
    node = replace(resources, loaded=Loaded())  # it has loaded nothing yet
    with resources.store.reading() as connection:
        records_before = len([*every_record(connection)])
    early = then(node, NOW, NOW)
    assert approvers(early) == {"mia"}
    with resources.store.reading() as connection:
        assert len([*every_record(connection)]) == records_before
    done = submit(node, order(), "portal", PORTAL, TEN)
    assert isinstance(done, Submitted)
    with resources.store.reading() as connection:
        asked = {task.person for task in cases.tasks_on(connection, done.case.id)}
        named = json.loads([*every_record(connection)][-1].body)["in_force"]
    assert asked == {"mia", "lena"}
    assert named["delegations"] == then(node, TEN, TEN).digests.delegations
    assert named["delegations"] != early.digests.delegations


def test_a_document_at_hand_is_answered_like_the_same_one_described(resources: Resources) -> None:
    load(resources, {"delegations.csv": BACK_DATED})
    for known in (NOW, TEN):
        at = then(resources, NOW, known)
        found = signers_of(at, order(), TEN)
        assert isinstance(found, Answer)
        assert set(found.found.approvers) == approvers(at)
        assert found.found.decision.now == NOW
    with pytest.raises(InputErrors):
        signers_of(then(resources, NOW, NOW), {"type": "purchase_order"}, TEN)


def test_before_anything_was_in_force_there_is_no_answer(resources: Resources) -> None:
    with pytest.raises(NotAnswered, match="the first was put in force at 2027-03-01T09") as found:
        then(resources, NOW, START - MICROSECOND)
    assert found.value.code == "nothing_in_force_then"
    assert then(resources, START - timedelta(days=900), START).digests.is_complete


@pytest.mark.parametrize(
    ("valid", "known", "expected"),
    [
        (None, None, Moments(NOW, NOW)),
        (START, None, Moments(START, START)),
        (None, START, Moments(NOW, START)),
        (TEN, None, Moments(TEN, NOW)),  # what is to come is asked by what is known now
        (TEN, START, Moments(TEN, START)),
    ],
)
def test_what_is_left_out_is_now_and_nothing_is_known_from_later(
    valid: datetime | None, known: datetime | None, expected: Moments
) -> None:
    assert moments_of(valid, known, NOW) == expected


@pytest.mark.parametrize(
    ("valid", "known", "code"),
    [
        (NOW, NOW + MICROSECOND, "not_known_yet"),
        (datetime.min.replace(tzinfo=UTC), None, "moment_unusable"),
        (datetime.max.replace(tzinfo=UTC), None, "moment_unusable"),
        (NOW, datetime.min.replace(tzinfo=UTC), "moment_unusable"),
    ],
)
def test_a_moment_that_cannot_be_answered_for_is_refused(
    valid: datetime, known: datetime | None, code: str
) -> None:
    with pytest.raises(NotAnswered) as found:
        moments_of(valid, known, NOW)
    assert found.value.code == code


def test_a_name_that_was_not_known_then_is_refused_by_its_code(resources: Resources) -> None:
    row = "zoe,Zoe Adams,US01,dan,manager,it,zoe.adams@acme.example,2020-01-01,,,,"
    load(resources, with_row("people.csv", row))
    assert person_then(then(resources, NOW, TEN), "zoe").status == "active"
    at = then(resources, NOW, NOW)
    for code, ask in (
        ("person_unknown", lambda: person_then(at, "zoe")),
        ("person_unknown", lambda: delegations_then(at, "")),
        ("role_unknown", lambda: holders_then(at, "complience", "US01")),
        ("entity_unknown", lambda: holders_then(at, "compliance", "US99")),
        ("entity_unknown", lambda: holders_then(at, "compliance", "")),
        ("type_unknown", lambda: signers_of_described(at, Described("letter"))),
        ("entity_unknown", lambda: signers_of_described(at, replace(ORDER, entity="US99"))),
        (
            "person_unknown",
            lambda: signers_of_described(
                at, replace(ORDER, stated={**ORDER.stated, "requester": "zoe"})
            ),
        ),
    ):
        with pytest.raises(NotAnswered) as found:
            ask()
        assert found.value.code == code
