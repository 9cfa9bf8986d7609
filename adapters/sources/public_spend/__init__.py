"""Spend that UK public bodies publish as CSV, to canonical documents: a row is a document."""
