"""Loading a set: compiled, checked as a whole, and held against what it accepts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.policy import PolicySet
from rules.checks import lint
from rules.compiling.accepting import BY_CHECKS, settle
from rules.compiling.compiler import compile_files
from rules.diagnostics import Diagnostics


def load_set(
    files: Mapping[str, bytes], diagnostics: Diagnostics, on: date | None = None
) -> PolicySet | None:
    """The set, ready to decide with; `None` where an error stands that is not accepted.

    `files` are the contents by name, relative to the folder of the set. An accepted report becomes
    a note; what is accepted and not reported is a warning. What is accepted until a day before `on`
    is accepted no more. Without `on` nothing ends: what is decided never depends on a clock, since
    the engine holds what a set cannot answer, whether it is accepted or not.
    """
    policy, accepted = compile_files(files, diagnostics, on)
    if policy is None:
        return None
    found, settled = Diagnostics(), Diagnostics()
    lint(policy, found)
    settle(found, accepted, BY_CHECKS, settled, on)
    diagnostics.extend(settled)
    return None if settled.has_errors else policy
