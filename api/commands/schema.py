"""`countersign schema`: what editors need to complete and check policy files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.policy_folder import FolderRefused, read_set
from api.commands.options import Out
from api.commands.terminal import Code, Output, stop
from rules.compiling.compiler import words_of
from rules.editor.schema import schema_of


class Kind(StrEnum):
    """Kinds of policy files."""

    SET = "set"
    VOCABULARY = "vocabulary"
    ORGANIZATION = "organization"
    APPROVALS = "approvals"
    CONTROLS = "controls"
    READINESS = "readiness"
    COUNTRY = "country"
    HANDLING = "handling"
    TESTS = "tests"


ForKind = Annotated[
    Kind | None, typer.Option("--kind", help="Only for files of this kind; for all if left out.")
]
Policy = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        "-p",
        metavar="FOLDER",
        help="Offer the roles, levels, facts, document types and entities of this set.",
    ),
]


def schema(kind: ForKind = None, policy: Policy = None, out: Out = None) -> None:
    """Write a JSON Schema (draft 7) of policy files, for editors."""
    words = None
    if policy is not None:
        try:
            words = words_of(read_set(policy))
        except FolderRefused as refusal:
            raise stop(Code.POLICY, f"error: {refusal}") from None
    with Output(out) as output:
        output.json(schema_of(None if kind is None else kind.value, words))
