"""How the service is configured, on record whenever it is otherwise than before.

Who may log in by which issuer, what each tool may do, where documents are posted and checkpoints
go: none of that is in the store, and all of it decides what can happen. Secrets are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from adapters.store.opening import Store
from adapters.store.trail import Entry, append, end, hold_end, last_of
from engine.canonical import digest

KIND: Final = "configured"


def record_configuration(store: Store, stated: Mapping[str, object], now: datetime) -> bool:
    """Records the settings, by name, where they are not those of the last such record; whether.

    Nothing is recorded before the first set is in force: the first record of a store says what it
    is for. Of two processes that begin at once the second finds the record of the first.
    """
    name = digest(stated)
    with store.transaction() as connection:
        hold_end(connection)
        if not end(connection):
            return False
        before = last_of(connection, KIND)
        known = {} if before is None else json.loads(before.body)
        if known.get("settings_digest") == name:
            return False
        body = {
            "settings": dict(stated),
            "settings_digest": name,
            "changed": _changed(known.get("settings", {}), stated),
        }
        append(connection, [Entry(KIND, None, now, body)])
        return True


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """The names of settings that are otherwise; all of them where there was no record."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
