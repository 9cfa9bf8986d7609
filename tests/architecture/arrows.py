"""Which package may import what: `api -> adapters -> engine <- rules`, and `api -> rules`."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from types import MappingProxyType
from typing import Final

from tests.architecture.source import PACKAGES, ROOT, Module, at

# The standard library as far as it neither reads nor writes, knows no time of day and draws no
# lots. `zoneinfo` reads the zone data, which is named in every record. A module that is missing
# here may be added when it is as pure as the others.
PURE: Final = frozenset(
    "__future__ abc array base64 binascii bisect calendar cmath collections contextlib contextvars"
    " copy dataclasses datetime decimal difflib enum fractions functools graphlib hashlib heapq"
    " hmac html itertools json keyword math numbers operator re reprlib string struct textwrap"
    " types typing unicodedata zlib zoneinfo".split()
)
STANDARD: Final = frozenset(sys.stdlib_module_names)


@dataclass(frozen=True)
class Allowance:
    """What one package may import. `outside` is `None` where every declared dependency may be."""

    own: frozenset[str]
    standard: frozenset[str]
    outside: frozenset[str] | None


ALLOWED: Final[Mapping[str, Allowance]] = MappingProxyType(
    {
        "engine": Allowance(frozenset({"engine"}), PURE, frozenset({"stdnum"})),
        "rules": Allowance(frozenset({"rules", "engine"}), STANDARD, frozenset({"yaml"})),
        "adapters": Allowance(frozenset({"adapters", "engine"}), STANDARD, None),
        "api": Allowance(frozenset(PACKAGES), STANDARD, None),
    }
)

# pydantic reads what crosses the edge, and nothing further in; openpyxl reads and writes
# spreadsheets, and nothing else of the rules knows what one is.
EDGES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "engine.documents": frozenset({"pydantic", "pydantic_core"}),
        "rules.schema": frozenset({"pydantic"}),
        "rules.analysis.spreadsheet": frozenset({"openpyxl"}),
    }
)

# What only one module knows, installed or not. `durable` is the Python around the C module of
# `durable_rules`: it starts threads and swallows errors, and nobody imports it.
KNOWN_TO_ONE: Final[Mapping[str, str]] = MappingProxyType(
    {"durable_rules_engine": "adapters.second_opinion.matcher", "durable": ""}
)


def forbidden_imports(module: Module) -> Iterator[str]:
    """Imports against the arrows, impure ones in the core, and undeclared dependencies."""
    allowed = ALLOWED[module.package]
    edge = frozenset().union(*(extra for name, extra in EDGES.items() if module.is_within(name)))
    for node, top in imported(module):
        if top in KNOWN_TO_ONE:
            if module.name != KNOWN_TO_ONE[top]:
                yield at(module, node, f"`{module.name}` may not import `{top}`")
        elif top in PACKAGES:
            if top not in allowed.own:
                yield at(module, node, f"`{module.package}` may not import `{top}`")
        elif top in STANDARD:
            if top not in allowed.standard:
                yield at(module, node, f"`{top}` is not pure, and `{module.package}` is")
        elif allowed.outside is None:
            if top not in declared():
                yield at(module, node, f"`{top}` is not a dependency of pyproject.toml")
        elif top not in allowed.outside | edge:
            yield at(module, node, f"`{module.name}` may not import `{top}`")


def imported(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every import, wherever it stands, with the top-level name that it reaches for."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            yield node, module.package if node.level else (node.module or "").partition(".")[0]


@cache
def declared() -> frozenset[str]:
    """The import names of the product's dependencies, those of its extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra, names in project["optional-dependencies"].items():
        wanted += names if extra not in ("dev", "bench") else []
    distributions = {normalized(requirement) for requirement in wanted}
    return frozenset(
        top
        for top, providers in packages_distributions().items()
        if distributions & {normalized(provider) for provider in providers}
    )


def normalized(requirement: str) -> str:
    """The name in a requirement, as registries compare names."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()
