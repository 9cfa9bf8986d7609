"""What is checked of a whole policy set, beyond the reading of each file.

`CHECKS` is the list; a check is a function of the set that reports and changes nothing.
"""

from collections.abc import Callable
from typing import Final

from engine.policy import PolicySet
from rules.checks.contradictions import check_conditions
from rules.checks.coverage import check_coverage
from rules.checks.guarantees import check_guarantees
from rules.checks.holes import check_holes
from rules.checks.local_matrices import check_local_matrices
from rules.checks.locally import check_locally
from rules.checks.matrices import check_matrices
from rules.checks.names import check_names
from rules.checks.shadows import check_shadows
from rules.checks.steps import check_steps
from rules.checks.straight_through import check_straight_through
from rules.checks.unreachable import check_reachable
from rules.checks.unsafe import check_unsafe
from rules.checks.with_people.people import lint_with_data
from rules.diagnostics import Diagnostics

__all__ = ["CHECKS", "Check", "lint", "lint_with_data"]

Check = Callable[[PolicySet, Diagnostics], None]

CHECKS: Final[tuple[Check, ...]] = (
    check_coverage,
    check_matrices,
    check_holes,
    check_guarantees,
    check_names,
    check_steps,
    check_reachable,
    check_conditions,
    check_shadows,
    check_straight_through,
    check_locally,
    check_local_matrices,
    check_unsafe,
)


def lint(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every check, all findings."""
    for check in CHECKS:
        check(policy, diagnostics)
