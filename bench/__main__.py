"""`make bench`: everything in one run, each contestant in a process of its own.

    python -m bench            the whole table, about five minutes
    python -m bench --quick    less time for each, for trying out

Results are printed and written to `bench/results/latest.json`.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench import countersign, duties, limits, readiness
from bench.flatness import at_equal_answers
from bench.peers import casbin_model, cedar_policies, drools_program, zen_tables
from bench.timing import Record, measure

SIZES: Final = (100, 1_000, 10_000)
RESULTS: Final = Path(__file__).parent / "results" / "latest.json"
MATCHING: Final[Mapping[str, Callable[[list[Any]], Any]]] = MappingProxyType(
    {
        "dict + bisect (the limit)": limits.Index,
        "Countersign, matching alone": countersign.Matching,
        **{f"ZEN, {name}": made for name, made in zen_tables.VARIANTS.items()},
        **{f"Cedar, {name}": made for name, made in cedar_policies.VARIANTS.items()},
        **{f"pycasbin, {name}": made for name, made in casbin_model.VARIANTS.items()},
    }
)
DROOLS: Final = "Drools"
WHOLE: Final = "Countersign, the whole decision"
LOADING: Final = "Countersign, loading"
DUTIES: Final = "Countersign, segregation of duties"
READINESS: Final = "Countersign, readiness"


def one(name: str, n: int, budget: float) -> Record:
    """One measurement, in this process."""
    if name == DROOLS:
        return drools_program.measure(n, budget)
    if name == WHOLE:
        found = countersign.whole(SIZES, passes=max(3, int(budget)))
        return {"by_size": {str(size): record for size, record in found.items()}}
    if name == DUTIES:
        return duties.measure(n, passes=max(3, int(budget)))
    if name == READINESS:
        return readiness.measure(n, passes=max(3, int(budget)))
    if name == LOADING:
        return countersign.loading(n)
    return measure(MATCHING[name], n, budget, verify_seconds=budget * 2)


def apart(name: str, n: int, budget: float) -> Record:
    """The same in a process of its own; what could not be measured says why."""
    arguments = ["--one", name, "--n", str(n), "--budget", str(budget)]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return {"name": name, "n": n, "absent": lines[-1] if lines else "failed"}
    return {"name": name, "n": n, **json.loads(done.stdout.splitlines()[-1])}


def run(budget: float, console: Console) -> list[Record]:
    """All measurements, one after the other."""
    wanted = [(name, n) for name in (*MATCHING, DROOLS) for n in SIZES]
    wanted += [
        (WHOLE, SIZES[-1]),
        (DUTIES, SIZES[-1]),
        (READINESS, SIZES[-1]),
        (LOADING, SIZES[-1]),
    ]
    records = []
    for position, (name, n) in enumerate(wanted):
        if console.is_terminal:
            console.print(f"[{position + 1}/{len(wanted)}] {name}, {n:,} rows", style="dim")
        record = apart(name, n, budget)
        by_size = record.pop("by_size", None)
        if by_size is None:
            records.append(record)
        else:  # all sizes take turns in one process
            records += [{**record, "n": int(size), **of} for size, of in by_size.items()]
    return records


def tables(records: list[Record]) -> list[Table]:
    """What was measured, as it is quoted."""
    found = {(record["name"], record["n"]): record for record in records}
    matching = Table(title="microseconds a decision, CPU, median; x: beside dict + bisect")
    for head in ("matching", *(f"{n:,} rows" for n in SIZES), "x", "explained", "equal"):
        matching.add_column(head, justify="left" if head == "matching" else "right")
    for name in (*MATCHING, DROOLS):
        last = found[name, SIZES[-1]]
        if "absent" in last:
            matching.add_row(name, last["absent"])
            continue
        spent = [f"{found[name, n].get('us', 0):.2f}" for n in SIZES]
        explained = f"{last['explained_us']:.0f}" if "explained_us" in last else ""
        equal = f"{last['equal']:,} of {last['checked']:,}"
        matching.add_row(name, *spent, f"{last['ratio']:.1f}", explained, equal)
    whole = Table(title="the whole decision, microseconds, wall time")
    heads = ("rows", "median", "p99", "x of 100 rows", "x of dict + bisect", "assignments")
    for head in (*heads, "memory MB", "routed"):
        whole.add_column(head, justify="right")
    least = found.get((WHOLE, SIZES[0]), {}).get("us", 1)
    for n in SIZES:
        record = found.get((WHOLE, n), {"absent": ""})
        if "absent" not in record:
            numbers = (record["us"], record["us_p99"])
            times = f"{record['us'] / least:.2f}"
            routed = f"{record['routed']:,} of {record['documents']:,}"
            memory = f"{record['rss_mb']:.1f}"
            beside = (f"{record['ratio']:.0f}", f"{record['assignments']:.1f}")
            spent = [f"{us:.0f}" for us in numbers]
            whole.add_row(f"{n:,}", *spent, times, *beside, memory, routed)
    return [matching, whole]


def flat(records: list[Record]) -> Record:
    """How the whole decision grows with the rows where the answers are as long."""
    found = {(record["name"], record["n"]): record for record in records}
    few, many = found.get((WHOLE, SIZES[0])), found[WHOLE, SIZES[-1]]
    return {} if few is None or "absent" in many else at_equal_answers(few, many)


def flat_text(found: Record) -> str:
    """The line that is printed about it."""
    if "ratio" not in found:
        return "flat at equal answers: too few documents to compare"
    each = ", ".join(f"{count}: {ratio:.2f}" for count, ratio in found["ratios"].items())
    return (
        f"flat at equal answers: {SIZES[-1]:,} rows take {found['ratio']:.2f} times as long as"
        f" {SIZES[0]:,} (by number of assignments {each})"
    )


def main() -> None:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one")
    parser.add_argument("--n", type=int, default=SIZES[-1])
    parser.add_argument("--budget", type=float, default=5)
    asked = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    if asked.one:
        sys.stdout.write(json.dumps(one(asked.one, asked.n, asked.budget)) + "\n")
        return
    records = run(1 if asked.quick else asked.budget, console)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    RESULTS.parent.mkdir(exist_ok=True)
    equal = flat(records)
    written = {**machine, "flat_at_equal_answers": equal, "records": records}
    RESULTS.write_text(json.dumps(written, indent=1) + "\n")
    for table in tables(records):
        console.print(table)
    console.print(flat_text(equal), soft_wrap=True)
    *_, separated, ready, load = records
    if "absent" not in separated:
        console.print(duties.text(separated), soft_wrap=True)
    if "absent" not in ready:
        console.print(readiness.text(ready), soft_wrap=True)
    if "absent" not in load:
        seconds = f"compile {load['compile_s']:.1f} s, with lint {load['compile_and_lint_s']:.1f} s"
        console.print(f"{SIZES[-1]:,} rows: {seconds}")
    console.print(f"Python {machine['python']}, {machine['machine']}; in full: {RESULTS.name}")


if __name__ == "__main__":
    main()
