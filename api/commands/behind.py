"""Who stands behind a command on a store where something is in force."""

from __future__ import annotations

from adapters.store.opening import Store
from api.bootstrap import store_environment
from api.commands.serving import who
from api.commands.terminal import Code, stop
from api.sealing import with_keys
from api.settings import Environment, read_keys
from api.usecases.casework.resources import Resources
from engine.cases.identities import Identities


def resources_in(store: Store) -> Resources:
    """What use cases work with, and the keys of the settings. Raises what `failures` ends with."""
    return with_keys(Resources(store), read_keys())


def who_in(store: Store, by: str) -> Identities:
    """The named person, in what the store was made for; ends the command where nothing is in
    force."""
    found = store_environment(store)
    if not found:
        raise stop(Code.SERVICE, "error: no policy set is in force")
    return who(by, Environment(found))
