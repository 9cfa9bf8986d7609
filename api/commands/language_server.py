"""`countersign language-server`: for editors, over standard input and output."""

from __future__ import annotations

from api.commands.terminal import Code, stop


def language_server() -> None:
    """Serve an editor: reports while you type, meanings, completion, formatting (for editors)."""
    try:
        from api.editing.server import server  # its library is optional
    except ModuleNotFoundError as missing:
        raise stop(
            Code.USAGE,
            f"error: the language server needs `{missing.name}`, which is not installed",
            "  help: install Countersign with its extra `editor`",
        ) from None
    server().start_io()
