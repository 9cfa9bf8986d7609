"""The check `duplicate`: which of two documents has a finding, and who may let it through.

Shows (A4) and (B5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cases.status import Status
from engine.documents.model import Document, Line
from engine.duplicates.criterion import Word
from engine.facts.vocabulary import Window
from engine.money import Money
from engine.readiness.asking import found_by, interest, readiness
from engine.readiness.check import Check
from engine.readiness.duplicates import Duplicate, NearAmounts
from engine.readiness.finding import Finding, Release, is_ready
from engine.readiness.surroundings import Beside, Surroundings
from tests.engine.test_readiness import ASKED, PersonId, codes, data, policy, rule
from tests.engine.test_readiness import invoice as plain_invoice

ONCE = Duplicate(frozenset({Word.SUPPLIER_GROUP, Word.NUMBER_NORMALISED}), Window(24, "months"))
CAME = ASKED - timedelta(hours=2)
CASE = "C-000005"


def invoice(id: str = "I-1", number: str = "4711", **more: object) -> Document:
    lines = (Line(1, Money(500_00, "USD")),)
    return plain_invoice(id=id, number=number, currency="USD", lines=lines, **more)


def beside(
    document: Document, status: Status = Status.PENDING, minutes: int = -1, case: str = "C-000001"
) -> Beside:
    """Another document that came in so many minutes after the asked one."""
    at = CAME + timedelta(minutes=minutes)
    return Beside(document, status, at, at, case)


def around(*others: Beside, **more: object) -> Surroundings:
    values: dict[str, object] = {"case": CASE, "received_at": CAME}
    return Surroundings(others, **(values | more))  # type: ignore[arg-type]


def asked(
    *others: Beside, check: Check = ONCE, document: Document | None = None, **more: object
) -> tuple[Finding, ...]:
    rules = policy(rule(check, released_by="ctrl"))
    return readiness(rules, data(), document or invoice(), ASKED, beside=around(*others), **more)  # type: ignore[arg-type]


# Which of the two


@pytest.mark.parametrize(
    ("status", "minutes", "case", "is_found"),
    [
        (Status.PENDING, -1, "C-000009", True),
        (Status.PENDING, 1, "C-000001", False),
        (Status.PENDING, 0, "C-000004", True),  # at one moment the lower case came first
        (Status.PENDING, 0, "C-000006", False),
        (Status.PENDING, 0, "C-1000000", False),
        (Status.HELD, -1, "C-000001", True),
        (Status.APPROVED, 1, "C-000001", False),
        (Status.POSTING, 1, "C-000009", True),  # in the books, whatever clocks say
        (Status.POSTED, 1, "C-000009", True),
        (Status.EXCEPTION, 1, "C-000009", True),
        (Status.POSTED, 10_000, "C-000009", True),
        (Status.REJECTED, -1, "C-000001", False),
        (Status.REFUSED, -1, "C-000001", False),
        (Status.WITHDRAWN, -1, "C-000001", False),
    ],
)
def test_the_one_that_came_first_or_is_in_the_books_counts(
    status: Status, minutes: int, case: str, is_found: bool
) -> None:
    found = asked(beside(invoice("B"), status, minutes, case))
    assert codes(found) == ["duplicate_document"] * is_found


@given(
    st.integers(-2, 2),
    st.sampled_from(["C-000001", "C-000009"]),
    st.sampled_from([Status.PENDING, Status.HELD, Status.APPROVED]),
)
def test_of_two_on_their_way_exactly_one_has_a_finding(
    minutes: int, case: str, status: Status
) -> None:
    other = beside(invoice("B"), status, minutes, case)
    here = asked(other)
    turned = Surroundings(
        (Beside(invoice(), status, CAME, CAME, CASE),), case=case, received_at=other.received_at
    )
    there = readiness(policy(ONCE), data(), invoice("B"), ASKED, beside=turned)
    assert len(here) + len(there) == 1


def test_one_that_nobody_keeps_comes_after_all() -> None:
    alone = Surroundings((beside(invoice("B"), minutes=60),))
    assert codes(readiness(policy(ONCE), data(), invoice(), ASKED, beside=alone)) == [
        "duplicate_document"
    ]


# What is said


def test_a_finding_names_the_other_document_and_what_they_share() -> None:
    (found,) = asked(beside(invoice("B", "INV-04711", entity="DE01")))
    assert dict(found.words) == {
        "other": "invoice/B",
        "case": "C-000001",
        "number": "INV-04711",
        "entity": "DE01",
        "same": "number_normalised, supplier_group",
    }
    assert (found.owner, found.releasable_by) == ("controller", "ctrl")


def test_each_other_document_is_a_finding_the_earliest_first() -> None:
    found = asked(
        beside(invoice("C"), minutes=-1, case="C-000002"),
        beside(invoice("B"), minutes=-2, case="C-000001"),
        beside(invoice("D", "4712")),
    )
    assert [dict(each.words)["other"] for each in found] == ["invoice/B", "invoice/C"]


@pytest.mark.parametrize("changed", [{"number": ""}, {"supplier": ""}])
def test_what_it_does_not_state_cannot_be_compared(changed: dict[str, object]) -> None:
    (found,) = asked(beside(invoice("B")), document=invoice(**changed))  # type: ignore[arg-type]
    assert found.code == "duplicate_cannot_be_told"
    assert not is_ready([found])


# Releases


def release(**wrong: object) -> Release:
    values: dict[str, object] = {
        "finding": asked(beside(invoice("B")))[0].id,
        "by": PersonId("vera"),
        "reason": "two deliveries under one number, both received",
        "at": ASKED - timedelta(minutes=5),
        "document_digest": "sha256:content",
    }
    return Release(**(values | wrong))  # type: ignore[arg-type]


def test_a_holder_of_the_role_lets_it_through_with_a_reason() -> None:
    found = asked(beside(invoice("B")), releases=[release()])
    assert codes(found) == ["duplicate_document"]
    assert is_ready(found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": PersonId("omar")},
        {"by": PersonId("rita")},  # the requester
        {"reason": " "},
        {"document_digest": "sha256:other"},
        {"finding": "0123456789abcdef"},
        {"at": CAME - timedelta(minutes=2)},  # before the other came in
    ],
    ids=str,
)
def test_a_release_that_is_not_right_does_not_count(wrong: dict[str, object]) -> None:
    assert not is_ready(asked(beside(invoice("B")), releases=[release(**wrong)]))


def test_a_release_is_for_what_stood_then_and_not_for_a_later_duplicate() -> None:
    late = beside(invoice("C"), Status.POSTED, minutes=118, case="C-000009")
    found = asked(beside(invoice("B")), late, releases=[release()])
    assert [each.stands for each in found] == [False, True]


# What is looked for


def test_other_documents_are_looked_for_by_keys_that_they_are_found_by() -> None:
    rules, other = policy(ONCE), invoice("B", "inv 04711")
    wanted = interest(rules, data(), invoice(), ASKED).keys
    assert wanted & found_by(data(), other)
    assert not wanted & found_by(data(), invoice("B", "9"))


# What a policy may not ask


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (replace(ONCE, within=Window(0, "fiscal_year")), "not-a-duration"),
        (replace(ONCE, within=Window(5, "business_days")), "not-a-duration"),
        (replace(ONCE, near=NearAmounts(Fraction(1, 100))), "missing-key"),
        (Duplicate(frozenset({Word.SUPPLIER, Word.DOCUMENT_DATE})), "missing-key"),
        (Duplicate(frozenset({Word.SUPPLIER, Word.AMOUNT_NEAR})), "missing-key"),
        (
            Duplicate(
                frozenset({Word.SUPPLIER, Word.AMOUNT_NEAR}), near=NearAmounts(Fraction(51, 100))
            ),
            "out-of-range",
        ),
    ],
)
def test_what_means_nothing_is_a_complaint(check: Duplicate, code: str) -> None:
    assert [each.code for each in check.complaints(("invoice",))] == [code]


def test_what_has_no_complaint_can_be_asked() -> None:
    near = NearAmounts(Fraction(2, 100), Money(5_00, "USD"))
    check = Duplicate(frozenset({Word.SUPPLIER_NAME, Word.AMOUNT_NEAR}), near=near)
    assert list(check.complaints(("invoice",))) == []
    other = replace(invoice("B"), lines=(Line(1, Money(510_00, "USD")),))
    assert codes(asked(beside(other), check=check)) == ["duplicate_document"]
    further = replace(invoice("B"), lines=(Line(1, Money(511_00, "USD")),))
    assert codes(asked(beside(further), check=check)) == []
