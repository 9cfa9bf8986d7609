"""One contestant measured in a process of its own, interleaved with the baseline.

Cost per decision is process CPU time over all threads, the median of repeats. On an idle core it
equals wall time for engines in the process; unlike wall time it survives a machine that is shared.
`cpu_per_wall` says how undisturbed the run was (1.0 undisturbed, above 1 several threads). Since
`bench.limits.Index` is timed between the repeats, the ratio to it holds on any machine.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.limits import Index
from bench.workload import Doc, Row, make_docs, make_rows, naive_decide

DOCS = 2_000
Record = dict[str, Any]


def resident_mb() -> float:
    """Memory of this process that is in use now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def one_pass(decide: Callable[[Doc], object], docs: Sequence[Doc]) -> tuple[float, float]:
    """CPU and wall seconds for one document, over all documents once."""
    wall, cpu = time.perf_counter(), time.process_time()
    for doc in docs:
        decide(doc)
    return (time.process_time() - cpu) / len(docs), (time.perf_counter() - wall) / len(docs)


def measure(
    factory: Callable[[list[Row]], Any], n: int, budget: float, verify_seconds: float
) -> Record:
    """Builds the contestant for N rows, checks its answers, and times it beside the baseline."""
    rows = make_rows(n)
    docs = make_docs(rows, DOCS)
    gc.collect()
    before = resident_mb()
    began = time.process_time()
    contestant = factory(rows)
    record: Record = {"build_ms": (time.process_time() - began) * 1e3}
    contestant.decide(docs[0])
    gc.collect()
    record["rss_mb"] = resident_mb() - before
    record |= verify(contestant, rows, docs, verify_seconds)
    base = Index(rows)
    gc.collect()
    gc.freeze()
    record |= timed(contestant.decide, base, docs, budget)
    if hasattr(contestant, "explain"):
        few = docs[: max(20, min(DOCS, int(budget / 3 / (record["us"] * 2e-6))))]
        one_pass(contestant.explain, few[:20])
        explained = median(one_pass(contestant.explain, few)[0] for _ in range(3))
        record["explained_us"] = explained * 1e6
    return record


def verify(contestant: Any, rows: list[Row], docs: Sequence[Doc], seconds: float) -> Record:
    """How many answers were compared with asking every row, and how many were equal."""
    checked = equal = 0
    difference = None
    ends = time.perf_counter() + seconds
    for doc in docs:
        ids, steps = contestant.decide(doc)
        wanted = naive_decide(rows, doc)
        checked += 1
        if (sorted(ids), list(steps)) == wanted:
            equal += 1
        elif difference is None:
            difference = repr((doc, (ids, steps), wanted))[:600]
        if time.perf_counter() > ends:
            break
    return {"checked": checked, "equal": equal} | ({"difference": difference} if difference else {})


def timed(
    decide: Callable[[Doc], object], base: Index, docs: Sequence[Doc], budget: float
) -> Record:
    """Microseconds a decision and the ratio to the baseline, interleaved over the repeats."""
    estimate = max(1e-8, one_pass(decide, docs[:50])[1])
    repeats = 11 if estimate < 0.05 else 5
    count = int(max(3, min(len(docs), budget / repeats / estimate)))
    passes = max(1, min(20, int(budget / repeats / (estimate * count))))
    mine, wall, reference = [], [], []
    one_pass(base.decide, docs)
    start = 0
    for _ in range(repeats):
        chunk = [docs[(start + i) % len(docs)] for i in range(count)]
        start += count
        got = [one_pass(decide, chunk) for _ in range(passes)]
        mine.append(median(cpu for cpu, _ in got))
        wall.append(median(seconds for _, seconds in got))
        reference.append(median(one_pass(base.decide, docs)[0] for _ in range(5)))
    return {
        "us": median(mine) * 1e6,
        "us_least": min(mine) * 1e6,
        "us_most": max(mine) * 1e6,
        "baseline_us": median(reference) * 1e6,
        "ratio": median(mine) / median(reference),
        "cpu_per_wall": median(mine) / median(wall),
    }
