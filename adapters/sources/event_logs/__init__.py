"""Logs of what happened in other systems, read one case after the other: CSV and XES."""

from adapters.sources.event_logs.reading import read_log
from adapters.sources.event_logs.rows import Columns, LogRefused, Quarantined

__all__ = ["Columns", "LogRefused", "Quarantined", "read_log"]
