"""Sizes, names, and what a module may hold."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import PurePosixPath
from typing import Final

from tests.architecture.source import PACKAGES, Module, at

MODULE_LINES: Final = 400
FUNCTION_LINES: Final = 50

MUTABLE_CALLS: Final = frozenset(
    {"list", "dict", "set", "bytearray", "defaultdict", "OrderedDict", "Counter", "deque"}
)
MAPPINGS: Final = (ast.Dict, ast.DictComp)
COLLECTIONS: Final = (ast.List, ast.ListComp, ast.Set, ast.SetComp)


def assertions(module: Module) -> Iterator[str]:
    """`assert` disappears under `python -O`; a check that matters may not."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assert):
            yield at(module, node, "`assert` in product code; raise, or return a hold or refusal")


def long_modules(module: Module) -> Iterator[str]:
    """A module that has grown beyond what one reads in a sitting."""
    lines = len(module.text.splitlines())
    if lines > MODULE_LINES:
        yield f"{module.path}:1: {lines} lines; split it by noun at {MODULE_LINES}"


def long_functions(module: Module) -> Iterator[str]:
    """A function that does not fit on a screen."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield at(module, node, f"`{node.name}` has {lines} lines, not {FUNCTION_LINES}")


def borrowed_names(module: Module) -> Iterator[str]:
    """A module named like one of the standard library, or like an installed package."""
    path = PurePosixPath(module.path)
    name = path.parent.name if path.name == "__init__.py" else path.stem
    if name in sys.stdlib_module_names or name in installed():
        yield f"{module.path}:1: `{name}` is the name of another package; say it differently"


@cache
def installed() -> frozenset[str]:
    """Top-level names that installed distributions bring."""
    return frozenset(packages_distributions()) - frozenset(PACKAGES) - {"__init__"}


def shared_mutables(module: Module) -> Iterator[str]:
    """A list, set or dict that a module holds and anybody could change.

    Constants are tuples, frozensets, `MappingProxyType`, or dicts annotated `Final`.
    """
    for node in top_level(module.tree.body):
        match node:
            case ast.Assign(targets=[ast.Name("__all__")]):
                continue
            case ast.Assign(value=value):
                annotation = ""
            case ast.AnnAssign(annotation=kind, value=ast.expr() as value):
                annotation = ast.unparse(kind)
            case _:
                continue
        is_final_mapping = "Final" in annotation and isinstance(value, MAPPINGS)
        if is_mutable(value) and not is_final_mapping:
            yield at(module, node, "a mutable value at module level; freeze it")


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run on import, outside of classes and functions."""
    for node in body:
        match node:
            case ast.If(body=inner, orelse=other):
                yield from top_level(inner + other)
            case ast.Try(body=inner, orelse=other, finalbody=last):
                yield from top_level(inner + other + last)
            case ast.For(body=inner) | ast.While(body=inner) | ast.With(body=inner):
                yield from top_level(inner)
            case _:
                yield node


def is_mutable(value: ast.expr) -> bool:
    """Whether an expression makes a collection that can be changed later."""
    match value:
        case ast.Call(ast.Name(name) | ast.Attribute(attr=name)):
            return name in MUTABLE_CALLS
        case _:
            return isinstance(value, MAPPINGS + COLLECTIONS)
