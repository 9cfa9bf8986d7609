"""One set takes the place of another, whole, in one transaction.

Most of what has to be worked out anew is worked out before, while others go on. In the transaction
nobody else decides: what is in force is held, and whoever decides next finds every case where it
belongs under the other set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store.in_force import Digests, What, put_in_force
from adapters.store.in_force_history import add_history
from adapters.store.trail import Entry, append
from api.usecases.casework.recounting import Progress, Recount
from api.usecases.casework.resources import InForce, Resources, load


@dataclass(slots=True)
class Exchange:
    """What it takes to put the set `digest` in the place of that of `before`.

    Made by `prepared`; `other` is what will be in force.
    """

    resources: Resources
    before: InForce
    other: InForce
    recount: Recount

    def holds(self, found: Digests) -> bool:
        """Whether what was prepared for still is in force."""
        return found == self.before.digests

    def finish(self, connection: Connection, entry: Entry, now: datetime) -> int:
        """Puts the set in force with its record; what is in force is held. The position."""
        digest = self.other.digests.policy
        put_in_force(connection, What.POLICY, digest, now)
        self.recount.finish(connection)
        position = append(connection, [entry])
        add_history(connection, {str(What.POLICY): digest}, now, position, entry.kind)
        return position


def prepared(
    resources: Resources,
    connection: Connection,
    digest: str,
    progress: Progress = lambda count: None,
) -> Exchange:
    """Looks at every case under the other set; `connection` is a snapshot.

    Raises `NothingInForce`, and `ContentsUnusable` where the other set does not load, or the master
    data in force do not fit it.
    """
    before = resources.loaded.current(connection)
    other = load(connection, replace(before.digests, policy=digest), resources.loaded.token_key)
    recount = Recount(resources, other)
    recount.prepare(connection, progress)
    return Exchange(resources, before, other, recount)
