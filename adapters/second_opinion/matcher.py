"""The process that matches: started by `asking.py`, it speaks JSON, a line each way.

It holds rulesets, one live session at a time and nothing else: no clock, no file, no network, no
setting, and of the product not one import. The only file that knows `durable_rules`, of which it
uses the C module alone: the Python around it starts threads, swallows errors and looks at the
clock (C11, C13). Whatever goes wrong ends the process; who asked starts another.
"""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final

SESSION: Final = "d"
BOOT: Final = '{"type": "_boot", "_k": 1, "id": "boot", "sid": "d"}'
KEPT_LOADED: Final = 4  # policy sets at work at one time
MOST_MEMORY: Final = 2**30  # bytes: rather no answer than a machine without memory
NOT_INSTALLED: Final = 3  # how the process ends where the library is not there
FORBIDDEN: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")

Loaded = OrderedDict[str, list[Any]]


class MatcherFailed(Exception):
    """The matcher disagreed with itself."""


def main() -> None:
    """Answers each line until there is none."""
    engine = _engine()
    _confine()
    loaded: Loaded = OrderedDict()
    for line in sys.stdin.buffer:
        answer = _answer(engine, loaded, json.loads(line))
        sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


def _engine() -> Any:
    try:
        import durable_rules_engine
    except ImportError:
        sys.exit(NOT_INSTALLED)
    return durable_rules_engine


def _confine() -> None:
    """From here on the process computes, and does nothing else."""

    def refuse(event: str, _: tuple[object, ...]) -> None:
        if event.startswith(FORBIDDEN):
            raise MatcherFailed(event)

    sys.addaudithook(refuse)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold what was asked


def _answer(engine: Any, loaded: Loaded, asked: Mapping[str, Any]) -> dict[str, object]:
    name = asked["rules"]
    if asked["do"] == "load":
        _load(engine, loaded, name, asked["texts"])
        return {"loaded": name}
    handles = loaded.get(name)
    if handles is None:
        return {"unknown": name}
    loaded.move_to_end(name)
    pairs = zip(handles, asked["facts"], strict=True)
    fired = [_matched(engine, handle, facts) for handle, facts in pairs]
    return {"number": asked["number"], "fired": fired}


def _load(engine: Any, loaded: Loaded, name: str, texts: Sequence[str]) -> None:
    while len(loaded) >= KEPT_LOADED:
        for handle in loaded.popitem(last=False)[1]:
            engine.delete_ruleset(handle)
    made = []
    for number, text in enumerate(texts):
        handle = engine.create_ruleset(f"{name}/{number}", text)
        # Deleting a session in which nothing ever ran frees memory that was never set (C1).
        _, offset = engine.assert_fact(handle, BOOT)
        if len(_drained(engine, handle, offset)) != 1:
            raise MatcherFailed("the first action did not run")
        engine.delete_state(handle, SESSION)
        made.append(handle)
    loaded[name] = made


def _matched(engine: Any, handle: Any, facts: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """What fires, each with the ids of its facts. The session is gone afterwards."""
    live = []
    offset = None
    for fact in facts:  # one by one: a batch drops what follows a bad one, silently (C8)
        code, offset = engine.assert_fact(handle, fact)
        if code == 0:
            live.append(fact)
        elif code != 1:  # 1: no rule looks at it
            raise MatcherFailed(f"a fact was answered with {code}")
    if offset is None:  # nothing was asserted, so there is no session
        return []
    fired = [
        (rule, {alias: message["id"] for alias, message in matched.items()})
        for each in _drained(engine, handle, offset)
        for rule, matched in each.items()
    ]
    kept = json.loads(engine.get_facts(handle, SESSION))
    if _by_id(kept) != _by_id([json.loads(fact) for fact in live]):
        raise MatcherFailed("a fact was lost")
    engine.delete_state(handle, SESSION)
    return fired


def _by_id(facts: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return sorted(facts, key=lambda fact: str(fact["id"]))


def _drained(engine: Any, handle: Any, offset: Any) -> list[Mapping[str, Mapping[str, Any]]]:
    found = []
    result = engine.start_action_for_state(handle, offset)
    message = result[1] if result else None
    while message:
        found.append(json.loads(message))
        message = engine.complete_and_start_action(handle, offset)
    return found


if __name__ == "__main__":
    main()
