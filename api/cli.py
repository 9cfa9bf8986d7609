"""The command line. `main` is the program `countersign`."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_group

from api.commands.terminal import MEANINGS
from api.texts import plain
from api.zones import use_own_zones

INTERNAL = 70  # a mistake in this program; never asked for
_EPILOG = "Exit codes\n\n" + "\n\n".join(f"{int(code)}  {text}" for code, text in MEANINGS.items())

# Where the function of each command is, below `api.commands`. Of two words the first is a group,
# the `app` of that module.
COMMANDS: Final = {
    "decide": "decide.decide",
    "readiness": "readiness.readiness",
    "diff": "diff.diff",
    "explain": "explain.explain",
    "who-can": "who_can.who_can",
    "authority": "authority.authority",
    "lint": "lint.lint",
    "format": "formatting.format_policies",
    "schema": "schema.schema",
    "language-server": "language_server.language_server",
    "test": "policy_tests.run_tests",
    "demo": "demo.demo",
    "period-close": "period_close.period_close",
    "e-invoice": "e_invoice.e_invoice",
    # reports of controls
    "conformance": "conformance.conformance",
    "overrides": "overrides.report_overrides",
    "sod": "sod.sod",
    "splitting": "splitting.splitting",
    "spend": "spend.spend",
    "report controls": "audit_reports.controls",
    "report access": "audit_reports.access_review",
    "report period": "audit_reports.period",
    # on a store, and on what is in force there
    "activate": "activate.activate",
    "serve": "serve.serve",
    "file": "file.file",
    "second-opinion": "second_opinion.second_opinion",
    "sheet export": "sheet.export",
    "sheet import": "sheet.take_back",
    "countries add": "countries.add",
    "store migrate": "store.migrate",
    "trail check": "trail.check",
    "trail checkpoint": "trail.checkpoint",
    "trail keys": "trail.keys",
    "trail rotate": "trail.rotate_key",
    "trail fork": "trail.fork",
    "trail export": "trail_export.export_trail",
    "trail lineage": "trail_lineage.show_lineage",
    "trail log": "trail_log.log",
    "trail verify": "trail_verify.verify_export",
    "policy propose": "policy_sets.propose_set",
    "policy show": "policy_sets.show",
    "policy approve": "policy_sets.approve",
    "policy activate": "policy_sets.activate_set",
    "policy cancel": "policy_sets.cancel_set",
    "policy roll-back": "policy_sets.roll_back_set",
    "policy history": "policy_sets.history",
    "policy what-if": "policy_sets.what_if",
    "delegations list": "delegations.list_delegations",
    "delegations make": "delegations.make",
    "delegations revoke": "delegations.revoke_one",
    "data check": "master_data.check",
    "data load": "master_data.load",
    "retention due": "retention.list_due",
    "retention erase": "retention.erase_due",
    "legal-hold place": "legal_hold.place",
    "legal-hold lift": "legal_hold.lift",
    "legal-hold list": "legal_hold.list_holds",
    # on what was in force, and on what happened elsewhere
    "as-of person": "as_of.person",
    "as-of role": "as_of.role",
    "as-of document": "as_of.document",
    "as-of delegations": "as_of.delegations",
    "history load": "history.load",
    "history take-over": "history.take_over",
}


class _Commands(TyperGroup):
    """Knows the names of all commands, and imports one when it is asked for: all take seconds.

    Typer has no public names for a context of this kind and for a command: both are `Any`.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        names: dict[str, Any] = {words.partition(" ")[0]: None for words in COMMANDS}
        self.commands = names

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _command(cmd_name) if cmd_name in self.commands else None


@cache
def _command(name: str) -> Any:
    """The command, or the group with all its commands."""
    around = typer.Typer(callback=lambda: None, rich_markup_mode="rich", add_completion=False)
    group: typer.Typer | None = None
    for words, where in COMMANDS.items():
        first, _, second = words.partition(" ")
        if first != name:
            continue
        module = import_module(f"api.commands.{where.partition('.')[0]}")
        function = getattr(module, where.partition(".")[2])
        if second:
            group = module.app
            group.command(second, epilog=_EPILOG)(function)
        else:
            around.command(name, epilog=_EPILOG)(function)
    if group is not None:
        around.add_typer(group, name=name)
    return get_group(around).commands[name]


app = typer.Typer(
    name="countersign",
    cls=_Commands,
    help="Countersign decides who must approve a document, in what order, and why.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"countersign {version('countersign')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Countersign decides who must approve a document, in what order, and why."""


def main() -> NoReturn:
    """Runs the command line; ends the process with one of the codes of `MEANINGS`."""
    use_own_zones()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        app()
        sys.stdout.flush()
    except KeyboardInterrupt:
        _leave(130)
    except BrokenPipeError:
        _leave(0)
    except Exception as problem:
        if os.environ.get("COUNTERSIGN_TRACEBACK"):
            raise
        message = f"{type(problem).__name__}: {problem}"
        console = Console(stderr=True, highlight=False, markup=False)
        console.print(f"error: a mistake in Countersign: {plain(message)[:500]}", soft_wrap=True)
        console.print("  help: run it again with COUNTERSIGN_TRACEBACK=1 and report what it says")
        _leave(INTERNAL)
    sys.exit(0)


def _leave(code: int) -> NoReturn:
    """Ends the process without writing to a pipe that nobody reads."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    sys.exit(code)
