"""How sets differ, in words: golden cases, and what holds for any two sets (C3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest

from engine.policy import PolicySet
from rules.analysis.differences import compare
from rules.analysis.differences.model import Change, Difference, Differences, Direction
from rules.compiling.compiler import accepted_by
from tests.conftest import Golden
from tests.policies.sets import set_folders
from tests.rules.compiled import SETS, files_of, report

CASES: Final = Path(__file__).parent / "golden"
COMPLETE: Final = files_of(SETS / "complete")
NAMES: Final = sorted(path.name for path in CASES.iterdir())
PUBLISHED: Final = set_folders()


def compiled(files: Mapping[str, bytes]) -> PolicySet:
    policy, found = report(files)
    assert policy is not None, found.render()
    return policy


def between(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Differences:
    accepted = accepted_by(old), accepted_by(new)
    return compare(compiled(old), compiled(new), accepted)


def text_of(found: Differences) -> str:
    lines = [f"{d.area} | {d.change}, {d.direction} | {d.name}: {d.says}" for d in found.found]
    for effect in found.effects:
        lines += [
            f"effect, {effect.direction} | {', '.join(effect.documents)} in "
            f"{', '.join(effect.entities)} | {effect.amounts} | {effect.where} | {effect.days}",
            f"  before: {effect.before}",
            f"  after:  {effect.after}",
            f"  such as {effect.witness}",
        ]
    lines += [f"rewritten | {name}" for name in found.rewritten]
    lines += [f"asks more | {name}: {fact}" for name, fact in found.asks_more]
    lines += [f"not proved | {', '.join(u.documents)} | {u.why}" for u in found.unproved]
    return "".join(f"{line}\n" for line in lines or ["no difference"])


@pytest.mark.parametrize("case", NAMES)
def test_what_a_change_is_said_to_do(case: str, golden: Golden) -> None:
    """`old` and `new` hold the files in which the complete set differs; both may be absent."""
    old, new = ({**COMPLETE, **files_of(CASES / case / side)} for side in ("old", "new"))
    golden(CASES / case / "expected.txt", text_of(between(old, new)))


@pytest.mark.parametrize("case", NAMES)
def test_turned_round_every_direction_is_turned(case: str) -> None:
    """What is looser one way is stricter the other; what is added is removed."""
    old, new = ({**COMPLETE, **files_of(CASES / case / side)} for side in ("old", "new"))
    there, back = between(old, new), between(new, old)
    for one, other in ((there, back), (back, there)):
        assert sorted(map(turned, one.found)) == sorted(map(plain, other.found))
    assert len(there.effects) == len(back.effects)
    assert there.rewritten == back.rewritten


def plain(found: Difference) -> tuple[str, ...]:
    """A difference without its names, which may be of the one set or of the other."""
    return found.area, found.change, found.direction, *sorted((found.before, found.after))


def turned(found: Difference) -> tuple[str, ...]:
    directions = {Direction.LOOSER: Direction.STRICTER, Direction.STRICTER: Direction.LOOSER}
    changes = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}
    return plain(
        replace(
            found,
            change=changes.get(found.change, found.change),
            direction=directions.get(found.direction, found.direction),
        )
    )


@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_a_set_differs_in_nothing_from_itself(folder: Path) -> None:
    files = files_of(folder)
    assert between(files, files) == Differences(())


ROWS: Final = re.compile(rb"(?m)^rows:\n((?:  .*\n)+)")


def shuffled(files: Mapping[str, bytes], random: Random) -> dict[str, bytes]:
    """The same set: rows in another order, a comment, another file name and folder."""
    found: dict[str, bytes] = {}
    for number, (name, written) in enumerate(files.items()):
        data = written
        rows = ROWS.search(data)
        if rows is not None:
            each = re.split(rb"(?m)^(?=  - )", rows[1])
            head, each = each[0], [row if row.endswith(b"\n") else row + b"\n" for row in each[1:]]
            random.shuffle(each)
            data = data[: rows.start(1)] + head + b"".join(each) + data[rows.end(1) :]
        is_named = name == "policy.yaml" or name.startswith(("tests/", "data/"))
        found[name if is_named else f"z{random.randint(1, 9)}/{number}.yaml"] = data + b"# more\n"
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("folder", PUBLISHED, ids=lambda folder: folder.name)
def test_the_order_of_rows_and_the_names_of_files_mean_nothing(folder: Path, seed: int) -> None:
    files = {name: data for name, data in files_of(folder).items() if not name.startswith("tests/")}
    other = shuffled(files, Random(seed))
    assert other.keys() != files.keys()
    # An accepted report names its file; a renamed one is not the subject here.
    assert compare(compiled(files), compiled(other)) == Differences(())


LADDER: Final = """kind: approvals
name: m
documents: [invoice]
currency: EUR
amount: document.net
rows:
"""


def ladder(bounds: list[int], random: Random) -> dict[str, bytes]:
    """A matrix that asks one officer more at each bound."""
    roles = ["controller", "cfo", "ceo", "coo", "treasurer", "buyer"]
    rows = []
    for number in range(len(bounds) + 1):
        low = f"above: {bounds[number - 1]}.00, " if number else ""
        high = f"up_to: {bounds[number]}.00, " if number < len(bounds) else ""
        rows.append(f"  - {{{low}{high}approve: [{', '.join(roles[: number + 1])}]}}\n")
    random.shuffle(rows)
    return {**COMPLETE, "approvals/m.yaml": (LADDER + "".join(rows)).encode()}


@pytest.mark.parametrize("seed", range(20))
def test_one_bound_that_moves_is_said_once_and_in_its_direction(seed: int) -> None:
    random = Random(seed)
    bounds = sorted(random.sample(range(100, 10_000, 100), random.randint(1, 5)))
    moved = list(bounds)
    at = random.randrange(len(bounds))
    moved[at] += random.choice((-50, 50))
    found = between(ladder(bounds, random), ladder(moved, random))
    (one,) = found.found
    is_raised = moved[at] > bounds[at]
    assert one.direction is (Direction.LOOSER if is_raised else Direction.STRICTER)
    assert one.after == f"up to {moved[at]:,}.00 EUR"
    (effect,) = found.effects
    low, high = sorted((bounds[at], moved[at]))
    assert effect.amounts == f"{low:,}.01 to {high:,}.00 EUR"
    assert effect.direction is one.direction


def test_a_row_written_in_two_is_proved_to_change_nothing() -> None:
    old = {**COMPLETE, "approvals/m.yaml": f"{LADDER}  - {{approve: cfo}}\n".encode()}
    rows = "  - {up_to: 10.00, approve: cfo}\n  - {above: 10.00, approve: cfo}\n"
    found = between(old, {**COMPLETE, "approvals/m.yaml": (LADDER + rows).encode()})
    assert found == Differences((), rewritten=("`m`",))
    assert found.is_none


def test_a_matrix_written_in_two_files_is_proved_to_change_nothing() -> None:
    row = "  - {approve: cfo}\n"
    both = LADDER.replace("[invoice]", "[invoice, payment]") + row
    one, two = LADDER + row, LADDER.replace("[invoice]", "[payment]").replace("m\n", "n\n", 1) + row
    old = {**COMPLETE, "approvals/m.yaml": both.encode()}
    new = {**COMPLETE, "approvals/m.yaml": one.encode(), "approvals/n.yaml": two.encode()}
    assert between(old, new) == Differences((), rewritten=("`m`", "`n`"))


def test_what_is_too_large_to_examine_is_not_called_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rules.analysis.differences.effect.WORK", 3)
    random = Random(1)
    found = between(ladder([100, 200], random), ladder([100, 300], random))
    assert found.unproved
    assert not found.is_none
    assert not found.rewritten


def test_another_tolerance_for_changes_is_a_difference_that_proves_nothing_stricter() -> None:
    increase = b"{percent: 5%, over: either, since: [original]}"
    rule = b"kind: handling\nchanges: {again_when: {increase: " + increase + b"}}\n"
    old = {**COMPLETE, "handling.yaml": rule}
    new = {**COMPLETE, "handling.yaml": rule.replace(b"5%", b"50%")}
    [found] = [each for each in between(old, new).found if "changes" in each.name]
    assert found.direction is Direction.DIFFERENT
    assert re.search("above 50 ?%", found.says)
