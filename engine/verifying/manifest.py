"""What an export states of itself: `export.json`, format 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

FORMAT: Final = 1


class ManifestRefused(Exception):
    """The manifest is not one of the known format. The message names the field."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The selection is `first` to `last` (both included) where it is contiguous; then the records
    before and after it stand beside it, so that nothing between was left out."""

    log: str
    made_at: str
    made_by: str
    clock: str
    product: str
    semantics: str
    selection: Mapping[str, Any]
    first: int
    last: int
    count: int
    is_contiguous: bool
    by_kind: Mapping[str, int]
    by_status: Mapping[str, int]
    control_totals: Mapping[str, str]
    checkpoint: str
    keys: tuple[str, ...]
    erased: frozenset[str]
    withheld_classes: tuple[str, ...]
    files: Mapping[str, str]


def manifest_of(plain: object) -> Manifest:
    """The manifest that plain JSON values state. Raises `ManifestRefused`."""
    whole = _Part(plain, "")
    if whole.get("format", int) != FORMAT:
        raise ManifestRefused(f"`format` is `{whole.get('format', int)}`, known is {FORMAT}")
    positions, counts = whole.part("positions"), whole.part("counts")
    return Manifest(
        **{
            name: whole.get(name, str)
            for name in ("log", "made_at", "made_by", "clock", "product", "semantics", "checkpoint")
        },
        selection=whole.get("selection", dict),
        first=positions.get("first", int),
        last=positions.get("last", int),
        count=positions.get("count", int),
        is_contiguous=positions.get("is_contiguous", bool),
        by_kind=counts.mapping("by_kind", int),
        by_status=counts.mapping("by_status", int),
        control_totals=whole.mapping("control_totals", str),
        keys=whole.texts("keys"),
        erased=frozenset(whole.texts("erased")),
        withheld_classes=whole.texts("withheld_classes"),
        files=whole.mapping("files", str),
    )


class _Part:
    """An object of the manifest, whose fields are taken by name and type."""

    def __init__(self, plain: object, path: str) -> None:
        if not isinstance(plain, dict):
            raise ManifestRefused(f"`{path or 'export.json'}` is no object")
        self._plain = plain
        self._path = f"{path}." if path else ""

    def get(self, name: str, kind: type) -> Any:
        value = self._plain.get(name)
        if type(value) is not kind:
            raise ManifestRefused(f"`{self._path}{name}` is no {kind.__name__}")
        return value

    def part(self, name: str) -> _Part:
        return _Part(self._plain.get(name), f"{self._path}{name}")

    def mapping(self, name: str, kind: type) -> Mapping[str, Any]:
        inner = _Part(self._plain.get(name), f"{self._path}{name}")
        return {key: inner.get(key, kind) for key in inner._plain}

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.get(name, list)
        if not all(isinstance(value, str) for value in values):
            raise ManifestRefused(f"`{self._path}{name}` is no list of texts")
        return tuple(values)
