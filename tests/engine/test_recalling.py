"""A decision that was written down comes back as it was (B8)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decision import (
    Ask,
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
from engine.recalling import recalled
from engine.recording import decision_digest, decision_text, to_plain

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
COUNT = st.integers(-1, 2**40)
PERSON = TEXT.map(PersonId)
PEOPLE = st.lists(PERSON, max_size=3).map(tuple)
FILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
PLACE = st.just(NOWHERE) | st.builds(Place, FILE, st.integers(1, 999), st.integers(1, 99))
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
# Written sorted by name; the values of one name keep their order.
WORDS = st.lists(st.tuples(TEXT, TEXT), max_size=5).map(
    lambda words: tuple(sorted(words, key=lambda word: word[0]))
)
ASSIGNEE = st.builds(Assignee, PERSON, st.sampled_from(Via), st.none() | PERSON, TEXT)
VOTES = st.dictionaries(PERSON, COUNT, max_size=2).map(lambda votes: tuple(sorted(votes.items())))
BALLOT = st.builds(Ballot, PEOPLE, COUNT, TEXT, st.booleans(), PEOPLE, VOTES)
ASSIGNMENT = st.builds(
    Assignment,
    id=COUNT,
    word=TEXT,
    assignees=st.lists(ASSIGNEE, max_size=2).map(tuple),
    place=PLACE,
    ask=st.sampled_from(Ask),
    object=TEXT,
    amount=TEXT,
    as_=TEXT,
    within=TEXT,
    body=st.none() | BALLOT,
    already=COUNT,
    notes=TEXTS,
)
PARTS = st.recursive(
    st.lists(ASSIGNMENT, max_size=2).map(tuple),
    lambda inner: st.lists(st.builds(Group, COUNT, inner), max_size=2).map(tuple),
    max_leaves=3,
)
REASON = st.builds(Reason, TEXT, PLACE, WORDS)
COMPARED = st.tuples(
    PLACE, st.builds(Comparison, TEXT, TEXT, TEXT, TEXT, st.none() | st.booleans())
)
NOW = st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def several(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=2).map(tuple)


DECISIONS = st.builds(
    Decision,
    outcome=st.sampled_from(Outcome),
    now=NOW,
    document=TEXT,
    document_digest=TEXT,
    policy=TEXT,
    policy_digest=TEXT,
    data_digest=TEXT,
    matrix=TEXT,
    row=TEXT,
    row_place=PLACE,
    amount=TEXT,
    steps=several(st.builds(Step, COUNT, PARTS)),
    findings=several(st.builds(Finding, TEXT, TEXT, PLACE)),
    reviews=several(st.builds(ReviewTask, TEXT, TEXT, PARTS, PLACE)),
    held=st.none() | st.builds(Held, TEXT, WORDS, PLACE, TEXT),
    refused=st.none() | REASON,
    reasons=several(REASON),
    compared=several(COMPARED),
    passed_over=several(st.builds(Passed, PERSON, TEXT, TEXT, WORDS)),
    rates=TEXTS,
    digest=TEXT,
)


@given(DECISIONS)
def test_what_is_recalled_is_what_was_written(decision: Decision) -> None:
    again = recalled(json.loads(decision_text(decision)))
    assert again == decision
    assert decision_text(again) == decision_text(decision)
    assert decision_digest(again) == decision_digest(decision)


@pytest.mark.parametrize(
    ("name", "value"),
    [("outcome", "approved"), ("now", "yesterday"), ("row_place", "here"), ("steps", None)],
)
def test_what_no_decision_was_written_as_is_not_recalled(name: str, value: object) -> None:
    moment = datetime(2027, 3, 15, tzinfo=UTC) + timedelta(microseconds=1)
    plain = to_plain(Decision(Outcome.ROUTE, moment, "", "", "", "", ""))
    with pytest.raises((KeyError, ValueError, TypeError)):
        recalled({**plain, name: value})
    with pytest.raises(KeyError):
        recalled({each: plain[each] for each in plain if each != name})
