"""Why not this row, and why not this person: everything that deciding left aside (B8)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.usecases.drafts import load_data, load_draft
from api.usecases.judging import Judge, Judged
from api.usecases.submissions import Submission
from engine.decision import Comparison
from engine.explaining.near_misses import NearMiss, near_misses, standing
from tests.api.orders import order

NOW = datetime(2027, 3, 15, 13, tzinfo=UTC)
ROWS = """\
kind: approvals
name: orders
documents: [purchase_order]
currency: USD
amount: document.net
rows:
  - {name: paper, exception: yes, when: {category: paper}, up_to: 50.00, approve: not_needed}
  - name: not ours
    exception: yes
    when: {supplier: {not: S-1}, capex: yes, category: {not: paper}}
    approve: cfo
  - {name: small, up_to: 100.00, approve: cfo}
  - {name: large, above: 100.00, approve: cfo}
"""


def judged(folder: Path, raw: Mapping[str, object]) -> tuple[Judge, Judged]:
    draft = load_draft(folder)
    judge = Judge(draft, load_data(folder / "data", draft.policy), NOW, NOW)
    found = judge.judge(Submission(1, dict(raw)))
    assert found.errors == ()
    return judge, found


def missed(folder: Path, raw: Mapping[str, object]) -> dict[str, NearMiss]:
    judge, found = judged(folder, raw)
    assert found.document is not None
    assert found.decision is not None
    rows = near_misses(judge.draft.policy, judge.data.data, found.document, found.decision)
    return {row.name: row for row in rows}


@pytest.fixture
def exceptional(folder: Path) -> Path:
    (folder / "approvals" / "orders.yaml").write_text(ROWS, encoding="utf-8")
    return folder


def test_the_rows_that_failed_the_fewest_tests_come_first(exceptional: Path) -> None:
    rows = missed(
        exceptional, order("PO-1", "200.00", category="pens", supplier="S-1", capex=False)
    )
    assert list(rows) == ["small", "paper", "not ours"]
    assert rows["small"].failed == (Comparison("amount", "200.00", "<=", "100.00", False),)
    assert rows["paper"].failed == (
        Comparison("amount", "200.00", "<=", "50.00", False),
        Comparison("category", "pens", "=", "paper", False),
    )


def test_a_negated_test_is_said_as_one(exceptional: Path) -> None:
    rows = missed(exceptional, order("PO-1", "200.00", category="pens", supplier="S-1", capex=True))
    assert rows["not ours"].failed == (Comparison("not supplier", "S-1", "=", "S-1", False),)


def test_a_row_beaten_by_an_exception_matched(exceptional: Path) -> None:
    rows = missed(exceptional, order("PO-1", "40.00", category="paper", supplier="S-1"))
    assert (rows["small"].verdict, rows["small"].failed) == (True, ())


def test_a_missing_fact_leaves_a_row_undecided(exceptional: Path) -> None:
    rows = missed(exceptional, order("PO-1", "40.00", supplier="S-1"))
    assert rows["paper"].verdict is None
    assert rows["paper"].failed == (Comparison("category", "?", "=", "paper", None),)


def test_a_person_is_asked_passed_over_barred_or_not_named(folder: Path) -> None:
    judge, found = judged(folder, order("PO-1", "20000.00"))
    assert found.document is not None
    assert found.decision is not None
    policy, data = judge.draft.policy, judge.data.data

    def stands(name: str) -> tuple[bool, list[str], str, str] | None:
        where = standing(policy, data, found.document, found.decision, name)  # type: ignore[arg-type]
        if where is None:
            return None
        codes = [passed.code for passed in where.passed]
        return bool(where.asked), codes, where.bar, where.limit

    assert stands("dan") == (True, [], "", "50000.00 USD")
    assert stands("mia") == (False, ["over_limit"], "", "10000.00 USD")
    assert stands("rita") == (False, [], "self_approval", "no limit")
    assert stands("carl") == (False, [], "", "no limit")
    assert stands("zoe") is None


def test_nothing_is_near_where_no_schedule_covers(folder: Path) -> None:
    judge, found = judged(folder, order("PO-1", "5.00", requester="zoe"))
    assert found.document is not None
    assert found.decision is not None
    policy, data = judge.draft.policy, judge.data.data
    assert near_misses(policy, data, found.document, found.decision) == ()
    assert standing(policy, data, found.document, found.decision, "mia") is None
