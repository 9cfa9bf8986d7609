"""Cedar (`cedarpy`): one permit policy a row; one request reports every satisfied policy.

Entity and document type stand in the policy's scope, the rest in `when` over the context: its
cheapest faithful use, since no request per role is needed. Policies and entities are parsed once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bench.workload import Answer, Doc, Row, merge_steps


def _when(row: Row) -> str:
    tests = [] if row.category is None else [f'context.category == "{row.category}"']
    tests += [] if row.capex is None else [f"context.capex == {json.dumps(row.capex)}"]
    return " && ".join([*tests, f"context.amount >= {row.lo}", f"context.amount < {row.hi}"])


def _permit(row: Row, resource: str) -> str:
    action = 'action == Action::"approve"'
    return f'@id("{row.id}") permit(principal, {action}, {resource}) when {{ {_when(row)} }};'


def _request(doc: Doc) -> dict[str, object]:
    return {
        "principal": 'Svc::"router"',
        "action": 'Action::"approve"',
        "resource": f'Cell::"{doc["entity"]}/{doc["doc_type"]}"',
        "context": {key: doc[key] for key in ("category", "capex", "amount")},
    }


class PolicySet:
    """One policy set for everything."""

    def __init__(self, rows: list[Row]) -> None:
        import cedarpy

        self.cedar = cedarpy
        self.entities = cedarpy.Entities.from_json_str("[]")
        self.roles = {row.id: row.roles for row in rows}
        self.sets = self._sets(rows)

    def _sets(self, rows: list[Row]) -> dict[tuple[str, str], Any]:
        text = "\n".join(
            _permit(row, f'resource == Cell::"{row.entity}/{row.doc_type}"') for row in rows
        )
        whole = self.cedar.PolicySet.from_str(text)
        return {(row.entity, row.doc_type): whole for row in rows}

    def _ask(self, doc: Doc) -> Any:
        policies = self.sets.get((doc["entity"], doc["doc_type"]))
        if policies is None:
            return None
        return self.cedar.is_authorized(_request(doc), policies, self.entities)

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        result = self._ask(doc)
        if result is None:
            return [], []
        ids = sorted(map(int, result.diagnostics.id_annotations_by_reason.values()))
        return ids, merge_steps([self.roles[i] for i in ids])

    def explain(self, doc: Doc) -> object:
        """The same with everything that the engine reports."""
        result = self._ask(doc)
        if result is None:
            return {}
        told = result.diagnostics
        return {
            "decision": str(result.decision),
            "reasons": told.reasons,
            "ids": told.id_annotations_by_reason,
            "errors": told.errors,
            "metrics": result.metrics,
        }


class PolicySetPerCell(PolicySet):
    """A policy set per (entity, doc_type), chosen by the caller."""

    def _sets(self, rows: list[Row]) -> dict[tuple[str, str], Any]:
        cells: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            cells.setdefault((row.entity, row.doc_type), []).append(row)
        return {
            cell: self.cedar.PolicySet.from_str("\n".join(_permit(r, "resource") for r in found))
            for cell, found in cells.items()
        }


VARIANTS: Mapping[str, Callable[[list[Row]], Any]] = MappingProxyType(
    {"one policy set": PolicySet, "a policy set per entity and type": PolicySetPerCell}
)
