"""A small set with its people, and what lint says of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from adapters.master_data import build
from engine.deciding import decide
from engine.master_data import MasterData
from engine.policy import PolicySet
from rules.checks import lint_with_data
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostic, Diagnostics

NOW: Final = datetime(2027, 3, 15, 14, tzinfo=UTC)
Row = dict[str, str]
SET: Final = "kind: set\nlanguage: 1\nname: test\ncredits: absolute\nin_flight: pin\n"
ORGANIZATION: Final = """
kind: organization
entities:
  US01: {country: US, region: americas, currency: USD, zone: America/New_York}
  DE01: {country: DE, region: europe, currency: USD, zone: Europe/Berlin}
levels: [manager, director, vp]
roles:
  cfo: {seats: 1, per: group}
  ceo: {seats: 1, per: group}
  clerk: {}
  auditor: {per: country}
  head: {per: department}
  member: {per: group}
  board: {body: {of: member, present: 2, in_favour: {above: 50%}}}
  council: {body: {recorded_by: auditor}}
limits:
  - {who: manager, up_to: 1_000.00 USD}
  - {who: director, up_to: 5_000.00 USD}
  - {who: cfo, up_to: 100_000.00 USD}
"""
HEAD: Final = (
    "kind: approvals\nname: m\ndocuments: [purchase_order]\ncurrency: USD\n"
    "amount: commitment.net\nscope: {entities: [US01]}\n"
)


def rows(*lines: str, head: str = HEAD) -> str:
    """A matrix for US01 of these rows; the first stands in line 8."""
    return f"{head}rows:\n" + "".join(f"  - {line}\n" for line in lines)


def compiled(matrix: str, **more: str) -> PolicySet:
    """The set of these files; raises `AssertionError` where it does not compile."""
    texts = {"policy": SET, "organization": ORGANIZATION, "m": matrix, **more}
    diagnostics = Diagnostics()
    files = {f"{name}.yaml": text.encode() for name, text in texts.items()}
    policy = compile_set(files, diagnostics)
    assert policy is not None, diagnostics.render()
    return policy


def person(id: str, manager: str = "", level: str = "", entity: str = "US01", **more: str) -> Row:
    return {"id": id, "name": id, "entity": entity, "manager": manager, "level": level, **more}


def holds(role: str, who: str, scope: str = "*", **more: str) -> Row:
    return {"role": role, "person": who, "for": scope, **more}


def staffed(
    policy: PolicySet, people: Sequence[Row], roles: Sequence[Row] = (), **tables: Sequence[Row]
) -> MasterData:
    """The people of a set; nothing may be left out."""
    every = {
        "people": list(people),
        "roles": list(roles),
        **{n: list(r) for n, r in tables.items()},
    }
    load = build(every, policy.organization, policy.facts)
    assert load.data is not None, load.refused
    left_out = [bad for bad in load.quarantined if bad.effect != "note"]
    assert left_out == [], left_out
    return load.data


def found(policy: PolicySet, data: MasterData, *codes: str) -> list[Diagnostic]:
    """The reports with these codes, or all."""
    diagnostics = Diagnostics()
    lint_with_data(policy, data, diagnostics, decide, NOW)
    return [each for each in diagnostics if not codes or each.code in codes]


def texts(policy: PolicySet, data: MasterData, *codes: str) -> list[str]:
    """The same, as they are printed."""
    return [str(each) for each in found(policy, data, *codes)]
