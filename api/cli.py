"""The command line. `main` is the program `countersign`."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from api.commands.terminal import MEANINGS
from api.texts import plain

INTERNAL = 70  # a mistake in this program; never asked for
_EPILOG = "Exit codes\n\n" + "\n\n".join(f"{int(code)}  {text}" for code, text in MEANINGS.items())

app = typer.Typer(
    name="countersign",
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


def _register() -> None:
    from api.commands import countries, sheet
    from api.commands.authority import authority
    from api.commands.decide import decide
    from api.commands.demo import demo
    from api.commands.diff import diff
    from api.commands.e_invoice import e_invoice
    from api.commands.explain import explain
    from api.commands.formatting import format_policies
    from api.commands.language_server import language_server
    from api.commands.lint import lint
    from api.commands.period_close import period_close
    from api.commands.policy_tests import run_tests
    from api.commands.readiness import readiness
    from api.commands.schema import schema
    from api.commands.who_can import who_can

    app.command("decide", epilog=_EPILOG)(decide)
    app.command("readiness", epilog=_EPILOG)(readiness)
    app.command("diff", epilog=_EPILOG)(diff)
    app.command("explain", epilog=_EPILOG)(explain)
    app.command("who-can", epilog=_EPILOG)(who_can)
    app.command("authority", epilog=_EPILOG)(authority)
    app.command("lint", epilog=_EPILOG)(lint)
    app.command("format", epilog=_EPILOG)(format_policies)
    app.command("schema", epilog=_EPILOG)(schema)
    app.command("language-server", epilog=_EPILOG)(language_server)
    app.command("test", epilog=_EPILOG)(run_tests)
    app.command("demo", epilog=_EPILOG)(demo)
    app.command("period-close", epilog=_EPILOG)(period_close)
    app.command("e-invoice", epilog=_EPILOG)(e_invoice)
    sheet.app.command("export", epilog=_EPILOG)(sheet.export)
    sheet.app.command("import", epilog=_EPILOG)(sheet.take_back)
    app.add_typer(sheet.app, name="sheet")
    countries.app.command("add", epilog=_EPILOG)(countries.add)
    app.add_typer(countries.app, name="countries")


def _register_service() -> None:
    """Commands on a store, and on what is in force there."""
    from api.commands import delegations, master_data, policy_sets, store, trail
    from api.commands.activate import activate
    from api.commands.file import file
    from api.commands.second_opinion import second_opinion
    from api.commands.serve import serve
    from api.commands.trail_export import export_trail

    app.command("activate", epilog=_EPILOG)(activate)
    app.command("serve", epilog=_EPILOG)(serve)
    app.command("file", epilog=_EPILOG)(file)
    app.command("second-opinion", epilog=_EPILOG)(second_opinion)
    store.app.command("migrate", epilog=_EPILOG)(store.migrate)
    app.add_typer(store.app, name="store")
    trail.app.command("check", epilog=_EPILOG)(trail.check)
    trail.app.command("checkpoint", epilog=_EPILOG)(trail.checkpoint)
    trail.app.command("keys", epilog=_EPILOG)(trail.keys)
    trail.app.command("export", epilog=_EPILOG)(export_trail)
    app.add_typer(trail.app, name="trail")
    for name, command in (
        ("propose", policy_sets.propose_set),
        ("show", policy_sets.show),
        ("approve", policy_sets.approve),
        ("activate", policy_sets.activate_set),
        ("cancel", policy_sets.cancel_set),
        ("roll-back", policy_sets.roll_back_set),
        ("history", policy_sets.history),
        ("what-if", policy_sets.what_if),
    ):
        policy_sets.app.command(name, epilog=_EPILOG)(command)
    app.add_typer(policy_sets.app, name="policy")
    delegations.app.command("list", epilog=_EPILOG)(delegations.list_delegations)
    delegations.app.command("make", epilog=_EPILOG)(delegations.make)
    delegations.app.command("revoke", epilog=_EPILOG)(delegations.revoke_one)
    app.add_typer(delegations.app, name="delegations")
    master_data.app.command("check", epilog=_EPILOG)(master_data.check)
    master_data.app.command("load", epilog=_EPILOG)(master_data.load)
    app.add_typer(master_data.app, name="data")


def _register_past() -> None:
    """Commands on what was in force, and on what happened elsewhere."""
    from api.commands import as_of, history

    for name, question in (
        ("person", as_of.person),
        ("role", as_of.role),
        ("document", as_of.document),
        ("delegations", as_of.delegations),
    ):
        as_of.app.command(name, epilog=_EPILOG)(question)
    app.add_typer(as_of.app, name="as-of")
    history.app.command("load", epilog=_EPILOG)(history.load)
    history.app.command("take-over", epilog=_EPILOG)(history.take_over)
    app.add_typer(history.app, name="history")


def _register_reports() -> None:
    """Reports of controls."""
    from api.commands.conformance import conformance
    from api.commands.overrides import report_overrides
    from api.commands.sod import sod
    from api.commands.spend import spend
    from api.commands.splitting import splitting

    app.command("conformance", epilog=_EPILOG)(conformance)
    app.command("overrides", epilog=_EPILOG)(report_overrides)
    app.command("sod", epilog=_EPILOG)(sod)
    app.command("splitting", epilog=_EPILOG)(splitting)
    app.command("spend", epilog=_EPILOG)(spend)


_register()
_register_reports()
_register_service()
_register_past()


def main() -> NoReturn:
    """Runs the command line; ends the process with one of the codes of `MEANINGS`."""
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
