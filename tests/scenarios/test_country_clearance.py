"""Scenario 38 to the letter: what a finding about clearance says beside its code.

Country, version of its rule, and the evidence that is needed. Shows (B5).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, Final

import pytest

from adapters.master_data import build, read_tables
from engine.documents.accepting import accept
from engine.explaining.messages import readiness as texts
from engine.master_data import MasterData
from engine.policy import PolicySet
from engine.readiness.asking import readiness
from engine.readiness.finding import Evidence, Finding, LookedUp
from tests.policies.sets import POLICIES, checked
from tests.policies.test_variants import VARIANTS, put_together

NOW: Final = datetime.fromisoformat("2026-06-15T09:00:00+00:00")
SUPPLIERS: Final = [
    {"id": "S-MX", "name": "P", "group": "", "status": "active", "country": "MX"},
    {"id": "S-IT", "name": "F", "group": "", "status": "active", "country": "IT"},
    {"id": "S-PL", "name": "D", "group": "", "status": "active", "country": "PL"},
]
TAX_IDS: Final = {"S-MX": "MAB-930714-8T4", "S-IT": "IT00743110157", "S-PL": "PL8567346215"}


@cache
def world() -> tuple[PolicySet, MasterData]:
    policy, found = checked(put_together(VARIANTS / "country_clearance"))
    assert policy is not None, found.render()
    tables = dict(read_tables(POLICIES / "acme" / "data", policy.facts)[0])
    tables["suppliers"] = [
        *tables["suppliers"],
        *({**row, "tax_id": TAX_IDS[row["id"]]} for row in SUPPLIERS),
    ]
    tables["facts"] = [
        {"of": "entity", "id": "PL01", "fact": "pl_e_invoice_class", "value": "other"}
    ]
    load = build(tables, policy.organization, policy.facts)
    assert load.data is not None, load.quarantined
    return policy, load.data


def findings(looked_up: dict[tuple[str, str], bool] | None = None, **stated: Any) -> list[Finding]:
    policy, data = world()
    raw = {
        "type": "invoice",
        "id": "I-1",
        "requester": "rita",
        "cost_center": "cc100",
        "submitted_at": NOW.isoformat(),
        "document_date": "2026-06-01",
        "amount": "500.00",
        **stated,
    }
    document = accept(raw, policy, NOW)
    answers = LookedUp(answers=looked_up or {})
    return list(readiness(policy, data, document, NOW, answers))
