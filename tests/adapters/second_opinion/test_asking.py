"""Whatever becomes of the matcher's process, the answer is a value and the next one is right."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.second_opinion.asking import MATCHER, Opinion, SecondOpinion, Unavailable
from adapters.second_opinion.compiling import Compiled, compile_controls
from engine.opinion.controls import SHEET, ControlRules
from engine.opinion.rules import ControlRule, Fact, Join, Pattern, Violation
from tests.matcher import matcher

SELF = ControlRule(
    "self approval",
    (Pattern("approval"), Pattern("part", (Join("person", 0, "person"),))),
    None,
    ((0, "person"),),
    ((0, "act"),),
)
FACTS: tuple[Fact, ...] = (
    {"type": "part", "part": "requester", "person": "rita"},
    {"type": "approval", "act": 1, "person": "mia", "day": 1, "about": "a"},
    {"type": "approval", "act": 2, "person": "rita", "day": 1, "about": "b"},
)
RITA = Opinion((Violation("self approval", ("rita",), (2,)),))


def compiled(*rules: ControlRule) -> Compiled:
    nothing = frozenset[str]()
    return compile_controls(
        ControlRules(rules or (SELF,), (), frozenset(), frozenset(), nothing, frozenset()), SHEET
    )


def code(answer: Opinion | Unavailable) -> str:
    assert isinstance(answer, Unavailable)
    return answer.code


def running(script: str, timeout: float = 10.0) -> SecondOpinion:
    """Somebody else in the place of the matcher."""
    return SecondOpinion(timeout, (sys.executable, "-I", "-c", script))


@pytest.fixture
def second() -> Iterator[SecondOpinion]:
    with matcher() as made:
        yield made


@pytest.mark.server
def test_it_says_who_violated_which_control_and_by_which_act(second: SecondOpinion) -> None:
    assert second.opinion(compiled(), FACTS) == RITA
    assert second.opinion(compiled(), FACTS[:2]) == Opinion(())
    assert second.opinion(compiled(), ()) == Opinion(())


@pytest.mark.server
def test_what_no_rule_asks_for_leaves_nothing_behind(second: SecondOpinion) -> None:
    detail: Fact = {"type": "detail", "person": "rita", "kind": "tax_id", "token": "t1"}
    for _ in range(3):
        assert second.opinion(compiled(), (detail,)) == Opinion(())
    assert second.opinion(compiled(), FACTS) == RITA


@pytest.mark.server
def test_several_sets_are_asked_in_turn(second: SecondOpinion) -> None:
    named = [
        compiled(ControlRule(f"control {n}", SELF.patterns, None, SELF.persons, SELF.acts))
        for n in range(7)
    ]
    for _ in range(2):
        for number, each in enumerate(named):
            answer = second.opinion(each, FACTS)
            assert answer == Opinion((Violation(f"control {number}", ("rita",), (2,)),))


@pytest.mark.server
def test_a_matcher_that_is_killed_is_unavailable_once(second: SecondOpinion) -> None:
    assert second.opinion(compiled(), FACTS) == RITA
    pid = second.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert code(second.opinion(compiled(), FACTS)) == "crashed"
    assert second.opinion(compiled(), FACTS) == RITA
    assert second.pid != pid


@pytest.mark.server
def test_a_matcher_that_hangs_is_killed_when_the_time_is_over() -> None:
    with matcher(timeout=1.0) as second:
        assert second.opinion(compiled(), FACTS) == RITA
        pid = second.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # it neither answers nor ends
        began = time.monotonic()
        assert code(second.opinion(compiled(), FACTS)) == "timed_out"
        assert time.monotonic() - began < 5
        assert is_gone(pid)
        assert second.opinion(compiled(), FACTS) == RITA


@pytest.mark.server
def test_a_hang_while_much_is_written_to_it_ends_too() -> None:
    """The pipe is full, so that not even the question can be put."""
    many: Fact = {"type": "word", "about": "x" * 900, "name": "y" * 900, "word": "z" * 900}
    with matcher(timeout=1.0) as second:
        assert second.opinion(compiled(), FACTS) == RITA
        assert second.pid is not None
        os.kill(second.pid, signal.SIGSTOP)
        assert code(second.opinion(compiled(), (many,) * 400)) == "timed_out"


@pytest.mark.server
def test_it_begins_anew_after_so_many_answers() -> None:
    with matcher(recycled_after=3) as second:
        pids = []
        for _ in range(7):
            assert second.opinion(compiled(), FACTS) == RITA
            pids.append(second.pid)
    assert len(set(pids)) == 3


@pytest.mark.server
def test_several_threads_get_their_own_answers(second: SecondOpinion) -> None:
    wrong: list[object] = []

    def ask(number: int) -> None:
        facts: tuple[Fact, ...] = (*FACTS[:2], {**FACTS[2], "act": number})
        wanted = Opinion((Violation("self approval", ("rita",), (number,)),))
        wrong.extend(
            answer
            for answer in (second.opinion(compiled(), facts) for _ in range(50))
            if answer != wanted
        )

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.server
def test_the_process_knows_nothing_of_the_service_and_holds_no_connection(
    second: SecondOpinion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERSIGN_ENCRYPTION_KEYS", "k1:secret")
    second.opinion(compiled(), FACTS)
    process = Path(f"/proc/{second.pid}")
    if not process.exists():
        pytest.skip("this system does not show what a process holds")
    assert (process / "environ").read_bytes() == b""
    held = [os.readlink(each) for each in (process / "fd").iterdir()]
    assert not [name for name in held if "socket" in name]
    assert len(held) == 3


@pytest.mark.server
def test_the_process_reaches_no_network_and_starts_nothing() -> None:
    tried = (
        "import runpy, sys; sys.argv = ['x'];"
        f"m = runpy.run_path({MATCHER[2]!r});"
        "m['_confine']();"
        "import socket, subprocess\n"
        "for tries in (socket.socket, lambda: subprocess.run(['true'])):\n"
        "    try: tries()\n"
        "    except Exception as e: print(type(e).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", tried], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["MatcherFailed", "MatcherFailed"]


def saying(text: str) -> str:
    """A program that answers the first question with a text, whatever was asked."""
    return f"import sys; sys.stdin.readline(); sys.stdout.write({text!r})"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", "crashed"),
        ("import sys; sys.exit(3)", "not_installed"),
        ("import os; os.kill(os.getpid(), 11)", "crashed"),
        ("import sys; sys.stdin.readline(); print('x' * (17 * 2**20))", "not_understood"),
        (saying("half"), "crashed"),
        (saying("yes\n"), "not_understood"),
        (saying("[1]\n"), "not_understood"),
        (saying("{}\n"), "not_understood"),
        (saying("[" * 100_000 + "\n"), "not_understood"),
        (saying('{"number": 9, "fired": [[]]}\n'), "not_understood"),
        (saying('{"number": 1, "fired": []}\n'), "not_understood"),
        (saying('{"number": 1, "fired": [[["r9", {"m0": "f0"}]]]}\n'), "not_understood"),
        (saying('{"number": 1, "fired": [[["r0", {"m0": "f9"}]]]}\n'), "not_understood"),
        (saying('{"number": 1, "fired": [[["r0", {"m0": "f1"}]]]}\n'), "not_understood"),
    ],
)
def test_whatever_is_no_answer_is_no_opinion(script: str, expected: str) -> None:
    second = running(script)
    assert code(second.opinion(compiled(), FACTS)) == expected
    assert second.pid is None


def test_of_the_library_only_what_was_never_seen_wrong_is_called() -> None:
    """C2, C8, C10, C11, C13: no host, no events, no batches, nothing retracted, no timers."""
    called = set(re.findall(r"\bengine\.(\w+)", Path(MATCHER[2]).read_text(encoding="utf-8")))
    assert called == {
        "create_ruleset",
        "delete_ruleset",
        "assert_fact",
        "start_action_for_state",
        "complete_and_start_action",
        "get_facts",
        "delete_state",
    }


def test_a_stale_answer_is_not_taken_for_this_one() -> None:
    """It answers every question with what it was asked first."""
    second = running(
        'import sys\nfor line in sys.stdin: print(\'{"number": 1, "fired": [[]]}\', flush=True)'
    )
    assert second.opinion(compiled(), FACTS) == Opinion(())
    assert code(second.opinion(compiled(), FACTS)) == "not_understood"
    second.close()


def test_a_program_that_is_not_there_is_no_opinion() -> None:
    assert code(SecondOpinion(1.0, ("/does/not/exist",)).opinion(compiled(), FACTS)) == (
        "not_started"
    )


def test_facts_outside_the_fence_are_not_sent() -> None:
    second = running("import sys; sys.stdin.readline(); print('{}')")
    far: Fact = {"type": "approval", "act": 2**63, "person": "mia", "day": 1, "about": "a"}
    assert code(second.opinion(compiled(), (far,))) == "beyond_int64"
    assert second.pid is None


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
