"""Policy tests of duplicates: the earlier documents of a test are what is around it."""

from __future__ import annotations

import pytest

from rules.testing.running import Result
from tests.rules.tested_set import FILES, results_of

CHECK = """kind: readiness
documents: [invoice]
checks:
  - duplicate: {same: [supplier, number_normalised], in: 24 months}
"""
INVOICES = (
    FILES["approvals/orders.yaml"]
    .replace("purchase_order", "invoice")
    .replace("name: orders", "name: invoices")
)
TESTS = """kind: tests
on: 2027-03-15
tests:
  - name: t
    document: {{type: invoice, id: X, supplier: S-1, number: INV-4711, amount: 1.00 USD}}
    earlier: [{{type: invoice, supplier: S-1, amount: 2.00 USD, {earlier}}}]
    expect: {{{expect}}}
"""


def run(earlier: str, expect: str) -> Result:
    files = {
        **FILES,
        "readiness/once.yaml": CHECK,
        "approvals/invoices.yaml": INVOICES,
        "tests/t.yaml": TESTS.format(earlier=earlier, expect=expect),
    }
    (result,) = results_of({name: text.encode() for name, text in files.items()})
    return result


@pytest.mark.parametrize(
    ("earlier", "expect"),
    [
        ("number: inv 04711", "not_ready: [duplicate_document]"),
        ("number: inv 04711, outcome: pending", "not_ready: [duplicate_document]"),
        ("number: inv 04711, at: 2025-04-01", "not_ready: [duplicate_document]"),
        ("number: inv 04711, at: 2025-03-01", "ready: yes"),
        ("number: inv 04711, outcome: rejected", "ready: yes"),
        ("number: inv 4712", "ready: yes"),
        ("number: inv 4711, id: X", "ready: yes"),  # the document itself
    ],
)
def test_an_earlier_document_that_claims_the_same_is_found(earlier: str, expect: str) -> None:
    result = run(earlier, expect)
    assert result.passed, result
    opposite = "ready: yes" if "not_ready" in expect else "not_ready: [duplicate_document]"
    assert not run(earlier, opposite).passed
