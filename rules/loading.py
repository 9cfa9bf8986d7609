"""Loading a set: compiled, checked as a whole, and held against what it accepts."""

from __future__ import annotations

from collections.abc import Mapping

from engine.policy import PolicySet
from rules.checks import lint
from rules.compiling.accepting import BY_CHECKS, settle
from rules.compiling.compiler import compile_files
from rules.diagnostics import Diagnostics


def load_set(files: Mapping[str, bytes], diagnostics: Diagnostics) -> PolicySet | None:
    """The set, ready to decide with; `None` where an error stands that is not accepted.

    `files` are the contents by name, relative to the folder of the set. An accepted error becomes
    a note; what is accepted and not reported is a warning.
    """
    policy, accepted = compile_files(files, diagnostics)
    if policy is None:
        return None
    found, settled = Diagnostics(), Diagnostics()
    lint(policy, found)
    settle(found, accepted, BY_CHECKS, settled)
    diagnostics.extend(settled)
    return None if settled.has_errors else policy
