"""A connection that fails again and again pauses, and is tried with one document."""

from __future__ import annotations

from datetime import timedelta

from api.breaker import Breaker
from tests.casework.documents import NOW

SECOND = timedelta(seconds=1)


def broken(times: int = 5) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker.began("erp")
        breaker.failed("erp", NOW)
    return breaker


def test_four_failures_are_no_pause_and_five_are() -> None:
    assert broken(4).paused(NOW) == frozenset()
    assert broken(5).paused(NOW) == {"erp"}


def test_failures_count_in_a_row_only() -> None:
    breaker = broken(4)
    breaker.got_through("erp")
    assert breaker.failed("erp", NOW) is False
    assert breaker.paused(NOW) == frozenset()


def test_the_pause_ends_after_thirty_seconds_to_the_second() -> None:
    breaker = broken()
    assert breaker.paused(NOW + 30 * SECOND - timedelta(microseconds=1)) == {"erp"}
    assert breaker.paused(NOW + 30 * SECOND) == frozenset()


def test_after_the_pause_one_document_is_tried_and_the_others_wait_for_it() -> None:
    breaker, later = broken(), NOW + 31 * SECOND
    breaker.began("erp")
    assert breaker.paused(later) == {"erp"}
    breaker.got_through("erp")
    assert breaker.paused(later) == frozenset()


def test_a_trial_that_fails_is_another_pause() -> None:
    breaker, later = broken(), NOW + 31 * SECOND
    breaker.began("erp")
    assert breaker.failed("erp", later) is True
    assert breaker.paused(later + 29 * SECOND) == {"erp"}
    assert breaker.paused(later + 30 * SECOND) == frozenset()


def test_a_trial_of_which_nothing_is_learnt_leaves_the_next_to_be_tried() -> None:
    breaker, later = broken(), NOW + 31 * SECOND
    breaker.began("erp")
    breaker.let_go("erp")
    assert breaker.paused(later) == frozenset()


def test_what_the_other_side_asks_for_is_kept_at_once() -> None:
    breaker = Breaker()
    breaker.failed("erp", NOW, NOW + 60 * SECOND)
    assert breaker.paused(NOW + 59 * SECOND) == {"erp"}
    assert breaker.paused(NOW + 60 * SECOND) == frozenset()


def test_other_connections_go_on() -> None:
    breaker = broken()
    breaker.failed("other", NOW)
    assert breaker.paused(NOW) == {"erp"}
