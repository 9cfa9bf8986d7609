"""The engine and the matcher are asked what finished cases violate, and must find the same.

A failure names the seed of its world and the number of the case in it:
`tests.second_opinion.test_differential.difference(seed, number)` asks it again.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from random import Random
from typing import Final

import pytest

from adapters.second_opinion.asking import SecondOpinion
from api.usecases.casework.second_opinion import Answer, Opinions, Word
from tests.matcher import matcher
from tests.second_opinion.worlds import happened_in, world_of

CASES_IN_A_WORLD: Final = 50
FEW: Final = 2_000
MANY: Final = 100_000


def compared(second: SecondOpinion, first_seed: int, count: int) -> Counter[str]:
    """What was found in so many cases, by kind of control; fails where the engines differ."""
    seen: Counter[str] = Counter()
    for seed in range(first_seed, first_seed + count // CASES_IN_A_WORLD):
        chance = Random(seed)
        world = world_of(chance)
        opinions = Opinions(second)
        for number in range(CASES_IN_A_WORLD):
            answer = opinions.answer(happened_in(world, chance), "random")
            assert answer.word is Word.AGREEMENT, told(answer, seed, number)
            seen.update(each.control.split()[0] for each in answer.ours)
            seen["cases"] += 1
            seen["clean"] += not answer.ours
            seen["not covered"] += len(answer.uncovered)
    return seen


def difference(seed: int, number: int) -> Answer:
    """The answers to one case, asked again."""
    chance = Random(seed)
    world = world_of(chance)
    cases = [happened_in(world, chance) for _ in range(number + 1)]
    with matcher() as second:
        return Opinions(second).answer(cases[-1], "random")


def told(answer: Answer, seed: int, number: int) -> str:
    return (
        f"seed {seed}, case {number}: {answer.word} {answer.code}\n{answer.ours}\n{answer.theirs}"
    )


def seed_of(count: int) -> int:
    """Another one every time, unless the run is to be the same as another one."""
    stated = os.environ.get("COUNTERSIGN_SEED", "")
    if stated:
        return int(stated)
    if os.environ.get("HYPOTHESIS_PROFILE") == "ci":
        return 1
    return Random().randrange(10**9) + count


def every_kind(seen: Counter[str]) -> None:
    """A run that never met a kind of violation has said nothing about it."""
    for kind in ("self", "approval", "related", "declared", "conflict", "control", "bar", "clean"):
        assert seen[kind] > seen["cases"] // 200, f"{kind}: {seen}"


@pytest.mark.server
def test_two_thousand_finished_cases_violate_the_same_for_both_engines() -> None:
    seed = seed_of(FEW)
    sys.stdout.write(f"seed {seed}\n")
    with matcher() as second:
        seen = compared(second, seed, FEW)
    assert seen["cases"] == FEW
    every_kind(seen)


@pytest.mark.server
@pytest.mark.slow
def test_a_hundred_thousand_finished_cases_violate_the_same_for_both_engines() -> None:
    seed = seed_of(MANY)
    sys.stdout.write(f"seed {seed}\n")
    with matcher() as second:
        seen = compared(second, seed, MANY)
    assert seen["cases"] == MANY
    every_kind(seen)
