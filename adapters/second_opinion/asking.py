"""Asks the matcher, a process of its own: whatever becomes of it, the answer is a value.

A process that dies, hangs, answers nonsense or was never installed makes an opinion unavailable and
harms nobody else. After any trouble, and after `RECYCLED_AFTER` answers, the next question begins
with a new process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.second_opinion import matcher
from adapters.second_opinion.compiling import Compiled
from adapters.second_opinion.fence import OutsideFence, facts_written
from engine.opinion.rules import ControlRule, Fact, Violation

RECYCLED_AFTER: Final = 100_000
MOST_ANSWER: Final = 16 * 1024 * 1024  # bytes of one line
MATCHER: Final = (sys.executable, "-I", str(Path(matcher.__file__).resolve()))


@dataclass(frozen=True, slots=True)
class Unavailable:
    """There is no second opinion. `code` says why, `reason` in words and without content."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the matcher found violated, sorted, each once."""

    violations: tuple[Violation, ...]


class _Trouble(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.unavailable = Unavailable(code, reason)


class SecondOpinion:
    """The process, and who may speak with it: one question at a time. To be closed.

    `timeout` is in seconds, for a question and its answer together; loading rules counts as one.
    """

    def __init__(
        self,
        timeout: float = 10.0,
        command: Sequence[str] = MATCHER,
        recycled_after: int = RECYCLED_AFTER,
    ) -> None:
        self._timeout = timeout
        self._command = tuple(command)
        self._recycled_after = recycled_after
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0

    @property
    def pid(self) -> int | None:
        """The process at work; `None` where none is."""
        return None if self._process is None else self._process.pid

    def opinion(self, compiled: Compiled, facts: Sequence[Fact]) -> Opinion | Unavailable:
        """Which controls these facts violate, as the matcher sees it."""
        try:
            texts = [
                facts_written(facts, compiled.sheet, ruleset.blockers)
                for ruleset in compiled.rulesets
            ]
        except OutsideFence as problem:
            return Unavailable(problem.code, problem.reason)
        with self._lock:
            try:
                fired = self._fired(compiled, texts)
                return Opinion(_violations(compiled, facts, fired))
            except _Trouble as trouble:
                self._end()
                return trouble.unavailable
            except BaseException:
                self._end()
                raise

    def close(self) -> None:
        """Ends the process. A later question starts another."""
        with self._lock:
            self._end()

    def _fired(self, compiled: Compiled, texts: Sequence[Sequence[str]]) -> list[Any]:
        if self._asked >= self._recycled_after:
            self._end()
        self._asked += 1
        number = self._asked
        asked = {"do": "match", "rules": compiled.digest, "number": number, "facts": texts}
        answer = self._exchange(asked)
        if answer == {"unknown": compiled.digest}:
            rules = [ruleset.text for ruleset in compiled.rulesets]
            loaded = self._exchange({"do": "load", "rules": compiled.digest, "texts": rules})
            if loaded != {"loaded": compiled.digest}:
                raise _garbage()
            answer = self._exchange(asked)
        fired = answer.get("fired")
        if answer.get("number") != number or not isinstance(fired, list):
            raise _garbage()
        return fired

    def _exchange(self, asked: Mapping[str, object]) -> dict[str, Any]:
        """One line there and one back, within the time; what takes longer is killed."""
        process = self._started()
        is_late = threading.Event()

        def give_up() -> None:
            is_late.set()
            process.kill()

        timer = threading.Timer(self._timeout, give_up)
        timer.daemon = True
        timer.start()
        try:
            line = _spoken(process, json.dumps(asked).encode("ascii") + b"\n")
        finally:
            timer.cancel()
        if is_late.is_set():
            raise _Trouble("timed_out", f"the matcher did not answer within {self._timeout:g} s")
        if not line.endswith(b"\n"):
            raise self._gone(process) if len(line) <= MOST_ANSWER else _garbage()
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise _garbage() from None
        if not isinstance(answer, dict):
            raise _garbage()
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={},
                    cwd="/",
                    close_fds=True,
                )
            except OSError as problem:
                raise _Trouble("not_started", f"a {type(problem).__name__} was raised") from None
        return self._process

    def _gone(self, process: subprocess.Popen[bytes]) -> _Trouble:
        process.kill()  # what closed its end and lives on is of no use
        status = process.wait()
        if status == matcher.NOT_INSTALLED:
            return _Trouble("not_installed", "`durable_rules` is not installed here")
        return _Trouble("crashed", f"the matcher ended with status {status}")

    def _end(self) -> None:
        process, self._process, self._asked = self._process, None, 0
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was left to be written has nobody to read it
                    continue


def _spoken(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    """The answer's line; less than a line where there is none."""
    if process.stdin is None or process.stdout is None:
        return b""
    try:
        process.stdin.write(line)
        process.stdin.flush()
        return process.stdout.readline(MOST_ANSWER + 1)
    except OSError:
        return b""


def _garbage() -> _Trouble:
    return _Trouble("not_understood", "the answer of the matcher is none")


def _violations(
    compiled: Compiled, facts: Sequence[Fact], fired: Sequence[object]
) -> tuple[Violation, ...]:
    if len(fired) != len(compiled.rulesets):
        raise _garbage()
    found: set[Violation] = set()
    try:
        for ruleset, names in zip(compiled.rulesets, fired, strict=True):
            for name, matched in names:  # type: ignore[attr-defined]
                at = {int(alias[1:]): facts[_number(id)] for alias, id in matched.items()}
                found.add(_violation(ruleset.rules[name], at))
    except (ValueError, TypeError, LookupError, AttributeError):
        raise _garbage() from None
    return tuple(sorted(found))


def _number(id: str) -> int:
    number = int(id.removeprefix("f"))
    if number < 0:
        raise ValueError("no fact has a number below 0")
    return number


def _violation(rule: ControlRule, at: Mapping[int, Fact]) -> Violation:
    """Who and what stands where the rule says it stands."""
    if at.keys() < set(range(len(rule.patterns))):
        raise ValueError("a rule fired without its facts")
    persons = {str(at[pattern][name]) for pattern, name in rule.persons}
    acts = {int(at[pattern][name]) for pattern, name in rule.acts}
    return Violation(rule.control, tuple(sorted(persons)), tuple(sorted(acts)))
