"""GoRules ZEN (`zen-engine`): a decision table with hit policy `collect`.

Two ways of use, both of its documentation: one table in a static loader (compiled and cached), and
a small table per (entity, doc_type) whose key the caller computes. `trace` is its explanation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bench.workload import Answer, Doc, Row, merge_steps


def _cell(value: str | bool | None) -> str:
    return "" if value is None else json.dumps(value)


def _rule(row: Row, *, keyed: bool) -> dict[str, str]:
    rule = {
        "_id": f"r{row.id}",
        "i_category": _cell(row.category),
        "i_amount": f"[{row.lo}..{row.hi})",
        "i_capex": _cell(row.capex),
        "o_row": str(row.id),
        "o_roles": json.dumps(list(row.roles)),
    }
    if keyed:
        rule |= {"i_entity": _cell(row.entity), "i_doc_type": _cell(row.doc_type)}
    return rule


def _node(name: str, kind: str, x: int, content: object = None) -> dict[str, object]:
    node = {"id": name, "type": kind, "name": name, "position": {"x": x, "y": 0}}
    return node | ({"content": content} if content else {})


def table(rows: list[Row], *, keyed: bool = True) -> dict[str, Any]:
    """The rows as a document of the engine."""
    fields = (["entity", "doc_type"] if keyed else []) + ["category", "amount", "capex"]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": f"i_{field}", "name": field, "field": field} for field in fields],
        "outputs": [{"id": f"o_{f}", "name": f, "field": f} for f in ("row", "roles")],
        "rules": [_rule(row, keyed=keyed) for row in rows],
    }
    edges = (("request", "matrix"), ("matrix", "response"))
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            _node("request", "inputNode", 0),
            _node("matrix", "decisionTableNode", 1, content),
            _node("response", "outputNode", 2),
        ],
        "edges": [
            {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in edges
        ],
    }


def _answer(result: Mapping[str, Any]) -> Answer:
    hits = result["result"]
    return sorted(hit["row"] for hit in hits), merge_steps([hit["roles"] for hit in hits])


class OneTable:
    """`engine.evaluate(key, doc)` over a static loader."""

    def __init__(self, rows: list[Row]) -> None:
        import zen

        content = {"matrix": table(rows)}
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        return _answer(self.engine.evaluate("matrix", doc))

    def explain(self, doc: Doc) -> object:
        """The same with the engine's trace."""
        return self.engine.evaluate("matrix", doc, {"trace": True})


class TablePerCell:
    """A table per (entity, doc_type)."""

    def __init__(self, rows: list[Row]) -> None:
        import zen

        cells: dict[str, list[Row]] = {}
        for row in rows:
            cells.setdefault(f"{row.entity}/{row.doc_type}", []).append(row)
        self.keys = set(cells)
        content = {key: table(found, keyed=False) for key, found in cells.items()}
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        key = f"{doc['entity']}/{doc['doc_type']}"
        return _answer(self.engine.evaluate(key, doc)) if key in self.keys else ([], [])

    def explain(self, doc: Doc) -> object:
        """The same with the engine's trace."""
        key = f"{doc['entity']}/{doc['doc_type']}"
        return self.engine.evaluate(key, doc, {"trace": True}) if key in self.keys else {}


VARIANTS: Mapping[str, Callable[[list[Row]], Any]] = MappingProxyType(
    {"one table": OneTable, "a table per entity and type": TablePerCell}
)
