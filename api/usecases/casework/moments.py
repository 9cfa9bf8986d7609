"""The moment at which somebody acts, where nodes have clocks of their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from adapters.store.in_force import What, loaded_since


def acting_moment(connection: Connection, now: datetime) -> datetime:
    """`now`, but never before the delegations in force came into force.

    What is in force is held, so that they stay. A revocation is dated by the clock of the node
    that takes it. On a node whose clock runs behind, an act that comes after it would otherwise
    be dated before it, and count. Both moments are aware.
    """
    since = loaded_since(connection, What.DELEGATIONS)
    return now if since is None else max(now, since)
