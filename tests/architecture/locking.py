"""What the lock files in `requirements/` promise: every dependency, pinned, with hashes."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tests.architecture.arrows import normalized

PIN: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")


def pins(text: str) -> Mapping[str, str]:
    """Each pinned distribution with its version."""
    found = (PIN.match(line) for line in text.splitlines())
    return {normalized(pin["name"]): pin["version"] for pin in found if pin}


def unhashed(text: str) -> Iterator[str]:
    """Requirements without a hash, and lines that are no pinned requirement."""
    for entry in re.sub(r"\\\n\s*", " ", text).splitlines():
        if entry.strip() and not entry.startswith("#"):
            if not PIN.match(entry):
                yield f"`{entry}` is not pinned"
            elif "--hash=sha256:" not in entry:
                yield f"`{entry}` has no hash"


def unlocked(requirements: list[str], text: str) -> Iterator[str]:
    """Requirements that the lock does not pin: `make lock` was forgotten."""
    locked = pins(text)
    yield from (name for name in requirements if normalized(name) not in locked)


def disagreements(first: str, second: str) -> Iterator[str]:
    """Distributions that two locks pin at different versions."""
    here, there = pins(first), pins(second)
    for name in sorted(here.keys() & there.keys()):
        if here[name] != there[name]:
            yield f"{name}: {here[name]} and {there[name]}"
