"""Journal entries over stored documents: taken back once, and never by one person alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from api.usecases.casework.checking import check_trail
from engine.cases.status import Status
from tests.casework.readying import Books, codes, found, opened_books
from tests.casework.test_concurrency import at_once
from tests.databases import BOTH

CHECKS = """kind: readiness
documents: [journal_entry]
checks: [balanced, reversal_pair, recurring, accrual_reversed, preparer_is_not_poster]
"""


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    with opened_books(request.param, tmp_path, CHECKS) as opened:
        yield opened


def entry(
    id: str = "J-1", net: str = "900.00", sign: str = "", **fields: object
) -> dict[str, object]:
    other = "-" if not sign else ""
    return {
        "type": "journal_entry",
        "id": id,
        "entity": "US01",
        "requester": "paul",
        "currency": "USD",
        "journal_kind": "manual",
        "posting_date": "2027-03-10",
        "lines": [
            {"net": sign + net, "gl_account": "6100"},
            {"net": other + net, "gl_account": "2100"},
        ],
        **fields,
    }


def reversal(id: str = "J-2", reverses: str = "J-1", **fields: object) -> dict[str, object]:
    values = {"journal_kind": "reversal", "reverses": reverses, "posting_date": "2027-04-01"}
    return entry(id, sign="-", **values, **fields)


def test_an_entry_is_taken_back_once(books: Books) -> None:
    assert codes(books.sent(reversal("J-0"))) == [
        "reversed_entry_not_posted",
        "approved_by_nobody_else",
    ]
    books.posted(entry())
    first = books.posted(reversal())
    again = books.approved(reversal("J-3"))
    assert found(again) == [
        ("reversed_already", {"entry": "J-1", "other": "journal_entry/J-2", "case": first.number})
    ]
    assert check_trail(books.nodes[0].store).problems == []


def test_two_reversals_on_two_nodes_at_one_moment_do_not_both_post(books: Books) -> None:
    for n in range(5):
        books.posted(entry(f"J-{n}"))
        raws = [reversal(f"R-{n}-{node}", f"J-{n}") for node in (0, 1)]
        cases = [books.sent(raw) for raw in raws]
        done = at_once(*(partial(books.acted, case, node=node) for node, case in enumerate(cases)))
        assert sorted(case.status for case in done) == [Status.APPROVED, Status.POSTING]
        assert books.delivered() == 1


def test_who_prepared_it_does_not_post_it(books: Books) -> None:
    sent = books.sent(entry())
    assert codes(sent) == ["approved_by_nobody_else"]
    assert books.acted(sent).status is Status.POSTING


def test_an_approval_of_another_content_counts_no_more(books: Books) -> None:
    unbalanced = entry()
    unbalanced["lines"] = [{"net": "900.00", "gl_account": "6100"}]
    stuck = books.approved(unbalanced)
    assert codes(stuck) == ["journal_unbalanced"]
    assert codes(books.sent(entry())) == ["approved_by_nobody_else"]


def test_an_entry_of_a_plan_is_compared_with_the_first(books: Books) -> None:
    plan = {"journal_kind": "recurring", "recurring_plan": "rent"}
    books.posted(entry("J-1", **plan))
    books.posted(entry("J-2", "800.00", **plan))
    more = books.approved(entry("J-3", "900.01", **plan))
    assert [code for code, _ in found(more)] == ["recurring_above_plan"]
    assert found(more)[0][1]["first"] == "journal_entry/J-1"
