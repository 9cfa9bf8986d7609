"""A decision as plain values: complete, canonical, and named by a digest that texts do not move."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from engine.canonical import digest
from engine.decision import (
    Assignee,
    Assignment,
    Ballot,
    Comparison,
    Decision,
    Finding,
    Group,
    Held,
    Outcome,
    Passed,
    Reason,
    ReviewTask,
    Step,
    Via,
)
from engine.master_data import PersonId
from engine.places import NOWHERE, Place
from engine.recording import Plain, decision_digest, moment_text, to_plain

ROW = Place("approvals/us.yaml", 42, 5)
MIA = Assignee(PersonId("mia"), Via.DELEGATE, PersonId("vera"), "D-1")
PLACE = Assignment(0, "cfo", (MIA,), ROW, notes=("vacant_climb",), object="cc100")
BOARD = Assignment(1, "board", (), ROW, body=Ballot((PersonId("a"),), 1, "1/2", True, ()))
DECISION = Decision(
    outcome=Outcome.ROUTE,
    now=datetime(2027, 3, 15, 9, 0, tzinfo=timezone(timedelta(hours=-4))),
    document="PO-1",
    document_digest="sha256:d",
    policy="acme",
    policy_digest="sha256:p",
    data_digest="sha256:m",
    matrix="us",
    row="small",
    row_place=ROW,
    amount="10.00 USD",
    steps=(Step(1, (Group(1, (PLACE, BOARD)),)),),
    findings=(Finding("requirement_missing", "business_case: present", ROW),),
    reviews=(ReviewTask("counted", "structuring_suspect", (PLACE,), ROW),),
    held=Held("no_row", (("z", "1"), ("a", "2")), ROW, "controller"),
    refused=Reason("refused_by_policy", ROW, (("reason", "no"),)),
    reasons=(Reason("delegated", ROW),),
    compared=((ROW, Comparison("amount", "10.00", "<=", "10.00", True)),),
    passed_over=(Passed(PersonId("rita"), "self_approval", "cfo", (("x", "1"), ("x", "0"))),),
    rates=("corporate EUR/USD 1.1 of 2027-03-15 [R-1]",),
    digest="sha256:x",
)


def hashed(decision: Decision) -> dict[str, object]:
    """What the digest is over, derived from the plain form as a verifier would."""
    plain: dict[str, object] = dict(to_plain(decision))
    del plain["digest"]
    plain["findings"] = [{"code": f.code, "place": str(f.place)} for f in decision.findings]
    return plain


def test_the_digest_is_that_of_the_canonical_bytes() -> None:
    assert decision_digest(DECISION) == digest(hashed(DECISION))


def test_every_field_of_a_decision_is_written_down() -> None:
    plain = to_plain(DECISION)
    assert set(plain) == {field.name for field in fields(Decision)}
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (PLACE, ("steps", 0, "parts", 0, "parts", 0)),
        (MIA, ("steps", 0, "parts", 0, "parts", 0, "assignees", 0)),
        (BOARD.body, ("steps", 0, "parts", 0, "parts", 1, "body")),
        (DECISION.steps[0], ("steps", 0)),
        (DECISION.steps[0].parts[0], ("steps", 0, "parts", 0)),
        (DECISION.findings[0], ("findings", 0)),
        (DECISION.reviews[0], ("reviews", 0)),
        (DECISION.held, ("held",)),
        (DECISION.refused, ("refused",)),
        (DECISION.passed_over[0], ("passed_over", 0)),
    ],
)
def test_every_field_of_what_it_holds_is_written_down(
    value: object, path: tuple[str | int, ...]
) -> None:
    plain: Plain = to_plain(DECISION)
    for key in path:
        plain = plain[key]  # type: ignore[index, call-overload]
    assert isinstance(plain, dict)
    assert set(plain) == {field.name.rstrip("_") for field in fields(value)}  # type: ignore[arg-type]


def test_a_comparison_is_written_with_its_place() -> None:
    assert to_plain(DECISION)["compared"] == [
        {
            "fact": "amount",
            "left": "10.00",
            "place": "approvals/us.yaml:42:5",
            "result": True,
            "right": "10.00",
            "sign": "<=",
        }
    ]


def test_a_word_that_stands_twice_keeps_both_values_in_order() -> None:
    passed = to_plain(DECISION)["passed_over"]
    assert passed == [
        {"code": "self_approval", "person": "rita", "word": "cfo", "words": {"x": ["1", "0"]}}
    ]


def test_texts_do_not_move_the_digest_and_everything_else_does() -> None:
    before = decision_digest(DECISION)
    worded = replace(DECISION.findings[0], text="in other words")
    assert decision_digest(replace(DECISION, findings=(worded,), digest="")) == before
    moved = {
        "outcome": Outcome.HELD,
        "now": datetime(2027, 3, 15, 13, 0, 0, 1, tzinfo=UTC),
        "row_place": NOWHERE,
        "steps": (),
        "findings": (),
        "reviews": (),
        "held": None,
        "refused": None,
        "reasons": (),
        "compared": (),
        "passed_over": (),
        "rates": (),
    }
    for field in fields(Decision):
        if field.name != "digest":
            other = replace(DECISION, **{field.name: moved.get(field.name, "other")})  # type: ignore[arg-type]
            assert decision_digest(other) != before, field.name


def test_one_instant_is_one_text_whatever_the_offset() -> None:
    assert moment_text(DECISION.now) == "2027-03-15T13:00:00Z"
    assert moment_text(datetime(2027, 3, 15, 13, 0, 0, 5, tzinfo=UTC)) == (
        "2027-03-15T13:00:00.000005Z"
    )
    shown_twice = datetime(2027, 11, 7, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    texts = [moment_text(shown_twice.replace(fold=fold)) for fold in (0, 1)]
    assert texts == ["2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z"]
    utc = replace(DECISION, now=DECISION.now.astimezone(UTC))
    assert decision_digest(utc) == decision_digest(DECISION)
