"""Where two plain values differ, by the name of the field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_SHOWN: Final = 200
ABSENT: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field (`steps[0]/parts[1]/word`), what the record has there, and what was found."""

    field: str
    recorded: str
    found: str

    def __str__(self) -> str:
        return f"`{self.field}` is `{self.recorded}` in the record, `{self.found}` was found"


def differences(recorded: object, found: object, field: str = "") -> Iterator[Difference]:
    """Every smallest part in which the two differ, in the order of names and positions."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        for name in sorted({*recorded, *found}):
            inner = f"{field}/{name}" if field else name
            yield from differences(recorded.get(name, _NONE), found.get(name, _NONE), inner)
    elif isinstance(recorded, list) and isinstance(found, list):
        for n in range(max(len(recorded), len(found))):
            one = recorded[n] if n < len(recorded) else _NONE
            other = found[n] if n < len(found) else _NONE
            yield from differences(one, other, f"{field}[{n}]")
    elif type(recorded) is not type(found) or recorded != found:
        yield Difference(field, _shown(recorded), _shown(found))


class _Nothing:
    """Stands where one of two values has no such part."""


_NONE: Final = _Nothing()


def _shown(value: object) -> str:
    if isinstance(value, _Nothing):
        return ABSENT
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
