"""Loads policy and master data for a command, and ends it with the right code where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from api.commands.terminal import Code, stop
from api.usecases.drafts import (
    DataNotLoaded,
    Draft,
    DraftData,
    PolicyNotLoaded,
    data_folder,
    load_data,
    load_draft,
)
from engine.policy import PolicySet
from rules.diagnostics import Diagnostic

MOST_SHOWN = 20


def policy_of(folder: Path, load: Callable[[Path], Draft] = load_draft) -> Draft:
    """The draft in the folder; ends the command with code 4 where it does not load."""
    try:
        return load(folder)
    except PolicyNotLoaded as problem:
        raise stop(Code.POLICY, f"error: {problem}", *_first(problem.diagnostics)) from None


def data_of(folder: Path | None, draft: Draft) -> DraftData:
    """The master data; ends the command with code 5 where they do not load."""
    chosen = folder or data_folder(draft.folder)
    if chosen is None:
        message = f"`{draft.folder}` has no folder `data`: say where the master data are"
        raise typer.BadParameter(message, param_hint="--data")
    return data_in(chosen, draft.policy)


def data_in(folder: Path, policy: PolicySet) -> DraftData:
    """The master data in a folder; ends the command with code 5 where they do not load."""
    try:
        return load_data(folder, policy)
    except DataNotLoaded as problem:
        lines = str(problem).splitlines()
        raise stop(
            Code.DATA, f"error: the master data in `{folder}` do not load", *lines[:MOST_SHOWN]
        ) from None


def _first(diagnostics: Iterable[Diagnostic]) -> list[str]:
    errors = [str(found) for found in diagnostics if found.severity == "error"]
    more = len(errors) - MOST_SHOWN
    shown = errors[:MOST_SHOWN]
    return [*shown, f"and {more} more; `countersign lint` shows all"] if more > 0 else shown
