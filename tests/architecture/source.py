"""The project's source, parsed once, for the checks in this folder.

A check is a function from one `Module` to the offences in it, each one a line that starts with
its place: `engine/money.py:12: ...`.
"""

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "rules", "adapters", "api")

# What tools make: nobody writes it, so nothing is asked of it. `.git` is a file in a work tree.
GENERATED = frozenset(
    {".git", ".node", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__"}
    | {"build", "dist"}
)


@dataclass(frozen=True)
class Module:
    """One Python file, by its dotted name (`engine.money`) and its path below the root."""

    name: str
    path: str
    text: str

    @property
    def package(self) -> str:
        """The top-level package that the module belongs to."""
        return self.name.partition(".")[0]

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.path)

    def is_within(self, name: str) -> bool:
        """Whether this is the module `name` or lies in the package `name`."""
        return self.name == name or self.name.startswith(f"{name}.")


Check = Callable[[Module], Iterator[str]]


def snippet(text: str, name: str = "engine.sample") -> Module:
    """A module that exists only in a test, to show that a check finds what it looks for."""
    return Module(name, name.replace(".", "/") + ".py", text)


def files() -> Iterator[Path]:
    """Every file of the project that somebody wrote, in a fixed order."""
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(d for d in below if d not in GENERATED and not d.startswith(".venv"))
        yield from (Path(folder, name) for name in sorted(names) if name not in GENERATED)


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """The modules of these packages; a package that does not exist yet has none."""
    found = []
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            relative = path.relative_to(ROOT)
            parts = relative.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append(Module(name, relative.as_posix(), path.read_text(encoding="utf-8")))
    return tuple(found)


def offences(check: Check, *packages: str) -> list[str]:
    """What `check` finds in these packages; empty when all is well."""
    return [offence for module in modules(*packages) for offence in check(module)]


def at(module: Module, node: ast.AST, message: str) -> str:
    """One offence, with the place first."""
    return f"{module.path}:{getattr(node, 'lineno', 1)}: {message}"
