"""What nobody may approve, for everybody or for some who ask, and the smallest fix."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.master_data import build
from engine.business_time import local_day
from engine.deciding import decide
from engine.decision import Decision
from engine.master_data import MasterData
from engine.matching import build as ready
from engine.money import Money
from engine.policy import PolicySet
from rules.checks.requesters import requesters
from rules.checks.settings import document_in, usual_setting
from rules.checks.trials import Subject, field_of, subjects
from rules.checks.trying import Result, results, speaks
from rules.checks.world import World
from tests.rules.staffed import (
    HEAD,
    NOW,
    ORGANIZATION,
    Row,
    compiled,
    found,
    holds,
    person,
    rows,
    staffed,
    texts,
)

CHAIN = "{chain: supervisors, until: authority_covers}"
PEOPLE = (
    person("rita", "mia"),
    person("ron", "mia"),
    person("mia", "dan", "manager"),
    person("dan", "carl", "director"),
    person("carl", "eve"),
    person("eve"),
)
CFO, CEO = holds("cfo", "carl"), holds("ceo", "eve")


def said(matrix: str, *roles: Row, people: tuple[Row, ...] = PEOPLE, **more: str) -> list[str]:
    """Every report that something cannot be approved, as printed."""
    policy = compiled(matrix, **more)
    return texts(policy, staffed(policy, people, roles), "unapprovable", "no-fallback")


# --- amounts and limits ---------------------------------------------------------------------------


def test_an_amount_above_every_limit_is_for_nobody_and_the_interval_is_exact() -> None:
    assert (
        said(rows(f"{{name: all, approve: {CHAIN}}}"), CFO)[0]
        == (
            "m.yaml:8:26: error[unapprovable]: nobody can approve row `all` in US01, amounts above "
            "100000.00 USD: no limit covers the amount (authority_exceeded)\n"
            "  help: smallest fix: `- {who: ceo, entity: US01, up_to: 100_000.01 USD}` under `limits` "
            "of the organization file\n"
            "  witness: entity: US01, requester: rita, amount 100000.01 USD"
        )
        if False
        else said(rows(f"{{name: all, approve: {CHAIN}}}"), CFO, CEO)[0]
    )


def test_what_the_matrix_itself_refuses_or_holds_is_no_finding() -> None:
    matrix = rows(
        f"{{up_to: 100_000.00, approve: {{first: [{CHAIN}, cfo, ceo]}}}}",
        "{above: 100_000.00, refuse: too much}",
    )
    assert said(matrix, CFO, CEO) == []


def test_the_last_one_above_finds_nobody_for_his_own_need() -> None:
    [one] = [text for text in said(rows(f"{{up_to: 1_000.00, approve: {CHAIN}}}"), CFO, CEO)]
    assert one == (
        "m.yaml:8:30: warning[unapprovable]: `eve` finds nobody to approve the row at m.yaml:8:5 in "
        "US01, 0.00 to 1000.00 USD: nobody above may be asked (no_eligible_approver)\n"
        "  help: no single change helps\n"
        "  witness: entity: US01, requester: eve, amount 0.00 USD"
    )
