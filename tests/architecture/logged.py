"""What a logging call may say: a constant event, and values under names that may be written."""

import ast
from collections.abc import Iterator
from typing import Final

from adapters.logs import LOGGABLE
from tests.architecture.source import Module, at

CALLS: Final = frozenset("debug info warning warn error critical fatal exception log".split())
LOGGERS: Final = frozenset({"log", "logger", "logging"})


def talkative_logging(module: Module) -> Iterator[str]:
    """Logging calls whose text is worked out, or that name what may not be written.

    The guard in `adapters/logs.py` masks what is filled in and withholds other names. A text that
    was put together before the call is all that could bring content past it.
    """
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=logger, attr=attr)) if (
                attr in CALLS and is_logger(logger)
            ):
                texts = node.args[1:] if attr == "log" else node.args
                match texts:
                    case [ast.Constant(value=str())]:
                        pass
                    case _:
                        yield at(module, node, "a logging call has one constant text")
                for name in unloggable(node):
                    yield at(module, node, f"`{name}` is not among the names that may be logged")


def is_logger(node: ast.expr) -> bool:
    """Whether an expression looks like a logger: `log`, `_LOG`, `self._logger`, `getLogger()`."""
    match node:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name.strip("_").lower() in LOGGERS
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)):
            return name == "getLogger"
        case _:
            return False


def unloggable(call: ast.Call) -> Iterator[str]:
    """Names in `extra` that are withheld, and whatever hides its names."""
    for keyword in call.keywords:
        match keyword:
            case ast.keyword(arg="extra", value=ast.Dict(keys=keys)):
                for key in keys:
                    match key:
                        case ast.Constant(value=str(name)):
                            if name not in LOGGABLE:
                                yield name
                        case _:
                            yield ast.unparse(key) if key is not None else "**"
            case ast.keyword(arg="extra" | None):
                yield ast.unparse(keyword.value)
