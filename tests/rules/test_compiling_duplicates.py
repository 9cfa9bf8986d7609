"""The check `duplicate` as it is written: what compiles, and what means nothing."""

from fractions import Fraction

import pytest

from engine.duplicates.criterion import Word
from engine.facts.vocabulary import Window
from engine.money import Money
from engine.readiness.duplicates import EVER, Duplicate, NearAmounts
from tests.rules.test_compiling_readiness import check, refused


def test_what_duplicates_have_in_common_is_said_in_words() -> None:
    text = "duplicate: {same: [supplier_group, number_normalised], in: 24 months}"
    words = frozenset({Word.SUPPLIER_GROUP, Word.NUMBER_NORMALISED})
    assert check(text) == Duplicate(words, Window(24, "months"))
    assert check("duplicate: {same: purchase_order}") == Duplicate(
        frozenset({Word.PURCHASE_ORDER}), EVER
    )
    near = "near: {percent: 2%, amount: 5.00 USD}"
    found = check(f"duplicate: {{same: [supplier, amount_near], {near}, in: 30 days}}")
    assert found == Duplicate(
        frozenset({Word.SUPPLIER, Word.AMOUNT_NEAR}),
        Window(30, "days"),
        NearAmounts(Fraction(2, 100), Money(500, "USD")),
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("duplicate", "missing-key"),
        ("duplicate: {in: 24 months}", "missing-key"),
        ("duplicate: {same: [number_normalized]}", "not-one-of"),
        ("duplicate: {same: []}", "empty-list"),
        ("duplicate: {same: [number], in: fiscal_year}", "not-a-duration"),
        ("duplicate: {same: [supplier]}", "missing-key"),
        ("duplicate: {same: [number], near: {percent: 1%}}", "missing-key"),
        ("duplicate: {same: [supplier, amount_near]}", "missing-key"),
        ("duplicate: {same: [supplier, amount_near], near: {percent: 60%}}", "out-of-range"),
        ("duplicate: {same: [supplier, amount_near], near: {percents: 1%}}", "unknown-key"),
        ("duplicate: {same: [supplier, amount_near], near: {amount: -5.00 USD}}", "not-an-amount"),
    ],
)
def test_a_duplicate_that_means_nothing_is_refused(text: str, code: str) -> None:
    assert refused(text) == [code]
