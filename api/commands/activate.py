"""`countersign activate`: puts the first policy set and its master data in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.behind import resources_in
from api.commands.loading import data_of, policy_of
from api.commands.options import Data
from api.commands.serving import (
    DEFAULT,
    Because,
    By,
    Database,
    For,
    data_files,
    store_at,
    utc_now,
    who,
)
from api.commands.terminal import Code, Output, stop
from api.settings import Environment, SettingsRefused
from api.usecases.casework.activating import bootstrap
from api.usecases.drafts import data_folder
from api.usecases.policy_sets.candidate import is_changeable

Set = Annotated[Path, typer.Argument(metavar="SET", help="The folder of the policy set.")]


def activate(
    policy: Set,
    by: By,
    because: Because,
    environment: For,
    data: Data = None,
    database: Database = DEFAULT,
) -> None:
    """Put the first policy set and its master data in force. Recorded, with name and reason."""
    draft = policy_of(policy)
    if not is_changeable(draft.policy):
        message = "error: the set names nobody who approves its changes"
        help = "  help: say `policy_changes: {approved_by: ...}` in policy.yaml"
        raise stop(Code.POLICY, message, help)
    people = data_of(data, draft).data
    now = utc_now()
    if people.person_of(by, now) is None:
        raise typer.BadParameter("nobody in the master data has this name", param_hint="--by")
    if not because.strip():
        raise typer.BadParameter("expected a reason", param_hint="--because")
    files = data_files(data or data_folder(policy) or policy)
    with store_at(database) as store:
        resources, person = resources_in(store), who(by, environment)
        if environment is Environment.PRODUCTION and resources.loaded.token_key is None:
            message = "COUNTERSIGN_TOKEN_KEY: expected `id:base64` in production, found none"
            raise SettingsRefused(message)
        found = bootstrap(resources, draft.files, files, person, because, now)
    with Output(None) as output:
        for what, digest in sorted(found.items()):
            output.say(f"in force: {what.replace('_', ' ')} {digest}")
