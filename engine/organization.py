"""The organization as a policy set declares it: entities, levels, roles, bodies, limits.

It is part of the set and follows its version. Who holds a role, who has a level and who is absent
is master data (`engine/master_data.py`) and always fresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.authorities import NO_AUTHORITIES, Authorities
from engine.facts.conditions import ALWAYS, Condition
from engine.money import Money
from engine.places import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity. `zone` is an IANA time zone; `workdays` are 0 (Monday) to 6.

    `opens` and `closes` are minutes after local midnight. `holidays` names a holiday calendar of
    the master data. `tax_recovery` is the share of input tax that it recovers unless a cost center
    says otherwise; `None` where it says nothing.
    """

    id: str
    country: str
    region: str
    currency: str
    zone: str
    workdays: frozenset[int] = frozenset(range(5))
    opens: int = 9 * 60
    closes: int = 17 * 60
    holidays: str = ""
    tax_recovery: Fraction | None = None
    fiscal_year_starts: int = 1
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Body:
    """A body approves by vote of the holders of `of`, or is recorded by a holder of `recorded_by`.

    `present` members must take part; the votes in favour must be more than (`above`) or at least
    the share `in_favour` of those taking part. `votes` gives a role's votes where they differ.
    """

    of: str = ""
    present: int = 1
    in_favour: Fraction = Fraction(1, 2)
    above: bool = True
    votes: tuple[tuple[str, int], ...] = ()
    recorded_by: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A function held. `per` names the fact whose value a holder's scope must equal.

    `entity` is the usual `per`; `group` means that one holder serves every entity. `seats` 0 means
    any number. A role with a `body` is that body and has no holders of its own.
    """

    name: str
    per: str = "entity"
    seats: int = 0
    body: Body | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Limit:
    """May approve `up_to` (`None`: any amount). `who` are roles or levels; several act jointly.

    Empty `entities` or `documents` mean all. No limit, no authority; any that matches is enough.
    """

    who: tuple[str, ...]
    up_to: Money | None
    entities: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    when: Condition = ALWAYS
    jointly: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class LimitsByLevel:
    """The limits that somebody may have by his level, in their order.

    Those of the level, and every one that names a role, whether he holds it or not; `of_others` for
    all levels that no limit names.
    """

    of_level: Mapping[str, tuple[Limit, ...]]
    of_others: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Organization:
    """Everything that `organization.yaml` says. `levels` ascend.

    `authorities`: which system has the last word on what, where the set declares it.
    """

    entities: Mapping[str, Entity]
    levels: tuple[str, ...]
    roles: Mapping[str, Role]
    limits: tuple[Limit, ...]
    authorities: Authorities = NO_AUTHORITIES

    def rank(self, level: str) -> int:
        """The position of a level on the scale, from 0; -1 for none or an unknown one."""
        return self.levels.index(level) if level in self.levels else -1
