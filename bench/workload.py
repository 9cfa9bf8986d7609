"""The workload: a delegation-of-authority matrix of N rows and documents for it, fixed seed.

A row matches a document when entity and doc_type are equal, category and capex are equal or "any"
(`None`), and lo <= amount < hi. A document may match several rows (general ladder, category
ladder, capex ladder): *all* matching rows apply, and the answer to a query is

    (row ids ascending, approval steps = union of the rows' roles in ROLES order)

It must not change: published figures rest on it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

SEED = 20240601
REGIONS = ("EMEA", "NAM", "LATAM", "APAC", "MEA")
CURRENCIES = MappingProxyType(
    {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3, "BRL": 2, "INR": 2, "CHF": 2}
)
ENTITIES = tuple(f"E{i:02d}" for i in range(1, 21))
ENTITY_REGION = MappingProxyType({e: REGIONS[i % 5] for i, e in enumerate(ENTITIES)})
ENTITY_CURRENCY = MappingProxyType(
    {e: list(CURRENCIES)[i % len(CURRENCIES)] for i, e in enumerate(ENTITIES)}
)
DOC_TYPES = (
    "purchase_order",
    "vendor_invoice",
    "expense_claim",
    "payment_run",
    "journal_entry",
    "credit_note",
)
CATEGORIES = (
    "it",
    "marketing",
    "travel",
    "legal",
    "facilities",
    "consulting",
    "raw_materials",
    "logistics",
    "hr",
    "insurance",
    "utilities",
    "rnd",
)
BASE_ROLES = (
    "cost_center_owner",
    "budget_holder",
    "department_head",
    "finance_controller",
    "entity_cfo",
    "regional_finance_director",
    "group_controller",
    "group_cfo",
    "ceo",
    "board",
)
CATEGORY_ROLE = MappingProxyType(
    {
        "it": "cio",
        "marketing": "cmo",
        "travel": "travel_manager",
        "legal": "general_counsel",
        "facilities": "facilities_director",
        "consulting": "procurement_head",
        "raw_materials": "plant_manager",
        "logistics": "supply_chain_director",
        "hr": "chro",
        "insurance": "risk_manager",
        "utilities": "facilities_director",
        "rnd": "cto",
    }
)
CAPEX_ROLES = ("capex_committee", "investment_board")
# step order: business owner -> specialists -> finance line -> top management
ROLES = (*BASE_ROLES[:3], *sorted(set(CATEGORY_ROLE.values())), *CAPEX_ROLES, *BASE_ROLES[3:])
RANK = MappingProxyType({r: i for i, r in enumerate(ROLES)})
OPEN_END = 10**12  # "no upper limit", larger than any amount
MIN_MAJOR, MAX_MAJOR = 10, 5_000_000
CUTS_MAJOR = (
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
)

Doc = dict[str, Any]
Answer = tuple[list[int], list[str]]


class Row(NamedTuple):
    """One row; amounts are minor units of the entity's currency, `hi` exclusive."""

    id: int
    entity: str
    doc_type: str
    category: str | None
    lo: int
    hi: int
    capex: bool | None
    roles: tuple[str, ...]


def make_rows(n: int, seed: int = SEED) -> list[Row]:
    """N rows in shuffled order: per cell (entity, doc_type) ladders of 3 to 7 bands."""
    rng = random.Random(seed * 1_000_003 + n)
    cells = [(e, d) for e in ENTITIES for d in DOC_TYPES]
    rng.shuffle(cells)
    per_cell = max(10, n / len(cells))  # ~10 rows (2 ladders) per cell at least
    cells = cells[: max(1, min(len(cells), math.ceil(n / per_cell)))]
    scopes = [(c, x) for c in [None, *CATEGORIES] for x in (None, True, False)][1:]
    pending = {}
    for cell in cells:
        rest = scopes[:]
        rng.shuffle(rest)
        pending[cell] = [(None, None), *rest]  # the general ladder always comes first
    rows: list[Row] = []
    level = 0
    while len(rows) < n:
        for cell in cells:
            category, capex = pending[cell][level]
            scale = 10 ** CURRENCIES[ENTITY_CURRENCY[cell[0]]]
            cuts = sorted(rng.sample(CUTS_MAJOR, rng.randint(2, 6)))
            bounds = [0] + [c * scale for c in cuts] + [OPEN_END]
            for i in range(len(bounds) - 1):
                if len(rows) == n:
                    break
                roles = (*BASE_ROLES[: 1 + i + (i > 2)],)
                if category is not None:
                    roles = (*roles, CATEGORY_ROLE[category])
                if capex:
                    roles = (*roles, *CAPEX_ROLES[: 1 + (i > 1)])
                rows.append(
                    Row(
                        len(rows) + 1,
                        *cell,
                        category,
                        bounds[i],
                        bounds[i + 1],
                        capex,
                        tuple(sorted(roles, key=RANK.__getitem__)),
                    )
                )
        level += 1
    rng.shuffle(rows)  # the order of rows carries no information
    return [r._replace(id=i + 1) for i, r in enumerate(rows)]


def make_docs(rows: list[Row], count: int = 2000, seed: int = SEED) -> list[Doc]:
    """12-field flat documents; 90 % fall into an (entity, doc_type) the matrix covers."""
    rng = random.Random(seed * 7 + len(rows))
    cells = sorted({(r.entity, r.doc_type) for r in rows})
    docs = []
    for i in range(count):
        if rng.random() < 0.9:
            entity, doc_type = rng.choice(cells)
        else:
            entity, doc_type = rng.choice(ENTITIES), rng.choice(DOC_TYPES)
        currency = ENTITY_CURRENCY[entity]
        major = math.exp(rng.uniform(math.log(MIN_MAJOR), math.log(MAX_MAJOR)))
        docs.append(
            {
                "doc_id": f"D{i:07d}",
                "entity": entity,
                "region": ENTITY_REGION[entity],
                "doc_type": doc_type,
                "category": rng.choice(CATEGORIES),
                "capex": rng.random() < 0.25,
                "amount": int(major * 10 ** CURRENCIES[currency]),
                "currency": currency,
                "cost_center": f"CC{rng.randint(100, 999)}",
                "requester": f"U{rng.randint(1, 400):04d}",
                "supplier": f"S{rng.randint(1, 3000):05d}",
                "posting_date": f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            }
        )
    return docs


def merge_steps(role_lists: Sequence[Sequence[str]]) -> list[str]:
    """The union of the roles, in the order of ROLES."""
    if not role_lists:
        return []
    if len(role_lists) == 1:
        return list(role_lists[0])
    return sorted(set().union(*role_lists), key=RANK.__getitem__)


def matches(row: Row, doc: Doc) -> bool:
    """Whether the row applies to the document."""
    return (
        row.entity == doc["entity"]
        and row.doc_type == doc["doc_type"]
        and (row.category is None or row.category == doc["category"])
        and (row.capex is None or row.capex == doc["capex"])
        and row.lo <= doc["amount"] < row.hi
    )


def naive_decide(rows: list[Row], doc: Doc) -> Answer:
    """What every contestant is verified against: ask every row."""
    hit = sorted((row for row in rows if matches(row, doc)), key=lambda row: row.id)
    return [row.id for row in hit], merge_steps([row.roles for row in hit])
