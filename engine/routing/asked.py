"""Since when places are asked, and since when delegations count: what `pending_tasks: stay` needs.

A row of the handling with `stay` gives a delegate only what is asked from the start of his
delegation on. Both moments come from outside: the engine has no clock, and what a place was before
is not part of a decision.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.master_data import PersonId
from engine.policy import PolicySet
from engine.routing.course import PlaceKey
from engine.values import value


@value
class Asked:
    """A place is asked since then. `persons` have it; it counts while one of them still does.

    A place that has others only is asked anew.
    """

    key: PlaceKey
    persons: tuple[PersonId, ...]
    since: datetime


@value
class Begun:
    """A delegation that nobody knew of before `at`, whatever its first day is."""

    delegation: str
    at: datetime


@value
class Moments:
    """Both, of one route. A place that is not named is asked now."""

    asked: tuple[Asked, ...] = ()
    begun: tuple[Begun, ...] = ()


NO_MOMENTS: Final = Moments()


def wants_moments(policy: PolicySet) -> bool:
    """Whether a decision by the set may depend on them."""
    return any(rule.pending_stay for rule in policy.delegation)
