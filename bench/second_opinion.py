"""The second opinion, apart: how long one takes, and whether its process grows.

    python -m bench.second_opinion            20,000 opinions
    python -m bench.second_opinion 500000     the memory of a long life; about ten minutes

The process is not recycled meanwhile, so that nothing hides what it would keep. Finished cases are
those of the differential tests.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from pathlib import Path
from random import Random

from adapters.second_opinion.asking import Opinion, SecondOpinion
from adapters.second_opinion.compiling import Compiled, compile_controls
from engine.opinion.controls import SHEET, control_rules
from engine.opinion.facts import facts_of
from engine.opinion.rules import Fact
from engine.violations import violations
from tests.second_opinion.worlds import happened_in, world_of

WORLDS = 4  # as many sets as the process keeps loaded
CASES = 100
STEPS = 10

Question = tuple[Compiled, tuple[Fact, ...]]


def questions() -> tuple[list[Question], float]:
    """What is asked, and how long the engine takes for the same on average, in microseconds."""
    found = []
    spent = 0.0
    for seed in range(WORLDS):
        chance = Random(seed)
        world = world_of(chance)
        rules = control_rules(world.policy)
        compiled = compile_controls(rules, SHEET)
        for _ in range(CASES):
            happened = happened_in(world, chance)
            began = time.perf_counter()
            violations(happened)
            spent += time.perf_counter() - began
            found.append((compiled, facts_of(happened, rules).facts))
    return found, spent / len(found) * 1e6


def resident(pid: int) -> float:
    """Memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def main() -> None:
    """Asks, and says every tenth of the way how it is."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    asked, engine = questions()
    facts = sum(len(each) for _, each in asked) / len(asked)
    rules = sum(len(one.rules) for one in asked[0][0].rulesets)
    print(f"{rules} rules in the first set, {facts:.1f} facts a case; the engine: {engine:.0f} us")
    second = SecondOpinion(recycled_after=count + 1)
    times: deque[float] = deque(maxlen=20_000)
    for number in range(1, count + 1):
        compiled, each = asked[number % len(asked)]
        began = time.perf_counter()
        answer = second.opinion(compiled, each)
        times.append(time.perf_counter() - began)
        if not isinstance(answer, Opinion):
            sys.exit(f"{number}: {answer}")
        if number % (count // STEPS) == 0 or number == 1000:
            ordered = sorted(times)
            median, late = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
            memory = resident(second.pid or 0)
            print(
                f"{number:8,} opinions: {memory:.1f} MiB, median {median * 1e6:.0f} us,"
                f" 99 of 100 within {late * 1e6:.0f} us",
                flush=True,
            )
    second.close()


if __name__ == "__main__":
    main()
