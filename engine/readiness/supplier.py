"""Suppliers: whether the one a document names is there and active."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.readiness.check import Check
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated

ACTIVE_STATUSES: Final = frozenset({"active", "approved", "preferred"})


@dataclass(frozen=True, slots=True)
class SupplierActive(Check):
    """The supplier has one of these statuses in the master data.

    A status that nobody listed is not active, and none is not known.
    """

    word: ClassVar[str] = "supplier_active"
    says: ClassVar[str] = "its supplier is active"

    statuses: frozenset[str] = stated(
        Kind.TEXTS,
        "the statuses that count as active",
        name="status",
        stricter=Stricter.FEWER,
        default=ACTIVE_STATUSES,
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Why the supplier cannot be posted to."""
        name = on.document.supplier
        if not name:
            yield on.finding("supplier_missing", Evidence.DOCUMENT)
            return
        supplier = on.data.suppliers.get(name)
        if supplier is None:
            yield on.finding("supplier_unknown", Evidence.SUPPLIER_RECORD, detail=name)
        elif not supplier.status:
            yield on.finding("supplier_status_unknown", Evidence.SUPPLIER_RECORD, supplier=name)
        elif supplier.status not in self.statuses:
            words = {"supplier": name, "status": supplier.status}
            words["active"] = ", ".join(sorted(self.statuses))
            yield on.finding("supplier_inactive", Evidence.ACTIVE_SUPPLIER, **words)
        elif on.looked_up.supplier_active is False:
            yield on.finding("supplier_inactive_in_erp", Evidence.ACTIVE_SUPPLIER, supplier=name)


CHECKS: Final = (SupplierActive,)
