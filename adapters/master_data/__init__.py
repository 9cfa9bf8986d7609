"""People, holders, cost centers, suppliers and rates, from a folder of files.

The files, their columns and what is refused are described in `adapters/README.md`.
"""

from adapters.master_data.building import Load, build
from adapters.master_data.directory import Directory, load_answers, load_folder, read_tables
from adapters.master_data.reports import BadRow, Disagreement, Effect
from adapters.master_data.tables import DEFAULT_LIMITS, Limits

__all__ = [
    "DEFAULT_LIMITS",
    "BadRow",
    "Directory",
    "Disagreement",
    "Effect",
    "Limits",
    "Load",
    "build",
    "load_answers",
    "load_folder",
    "read_tables",
]
