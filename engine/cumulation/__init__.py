"""Totals over documents: what a document measures, and what it adds to those of others."""

from engine.cumulation.adding import (
    APPROVED,
    PENDING,
    REJECTED,
    STATUSES,
    Earlier,
    Ledger,
    Totals,
    totals,
)

__all__ = ["APPROVED", "PENDING", "REJECTED", "STATUSES", "Earlier", "Ledger", "Totals", "totals"]
