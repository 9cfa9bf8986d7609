"""Suppliers: whether the one a document names is there and active."""

from __future__ import annotations

from collections.abc import Iterator

from engine.readiness.checks import SupplierActive
from engine.readiness.finding import Asked, Evidence, Finding


def ask_supplier(check: SupplierActive, on: Asked) -> Iterator[Finding]:
    """Why the supplier cannot be posted to. A status that nobody listed is not active."""
    name = on.document.supplier
    if not name:
        yield on.finding("supplier_missing", Evidence.DOCUMENT)
        return
    supplier = on.data.suppliers.get(name)
    if supplier is None:
        yield on.finding("supplier_unknown", Evidence.SUPPLIER_RECORD, detail=name)
    elif not supplier.status:
        yield on.finding("supplier_status_unknown", Evidence.SUPPLIER_RECORD, supplier=name)
    elif supplier.status not in check.statuses:
        words = {"supplier": name, "status": supplier.status}
        words["active"] = ", ".join(sorted(check.statuses))
        yield on.finding("supplier_inactive", Evidence.ACTIVE_SUPPLIER, **words)
    elif on.looked_up.supplier_active is False:
        yield on.finding("supplier_inactive_in_erp", Evidence.ACTIVE_SUPPLIER, supplier=name)
