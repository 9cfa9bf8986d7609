"""Another tool for process mining loads the trail, and finds what we find (F5).

pm4py is under the AGPL: it is run as a program in an environment of its own, and never imported.
`make .venv-process-mining/.installed` makes it; `make nightly` does so by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.sources.event_logs import Columns, read_log
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.trail.ocel.writing import Format
from engine.conformance.checks import Answer, Precedes, judge
from engine.conformance.patterns import Pattern
from engine.conformance.traces import Trace
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.databases import opened
from tests.trail.test_ocel import fill, written

ROOT = Path(__file__).parents[2]
MINING = Path(
    os.environ.get("COUNTERSIGN_PROCESS_MINING", ROOT / ".venv-process-mining" / "bin" / "python")
)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Resources]:
    """Six orders, half of them approved."""
    if not MINING.exists():
        pytest.skip("pm4py is not installed; `make .venv-process-mining/.installed` does it")
    with opened("sqlite", tmp_path) as store:
        made = Resources(store)
        bootstrap(made, read_set(ACME), data_files(), ADMIN, "installation", START)
        fill(made)
        yield made


@pytest.mark.parametrize("format", [Format.OCEL_JSON, Format.OCEL_SQLITE])
def test_pm4py_loads_it_with_nothing_dropped_and_finds_what_we_find(
    filled: Resources, tmp_path: Path, format: Format
) -> None:
    if not MINING.exists():
        pytest.skip(f"pm4py is not installed; `make {MINING.parents[1].name}/.installed` does it")
    expected = json.loads(written(filled, Format.OCEL_JSON, tmp_path / "own.json").read_bytes())
    path = written(filled, format, tmp_path / ("log.json" if "json" in format else "log.sqlite"))
    own = json.loads(written(filled, Format.OCEL_JSON, tmp_path / "own.json").read_bytes())
    own["events"].pop()  # that the log was written is recorded after it
    done = subprocess.run(
        [MINING, Path(__file__).with_name("mine.py"), format, path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout[done.stdout.index('{"events"') :])
    assert found["events"] == len(own["events"]) == len(expected["events"]) + 1
    assert found["objects"] == len(own["objects"])
    assert found["event_links"] == sum(len(e["relationships"]) for e in own["events"])
    assert found["object_links"] == sum(len(o["relationships"]) for o in own["objects"])
    assert found["cases"] == 6
    columns = Columns(case="case", activity="activity", at="time", person="person", role="")
    traces = read_log(written(filled, Format.CSV, tmp_path / "log.csv"), columns)
    test = Precedes(Pattern(("approve",)), Pattern(("submission",)))
    kept = {
        f"case:{trace.id}"
        for trace in traces
        if isinstance(trace, Trace) and judge(test, trace).answer is Answer.KEPT
    }
    assert set(found["submitted_then_approved"]) == kept
    assert len(kept) == 3
