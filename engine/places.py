"""Where something was written: the file, line and column of a rule, a row or a word.

The module exists so that every diagnostic, finding, hold and explanation can point at the same spot
in the same spelling, and so that the pure core can carry places without knowing how files are read.
"""

from typing import Final, NamedTuple


class Place(NamedTuple):
    """One spot in a policy set.

    `file` is relative to the folder of the set, with forward slashes; `line` and `column` count
    from 1, and a column counts characters, not bytes. Places compare in reading order.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Write it the way editors and terminals make clickable: `approvals/us.yaml:42:5`."""
        if self == NOWHERE:
            return "(nowhere)"
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE: Final = Place("", 0, 0)
"""The place of what no file states: built-in roles, computed values, sets made by a test."""
