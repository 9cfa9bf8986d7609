"""Scenario 21: nobody approves his own document, so there must be somebody else."""

from datetime import UTC, datetime

import pytest

from adapters.master_data import build
from engine.deciding import decide
from engine.master_data import MasterData
from engine.policy import PolicySet
from rules.checks import lint_with_data
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics

NOW = datetime(2027, 3, 15, 14, tzinfo=UTC)
SET = "kind: set\nlanguage: 1\nname: test\ncredits: absolute\nin_flight: pin\n"
ORGANIZATION = """
kind: organization
entities:
  US01: {country: US, region: americas, currency: USD, zone: America/New_York}
roles:
  cfo: {seats: 1}
  ceo: {seats: 1}
  board_chair: {seats: 1}
  audit_chair: {seats: 1}
limits:
  - {who: cfo, up_to: 1_000_000.00 USD}
  - {who: [cfo, ceo], jointly: yes, up_to: 10_000_000.00 USD}
"""
MATRIX = """
kind: approvals
name: m
documents: [purchase_order]
currency: USD
amount: commitment.net
rows:
  - {up_to: 1_000_000.00, approve: {any: [cfo, ceo]}}
  - {above: 1_000_000.00, approve: {all: [cfo, ceo]}}
"""
STAND_INS = """
kind: handling
stand_ins:
  - {for: ceo, by: {all: [board_chair, audit_chair]}, because: [barred]}
  - {for: cfo, by: {all: [board_chair, audit_chair]}, because: [barred]}
"""


def compiled(**more: str) -> PolicySet:
    texts = {"policy": SET, "organization": ORGANIZATION, "m": MATRIX, **more}
    diagnostics = Diagnostics()
    files = {f"{name}.yaml": text.encode() for name, text in texts.items()}
    policy = compile_set(files, diagnostics)
    assert policy is not None, diagnostics.render()
    return policy


def people(policy: PolicySet, **holders: str) -> MasterData:
    """Rita asks; everybody else holds the role he is named for."""
    rows = [{"id": id, "name": id, "entity": "US01"} for id in ("rita", *holders)]
    roles = [{"role": role, "person": id} for id, role in holders.items()]
    load = build({"people": rows, "roles": roles}, policy.organization, policy.facts)
    assert load.data is not None, load.refused
    return load.data


def reports(policy: PolicySet, data: MasterData) -> list[str]:
    diagnostics = Diagnostics()
    lint_with_data(policy, data, diagnostics, decide, NOW)
    return [str(report) for report in diagnostics if report.code == "no-fallback"]


ALL = {"carl": "cfo", "eve": "ceo", "bea": "board_chair", "axel": "audit_chair"}


def test_scenario_21_without_a_fallback_the_policy_fails_its_check() -> None:
    policy = compiled()
    found = reports(policy, people(policy, **ALL))
    assert found == [
        "m.yaml:9:5: error[no-fallback]: a document of `carl` finds nobody who may approve it "
        "(no_eligible_approver)\n"
        "  help: smallest fix: `- {for: cfo, by: board_chair, because: [barred]}` under "
        "`stand_ins` of the handling file\n"
        "  witness: entity: US01, requester: carl, amount 1000000.01 USD",
        "m.yaml:9:5: error[no-fallback]: a document of `eve` finds nobody who may approve it "
        "(no_eligible_approver)\n"
        "  help: smallest fix: `- {for: ceo, by: board_chair, because: [barred]}` under "
        "`stand_ins` of the handling file\n"
        "  witness: entity: US01, requester: eve, amount 1000000.01 USD",
    ]


def test_scenario_21_with_a_declared_fallback_there_is_nothing_to_say() -> None:
    policy = compiled(handling=STAND_INS)
    assert reports(policy, people(policy, **ALL)) == []


def test_a_fallback_that_nobody_holds_is_none() -> None:
    policy = compiled(handling=STAND_INS)
    lonely = people(policy, carl="cfo", eve="ceo", bea="board_chair")
    assert len(reports(policy, lonely)) == 2


def test_a_second_holder_is_a_fallback_too() -> None:
    organization = ORGANIZATION.replace("{seats: 1}", "{}")
    policy = compiled(organization=organization)
    everybody = {**ALL, "cora": "cfo", "emil": "ceo"}
    assert reports(policy, people(policy, **everybody)) == []


def test_a_matrix_that_is_not_in_force_is_not_tried() -> None:
    later = MATRIX.replace("currency: USD", "currency: USD\neffective: {from: 2030-01-01}")
    policy = compiled(m=later)
    assert reports(policy, people(policy, **ALL)) == []


def test_facts_of_the_row_are_stated_for_the_example() -> None:
    when = "when: {category: it, quote: present, term: {above: 1 year}}"
    rows = MATRIX.replace("{above: 1_000_000.00,", f"{{above: 1_000_000.00, {when},")
    facts = "kind: vocabulary\nfacts: {quote: {is: paper}, term: {is: duration}}\n"
    policy = compiled(m=rows, vocabulary=facts)
    [first, _] = reports(policy, people(policy, **ALL))
    assert "category: it, quote: present, term: 13 months, amount 1000000.01 USD" in first


def test_several_who_are_stuck_for_one_reason_are_one_report() -> None:
    """Each of two holders is a fallback of the other, so both must be needed."""
    rows = MATRIX.replace("{any: [cfo, ceo]}", "{at_least: 2, of: cfo}")
    organization = ORGANIZATION.replace("cfo: {seats: 1}", "cfo: {}")
    policy = compiled(m=rows, organization=organization)
    [first, *_] = reports(policy, people(policy, **ALL, cora="cfo"))
    assert first.startswith(
        "m.yaml:8:5: error[no-fallback]: documents of 2 people (`carl`, `cora`) find nobody who "
        "may approve them (no_eligible_approver)\n"
        "  help: smallest fix: add one more holder of `cfo` for US01 in roles.csv\n"
    )


def test_work_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.checks.with_people.people.MOST_DECISIONS", 3)
    policy = compiled()
    diagnostics = Diagnostics()
    lint_with_data(policy, people(policy, **ALL), diagnostics, decide, NOW)
    assert "not-proved" in {report.code for report in diagnostics}
