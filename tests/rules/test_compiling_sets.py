"""Whole sets: golden cases, files and folders, the digest, and that no mistake is told twice.

Shows (C1).
"""

from pathlib import Path
from typing import Final

import pytest

from rules.compiling.compiler import digest_of, is_policy_file
from tests.conftest import Golden
from tests.rules.compiled import BASE, HEAD, SETS, compiled, complaints, files_of, report, with_base

CASES: Final = Path(__file__).parent / "golden" / "compiling"
ROWS: Final = "rows:\n  - {approve: cfo}\n"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_what_is_reported_for_a_set_is_what_it_was(case: str, golden: Golden) -> None:
    """A case adds its files to the base set; a file of the same name stands in its place."""
    policy, found = report({**files_of(BASE), **files_of(CASES / case)})
    assert (policy is None) == found.has_errors
    golden(CASES / case / "expected.txt", found.render())


@pytest.mark.parametrize("name", ["base", "complete"])
def test_a_correct_set_has_no_errors_and_no_warnings(name: str) -> None:
    policy, found = report(files_of(SETS / name))
    assert [str(one) for one in found if one.severity != "note"] == []
    assert policy is not None
    assert policy.lookup is not None
    assert all(matrix.index is not None for matrix in policy.matrices)


def test_the_complete_set_has_every_matrix_and_row() -> None:
    policy, _ = report(files_of(SETS / "complete"))
    assert policy is not None
    rows = {matrix.name: len(matrix.rows) for matrix in policy.matrices}
    assert rows == {"us-purchase-orders": 5, "bad-debt": 3, "settlements": 14, "awards": 9}


def test_a_set_needs_its_policy_and_its_organization() -> None:
    _, found = report({})
    assert [f"{one.code} {one.place}" for one in found] == [
        "missing-file organization.yaml:1:1",
        "missing-file policy.yaml:1:1",
    ]


def test_without_an_organization_its_words_are_not_missed_one_by_one() -> None:
    files = with_base(approvals__m=HEAD + ROWS)
    del files["organization.yaml"]
    _, found = report(files)
    assert [one.code for one in found if one.severity == "error"] == ["missing-file"]


@pytest.mark.parametrize("broken", ["kind: [", "", "kind: vocabulari\n", "- kind: vocabulary\n"])
def test_words_of_a_file_that_cannot_be_read_are_not_missed_one_by_one(broken: str) -> None:
    found = complaints(vocabulary=broken, approvals__m=HEAD + ROWS)
    assert len(found) == 1


def test_without_policy_yaml_no_amount_misses_its_currency() -> None:
    head = HEAD.replace("currency: USD\n", "")
    rows = "rows:\n  - {up_to: 5.00, approve: cfo}\n"
    assert len(complaints(policy="kind: [", approvals__m=head + rows)) == 1


def test_a_currency_with_an_error_is_reported_once() -> None:
    head = HEAD.replace("USD", "USX")
    rows = "rows:\n  - {up_to: 5.001, approve: cfo}\n  - {above: 5.001, approve: ceo}\n"
    assert complaints(approvals__m=head + rows) == ["unknown-currency approvals/m.yaml:4:11"]


def test_sets_do_not_nest() -> None:
    text = "kind: set\nlanguage: 1\nname: inner\n"
    assert complaints(inner__policy=text) == ["nested-set inner/policy.yaml:1:1"]


def test_tests_and_data_are_no_part_of_the_policy() -> None:
    base = compiled()
    others = {
        "tests/a.yaml": b"[",
        "tests/fixtures/policy.yaml": b"kind: set",
        "data/people.yaml": b"- x",
        "README.md": b"# x",
    }
    policy, found = report({**files_of(BASE), **others})
    assert policy is not None, found.render()
    assert policy.matrices == base.matrices


@pytest.mark.parametrize(
    ("name", "is_policy"),
    [
        ("policy.yaml", True),
        ("approvals/us/east.yml", True),
        ("testsuite/a.yaml", True),
        ("tests.yaml", True),
        ("tests/a.yaml", False),
        ("data/a.yaml", False),
        ("../countries/mx.yaml", False),
        ("approvals/us.txt", False),
    ],
)
def test_which_files_are_compiled(name: str, is_policy: bool) -> None:
    assert is_policy_file(name) is is_policy


def test_the_digest_names_the_content() -> None:
    files = files_of(BASE)
    digest = digest_of(files)
    assert digest.startswith("sha256:")
    assert len(digest) == 71
    assert compiled().digest == digest
    crlf = {name: data.replace(b"\n", b"\r\n") for name, data in reversed(files.items())}
    assert digest_of(crlf) == digest
    assert digest_of({**files, "tests/a.yaml": b"x", "README.md": b"x"}) == digest
    assert digest_of({**files, "countries/mx.yaml": b"x"}) != digest
    assert digest_of({**files, "policy.yaml": files["policy.yaml"] + b"# remark\n"}) != digest
    renamed = {f"x/{name}": data for name, data in files.items()}
    assert digest_of(renamed) != digest


def test_kinds_may_stand_in_any_file() -> None:
    names = dict(zip(sorted(files_of(BASE)), ("x/a.yml", "policy.yaml", "b.yaml"), strict=True))
    policy, found = report({names[name]: data for name, data in files_of(BASE).items()})
    assert policy is not None, found.render()


def test_the_order_of_files_makes_no_difference() -> None:
    files = files_of(SETS / "complete")
    first, found = report(files)
    second, again = report(dict(reversed(files.items())))
    assert first == second
    assert found.render() == again.render()


def test_notes_tell_what_a_set_may_do_without() -> None:
    policy, found = report(
        with_base(policy="kind: set\nlanguage: 1\nname: x\n", approvals__m=HEAD + ROWS)
    )
    assert policy is not None
    assert [one.message[:31] for one in found] == [
        "the set does not state `fx`, so",
        "the set does not state `in_flig",
    ]
