"""What commands that need a store share: its address, who stands behind them, what fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy.exc import ArgumentError

from adapters.encryption import EncryptionError
from adapters.identity import IdentityMisconfigured
from adapters.signing import BadSigningKeys, SigningKeys
from adapters.store.opening import Store, StoreError, open_store
from api.commands.terminal import Code, stop
from api.settings import EMBEDDED, Environment, KeySettings, SettingsRefused
from api.usecases.casework.activating import ActivationRefused
from api.usecases.casework.resources import ContentsUnusable, NothingInForce
from api.usecases.trail.checkpointing import NotSigned
from engine.cases.identities import Identities

COMMAND_LINE: Final = "command line"
MOST_FILE_BYTES: Final = 256_000_000

Database = Annotated[
    str,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="COUNTERSIGN_DATABASE_URL",
        show_envvar=False,
        help="The store; COUNTERSIGN_DATABASE_URL if left out, else a file in this folder.",
    ),
]
By = Annotated[
    str, typer.Option("--by", metavar="PERSON", help="Who does it, by person id or login.")
]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, for the record.")]
For = Annotated[
    Environment,
    typer.Option(
        "--environment",
        envvar="COUNTERSIGN_ENVIRONMENT",
        show_envvar=False,
        help="What the store is for, for ever; COUNTERSIGN_ENVIRONMENT if left out.",
    ),
]
DEFAULT: Final = EMBEDDED
FAILURES: Final = (
    StoreError,
    SettingsRefused,
    IdentityMisconfigured,
    EncryptionError,
    BadSigningKeys,
)


@contextmanager
def failures() -> Iterator[None]:
    """Ends the command with a sentence and the right code for what can be expected to fail."""
    try:
        yield
    except FAILURES as problem:
        raise stop(
            Code.SERVICE, *(f"error: {line}" for line in str(problem).splitlines())
        ) from None
    except (ActivationRefused, NothingInForce, ContentsUnusable, NotSigned) as problem:
        raise stop(Code.SERVICE, f"error: {problem}") from None
    except ArgumentError:
        raise stop(Code.SERVICE, "error: the address of the store is no database URL") from None


@contextmanager
def store_at(url: str) -> Iterator[Store]:
    """The open store; ends the command where there is none."""
    with failures():
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


def expect_keys(keys: KeySettings) -> SigningKeys:
    """The keys by which checkpoints are signed. Raises `SettingsRefused` where there are none."""
    found = keys.signing()
    if found is None:
        raise SettingsRefused("COUNTERSIGN_SIGNING_KEYS: expected `id:base64`, found none")
    return found


def who(by: str, environment: Environment) -> Identities:
    """Who stands behind a command: the named person, with no login that was seen."""
    return Identities(
        by, COMMAND_LINE, is_relayed=True, is_development=environment is Environment.DEVELOPMENT
    )


def data_files(folder: Path) -> dict[str, bytes]:
    """The files of master data in a folder; what does not belong there refuses the load later."""
    try:
        paths = [
            path
            for path in sorted(folder.iterdir())
            if path.is_file() and not path.name.startswith(".") and path.suffix != ".md"
        ]
        if sum(path.stat().st_size for path in paths) > MOST_FILE_BYTES:
            message = f"error: `{folder}` holds more than {MOST_FILE_BYTES:,} bytes"
            raise stop(Code.DATA, message)
        return {path.name: path.read_bytes() for path in paths}
    except OSError as problem:
        why = (problem.strerror or "unreadable").lower()
        raise stop(Code.DATA, f"error: `{folder}` cannot be read: {why}") from None


def utc_now() -> datetime:
    """The moment of the command."""
    return datetime.now(UTC)
