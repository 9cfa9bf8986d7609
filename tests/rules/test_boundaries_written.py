"""Tests written for every bound: both sides, today's answer, and every one of them passes."""

from pathlib import Path

import pytest

from api.usecases.policy_testing import sources as folder_sources
from rules.diagnostics import Diagnostics
from rules.testing.boundaries import HEADING, write_boundaries
from rules.testing.forms import read_tests
from rules.testing.running import run_tests
from rules.testing.specimens import Trials
from tests.policies.sets import POLICIES, checked, read_folder
from tests.rules.tested_set import loaded, sources, with_tests


def written(files: dict[str, bytes], day: str = "2027-03-15") -> str:
    policy = loaded(files)
    return write_boundaries(policy, Trials(policy, sources(policy), day))[0]


def test_both_sides_of_each_bound_with_the_answer_of_today() -> None:
    text = written(with_tests())
    assert text == HEADING + (
        """\
kind: tests
on: 2027-03-15
tests:
  - name: "exactly 100.00 USD (urgent: yes) goes to manager"
    document: {type: purchase_order, urgent: yes, amount: 100.00 USD}
    expect: {outcome: route, steps: [[manager]]}

  - name: "100.01 USD (urgent: yes) goes to director"
    document: {type: purchase_order, urgent: yes, amount: 100.01 USD}
    expect: {outcome: route, steps: [[director]]}

  - name: "exactly 200.00 USD (urgent: yes) goes to director"
    document: {type: purchase_order, urgent: yes, amount: 200.00 USD}
    expect: {outcome: route, steps: [[director]]}

  - name: "200.01 USD (urgent: yes) goes to cfo"
    document: {type: purchase_order, urgent: yes, amount: 200.01 USD}
    expect: {outcome: route, steps: [[cfo]], findings: [case]}

  - name: "exactly 500.00 USD (urgent: no) goes to director"
    document: {type: purchase_order, urgent: no, amount: 500.00 USD}
    expect: {outcome: route, steps: [[director]]}

  - name: "500.01 USD (urgent: no) is held (big)"
    document: {type: purchase_order, urgent: no, amount: 500.01 USD}
    expect: {outcome: held, code: big}
"""
    )


@pytest.mark.parametrize(
    ("currency", "bound", "beyond"),
    [("JPY", "500", "501"), ("KWD", "500.000", "500.001"), ("USD", "500.00", "500.01")],
)
def test_a_minor_unit_is_that_of_the_currency(currency: str, bound: str, beyond: str) -> None:
    files = with_tests()
    files["approvals/orders.yaml"] = f"""\
kind: approvals
name: orders
documents: [purchase_order]
amount: document.net
currency: {currency}
rows:
  - {{up_to: {bound}, approve: cfo}}
  - {{above: {bound}, approve: ceo}}
""".encode()
    text = written(files)
    assert f"amount: {bound} {currency}}}\n    expect: {{outcome: route, steps: [[cfo]]}}" in text
    assert f"amount: {beyond} {currency}}}\n    expect: {{outcome: route, steps: [[ceo]]}}" in text


@pytest.mark.parametrize("name", ["acme", "gitlab", "undp", "uk-bodies", "university"])
def test_every_test_that_is_written_passes(name: str) -> None:
    folder: Path = POLICIES / name
    files = read_folder(folder)
    policy, _ = checked(files)
    assert policy is not None
    text, made = write_boundaries(
        policy, Trials(policy, folder_sources(folder, policy), "2027-03-15")
    )
    found = Diagnostics()
    file = {"tests/boundaries.yaml": text.encode()}
    (tests,) = read_tests(file, found)
    assert len(tests.tests) == made.tests > 5
    results = run_tests(policy, file, folder_sources(folder, policy), found)
    assert not found.has_errors, found.render()
    assert [str(result) for result in results if not result.passed] == []


GRANTED = {
    "policy.yaml": b"""\
kind: set
name: granted
language: 1
for_all_files: {currency: USD, owner: head}
in_flight: pin
""",
    "organization.yaml": b"""\
kind: organization
entities:
  CO_A: {country: KE, currency: USD, zone: Africa/Nairobi}
  CO_B: {country: GH, currency: USD, zone: Africa/Accra}
roles:
  head: {seats: 1}
limits:
  - {who: head, when: {now: {below: 2027-05-01}, grade: one, has_system: yes}, up_to: 200.00 USD}
  - {who: head, when: {now: {from: 2027-05-01}, grade: two}, up_to: 400.00 USD}
""",
    "vocabulary.yaml": b"""\
kind: vocabulary
facts:
  grade: {is: {scale: [one, two]}, of: entity}
  has_system: {is: yes_no, of: entity}
  small: {is: yes_no}
""",
    "approvals/contracts.yaml": b"""\
kind: approvals
name: contracts
documents: [contract]
amount: document.net
rows:
  - {approve: {chain: [head], until: authority_covers}}
""",
    "controls/raised.yaml": b"""\
kind: controls
effective: {from: 2027-07-01}
amount: document.net
additional:
  - {when: {small: yes, grade: two}, above: 70.00, refuse: too much, code: over_small}
guarantees:
  - {name: one above 900, documents: [contract], above: 900.00, require_approvals: {at_least: 1}}
""",
}


def test_a_limit_is_tried_with_the_facts_of_the_entity_and_the_day_that_it_asks_for() -> None:
    text = written(GRANTED)
    assert (
        """\
    given: {entities: {CO_A: {grade: one, has_system: yes}}}
    document: {type: contract, entity: CO_A, amount: 200.00 USD}
    expect: {outcome: route, steps: [[head]]}
"""
        in text
    )
    assert (
        """\
    on: 2027-05-01
    given: {entities: {CO_A: {grade: two}}}
    document: {type: contract, entity: CO_A, amount: 400.01 USD}
    expect: {outcome: held, code: authority_exceeded}
"""
        in text
    )


def test_both_sides_of_a_control_on_a_day_on_which_it_is_in_force() -> None:
    text = written(GRANTED)
    for amount, expected in (
        ("70.00", "{outcome: route, steps: [[head]]}"),
        ("70.01", "{outcome: refused, code: over_small}"),
    ):
        assert (
            f"""\
    on: 2027-07-01
    given: {{entities: {{CO_A: {{grade: two}}}}}}
    document: {{type: contract, entity: CO_A, small: yes, amount: {amount} USD}}
    expect: {expected}
"""
            in text
        )


def test_bounds_without_a_test_are_named_with_the_reason() -> None:
    text = written(GRANTED)
    why = "only bounds of rows, additional rows and limits are tried"
    rule = "controls/raised.yaml:7:5: `above: 900.00 USD`"
    assert text.endswith(f"\n\n# {rule} is not tested, since {why}\n")
