"""Totals over documents: what a document measures, and what it adds to those of others."""

from engine.cumulation.adding import STATUSES, Earlier, Ledger, Totals, totals
from engine.cumulation.counting import APPROVED, PENDING, REJECTED

__all__ = ["APPROVED", "PENDING", "REJECTED", "STATUSES", "Earlier", "Ledger", "Totals", "totals"]
