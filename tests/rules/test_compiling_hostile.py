"""No input raises, no input is slow, and nothing that is written goes unread."""

from random import Random
from typing import Final

import pytest

from engine.policy import PolicySet
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Node
from rules.reading.reader import read
from tests.rules.compiled import HEAD, SETS, complaints, files_of, report
from tests.rules.mutations import NONSENSE, changed, keys_to, paths, replaced, written

Trees = dict[str, Node]


@pytest.fixture(scope="module")
def trees() -> Trees:
    """The complete set, every file as a tree."""
    found = {
        name: read(name, data, Diagnostics())
        for name, data in files_of(SETS / "complete").items()
        if not name.startswith("tests/")
    }
    return {name: tree for name, tree in found.items() if tree is not None}


def compiled(trees: Trees) -> tuple[PolicySet | None, Diagnostics]:
    return report({name: written(tree).encode() for name, tree in trees.items()})


def test_a_tree_written_out_compiles_as_before(trees: Trees) -> None:
    policy, found = compiled(trees)
    assert policy is not None, found.render()


def unread(trees: Trees, spots: list[tuple[str, tuple[int, ...]]]) -> list[str]:
    """The spots where nonsense in place of what is written makes no error."""
    found = []
    for name, path in spots:
        for what, nonsense in NONSENSE.items():
            policy, _ = compiled({**trees, name: replaced(trees[name], path, nonsense)})
            if policy is not None:
                found.append(f"{name}: {keys_to(trees[name], path)}: {what}")
    return found


def spots(trees: Trees) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, path) for name, tree in trees.items() for path, _ in paths(tree)]


def test_nothing_that_is_written_goes_unread(trees: Trees) -> None:
    assert unread(trees, Random(20270315).sample(spots(trees), 60)) == []


@pytest.mark.slow
def test_nothing_at_all_that_is_written_goes_unread(trees: Trees) -> None:
    assert unread(trees, spots(trees)) == []


def fuzz(trees: Trees, seed: int, rounds: int) -> None:
    random = Random(seed)
    pool = [node for tree in trees.values() for _, node in paths(tree)]
    for _ in range(rounds):
        mutant = dict(trees)
        for _ in range(random.choice((1, 1, 2, 3, 6))):
            name = random.choice(list(mutant))
            mutant[name] = changed(mutant[name], pool, random)
        files = {name: written(tree).encode("utf-8", "replace") for name, tree in mutant.items()}
        name = random.choice(list(files))
        cut = random.randrange(len(files[name]) + 1)
        if random.random() < 0.2:
            files[name] = (
                files[name][:cut] + bytes([random.randrange(256)]) + files[name][cut + 1 :]
            )
        policy, found = report(files)
        assert (policy is None) == found.has_errors


@pytest.mark.parametrize("seed", range(8))
def test_no_set_raises(trees: Trees, seed: int) -> None:
    fuzz(trees, seed, 25)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_040))
def test_no_set_raises_for_long(trees: Trees, seed: int) -> None:
    fuzz(trees, seed, 250)


MANY: Final = 3_000


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("".join(f"k{n}: 1\n" for n in range(MANY)) + "rows: [{approve: cfo}]\n", MANY),
        ("rows:\n" + "".join(f"  - {{approve: cfo{n}}}\n" for n in range(MANY)), MANY),
        ("rows:\n" + "".join(f"  - {{when: {{f{n}: 1}}, hold: x}}\n" for n in range(MANY)), MANY),
        ("rows:\n  - hold: x\n    when:\n" + "".join(f"      k{n}: 1\n" for n in range(MANY)), 1),
        (f"rows: [{{approve: {{any: [{', '.join(['cfo'] * MANY)}]}}}}]\n", 1),
        (f"rows: [{{approve: [{', '.join(['cfo'] * MANY)}]}}]\n", 1),
        (f"rows: [{{approve: {{any: [{', '.join(['{all: [cfo, ceo]}'] * 300)}]}}}}]\n", 1),
        (f"rows: [{{hold: x, when: {{category: [{', '.join(map(str, range(21_000)))}]}}}}]\n", 1),
    ],
)
def test_many_mistakes_are_told_and_too_many_parts_refused(text: str, count: int) -> None:
    assert len(complaints(approvals__m=HEAD + text)) == count


def test_many_unknown_time_zones_are_told() -> None:
    entity = "{country: US, currency: USD, zone: Europe/Atlantis}"
    rows = "".join(f"  E{n}: {entity}\n" for n in range(500))
    found = complaints(more=f"kind: organization\nentities:\n{rows}")
    assert {one.split()[0] for one in found} == {"unknown-zone"}
