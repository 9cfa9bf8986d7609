"""`countersign trail log`: every record as an event, for process mining and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.lint import counted
from api.commands.options import Json, Out
from api.commands.serving import DEFAULT, By, Database, For, failures, store_at, utc_now, who
from api.commands.terminal import Code, Output, progress, stop
from api.commands.trail import app as app
from api.settings import Environment
from api.usecases.trail.ocel.as_parquet import NotExact
from api.usecases.trail.ocel.as_xlsx import TooManyRows
from api.usecases.trail.ocel.writing import Format, Written, write_log
from engine.cases.identities import Identities

File = Annotated[
    Path, typer.Option("--file", "-f", metavar="FILE", help="The file that is written.")
]
As = Annotated[
    Format,
    typer.Option(
        "--format", help="OCEL 2.0 as JSON or as a database, a row an event, or a row a case."
    ),
]


def log(
    file: File,
    by: By,
    format: As = Format.OCEL_JSON,
    environment: For = Environment.PRODUCTION,
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Write every record as an event of an object-centric log (OCEL 2.0), or as a row.

    For process mining. It proves nothing: an export does. That it was written is on record.
    """
    done = _written(database, format, file, who(by, environment))
    with Output(out) as output:
        if as_json:
            output.json({"file": str(file), "events": done.event_count, "digest": done.digest})
        else:
            output.say(f"{file}: {counted(done.event_count, 'event')}", "bold")
            output.say(f"  {done.digest}")


def _written(database: str, format: Format, file: Path, by: Identities) -> Written:
    with failures(), store_at(database) as store, progress("events", None) as bar:
        try:
            return write_log(
                store,
                format,
                file,
                by,
                utc_now(),
                lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
            )
        except OSError as problem:
            raise stop(Code.FILE, f"error: `{file}`: {problem.strerror}") from None
        except (TooManyRows, NotExact) as problem:
            raise stop(Code.FILE, f"error: `{file}`: {problem}") from None
        except ImportError:
            said = f"error: `{format}` needs `countersign[analysis]`, which is not installed"
            raise stop(Code.FILE, said) from None
