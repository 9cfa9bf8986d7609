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
    document = accept(raw, policy.facts, policy.documents, received_at=NOW)
    answers = LookedUp(answers=looked_up or {})
    return list(readiness(policy, data, document, NOW, answers))


MEXICO: Final = {"entity": "MX01", "supplier": "S-MX", "currency": "MXN"}
ITALY: Final = {"entity": "IT01", "supplier": "S-IT", "currency": "EUR"}
POLAND: Final = {"entity": "PL01", "supplier": "S-PL", "currency": "PLN"}
REJECTED: Final = {"clearance_id": "8213475601", "it_sdi_answer": "NS"}


@pytest.mark.parametrize(
    ("stated", "country", "since", "proof"),
    [
        (MEXICO, "MX", "2014-01-01", "UUID"),
        ({**ITALY, **REJECTED}, "IT", "2019-01-01", "SdI"),
        (POLAND, "PL", "2026-04-01", "KSeF number"),
    ],
)
def test_scenario_38_a_finding_names_country_version_and_the_evidence_that_is_needed(
    stated: dict[str, str], country: str, since: str, proof: str
) -> None:
    (finding,) = findings(**stated)
    words = dict(finding.words)
    policy, _ = world()
    assert finding.code == "e_invoice_clearance"
    assert finding.stands
    assert finding.evidence is Evidence.CLEARANCE
    assert finding.owner == "group_controller"
    assert words["country"] == country
    assert words["since"] == since
    assert words["version"] == policy.countries[country].version
    assert words["rule"].startswith(f"countries/{country.lower()}.yaml:")
    assert proof in words["proof"]
    for language in (texts.ENGLISH, texts.GERMAN):
        assert "{rule}" in language[finding.code].full


def test_a_poland_of_another_version_is_said_to_be_another() -> None:
    files = put_together(VARIANTS / "country_clearance")
    files["countries/pl.yaml"] += b"# read again\n"
    policy, _ = checked(files)
    assert policy is not None
    assert policy.digest != world()[0].digest
    assert policy.countries["PL"].version != world()[0].countries["PL"].version
    assert policy.countries["IT"] == world()[0].countries["IT"]


def test_what_the_register_answers_can_only_add() -> None:
    (token,) = (number.token for number in world()[1].suppliers["S-PL"].tax_numbers)
    before = {**POLAND, "document_date": "2026-03-31"}
    assert findings(**before) == []
    assert findings({("tax_id", token): True}, **before) == []
    (finding,) = findings({("tax_id", token): False}, **before)
    assert finding.code == "tax_id_does_not_exist"
    (finding,) = findings({("tax_id", token): True}, **POLAND)
    assert finding.code == "e_invoice_clearance"


def test_no_finding_shows_a_tax_number() -> None:
    _, data = world()
    for supplier in data.suppliers.values():
        for number in supplier.tax_numbers:
            assert number.token.startswith("tax_id:")
    shown = repr(findings(**POLAND)) + repr(data.suppliers["S-PL"])
    assert "8567346215" not in shown
