"""Which system has the last word on what: one for each group of fields of an object (A6).

The words stand here once: the compiler offers them, the load of master data looks its columns up,
and a check of agreement the fields that it compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from engine.places import NOWHERE, Place

OTHER: Final = "other"  # the company's own facts that no group names

GROUPS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "supplier": MappingProxyType(
            {
                "identity": ("name", "group", "country", "address"),
                "status": ("status",),
                "bank": ("bank_account",),
                "tax": ("tax_id",),
                "terms": ("payment_terms", "currency"),
                OTHER: (),
            }
        ),
        "order": MappingProxyType(
            {
                "supplier": ("supplier",),
                "terms": ("currency", "payment_terms"),
                "coding": ("cost_center", "project"),
            }
        ),
        "cost_center": MappingProxyType(
            {
                "assignment": ("entity", "department", "from", "to"),
                "owner": ("owner", "budget_holder"),
                "tax": ("tax_recovery",),
            }
        ),
        "project": MappingProxyType(
            {"assignment": ("entity", "from", "to"), "owner": ("manager",)},
        ),
        "person": MappingProxyType(
            {
                "identity": ("name", "email", "address"),
                "employment": (
                    *("entity", "manager", "level", "department"),
                    *("first_day", "last_day"),
                ),
                "bank": ("bank_account",),
                "tax": ("tax_id",),
                OTHER: (),
            }
        ),
    }
)


def group_of(of: str, name: str) -> str:
    """The group of a field of an object; `other` for what no group names."""
    groups = GROUPS[of]
    return next((group for group, fields in groups.items() if name in fields), OTHER)


@dataclass(frozen=True, slots=True)
class System:
    """A system that states something, and who answers where another one says otherwise."""

    name: str
    owner: str
    title: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def called(self) -> str:
        """How people know it."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Authorities:
    """The systems by name, and the authoritative one by object and group of fields."""

    systems: Mapping[str, System] = field(default_factory=lambda: MappingProxyType({}))
    by_group: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, of: str, name: str) -> System | None:
        """The authoritative system for a field of an object; `None` where nobody declared one."""
        return self.systems.get(self.by_group.get((of, group_of(of, name)), ""))


NO_AUTHORITIES: Final = Authorities()
