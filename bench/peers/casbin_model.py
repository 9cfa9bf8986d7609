"""pycasbin: the matrix as an attribute-based policy.

Casbin answers allow or deny and stops at the first match; all matching rows are collected with two
documented features: a matcher function `hit(p.row)`, and an effect that does not stop at the first
allow. The fast enforcer filters the policies by (entity, doc_type) beforehand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bench.workload import Answer, Doc, Row, merge_steps

MODEL = """
[request_definition]
r = entity, doc_type, category, capex, amount
[policy_definition]
p = entity, doc_type, category, capex, lo, hi, row, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.entity == p.entity && r.doc_type == p.doc_type \
&& (p.category == "any" || r.category == p.category) \
&& (p.capex == "any" || r.capex == p.capex) \
&& r.amount >= num(p.lo) && r.amount < num(p.hi) && hit(p.row)
"""


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


class FastEnforcer:
    """`FastEnforcer` with its documented speed-up, `cache_key_order`."""

    def __init__(self, rows: list[Row]) -> None:
        import casbin
        from casbin.model import FastModel

        logging.getLogger("casbin").setLevel(logging.ERROR)
        order = [0, 1]
        model = FastModel(order)
        model.load_model_from_text(MODEL)
        self.enforcer = casbin.FastEnforcer(model, cache_key_order=order)
        self.hits: list[int] = []
        self.enforcer.add_function("hit", self._hit)
        self.enforcer.add_function("num", int)  # policy values are strings
        self.enforcer.add_policies(
            [
                [
                    *(row.entity, row.doc_type, row.category or "any"),
                    "any" if row.capex is None else _yes_no(row.capex),
                    *(str(row.lo), str(row.hi), str(row.id), "allow"),
                ]
                for row in rows
            ]
        )
        self.roles = {row.id: row.roles for row in rows}

    def _hit(self, row: str) -> bool:
        self.hits.append(int(row))
        return True

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        self.hits.clear()
        self.enforcer.enforce(
            *(doc["entity"], doc["doc_type"], doc["category"]),
            *(_yes_no(doc["capex"]), doc["amount"]),
        )
        ids = sorted(self.hits)
        return ids, merge_steps([self.roles[i] for i in ids])


VARIANTS: Mapping[str, Callable[[list[Row]], Any]] = MappingProxyType(
    {"FastEnforcer": FastEnforcer}
)
