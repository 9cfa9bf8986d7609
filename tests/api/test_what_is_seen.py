"""What is seen alike without rendering is seen alike when rendered."""

from __future__ import annotations

from hypothesis import given

from api.usecases.what_if.seeing import is_seen_alike, kinds, seen
from engine.deciding import consider, decide
from tests.strategies import Case, cases


@given(cases(), cases())
def test_what_is_alike_before_rendering_is_alike_after(one: Case, other: Case) -> None:
    answers = [
        consider(case.policy, case.data, case.document, case.now, case.given)
        for case in (one, other)
    ]
    assert is_seen_alike(answers[0], answers[0])
    if is_seen_alike(answers[0], answers[1]):
        assert not kinds(seen(answers[0]), seen(answers[1]))


@given(cases())
def test_what_is_considered_is_seen_as_what_is_decided(case: Case) -> None:
    inputs = case.policy, case.data, case.document, case.now, case.given
    assert seen(consider(*inputs)) == seen(decide(*inputs))
