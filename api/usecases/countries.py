"""The countries that come with the product, those of a set, and taking one over into a set.

A set holds copies, so that its digest names everything that it decides by: a new version of the
product changes no decision of a set until somebody copies its countries again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from adapters.policy_folder import FolderRefused, read_set
from adapters.shipped_countries import NotShipped, shipped_countries
from adapters.whole_files import NotWritten, replace_all, write_whole
from rules.diagnostics import Diagnostics
from rules.reading.nodes import Mapping, Scalar
from rules.reading.reader import read

FOLDER: Final = "countries"


class State(StrEnum):
    """How the file of a set stands to the one that comes with the product."""

    SHIPPED = "shipped"  # it comes with the product; the set has none, or no set was asked about
    SAME = "same"
    DIFFERS = "differs"
    OWN = "own"  # the product has none


@dataclass(frozen=True, slots=True)
class Listed:
    """A country by code and name, and the state of its file in the set."""

    code: str
    name: str
    state: State


class CountriesRefused(Exception):
    """Countries that cannot be listed or taken over. The message is one line."""


def listed(folder: Path | None) -> list[Listed]:
    """The countries of the product, and of a set where one is named. Raises `CountriesRefused`."""
    shipped = _shipped()
    of_set = {} if folder is None else _of_set(folder)
    found = []
    for code in sorted(shipped.keys() | of_set.keys()):
        content = of_set.get(code) or shipped[code]
        found.append(Listed(code, _name(code, content), _state(code, shipped, of_set)))
    return found


def taken_over(folder: Path, codes: Iterable[str], *, may_replace: bool) -> dict[str, State]:
    """Copies countries into a set, all of them or none: what each was before.

    A file that says something else is replaced only if `may_replace`. Raises `CountriesRefused`, or
    `NotWritten` where a file cannot be written.
    """
    shipped, of_set = _shipped(), _of_set(folder)
    wanted = {code.upper(): None for code in codes}
    unknown = [code for code in wanted if code not in shipped]
    if unknown:
        known = ", ".join(shipped)
        raise CountriesRefused(f"no country {_quoted(unknown)} comes with the product: {known}")
    before = {code: _state(code, shipped, of_set) for code in wanted}
    changed = [code for code, state in before.items() if state is State.DIFFERS]
    if changed and not may_replace:
        message = f"the set has another file for {_quoted(changed)}, which is left alone"
        raise CountriesRefused(f"{message}; --force replaces it")
    target = folder / FOLDER
    _make(target)
    names = {code: f"{code.lower()}.yaml" for code in changed}
    replace_all(
        target,
        {name: shipped[code] for code, name in names.items()},
        {name: of_set[code] for code, name in names.items()},
    )
    for code, state in before.items():
        if state is State.SHIPPED:
            write_whole(target / f"{code.lower()}.yaml", shipped[code])
    return before


def _state(code: str, shipped: dict[str, bytes], of_set: dict[str, bytes]) -> State:
    if code not in shipped:
        return State.OWN
    if code not in of_set:
        return State.SHIPPED
    is_same = of_set[code].replace(b"\r\n", b"\n") == shipped[code].replace(b"\r\n", b"\n")
    return State.SAME if is_same else State.DIFFERS


def _shipped() -> dict[str, bytes]:
    try:
        return shipped_countries()
    except NotShipped as problem:
        raise CountriesRefused(str(problem)) from None


def _of_set(folder: Path) -> dict[str, bytes]:
    """The files of a set by the name that they have: `countries/pl.yaml` is that of PL."""
    try:
        files = read_set(folder)
    except FolderRefused as refusal:
        raise CountriesRefused(str(refusal)) from None
    return {
        Path(name).stem.upper(): content
        for name, content in files.items()
        if name.startswith(f"{FOLDER}/") and name.count("/") == 1 and name.endswith(".yaml")
    }


def _make(folder: Path) -> None:
    if folder.is_symlink():
        raise CountriesRefused(f"`{folder}` is a link, and links are not followed")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as problem:
        why = (problem.strerror or "no reason given").lower()
        raise NotWritten(f"`{folder}` cannot be made: {why}") from None


def _name(code: str, content: bytes) -> str:
    root = read(f"{code.lower()}.yaml", content, Diagnostics())
    name = root.get("name") if isinstance(root, Mapping) else None
    return name.text if isinstance(name, Scalar) else ""


def _quoted(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)
