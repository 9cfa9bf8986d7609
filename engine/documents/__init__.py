"""Canonical documents: what comes in is read here, checked here, and from here on is exact.

`accept` needs pydantic; what decides needs only `model` and `derived`. Therefore `accept` and
`parse_json` are loaded when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.documents.accepting import accept
    from engine.documents.json_text import parse_json

__all__ = ["accept", "parse_json"]


def __getattr__(name: str) -> object:
    """The two doors of the package, on first use."""
    if name == "accept":
        from engine.documents.accepting import accept

        globals()[name] = accept  # from now on it is found without asking here
        return accept
    if name == "parse_json":
        from engine.documents.json_text import parse_json

        return parse_json
    raise AttributeError(f"module `{__name__}` has no `{name}`")
