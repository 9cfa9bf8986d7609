"""What the core may not do: look at a clock, touch the world, or leave exact numbers."""

import ast
from collections.abc import Iterator
from typing import Final

from tests.architecture.source import Module, at

CLOCKS: Final = frozenset({"now", "utcnow", "today"})
WORLDLY: Final = frozenset(
    {"open", "print", "input", "breakpoint", "eval", "exec", "compile", "__import__"}
)
# `math` as far as it stays with whole numbers.
EXACT_MATH: Final = frozenset(
    {"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "prod", "trunc"}
)
WHOLE_CALLS: Final = frozenset({"int", "len", "ord", "floor", "ceil"})
# Names end in their unit; these units are counted in whole numbers.
WHOLE_UNITS: Final = ("_minor", "_days", "_hours", "_minutes", "_seconds", "_count")


def clock_readings(module: Module) -> Iterator[str]:
    """The core is given `now`; it never asks what time it is."""
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCKS
        ):
            yield at(module, node, f"`.{node.func.attr}()` reads a clock; take `now` as argument")


def worldly_calls(module: Module) -> Iterator[str]:
    """Built-in functions that touch files, the terminal or the interpreter."""
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in WORLDLY
        ):
            yield at(module, node, f"`{node.func.id}()` has no place in the core")


def floats(module: Module) -> Iterator[str]:
    """Literals, names and functions that bring binary fractions into exact arithmetic."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Constant(value=float() | complex()):
                literal = ast.unparse(node)
                yield at(module, node, f"float literal `{literal}`; say Decimal or Fraction")
            case ast.Name(id="float" | "complex"):
                yield at(module, node, f"`{node.id}`; say Decimal or Fraction")
            case ast.Attribute(value=ast.Name(id="math")) if node.attr not in EXACT_MATH:
                yield at(module, node, f"`math.{node.attr}` is not exact")
            case ast.ImportFrom(module="math"):
                for alias in node.names:
                    if alias.name not in EXACT_MATH:
                        yield at(module, node, f"`math.{alias.name}` is not exact")


def inexact_divisions(module: Module) -> Iterator[str]:
    """`/` between what is visibly whole: the quotient would be a float."""
    whole = declared_whole(module.tree)
    for node in ast.walk(module.tree):
        match node:
            case ast.BinOp(left, ast.Div(), right) | ast.AugAssign(left, ast.Div(), right):
                if is_whole(left, whole) and is_whole(right, whole):
                    yield at(module, node, "`/` between whole numbers; say Fraction(a, b) or `//`")


def declared_whole(tree: ast.Module) -> frozenset[str]:
    """Names that are annotated `int` and never anything else in this module."""
    kinds: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.arg(name, annotation) if annotation is not None:
                kinds.setdefault(name, set()).add(ast.unparse(annotation))
            case ast.AnnAssign(ast.Name(name) | ast.Attribute(attr=name), annotation):
                kinds.setdefault(name, set()).add(ast.unparse(annotation))
    return frozenset(name for name, kind in kinds.items() if kind == {"int"})


def is_whole(node: ast.expr, whole: frozenset[str]) -> bool:
    """Whether an expression shows by its form that it is a whole number."""
    match node:
        case ast.Constant(value):
            return isinstance(value, int)
        case ast.Name(name) | ast.Attribute(attr=name):
            return name in whole or name.endswith(WHOLE_UNITS)
        case ast.UnaryOp(operand=operand):
            return is_whole(operand, whole)
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv(), right):
            return is_whole(left, whole) and is_whole(right, whole)
        case ast.BinOp(left, ast.Mod() | ast.Pow(), right):
            return is_whole(left, whole) and is_whole(right, whole)
        case ast.Call(ast.Name(name) | ast.Attribute(attr=name)):
            return name in WHOLE_CALLS
        case _:
            return False
