"""A small set, with the tests that a test of tests gives it."""

from collections.abc import Mapping
from typing import Final

from adapters.master_data import build
from engine.policy import PolicySet
from rules.diagnostics import Diagnostics
from rules.loading import load_set
from rules.testing.running import Result, run_tests
from rules.testing.worlds import Built, Sources

FILES: Final[Mapping[str, str]] = {
    "policy.yaml": """\
kind: set
name: small
language: 1
for_all_files: {currency: USD, owner: cfo}
in_flight: pin
""",
    "organization.yaml": """\
kind: organization
entities: {US01: {country: US, currency: USD, zone: America/New_York}}
levels: [manager, director]
roles:
  cfo: {seats: 1}
  ceo: {seats: 1}
limits:
  - {who: manager, up_to: 100.00 USD}
  - {who: director, any_amount: yes}
""",
    "vocabulary.yaml": """\
kind: vocabulary
facts:
  urgent: {is: yes_no}
  case: {is: paper}
""",
    "approvals/orders.yaml": """\
kind: approvals
name: orders
documents: [purchase_order]
amount: document.net
rows:
  - {up_to: 500.00, approve: {chain: supervisors, until: authority_covers}}
  - name: urgent
    exception: true
    above: 200.00
    when: {urgent: yes}
    approve: cfo
    require: [case]
  - {above: 500.00, hold: too much, code: big}
""",
}


def sources(policy: PolicySet) -> Sources:
    """Worlds without folders of data."""
    return Sources(
        lambda path: None, lambda rows: Built(build(rows, policy.organization, policy.facts).data)
    )


def with_tests(*tests: str, files: Mapping[str, str] = FILES) -> dict[str, bytes]:
    """The set with a file of tests: `amount: 1.00 USD | outcome: held` each."""
    lines = ["kind: tests", "on: 2027-03-15", "tests:"]
    for number, test in enumerate(tests):
        document, _, expect = test.partition(" | ")
        lines.append(f"  - name: t{number}")
        lines.append(f"    document: {{type: purchase_order, {document}}}")
        lines.append(f"    expect: {{{expect}}}")
    found = {name: text.encode() for name, text in files.items()}
    return found | ({"tests/t.yaml": "\n".join(lines).encode()} if tests else {})


def loaded(files: Mapping[str, bytes]) -> PolicySet:
    """The compiled set."""
    found = Diagnostics()
    policy = load_set(files, found)
    assert policy is not None, found.render()
    return policy


def results_of(files: Mapping[str, bytes]) -> tuple[Result, ...]:
    """The results of its tests."""
    policy, found = loaded(files), Diagnostics()
    results = run_tests(policy, files, sources(policy), found)
    assert not found.has_errors, found.render()
    return results
