"""The options that several commands share, and what their values mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

SUBMITTED: Final = "submitted"


class Language(StrEnum):
    """Languages of explanations."""

    EN = "en"
    DE = "de"


Policy = Annotated[
    Path, typer.Option("--policy", "-p", metavar="FOLDER", help="The folder of the policy set.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", "-d", metavar="FOLDER", help="The folder of master data; `data` in the set's."
    ),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="MOMENT",
        help="The moment to decide at, with its offset (2027-03-15T09:00:00-04:00), or `submitted`"
        " for each document's own; now, if left out.",
    ),
]
On = Annotated[
    str, typer.Option("--on", metavar="DAY", help="The day instead of --at: its noon, 2027-03-15.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON for programs instead of text.")]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write to this file.")
]
In = Annotated[Language, typer.Option("--language", "-l", help="The language of explanations.")]


def day(text: str, at: str | None) -> date:
    """The day that `--on` means, where no moment is said too. Raises a usage error."""
    if at is not None:
        raise typer.BadParameter("say a moment or a day, not both", param_hint="--on")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("expected a day like 2027-03-15", param_hint="--on") from None


def moment(text: str | None) -> datetime | None:
    """The moment that `--at` means; `None` for each document's own. Raises a usage error."""
    if text is None:
        return datetime.now(UTC)
    if text == SUBMITTED:
        return None
    return aware(text, "--at")


def aware(text: str, option: str) -> datetime:
    """The moment with its offset that an option says. Raises a usage error."""
    example = "2027-03-15T09:00:00-04:00"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"expected a moment like {example}", param_hint=option) from None
    if found.utcoffset() is None:
        message = f"the moment needs a time and its offset from UTC, as in {example}"
        raise typer.BadParameter(message, param_hint=option)
    return found


First = Annotated[
    str, typer.Option("--from", metavar="DAY", help="The first day (UTC), 2027-03-01.")
]
Last = Annotated[
    str, typer.Option("--until", metavar="DAY", help="The last day (UTC), itself included.")
]


def days(first: str, last: str) -> tuple[date | None, date | None]:
    """The days that `--from` and `--until` say; `None` for none. Raises a usage error."""
    found = _day(first, "--from"), _day(last, "--until")
    if found[0] is not None and found[1] is not None and found[1] < found[0]:
        raise typer.BadParameter("the last day is before the first", param_hint="--until")
    return found


def _day(text: str, hint: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = "expected a day like 2027-03-15"
        raise typer.BadParameter(message, param_hint=hint) from None
