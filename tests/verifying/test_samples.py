"""Samples are drawn so that anybody draws the same, and the verifier does (F5)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.verifying.running import Verification, verify
from api.verifying.versions import here
from engine.sampling import Item, Method, drawn
from engine.verifying.heads import Outside
from engine.verifying.steps import Outcome, Verdict
from tests.verifying.exports import Export, population_csv

ITEMS = st.lists(
    st.builds(Item, st.text(min_size=1), st.fractions(-1000, 1000, max_denominator=100)),
    max_size=30,
    unique_by=lambda item: item.name,
)


@given(ITEMS, st.sampled_from(Method), st.integers(1, 40), st.text())
def test_a_sample_is_part_of_its_population_in_its_order_and_drawn_again_the_same(
    items: list[Item], method: Method, size: int, seed: str
) -> None:
    found = drawn(items, method, size, seed)
    names = [item.name for item in items]
    assert found == [name for name in names if name in found]
    assert found == drawn(items, method, size, seed)
    assert len(found) <= size
    if method is Method.RANDOM:
        assert len(found) == min(size, len(items))


@given(ITEMS, st.integers(1, 40), st.text())
def test_what_spans_a_whole_interval_is_drawn_for_certain_and_nothing_never(
    items: list[Item], size: int, seed: str
) -> None:
    total = sum((abs(item.amount) for item in items), Fraction(0))
    found = drawn(items, Method.MONETARY_UNIT, size, seed)
    for item in items:
        if total and abs(item.amount) >= total / size:
            assert item.name in found
        if not item.amount:
            assert item.name not in found


@given(ITEMS, st.integers(1, 12), st.text())
def test_units_are_drawn_at_even_distances(items: list[Item], size: int, seed: str) -> None:
    """By a slow count: from a start within the first interval on, one unit in every interval."""
    total = sum((abs(item.amount) for item in items), Fraction(0))
    interval = total / size
    first = hashlib.sha256(f"{seed}\nstart".encode()).digest()[:8]
    start = Fraction(int.from_bytes(first, "big"), 2**64) * interval
    ends = [*accumulate(abs(item.amount) for item in items)]
    units = [start + n * interval for n in range(size)] if total else []
    hit = {next(i for i, end in enumerate(ends) if unit < end) for unit in units}
    assert drawn(items, Method.MONETARY_UNIT, size, seed) == [items[i].name for i in sorted(hit)]


def test_another_seed_draws_another_sample_and_everybody_is_drawn_at_times() -> None:
    items = [Item(f"C-{n}", Fraction(n)) for n in range(1, 21)]
    counted = Counter(
        name for seed in range(400) for name in drawn(items, Method.RANDOM, 5, str(seed))
    )
    assert {*counted} == {item.name for item in items}
    assert max(counted.values()) < 2 * min(counted.values())


def test_a_sample_of_nothing_is_no_sample() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        drawn([], Method.RANDOM, 0, "")


@pytest.fixture
def sampled(export: Export) -> Export:
    """Two of four cases, drawn at random; every record of each."""
    bodies = [*map(json.loads, export.bodies)]
    first: dict[str, int] = {}
    last: dict[str, dict[str, Any]] = {}
    for position, body in enumerate(bodies, start=1):
        if "case" in body:
            first.setdefault(body["case"], position)
            last[body["case"]] = {**last.get(body["case"], {}), **body}
    export.population = [
        {
            "case": case,
            "type": body["document"]["type"],
            "document_id": body["document"]["id"],
            "entity": body["document"]["entity"],
            "status": body["status"],
            "amount": body["document"]["lines"][0]["net"],
            "currency": "USD",
            "position": str(first[case]),
            "received_at": body["received_at"],
        }
        for case, body in last.items()
    ]
    items = [Item(row["case"], Fraction(row["amount"])) for row in export.population]
    export.sample = {"seed": "2027", "size": 2, "method": "monetary_unit"}
    export.sample["drawn"] = drawn(items, Method.MONETARY_UNIT, 2, "2027")
    export.positions = [
        position
        for position, body in enumerate(bodies, start=1)
        if body.get("case") in export.sample["drawn"]
    ]
    return export


def checked(export: Export, outside: Outside, folder: Path) -> Verification:
    return verify(export.written(folder / "x.zip"), outside, here())


def test_a_sample_is_verified(sampled: Export, outside: Outside, tmp_path: Path) -> None:
    found = checked(sampled, outside, tmp_path)
    assert found.verdict is Verdict.VERIFIED
    assert found.steps[9].notes == [
        f"{len(sampled.sample['drawn'])} of 4 cases drawn again (monetary_unit, seed `2027`)"  # type: ignore[index]
    ]


def test_a_sample_that_was_chosen_is_found(
    sampled: Export, outside: Outside, tmp_path: Path
) -> None:
    """Somebody exports the cases that he likes and says that they were drawn."""
    assert sampled.sample is not None
    assert sampled.population is not None
    others = [
        row["case"] for row in sampled.population if row["case"] not in sampled.sample["drawn"]
    ]
    sampled.sample["drawn"] = others
    found = checked(sampled, outside, tmp_path)
    assert [n for n, s in found.steps.items() if s.outcome is Outcome.FAILED] == [9]
    assert "drawn again from seed `2027`, the sample is another one" in str(
        found.steps[9].problems[0]
    )


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1e999999999"},
        {"amount": "NaN"},
        {"amount": "1.00"},
        {"status": "posted"},
        {"case": "C-999999"},
        {"currency": "EUR"},
    ],
)
def test_a_population_that_does_not_add_up_is_found(
    sampled: Export, outside: Outside, tmp_path: Path, change: dict[str, str]
) -> None:
    assert sampled.population is not None
    first, *others = sampled.population
    spoilt = population_csv([first | change, *others])
    sampled.files = lambda files: files | {"population.csv": spoilt}
    found = checked(sampled, outside, tmp_path)
    assert 9 in [n for n, s in found.steps.items() if s.outcome is Outcome.FAILED]


def test_a_selection_without_a_population_is_incomplete(
    sampled: Export, outside: Outside, tmp_path: Path
) -> None:
    sampled.population, sampled.sample = None, None
    found = checked(sampled, outside, tmp_path)
    assert "states no population" in str(found.steps[9].problems[-1])
