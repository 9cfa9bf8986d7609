"""Which contents a record rests on: policy sets, people and delegations, by digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_IN_FORCE: Final = ("policy", "master_data", "delegations")


def contents_named(body: Mapping[str, Any]) -> set[str]:
    """The digests that a record names, and without whose files it cannot be performed again."""
    found: set[str] = set()
    stated = body.get("in_force")
    if isinstance(stated, dict):
        found.update(str(stated[name]) for name in _IN_FORCE if stated.get(name))
    flight = body.get("in_flight")
    if isinstance(flight, dict) and flight.get("routed_under"):
        found.add(str(flight["routed_under"]))
    return found
