"""What is checked of a whole policy set, beyond the reading of each file.

`CHECKS` is the list; a check is a function of the set that reports and changes nothing.
"""

from collections.abc import Callable
from typing import Final

from engine.policy import PolicySet
from rules.checks.coverage import check_coverage
from rules.checks.guarantees import check_guarantees
from rules.checks.matrices import check_matrices
from rules.checks.names import check_names
from rules.checks.people import lint_with_data
from rules.checks.steps import check_steps
from rules.diagnostics import Diagnostics

__all__ = ["CHECKS", "Check", "lint", "lint_with_data"]

Check = Callable[[PolicySet, Diagnostics], None]

CHECKS: Final[tuple[Check, ...]] = (
    check_coverage,
    check_matrices,
    check_guarantees,
    check_names,
    check_steps,
)


def lint(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every check, all findings."""
    for check in CHECKS:
        check(policy, diagnostics)
