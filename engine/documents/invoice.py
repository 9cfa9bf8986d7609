"""A supplier's invoice. `clearance_id` is what the country's clearance system gave it."""

from __future__ import annotations

from engine.documents.billed import Billed


class Invoice(Billed):
    """What a supplier asks to be paid; `number` is the supplier's own."""
