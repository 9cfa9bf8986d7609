"""The limits of plain Python: what no engine in this language can beat by much.

`Index` is the baseline of all ratios: a dict over the fields that are tested for equality and a
bisection over the amounts. `Flat` merges everything at build time. `Explained` says why as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from bench.workload import CATEGORIES, Answer, Doc, Row, merge_steps, naive_decide

Key = tuple[str, str, str | None, bool | None]


class Naive:
    """Asks every row."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        return naive_decide(self.rows, doc)


class Index:
    """One probe per combination of the two optional fields; the answer is merged per call."""

    def __init__(self, rows: list[Row]) -> None:
        self.roles = {row.id: row.roles for row in rows}
        scopes: dict[Key, list[Row]] = {}
        for row in rows:
            scopes.setdefault((row.entity, row.doc_type, row.category, row.capex), []).append(row)
        self.index = {}
        for scope, found in scopes.items():
            found.sort(key=lambda row: row.lo)
            if any(below.hi > above.lo for below, above in pairwise(found)):
                raise ValueError(f"bands of one scope overlap: {scope}")
            self.index[scope] = (
                [row.lo for row in found],
                [row.hi for row in found],
                [row.id for row in found],
            )

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        e, d, c, x, a = doc["entity"], doc["doc_type"], doc["category"], doc["capex"], doc["amount"]
        get = self.index.get
        ids = []
        for scope in ((e, d, None, None), (e, d, c, None), (e, d, None, x), (e, d, c, x)):
            bands = get(scope)
            if bands is not None:
                i = bisect_right(bands[0], a) - 1
                if i >= 0 and a < bands[1][i]:
                    ids.append(bands[2][i])
        ids.sort()
        roles = self.roles
        return ids, merge_steps([roles[i] for i in ids])


class Flat:
    """Every scope merged at build time: one look-up and one bisection to a ready answer."""

    def __init__(self, rows: list[Row]) -> None:
        cells: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            cells.setdefault((row.entity, row.doc_type), []).append(row)
        self.flat: dict[Key, tuple[list[int], list[Answer]]] = {}
        shared: dict[tuple[int, ...], Answer] = {}
        for (entity, doc_type), found in cells.items():
            for category in CATEGORIES:
                for capex in (True, False):
                    self.flat[entity, doc_type, category, capex] = _merged(
                        [r for r in found if r.category in (None, category)], capex, shared
                    )

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        hit = self.flat.get((doc["entity"], doc["doc_type"], doc["category"], doc["capex"]))
        if hit is None:
            return [], []
        i = bisect_right(hit[0], doc["amount"]) - 1
        return hit[1][i] if i >= 0 else ([], [])


def _merged(
    rows: Sequence[Row], capex: bool, shared: dict[tuple[int, ...], Answer]
) -> tuple[list[int], list[Answer]]:
    use = [row for row in rows if row.capex in (None, capex)]
    cuts = sorted({bound for row in use for bound in (row.lo, row.hi)})
    answers = []
    for cut in cuts:
        hit = sorted((row for row in use if row.lo <= cut < row.hi), key=lambda row: row.id)
        ids = tuple(row.id for row in hit)
        answers.append(shared.setdefault(ids, ([*ids], merge_steps([row.roles for row in hit]))))
    return cuts, answers


class Explained(Index):
    """With the reasons as objects: per row every condition, and which rows required a step."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.row = {row.id: row for row in rows}

    def explain(self, doc: Doc) -> dict[str, Any]:
        """The answer and why."""
        ids, steps = self.decide(doc)
        matched = []
        why: dict[str, list[int]] = {step: [] for step in steps}
        for i in ids:
            row = self.row[i]
            tests = (
                ("entity", "eq", row.entity),
                ("doc_type", "eq", row.doc_type),
                ("category", "any" if row.category is None else "eq", row.category),
                ("capex", "any" if row.capex is None else "eq", row.capex),
                ("amount", "band", (row.lo, row.hi)),
            )
            matched.append(
                {
                    "row": i,
                    "roles": row.roles,
                    "conditions": [
                        {"field": field, "op": op, "rule": rule, "doc": doc[field]}
                        for field, op, rule in tests
                    ],
                }
            )
            for step in row.roles:
                why[step].append(i)
        numbered = [
            {"no": number, "role": step, "required_by": why[step]}
            for number, step in enumerate(steps, 1)
        ]
        return {"rows": ids, "steps": numbered, "matched": matched}


VARIANTS: Mapping[str, Callable[[list[Row]], Any]] = MappingProxyType(
    {
        "naive loop": Naive,
        "dict + bisect": Index,
        "flat dict + bisect": Flat,
        "dict + bisect, explained": Explained,
    }
)
