"""Whether a decision takes longer with more rows where the answer is as long.

With more rows more of them apply to a document: the workload's answers grow from three to eight
assignments. What a longer answer costs is no cost of finding it. Documents are therefore also
compared by the number of assignments in their routes.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from bench.timing import Record
from engine.decision import Decision
from engine.routing.distinct import leaves

ENOUGH: Final = 20  # documents with a number of assignments, at both sizes


def assignments(decision: Decision) -> int:
    """How many assignments the route has; none where there is no route."""
    return sum(1 for step in decision.steps for part in step.parts for _ in leaves(part))


def by_assignments(counts: Sequence[int], us: Sequence[float]) -> Record:
    """Per number of assignments (as text, for JSON), how many documents, and their median time."""
    groups: dict[int, list[float]] = {}
    for count, spent in zip(counts, us, strict=True):
        groups.setdefault(count, []).append(spent)
    return {
        str(count): {"documents": len(groups[count]), "us": median(groups[count])}
        for count in sorted(groups)
    }


def at_equal_answers(few: Record, many: Record) -> Record:
    """How much longer the documents of each number take with many rows, and on average.

    The average weighs each number by the documents it has at the size that has fewer of them.
    """
    ratios: dict[str, float] = {}
    weights: dict[str, int] = {}
    for count, group in few["by_assignments"].items():
        other = many["by_assignments"].get(count, {"documents": 0})
        weight = min(group["documents"], other["documents"])
        if weight >= ENOUGH:
            weights[count] = weight
            ratios[count] = other["us"] / group["us"]
    total = sum(weights.values())
    found: Record = {"ratios": ratios, "documents": total}
    if total:
        found["ratio"] = sum(ratios[count] * weights[count] for count in ratios) / total
    return found
