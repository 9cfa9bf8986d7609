"""The logs of the BPI Challenge 2020 (Eindhoven University of Technology, CC BY 4.0).

They may not be copied into the project and lie beside it; without them these tests are skipped.
The numbers that are known of them are counted a second time here, in a few lines that share nothing
with the product.
"""

from __future__ import annotations

import csv
import gzip
import json
import tracemalloc
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.sources.event_logs import Columns, Quarantined, read_log
from api.cli import app
from tests.shared_data import SHARED_DATA

HERE = Path(__file__).parent
DOMESTIC = SHARED_DATA / "DomesticDeclarations.csv.gz"
INTERNATIONAL = SHARED_DATA / "InternationalDeclarations.csv.gz"
PERMITS = SHARED_DATA / "PermitLog.xes.gz"

pytestmark = pytest.mark.skipif(
    not PERMITS.exists(), reason=f"the logs of the BPI Challenge 2020 are not in {SHARED_DATA}"
)
Rows = Mapping[str, list[dict[str, str]]]


def asked(log: Path, rules: str, *more: str) -> dict[str, dict[str, Any]]:
    done = CliRunner().invoke(
        app, ["conformance", str(log), "--rules", str(HERE / rules), "--json", *more]
    )
    assert done.exit_code == 1, done.output
    found = json.loads(done.output)
    assert found["left_out"] == 0
    return {each["name"]: each for each in found["checks"]}


def rows_of(log: Path) -> Rows:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(log, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["trace"]].append(row)
    return found


def times(rows: list[dict[str, str]], text: str) -> list[datetime]:
    return [
        datetime.fromisoformat(row["time:timestamp"]) for row in rows if text in row["concept:name"]
    ]


def test_what_is_known_of_the_domestic_claims_is_found() -> None:
    found = asked(DOMESTIC, "domestic.yaml", "--witnesses", "100")
    paid, late = found["paid_without_final_approval"], found["rejected_after_final_approval"]
    assert (paid["broken"], late["broken"], found["seen_by_budget_owner"]["kept"]) == (2, 28, 2763)

    rows = rows_of(DOMESTIC)
    approved = {case: times(rows[case], " FINAL_APPROVED ") for case in rows}
    unpaid_for = {
        case
        for case in rows
        if (paid_at := times(rows[case], "Payment Handled"))
        and not any(at <= min(paid_at) for at in approved[case])
    }
    rejected = {
        case
        for case in rows
        if approved[case]
        and any(at > max(approved[case]) for at in times(rows[case], " REJECTED "))
    }
    assert {each["case"] for each in paid["witnesses"]} == unpaid_for
    assert {each["case"] for each in late["witnesses"]} == rejected
    seen = sum(any(row["org:role"] == "BUDGET OWNER" for row in of) for of in rows.values())
    assert seen == 2763


def test_what_is_known_of_the_international_claims_is_found() -> None:
    found = asked(INTERNATIONAL, "international.yaml", "--witnesses", "1000")
    within, before = found["within_permit_budget"], found["permit_before_trip"]
    assert (within["broken"], before["broken"]) == (1745, 1086)

    rows = rows_of(INTERNATIONAL)
    above = sum(
        float(of[0]["(case)_Amount"]) > float(of[0]["(case)_Permit_RequestedBudget"])
        for of in rows.values()
    )
    early, without = 0, 0
    for of in rows.values():
        start, permit = times(of, "Start trip"), times(of, "Permit FINAL_APPROVED")
        early += bool(start and permit and min(start) < min(permit))
        without += bool(start and not permit)
    assert (above, early) == (1745, 1086)
    assert before["untold"] == without
    assert before["kept"] == len(rows) - early - without


def test_the_permits_are_read_as_xes() -> None:
    [permits] = asked(PERMITS, "permits.yaml").values()
    text = gzip.open(PERMITS, "rt", encoding="utf-8").read()
    traces = text.split("<trace>")[1:]
    assert len(traces) == 6426
    trips = sum('key="concept:name" value="Start trip"' in each for each in traces)
    permitted = sum(
        'value="Start trip"' in each and 'value="Permit FINAL_APPROVED' in each for each in traces
    )
    assert permits["kept"] + permits["broken"] == permitted
    assert permits["untold"] == trips - permitted


def test_memory_does_not_grow_with_the_log() -> None:
    tracemalloc.start()
    try:
        events = 0
        for found in read_log(DOMESTIC, Columns(case="trace")):
            assert not isinstance(found, Quarantined)
            events += len(found.events)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert events == 55_628
    assert most < 8_000_000  # unpacked the log has more than 13 MB
