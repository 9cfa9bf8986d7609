"""Who stands behind a command on a store where something is in force."""

from __future__ import annotations

from adapters.store.opening import Store
from api.bootstrap import store_environment
from api.commands.serving import who
from api.commands.terminal import Code, stop
from api.settings import Environment
from engine.cases.identities import Identities


def who_in(store: Store, by: str) -> Identities:
    """The named person, in what the store was made for; ends the command where nothing is in
    force."""
    found = store_environment(store)
    if not found:
        raise stop(Code.SERVICE, "error: no policy set is in force")
    return who(by, Environment(found))
